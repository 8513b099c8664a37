package forms

import (
	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/jinja"
)

// Bootstrap gives templates what the macro files of Bootstrap-Flask (render_form, render_field, render_form_row,
// render_hidden_errors, render_pagination, render_messages) and of Flask-Bootstrap (wtf.quick_form) ask for beside the
// form: bootstrap_is_hidden_field, warn, which says nothing, raise, and the settings BOOTSTRAP_… of buttons, forms,
// icons, messages and tables with the defaults of Bootstrap-Flask, which [dewar.Config.Settings] change. The files work
// when they are copied into the templates' folder, unchanged:
//
//	app.Extend(forms.Bootstrap{})
type Bootstrap struct{}

// Init implements [dewar.Extension].
func (Bootstrap) Init(app *dewar.App) error {
	app.TemplateGlobal("bootstrap_is_hidden_field", func(field jinja.Value) bool {
		f, ok := field.Any().(*BoundField)
		return ok && (f.Type() == "HiddenField" || f.Type() == "CSRFTokenField")
	})
	app.TemplateGlobal("warn", jinja.NewFunc("warn", func(jinja.State, jinja.Args) (jinja.Value, error) { return jinja.None, nil }))
	app.TemplateGlobal("raise", func(message string) (string, error) { return "", jinja.NewException("RuntimeError", message) })
	for name, value := range map[string]any{
		"BTN_STYLE": "primary", "BTN_SIZE": "md", "FORM_GROUP_CLASSES": "mb-3", "FORM_INLINE_CLASSES": "row row-cols-lg-auto g-3 align-items-center",
		"ICON_SIZE": "1em", "ICON_COLOR": nil, "MSG_CATEGORY": "primary",
		"TABLE_VIEW_TITLE": "View", "TABLE_EDIT_TITLE": "Edit", "TABLE_DELETE_TITLE": "Delete", "TABLE_NEW_TITLE": "New",
	} {
		dewar.DefaultSetting(app, "BOOTSTRAP_"+name, value)
	}
	return nil
}
