package dewar

import (
	"errors"
	"fmt"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/dewar-go/dewar/internal/debugtrace"
	"github.com/dewar-go/dewar/jinja"
)

// Vars are the variables a view gives to a template.
type Vars = map[string]any

// templateSetup is what is registered for templates before the app is frozen.
type templateSetup struct {
	filters    []templateName
	tests      []templateName
	globals    []templateName
	processors []func(*Context) Vars
}

type templateName struct {
	name     string
	value    any
	location string
}

// TemplateFilter adds a filter for templates: a Go function whose first
// parameter is the value. Its signature is read once; a wrong one is reported
// by [App.Handler]. See package jinja for what it may take and return.
func (a *App) TemplateFilter(name string, f any) {
	a.root.addTemplateName(&a.root.templates.filters, "TemplateFilter", name, f)
}

// TemplateTest adds a test for templates: a Go function that returns a bool.
func (a *App) TemplateTest(name string, f any) {
	a.root.addTemplateName(&a.root.templates.tests, "TemplateTest", name, f)
}

// TemplateGlobal adds a name that every template sees: a value, or a function.
func (a *App) TemplateGlobal(name string, v any) {
	a.root.addTemplateName(&a.root.templates.globals, "TemplateGlobal", name, v)
}

// ContextProcessor adds a function that gives variables to every template, as
// Flask's context_processor does. It is called once a request, and only when a
// template uses a name that neither the view's variables nor the request have.
// What the view passes wins over it.
func (a *App) ContextProcessor(f func(*Context) Vars) { a.root.contextProcessor(f) }

// TemplateFilter adds a filter for the templates of the whole app, as Flask's
// app_template_filter does.
func (b *Blueprint) TemplateFilter(name string, f any) {
	b.scope.addTemplateName(&b.scope.templates.filters, "TemplateFilter", name, f)
}

// TemplateTest adds a test for the templates of the whole app.
func (b *Blueprint) TemplateTest(name string, f any) {
	b.scope.addTemplateName(&b.scope.templates.tests, "TemplateTest", name, f)
}

// TemplateGlobal adds a name that every template of the app sees.
func (b *Blueprint) TemplateGlobal(name string, v any) {
	b.scope.addTemplateName(&b.scope.templates.globals, "TemplateGlobal", name, v)
}

// ContextProcessor adds a function that gives variables to the templates that
// the blueprint's views render.
func (b *Blueprint) ContextProcessor(f func(*Context) Vars) { b.scope.contextProcessor(f) }

// ContextVariable adds a variable that every template of the app sees, such as
// current_user. f is called when a template asks for the name, so that pages without
// it pay nothing, and the check of templates knows the name, unlike those of
// [App.ContextProcessor]. Of two with one name the later one counts. A name that is no
// identifier panics.
func ContextVariable(a *App, name string, f func(*Context) any) {
	loc := callerLocation()
	a.root.changing("ContextVariable", loc)
	if !isIdentifier(name) {
		panic(fmt.Sprintf("dewar: ContextVariable(%q) at %s: the name must be an identifier", name, loc))
	}
	if a.requestVars == nil {
		a.requestVars = map[string]func(*Context) any{}
	}
	a.requestVars[name] = f
}

func (s *scope) contextProcessor(f func(*Context) Vars) {
	s.changing("ContextProcessor", callerLocation())
	s.templates.processors = append(s.templates.processors, f)
}

func (s *scope) addTemplateName(list *[]templateName, what, name string, v any) {
	loc := callerLocation()
	s.changing(what, loc)
	if !isIdentifier(name) {
		panic(fmt.Sprintf("dewar: %s(%q) at %s: the name must be an identifier", what, name, loc))
	}
	*list = append(*list, templateName{name, v, loc})
}

// Templates returns the app's template environment, nil before the app is
// frozen.
func (a *App) Templates() *jinja.Environment { return a.env }

// buildTemplates makes the environment. The templates are compiled by
// [App.checkTemplates].
func (a *App) buildTemplates() error {
	loader := a.templateLoader()
	options := jinja.Options{
		Loader:     loader,
		Autoescape: escapesTemplate,
		AutoReload: a.cfg.Debug,
		Reloaded:   a.checkReloaded,
		Nonce:      templateNonce,
		OwnFiles:   a.allowsOwnFiles(),
		FormField:  templateFormField,
		SameSite:   templateSameSite,

		CompatTemplate:  a.compatTemplate,
		Extensions:      append([]jinja.Extension{jinja.ExtensionDo}, a.cfg.TemplateExtensions...),
		Tags:            a.cfg.TemplateTags,
		LinkSchemes:     a.cfg.TemplateLinkSchemes,
		NewstyleGettext: true,
		Policies: map[string]any{"json.dumps_kwargs": map[string]any{
			"sort_keys": true,
			"default":   jinja.NewFunc("default", templateJSON),
		}},
	}
	a.cfg.TemplateSyntax.set(&options)
	env, err := jinja.New(options)
	if err != nil {
		setting := "TemplateExtensions: "
		switch {
		case strings.Contains(err.Error(), "LinkSchemes: "):
			setting = "Template"
		case strings.Contains(err.Error(), "start strings"):
			setting = "TemplateSyntax: "
		}
		return fmt.Errorf("%s%w", setting, withoutPrefix(err, "jinja: "))
	}
	a.env = env
	a.installTranslations()
	var problems []error
	add := func(n templateName, err error) {
		if err != nil {
			problems = append(problems, fmt.Errorf("template name %q at %s: %w", n.name, n.location, err))
		}
	}
	for name, f := range builtinGlobals {
		add(templateName{name: name}, env.AddGlobal(name, jinja.NewFunc(name, f)))
	}
	for _, s := range a.templateScopes() {
		for _, n := range s.templates.globals {
			add(n, env.AddGlobal(n.name, n.value))
		}
		for _, n := range s.templates.filters {
			add(n, env.AddFilter(n.name, n.value))
		}
		for _, n := range s.templates.tests {
			add(n, env.AddTest(n.name, n.value))
		}
	}
	return errors.Join(problems...)
}

