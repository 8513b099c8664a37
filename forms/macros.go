package forms

import (
	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/jinja"
)

// Bootstrap gives templates what the macro files of Bootstrap-Flask (render_form, render_field, render_form_row,
// render_hidden_errors) and of Flask-Bootstrap (wtf.quick_form) ask for beside the form: bootstrap_is_hidden_field, and
// the settings BOOTSTRAP_BTN_STYLE, BOOTSTRAP_BTN_SIZE, BOOTSTRAP_FORM_GROUP_CLASSES and BOOTSTRAP_FORM_INLINE_CLASSES
// with the defaults of Bootstrap-Flask, which [dewar.Config.Settings] change. The files work when they are copied
// into the templates' folder, unchanged:
//
//	app.Extend(forms.Bootstrap{})
type Bootstrap struct{}

// Init implements [dewar.Extension].
func (Bootstrap) Init(app *dewar.App) error {
	app.TemplateGlobal("bootstrap_is_hidden_field", func(field jinja.Value) bool {
		f, ok := field.Any().(*BoundField)
		return ok && (f.Type() == "HiddenField" || f.Type() == "CSRFTokenField")
	})
	dewar.DefaultSetting(app, "BOOTSTRAP_BTN_STYLE", "primary")
	dewar.DefaultSetting(app, "BOOTSTRAP_BTN_SIZE", "md")
	dewar.DefaultSetting(app, "BOOTSTRAP_FORM_GROUP_CLASSES", "mb-3")
	dewar.DefaultSetting(app, "BOOTSTRAP_FORM_INLINE_CLASSES", "row row-cols-lg-auto g-3 align-items-center")
	return nil
}
