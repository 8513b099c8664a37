package forms

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/dewar-go/dewar/internal/scan"
	"github.com/dewar-go/dewar/internal/spell"
)

// A Schema is a list of fields that has been checked: what forms are made of. It may be used by many goroutines.
type Schema struct {
	fields  []*plan
	goType  reflect.Type                 // nil without a struct
	methods map[string]func(*Form) error // Validate<Field> by the form's name of the field, Validate by ""
	submits bool                         // it has a SubmitField
}

// A plan is a declaration with all that follows from it.
type plan struct {
	Field
	fieldType
	index  []int // of the struct's field
	goName string
	goType reflect.Type
	isText bool // the value is a plain string
	enum   bool // a choice whose values are written by String alone
	plain  bool // a choice whose values are compared as they are written
	flags  Flags
	nested *Schema // of a FormField
	entry  *plan   // of a FieldList
	option *plan   // of the options of a list of choices
	write  scan.Layout
	read   []scan.TimeReader

	own    []attr // of the element, when the widget is one of this package
	given  []attr // RenderKw
	target []attr // of the label
	calls  atomic.Pointer[[]fixedCall]
}

// NewSchema checks fields. The error names every mistake, each with its field.
func NewSchema(fields ...Field) (*Schema, error) {
	s := &Schema{}
	var mistakes []error
	for _, f := range fields {
		p, err := newPlan(f, nil)
		mistakes = append(mistakes, err)
		if slices.ContainsFunc(s.fields, func(other *plan) bool { return other.Name == f.Name }) {
			mistakes = append(mistakes, fmt.Errorf("forms: two fields are called %q", f.Name))
		}
		s.add(p)
	}
	if err := errors.Join(mistakes...); err != nil {
		return nil, err
	}
	return s, nil
}

func (s *Schema) add(p *plan) {
	if p != nil {
		s.fields = append(s.fields, p)
		s.submits = s.submits || p.isSubmit()
	}
}

// newPlan checks a declaration. nested is the schema of a struct's FormField, or of the FormField that a FieldList
// repeats.
func newPlan(f Field, nested *Schema) (*plan, error) {
	p := &plan{Field: f, nested: nested}
	wrong := func(format string, args ...any) (*plan, error) {
		return nil, fmt.Errorf("forms: field %q: "+format, append([]any{f.Name}, args...)...)
	}
	if !isName(f.Name) {
		return wrong("a name is letters, digits and underscores")
	}
	switch f.Name {
	case "errors", "hidden_tag", "csrf_token", offeredName:
		return wrong("the name is taken: templates ask every form for its %s", f.Name)
	}
	if p.Type == "" {
		p.Type = typeFor(f, nested)
	}
	p.Type = longType(p.Type)
	var ok bool
	if p.fieldType, ok = fieldTypes[p.Type]; !ok {
		names := sortedKeys(fieldTypes)
		if near := spell.Nearest(p.Type, append(sortedKeys(shortTypes), names...)); near != "" {
			return wrong("there is no type %q; did you mean %s?", p.Type, near)
		}
		return wrong("there is no type %q; the types are %s", p.Type, strings.Join(names, ", "))
	}
	if p.Field.Widget == nil {
		p.Field.Widget = p.fieldType.widget
	}
	if p.Field.Label == "" {
		p.Field.Label = title(f.Name)
	}
	if p.Separator == "" {
		p.Separator = "-"
	}
	if err := p.fitType(); err != nil {
		return wrong("%w", err)
	}
	if len(p.Formats) == 0 {
		p.Formats = p.fieldType.formats
	}
	for i, format := range p.Formats {
		p.read = append(p.read, scan.Layout(strings.ReplaceAll(format, "%-", "%")).Reader())
		if i == 0 {
			p.write = scan.Layout(format)
		}
	}
	if required := slices.ContainsFunc(f.Checks, isRequired); p.goType != nil && p.goType.Kind() == reflect.Pointer && p.kind != kindFile && !required {
		p.Field.Checks = append([]Check{Optional{}}, f.Checks...) // no value is nil
	}
	for i, c := range p.Field.Checks {
		if mistake := mistakeOf(c); mistake != "" {
			return wrong("check %d: %s", i, mistake)
		}
		p.flags.add(c)
	}
	p.ReadOnly = p.ReadOnly || p.flags.Get("readonly") != nil || f.RenderKw["readonly"] == true
	p.Disabled = p.Disabled || p.flags.Get("disabled") != nil || f.RenderKw["disabled"] == true
	if p.ReadOnly {
		p.flags.Set("readonly", true)
	}
	if p.Disabled {
		p.flags.Set("disabled", true)
	}
	if err := p.compound(); err != nil {
		return wrong("%w", err)
	}
	if p.isChoice() {
		option := plan{Field: p.Field, fieldType: p.fieldType, flags: p.flags}
		option.Type, option.kind, option.Field.Description = "_Option", kindText, ""
		option.goType, option.isText = stringType, true
		option.Field.Widget = p.OptionWidget
		if option.Field.Widget == nil {
			option.Field.Widget = Widget(Option{})
			if p.Type == "RadioField" {
				option.Field.Widget = RadioInput
			}
		}
		p.option = option.settle()
	}
	if m, ok := p.Field.Widget.(interface{ SetFlags(*Flags) }); ok {
		m.SetFlags(&p.flags)
	}
	return p.settle(), nil
}

