// Package datastruct has the containers of Werkzeug's requests as templates see
// them: [MultiDict], [Headers], [Accept], [ETags], and [Dict] for what is a dict of
// its own type, such as a session. Each answers the methods of Werkzeug's class with
// its results and its errors; one that cannot be changed there cannot be changed here.
//
// Where Python's iterators are generators, which can be gone through once, these are
// lists.
package datastruct

import (
	"errors"
	"strings"

	"github.com/dewar-go/dewar/jinja"
)

// call is a method's body: it gets the values of its parameters.
type call func(st jinja.State, in []jinja.Value) (jinja.Value, error)

// method makes a bound method of a body.
func method(name string, f call, params ...jinja.Param) (jinja.Value, bool) {
	return jinja.NewFunc(name, func(st jinja.State, args jinja.Args) (jinja.Value, error) {
		in, err := args.Bind(name, params...)
		if err != nil {
			return jinja.None, err
		}
		return f(st, in)
	}), true
}

// getter is a method without parameters.
func getter(name string, f func() jinja.Value) (jinja.Value, bool) {
	return method(name, func(jinja.State, []jinja.Value) (jinja.Value, error) { return f(), nil })
}

func required(name string) jinja.Param { return jinja.Param{Name: name, Required: true} }

func optional(name string, value jinja.Value) jinja.Param {
	return jinja.Param{Name: name, Default: value}
}

// immutable is a method that would change an object that does not change.
func immutable(class, name string) (jinja.Value, bool) {
	return jinja.NewFunc(name, func(jinja.State, jinja.Args) (jinja.Value, error) {
		return jinja.None, jinja.NewException("TypeError", "'"+class+"' objects are immutable")
	}), true
}

// converted is type(v), and v itself when the type is None. ok is false when the
// type refuses the value: with a ValueError, a TypeError or any error of a Go function.
func converted(st jinja.State, kind, v jinja.Value) (_ jinja.Value, ok bool, err error) {
	if kind.IsNone() {
		return v, true, nil
	}
	r, err := st.Call(kind, jinja.Args{Pos: []jinja.Value{v}})
	if err == nil {
		return r, true, nil
	}
	if e, is := errors.AsType[*jinja.Exception](err); is && e.Class != "ValueError" && e.Class != "TypeError" {
		return jinja.None, false, err
	}
	return jinja.None, false, nil
}

func texts(list []string) []jinja.Value {
	out := make([]jinja.Value, len(list))
	for i, s := range list {
		out[i] = jinja.String(s)
	}
	return out
}

func pair(key string, v jinja.Value) jinja.Value { return jinja.NewTuple(jinja.String(key), v) }

// repr is the repr of a class around that of a value.
func repr(before string, v jinja.Value, after string) string {
	text, err := jinja.Repr(v)
	if err != nil {
		return before + "..." + after
	}
	return before + text + after
}

func words(s string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(s) {
		m[w] = true
	}
	return m
}
