package forms

import (
	"reflect"
	"strings"

	"github.com/dewar-go/dewar/jinja"
	"github.com/dewar-go/dewar/markup"
)

// staticHTML is the part of a field's element and label that is the same in every request without errors, prefix and
// keywords of the template: it is written once.
type staticHTML struct {
	head, tail markup.HTML // around the value; an empty head is none
	checked    markup.HTML // a checkbox that is checked; head is one that is not
	label      markup.HTML
}

// sentinel stands for the value while the static parts are made. No attribute has it.
const sentinel = "\x00value\x00"

// makeStatic writes the static parts.
func (p *plan) makeStatic() {
	if p.ID == "" {
		p.static.label = (&BoundField{plan: p, form: &Form{}, name: p.Name, null: true}).labelHTML("", nil)
	}
	_, moves := p.RenderKw["autofocus"]
	if _, set := p.RenderKw["value"]; set || moves || p.goType == nil {
		return
	}
	f := &BoundField{plan: p, form: &Form{}, name: p.Name, id: p.ID, null: true}
	var kw []jinja.Kw
	switch w := p.Field.Widget.(type) {
	case Input:
		switch w.Type {
		case "submit", "radio":
			return
		case "checkbox":
			if p.kind == kindBool {
				off := f.render(nil)
				f.checked = true
				p.static.head, p.static.checked = off, f.render(nil)
			}
			return
		case "password":
		default:
			kw = []jinja.Kw{{Name: "value", Value: jinja.String(sentinel)}}
		}
	case TextArea:
		f.value, f.null = reflect.ValueOf(sentinel), false
	case FileInput:
	default:
		return
	}
	head, tail, _ := strings.Cut(string(f.render(kw)), sentinel)
	p.static.head, p.static.tail = markup.HTML(head), markup.HTML(tail)
}

// renderPlain writes the element from its static parts, if it has some.
func (f *BoundField) renderPlain() (markup.HTML, bool) {
	s := &f.plan.static
	switch {
	case s.head == "":
		return "", false
	case s.checked == "" && s.tail == "":
		return s.head, true
	case s.checked == "":
		return s.head + markup.Escape(f.shown()) + s.tail, true
	case len(f.raw) > 0:
		return "", false
	}
	html := s.head
	if f.isChecked() {
		html = s.checked
	}
	if f.form.c == nil || f.form.options.Query {
		return html, true
	}
	return markup.HTML(f.appendMarker(make([]byte, 0, 192))) + html, true
}

// untranslated reports whether texts are shown as they are declared.
func (f *Form) untranslated() bool { return f.c == nil || f.catalogue().Gettext == nil }
