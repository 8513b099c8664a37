package datastruct

import (
	"slices"

	"github.com/dewar-go/dewar/jinja"
)

// change gives the methods that change a copy.
func (m *MultiDict) change(name string) (jinja.Value, bool) {
	key := required("key")
	switch name {
	case "add":
		return method(name, m.keyed(func(k string, in []jinja.Value) (jinja.Value, error) {
			m.Add(k, in[1])
			return jinja.None, nil
		}), key, required("value"))
	case "clear":
		return getter(name, func() jinja.Value {
			m.keys, m.lists = nil, map[string][]jinja.Value{}
			return jinja.None
		})
	case "setlist":
		return method(name, m.keyed(func(k string, in []jinja.Value) (jinja.Value, error) {
			return jinja.None, m.setList(k, in[1])
		}), key, required("new_list"))
	case "setdefault":
		return method(name, m.keyed(func(k string, in []jinja.Value) (jinja.Value, error) {
			if _, has := m.lists[k]; !has {
				m.Add(k, in[1])
			}
			return m.lists[k][0], nil
		}), key, optional("default", jinja.None))
	case "setlistdefault":
		return method(name, m.keyed(func(k string, in []jinja.Value) (jinja.Value, error) {
			if _, has := m.lists[k]; !has && !in[1].IsNone() {
				if err := m.setList(k, in[1]); err != nil {
					return jinja.None, err
				}
			}
			return jinja.NewList(m.lists[k]...), nil
		}), key, optional("default_list", jinja.None))
	case "pop", "poplist":
		missing := jinja.Value{} // an undefined value, which no template passes
		if name == "poplist" {
			missing = jinja.NewList()
		}
		return method(name, m.keyed(func(k string, in []jinja.Value) (jinja.Value, error) {
			if list, has := m.lists[k]; has {
				m.remove(k)
				if name == "poplist" {
					return jinja.NewList(list...), nil
				}
				return list[0], nil
			}
			if in[1].IsUndefined() {
				return jinja.None, keyError(k)
			}
			return in[1], nil
		}), key, optional("default", missing))
	case "popitem", "popitemlist":
		return method(name, func(jinja.State, []jinja.Value) (jinja.Value, error) {
			if len(m.keys) == 0 {
				return jinja.None, keyError("popitem(): dictionary is empty")
			}
			k := m.keys[len(m.keys)-1]
			list := m.lists[k]
			m.remove(k)
			if name == "popitemlist" {
				return pair(k, jinja.NewList(list...)), nil
			}
			return pair(k, list[0]), nil
		})
	}
	return method(name, func(_ jinja.State, in []jinja.Value) (jinja.Value, error) { return jinja.None, m.update(in[0]) }, required("mapping"))
}

// keyed is a body whose first argument is a key.
func (m *MultiDict) keyed(f func(key string, in []jinja.Value) (jinja.Value, error)) call {
	return func(_ jinja.State, in []jinja.Value) (jinja.Value, error) {
		k, ok := in[0].Str()
		if !ok {
			return jinja.None, jinja.NewException("TypeError", "the key of a MultiDict must be a string")
		}
		return f(k, in)
	}
}

func keyError(key string) error {
	return jinja.NewException("BadRequestKeyError", "400 Bad Request: The browser (or proxy) sent a request that this server could not understand.\nKeyError: "+repr("", jinja.String(key), ""))
}

func (m *MultiDict) remove(key string) {
	delete(m.lists, key)
	m.keys = slices.DeleteFunc(m.keys, func(k string) bool { return k == key })
}

func (m *MultiDict) setList(key string, v jinja.Value) error {
	list, err := jinja.Items(v)
	if err != nil {
		return err
	}
	if _, has := m.lists[key]; !has {
		m.keys = append(m.keys, key)
	}
	m.lists[key] = list
	return nil
}

// update adds the values of a MultiDict, a dict or pairs to those that are there.
func (m *MultiDict) update(from jinja.Value) error {
	if other, ok := from.Any().(*MultiDict); ok {
		m.addAll(other)
		return nil
	}
	d := jinja.NewDict()
	if err := d.Update(from); err != nil {
		return err
	}
	for k, v := range d.All() {
		key, ok := k.Str()
		if !ok {
			return jinja.NewException("TypeError", "the key of a MultiDict must be a string")
		}
		if kind := v.Kind().String(); kind != "list" && kind != "tuple" {
			m.Add(key, v)
			continue
		}
		list, err := jinja.Items(v)
		if err != nil {
			return err
		}
		for _, x := range list {
			m.Add(key, x)
		}
	}
	return nil
}
