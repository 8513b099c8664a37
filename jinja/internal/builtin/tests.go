package builtin

import (
	"unicode"

	"github.com/dewar-go/dewar/jinja/internal/value"
)

var divisiblebySig = sig("test_divisibleby", onValue, value.Req("num"))
var sameasSig = sig("test_sameas", onValue, value.Req("other"))
var inSig = sig("test_in", onValue, value.Req("seq"))

// simple makes a test without arguments.
func simple(name string, f func(st State, v Value) (bool, error)) value.Test {
	s := sig(name, onValue)
	return func(st State, v Value, a Args) (bool, error) {
		if err := s.none(a); err != nil {
			return false, err
		}
		return f(st, v)
	}
}

// kind makes a test that cannot fail.
func kind(name string, f func(v Value) bool) value.Test {
	return simple(name, func(_ State, v Value) (bool, error) { return f(v), nil })
}

// comparison makes the test for a comparison operator.
func comparison(name string, op value.Op) value.Test {
	return func(st State, v Value, a Args) (bool, error) {
		if err := native(name, a, 2); err != nil {
			if len(a.Kw) > 0 {
				err = typeError("_operator.%s() takes no keyword arguments", name)
			}
			return false, err
		}
		return compare(op, v, a.Pos[0])
	}
}

// remainder makes the test v % divisor == want.
func remainder(name string, divisor, want int64) value.Test {
	return simple(name, func(st State, v Value) (bool, error) {
		if n, ok := v.Int64(); ok {
			return (n%divisor+divisor)%divisor == want, nil
		}
		r, err := value.ModState(st, v, value.Int(divisor))
		return err == nil && value.Equal(r, value.Int(want)), err
	})
}

func testDivisibleBy(st State, v Value, a Args) (bool, error) {
	var arg [1]Value
	if err := divisiblebySig.bind(arg[:], a); err != nil {
		return false, err
	}
	r, err := value.ModState(st, v, arg[0])
	return err == nil && value.Equal(r, value.Int(0)), err
}

func testSameAs(st State, v Value, a Args) (bool, error) {
	var arg [1]Value
	if err := sameasSig.bind(arg[:], a); err != nil {
		return false, err
	}
	return value.Is(v, arg[0]), nil
}

func testIn(st State, v Value, a Args) (bool, error) {
	var arg [1]Value
	if err := inSig.bind(arg[:], a); err != nil {
		return false, err
	}
	return value.Contains(arg[0], v)
}

// cased reports whether s has letters of the wanted case and none of the other.
func cased(v Value, wanted, other func(r rune) bool) (bool, error) {
	s, err := value.StrOf(v)
	if err != nil {
		return false, err
	}
	found := false
	for _, r := range s {
		switch {
		case other(r):
			return false, nil
		case wanted(r):
			found = true
		}
	}
	return found, nil
}

func isLowerRune(r rune) bool { return unicode.IsLower(r) || unicode.Is(unicode.Other_Lowercase, r) }
func isUpperRune(r rune) bool { return unicode.IsUpper(r) || unicode.Is(unicode.Other_Uppercase, r) }

func isLower(_ State, v Value) (bool, error) {
	return cased(v, isLowerRune, func(r rune) bool { return isUpperRune(r) || unicode.IsTitle(r) })
}

func isUpper(_ State, v Value) (bool, error) {
	return cased(v, isUpperRune, func(r rune) bool { return isLowerRune(r) || unicode.IsTitle(r) })
}

// testSequence reports whether v has a length and items by number.
func testSequence(st State, v Value) (bool, error) {
	if u, ok := v.Undefined(); ok {
		return u.Mode != value.UndefStrict, nil
	}
	if _, err := value.Len(v); err != nil {
		return false, nil
	}
	switch v.Kind() {
	case value.KindSet, value.KindView:
		return false, nil
	case value.KindObject:
		_, ok := v.Any().(value.Itemer)
		return ok, nil
	}
	return true, nil
}

func testIterable(st State, v Value) (bool, error) {
	if u, ok := v.Undefined(); ok && u.Mode == value.UndefStrict {
		return false, u.Err()
	}
	return value.IsIterable(v), nil
}

func isMapping(v Value) bool {
	if value.AsMapping(v).IsMapping() {
		return true
	}
	m, ok := v.Any().(Mapping)
	return ok && m.IsMapping()
}

// Mapping is implemented by objects that the test mapping and the filter items take for dicts. They have an attribute
// items.
type Mapping interface{ IsMapping() bool }

// registered makes the tests filter and test: whether the environment knows a name.
func registered(name string, find func(st State, name string) bool) value.Test {
	s := sig(name, []string{"env", "value"})
	return func(st State, v Value, a Args) (bool, error) {
		if err := s.none(a); err != nil {
			return false, err
		}
		if n, ok := v.Str(); ok {
			return find(st, n), nil
		}
		_, err := value.Hash(v)
		return false, err
	}
}

func testCallable(st State, v Value, a Args) (bool, error) {
	if err := native("callable", a, 1); err != nil {
		return false, err
	}
	// An undefined value has a method __call__ in Python, which fails.
	return v.IsUndefined() || value.IsCallable(v), nil
}

func isBool(v Value) bool { return v.Kind() == value.KindBool }
