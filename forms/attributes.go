package forms

import (
	"reflect"
	"slices"
	"strconv"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/jinja"
	"github.com/dewar-go/dewar/markup"
)

// The attributes that templates find at every form beside its fields and csrf_token, at every field, and at fields of
// some types.
var (
	formAttributes = map[string]func(*Form) jinja.Value{
		"errors":       (*Form).errorDict,
		"form_errors":  func(f *Form) jinja.Value { return texts(f.ownErrors()) },
		"data":         (*Form).dataDict,
		"hidden_tag":   func(f *Form) jinja.Value { return jinja.NewFunc("hidden_tag", f.hiddenTag) },
		"is_submitted": func(f *Form) jinja.Value { return method("is_submitted", jinja.Bool(f.submitted)) },
		// Of forms/fields.html.
		"error_list": (*Form).errorList,
		"enctype":    (*Form).enctype,
		"submits": func(f *Form) jinja.Value {
			return jinja.Bool(slices.ContainsFunc(f.fields, func(b *BoundField) bool { return b.isSubmit() }))
		},
		"gettext": (*Form).gettextFunc,
	}
	fieldAttributes = map[string]func(*BoundField) jinja.Value{
		"label":          func(f *BoundField) jinja.Value { return jinja.ValueOf((*fieldLabel)(f)) },
		"errors":         (*BoundField).errorValue,
		"data":           (*BoundField).dataValue,
		"id":             func(f *BoundField) jinja.Value { return jinja.String(f.ID()) },
		"name":           func(f *BoundField) jinja.Value { return jinja.String(f.name) },
		"short_name":     func(f *BoundField) jinja.Value { return jinja.String(f.shortName()) },
		"type":           func(f *BoundField) jinja.Value { return jinja.String(f.plan.Type) },
		"flags":          func(f *BoundField) jinja.Value { return jinja.ValueOf(&f.plan.flags) },
		"description":    func(f *BoundField) jinja.Value { return jinja.String(f.form.gettext(f.Description)) },
		"render_kw":      (*BoundField).renderKw,
		"widget":         (*BoundField).widgetValue,
		"default":        func(f *BoundField) jinja.Value { return f.givenValue(reflect.ValueOf(f.Default)) },
		"object_data":    func(f *BoundField) jinja.Value { return f.givenValue(f.object) },
		"raw_data":       (*BoundField).rawValue,
		"process_errors": func(f *BoundField) jinja.Value { return texts(f.failed) },
		"validators":     func(f *BoundField) jinja.Value { return jinja.ValueOf(f.plan.Checks) },
		"_value":         func(f *BoundField) jinja.Value { return method("_value", jinja.String(f.shown())) },
		// Of forms/fields.html.
		"own_errors":   func(f *BoundField) jinja.Value { return texts(f.errs) },
		"described_by": func(f *BoundField) jinja.Value { return jinja.String(f.describedBy()) },
		"marker":       func(f *BoundField) jinja.Value { return jinja.Safe(markup.HTML(f.appendMarker(nil))) },
		"file_lost":    func(f *BoundField) jinja.Value { return jinja.Bool(f.fileLost()) },
		"gettext":      func(f *BoundField) jinja.Value { return f.form.gettextFunc() },
	}
	choiceAttributes = map[string]func(*BoundField) jinja.Value{
		"choices":      (*BoundField).choiceList,
		"iter_choices": func(f *BoundField) jinja.Value { return method("iter_choices", f.choiceTriples()) },
		"has_groups":   func(f *BoundField) jinja.Value { return method("has_groups", jinja.Bool(f.hasGroups())) },
	}
	listAttributes = map[string]func(*BoundField) jinja.Value{
		"entries":     func(f *BoundField) jinja.Value { return listOf(f.entries, valueOf) },
		"last_index":  func(f *BoundField) jinja.Value { return jinja.Int(int64(len(f.entries) - 1)) },
		"min_entries": func(f *BoundField) jinja.Value { return jinja.Int(int64(f.MinEntries)) },
		"max_entries": func(f *BoundField) jinja.Value { return jinja.Int(int64(f.MaxEntries)) },
	}
	optionAttributes = map[string]func(*BoundField) jinja.Value{
		"checked": func(f *BoundField) jinja.Value { return jinja.Bool(f.checked) },
	}
	subAttributes = map[string]func(*BoundField) jinja.Value{
		"form": func(f *BoundField) jinja.Value { return jinja.ValueOf(f.sub) },
	}
)

// ownAttributes are those that only fields of this type have.
func (p *plan) ownAttributes() map[string]func(*BoundField) jinja.Value {
	switch {
	case p.option != nil:
		return choiceAttributes
	case p.kind == kindList:
		return listAttributes
	case p.kind == kindForm:
		return subAttributes
	case p.Type == "_Option":
		return optionAttributes
	}
	return nil
}

func method(name string, result jinja.Value) jinja.Value {
	return jinja.NewFunc(name, func(jinja.State, jinja.Args) (jinja.Value, error) { return result, nil })
}

func valueOf(f *BoundField) jinja.Value { return jinja.ValueOf(f) }

// Attr gives templates form.email, form.errors, form.data, form.hidden_tag() and form.csrf_token.
func (f *Form) Attr(name string) (jinja.Value, bool) {
	if b := f.lookup(name); b != nil {
		return jinja.ValueOf(b), true
	}
	if get := formAttributes[name]; get != nil {
		return get(f), true
	}
	return jinja.Value{}, false
}

// Attr gives templates WTForms' attributes of a field.
func (f *BoundField) Attr(name string) (jinja.Value, bool) {
	switch name { // what every page asks is not looked up
	case "label":
		return jinja.ValueOf((*fieldLabel)(f)), true
	case "errors":
		return f.errorValue(), true
	}
	get := fieldAttributes[name]
	if get == nil {
		get = f.ownAttributes()[name]
	}
	switch {
	case get != nil:
		return get(f), true
	case f.sub != nil:
		return f.sub.Attr(name)
	}
	return jinja.Value{}, false
}

// declareIn tells the check of templates, at the start, which attributes form has in the templates.
func (s *Schema) declareIn(app *dewar.App, templates []string) {
	for _, name := range templates {
		dewar.TemplateVar(app, name, "form", s.templateType())
	}
}

// templateType describes the form as a struct with the attributes and fields that templates find, by their names there.
func (s *Schema) templateType() reflect.Type {
	return attrStruct(s.fields, sortedKeys(formAttributes), []string{"csrf_token"})
}

func (p *plan) templateType() reflect.Type {
	names := [][]string{sortedKeys(fieldAttributes), sortedKeys(p.ownAttributes())}
	if p.kind != kindForm {
		return attrStruct(nil, names...)
	}
	return attrStruct(p.nested.fields, append(names, sortedKeys(formAttributes))...)
}

// attrStruct makes a struct of fields, and of attributes whose types say nothing. A field hides an attribute of its name.
func attrStruct(fields []*plan, names ...[]string) reflect.Type {
	var list []reflect.StructField
	seen := map[string]bool{}
	add := func(name string, t reflect.Type) {
		if !seen[name] {
			seen[name] = true
			list = append(list, reflect.StructField{Name: "F" + strconv.Itoa(len(list)), Type: t, Tag: reflect.StructTag(`jinja:"` + name + `"`)})
		}
	}
	for _, p := range fields {
		add(p.Name, p.templateType())
	}
	for _, name := range slices.Concat(names...) {
		add(name, reflect.TypeFor[any]())
	}
	return reflect.StructOf(list)
}
