package forms

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/dewar-go/dewar/jinja"
	"github.com/dewar-go/dewar/markup"
)

// HTML returns the element as {{ form.email }} writes it.
func (f *BoundField) HTML() markup.HTML { return markup.HTML(f.AppendHTML(nil)) }

// AppendHTML appends what HTML returns.
func (f *BoundField) AppendHTML(buf []byte) []byte { return f.appendElement(buf, jinja.Args{}) }

// Element returns the element with these attributes, as {{ form.email(class_='wide') }} writes it.
func (f *BoundField) Element(attrs map[string]any) markup.HTML {
	kw := make([]jinja.Kw, 0, len(attrs))
	for k, v := range attrs {
		kw = append(kw, jinja.Kw{Name: k, Value: jinja.ValueOf(v)})
	}
	return markup.HTML(f.appendElement(nil, jinja.Args{Kw: kw}))
}

// appendElement appends the element with the keywords of a template's call.
func (f *BoundField) appendElement(buf []byte, args jinja.Args) []byte {
	a, _ := attrsPool.Get().(*Attrs)
	w, described := f.widgetNow(), f.describedBy()
	if f.Widget == nil && f.own != nil && f.kw == nil && described == "" { // nothing but the value is this request's own
		if a.fixed = args.Fixed; len(args.Kw)+len(f.given) == 0 {
			a.all = f.own
		} else {
			a.all = f.fixedAttrs(args.Fixed, f.own)
		}
	}
	if a.all == nil {
		f.setAttrs(a, args.Kw, described)
	}
	buf = w.AppendTo(buf, f, a)
	if len(a.list)+len(a.room) > 0 {
		clear(a.list)
		clear(a.room)
		a.list, a.room = a.list[:0], a.room[:0]
	}
	a.all, a.fixed = nil, nil
	attrsPool.Put(a)
	return buf
}

// attrsPool holds attributes for reuse: those of an element are done with when its widget returns.
var attrsPool = sync.Pool{New: func() any { return &Attrs{list: make([]attr, 0, 8), room: make([]attr, 0, 16)} }}

// setAttrs sets the attributes that render_kw and a template's call say, and those that tell of a help text and of errors.
func (f *BoundField) setAttrs(a *Attrs, kw []jinja.Kw, described string) {
	if f.kw != nil {
		for k, v := range f.kw.All() {
			name, _ := k.Str()
			a.setKeywords([]jinja.Kw{{Name: name, Value: v}})
		}
	} else {
		a.list = append(a.list, f.given...)
	}
	a.setKeywords(kw)
	if a.Has("autofocus") {
		if a.fixed = nil; f.form.hasErrors() {
			a.set(attr{key: "autofocus", state: attrOff}) // the summary of the errors has the focus
		}
	}
	if described == "" || f.plan.Type == "_Option" || f.isHidden() {
		return
	}
	if _, group := f.widgetNow().(ListWidget); len(f.errs) > 0 && !group && f.sub == nil {
		a.SetDefault("aria-invalid", "true")
	}
	a.SetDefault("aria-describedby", described)
}

// describedBy lists the ids of the field's help and errors, as forms/fields.html gives them.
func (f *BoundField) describedBy() string {
	switch wrong, help := len(f.errs) > 0, f.Description != "" || f.fileLost(); {
	case wrong && help:
		return f.ID() + "-help " + f.ID() + "-error"
	case wrong:
		return f.ID() + "-error"
	case help:
		return f.ID() + "-help"
	}
	return ""
}

// fileLost reports whether a file was sent with a form that is shown again, so that it must be chosen again.
func (f *BoundField) fileLost() bool {
	form := f.form
	for form.owner != nil {
		form = form.owner.form
	}
	return len(f.files) > 0 && form.hasErrors()
}

// widgetNow is the widget of this request.
func (f *BoundField) widgetNow() Widget {
	if f.Widget != nil {
		return f.Widget
	}
	return f.plan.Field.Widget
}

// isHidden reports whether the field is one of those that hidden_tag writes.
func (f *BoundField) isHidden() bool {
	w, ok := f.widgetNow().(Input)
	return ok && w.Type == "hidden"
}

