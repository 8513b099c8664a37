package flaskobjects

import (
	"strconv"
	"strings"

	"github.com/dewar-go/dewar/internal/werkzeug"
	"github.com/dewar-go/dewar/jinja"
)

// Request is request in templates, with the attributes of Flask's. Those that it does
// not have are named by [Absent].
type Request objects

// TypeName is what messages call it.
func (*Request) TypeName() string { return "Request" }

// Repr is what Python prints.
func (r *Request) Repr() string {
	text, _ := jinja.Repr(jinja.String(r.url(3)))
	return "<Request " + text + " [" + r.src.Request().Method + "]>"
}

// url is the request's URL with so many parts: the prefix, the path, the query.
func (r *Request) url(parts int) string {
	o := r.src.Origin()
	all := [3]string{o.Prefix, r.src.Path(), r.src.Request().URL.RawQuery}
	return werkzeug.URL(o.Scheme, o.Host, all[:parts]...)
}

// header is a header as WSGI has it: its lines with commas between them.
func (r *Request) header(name string) string {
	return werkzeug.Latin1(strings.Join(r.src.Header()[name], ","))
}

// Attr gives request.name.
func (r *Request) Attr(name string) (jinja.Value, bool) {
	switch name {
	case "method":
		return jinja.String(r.src.Request().Method), true
	case "path":
		return jinja.String(r.src.Path()), true
	case "full_path":
		return jinja.String(r.src.Path() + "?" + werkzeug.Text(r.src.Request().URL.RawQuery)), true
	case "query_string":
		return jinja.ValueOf([]byte(r.src.Request().URL.RawQuery)), true
	case "script_root", "root_path":
		return jinja.String(r.src.Origin().Prefix), true
	case "host":
		return jinja.String(r.src.Origin().Host), true
	case "host_url":
		return jinja.String(r.url(0)), true
	case "url_root", "root_url":
		return jinja.String(r.url(1)), true
	case "base_url":
		return jinja.String(r.url(2)), true
	case "url":
		return jinja.String(r.url(3)), true
	case "scheme":
		return jinja.String(r.src.Origin().Scheme), true
	case "is_secure":
		return jinja.Bool(r.src.Origin().HTTPS()), true
	case "remote_addr":
		client := r.src.Client()
		if !client.IsValid() {
			return jinja.None, true
		}
		return jinja.String(client.String()), true
	case "endpoint":
		return orNone(r.src.Endpoint()), true
	case "blueprint":
		return orNone(r.src.Blueprint()), true
	case "blueprints":
		return r.blueprints(), true
	case "url_rule":
		if r.src.Matched() == nil {
			return jinja.None, true
		}
		return jinja.ValueOf((*rule)(r)), true
	case "view_args":
		return r.viewArgs(), true
	case "max_content_length":
		return jinja.Int(r.src.MaxBody()), true
	}
	if v, ok := r.headerAttr(name); ok {
		return v, true
	}
	return r.object(name)
}

// headerAttr gives what is a header, or little more.
func (r *Request) headerAttr(name string) (jinja.Value, bool) {
	switch name {
	case "content_type":
		return orNone(r.header("Content-Type")), true
	case "mimetype":
		kind, _ := r.src.ContentType()
		return jinja.String(kind), true
	case "mimetype_params":
		_, params := r.src.ContentType()
		d := jinja.NewDict()
		for _, k := range sortedKeys(params) {
			d.SetString(k, jinja.String(params[k]))
		}
		return d.Value(), true
	case "content_length":
		if n := r.src.Request().ContentLength; n > 0 || n == 0 && r.header("Content-Length") != "" {
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
		return jinja.Bool(r.src.IsJSON()), true
	}
	return jinja.Value{}, false
}

// blueprints lists the names of the blueprints around the view, the innermost
// first: ["admin.users", "admin"].
func (r *Request) blueprints() jinja.Value {
	var list []jinja.Value
	for name := r.src.Blueprint(); name != ""; {
		list = append(list, jinja.String(name))
		i := strings.LastIndexByte(name, '.')
		if i < 0 {
			break
		}
		name = name[:i]
	}
	return jinja.NewList(list...)
}

func (r *Request) viewArgs() jinja.Value {
	values, ok := r.src.Values()
	if !ok {
		return jinja.None
	}
	d := jinja.NewDict()
	for _, v := range values {
		d.SetString(v.Name, jinja.ValueOf(v.Value))
	}
	return d.Value()
}
