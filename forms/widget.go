package forms

import (
	"slices"

	"github.com/dewar-go/dewar/markup"
)

// A Widget writes the element of a field. It is shared by all requests.
type Widget interface {
	// Render returns the element. The attributes are those of the template's call and of render_kw, and those that
	// follow from the field's checks. They must not be kept.
	Render(field *BoundField, attrs *Attrs) markup.HTML
}

// Input is the widget of an input element.
type Input struct {
	// Type is the element's attribute type.
	Type string
	// Step is the attribute step, if not empty.
	Step string
	// takes are the flags that become attributes.
	takes []string
}

var (
	plainFlags  = []string{"disabled", "required"}
	textFlags   = []string{"disabled", "maxlength", "minlength", "pattern", "readonly", "required"}
	numberFlags = []string{"disabled", "max", "min", "readonly", "required", "step"}
	areaFlags   = []string{"disabled", "maxlength", "minlength", "readonly", "required"}
	fileFlags   = []string{"accept", "disabled", "required"}
)

// The widgets of inputs, by their names in WTForms.
var (
	TextInput          = Input{Type: "text", takes: textFlags}
	PasswordInput      = Input{Type: "password", takes: textFlags} // never shows a value
	EmailInput         = Input{Type: "email", takes: textFlags}
	URLInput           = Input{Type: "url", takes: textFlags}
	TelInput           = Input{Type: "tel", takes: textFlags}
	SearchInput        = Input{Type: "search", takes: textFlags}
	HiddenInput        = Input{Type: "hidden", takes: plainFlags}
	ColorInput         = Input{Type: "color", takes: plainFlags}
	NumberInput        = Input{Type: "number", takes: numberFlags}
	RangeInput         = Input{Type: "range", takes: numberFlags}
	DateTimeInput      = Input{Type: "datetime", takes: numberFlags}
	DateTimeLocalInput = Input{Type: "datetime-local", takes: numberFlags}
	DateInput          = Input{Type: "date", takes: numberFlags}
	MonthInput         = Input{Type: "month", takes: numberFlags}
	WeekInput          = Input{Type: "week", takes: numberFlags}
	TimeInput          = Input{Type: "time", takes: numberFlags}
	CheckboxInput      = Input{Type: "checkbox", takes: plainFlags}
	RadioInput         = Input{Type: "radio", takes: plainFlags}
	SubmitInput        = Input{Type: "submit", takes: plainFlags}

	anyNumber = Input{Type: "number", Step: "any", takes: numberFlags}
	anyRange  = Input{Type: "range", Step: "any", takes: numberFlags}
)

// Render implements [Widget].
func (w Input) Render(f *BoundField, a *Attrs) markup.HTML {
	if w.Step != "" {
		a.setDefault(attr{key: "step", value: w.Step})
	}
	a.setDefault(attr{key: "id", value: f.ID()})
	f.flagAttrs(a, w.takes)
	a.set(attr{key: "name", value: f.name})
	a.setDefault(attr{key: "type", value: w.Type})
	switch w.Type {
	case "password":
		a.set(attr{key: "value"})
	case "checkbox", "radio":
		if f.isChecked() {
			a.set(attr{key: "checked", state: attrBare})
		}
		a.setDefault(attr{key: "value", value: f.shown()})
	case "submit":
		a.setDefault(attr{key: "value", value: f.Label()})
	default:
		if !a.Has("value") {
			a.set(attr{key: "value", value: f.shown()})
		}
	}
	buf := make([]byte, 0, 192)
	if w.Type == "checkbox" && f.kind == kindBool {
		buf = f.appendMarker(buf)
	}
	return markup.HTML(append(a.AppendTo(append(buf, "<input"...)), '>'))
}

// SetFlags sets the flag hidden of a hidden input.
func (w Input) SetFlags(flags *Flags) {
	if w.Type == "hidden" {
		flags.Set("hidden", true)
	}
}

func (f *BoundField) isChecked() bool {
	return f.checked || f.plan.Type != "_Option" && f.truth()
}

// appendMarker appends the field that says that this one was on the page. It stands before it, so that a rule of a style
// for the label behind a checkbox (input:checked + label) still finds the two side by side.
func (f *BoundField) appendMarker(buf []byte) []byte {
	if f.form.c == nil || f.form.options.Query || f.kind != kindBool && f.kind != kindChoices && f.kind != kindList {
		return buf
	}
	buf = append(buf, `<input name="`+offeredName+`" type="hidden" value="`...)
	return append(markup.AppendEscape(buf, f.name), `">`...)
}

// flagAttrs sets the attributes that flags of the field give.
func (f *BoundField) flagAttrs(a *Attrs, names []string) {
	for _, x := range f.flagged {
		if slices.Contains(names, x.key) {
			a.setDefault(x)
		}
	}
}

// FileInput is the widget of a FileField.
type FileInput struct{ Multiple bool }

// Render implements [Widget].
func (w FileInput) Render(f *BoundField, a *Attrs) markup.HTML {
	a.set(attr{key: "value", state: attrOff})
	if w.Multiple {
		a.set(attr{key: "multiple", state: attrBare})
	}
	return Input{Type: "file", takes: fileFlags}.Render(f, a)
}

// TextArea is the widget of a TextAreaField.
type TextArea struct{}