// additions are the attributes that follow from the field's type and name.
func (p *plan) additions(input Input) (list []attr) {
	if p.Type == "_Option" {
		return nil
	}
	token := map[string]string{"email": "email", "tel": "tel", "username": "username", "password": "current-password",
		"current_password": "current-password", "old_password": "current-password", "new_password": "new-password",
		"password2": "new-password", "confirm": "new-password", "confirm_password": "new-password", "password_confirm": "new-password"}
	switch input.Type {
	case "email", "tel":
		list = append(list, attr{key: "autocomplete", value: token[input.Type]})
	case "password":
		if t := token[p.Name]; strings.HasSuffix(t, "password") {
			list = append(list, attr{key: "autocomplete", value: t})
		}
	case "text":
		if p.Name == "username" && p.kind == kindText {
			list = append(list, attr{key: "autocomplete", value: "username"})
		}
	}
	// The keyboards of digits have no minus.
	if low, err := decimalOf(p.flags.Get("min")); err == nil && low.sign() >= 0 {
		switch p.kind {
		case kindInt:
			list = append(list, attr{key: "inputmode", value: "numeric"})
		case kindDecimal, kindFloat:
			list = append(list, attr{key: "inputmode", value: "decimal"})
		}
	}
	return list
}

// shown is the text that the element shows: what was sent where it may be shown, else the value.
func (f *BoundField) shown() string {
	if f.plan == tokenPlan {
		token, _ := f.form.c.CSRFToken()
		return token
	}
	switch f.kind {
	case kindInt, kindFloat:
		if len(f.raw) > 0 {
			return f.raw[0]
		}
	case kindDecimal:
		if len(f.raw) > 0 {
			return f.raw[0]
		}
		return f.decimalText()
	case kindBool:
		if len(f.raw) > 0 {
			return f.raw[0]
		}
		return "y"
	case kindDate, kindDateTime, kindTime, kindWeek:
		if len(f.raw) > 0 {
			return strings.Join(f.raw, " ")
		}
		t, ok := f.time()
		if !ok {
			return ""
		}
		return f.timeText(t)
	default:
		if !f.isText && len(f.failed) > 0 && len(f.raw) > 0 {
			return f.raw[0]
		}
	}
	return f.valueText()
}

// decimalText is a number with the field's places.
func (f *BoundField) decimalText() string {
	places := 2
	if f.Places != nil {
		places = *f.Places
	}
	n, ok := f.number()
	switch {
	case f.null:
		return ""
	case !ok || places < 0:
		return f.valueText()
	}
	return n.Fixed(places)
}

// timeText writes a time in the field's first layout.
func (p *plan) timeText(t time.Time) string {
	if p.kind == kindWeek {
		year, week := t.ISOWeek()
		return fmt.Sprintf("%04d-W%02d", year, week)
	}
	layout := p.write
	if layout == "" {
		layout = "%Y-%m-%d"
	}
	return layout.Format(t)
}

// A selection says which choices are chosen.
type selection struct {
	f    *BoundField
	one  string
	many map[string]bool
}

func (f *BoundField) selection() selection {
	s := selection{f: f}
	switch {
	case f.null:
	case f.kind == kindChoices:
		s.many = map[string]bool{}
		for i := range f.value.Len() {
			s.many[textOf(f.value.Index(i))] = true
		}
	default:
		s.one = f.valueText()
	}
	return s
}

func (s selection) has(i int) bool {
	if s.f.null {
		return false
	}
	text := s.f.choiceText(i)
	return s.many[text] || s.many == nil && text == s.one
}

// options are the choices as fields of their own, such as radio buttons.
func (f *BoundField) options() []*BoundField {
	list := make([]*BoundField, len(f.Choices))
	selected := f.selection()
	for i := range f.Choices {
		o := &BoundField{}
		o.init(f.plan.option, f.form, f.name, f.key)
		o.id = f.ID() + "-" + strconv.Itoa(i)
		o.label = f.choiceLabel(i)
		o.value, o.null, o.checked = reflect.ValueOf(pythonText(f.Choices[i].Value)), false, selected.has(i)
		o.kw = f.kw
		list[i] = o
	}
	return list
}

// appendLabel appends the label element. An empty text is the field's label.
func (f *BoundField) appendLabel(buf []byte, text string, args jinja.Args) []byte {
	if text == "" {
		text = f.Label()
	}
	all := f.target
	if len(args.Kw) > 0 {
		if all = f.fixedAttrs(args.Fixed, f.target); all == nil {
			a := Attrs{fixed: args.Fixed}
			a.setKeywords(args.Kw)
			all = a.merge(f, f.target)
		}
	}
	buf = append(f.appendAttrs(append(buf, "<label"...), all), '>')
	return append(markup.AppendEscape(buf, text), "</label>"...)
}
