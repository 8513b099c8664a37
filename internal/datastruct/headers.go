package datastruct

import (
	"strings"

	"github.com/dewar-go/dewar/jinja"
)

// Headers are a request's headers, found in any case.
type Headers struct{ list [][2]string }

// Add adds a header at the end.
func (h *Headers) Add(name, value string) { h.list = append(h.list, [2]string{name, value}) }

// TypeName is what messages call it.
func (h *Headers) TypeName() string { return "EnvironHeaders" }

// Repr is what Python prints.
func (h *Headers) Repr() string {
	return repr("EnvironHeaders(", jinja.NewList(h.pairs(false)...), ")")
}

// String is the headers as they are sent.
func (h *Headers) String() string {
	var b strings.Builder
	for _, p := range h.list {
		b.WriteString(p[0] + ": " + p[1] + "\r\n")
	}
	return b.String() + "\r\n"
}

// Len is the number of headers.
func (h *Headers) Len() int { return len(h.list) }

// Iterate goes through the pairs of name and value.
func (h *Headers) Iterate() (jinja.Iterator, error) {
	return jinja.Iterate(jinja.NewList(h.pairs(false)...))
}

func (h *Headers) pairs(lower bool) []jinja.Value {
	out := make([]jinja.Value, len(h.list))
	for i, p := range h.list {
		if lower {
			p[0] = strings.ToLower(p[0])
		}
		out[i] = pair(p[0], jinja.String(p[1]))
	}
	return out
}

func (h *Headers) column(i int, lower bool) jinja.Value {
	out := make([]jinja.Value, 0, len(h.list))
	for _, p := range h.list {
		if lower {
			p[0] = strings.ToLower(p[0])
		}
		out = append(out, jinja.String(p[i]))
	}
	return jinja.NewList(out...)
}

// Get returns the value of a header.
func (h *Headers) Get(name string) (string, bool) {
	for _, p := range h.list {
		if strings.EqualFold(p[0], name) {
			return p[1], true
		}
	}
	return "", false
}

// Item is the value of a header, or the pair of a number.
func (h *Headers) Item(key jinja.Value) (jinja.Value, bool) {
	if i, ok := key.Int64(); ok {
		if i < 0 {
			i += int64(len(h.list))
		}
		if i < 0 || i >= int64(len(h.list)) {
			return jinja.Value{}, false
		}
		return pair(h.list[i][0], jinja.String(h.list[i][1])), true
	}
	name, ok := key.Str()
	if !ok {
		return jinja.Value{}, false
	}
	v, ok := h.Get(name)
	return jinja.String(v), ok
}

// Contains reports whether there is a header.
func (h *Headers) Contains(key jinja.Value) (bool, error) {
	name, ok := key.Str()
	if ok {
		_, ok = h.Get(name)
	}
	return ok, nil
}

var headerChanges = words("add add_header clear extend insert pop popitem remove set setdefault setlist setlistdefault update")

// Attr gives the methods.
func (h *Headers) Attr(name string) (jinja.Value, bool) {
	if headerChanges[name] {
		return immutable("EnvironHeaders", name)
	}
	lower, bytes := optional("lower", jinja.False), optional("as_bytes", jinja.False)
	switch name {
	case "get":
		return method(name, func(st jinja.State, in []jinja.Value) (jinja.Value, error) {
			if v, has := h.Item(in[0]); has && in[0].IsString() {
				if r, ok, err := converted(st, in[2], asBytes(v, in[3])); ok || err != nil {
					return r, err
				}
			}
			return in[1], nil
		}, required("key"), optional("default", jinja.None), optional("type", jinja.None), bytes)
	case "getlist", "get_all":
		params := []jinja.Param{required("key"), optional("type", jinja.None), bytes}
		if name == "get_all" {
			params = []jinja.Param{required("name")}
		}
		return method(name, func(st jinja.State, in []jinja.Value) (jinja.Value, error) {
			if name == "get_all" {
				in = append(in, jinja.None, jinja.False)
			}
			var out []jinja.Value
			if v, has := h.Item(in[0]); has && in[0].IsString() {
				r, ok, err := converted(st, in[1], asBytes(v, in[2]))
				if err != nil {
					return jinja.None, err
				}
				if ok {
					out = append(out, r)
				}
			}
			return jinja.NewList(out...), nil
		}, params...)
	case "items":
		return method(name, func(_ jinja.State, in []jinja.Value) (jinja.Value, error) {
			return jinja.NewList(h.pairs(jinja.Truth(in[0]))...), nil
		}, lower)
	case "keys":
		return method(name, func(_ jinja.State, in []jinja.Value) (jinja.Value, error) {
			return h.column(0, jinja.Truth(in[0])), nil
		}, lower)
	case "values":
		return getter(name, func() jinja.Value { return h.column(1, false) })
	case "to_wsgi_list":
		return getter(name, func() jinja.Value { return jinja.NewList(h.pairs(false)...) })
	case "copy":
		return method(name, func(jinja.State, []jinja.Value) (jinja.Value, error) {
			return jinja.None, jinja.NewException("TypeError", "cannot create 'EnvironHeaders' copies")
		})
	}
	return jinja.Value{}, false
}

// asBytes is the bytes of a header's value where they are asked for.
func asBytes(v, asked jinja.Value) jinja.Value {
	if !jinja.Truth(asked) {
		return v
	}
	s, _ := v.Str()
	b := make([]byte, 0, len(s))
	for _, r := range s {
		b = append(b, byte(r))
	}
	return jinja.ValueOf(b)
}
