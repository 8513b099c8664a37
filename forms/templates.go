package forms

import (
	"embed"
	"io/fs"
	"slices"

	"github.com/dewar-go/dewar/jinja"
)

//go:embed templates
var embedded embed.FS

// Templates holds forms/fields.html, the macros that show a form. It is one of [dewar.Config.TemplateFolders]:
//
//	dewar.Config{Templates: templates, TemplateFolders: []dewar.TemplateFolder{{FS: forms.Templates}}}
//
// and in a template
//
//	{% import 'forms/fields.html' as fields %}
//	{{ fields.show(form) }}
//
// A file of the same name in the app's own folder replaces it.
var Templates = func() fs.FS {
	sub, err := fs.Sub(embedded, "templates")
	if err != nil {
		panic(err) // the name is a constant
	}
	return sub
}()

// macroAttr gives the attributes that forms/fields.html uses and WTForms does not have.
func (f *Form) macroAttr(name string) (jinja.Value, bool) {
	switch name {
	case "error_list":
		return f.errorList(), true
	case "enctype":
		if f.hasFiles() {
			return jinja.String("multipart/form-data"), true
		}
		return jinja.None, true
	case "submits":
		return jinja.Bool(slices.ContainsFunc(f.fields, func(b *BoundField) bool { return b.plan.Type == "SubmitField" })), true
	case "gettext":
		return jinja.NewFunc(name, f.gettextFunc), true
	}
	return jinja.Value{}, false
}

func (f *Form) gettextFunc(_ jinja.State, a jinja.Args) (jinja.Value, error) {
	in, err := a.Bind("gettext", jinja.Param{Name: "message", Required: true})
	if err != nil {
		return jinja.None, err
	}
	text, err := jinja.Str(in[0])
	return jinja.String(f.gettext(text)), err
}

func (f *Form) hasFiles() bool {
	return slices.ContainsFunc(f.fields, (*BoundField).hasFiles)
}

func (f *BoundField) hasFiles() bool {
	if f.kind == kindFile || f.kind == kindFiles || f.sub != nil && f.sub.hasFiles() {
		return true
	}
	return len(f.entries) > 0 && f.entries[0].hasFiles()
}

// errorList is the errors of all fields in their order: the id of an element that can have the focus, the label, the
// text and the code.
func (f *Form) errorList() jinja.Value {
	var list []jinja.Value
	for _, e := range f.own {
		list = append(list, errorItem(nil, e))
	}
	for _, b := range f.fields {
		list = b.appendErrors(list)
	}
	return jinja.NewList(list...)
}

func (f *BoundField) appendErrors(list []jinja.Value) []jinja.Value {
	for _, e := range f.errs {
		list = append(list, errorItem(f, e))
	}
	if f.sub != nil {
		for _, b := range f.sub.fields {
			list = b.appendErrors(list)
		}
	}
	for _, e := range f.entries {
		list = e.appendErrors(list)
	}
	return list
}

func errorItem(f *BoundField, e Error) jinja.Value {
	d := jinja.NewDict()
	d.SetString("text", jinja.String(e.Text))
	d.SetString("code", jinja.String(e.Code))
	d.SetString("id", jinja.String(""))
	if f != nil && !f.isHidden() {
		id := f.ID()
		if f.plan.Type == "RadioField" && len(f.Choices) > 0 {
			id += "-0"
		}
		d.SetString("id", jinja.String(id))
		d.SetString("label", jinja.String(f.Label()))
	}
	return d.Value()
}
