package builtin

import (
	"math/rand/v2"
	"unicode/utf8"

	"github.com/dewar-go/dewar/jinja/internal/value"
)

var (
	firstSig   = sig("sync_do_first", []string{"environment", "seq"})
	randomSig  = sig("do_random", []string{"context", "seq"})
	listSig    = sig("sync_do_list", onValue)
	defaultSig = sig("do_default", onValue, value.Opt("default_value", value.String("")), value.Opt("boolean", value.False))
)

func length(st State, v Value, a Args) (Value, error) {
	if err := native("len", a, 1); err != nil {
		return Value{}, err
	}
	n, err := value.Len(v)
	return value.Int(int64(n)), err
}

func first(st State, v Value, a Args) (Value, error) {
	if err := firstSig.none(a); err != nil {
		return Value{}, err
	}
	if s, ok := v.Str(); ok && s != "" {
		_, n := utf8.DecodeRuneInString(s)
		return value.String(s[:n]), nil
	}
	it, err := value.Iterate(v)
	if err != nil {
		return Value{}, err
	}
	x, ok, err := it.Next()
	if err != nil || ok {
		return x, err
	}
	return st.Undefined(value.Undef{Hint: "No first item, sequence was empty."}), nil
}

func random(st State, v Value, a Args) (Value, error) {
	if err := randomSig.none(a); err != nil {
		return Value{}, err
	}
	n, err := value.Len(v)
	if err != nil {
		return Value{}, err
	}
	if n == 0 {
		return st.Undefined(value.Undef{Hint: "No random item, sequence was empty."}), nil
	}
	// This is Python's v[i]: a mapping without that key fails with a KeyError.
	return value.Subscript(v, value.Int(rand.Int64N(int64(n))))
}

func list(st State, v Value, a Args) (Value, error) {
	if err := listSig.none(a); err != nil {
		return Value{}, err
	}
	return listOf(st, v)
}

func listOf(st State, v Value) (Value, error) {
	items, err := collect(st, v)
	if err != nil {
		return Value{}, err
	}
	return value.NewList(items), nil
}

// collect returns list(v). The elements are charged to the limits of the environment.
func collect(st State, v Value) ([]Value, error) {
	if n, err := value.Len(v); err == nil {
		if err := st.Grow(n); err != nil {
			return nil, err
		}
		return value.Collect(v)
	}
	it, err := value.Iterate(v)
	if err != nil {
		return nil, err
	}
	var out []Value
	for {
		x, ok, err := it.Next()
		if err != nil {
			return nil, err
		}
		if !ok {
			return out, nil
		}
		if err := st.Grow(1); err != nil {
			return nil, err
		}
		out = append(out, x)
	}
}

// defaultFilter is the filter default: it replaces what is undefined and, with boolean, what is false.
func defaultFilter(st State, v Value, a Args) (Value, error) {
	var arg [2]Value
	if err := defaultSig.bind(arg[:], a); err != nil {
		return Value{}, err
	}
	if v.IsUndefined() {
		return arg[0], nil
	}
	if all, err := truth(arg[1]); err != nil || !all {
		return v, err
	}
	yes, err := truth(v)
	if err != nil || yes {
		return v, err
	}
	return arg[0], nil
}
