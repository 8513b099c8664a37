package dewar

import (
	"errors"
	"fmt"
	"maps"
	"math/big"
	"net/url"
	"strings"

	"github.com/dewar-go/dewar/jinja"
	"github.com/dewar-go/dewar/markup"
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
// asks for one: request, session, g, config, those of
// ContextVariable, and what context processors give.
func (c *Context) templateVariable(name string) (any, bool) {
	switch name {
	case "request":
		return c.flaskObjects().Request(), true
	case "session":
		return c.flaskObjects().Session(), true
	case "g":
		return c.flaskObjects().G(), true
	case "config":
		return c.app.settings, true
	}
	if f := c.app.requestVars[name]; f != nil {
		return f(c), true
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
// _method. A template that is rendered with the app as its data, such as that of a
// mail, gets whole URLs.
func urlFor(st jinja.State, args jinja.Args) (jinja.Value, error) {
	a, outside := st.Data().(*App)
	var c *Context
	if !outside {
		var err error
		if c, err = renderContext(st, "url_for"); err != nil {
			return jinja.None, err
		}
	}
	if len(args.Pos) != 1 {
		return jinja.None, fmt.Errorf("dewar: url_for takes one endpoint and named values, %d values without a name are given", len(args.Pos))
	}
	endpoint, ok := args.Pos[0].Str()
	if !ok {
		return jinja.None, errors.New("dewar: url_for: the endpoint is no string")
	}
	if outside {
		u, err := a.URL(targetOf(endpoint, args.Kw))
		return jinja.String(u), err
	}
	if u, ok := c.localURL(endpoint, args.Kw); ok {
		return jinja.String(u), nil
	}
	u, err := c.URL(targetOf(endpoint, args.Kw))
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

// targetOf is the target of url_for's arguments.
func targetOf(endpoint string, kw []jinja.Kw) Target {
	t := Target{endpoint: endpoint, values: make(Vars, len(kw))}
	for _, k := range kw {
		v := k.Value.Any()
		if k.Name == "_external" && v != nil {
			v = jinja.Truth(k.Value)
		}
		if !t.option(k.Name, v) {
			t.values[k.Name] = k.Value // until its endpoint is known
			t.order = append(t.order, k.Name)
		}
	}
	return t
}

// queryValue is a value of url_for in the query: a list is several, and what is neither
// a number nor a text is what the template would print.
func queryValue(v jinja.Value) (any, error) {
	x := v.Any()
	switch x := x.(type) {
	case nil, bool, int64, *big.Int, float64, string, []byte:
		return x, nil
	case []any:
		items, err := jinja.Items(v)
		for i := range items {
			if err == nil {
				x[i], err = queryValue(items[i])
			}
		}
		return x, err
	}
	return jinja.Str(v)
}

// What the template engine asks for by itself: a template that forgot its nonce
// or its token has them all the same. A template that is rendered without a
// request gets neither.

// templateNonce is the nonce for the template's own scripts and styles, if the
// policy takes one.
func templateNonce(st jinja.State) (string, error) {
	c, ok := st.Data().(*Context)
	if !ok || !c.app.nonces {
		return "", nil
	}
	return c.Nonce(), nil
}

// templateFormField is the hidden field for the template's own forms that post
// to the site.
func templateFormField(st jinja.State) (markup.HTML, error) {
	c, ok := st.Data().(*Context)
	if !ok {
		return "", nil
	}
	token, err := c.CSRFToken()
	if err != nil {
		return "", err
	}
	return markup.Format(`<input type="hidden" name="%s" value="%s">`, c.app.csrf.FieldName(), token), nil
}

// templateSameSite reports whether the action of a form that names a host names
// the one that the request came to.
func templateSameSite(st jinja.State, action string) bool {
	c, ok := st.Data().(*Context)
	if !ok || strings.ContainsAny(action, "\\\t\r\n") {
		return false
	}
	u, err := url.Parse(action)
	return err == nil && u.User == nil && u.Scheme == c.Scheme() && strings.EqualFold(u.Host, c.Host())
}