// settle writes the attributes that are the same in all requests.
func (p *plan) settle() *plan {
	if w, ok := p.Field.Widget.(ownAttrs); ok {
		p.own = ready(w.attrs(p))
	}
	var a Attrs
	for k, v := range p.RenderKw {
		a.Set(cleanKey(k), v)
	}
	p.given, p.target = a.list, ready([]attr{p.id("for")})
	return p
}

func isRequired(c Check) bool {
	var flags Flags
	flags.add(c)
	return flags.Get("required") != nil
}

// compound makes the plans of what a FormField or a FieldList is made of.
func (p *plan) compound() (err error) {
	switch p.kind {
	case kindForm:
		if len(p.Field.Checks) > 0 || len(p.Filters) > 0 {
			return errors.New("a FormField takes no checks and no filters: its form has them")
		}
		if p.nested == nil {
			if len(p.Fields) == 0 {
				return errors.New("a FormField needs Fields")
			}
			p.nested, err = NewSchema(p.Fields...)
		}
	case kindList:
		if len(p.Filters) > 0 {
			return errors.New("a FieldList takes no filters: its Entry has them")
		}
		if p.MaxEntries == 0 {
			p.MaxEntries = MaxEntries
		}
		if p.MinEntries < 0 || p.MaxEntries < p.MinEntries {
			return fmt.Errorf("MinEntries %d and MaxEntries %d exclude each other", p.MinEntries, p.MaxEntries)
		}
		if p.Entry == nil {
			return errors.New("a FieldList needs an Entry")
		}
		entry := *p.Entry
		entry.Name = p.Name
		p.entry, err = newPlan(entry, p.nested)
	}
	return err
}

// fitType settles the type of the value.
func (p *plan) fitType() error {
	if p.isCompound() {
		return nil
	}
	p.goType = p.Field.GoType
	if p.goType == nil {
		p.goType = goTypes[p.kind]
	}
	t := p.goType
	switch p.kind {
	case kindFile, kindFiles:
		if t != goTypes[p.kind] {
			return fmt.Errorf("the value of a %s is of type %v, not %v", p.Type, goTypes[p.kind], t)
		}
		return nil
	case kindChoices:
		if t.Kind() != reflect.Slice {
			return fmt.Errorf("the value of a %s is a slice, not %v", p.Type, t)
		}
	case kindBool:
		if t = indirect(t); t.Kind() != reflect.Bool {
			return fmt.Errorf("the value of a %s is a bool, not %v", p.Type, t)
		}
	case kindDate, kindDateTime, kindTime, kindWeek:
		if t != timeType && t != reflect.PointerTo(timeType) {
			return fmt.Errorf("the value of a %s is a time.Time, not %v", p.Type, t)
		}
	}
	if !scannable(t) {
		return (&scan.TypeError{Type: t})
	}
	if elem := elemOf(t, p.kind); p.isChoice() {
		p.enum = elem.Implements(reflect.TypeFor[fmt.Stringer]()) && !scan.IsText(elem)
		p.plain = p.enum || elem.Kind() == reflect.String && !scan.IsText(elem)
	}
	p.isText = t.Kind() == reflect.String && !scan.IsText(t)
	if p.invalid == "" {
		p.invalid = notValue
	}
	return nil
}

// scannable reports whether values of a type can be read from text.
func scannable(t reflect.Type) bool {
	var unfit *scan.TypeError
	return !errors.As(scan.Values(reflect.New(t).Elem(), []string{"x"}), &unfit)
}

// typeFor is the field's type that fits the type of its value.
func typeFor(f Field, nested *Schema) string {
	t := f.GoType
	if t != nil {
		t = indirect(t)
	}
	switch {
	case f.Entry != nil:
		return "FieldList"
	case nested != nil || len(f.Fields) > 0:
		return "FormField"
	case t == nil:
	case t == uploadType:
		return "FileField"
	case t == uploadsType:
		return "MultipleFileField"
	case t == timeType:
		return "DateTimeLocalField"
	case t.Kind() == reflect.Slice && !scan.IsText(t) && t.Elem().Kind() != reflect.Uint8:
		return "SelectMultipleField"
	case f.Choices != nil:
		return "SelectField"
	case scan.IsText(t):
		if t == decimalType {
			return "DecimalField"
		}
	case t.Kind() == reflect.Bool:
		return "BooleanField"
	case t.Kind() >= reflect.Int && t.Kind() <= reflect.Uint64 && t.PkgPath() != "time":
		return "IntegerField"
	case t.Kind() == reflect.Float32, t.Kind() == reflect.Float64:
		return "FloatField"
	}
	return "StringField"
}

// isName reports whether a name is one that templates can write behind a dot.
func isName(name string) bool {
	for i, r := range name {
		if r != '_' && (r|0x20 < 'a' || r|0x20 > 'z') && (i == 0 || r < '0' || r > '9') {
			return false
		}
	}
	return name != ""
}

// title makes words of a name as Python's title does: "first_name" becomes "First Name".
func title(name string) string {
	b := []byte(strings.ReplaceAll(name, "_", " "))
	inWord := false
	for i, c := range b {
		letter := c|0x20 >= 'a' && c|0x20 <= 'z'
		switch {
		case !letter:
		case inWord:
			b[i] = c | 0x20
		default:
			b[i] = c &^ 0x20
		}
		inWord = letter
	}
	return string(b)
}
