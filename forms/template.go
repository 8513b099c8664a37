package forms

import (
	"cmp"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"time"

	"github.com/dewar-go/dewar/jinja"
	"github.com/dewar-go/dewar/markup"
)

// This file is what templates see: WTForms' attributes of a form, a field, a label and so on.

// lookup finds a field, or that of the CSRF token.
func (f *Form) lookup(name string) *BoundField {
	b := f.find(name)
	if b == nil && name == "csrf_token" {
		b = f.token()
	}
	return b
}

// Item gives templates form['email'].
func (f *Form) Item(key jinja.Value) (jinja.Value, bool) {
	name, _ := key.Str()
	if b := f.lookup(name); b != nil {
		return jinja.ValueOf(b), true
	}
	return jinja.Value{}, false
}

// Contains gives templates 'email' in form.
func (f *Form) Contains(x jinja.Value) (bool, error) {
	_, ok := f.Item(x)
	return ok, nil
}

// Iterate goes through the fields in their order; that of the CSRF token is the last.
func (f *Form) Iterate() (jinja.Iterator, error) { return &fieldIterator{f.withToken()}, nil }

func (f *Form) withToken() []*BoundField {
	if b := f.token(); b != nil {
		return append(slices.Clip(f.fields), b)
	}
	return f.fields
}

// TypeName is the name of the type in messages.
func (f *Form) TypeName() string { return "Form" }

// Truth makes a form true, as an object is in Python.
func (f *Form) Truth() bool { return true }

type fieldIterator struct{ left []*BoundField }

// Next returns the next field.
func (i *fieldIterator) Next() (jinja.Value, bool, error) {
	if len(i.left) == 0 {
		return jinja.Value{}, false, nil
	}
	b := i.left[0]
	i.left = i.left[1:]
	return jinja.ValueOf(b), true, nil
}

var tokenPlan = (&plan{
	Field:     Field{Name: "csrf_token", Type: "CSRFTokenField", Label: "CSRF Token", Widget: HiddenInput},
	fieldType: fieldType{widget: HiddenInput}, goType: stringType, isText: true,
}).settle()

// token is the field of the CSRF token, nil for a form that is not sent by POST or is a part of another. Its value is
// made when it is asked for.
func (f *Form) token() *BoundField {
	if f.c == nil || f.options.Query || f.path != "" {
		return nil
	}
	if f.csrf == nil {
		f.csrf = &BoundField{}
		name := "csrf_token"
		if shared := f.c.App().Config().Flask; shared != nil && shared.CSRFFieldName != "" {
			name = shared.CSRFFieldName
		}
		f.csrf.init(tokenPlan, f, name, name)
		f.csrf.id = f.prefix + name
	}
	return f.csrf
}

// hiddenTag writes the hidden fields: all of them with the token, or those that are named.
func (f *Form) hiddenTag(_ jinja.State, a jinja.Args) (jinja.Value, error) {
	list := f.withToken()
	if len(a.Pos) > 0 {
		list = nil
		for _, v := range a.Pos {
			if name, ok := v.Str(); ok {
				if v, ok = f.Item(jinja.String(name)); !ok {
					continue
				}
			}
			if b, ok := v.Any().(*BoundField); ok {
				list = append(list, b)
			}
		}
	}
	var html []byte
	for _, b := range list {
		if b.isHidden() {
			if len(html) > 0 {
				html = append(html, '\n')
			}
			html = b.AppendHTML(html)
		}
	}
	return jinja.Safe(markup.HTML(html)), nil
}

// HiddenTag returns the hidden fields with the CSRF token, for pages that no template writes.
func (f *Form) HiddenTag() markup.HTML {
	v, _ := f.hiddenTag(nil, jinja.Args{})
	s, _ := v.HTML()
	return markup.HTML(s) //nolint:gosec // render escapes
}

func (f *Form) errorDict() jinja.Value {
	d := jinja.NewDict()
	for _, b := range f.fields {
		if b.hasErrors() {
			d.SetString(b.plan.Name, b.errorValue())
		}
	}
	if own := f.ownErrors(); len(own) > 0 {
		_ = d.Set(jinja.None, texts(own))
	}
	return d.Value()
}

// ownErrors are those of the whole form, be it a field.
func (f *Form) ownErrors() []Error {
	if f.owner != nil {
		return f.owner.errs
	}
	return f.own
}

func (f *Form) dataDict() jinja.Value {
	d := jinja.NewDict()
	for _, b := range f.fields {
		d.SetString(b.plan.Name, b.dataValue())
	}
	return d.Value()
}

