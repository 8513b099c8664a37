package datastruct

import "github.com/dewar-go/dewar/jinja"

// A MultiDict has several values for a key, and stands for the first where one is
// asked for. Keys are in the order in which they came.
type MultiDict struct {
	class string
	keys  []string
	lists map[string][]jinja.Value
	parts []*MultiDict // of a CombinedMultiDict
}

// NewMultiDict returns an empty one that templates cannot change.
func NewMultiDict() *MultiDict {
	return &MultiDict{class: "ImmutableMultiDict", lists: map[string][]jinja.Value{}}
}

// Combine returns the values of several: those of the first come first.
func Combine(parts ...*MultiDict) *MultiDict {
	m := &MultiDict{class: "CombinedMultiDict", lists: map[string][]jinja.Value{}, parts: parts}
	for _, p := range parts {
		m.addAll(p)
	}
	return m
}

// Add adds a value of a key.
func (m *MultiDict) Add(key string, v jinja.Value) {
	if _, has := m.lists[key]; !has {
		m.keys = append(m.keys, key)
	}
	m.lists[key] = append(m.lists[key], v)
}

func (m *MultiDict) addAll(from *MultiDict) {
	for _, k := range from.keys {
		for _, v := range from.lists[k] {
			m.Add(k, v)
		}
	}
}

// TypeName is what messages call it.
func (m *MultiDict) TypeName() string { return m.class }

// Repr is what Python prints.
func (m *MultiDict) Repr() string {
	list := m.items(true)
	if m.parts != nil {
		list = nil
		for _, p := range m.parts {
			list = append(list, jinja.ValueOf(p))
		}
	}
	return repr(m.class+"(", jinja.NewList(list...), ")")
}

// Len is the number of keys.
func (m *MultiDict) Len() int { return len(m.keys) }

// Iterate goes through the keys.
func (m *MultiDict) Iterate() (jinja.Iterator, error) {
	return jinja.Iterate(jinja.NewList(texts(m.keys)...))
}

// Item is the first value of a key.
func (m *MultiDict) Item(key jinja.Value) (jinja.Value, bool) {
	name, ok := key.Str()
	if list := m.lists[name]; ok && len(list) > 0 {
		return list[0], true
	}
	return jinja.Value{}, false
}

// Contains reports whether there is a key.
func (m *MultiDict) Contains(key jinja.Value) (bool, error) {
	name, ok := key.Str()
	_, has := m.lists[name]
	return ok && has, nil
}

// Mapping is the dict of first values: what **m and dict(m) take.
func (m *MultiDict) Mapping() *jinja.Dict { return m.dict(true) }

// StandFor is what it is compared as: in Python it is a dict of lists.
func (m *MultiDict) StandFor() jinja.Value { return m.dict(false).Value() }

func (m *MultiDict) dict(flat bool) *jinja.Dict {
	d := jinja.NewDict()
	for _, k := range m.keys {
		switch list := m.lists[k]; {
		case !flat:
			d.SetString(k, jinja.NewList(append([]jinja.Value(nil), list...)...))
		case len(list) > 0:
			d.SetString(k, list[0])
		}
	}
	return d
}

func (m *MultiDict) items(multi bool) (list []jinja.Value) {
	for _, k := range m.keys {
		for _, v := range m.lists[k] {
			if list = append(list, pair(k, v)); !multi {
				break
			}
		}
	}
	return list
}

// multiDictChanges are the methods that change a MultiDict.
var multiDictChanges = words("add clear pop popitem popitemlist poplist setdefault setlist setlistdefault update")

// Attr gives the methods.
func (m *MultiDict) Attr(name string) (jinja.Value, bool) {
	if multiDictChanges[name] {
		if m.class != "MultiDict" {
			return immutable(m.class, name)
		}
		return m.change(name)
	}
	switch name {
	case "get":
		return method(name, m.get, required("key"), optional("default", jinja.None), optional("type", jinja.None))
	case "getlist":
		return method(name, m.getlist, required("key"), optional("type", jinja.None))
	case "items":
		return method(name, func(_ jinja.State, in []jinja.Value) (jinja.Value, error) {
			return jinja.NewList(m.items(jinja.Truth(in[0]))...), nil
		}, optional("multi", jinja.False))
	case "lists":
		return getter(name, func() jinja.Value { return m.view(false, "items") })
	case "keys", "values":
		return getter(name, func() jinja.Value { return m.view(true, name) })
	case "listvalues":
		return getter(name, func() jinja.Value { return m.view(false, "values") })
	case "to_dict":
		return method(name, func(_ jinja.State, in []jinja.Value) (jinja.Value, error) {
			return m.dict(jinja.Truth(in[0])).Value(), nil
		}, optional("flat", jinja.True))
	case "copy", "deepcopy":
		return getter(name, func() jinja.Value { return jinja.ValueOf(m.copy(name)) })
	case "fromkeys":
		return jinja.GetAttr(jinja.NewDict().Value(), name)
	}
	return jinja.Value{}, false
}

// view is keys, values or items of the dict.
func (m *MultiDict) view(flat bool, name string) jinja.Value {
	f, _ := jinja.GetAttr(m.dict(flat).Value(), name)
	fn, _ := f.Function()
	v, _ := fn.Call(nil, jinja.Args{})
	return v
}

func (m *MultiDict) copy(how string) *MultiDict {
	c := NewMultiDict()
	if how == "copy" {
		c.class = "MultiDict"
	}
	c.addAll(m)
	return c
}

func (m *MultiDict) get(st jinja.State, in []jinja.Value) (jinja.Value, error) {
	if v, has := m.Item(in[0]); has {
		if r, ok, err := converted(st, in[2], v); ok || err != nil {
			return r, err
		}
	}
	return in[1], nil
}

func (m *MultiDict) getlist(st jinja.State, in []jinja.Value) (jinja.Value, error) {
	name, _ := in[0].Str()
	var out []jinja.Value
	for _, v := range m.lists[name] {
		r, ok, err := converted(st, in[1], v)
		if err != nil {
			return jinja.None, err
		}
		if ok {
			out = append(out, r)
		}
	}
	return jinja.NewList(out...), nil
}
