package forms

import (
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"time"

	"github.com/dewar-go/dewar/jinja"
	"github.com/dewar-go/dewar/markup"
)

// This file is what templates see: WTForms' attributes of a form, a field, a label and so on.

// Attr gives templates form.email, form.errors, form.data, form.hidden_tag() and form.csrf_token.
func (f *Form) Attr(name string) (jinja.Value, bool) {
	if b := f.find(name); b != nil {
		return jinja.ValueOf(b), true
	}
	switch name {
	case "errors":
		return f.errorDict(), true
	case "form_errors":
		return texts(f.ownErrors()), true
	case "data":
		return f.dataDict(), true
	case "csrf_token":
		if b := f.token(); b != nil {
			return jinja.ValueOf(b), true
		}
		return jinja.Value{}, false
	case "hidden_tag":
		return jinja.NewFunc(name, f.hiddenTag), true
	case "is_submitted":
		return jinja.NewFunc(name, func(jinja.State, jinja.Args) (jinja.Value, error) { return jinja.Bool(f.submitted), nil }), true
	}
	return f.macroAttr(name)
}

// Item gives templates form['email'].
func (f *Form) Item(key jinja.Value) (jinja.Value, bool) {
	name, _ := key.Str()
	if b := f.find(name); b != nil {
		return jinja.ValueOf(b), true
	}
	if name == "csrf_token" && f.token() != nil {
		return jinja.ValueOf(f.token()), true
	}
	return jinja.Value{}, false
}

// Contains gives templates 'email' in form.
func (f *Form) Contains(x jinja.Value) (bool, error) {
	_, ok := f.Item(x)
	return ok, nil
}

// Iterate goes through the fields in their order; that of the CSRF token is the last.
func (f *Form) Iterate() (jinja.Iterator, error) {
	list := f.fields
	if b := f.token(); b != nil {
		list = append(slices.Clip(list), b)
	}
	return &fieldIterator{list}, nil
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
		f.csrf.init(tokenPlan, f, name)
		f.csrf.id = f.prefix + name
	}
	return f.csrf
}

// hiddenTag writes the hidden fields: all of them with the token, or those that are named.
func (f *Form) hiddenTag(_ jinja.State, a jinja.Args) (jinja.Value, error) {
	list := f.fields
	if b := f.token(); b != nil {
		list = append(slices.Clip(list), b)
	}
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
	case f.null || !f.value.IsValid():
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

// Attr gives templates WTForms' attributes of a field.
func (f *BoundField) Attr(name string) (jinja.Value, bool) {
	switch name {
	case "label":
		return jinja.ValueOf((*fieldLabel)(f)), true
	case "errors":
		return f.errorValue(), true
	case "data":
		return f.dataValue(), true
	case "id":
		return jinja.String(f.ID()), true
	case "name":
		return jinja.String(f.name), true
	case "short_name":
		return jinja.String(f.shortName()), true
	case "type":
		return jinja.String(f.plan.Type), true
	case "flags":
		return jinja.ValueOf(&f.plan.flags), true
	case "description":
		return jinja.String(f.form.gettext(f.Description)), true
	case "render_kw":
		return f.renderKw(), true
	case "widget":
		return jinja.ValueOf(widgetValue{f.widgetNow()}), true
	case "default":
		return f.givenValue(f.Default), true
	case "object_data":
		if !f.object.IsValid() {
			return f.givenValue(nil), true
		}
		return f.givenValue(f.object.Interface()), true
	case "raw_data":
		if !f.sent && f.form.source == nil || f.isCompound() {
			return jinja.None, true
		}
		return listOf(f.raw, jinja.String), true
	case "own_errors":
		return texts(f.errs), true
	case "marker":
		return jinja.Safe(markup.HTML(f.appendMarker(nil))), true
	case "described_by":
		return jinja.String(f.describedBy()), true
	case "gettext":
		return jinja.NewFunc(name, f.form.gettextFunc), true
	case "file_lost":
		return jinja.Bool(f.fileLost()), true
	case "process_errors":
		return texts(f.failed), true
	case "validators":
		return jinja.ValueOf(f.plan.Checks), true
	case "_value":
		return jinja.NewFunc(name, func(jinja.State, jinja.Args) (jinja.Value, error) { return jinja.String(f.shown()), nil }), true
	}
	return f.attrByKind(name)
}

// attrByKind gives the attributes that only some types of fields have.
func (f *BoundField) attrByKind(name string) (jinja.Value, bool) {
	switch {
	case f.option != nil:
		switch name {
		case "choices":
			return f.choiceList(), true
		case "iter_choices":
			return jinja.NewFunc(name, func(jinja.State, jinja.Args) (jinja.Value, error) { return f.choiceTriples(), nil }), true
		case "has_groups":
			return jinja.NewFunc(name, func(jinja.State, jinja.Args) (jinja.Value, error) { return jinja.Bool(f.hasGroups()), nil }), true
		}
	case f.plan.Type == "_Option":
		if name == "checked" {
			return jinja.Bool(f.checked), true
		}
	case f.sub != nil:
		if name == "form" {
			return jinja.ValueOf(f.sub), true
		}
		return f.sub.Attr(name)
	case f.kind == kindList:
		switch name {
		case "entries":
			return listOf(f.entries, func(e *BoundField) jinja.Value { return jinja.ValueOf(e) }), true
		case "last_index":
			return jinja.Int(int64(len(f.entries) - 1)), true
		case "min_entries":
			return jinja.Int(int64(f.MinEntries)), true
		case "max_entries":
			return jinja.Int(int64(f.MaxEntries)), true
		}
	}
	return jinja.Value{}, false
}

// givenValue is a value that the program gave. That of a FieldList is an empty tuple where there is none.
func (f *BoundField) givenValue(x any) jinja.Value {
	if x == nil && f.kind == kindList {
		return jinja.NewTuple()
	}
	return jinja.ValueOf(x)
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
	var list []jinja.Value
	for i, c := range f.Choices {
		pair := jinja.NewTuple(jinja.ValueOf(c.Value), jinja.String(f.choiceLabel(i)))
		list = append(list, pair)
		if c.Group != "" {
			group, ok := d.GetString(c.Group)
			if !ok {
				group = jinja.NewList()
				d.SetString(c.Group, group)
			}
			if l, ok := group.List(); ok {
				l.Append(pair)
			}
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
	if v := f.Get(name); v != nil {
		return jinja.ValueOf(v), true
	}
	return jinja.None, true
}

// Contains gives templates 'required' in field.flags.
func (f *Flags) Contains(x jinja.Value) (bool, error) {
	name, _ := x.Str()
	return f.Get(name) != nil, nil
}

// widgetValue is field.widget.
type widgetValue struct{ w Widget }

// Attr gives widget.input_type and the like.
func (w widgetValue) Attr(name string) (jinja.Value, bool) {
	switch v := w.w.(type) {
	case Input:
		if name == "input_type" {
			return jinja.String(v.Type), true
		}
	case FileInput:
		switch name {
		case "input_type":
			return jinja.String("file"), true
		case "multiple":
			return jinja.Bool(v.Multiple), true
		}
	case Select:
		if name == "multiple" {
			return jinja.Bool(v.Multiple), true
		}
	case ListWidget:
		switch name {
		case "html_tag":
			if v.Tag == "" {
				return jinja.String("ul"), true
			}
			return jinja.String(v.Tag), true
		case "prefix_label":
			return jinja.Bool(v.PrefixLabel), true
		}
	}
	return jinja.Value{}, false
}
