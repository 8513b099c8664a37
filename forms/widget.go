package forms

import (
	"cmp"
	"slices"
	"time"

	"github.com/dewar-go/dewar/jinja"
	"github.com/dewar-go/dewar/markup"
)

// A Widget writes the element of a field. It is shared by all requests.
type Widget interface {
	// AppendTo appends the element. The attributes are those of the template's call and of render_kw, and those that
	// tell of a help text and of errors. They must not be kept. What comes from outside has to be escaped:
	// [markup.AppendEscape].
	AppendTo(buf []byte, field *BoundField, attrs *Attrs) []byte
}

// An element is a Widget of this package: it knows the attributes that each of its elements has.
type element interface {
	comparable
	Widget
	ownAttrs
}

type ownAttrs interface{ attrs(p *plan) []attr }

// startTag appends the start of an element.
func startTag[W element](buf []byte, tag string, w W, f *BoundField, a *Attrs) []byte {
	all := a.all
	if all == nil {
		own := f.plan.own
		if f.plan.Field.Widget != Widget(w) {
			own = ready(w.attrs(f.plan))
		}
		all = a.merge(f, own)
	}
	return append(f.appendAttrs(append(append(buf, '<'), tag...), all), '>')
}

// attrs are the attributes of an element in the order of their keys, with the flags of the field that it takes.
func (p *plan) attrs(flags []string, own ...attr) []attr {
	var a Attrs
	for _, x := range own {
		a.set(x)
	}
	for _, x := range p.flags.list {
		if t, ok := x.value.(time.Time); ok {
			x.value = p.timeText(t)
		}
		if slices.Contains(flags, x.name) && !a.Has(x.name) {
			a.set(attrOf(x.name, x.value))
		}
	}
	return a.list
}

// id is the attribute id, or another that has its value.
func (p *plan) id(key string) attr {
	return attr{key: key, value: string(appendAttr(nil, key, cmp.Or(p.ID, p.Name))), state: attrID}
}

func (p *plan) name() attr {
	return attr{key: "name", value: string(appendAttr(nil, "name", p.Name)), state: attrName, fixed: true}
}

// Input is the widget of an input element.
type Input struct {
	// Type is the element's attribute type.
	Type string
	// Step is the attribute step, if not empty.
	Step string
}

// The widgets of inputs, by their names in WTForms.
var (
	TextInput          = Input{Type: "text"}
	PasswordInput      = Input{Type: "password"} // never shows a value
	EmailInput         = Input{Type: "email"}
	URLInput           = Input{Type: "url"}
	TelInput           = Input{Type: "tel"}
	SearchInput        = Input{Type: "search"}
	HiddenInput        = Input{Type: "hidden"}
	ColorInput         = Input{Type: "color"}
	NumberInput        = Input{Type: "number"}
	RangeInput         = Input{Type: "range"}
	DateTimeInput      = Input{Type: "datetime"}
	DateTimeLocalInput = Input{Type: "datetime-local"}
	DateInput          = Input{Type: "date"}
	MonthInput         = Input{Type: "month"}
	WeekInput          = Input{Type: "week"}
	TimeInput          = Input{Type: "time"}
	CheckboxInput      = Input{Type: "checkbox"}
	RadioInput         = Input{Type: "radio"}
	SubmitInput        = Input{Type: "submit"}

	anyNumber = Input{Type: "number", Step: "any"}
	anyRange  = Input{Type: "range", Step: "any"}
)

// AppendTo implements [Widget].
func (w Input) AppendTo(buf []byte, f *BoundField, a *Attrs) []byte {
	if w.Type == "checkbox" && f.kind == kindBool {
		buf = f.appendMarker(buf)
	}
	return startTag(buf, "input", w, f, a)
}

