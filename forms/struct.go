package forms

import (
	"cmp"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/internal/scan"
)

// A FormOf is the form of one request whose values are those of a struct. [New] makes one.
type FormOf[T any] struct {
	Form
	// Data holds the values. What was not sent, or is not valid, is as From and the defaults have it.
	Data T
}

// New makes the form of a request from a struct with tags. It panics when the tags are wrong; [Declare] finds that at
// start.
func New[T any](c *dewar.Context, o ...Options) *FormOf[T] {
	s, err := schemaOf(reflect.TypeFor[T]())
	if err != nil {
		panic(err.Error())
	}
	f := &FormOf[T]{}
	f.begin(s, c, o)
	f.read(requestSource(&f.Form), reflect.ValueOf(&f.Data).Elem())
	return f
}

// Render is [Form.Render].
func (f *FormOf[T]) Render(name string, vars dewar.Vars) error { return f.render(f, name, vars) }

// SchemaOf returns the schema of a struct. The error names every wrong tag and method, each with its field.
func SchemaOf[T any]() (*Schema, error) { return schemaOf(reflect.TypeFor[T]()) }

type madeSchema struct {
	schema *Schema
	err    error
}

var schemas sync.Map // reflect.Type to madeSchema

func schemaOf(t reflect.Type) (*Schema, error) {
	if s, ok := schemas.Load(t); ok {
		return s.(madeSchema).schema, s.(madeSchema).err
	}
	s, err := newStructSchema(t, nil)
	schemas.Store(t, madeSchema{s, err})
	return s, err
}

// newStructSchema reads the tags of a struct. within are the structs that it is a field of.
func newStructSchema(t reflect.Type, within []reflect.Type) (*Schema, error) {
	if t.Kind() != reflect.Struct {
		return nil, fmt.Errorf("forms: %v is no struct", t)
	}
	if slices.Contains(within, t) {
		return nil, fmt.Errorf("forms: %v contains itself", t)
	}
	s := &Schema{goType: t}
	var mistakes []error
	names := map[string]bool{}
	for _, sf := range reflect.VisibleFields(t) {
		name, tagged := sf.Tag.Lookup("form")
		if !tagged || name == "-" {
			continue
		}
		p, err := structPlan(sf, name, append(within, t))
		switch {
		case err != nil:
		case !sf.IsExported():
			err = errors.New("the field must be exported")
		case names[name]:
			err = fmt.Errorf("another field is called %q", name)
		default:
			err = scan.Reach(t, sf.Index)
		}
		names[name] = true
		if err != nil {
			if _, nested := err.(interface{ Unwrap() []error }); !nested { // those of a nested struct have their places
				err = mistakeAt(t, sf.Name, err.Error())
			}
			mistakes = append(mistakes, err)
			continue
		}
		p.index, p.goName = sf.Index, sf.Name
		s.add(p)
	}
	if len(s.fields) == 0 && len(mistakes) == 0 && t.NumField() > 0 {
		mistakes = append(mistakes, fmt.Errorf(`forms: %v has no field with a tag, such as form:"email"`, t))
	}
	mistakes = append(mistakes, s.findMethods()...)
	if err := errors.Join(mistakes...); err != nil {
		return nil, err
	}
	return s, nil
}

func mistakeAt(t reflect.Type, field, text string) error {
	return fmt.Errorf("forms: %v.%s: %s", t, field, strings.TrimPrefix(text, "forms: "))
}

// structPlan makes the plan of one field of a struct.
func structPlan(sf reflect.StructField, name string, within []reflect.Type) (*plan, error) {
	f, err := parseTags(sf.Tag)
	if err != nil {
		return nil, err
	}
	f.Name = name
	t := sf.Type
	base := indirect(t)
	switch {
	case isNested(base):
		nested, err := newStructSchema(base, within)
		if err != nil {
			return nil, err
		}
		return newPlan(f, nested)
	case base.Kind() == reflect.Slice && !scan.IsText(base) && base.Elem().Kind() != reflect.Uint8 && base != uploadsType &&
		f.Choices == nil && !strings.HasPrefix(longType(f.Type), "SelectMultiple"):
		elem := base.Elem()
		list, entry := f, f
		list.Type, list.Checks, list.Default, list.Entry = "FieldList", nil, nil, &entry
		entry.GoType, entry.MinEntries, entry.MaxEntries, entry.Description, entry.Label = elem, 0, 0, "", ""
		if longType(entry.Type) == "FieldList" {
			entry.Type = ""
		}
		item := indirect(elem)
		if !isNested(item) {
			entry.mayBeEmpty()
			return newPlan(list, nil)
		}
		list.Checks, entry.Checks = entry.Checks, nil
		nested, err := newStructSchema(item, within)
		if err != nil {
			return nil, err
		}
		return newPlan(list, nested)
	}
	f.GoType = t
	f.mayBeEmpty()
	if f.Type == "" && (base.Kind() == reflect.String || scan.IsText(base)) && f.Choices == nil {
		for _, c := range slices.Backward(f.Checks) {
			switch c.(type) {
			case Email:
				f.Type = "EmailField"
			case URL:
				f.Type = "URLField"
			}
		}
	}
	return newPlan(f, nil)
}

