package flaskobjects

import (
	"github.com/dewar-go/dewar/internal/datastruct"
	"github.com/dewar-go/dewar/jinja"
	"github.com/dewar-go/dewar/session"
)

// Session is session in templates: a dict whose changes are the session's.
type Session objects

func (s *Session) own() *session.Session { return s.src.Session() }

// Attr gives the methods of a dict, then permanent, new and modified.
func (s *Session) Attr(name string) (jinja.Value, bool) {
	own := s.own()
	switch name {
	case "permanent":
		return jinja.Bool(own.Permanent()), true
	case "new":
		// Flask does not tell for sessions in the cookie.
		return jinja.Bool(own.IsNew() && s.src.HasStore()), true
	case "modified":
		return jinja.Bool(own.Modified()), true
	case "accessed":
		return jinja.Bool(own.Accessed()), true
	case "get": // without a dict of all values
		return jinja.NewFunc(name, func(_ jinja.State, args jinja.Args) (jinja.Value, error) {
			in, err := args.Bind(name, jinja.Param{Name: "key", Required: true}, jinja.Param{Name: "default", Default: jinja.None})
			if err != nil {
				return jinja.None, err
			}
			if v, ok := s.Item(in[0]); ok {
				return v, nil
			}
			return in[1], nil
		}), true
	}
	if datastruct.DictChanges[name] {
		return jinja.NewFunc(name, func(st jinja.State, args jinja.Args) (jinja.Value, error) {
			return s.change(st, name, args)
		}), true
	}
	return jinja.GetAttr(s.Mapping().Value(), name)
}

// change calls a method that changes a dict, and makes the session what the dict has
// become.
func (s *Session) change(st jinja.State, name string, args jinja.Args) (jinja.Value, error) {
	own, d := s.own(), s.Mapping()
	if name == "update" {
		d.Clear() // what is left then is what is new
	}
	before := d.Copy()
	f, _ := jinja.GetAttr(d.Value(), name)
	fn, _ := f.Function()
	v, err := fn.Call(st, args)
	if err != nil {
		return v, err
	}
	if name == "clear" {
		own.Clear()
		return v, nil
	}
	for k := range before.All() {
		if text, _ := k.Str(); !has(d, text) {
			own.Delete(text)
		}
	}
	for k, x := range d.All() {
		text, ok := k.Str()
		if !ok {
			return jinja.None, jinja.NewException("TypeError", "the keys of a session are strings")
		}
		if !has(before, text) {
			own.Set(text, sessionValue(x))
		}
	}
	return v, nil
}

func has(d *jinja.Dict, key string) bool {
	_, ok := d.GetString(key)
	return ok
}

// Item gives session['name'].
func (s *Session) Item(key jinja.Value) (jinja.Value, bool) {
	name, ok := key.Str()
	if !ok {
		return jinja.Value{}, false
	}
	v, ok := s.own().Get(name)
	if !ok {
		return jinja.Value{}, false
	}
	return templateValue(v), true
}

// Contains gives 'name' in session.
func (s *Session) Contains(x jinja.Value) (bool, error) {
	name, ok := x.Str()
	return ok && s.own().Has(name), nil
}

// Len gives session|length.
func (s *Session) Len() int { return s.own().Len() }

// Iterate goes through the names.
func (s *Session) Iterate() (jinja.Iterator, error) {
	return jinja.Iterate(s.Mapping().Value())
}

// Mapping is the session as a dict.
func (s *Session) Mapping() *jinja.Dict {
	d := jinja.NewDict()
	for name, v := range s.own().All() {
		d.SetString(name, templateValue(v))
	}
	return d
}

// StandFor is what it is compared as.
func (s *Session) StandFor() jinja.Value { return s.Mapping().Value() }

// Repr is what Python prints.
func (s *Session) Repr() string {
	return (&datastruct.Dict{Class: "SecureCookieSession", D: s.Mapping()}).Repr()
}

// TypeName is what messages call it.
func (s *Session) TypeName() string { return "SecureCookieSession" }

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

// sessionValue turns a template's values into those of sessions.
func sessionValue(v jinja.Value) any {
	if d, ok := v.Dict(); ok {
		m := make(map[string]any, d.Len())
		for k, x := range d.All() {
			name, _ := k.Str()
			m[name] = sessionValue(x)
		}
		return m
	}
	kind := v.Kind().String()
	if kind != "list" && kind != "tuple" {
		return v.Any()
	}
	items, _ := jinja.Items(v)
	list := make([]any, len(items))
	for i, x := range items {
		list[i] = sessionValue(x)
	}
	if kind == "tuple" {
		return session.Tuple(list)
	}
	return list
}
