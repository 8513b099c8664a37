package forms

import (
	"reflect"
	"slices"
	"strconv"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/jinja"
)

// A Field declares one field of a form, as a field's class and arguments do in WTForms. The tags of a struct say the
// same; see the package comment.
type Field struct {
	// Name is the field's name in the form and its templates: letters, digits and underscores.
	Name string
	// Type is WTForms' class name, such as "StringField". Default: what fits GoType, else "StringField".
	Type string
	// Label is the text of the label. Default: the Name as words, "first_name" becomes "First Name".
	Label string
	// Description is a help text. The macros of forms/fields.html show and escape it.
	Description string
	// Checks are the validators, in their order.
	Checks []Check
	// Filters change the text of fields whose values are strings, before the checks.
	Filters []Filter
	// Default is the value of a form that was not sent and has none from elsewhere; a func() any is called for it.
	Default any
	// Choices are those of SelectField, SelectMultipleField and RadioField. They may be set on the bound field for one
	// request. A nil Choices is a mistake that validation reports with a panic, as in WTForms.
	Choices []Choice
	// AnyChoice accepts a value that is not among the Choices: WTForms' validate_choice=False.
	AnyChoice bool
	// GoType is the type of the field's value. Default: string, bool, int64, [Decimal], float64, time.Time,
	// *[dewar.Upload] or a slice, by Type. WTForms' coerce is the GoType of a choice.
	GoType reflect.Type
	// Formats are the layouts of dates and times, strptime's with % or Go's. The first one writes. Default: WTForms'.
	Formats []string
	// Places are the digits behind the point that a decimal is shown with. Default: 2; a negative number shows all.
	Places *int
	// ID is the id of the element. Default: the full name.
	ID string
	// RenderKw are attributes of the element, which those of a template's call replace. true is an attribute without a
	// value, false none.
	RenderKw map[string]any
	// Widget writes the element. Default: the one of Type.
	Widget Widget
	// OptionWidget writes an option of a list of choices, such as a radio button. Default: the one of Type.
	OptionWidget Widget
	// Fields are the fields of a FormField.
	Fields []Field
	// Entry is the field that a FieldList repeats. Its name is not used.
	Entry *Field
	// MinEntries and MaxEntries bound a FieldList. More entries than MaxEntries are not read. Default of MaxEntries:
	// [MaxEntries].
	MinEntries, MaxEntries int
	// Separator stands between the name of a FormField or FieldList and those of its fields. Default: "-".
	Separator string
	// Disabled and ReadOnly fields never take a value that was sent (WTForms 3.1).
	Disabled, ReadOnly bool
}

// MaxEntries is the number of entries that a FieldList without a maximum of its own reads.
const MaxEntries = 1000

// A Choice is one option.
type Choice struct {
	// Value is the value that is sent, of any type that prints as a text.
	Value any
	// Label is the text that is shown. Default: the Value.
	Label string
	// Group is the label of a group. Choices of one group that follow each other are shown in one optgroup.
	Group string
	// RenderKw are attributes of the option (WTForms 3.1).
	RenderKw map[string]any
}

// ChoicesOf makes choices whose labels are their values.
func ChoicesOf[T any](values ...T) []Choice {
	list := make([]Choice, len(values))
	for i, v := range values {
		list[i].Value = v
	}
	return list
}

// A Filter changes the text of a field.
type Filter func(text string) string