// mayBeEmpty lets a number, a date or the like without any check be left empty, and radio buttons without an answer, as
// the page lets it: the zero value is what Go has for that. In WTForms an empty text is not a valid number, and no answer
// not a valid choice.
func (f *Field) mayBeEmpty() {
	t := indirect(f.GoType)
	single := f.Choices == nil && t.Kind() != reflect.Bool && t != uploadsType && t != uploadType &&
		(t.Kind() != reflect.String || scan.IsText(t))
	if len(f.Checks) == 0 && (single || longType(f.Type) == "RadioField") {
		f.Checks = []Check{Optional{}}
	}
}

func longType(name string) string { return cmp.Or(shortTypes[name], name) }

// indirect follows pointers, but that of a file.
func indirect(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Pointer && t != uploadType {
		t = t.Elem()
	}
	return t
}

// isNested reports whether values of a type are forms of their own.
func isNested(t reflect.Type) bool {
	return t.Kind() == reflect.Struct && t != timeType && !scan.IsText(t)
}

// Declare reads the tags of a struct when the app starts: [dewar.App.Handler] and Run report every mistake, with its
// field. The templates are those that see the form as form: what they ask it for that it does not have, such as
// form.emial, is found at the start, too.
//
//	forms.Declare[Login](app, "login.html")
func Declare[T any](app *dewar.App, templates ...string) *Schema {
	s, err := SchemaOf[T]()
	app.Extend(declared{err})
	if err == nil {
		s.declareIn(app, templates)
	}
	return s
}

// declared reports the mistakes of a form when the app starts.
type declared struct{ err error }

// Init returns the mistakes.
func (d declared) Init(*dewar.App) error { return d.err }

// methodOf makes a function of the method Validate or Validate<Field> at an index of the struct's methods.
func methodOf(index int, t reflect.Type) (func(*Form) error, bool) {
	takes := t.NumIn() == 2 // beside the receiver
	if t.NumIn() > 2 || t.NumOut() != 1 || t.Out(0) != reflect.TypeFor[error]() || takes && t.In(1) != contextType && t.In(1) != formType {
		return nil, false
	}
	return func(f *Form) error {
		var args []reflect.Value
		switch {
		case takes && t.In(1) == contextType:
			args = append(args, reflect.ValueOf(f.c))
		case takes:
			args = append(args, reflect.ValueOf(f))
		}
		err, _ := f.target.Addr().Method(index).Call(args)[0].Interface().(error)
		return err
	}, true
}

var (
	contextType = reflect.TypeFor[*dewar.Context]()
	formType    = reflect.TypeFor[*Form]()
)

// findMethods finds the methods Validate and Validate<Field> of the struct.
func (s *Schema) findMethods() (mistakes []error) {
	t := reflect.PointerTo(s.goType)
	for i := range t.NumMethod() {
		m := t.Method(i)
		goName, ok := strings.CutPrefix(m.Name, "Validate")
		if !ok {
			continue
		}
		sf, _ := s.goType.FieldByName(goName)
		name := sf.Tag.Get("form")
		if goName != "" && (name == "" || name == "-") {
			mistakes = append(mistakes, mistakeAt(s.goType, m.Name, "there is no field "+goName+" of the form"))
			continue
		}
		call, ok := methodOf(i, m.Type)
		if !ok {
			mistakes = append(mistakes, mistakeAt(s.goType, m.Name, "the method must be func() error, func(*dewar.Context) error or func(*forms.Form) error"))
		}
		if s.methods == nil {
			s.methods = map[string]func(*Form) error{}
		}
		s.methods[name] = call
	}
	return mistakes
}
