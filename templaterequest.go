package dewar

import (
	"strconv"
	"strings"

	"github.com/dewar-go/dewar/internal/werkzeug"
	"github.com/dewar-go/dewar/jinja"
)

// templateRequest is request in templates, with the attributes of Flask's. Those
// that it does not have are named by the check: see absentRequest.
type templateRequest struct{ c *Context }

// TypeName is what messages call it.
func (templateRequest) TypeName() string { return "Request" }

// Repr is what Python prints.
func (r templateRequest) Repr() string {
	text, _ := jinja.Repr(jinja.String(r.url(3)))
	return "<Request " + text + " [" + r.c.r.Method + "]>"
}

// url is the request's URL with so many parts: the prefix, the path, the query.
func (r templateRequest) url(parts int) string {
	c := r.c
	all := [3]string{c.origin.Prefix, c.path, c.r.URL.RawQuery}
	return werkzeug.URL(c.origin.Scheme, c.origin.Host, all[:parts]...)
}

// header is a header as WSGI has it: its lines with commas between them.
func (r templateRequest) header(name string) string {
	return werkzeug.Latin1(strings.Join(r.c.r.Header[name], ","))
}

// Attr gives request.name.
func (r templateRequest) Attr(name string) (jinja.Value, bool) {
	c := r.c
	switch name {
	case "method":
		return jinja.String(c.r.Method), true
	case "path":
		return jinja.String(c.path), true
	case "full_path":
		return jinja.String(c.path + "?" + werkzeug.Text(c.r.URL.RawQuery)), true
	case "query_string":
		return jinja.ValueOf([]byte(c.r.URL.RawQuery)), true
	case "script_root", "root_path":
		return jinja.String(c.origin.Prefix), true
	case "host":
		return jinja.String(c.origin.Host), true
	case "host_url":
		return jinja.String(r.url(0)), true
	case "url_root", "root_url":
		return jinja.String(r.url(1)), true
	case "base_url":
		return jinja.String(r.url(2)), true
	case "url":
		return jinja.String(r.url(3)), true
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
		if c.at.routed == nil {
			return jinja.None, true
		}
		return jinja.ValueOf(templateRule{c.at}), true
	case "view_args":
		return r.viewArgs(), true
	case "max_content_length":
		return jinja.Int(c.at.maxBody), true
	}
	if v, ok := r.headerAttr(name); ok {
		return v, true
	}
	return r.object(name)
}

// headerAttr gives what is a header, or little more.
func (r templateRequest) headerAttr(name string) (jinja.Value, bool) {
	switch name {
	case "content_type":
		return orNone(r.header("Content-Type")), true
	case "mimetype":
		kind, _ := r.c.contentType()
		return jinja.String(kind), true
	case "mimetype_params":
		_, params := r.c.contentType()
		d := jinja.NewDict()
		for _, k := range sortedKeys(params) {
			d.SetString(k, jinja.String(params[k]))
		}
		return d.Value(), true
	case "content_length":
		if n := r.c.r.ContentLength; n > 0 || n == 0 && r.header("Content-Length") != "" {
			return jinja.Int(n), true
		}
		return jinja.None, true
	case "content_encoding":
		return orNone(r.header("Content-Encoding")), true
	case "content_md5":
		return orNone(r.header("Content-Md5")), true
	case "referrer":
		return orNone(r.header("Referer")), true
	case "origin":
		return orNone(r.header("Origin")), true
	case "access_control_request_method":
		return orNone(r.header("Access-Control-Request-Method")), true
	case "max_forwards":
		if n, err := strconv.ParseInt(r.header("Max-Forwards"), 10, 64); err == nil {
			return jinja.Int(n), true
		}
		return jinja.None, true
	case "date":
		return r.date("Date"), true
	case "if_modified_since":
		return r.date("If-Modified-Since"), true
	case "if_unmodified_since":
		return r.date("If-Unmodified-Since"), true
	case "is_json":
		return jinja.Bool(r.c.isJSON()), true
	}
	return jinja.Value{}, false
}

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
	rule := r.c.match.Rule
	if rule == nil || r.c.matchErr != nil {
		return jinja.None
	}
	d := jinja.NewDict()
	for _, v := range r.c.match.Values() {
		d.SetString(v.Name, jinja.ValueOf(v.Value))
	}
	return d.Value()
}

func orNone(s string) jinja.Value {
	if s == "" {
		return jinja.None
	}
	return jinja.String(s)
}
