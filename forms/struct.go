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
		if err == nil && !sf.IsExported() {
			err = errors.New("forms: the field must be exported")
		}
		if err == nil {
			err = scan.Reach(t, sf.Index)
		}
		if err == nil && names[name] {
			err = fmt.Errorf("forms: another field is called %q", name)
		}
		names[name] = true
		if err != nil {
			if _, nested := err.(interface{ Unwrap() []error }); !nested { //nolint:errorlint // those of a nested struct have their places
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
	base := t
	for base.Kind() == reflect.Pointer && base != uploadType {
		base = base.Elem()
	}
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
		list := f
		list.Type, list.Checks, list.Entry = "FieldList", nil, &f
		list.Default = nil
		entry := f
		entry.GoType, entry.MinEntries, entry.MaxEntries, entry.Description = elem, 0, 0, ""
		if longType(entry.Type) == "FieldList" {
			entry.Type = ""
		}
		list.Entry = &entry
		entry.Label = ""
		if !isNested(indirect(elem)) {
			entry.mayBeEmpty()
		}
		var nested *Schema
		if item := indirect(elem); isNested(item) {
			if nested, err = newStructSchema(item, within); err != nil {
				return nil, err
			}
			list.Checks, entry.Checks = entry.Checks, nil
		}
		return newPlan(list, nested)
	}
	f.GoType = t
	f.mayBeEmpty()
	if f.Type == "" && (base.Kind() == reflect.String || scan.IsText(base)) && f.Choices == nil {
		f.Type = typeOfChecks(f.Checks)
	}
	return newPlan(f, nil)
}

// typeOfChecks is the type of a text that a check makes an address, "" for any other.
func typeOfChecks(checks []Check) string {
	for _, c := range checks {
		switch c.(type) {
		case Email:
			return "EmailField"
		case URL:
			return "URLField"
		}
	}
	return ""
}

// mayBeEmpty lets a number, a date or the like without any check be left empty, and radio buttons without an answer, as
// the page lets it: the zero value is what Go has for that. In WTForms an empty text is not a valid number, and no answer
// not a valid choice.
func (f *Field) mayBeEmpty() {
	t := indirect(f.GoType)
	single := f.Choices == nil && t.Kind() != reflect.Bool && t != uploadsType && t != uploadType.Elem() &&
		(t.Kind() != reflect.String || scan.IsText(t))
	if len(f.Checks) == 0 && (single || longType(f.Type) == "RadioField") {
		f.Checks = []Check{Optional{}}
	}
}

func longType(name string) string { return cmp.Or(shortTypes[name], name) }

func indirect(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t
}

// isNested reports whether values of a type are forms of their own.
func isNested(t reflect.Type) bool {
	return t.Kind() == reflect.Struct && t != timeType && !scan.IsText(t) && t != uploadType.Elem()
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

// A validateMethod is a method Validate or Validate<Field> of a struct.
type validateMethod struct {
	index int
	field string // the form's name of the field; "" is the whole form
	takes reflect.Type
}

var (
	errorType   = reflect.TypeFor[error]()
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
		v := validateMethod{index: i}
		sf, known := s.goType.FieldByName(goName)
		known = goName == "" || known && sf.Tag.Get("form") != ""
		for _, p := range s.fields {
			if s.goType.FieldByIndex(p.index).Name == goName {
				v.field = p.Name
			}
		}
		switch {
		case !known:
			mistakes = append(mistakes, mistakeAt(s.goType, m.Name, "there is no field "+goName+" of the form"))
		case m.Type.NumIn() > 2 || m.Type.NumOut() != 1 || m.Type.Out(0) != errorType ||
			m.Type.NumIn() == 2 && m.Type.In(1) != contextType && m.Type.In(1) != formType:
			mistakes = append(mistakes, mistakeAt(s.goType, m.Name, "the method must be func() error, func(*dewar.Context) error or func(*forms.Form) error"))
		default:
			if m.Type.NumIn() == 2 {
				v.takes = m.Type.In(1)
			}
			s.methods = append(s.methods, v)
		}
	}
	return mistakes
}

// call calls a method of the struct.
func (f *Form) call(m validateMethod) error {
	var args []reflect.Value
	switch m.takes {
	case contextType:
		args = append(args, reflect.ValueOf(f.c))
	case formType:
		args = append(args, reflect.ValueOf(f))
	}
	err, _ := f.target.Addr().Method(m.index).Call(args)[0].Interface().(error)
	return err
}

// runMethods calls the method Validate of the struct.
func (f *Form) runMethods() {
	if !f.target.IsValid() {
		return
	}
	for _, m := range f.schema.methods {
		if m.field != "" {
			continue
		}
		if err := f.call(m); err != nil {
			code := "invalid"
			if e, ok := err.(*checkError); ok { //nolint:errorlint // as in fails
				code = e.code
			}
			f.AddError("", code, err.Error())
		}
	}
}

// runMethod calls the method Validate<Field> of the struct.
func (f *BoundField) runMethod() {
	if !f.form.target.IsValid() || len(f.form.schema.methods) == 0 {
		return
	}
	for _, m := range f.form.schema.methods {
		if m.field == f.plan.Name && f.path == "" {
			f.fails(f.form.call(m))
		}
	}
}
