package builtin_test

import (
	"github.com/dewar-go/dewar/jinja/internal/builtin"
	"github.com/dewar-go/dewar/jinja/internal/value"
)

// state is as much of a render as filters ask for.
type state struct {
	autoescape bool
	mode       value.UndefMode
	policies   map[string]value.Value
	names      map[string]value.Value
	budget     int // what may still be grown by, when limited
	limited    bool
}

func (s *state) Autoescape() bool { return s.autoescape }

func (s *state) Undefined(u value.Undef) value.Value {
	u.Mode = s.mode
	return value.NewUndefined(&u)
}

func (s *state) Attr(v value.Value, name string) value.Value {
	if u, ok := v.Undefined(); ok && u.Mode == value.UndefChainable {
		return v
	}
	if r, ok := value.GetAttr(v, name); ok {
		return r
	}
	if r, ok, err := value.GetItem(v, value.String(name)); ok && err == nil {
		return r
	}
	return s.Undefined(value.Undef{Obj: v, HasObj: true, Name: value.String(name)})
}

func (s *state) Item(v, key value.Value) (value.Value, error) {
	if u, ok := v.Undefined(); ok {
		if u.Mode == value.UndefChainable {
			return v, nil
		}
		return value.Value{}, u.Err()
	}
	if r, ok, err := value.GetItem(v, key); ok || err != nil {
		return r, err
	}
	if name, ok := key.Str(); ok {
		if r, ok := value.GetAttr(v, name); ok {
			return r, nil
		}
	}
	return s.Undefined(value.Undef{Obj: v, HasObj: true, Name: key}), nil
}

func (s *state) Call(fn value.Value, a value.Args) (value.Value, error) {
	return value.Call(s, fn, a)
}

func (s *state) Filter(name string) (value.Filter, bool) {
	f, ok := builtin.Filters[name]
	return f, ok
}
func (s *state) Test(name string) (value.Test, bool) { t, ok := builtin.Tests[name]; return t, ok }

func (s *state) Policy(name string) value.Value {
	if v, ok := s.policies[name]; ok {
		return v
	}
	switch name {
	case "truncate.leeway":
		return value.Int(5)
	case "urlize.rel":
		return value.String("noopener")
	}
	return value.None
}

func (s *state) Resolve(name string) (value.Value, bool) { v, ok := s.names[name]; return v, ok }
func (s *state) Data() any                               { return nil }

func (s *state) Grow(n int) error {
	if !s.limited {
		return nil
	}
	if s.budget -= n; s.budget < 0 {
		return value.NewError("LimitError", "too much")
	}
	return nil
}
