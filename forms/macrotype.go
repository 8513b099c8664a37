package forms

import (
	"reflect"
	"slices"
	"strconv"

	"github.com/dewar-go/dewar"
)

// The attributes that templates find at every form, at every field, and at fields of some types.
var (
	formAttrs = []string{"errors", "form_errors", "data", "csrf_token", "hidden_tag", "is_submitted", "error_list", "enctype", "submits", "gettext"}

	fieldAttrs = []string{"label", "errors", "data", "id", "name", "short_name", "type", "flags", "description", "render_kw", "widget", "default",
		"object_data", "raw_data", "process_errors", "own_errors", "described_by", "marker", "gettext", "file_lost", "validators", "_value"}
	choiceAttrs = []string{"choices", "iter_choices", "has_groups"}
	listAttrs   = []string{"entries", "last_index", "min_entries", "max_entries"}
)

// declareIn tells the check of templates, at the start, which attributes form has in the templates.
func (s *Schema) declareIn(app *dewar.App, templates []string) {
	for _, name := range templates {
		dewar.TemplateVar(app, name, "form", s.templateType())
	}
}

// templateType describes the form as a struct with the attributes and fields that templates find, by their names there.
func (s *Schema) templateType() reflect.Type { return attrStruct(formAttrs, s.fields) }

func (p *plan) templateType() reflect.Type {
	switch p.kind {
	case kindForm:
		return attrStruct(slices.Concat(fieldAttrs, formAttrs, []string{"form"}), p.nested.fields)
	case kindList:
		return attrStruct(slices.Concat(fieldAttrs, listAttrs), nil)
	case kindChoice, kindChoices:
		return attrStruct(slices.Concat(fieldAttrs, choiceAttrs), nil)
	}
	return attrStruct(fieldAttrs, nil)
}

// attrStruct makes a struct of attributes whose types say nothing, and of fields. A field hides an attribute of its name.
func attrStruct(names []string, fields []*plan) reflect.Type {
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
	for _, name := range names {
		add(name, reflect.TypeFor[any]())
	}
	return reflect.StructOf(list)
}