// templateJSON gives the filter tojson the dates of Flask's JSON: those of HTTP.
func templateJSON(_ jinja.State, a jinja.Args) (jinja.Value, error) {
	v := a.Pos[0]
	t, ok := v.Any().(time.Time)
	switch kind := v.Kind().String(); {
	case ok && kind == "date":
		t = time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
	case !ok || kind != "datetime":
		return jinja.None, jinja.NewException("TypeError", "Object of type "+kind+" is not JSON serializable")
	}
	return jinja.String(t.UTC().Format(http.TimeFormat)), nil
}

// templateScopes lists the blueprints in the order in which they were
// registered, each once, and the app last: its names win over theirs.
func (a *App) templateScopes() []*scope {
	var list []*scope
	for _, m := range a.mounts {
		if !slices.Contains(list, &m.bp.scope) {
			list = append(list, &m.bp.scope)
		}
	}
	return append(list, &a.root)
}

// isTemplate reports whether a file in a template folder is compiled at start.
// Folders also hold other files, which are templates when they are asked for.
func isTemplate(name string) bool {
	for _, ext := range []string{".html", ".htm", ".xml", ".xhtml", ".svg", ".txt", ".j2", ".jinja", ".jinja2"} {
		if len(name) > len(ext) && name[len(name)-len(ext):] == ext {
			return true
		}
	}
	return false
}

// Render answers with a template. vars is a [Vars], a struct or nil; templates
// also see request, session, g, config, url_for, get_flashed_messages and
// csrf_token, as in Flask. The content type follows the name's ending: HTML
// unless it ends in .txt, .xml or .svg.
func (c *Context) Render(name string, vars any) error {
	t, err := c.app.env.GetTemplate(name)
	if err != nil {
		return fmt.Errorf("dewar: Render: %w", withTagHint(err))
	}
	if err := c.answering(); err != nil {
		return err
	}
	if signal := &c.app.Signals.BeforeRender; signal.connected() {
		signal.Send(RenderEvent{c, name, vars})
	}
	if c.debug.trace != nil {
		c.debug.rendered = append(c.debug.rendered, RenderEvent{c, name, vars})
	}
	began := c.clock()
	run := jinja.Run{Vars: vars, Globals: c.templateVariable, Data: c, Ctx: c.r.Context()}
	if c.w.Header()["Content-Type"] == nil {
		c.w.Header()["Content-Type"] = templateType(name)
	}
	if c.behindMiddleware() || c.res.state != buffering {
		err = c.renderThrough(t, run)
	} else {
		c.res.openBody()
		mark := len(c.res.body.B)
		c.res.body.B, err = t.Append(c.res.body.B, run)
		if err != nil {
			c.res.body.B = c.res.body.B[:mark]
		} else {
			c.writeStatus()
		}
	}
	c.traced(debugtrace.Template, name, began)
	if err != nil {
		return fmt.Errorf("dewar: Render: %w", err)
	}
	c.given.whole = true
	if signal := &c.app.Signals.TemplateRendered; signal.connected() {
		signal.Send(RenderEvent{c, name, vars})
	}
	return nil
}

// renderThrough renders for a writer that middleware made.
func (c *Context) renderThrough(t *jinja.Template, run jinja.Run) error {
	page, err := t.Append(nil, run)
	if err != nil {
		return err
	}
	return c.writeBytes(page)
}

// RenderString renders a template into a string, for a mail or a part of this
// request's page. One that is kept for other requests must have no scripts or styles
// of its own between its tags: they carry this request's nonce, and [Context.HTML]
// refuses such a page later.
func (c *Context) RenderString(name string, vars any) (string, error) {
	t, err := c.app.env.GetTemplate(name)
	if err != nil {
		return "", fmt.Errorf("dewar: RenderString: %w", withTagHint(err))
	}
	b, err := t.Append(nil, jinja.Run{Vars: vars, Globals: c.templateVariable, Data: c, Ctx: c.r.Context()})
	if err != nil {
		return "", fmt.Errorf("dewar: RenderString: %w", err)
	}
	return string(b), nil
}

// templateTypes are the endings of templates that are not HTML.
var templateTypes = map[string][]string{
	".txt":  textPlain,
	".text": textPlain,
	".md":   textPlain,
	".xml":  {"application/xml; charset=utf-8"},
	".svg":  {"image/svg+xml"},
	".css":  {"text/css; charset=utf-8"},
	".js":   {"text/javascript; charset=utf-8"},
	".json": jsonType,
	".csv":  {"text/csv; charset=utf-8"},
}

// templateType is the content type of what a template renders: HTML unless its
// name's ending is one of another kind.
func templateType(name string) []string {
	if strings.HasSuffix(name, ".html") {
		return textHTML
	}
	if t, ok := templateTypes[strings.ToLower(path.Ext(name))]; ok {
		return t
	}
	return textHTML
}

// escapesTemplate reports whether what a template prints is escaped: whenever a
// browser would take the result for a page, an XML document or a picture. Flask
// escapes by the ending alone, and a template named page.j2 becomes a page that
// is not escaped there.
func escapesTemplate(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".xml", ".svg":
		return true
	}
	return len(templateTypes[strings.ToLower(path.Ext(name))]) == 0
}
