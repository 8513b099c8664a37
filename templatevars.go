package dewar

import (
	"errors"
	"fmt"
	"maps"
	"strings"

	"github.com/dewar-go/dewar/jinja"
	"github.com/dewar-go/dewar/session"
)

// builtinGlobals are Flask's functions for templates, in the engine's own form,
// which is called without reflection. They find the request through the
// render's State.
var builtinGlobals = map[string]jinja.Func{
	"url_for":              urlFor,
	"get_flashed_messages": flashedMessages,
	"csrf_token":           csrfToken,
	"csp_nonce":            cspNonce,
}

// templateVariable finds the names that belong to the request, when a template
// asks for one: request, session, g, config, and what context processors give.
func (c *Context) templateVariable(name string) (any, bool) {
	switch name {
	case "request":
		return templateRequest{c}, true
	case "session":
		return templateSession{c}, true
	case "g":
		return templateG{c}, true
	case "config":
		return c.app.templateConfig(), true
	}
	if len(c.at.processors) == 0 {
		return nil, false
	}
	if c.processed == nil {
		c.processed = Vars{}
		for _, f := range c.at.processors {
			maps.Copy(c.processed, f(c))
		}
	}
	v, ok := c.processed[name]
	return v, ok
}

// renderContext finds the request a template renders for.
func renderContext(st jinja.State, function string) (*Context, error) {
	c, ok := st.Data().(*Context)
	if !ok {
		return nil, fmt.Errorf("dewar: %s needs a request; the template was rendered without one", function)
	}
	return c, nil
}

// urlFor is url_for(endpoint, **values) with _anchor, _external, _scheme and
// _method.
func urlFor(st jinja.State, args jinja.Args) (jinja.Value, error) {
	c, err := renderContext(st, "url_for")
	if err != nil {
		return jinja.None, err
	}
	if len(args.Pos) != 1 {
		return jinja.None, fmt.Errorf("dewar: url_for takes one endpoint and named values, %d values without a name are given", len(args.Pos))
	}
	endpoint, ok := args.Pos[0].Str()
	if !ok {
		return jinja.None, errors.New("dewar: url_for: the endpoint is no string")
	}
	u, err := c.urlFor(endpoint, args.Kw)
	return jinja.String(u), err
}

// flashedMessages is get_flashed_messages(with_categories, category_filter).
func flashedMessages(st jinja.State, args jinja.Args) (jinja.Value, error) {
	c, err := renderContext(st, "get_flashed_messages")
	if err != nil {
		return jinja.None, err
	}
	bound, err := args.Bind("get_flashed_messages",
		jinja.Param{Name: "with_categories", Default: jinja.False},
		jinja.Param{Name: "category_filter", Default: jinja.NewList()})
	if err != nil {
		return jinja.None, err
	}
	only, err := stringsOf(bound[1])
	if err != nil {
		return jinja.None, fmt.Errorf("dewar: get_flashed_messages: %w", err)
	}
	var list []jinja.Value
	for _, f := range c.FlashedMessages(only...) {
		message := jinja.ValueOf(f.Value())
		if jinja.Truth(bound[0]) {
			message = jinja.NewTuple(jinja.String(f.Category), message)
		}
		list = append(list, message)
	}
	return jinja.NewList(list...), nil
}

func stringsOf(v jinja.Value) ([]string, error) {
	if s, ok := v.Str(); ok {
		return []string{s}, nil
	}
	items, err := jinja.Items(v)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, item := range items {
		s, ok := item.Str()
		if !ok {
			return nil, errors.New("category_filter must hold strings")
		}
		out = append(out, s)
	}
	return out, nil
}

func csrfToken(st jinja.State, args jinja.Args) (jinja.Value, error) {
	c, err := renderContext(st, "csrf_token")
	if err != nil {
		return jinja.None, err
	}
	if _, err := args.Bind("csrf_token"); err != nil {
		return jinja.None, err
	}
	token, err := c.CSRFToken()
	return jinja.String(token), err
}

func cspNonce(st jinja.State, args jinja.Args) (jinja.Value, error) {
	c, err := renderContext(st, "csp_nonce")
	if err != nil {
		return jinja.None, err
	}
	if _, err := args.Bind("csp_nonce"); err != nil {
		return jinja.None, err
	}
	return jinja.String(c.Nonce()), nil
}

// templateG is g in templates: the request's keyed values.
type templateG struct{ c *Context }

// Attr gives g.name.
func (g templateG) Attr(name string) (jinja.Value, bool) {
	if v, ok := g.c.keyedValue(name); ok {
		return jinja.ValueOf(v), true
	}
	if name == "get" {
		return getMethod("get", func(key jinja.Value) (jinja.Value, bool) { return g.Item(key) }), true
	}
	return jinja.Value{}, false
}

