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

// enctype is None for a form without files.
func (f *Form) enctype() jinja.Value {
	if slices.ContainsFunc(f.fields, (*BoundField).hasFiles) {
		return jinja.String("multipart/form-data")
	}
	return jinja.None
}

func (f *Form) gettextFunc() jinja.Value {
	return jinja.NewFunc("gettext", func(_ jinja.State, a jinja.Args) (jinja.Value, error) {
		in, err := a.Bind("gettext", jinja.Param{Name: "message", Required: true})
		if err != nil {
			return jinja.None, err
		}
		text, err := jinja.Str(in[0])
		return jinja.String(f.gettext(text)), err
	})
}

func (f *BoundField) hasFiles() bool {
	return f.isFile() || slices.ContainsFunc(f.parts(), (*BoundField).hasFiles)
}

// errorList is the errors of all fields in their order: the id of an element that can have the focus, the label, the
// text and the code.
func (f *Form) errorList() jinja.Value {
	list := []jinja.Value{}
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
	for _, b := range f.parts() {
		list = b.appendErrors(list)
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