func (w Input) attrs(p *plan) []attr {
	own := append(p.additions(w), p.id("id"), p.name(), attr{key: "type", value: w.Type})
	if w.Step != "" {
		own = append(own, attr{key: "step", value: w.Step})
	}
	flags := []string{"disabled", "required"}
	switch w.Type {
	case "checkbox", "radio":
		own = append(own, attr{key: "checked", value: " checked", state: attrChecked, fixed: true}, attr{key: "value", state: attrValue})
	case "submit":
		own = append(own, attr{key: "value", state: attrLabel})
	case "hidden", "color":
		own = append(own, attr{key: "value", state: attrValue})
	case "file":
		own = append(own, attr{key: "value", state: attrOff, fixed: true})
		flags = append(flags, "accept")
	case "number", "range", "date", "datetime", "datetime-local", "month", "week", "time":
		own = append(own, attr{key: "value", state: attrValue})
		flags = append(flags, "max", "min", "readonly", "step")
	default:
		value := attr{key: "value", state: attrValue}
		if w.Type == "password" { // which is never shown
			value = attr{key: "value", fixed: true}
		}
		own = append(own, value)
		flags = append(flags, "maxlength", "minlength", "pattern", "readonly")
	}
	return p.attrs(flags, own...)
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

// FileInput is the widget of a FileField.
type FileInput struct{ Multiple bool }

// AppendTo implements [Widget].
func (w FileInput) AppendTo(buf []byte, f *BoundField, a *Attrs) []byte {
	return startTag(buf, "input", w, f, a)
}

func (w FileInput) attrs(p *plan) []attr { return multiple(Input{Type: "file"}.attrs(p), w.Multiple) }

func multiple(own []attr, on bool) []attr {
	a := Attrs{list: own}
	if on {
		a.set(attr{key: "multiple", state: attrBare, fixed: true})
	}
	return a.list
}

// TextArea is the widget of a TextAreaField.
type TextArea struct{}

// AppendTo implements [Widget].
func (w TextArea) AppendTo(buf []byte, f *BoundField, a *Attrs) []byte {
	buf = append(startTag(buf, "textarea", w, f, a), "\r\n"...)
	return append(markup.AppendEscape(buf, f.shown()), "</textarea>"...)
}

func (TextArea) attrs(p *plan) []attr {
	return p.attrs([]string{"disabled", "maxlength", "minlength", "readonly", "required"}, p.id("id"), p.name())
}

// Select is the widget of a SelectField or SelectMultipleField.
type Select struct{ Multiple bool }

func (w Select) attrs(p *plan) []attr {
	return multiple(p.attrs([]string{"disabled", "required"}, p.id("id"), p.name()), w.Multiple)
}

// AppendTo implements [Widget].
func (w Select) AppendTo(buf []byte, f *BoundField, a *Attrs) []byte {
	buf = startTag(f.appendMarker(buf), "select", w, f, a)
	group := ""
	selected := f.selection()
	for i := range f.Choices {
		c := &f.Choices[i]
		if c.Group != group {
			buf = endGroup(buf, group)
			if group = c.Group; group != "" {
				buf = append(markup.AppendEscape(append(buf, `<optgroup label="`...), f.form.gettext(group)), `">`...)
			}
		}
		buf = f.appendOption(buf, i, selected.has(i))
	}
	return append(endGroup(buf, group), "</select>"...)
}

func endGroup(buf []byte, group string) []byte {
	if group != "" {
		buf = append(buf, "</optgroup>"...)
	}
	return buf
}

// appendOption appends the option of a choice.
func (f *BoundField) appendOption(buf []byte, i int, selected bool) []byte {
	c := &f.Choices[i]
	var a Attrs
	for k, v := range c.RenderKw {
		a.Set(cleanKey(k), v)
	}
	return appendOption(buf, &a, selected, pythonText(c.Value), f.choiceLabel(i))
}

func appendOption(buf []byte, a *Attrs, selected bool, value, label string) []byte {
	buf = append(buf, "<option"...)
	if len(a.list) > 0 {
		if selected {
			a.set(attr{key: "selected", state: attrBare})
		}
		a.set(attr{key: "value", value: value})
		buf = a.AppendTo(buf)
	} else {
		if selected {
			buf = append(buf, " selected"...)
		}
		buf = appendAttr(buf, "value", value)
	}
	buf = append(buf, '>')
	return append(markup.AppendEscape(buf, label), "</option>"...)
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

// AppendTo implements [Widget].
func (Option) AppendTo(buf []byte, f *BoundField, a *Attrs) []byte {
	return appendOption(buf, a, f.checked, f.shown(), f.Label())
}

// ListWidget writes the fields of a FieldList, or the options of a RadioField, as the items of a list.
type ListWidget struct {
	// Tag is ul or ol. Default: ul.
	Tag string
	// PrefixLabel puts the label before the field.
	PrefixLabel bool
}

// AppendTo implements [Widget].
func (w ListWidget) AppendTo(buf []byte, f *BoundField, a *Attrs) []byte {
	tag := cmp.Or(w.Tag, "ul")
	buf = startTag(f.appendMarker(buf), tag, w, f, a)
	for _, item := range f.items() {
		buf = append(buf, "<li>"...)
		if w.PrefixLabel {
			buf = item.AppendHTML(append(item.appendLabel(buf, "", jinja.Args{}), ' '))
		} else {
			buf = item.appendLabel(append(item.AppendHTML(buf), ' '), "", jinja.Args{})
		}
		buf = append(buf, "</li>"...)
	}
	return append(append(append(buf, "</"...), tag...), '>')
}

func (ListWidget) attrs(p *plan) []attr { return p.attrs(nil, p.id("id")) }

// items are the entries of a list, the fields of a FormField, or the options of a list of choices.
func (f *BoundField) items() []*BoundField {
	if f.option != nil {
		return f.options()
	}
	return f.parts()
}

// TableWidget writes the fields of a FormField as the rows of a table.
type TableWidget struct {
	// RowsAlone leaves the table element out: WTForms' with_table_tag=False.
	RowsAlone bool
}

// AppendTo implements [Widget].
func (w TableWidget) AppendTo(buf []byte, f *BoundField, a *Attrs) []byte {
	if !w.RowsAlone {
		buf = startTag(buf, "table", w, f, a)
	}
	var hidden []byte
	for _, item := range f.items() {
		if item.Type() == "HiddenField" {
			hidden = item.AppendHTML(hidden)
			continue
		}
		buf = append(item.appendLabel(append(buf, "<tr><th>"...), "", jinja.Args{}), "</th><td>"...)
		buf = append(item.AppendHTML(append(buf, hidden...)), "</td></tr>"...)
		hidden = nil
	}
	if !w.RowsAlone {
		buf = append(buf, "</table>"...)
	}
	return append(buf, hidden...)
}

func (TableWidget) attrs(p *plan) []attr { return p.attrs(nil, p.id("id")) }
