package forms

import (
	"reflect"
	"strings"
	"sync/atomic"

	"github.com/dewar-go/dewar/jinja"
	"github.com/dewar-go/dewar/markup"
)

// staticHTML is the part of an element that is the same in every request: it is written once for the keywords of each
// call in a template. A label has a head alone.
type staticHTML struct {
	kw         []jinja.Kw
	head, tail markup.HTML // around the value
	checked    markup.HTML // a checkbox that is checked; head is one that is not
}

// A staticCache holds the static parts for the keywords that were seen.
type staticCache struct{ list atomic.Pointer[[]*staticHTML] }

// maxStatic bounds the number of a cache's entries: keywords may hold what users typed.
const maxStatic = 8

// get returns the static parts for keywords, nil when none are kept for them: they are for those of constants, which
// are the very same values in each render.
func (c *staticCache) get(kw []jinja.Kw, write func(kw []jinja.Kw) *staticHTML) *staticHTML {
	known := c.list.Load()
	if known != nil {
		for _, s := range *known {
			if sameKeywords(s.kw, kw) {
				return s
			}
		}
		if len(*known) >= maxStatic {
			return nil
		}
	}
	for _, k := range kw {
		if !k.Value.IsString() && !k.Value.IsInteger() && k.Value != jinja.True && k.Value != jinja.False ||
			k.Name == "value" || k.Name == "autofocus" || k.Name == "checked" {
			return nil
		}
	}
	s := write(kw)
	s.kw = append([]jinja.Kw(nil), kw...)
	list := []*staticHTML{s}
	if known != nil {
		list = append(list, *known...)
	}
	c.list.CompareAndSwap(known, &list)
	return s
}

func sameKeywords(a, b []jinja.Kw) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// sentinel stands for the value while the static parts are written. No attribute has it.
const sentinel = "\x00value\x00"

// hasStatic reports whether elements of the field have static parts.
func (p *plan) hasStatic() bool {
	_, moves := p.RenderKw["autofocus"]
	_, set := p.RenderKw["value"]
	switch w := p.Field.Widget.(type) {
	case Input:
		if w.Type == "submit" || w.Type == "radio" || w.Type == "checkbox" && p.kind != kindBool {
			return false
		}
	case TextArea, FileInput, Select:
	default:
		return false
	}
	return !moves && !set && p.goType != nil
}

// writeStatic writes the static parts of an element.
func (p *plan) writeStatic(kw []jinja.Kw) *staticHTML {
	f := &BoundField{plan: p, form: &Form{}, name: p.Name, id: p.ID, null: true}
	switch w := p.Field.Widget.(type) {
	case Input:
		switch w.Type {
		case "checkbox":
			s := &staticHTML{head: f.write(kw)}
			f.checked = true
			s.checked = f.write(kw)
			return s
		case "password":
		default:
			kw = append(kw[:len(kw):len(kw)], jinja.Kw{Name: "value", Value: jinja.String(sentinel)})
		}
	case TextArea:
		f.value, f.null = reflect.ValueOf(sentinel), false
	case Select:
		head, _ := strings.CutSuffix(string(f.write(kw)), "</select>")
		return &staticHTML{head: markup.HTML(head)}
	}
	head, tail, _ := strings.Cut(string(f.write(kw)), sentinel)
	return &staticHTML{head: markup.HTML(head), tail: markup.HTML(tail)}
}

// writeStaticLabel writes the label.
func (p *plan) writeStaticLabel(kw []jinja.Kw) *staticHTML {
	f := &BoundField{plan: p, form: &Form{}, name: p.Name, null: true}
	return &staticHTML{head: f.writeLabel("", kw)}
}

// renderStatic writes the element from its static parts, if it has some.
func (f *BoundField) renderStatic(kw []jinja.Kw) (markup.HTML, bool) {
	if !f.plan.canStatic {
		return "", false
	}
	s := f.plan.static.get(kw, f.plan.writeStatic)
	switch {
	case s == nil:
		return "", false
	case f.option != nil:
		buf := append(f.appendMarker(make([]byte, 0, len(s.head)+64*len(f.Choices)+128)), s.head...)
		return markup.HTML(f.appendChoices(buf)), true
	case s.checked == "" && s.tail == "":
		return s.head, true
	case s.checked == "":
		return s.head + markup.Escape(f.shown()) + s.tail, true
	case len(f.raw) > 0 && f.raw[0] != "y":
		return "", false
	}
	html := s.head
	if f.isChecked() {
		html = s.checked
	}
	return markup.HTML(f.appendMarker(nil)) + html, true
}

// isPlain reports whether the element is written as the field is declared: nothing of this request changes it.
func (f *BoundField) isPlain() bool {
	return f.kw == nil && f.Widget == nil && len(f.errs) == 0 && f.name == f.plan.Name
}

// untranslated reports whether texts are shown as they are declared.
func (f *Form) untranslated() bool { return f.c == nil || f.catalogue().Gettext == nil }
