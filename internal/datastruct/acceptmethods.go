package datastruct

import (
	"strings"

	"github.com/dewar-go/dewar/jinja"
)

// TypeName is what messages call it.
func (a *Accept) TypeName() string { return string(a.kind) }

// Repr is what Python prints.
func (a *Accept) Repr() string { return repr(string(a.kind)+"(", a.list(), ")") }

// String is the header.
func (a *Accept) String() string {
	var parts []string
	for _, item := range a.items {
		if item.quality != 1 {
			item.value += repr(";q=", item.shown, "")
		}
		parts = append(parts, item.value)
	}
	return strings.Join(parts, ",")
}

func (a *Accept) list() jinja.Value {
	out := make([]jinja.Value, len(a.items))
	for i, item := range a.items {
		out[i] = item.pair()
	}
	return jinja.NewList(out...)
}

// Len is the number of items.
func (a *Accept) Len() int { return len(a.items) }

// Iterate goes through the pairs of value and quality.
func (a *Accept) Iterate() (jinja.Iterator, error) { return jinja.Iterate(a.list()) }

// StandFor is what it is compared as.
func (a *Accept) StandFor() jinja.Value { return a.list() }

// Item is the pair of a number, or the quality of a value.
func (a *Accept) Item(key jinja.Value) (jinja.Value, bool) {
	if value, ok := key.Str(); ok {
		q, err := a.quality(value)
		return q, err == nil
	}
	i, ok := key.Int64()
	if i < 0 {
		i += int64(len(a.items))
	}
	if !ok || i < 0 || i >= int64(len(a.items)) {
		return jinja.Value{}, false
	}
	return a.items[i].pair(), true
}

func (a *Accept) quality(value string) (jinja.Value, error) {
	i, err := a.find(value)
	if i < 0 || err != nil {
		return jinja.Int(0), err
	}
	return a.items[i].shown, nil
}

// Contains reports whether the client takes a value.
func (a *Accept) Contains(key jinja.Value) (bool, error) {
	value, _ := key.Str()
	i, err := a.find(value)
	return i >= 0, err
}

func (a *Accept) takes(values ...string) jinja.Value {
	for _, v := range values {
		if i, _ := a.find(v); i >= 0 {
			return jinja.True
		}
	}
	return jinja.False
}

var listChanges = words("append clear extend insert pop remove reverse sort")

// Attr gives the methods.
func (a *Accept) Attr(name string) (jinja.Value, bool) {
	if listChanges[name] {
		return immutable(string(a.kind), name)
	}
	if a.kind == AcceptMIME {
		switch name {
		case "accept_html":
			return a.takes("text/html", "application/xhtml+xml", "application/xml"), true
		case "accept_xhtml":
			return a.takes("application/xhtml+xml", "application/xml"), true
		case "accept_json":
			return a.takes("application/json"), true
		}
	}
	switch name {
	case "provided":
		return jinja.Bool(a.provided), true
	case "best":
		if len(a.items) == 0 {
			return jinja.None, true
		}
		return jinja.String(a.items[0].value), true
	case "best_match":
		return method(name, func(_ jinja.State, in []jinja.Value) (jinja.Value, error) {
			list, err := jinja.Items(in[0])
			if err != nil {
				return jinja.None, err
			}
			values := make([]string, len(list))
			for i, v := range list {
				values[i], _ = v.Str()
			}
			best, err := a.bestLanguage(values)
			if best < 0 || err != nil {
				return in[1], err
			}
			return list[best], nil
		}, required("matches"), optional("default", jinja.None))
	case "find", "index", "quality":
		return method(name, func(_ jinja.State, in []jinja.Value) (jinja.Value, error) {
			value, _ := in[0].Str()
			if name == "quality" {
				return a.quality(value)
			}
			i, err := a.find(value)
			if i < 0 && name == "index" && err == nil {
				err = jinja.NewException("ValueError", value)
			}
			return jinja.Int(int64(i)), err
		}, required("key"))
	case "values":
		return getter(name, func() jinja.Value {
			out := make([]jinja.Value, len(a.items))
			for i, item := range a.items {
				out[i] = jinja.String(item.value)
			}
			return jinja.NewList(out...)
		})
	case "to_header":
		return getter(name, func() jinja.Value { return jinja.String(a.String()) })
	case "copy", "count":
		return jinja.GetAttr(a.list(), name)
	}
	return jinja.Value{}, false
}
