package forms

import (
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/internal/scan"
	"github.com/dewar-go/dewar/internal/spell"
	"github.com/dewar-go/dewar/jinja"
)

// Options are the settings of one form.
type Options struct {
	// Prefix stands before the name of each field, so that two forms fit on one page. A hyphen is put behind a prefix
	// that ends in a letter or digit, as in WTForms.
	Prefix string
	// From is where the values of a form come from that was not sent, and of the fields that were not sent with it: a
	// struct, a pointer to one, or a map[string]any. Fields are found by the names of the struct's fields, their form
	// tags, or the map's keys.
	From any
	// Partial leaves out the checks of fields that were not sent, for PATCH.
	Partial bool
	// Query reads the URL's query instead of the body, for a form with method="get". It is submitted when one of its
	// fields is there. Such a form carries no token and no markers.
	Query bool
	// Fields are added behind those of the schema. A mistake in them panics.
	Fields []Field
}

// A Form is the form of one request. [Schema.New] makes one from fields, [New] from a struct.
type Form struct {
	schema       *Schema
	c            *dewar.Context
	options      Options
	prefix       string
	keyPrefix    string // of what was sent
	path         string // JSON pointer of a form that is a field
	fields       []*BoundField
	own          []Error // of the whole form
	source       *source // nil: nothing was sent
	sent         source
	target       reflect.Value
	submitted    bool
	checked      bool
	translations *jinja.Translations
	csrf         *BoundField
	owner        *BoundField // of a form that is a field
}

// New makes the form of a request. The values come from what was sent, then from the options' From, then from the
// fields' defaults. A body that cannot be read ends the view as [dewar.Context.Form] does.
func (s *Schema) New(c *dewar.Context, o ...Options) *Form {
	f := &Form{}
	f.begin(s, c, o)
	f.read(requestSource(f), reflect.Value{})
	return f
}

// Read makes a form from values that were sent, without a request: for tests and for what is no web page. nil values
// are those of a form that was not sent.
func (s *Schema) Read(values url.Values, o ...Options) *Form {
	f := &Form{}
	f.begin(s, nil, o)
	var src *source
	if values != nil {
		src = &source{values: values}
		f.submitted = true
	}
	f.read(src, reflect.Value{})
	return f
}

func (f *Form) begin(s *Schema, c *dewar.Context, o []Options) {
	f.schema, f.c = s, c
	if len(o) > 0 {
		f.options = o[0]
		f.prefix = f.options.Prefix
		if f.prefix != "" && !strings.ContainsRune("-_;:/.", rune(f.prefix[len(f.prefix)-1])) {
			f.prefix += "-"
		}
		f.keyPrefix = f.prefix
	}
}

// read makes the fields and gives them their values.
func (f *Form) read(src *source, target reflect.Value) {
	if f.submitted && f.c != nil && dewar.StaleToken(f.c) != nil {
		f.AddError("", "csrf", "")
	}
	f.source, f.target = src, target
	f.bind(valuesFrom(reflect.ValueOf(f.options.From)))
	for _, field := range f.options.Fields {
		f.Add(field)
	}
}

// bind makes the fields of the schema.
func (f *Form) bind(from objectValues) {
	bound := make([]BoundField, len(f.schema.fields))
	f.fields = make([]*BoundField, len(bound), len(bound)+len(f.options.Fields))
	for i, p := range f.schema.fields {
		f.fields[i] = &bound[i]
		f.bindField(&bound[i], p, from)
	}
}

// bindField makes a field and gives it its value.
func (f *Form) bindField(b *BoundField, p *plan, from objectValues) {
	key := f.keyPrefix + p.Name
	name := key
	if f.prefix != f.keyPrefix {
		name = f.prefix + p.Name
	}
	b.init(p, f, name, key)
	x, ok := from.get(p)
	b.process(f.source, x, ok)
}

// init makes a field with a value of its own, if the form has no struct with a place for it.
func (b *BoundField) init(p *plan, f *Form, name, key string) {
	b.plan, b.form, b.name, b.key, b.id, b.Choices, b.null = p, f, name, key, p.ID, p.Field.Choices, true
	switch {
	case f.target.IsValid() && p.index != nil:
		b.value = scan.FieldAt(f.target, p.index)
	case p.goType != nil:
		b.value = reflect.New(p.goType).Elem()
	}
}

// Add adds a field to this form alone, reads its value and returns it. A mistake in the declaration panics.
func (f *Form) Add(field Field) *BoundField {
	p, err := newPlan(field, nil)
	if err != nil {
		panic(err.Error())
	}
	if f.find(field.Name) != nil {
		panic("forms: the form has a field " + field.Name + " already")
	}
	b := &BoundField{}
	f.bindField(b, p, valuesFrom(reflect.ValueOf(f.options.From)))
	f.fields = append(f.fields, b)
	return b
}