// A BoundField is a field of one request's form: its declaration, what was sent, its value and its errors. Templates
// see WTForms' attributes (name, data, errors, label, …).
type BoundField struct {
	*plan
	// Choices replace those of the declaration. Set them before [Form.Valid].
	Choices []Choice
	// Checks run behind those of the declaration. Set them before [Form.Valid].
	Checks []Check
	// Widget writes the element in the place of the declaration's, if it is not nil.
	Widget Widget

	form    *Form
	name    string        // with the prefix
	key     string        // the name that it was sent under: an entry's number may be another
	id      string        // "" is the name
	label   string        // of an option
	path    string        // of an entry: its JSON pointer
	checked bool          // of an option
	value   reflect.Value // where the value is kept; invalid for a FormField or FieldList without a struct
	null    bool          // there is no value: Python's None
	sent    bool          // something was sent under the name
	offered bool          // sent, or on the page
	raw     []string      // what was sent
	initial string        // the value before what was sent, as a text
	object  reflect.Value // the value that the form was made with
	failed  []Error       // of reading the value
	errs    []Error
	files   []*dewar.Upload
	sub     *Form         // of a FormField
	entries []*BoundField // of a FieldList
	kw      *jinja.Dict   // render_kw of this render
}

// Name returns the name of the element: the field's, with the form's prefix.
func (f *BoundField) Name() string { return f.name }

// ShortName returns the name without prefixes.
func (f *BoundField) ShortName() string { return f.plan.Name }

// Type returns WTForms' class name.
func (f *BoundField) Type() string { return f.plan.Type }

// ID returns the id of the element.
func (f *BoundField) ID() string {
	if f.id != "" {
		return f.id
	}
	return f.name
}

// Label returns the text of the label, translated.
func (f *BoundField) Label() string {
	if f.label != "" {
		return f.label
	}
	return f.form.gettext(f.plan.Label)
}

// Sent returns the texts that were sent under the field's name, and whether there are any: WTForms' raw_data.
func (f *BoundField) Sent() ([]string, bool) { return f.raw, f.sent }

// Offered reports whether the field was on the page that was sent: [Form.Populate] writes no other.
func (f *BoundField) Offered() bool { return f.offered }

// Form returns the form of a FormField, nil of any other.
func (f *BoundField) Form() *Form { return f.sub }

// parts are the fields of a FormField or the entries of a FieldList.
func (f *BoundField) parts() []*BoundField {
	if f.sub != nil {
		return f.sub.fields
	}
	return f.entries
}

// Entries returns the entries of a FieldList.
func (f *BoundField) Entries() []*BoundField { return f.entries }

// Value returns the field's value: nil when there is none, a map for a FormField, a slice for a FieldList.
func (f *BoundField) Value() any {
	switch {
	case f.sub != nil:
		return f.sub.Values()
	case f.kind == kindList:
		list := make([]any, len(f.entries))
		for i, e := range f.entries {
			list[i] = e.Value()
		}
		return list
	case f.isNull():
		return nil
	}
	return f.value.Interface()
}

// isNull reports whether there is no value: Python's None.
func (f *BoundField) isNull() bool { return f.null || !f.value.IsValid() }

// text returns the value when it is a string.
func (f *BoundField) text() (string, bool) {
	if f.isNull() {
		return "", false
	}
	v := reflect.Indirect(f.value)
	if v.Kind() != reflect.String {
		return "", false
	}
	return v.String(), true
}

// Errors returns the field's errors. A FormField and a FieldList have those of their fields.
func (f *BoundField) Errors() []Error {
	list := slices.Clip(f.errs)
	for _, b := range f.parts() {
		list = append(list, b.Errors()...)
	}
	return list
}

// AddError adds an error that the form could not know, such as one of the database. The code may be any word; the text
// is shown to the user. An empty text is that of the code.
func (f *BoundField) AddError(code, text string) {
	f.errs = append(f.errs, f.form.newError(f, code, text))
}

// Changed reports whether the value differs from the one that the form was made with.
func (f *BoundField) Changed() bool {
	switch {
	case f.sub != nil:
		return f.sub.Changed()
	case f.kind == kindList:
		return f.initial != strconv.Itoa(len(f.entries)) || slices.ContainsFunc(f.entries, (*BoundField).Changed)
	case f.isFile():
		return len(f.files) > 0
	}
	return f.valueText() != f.initial
}
