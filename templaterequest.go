package dewar

import (
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/dewar-go/dewar/jinja"
)

// templateRequest is request in templates, with the attributes of Flask's that
// templates use. It offers no merged view of query and form, which would let a
// link fill in what a form must.
type templateRequest struct{ c *Context }

// Attr gives request.name.
func (r templateRequest) Attr(name string) (jinja.Value, bool) {
	c := r.c
	switch name {
	case "method":
		return jinja.String(c.r.Method), true
	case "path":
		return jinja.String(c.path), true
	case "full_path":
		return jinja.String(c.path + "?" + c.r.URL.RawQuery), true
	case "query_string":
		return jinja.String(c.r.URL.RawQuery), true
	case "script_root", "root_path":
		return jinja.String(c.origin.Prefix), true
	case "host":
		return jinja.String(c.origin.Host), true
	case "host_url":
		return jinja.String(r.root("") + "/"), true
	case "url_root", "root_url":
		return jinja.String(r.root(c.origin.Prefix) + "/"), true
	case "base_url":
		return jinja.String(r.root(c.origin.Prefix) + r.escapedPath()), true
	case "url":
		u := r.root(c.origin.Prefix) + r.escapedPath()
		if q := c.r.URL.RawQuery; q != "" {
			u += "?" + q
		}
		return jinja.String(u), true
	case "scheme":
		return jinja.String(c.origin.Scheme), true
	case "is_secure":
		return jinja.Bool(c.origin.HTTPS()), true
	case "remote_addr":
		if !c.origin.Addr.IsValid() {
			return jinja.None, true
		}
		return jinja.String(c.origin.Addr.String()), true
	case "endpoint":
		return orNone(c.at.name), true
	case "blueprint":
		return orNone(c.Blueprint()), true
	case "blueprints":
		return r.blueprints(), true
	case "url_rule":
		return orNone(c.at.rule), true
	case "view_args":
		return r.viewArgs(), true
	case "args":
		return jinja.ValueOf(templateMulti{c.QueryValues()}), true
	case "form":
		form, err := c.FormValues()
		if err != nil {
			form = url.Values{}
		}
		return jinja.ValueOf(templateMulti{form}), true
	case "cookies":
		return jinja.ValueOf(templateMulti{r.cookies()}), true
	case "headers":
		return jinja.ValueOf(templateHeaders{c}), true
	case "user_agent":
		return jinja.String(c.r.UserAgent()), true
	case "referrer":
		return orNone(c.r.Referer()), true
	case "mimetype", "content_type":
		return jinja.String(c.r.Header.Get("Content-Type")), true
	case "content_length":
		if c.r.ContentLength < 0 {
			return jinja.None, true
		}
		return jinja.Int(c.r.ContentLength), true
	}
	return jinja.Value{}, false
}

// TypeName is what messages call it.
func (templateRequest) TypeName() string { return "Request" }

func (r templateRequest) root(prefix string) string {
	return r.c.origin.Scheme + "://" + r.c.origin.Host + prefix
}

func (r templateRequest) escapedPath() string { return (&url.URL{Path: r.c.path}).EscapedPath() }

// blueprints lists the names of the blueprints around the view, the innermost
// first: ["admin.users", "admin"].
func (r templateRequest) blueprints() jinja.Value {
	var list []jinja.Value
	for name := r.c.Blueprint(); name != ""; {
		list = append(list, jinja.String(name))
		i := strings.LastIndexByte(name, '.')
		if i < 0 {
			break
		}
		name = name[:i]
	}
	return jinja.NewList(list...)
}

func (r templateRequest) viewArgs() jinja.Value {
	d := jinja.NewDict()
	if rule := r.c.match.Rule; rule != nil && r.c.matchErr == nil {
		for _, v := range r.c.match.Values() {
			_ = d.Set(jinja.String(v.Name), jinja.ValueOf(v.Value))
		}
	}
	return d.Value()
}

func (r templateRequest) cookies() url.Values {
	v := url.Values{}
	for _, cookie := range r.c.r.Cookies() {
		v.Add(cookie.Name, cookie.Value)
	}
	return v
}

func orNone(s string) jinja.Value {
	if s == "" {
		return jinja.None
	}
	return jinja.String(s)
}

// templateMulti is a MultiDict in templates: request.form['title'] is the first
// value, and a missing one is undefined.
type templateMulti struct{ values url.Values }

// Attr gives the methods of a MultiDict, and form.title.
func (m templateMulti) Attr(name string) (jinja.Value, bool) {
	switch name {
	case "get":
		return getMethod("get", m.Item), true
	case "getlist":
		return jinja.NewFunc("getlist", func(_ jinja.State, args jinja.Args) (jinja.Value, error) {
			bound, err := args.Bind("getlist", jinja.Param{Name: "key", Required: true})
			if err != nil {
				return jinja.None, err
			}
			key, _ := bound[0].Str()
			return jinja.NewList(stringValues(m.values[key])...), nil
		}), true
	case "keys":
		return method("keys", func() jinja.Value { return jinja.NewList(stringValues(slices.Sorted(maps.Keys(m.values)))...) }), true
	case "items":
		return method("items", m.items), true
	}
	return m.Item(jinja.String(name))
}

// Item gives form['title'].
func (m templateMulti) Item(key jinja.Value) (jinja.Value, bool) {
	name, ok := key.Str()
	if list := m.values[name]; ok && len(list) > 0 {
		return jinja.String(list[0]), true
	}
	return jinja.Value{}, false
}

// Contains gives 'title' in form.
func (m templateMulti) Contains(x jinja.Value) (bool, error) {
	_, ok := m.Item(x)
	return ok, nil
}

// Len gives form|length.
func (m templateMulti) Len() int { return len(m.values) }

// TypeName is what messages call it.
func (templateMulti) TypeName() string { return "ImmutableMultiDict" }

func (m templateMulti) items() jinja.Value {
	var list []jinja.Value
	for _, k := range slices.Sorted(maps.Keys(m.values)) {
		list = append(list, jinja.NewTuple(jinja.String(k), jinja.String(m.values[k][0])))
	}
	return jinja.NewList(list...)
}

// templateHeaders is request.headers in templates.
type templateHeaders struct{ c *Context }

// Attr gives headers.get.
func (h templateHeaders) Attr(name string) (jinja.Value, bool) {
	if name == "get" {
		return getMethod("get", h.Item), true
	}
	return jinja.Value{}, false
}

// Item gives headers['User-Agent'], in any case.
func (h templateHeaders) Item(key jinja.Value) (jinja.Value, bool) {
	name, ok := key.Str()
	if !ok {
		return jinja.Value{}, false
	}
	if strings.EqualFold(name, "host") {
		return jinja.String(h.c.origin.Host), true
	}
	if v := h.c.r.Header.Get(name); v != "" {
		return jinja.String(v), true
	}
	return jinja.Value{}, false
}

// TypeName is what messages call it.
func (templateHeaders) TypeName() string { return "EnvironHeaders" }

func stringValues(list []string) []jinja.Value {
	out := make([]jinja.Value, len(list))
	for i, s := range list {
		out[i] = jinja.String(s)
	}
	return out
}

// method is a method without parameters.
func method(name string, f func() jinja.Value) jinja.Value {
	return jinja.NewFunc(name, func(_ jinja.State, args jinja.Args) (jinja.Value, error) {
		if _, err := args.Bind(name); err != nil {
			return jinja.None, err
		}
		return f(), nil
	})
}