// Item gives g['name'].
func (g templateG) Item(key jinja.Value) (jinja.Value, bool) {
	name, ok := key.Str()
	if !ok {
		return jinja.Value{}, false
	}
	v, ok := g.c.keyedValue(name)
	return jinja.ValueOf(v), ok
}

// Contains gives 'name' in g.
func (g templateG) Contains(x jinja.Value) (bool, error) {
	_, ok := g.Item(x)
	return ok, nil
}

// TypeName is what messages call it.
func (templateG) TypeName() string { return "_AppCtxGlobals" }

// getMethod is a dict's get(key, default=None) over a lookup.
func getMethod(name string, lookup func(jinja.Value) (jinja.Value, bool)) jinja.Value {
	return jinja.NewFunc(name, func(_ jinja.State, args jinja.Args) (jinja.Value, error) {
		bound, err := args.Bind(name,
			jinja.Param{Name: "key", Required: true},
			jinja.Param{Name: "default", Default: jinja.None},
			jinja.Param{Name: "type", Default: jinja.None})
		if err != nil {
			return jinja.None, err
		}
		if v, ok := lookup(bound[0]); ok {
			return v, nil
		}
		return bound[1], nil
	})
}

// templateSession is session in templates: a mapping, read only.
type templateSession struct{ c *Context }

// Attr gives session.name: the dict's own get, permanent and new first.
func (s templateSession) Attr(name string) (jinja.Value, bool) {
	switch name {
	case "get":
		return getMethod("get", s.Item), true
	case "permanent":
		return jinja.Bool(s.c.Session().Permanent()), true
	case "new":
		return jinja.Bool(s.c.Session().IsNew()), true
	case "modified":
		return jinja.Bool(s.c.Session().Modified()), true
	}
	return s.Item(jinja.String(name))
}

// Item gives session['name'].
func (s templateSession) Item(key jinja.Value) (jinja.Value, bool) {
	name, ok := key.Str()
	if !ok {
		return jinja.Value{}, false
	}
	v, ok := s.c.Session().Get(name)
	if !ok {
		return jinja.Value{}, false
	}
	return templateValue(v), true
}

// Contains gives 'name' in session.
func (s templateSession) Contains(x jinja.Value) (bool, error) {
	name, ok := x.Str()
	return ok && s.c.Session().Has(name), nil
}

// Len gives session|length.
func (s templateSession) Len() int { return s.c.Session().Len() }

// TypeName is what messages call it.
func (templateSession) TypeName() string { return "SecureCookieSession" }

// templateValue turns a session's values into those of templates.
func templateValue(v any) jinja.Value {
	if t, ok := v.(session.Tuple); ok {
		items := make([]jinja.Value, len(t))
		for i, x := range t {
			items[i] = templateValue(x)
		}
		return jinja.NewTuple(items...)
	}
	return jinja.ValueOf(v)
}

// templateConfig is config in templates: the settings that are no secret, under
// Flask's names.
func (a *App) templateConfig() map[string]any {
	return map[string]any{
		"DEBUG":                   a.cfg.Debug,
		"APPLICATION_NAME":        a.cfg.Name,
		"SERVER_NAME":             a.cfg.ServerName,
		"PREFERRED_URL_SCHEME":    a.bind(nil).URLScheme,
		"MAX_CONTENT_LENGTH":      a.cfg.MaxContentLength,
		"MAX_FORM_PARTS":          a.cfg.MaxFormParts,
		"SESSION_COOKIE_NAME":     a.cookieName(),
		"SESSION_COOKIE_SECURE":   a.mode.https(),
		"SESSION_COOKIE_SAMESITE": a.cfg.Session.CookieSameSite,
	}
}

// urlFor builds a URL for url_for's arguments.
func (c *Context) urlFor(endpoint string, kw []jinja.Kw) (string, error) {
	if u, ok := c.localURL(endpoint, kw); ok {
		return u, nil
	}
	t := Target{endpoint: endpoint, values: Vars{}}
	for _, k := range kw {
		switch k.Name {
		case "_anchor":
			t.anchor, _ = k.Value.Str()
		case "_external":
			t.external = jinja.Truth(k.Value)
		case "_scheme":
			t.scheme, _ = k.Value.Str()
			t.external = true
		case "_method":
			t.method, _ = k.Value.Str()
		default:
			if strings.HasPrefix(k.Name, "_") {
				return "", fmt.Errorf("dewar: url_for: unknown option %s", k.Name)
			}
			t.values[k.Name] = k.Value.Any()
		}
	}
	return c.URL(t)
}