func texts(errs []Error) jinja.Value {
	return listOf(errs, func(e Error) jinja.Value { return jinja.String(e.Text) })
}

func listOf[T any](items []T, value func(T) jinja.Value) jinja.Value {
	list := make([]jinja.Value, len(items))
	for i, x := range items {
		list[i] = value(x)
	}
	return jinja.NewList(list...)
}

// errorValue is field.errors: a list of texts, the dict of a FormField, the list of lists of a FieldList.
func (f *BoundField) errorValue() jinja.Value {
	if f.sub != nil {
		return f.sub.errorDict()
	}
	if len(f.errs) == 0 && len(f.entries) == 0 && !f.form.checked {
		return noErrors
	}
	list := []jinja.Value{}
	if slices.ContainsFunc(f.entries, (*BoundField).hasErrors) {
		for _, e := range f.entries {
			list = append(list, e.errorValue())
		}
	}
	for _, e := range f.errs {
		list = append(list, jinja.String(e.Text))
	}
	return jinja.NewList(list...)
}

// noErrors is the empty tuple that WTForms has before the checks.
var noErrors = jinja.NewTuple()

// dataValue is field.data.
func (f *BoundField) dataValue() jinja.Value {
	switch {
	case f.sub != nil:
		return f.sub.dataDict()
	case f.kind == kindList:
		return listOf(f.entries, (*BoundField).dataValue)
	case f.isNull():
		return jinja.None
	case f.isText:
		return jinja.String(f.value.String())
	}
	if t, ok := f.time(); ok {
		switch f.kind {
		case kindDate, kindWeek:
			return jinja.Date(t)
		case kindTime:
			return jinja.Clock(t)
		}
		if t.Location() == time.UTC { // as an input without a zone gives it
			t = time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), jinja.Naive)
		}
		return jinja.ValueOf(t)
	}
	if f.kind == kindChoices {
		list := make([]jinja.Value, f.value.Len())
		for i := range list {
			list[i] = jinja.ValueOf(f.value.Index(i).Interface())
		}
		return jinja.NewList(list...)
	}
	if f.value.Type() == reflect.TypeFor[url.URL]() {
		return jinja.ValueOf(f.value.Addr().Interface()) // which has the method String
	}
	return jinja.ValueOf(f.value.Interface())
}

// givenValue is a value that the program gave. That of a FieldList is an empty tuple where there is none.
func (f *BoundField) givenValue(x reflect.Value) jinja.Value {
	switch {
	case x.IsValid():
		return jinja.ValueOf(x.Interface())
	case f.kind == kindList:
		return jinja.NewTuple()
	}
	return jinja.None
}

// rawValue is field.raw_data.
func (f *BoundField) rawValue() jinja.Value {
	if !f.sent && f.form.source == nil || f.isCompound() {
		return jinja.None
	}
	return listOf(f.raw, jinja.String)
}

func (f *BoundField) shortName() string {
	if f.path == "" {
		return f.plan.Name
	}
	return f.name[len(f.form.prefix):]
}

func (f *BoundField) renderKw() jinja.Value {
	if f.kw == nil {
		if f.RenderKw == nil {
			return jinja.None
		}
		f.kw = jinja.NewDict()
		for _, k := range sortedKeys(f.RenderKw) {
			f.kw.SetString(k, jinja.ValueOf(f.RenderKw[k]))
		}
	}
	return f.kw.Value()
}

// choiceList is field.choices: pairs of value and label, or a dict of groups.
func (f *BoundField) choiceList() jinja.Value {
	d := jinja.NewDict()
	list := make([]jinja.Value, len(f.Choices))
	for i, c := range f.Choices {
		list[i] = jinja.NewTuple(jinja.ValueOf(c.Value), jinja.String(f.choiceLabel(i)))
		if c.Group == "" {
			continue
		}
		if group, _ := d.GetString(c.Group); group.IsUndefined() {
			d.SetString(c.Group, jinja.NewList(list[i]))
		} else if pairs, ok := group.List(); ok {
			pairs.Append(list[i])
		}
	}
	if d.Len() > 0 {
		return d.Value()
	}
	return jinja.NewList(list...)
}

func (f *BoundField) hasGroups() bool {
	return slices.ContainsFunc(f.Choices, func(c Choice) bool { return c.Group != "" })
}

// choiceTriples is field.iter_choices(): value, label and whether it is chosen.
func (f *BoundField) choiceTriples() jinja.Value {
	list := make([]jinja.Value, len(f.Choices))
	selected := f.selection()
	for i, c := range f.Choices {
		list[i] = jinja.NewTuple(jinja.ValueOf(c.Value), jinja.String(f.choiceLabel(i)), jinja.Bool(selected.has(i)))
	}
	return jinja.NewList(list...)
}