// Render implements [Widget].
func (TextArea) Render(f *BoundField, a *Attrs) markup.HTML {
	a.setDefault(attr{key: "id", value: f.ID()})
	f.flagAttrs(a, areaFlags)
	a.set(attr{key: "name", value: f.name})
	buf := append(make([]byte, 0, 256), "<textarea"...)
	buf = append(a.AppendTo(buf), ">\r\n"...)
	buf = markup.AppendEscape(buf, f.shown())
	return markup.HTML(append(buf, "</textarea>"...))
}

// Select is the widget of a SelectField or SelectMultipleField.
type Select struct{ Multiple bool }

// Render implements [Widget].
func (w Select) Render(f *BoundField, a *Attrs) markup.HTML {
	a.setDefault(attr{key: "id", value: f.ID()})
	if w.Multiple {
		a.set(attr{key: "multiple", state: attrBare})
	}
	f.flagAttrs(a, plainFlags)
	a.set(attr{key: "name", value: f.name})
	buf := f.appendMarker(make([]byte, 0, 64*len(f.Choices)+192))
	buf = append(a.AppendTo(append(buf, "<select"...)), '>')
	group := ""
	selected := f.selection()
	for i := range f.Choices {
		c := &f.Choices[i]
		if c.Group != group {
			buf = f.endGroup(buf, group)
			if group = c.Group; group != "" {
				buf = append(markup.AppendEscape(append(buf, `<optgroup label="`...), f.form.gettext(group)), `">`...)
			}
		}
		buf = f.appendOption(buf, i, selected.has(i))
	}
	return markup.HTML(append(f.endGroup(buf, group), "</select>"...))
}

func (*BoundField) endGroup(buf []byte, group string) []byte {
	if group != "" {
		buf = append(buf, "</optgroup>"...)
	}
	return buf
}

// appendOption appends the option of a choice.
func (f *BoundField) appendOption(buf []byte, i int, selected bool) []byte {
	c := &f.Choices[i]
	var room [4]attr
	a := Attrs{room[:0]}
	for k, v := range c.RenderKw {
		a.Set(cleanKey(k), v)
	}
	if selected {
		a.set(attr{key: "selected", state: attrBare})
	}
	a.set(attr{key: "value", value: pythonText(c.Value)})
	buf = append(a.AppendTo(append(buf, "<option"...)), '>')
	return append(markup.AppendEscape(buf, f.choiceLabel(i)), "</option>"...)
}

// choiceLabel is the label of a choice, translated.
func (f *BoundField) choiceLabel(i int) string {
	if c := &f.Choices[i]; c.Label != "" {
		return f.form.gettext(c.Label)
	}
	return pythonText(f.Choices[i].Value)
}

// Option is the widget of one option of a SelectField that a template iterates.
type Option struct{}

// Render implements [Widget].
func (Option) Render(f *BoundField, a *Attrs) markup.HTML {
	a.set(attr{key: "value", value: f.shown()})
	if f.checked {
		a.set(attr{key: "selected", state: attrBare})
	}
	buf := append(a.AppendTo([]byte("<option")), '>')
	return markup.HTML(append(markup.AppendEscape(buf, f.Label()), "</option>"...))
}

// ListWidget writes the fields of a FieldList, or the options of a RadioField, as the items of a list.
type ListWidget struct {
	// Tag is ul or ol. Default: ul.
	Tag string
	// PrefixLabel puts the label before the field.
	PrefixLabel bool
}

// Render implements [Widget].
func (w ListWidget) Render(f *BoundField, a *Attrs) markup.HTML {
	tag := w.Tag
	if tag == "" {
		tag = "ul"
	}
	a.setDefault(attr{key: "id", value: f.ID()})
	buf := make([]byte, 0, 256)
	buf = f.appendMarker(buf)
	buf = append(a.AppendTo(append(append(buf, '<'), tag...)), '>')
	for _, item := range f.items() {
		buf = append(buf, "<li>"...)
		label, element := item.labelHTML("", nil), item.render(nil)
		if w.PrefixLabel {
			buf = append(append(append(buf, label...), ' '), element...)
		} else {
			buf = append(append(append(buf, element...), ' '), label...)
		}
		buf = append(buf, "</li>"...)
	}
	return markup.HTML(append(append(append(buf, "</"...), tag...), '>'))
}

// items are the entries of a list, the fields of a FormField, or the options of a list of choices.
func (f *BoundField) items() []*BoundField {
	switch {
	case f.sub != nil:
		return f.sub.fields
	case f.kind == kindList:
		return f.entries
	case f.option != nil:
		return f.options()
	}
	return nil
}

// TableWidget writes the fields of a FormField as the rows of a table.
type TableWidget struct {
	// RowsAlone leaves the table element out: WTForms' with_table_tag=False.
	RowsAlone bool
}

// Render implements [Widget].
func (w TableWidget) Render(f *BoundField, a *Attrs) markup.HTML {
	var buf []byte
	if !w.RowsAlone {
		a.setDefault(attr{key: "id", value: f.ID()})
		buf = append(a.AppendTo([]byte("<table")), '>')
	}
	var hidden []byte
	for _, item := range f.items() {
		element := item.render(nil)
		if item.Type() == "HiddenField" {
			hidden = append(hidden, element...)
			continue
		}
		buf = append(append(append(buf, "<tr><th>"...), item.labelHTML("", nil)...), "</th><td>"...)
		buf = append(append(append(buf, hidden...), element...), "</td></tr>"...)
		hidden = nil
	}
	if !w.RowsAlone {
		buf = append(buf, "</table>"...)
	}
	return markup.HTML(append(buf, hidden...))
}
