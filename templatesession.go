package dewar

import (
	"slices"

	"github.com/dewar-go/dewar/internal/datastruct"
	"github.com/dewar-go/dewar/jinja"
	"github.com/dewar-go/dewar/session"
)

// templateSession is session in templates: a dict whose changes are the session's.
type templateSession struct{ c *Context }

// Attr gives the methods of a dict, then permanent, new and modified.
func (s templateSession) Attr(name string) (jinja.Value, bool) {
	own := s.c.Session()
	switch name {
	case "permanent":
		return jinja.Bool(own.Permanent()), true
	case "new":
		// Flask does not tell for sessions in the cookie.
		return jinja.Bool(own.IsNew() && s.c.app.cfg.Session.Store != nil), true
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
func (s templateSession) change(st jinja.State, name string, args jinja.Args) (jinja.Value, error) {
	own, d := s.c.Session(), s.Mapping()
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

// Iterate goes through the names.
func (s templateSession) Iterate() (jinja.Iterator, error) {
	return jinja.Iterate(s.Mapping().Value())
}

// Mapping is the session as a dict.
func (s templateSession) Mapping() *jinja.Dict {
	d := jinja.NewDict()
	for name, v := range s.c.Session().All() {
		d.SetString(name, templateValue(v))
	}
	return d
}

// StandFor is what it is compared as.
func (s templateSession) StandFor() jinja.Value { return s.Mapping().Value() }

// Repr is what Python prints.
func (s templateSession) Repr() string {
	return (&datastruct.Dict{Class: "SecureCookieSession", D: s.Mapping()}).Repr()
}

// TypeName is what messages call it.
func (s templateSession) TypeName() string { return "SecureCookieSession" }

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

// templateG is g in templates: the request's keyed values.
type templateG struct{ c *Context }

// Attr gives g.name, and its methods get, pop and setdefault.
func (g templateG) Attr(name string) (jinja.Value, bool) {
	if v, ok := g.c.keyedValue(name); ok {
		return jinja.ValueOf(v), true
	}
	switch name {
	case "get", "pop", "setdefault":
	default:
		return jinja.Value{}, false
	}
	return jinja.NewFunc(name, func(_ jinja.State, args jinja.Args) (jinja.Value, error) {
		missing := jinja.None
		if name == "pop" {
			missing = jinja.Value{}
		}
		in, err := args.Bind(name, jinja.Param{Name: "name", Required: true}, jinja.Param{Name: "default", Default: missing})
		if err != nil {
			return jinja.None, err
		}
		key, _ := in[0].Str()
		v, ok := g.Item(in[0])
		switch {
		case ok && name == "pop":
			g.c.values = slices.DeleteFunc(g.c.values, func(k keyed) bool { return *k.key == key })
		case !ok && in[1].IsUndefined():
			text, _ := jinja.Repr(in[0])
			return jinja.None, jinja.NewException("KeyError", text)
		case !ok:
			if v = in[1]; name == "setdefault" {
				g.c.values = append(g.c.values, keyed{&key, v})
			}
		}
		return v, nil
	}), true
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

// Iterate goes through the names.
func (g templateG) Iterate() (jinja.Iterator, error) {
	var list []jinja.Value
	for _, name := range g.c.keyedNames() {
		list = append(list, jinja.String(name))
	}
	return jinja.Iterate(jinja.NewList(list...))
}

// Repr is what Python prints.
func (g templateG) Repr() string {
	name, _ := jinja.Repr(jinja.String(g.c.app.cfg.Name))
	return "<flask.g of " + name + ">"
}

// TypeName is what messages call it.
func (g templateG) TypeName() string { return "_AppCtxGlobals" }