// Remove takes a field out of this form.
func (f *Form) Remove(name string) {
	for i, b := range f.fields {
		if b.plan.Name == name {
			f.fields = append(f.fields[:i:i], f.fields[i+1:]...)
			return
		}
	}
}

// Field returns the field of a name. It panics when there is none: that is a mistake in the program.
func (f *Form) Field(name string) *BoundField {
	if b := f.find(name); b != nil {
		return b
	}
	names := make([]string, len(f.fields))
	for i, b := range f.fields {
		names[i] = b.plan.Name
	}
	hint := ""
	if near := spell.Nearest(name, names); near != "" {
		hint = "; did you mean " + near + "?"
	}
	panic("forms: the form has no field " + name + hint)
}

func (f *Form) find(name string) *BoundField {
	for _, b := range f.fields {
		if b.plan.Name == name {
			return b
		}
	}
	return nil
}

// Fields returns the fields in their order.
func (f *Form) Fields() []*BoundField { return f.fields }

// Context returns the request, nil for a form without one.
func (f *Form) Context() *dewar.Context { return f.c }

// Submitted reports whether this form was sent: the request's method is POST, PUT, PATCH or DELETE and, for a form with
// a prefix, something with it was sent. A form with a SubmitField, none of which was sent, was not submitted when
// something was sent that is not its own: another form of the page was.
func (f *Form) Submitted() bool { return f.submitted }

// Valid reports whether the form was sent and nothing is wrong with it: WTForms' validate_on_submit.
func (f *Form) Valid() bool {
	if !f.submitted {
		return false
	}
	f.check()
	return !f.hasErrors()
}

// Partial is Valid for PATCH: the checks of fields that were not sent are left out, so that required ones may be
// absent. Call it in the place of Valid.
func (f *Form) Partial() bool {
	f.options.Partial = true
	return f.Valid()
}

func (f *Form) hasErrors() bool {
	return len(f.own) > 0 || slices.ContainsFunc(f.fields, (*BoundField).hasErrors)
}

func (f *BoundField) hasErrors() bool {
	return len(f.errs) > 0 || slices.ContainsFunc(f.parts(), (*BoundField).hasErrors)
}

// check runs the checks once.
func (f *Form) check() {
	if f.checked {
		return
	}
	f.checked = true
	for _, b := range f.fields {
		b.check()
	}
	if validate := f.schema.methods[""]; validate != nil {
		if err := validate(f); err != nil {
			f.AddError("", codeOf(err), err.Error())
		}
	}
}

// Errors returns what is wrong: the errors of the whole form, then those of the fields in their order. It is empty
// before [Form.Valid].
func (f *Form) Errors() []Error {
	list := append([]Error(nil), f.own...)
	for _, b := range f.fields {
		list = append(list, b.Errors()...)
	}
	return list
}

// AddError adds an error to the field of a name, or with "" to the whole form, as when the database refuses what the
// checks could not know:
//
//	if db.IsUnique(err) {
//		form.AddError("email", "unique", "")
//		return form.Render("register.html", nil)
//	}
//
// The code is for programs. The text is shown to the user; an empty one is that of the code: required, unique,
// invalid and choice have one.
func (f *Form) AddError(field, code, text string) {
	switch {
	case field != "":
		f.Field(field).AddError(code, text)
		return
	case f.owner != nil:
		f.owner.AddError(code, text)
		return
	}
	f.own = append(f.own, f.newError(nil, code, text))
}

// Changed reports whether a value differs from the one that the form was made with.
func (f *Form) Changed() bool {
	return slices.ContainsFunc(f.fields, func(b *BoundField) bool { return !b.isSubmit() && b.Changed() })
}

// Values returns the values of all fields by their names.
func (f *Form) Values() map[string]any {
	m := make(map[string]any, len(f.fields))
	for _, b := range f.fields {
		m[b.plan.Name] = b.Value()
	}
	return m
}

// Render answers with a template that sees the form as form, with 422 when the form was sent and something is wrong
// with it, or with another form in vars. The names of vars win. A form that was sent as JSON and is wrong is answered with [Form.Err].
func (f *Form) Render(name string, vars dewar.Vars) error { return f.render(f, name, vars) }

func (f *Form) isInvalid() bool { return f.submitted && f.hasErrors() }

func (f *Form) render(self any, name string, vars dewar.Vars) error {
	if f.source != nil && f.source.json {
		if err := f.Err(); err != nil {
			return err
		}
	}
	invalid := f.isInvalid()
	all := make(dewar.Vars, len(vars)+1)
	all["form"] = self
	for k, v := range vars {
		all[k] = v
		if other, ok := v.(interface{ isInvalid() bool }); ok && other.isInvalid() {
			invalid = true
		}
	}
	if invalid && f.c.StatusCode() == 0 {
		f.c.Status(http.StatusUnprocessableEntity)
	}
	return f.c.Render(name, all)
}
