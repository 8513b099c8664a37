package value

import (
	"math"
	"strings"
)

// countRange checks the arguments of find and similar methods: a text, start and stop.
func countRange(name string, a Args) error {
	switch n := len(a.Pos); {
	case len(a.Kw) > 0:
		return typeErrorf("str.%s() takes no keyword arguments", name)
	case n < 1:
		return typeErrorf("%s() takes at least 1 argument (0 given)", name)
	case n > 3:
		return typeErrorf("%s() takes at most 3 arguments (%d given)", name, n)
	}
	return nil
}

// bounds applies the optional arguments start and stop of find, count and startswith. part is that part of s, before
// the number of characters before it. ok is false when start is after the end.
func bounds(s string, a []Value) (part string, before int, ok bool, err error) {
	n := runeCount(s)
	start, stop := 0, n
	clamp := func(v Value, def int) (int, error) {
		if v.IsNone() {
			return def, nil
		}
		i, err := sliceIndex(v, int64(def))
		if i < 0 {
			i = max(i+int64(n), 0)
		}
		return int(min(i, int64(math.MaxInt32))), err
	}
	if len(a) > 0 {
		if start, err = clamp(a[0], 0); err != nil {
			return "", 0, false, err
		}
	}
	if len(a) > 1 {
		if stop, err = clamp(a[1], n); err != nil {
			return "", 0, false, err
		}
	}
	stop = min(stop, n)
	if start > n || start > stop {
		return "", start, false, nil
	}
	return s[byteOffset(s, start):byteOffset(s, stop)], start, true, nil
}

func affix(name string, f func(s, x string) bool) Method {
	return func(_ State, self Value, a Args) (Value, error) {
		if err := countRange(name, a); err != nil {
			return Value{}, err
		}
		part, _, ok, err := bounds(self.rawString(), a.Pos[1:])
		if err != nil {
			return Value{}, err
		}
		if s, isStr := a.Pos[0].Str(); isStr {
			return Bool(ok && f(part, s)), nil
		}
		t, isTuple := a.Pos[0].Tuple()
		if !isTuple {
			return Value{}, typeErrorf("%s first arg must be str or a tuple of str, not %s", name, TypeName(a.Pos[0]))
		}
		for _, x := range t {
			s, isStr := x.Str()
			if !isStr {
				return Value{}, typeErrorf("tuple for %s must only contain str, not %s", name, TypeName(x))
			}
			if ok && f(part, s) {
				return True, nil
			}
		}
		return False, nil
	}
}

func trimAffix(name string, f func(s, x string) string) Method {
	return func(_ State, self Value, a Args) (Value, error) {
		if err := count("str", name, a, 1, 1); err != nil {
			return Value{}, err
		}
		x, ok := a.Pos[0].Str()
		if !ok {
			return Value{}, typeErrorf("%s() argument must be str, not %s", name, TypeName(a.Pos[0]))
		}
		return String(f(self.rawString(), x)), nil
	}
}

func strFind(name string, last, must bool) Method {
	return func(_ State, self Value, a Args) (Value, error) {
		if err := countRange(name, a); err != nil {
			return Value{}, err
		}
		sub, ok := a.Pos[0].Str()
		if !ok {
			return Value{}, typeErrorf("must be str, not %s", TypeName(a.Pos[0]))
		}
		part, before, found, err := bounds(self.rawString(), a.Pos[1:])
		if err != nil {
			return Value{}, err
		}
		i := -1
		if found {
			if last {
				i = strings.LastIndex(part, sub)
			} else {
				i = strings.Index(part, sub)
			}
		}
		if i < 0 {
			if must {
				return Value{}, valueErrorf("substring not found")
			}
			return Int(-1), nil
		}
		return Int(int64(before + runeCount(part[:i]))), nil
	}
}

func strCount(_ State, self Value, a Args) (Value, error) {
	if err := countRange("count", a); err != nil {
		return Value{}, err
	}
	sub, ok := a.Pos[0].Str()
	if !ok {
		return Value{}, typeErrorf("must be str, not %s", TypeName(a.Pos[0]))
	}
	part, _, found, err := bounds(self.rawString(), a.Pos[1:])
	if err != nil || !found {
		return Int(0), err
	}
	return Int(int64(strings.Count(part, sub))), nil
}
