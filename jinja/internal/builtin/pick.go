package builtin

import (
	"github.com/dewar-go/dewar/jinja/internal/value"
)

// mapFilter is the filter map: it applies a filter to every element or reads an attribute of it.
func mapFilter(st State, v Value, a Args) (Value, error) {
	a = keep(a)
	return generator("sync_do_map", func() (value.Iterator, error) {
		if yes, err := truth(v); err != nil || !yes {
			return nil, err
		}
		f, err := mapper(st, a)
		if err != nil {
			return nil, err
		}
		it, err := value.Iterate(v)
		if err != nil {
			return nil, err
		}
		return value.IteratorFunc(func() (Value, bool, error) {
			x, ok, err := it.Next()
			if err != nil || !ok {
				return Value{}, false, err
			}
			x, err = f(x)
			return x, err == nil, err
		}), nil
	}), nil
}

func mapper(st State, a Args) (func(Value) (Value, error), error) {
	if attribute, ok := a.Get("attribute"); ok && len(a.Pos) == 0 {
		g := newGetter(attribute)
		for _, kw := range a.Kw {
			switch kw.Name {
			case "attribute":
			case "default":
				g.def, g.hasDefault = kw.Value, !kw.Value.IsNone()
			default:
				return nil, argumentError("Unexpected keyword argument %s", value.AppendQuoted(nil, kw.Name))
			}
		}
		return func(v Value) (Value, error) { return g.get(st, v) }, nil
	}
	if len(a.Pos) == 0 {
		return nil, argumentError("map requires a filter argument")
	}
	name := a.Pos[0]
	a.Pos = a.Pos[1:]
	var f value.Filter // looked up for the first element: without elements a wrong name is no error
	return func(v Value) (Value, error) {
		if f == nil {
			var err error
			if f, err = findFilter(st, name); err != nil {
				return Value{}, err
			}
		}
		return f(st, v, a)
	}, nil
}

func findFilter(st State, name Value) (value.Filter, error) {
	if s, ok := name.Str(); ok {
		if f, ok := st.Filter(s); ok {
			return f, nil
		}
	}
	return nil, notFound("filter", name)
}

func findTest(st State, name Value) (value.Test, error) {
	if s, ok := name.Str(); ok {
		if t, ok := st.Test(s); ok {
			return t, nil
		}
	}
	return nil, notFound("test", name)
}

// notFound is the error for a filter or test that is looked up when the template runs.
func notFound(what string, name Value) error {
	if _, err := value.Hash(name); err != nil {
		return err
	}
	r, err := value.ReprOf(name)
	if err != nil {
		return err
	}
	if u, ok := name.Undefined(); ok {
		return value.Errorf("TemplateRuntimeError", "No %s named %s. (%s; did you forget to quote the callable name?)", what, r, u.Message())
	}
	return value.Errorf("TemplateRuntimeError", "No %s named %s.", what, r)
}

func selectFilter(st State, v Value, a Args) (Value, error) {
	return pick(st, v, a, true, false), nil
}

func rejectFilter(st State, v Value, a Args) (Value, error) {
	return pick(st, v, a, false, false), nil
}

func selectattr(st State, v Value, a Args) (Value, error) {
	return pick(st, v, a, true, true), nil
}

func rejectattr(st State, v Value, a Args) (Value, error) {
	return pick(st, v, a, false, true), nil
}

// pick yields the elements for which a test results in want. byAttribute tests an attribute of the element. Without the
// name of a test, the truth of the value decides.
func pick(st State, v Value, a Args, want, byAttribute bool) Value {
	a = keep(a)
	return generator("select_or_reject", func() (value.Iterator, error) {
		if yes, err := truth(v); err != nil || !yes {
			return nil, err
		}
		g := newGetter(value.None)
		if byAttribute {
			if len(a.Pos) == 0 {
				return nil, argumentError("Missing parameter for attribute name")
			}
			g = newGetter(a.Pos[0])
			a.Pos = a.Pos[1:]
		}
		holds := func(v Value) (bool, error) { return truth(v) }
		if len(a.Pos) > 0 {
			test := a.Pos[0]
			a.Pos = a.Pos[1:]
			var t value.Test
			holds = func(v Value) (bool, error) {
				if t == nil {
					var err error
					if t, err = findTest(st, test); err != nil {
						return false, err
					}
				}
				return t(st, v, a)
			}
		}
		it, err := value.Iterate(v)
		if err != nil {
			return nil, err
		}
		return value.IteratorFunc(func() (Value, bool, error) {
			for {
				x, ok, err := it.Next()
				if err != nil || !ok {
					return Value{}, false, err
				}
				if err := st.Grow(1); err != nil {
					return Value{}, false, err
				}
				key, err := g.get(st, x)
				if err != nil {
					return Value{}, false, err
				}
				if yes, err := holds(key); err != nil {
					return Value{}, false, err
				} else if yes == want {
					return x, true, nil
				}
			}
		}), nil
	})
}