// Item gives templates the fields of a FormField and the entries of a FieldList.
func (f *BoundField) Item(key jinja.Value) (jinja.Value, bool) {
	if f.sub != nil {
		return f.sub.Item(key)
	}
	n, ok := key.Int64()
	if n < 0 {
		n += int64(len(f.entries))
	}
	if !ok || n < 0 || n >= int64(len(f.entries)) {
		return jinja.Value{}, false
	}
	return jinja.ValueOf(f.entries[n]), true
}

// Iterate goes through the fields of a FormField, the entries of a FieldList, or the options of a list of choices.
func (f *BoundField) Iterate() (jinja.Iterator, error) {
	if f.sub == nil && f.kind != kindList && f.option == nil {
		return nil, jinja.NewException("TypeError", "'"+f.plan.Type+"' object is not iterable")
	}
	return &fieldIterator{f.items()}, nil
}

// Len is the number of entries.
func (f *BoundField) Len() int { return len(f.items()) }

// Truth is Python's: a list without entries is false.
func (f *BoundField) Truth() bool { return f.kind != kindList || len(f.entries) > 0 }

// TypeName is the name of the type in messages.
func (f *BoundField) TypeName() string { return f.plan.Type }

// Call writes the element with the keywords as attributes.
func (f *BoundField) Call(st jinja.State, a jinja.Args) (jinja.Value, error) {
	html, err := f.AppendCall(nil, st, a)
	return jinja.Safe(markup.HTML(html)), err
}

// AppendCall appends what Call returns.
func (f *BoundField) AppendCall(buf []byte, _ jinja.State, a jinja.Args) ([]byte, error) {
	if len(a.Pos) > 0 {
		return buf, jinja.NewException("TypeError", "__call__() takes 1 positional argument but "+strconv.Itoa(len(a.Pos)+1)+" were given")
	}
	return f.appendElement(buf, a), nil
}

// fieldLabel is field.label.
type fieldLabel BoundField

func (l *fieldLabel) field() *BoundField { return (*BoundField)(l) }

// Attr gives label.text and label.field_id.
func (l *fieldLabel) Attr(name string) (jinja.Value, bool) {
	switch name {
	case "text":
		return jinja.String(l.field().Label()), true
	case "field_id":
		return jinja.String(l.field().ID()), true
	}
	return jinja.Value{}, false
}

// Call writes the label with another text or with attributes.
func (l *fieldLabel) Call(_ jinja.State, a jinja.Args) (jinja.Value, error) {
	text := ""
	for i := range a.Kw {
		if a.Kw[i].Name == "text" {
			text, _ = a.Kw[i].Value.Str()
			a.Kw, a.Fixed = slices.Delete(slices.Clone(a.Kw), i, i+1), nil
			break
		}
	}
	if len(a.Pos) > 0 {
		text, _ = jinja.Str(a.Pos[0])
	}
	return jinja.Safe(markup.HTML(l.field().appendLabel(nil, text, a))), nil
}

// HTML writes the label.
func (l *fieldLabel) HTML() markup.HTML { return markup.HTML(l.AppendHTML(nil)) }

// AppendHTML appends what HTML returns.
func (l *fieldLabel) AppendHTML(buf []byte) []byte {
	return l.field().appendLabel(buf, "", jinja.Args{})
}

// TypeName is the name of the type in messages.
func (l *fieldLabel) TypeName() string { return "Label" }

// Attr gives templates field.flags.required: None for a flag that no check sets.
func (f *Flags) Attr(name string) (jinja.Value, bool) {
	return jinja.ValueOf(f.Get(name)), true
}

// Contains gives templates 'required' in field.flags.
func (f *Flags) Contains(x jinja.Value) (bool, error) {
	name, _ := x.Str()
	return f.Get(name) != nil, nil
}

// widgetValue is field.widget, with widget.input_type and the like.
func (f *BoundField) widgetValue() jinja.Value {
	attributes := map[string]any{}
	switch w := f.widgetNow().(type) {
	case Input:
		attributes["input_type"] = w.Type
	case FileInput:
		attributes["input_type"], attributes["multiple"] = "file", w.Multiple
	case Select:
		attributes["multiple"] = w.Multiple
	case ListWidget:
		attributes["html_tag"], attributes["prefix_label"] = cmp.Or(w.Tag, "ul"), w.PrefixLabel
	}
	return jinja.ValueOf(attributes)
}
