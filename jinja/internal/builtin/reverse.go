package builtin

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/dewar-go/dewar/jinja/internal/value"
)

var (
	lastSig    = sig("do_last", []string{"environment", "seq"})
	reverseSig = sig("do_reverse", onValue)
)

func last(st State, v Value, a Args) (Value, error) {
	if err := lastSig.none(a); err != nil {
		return Value{}, err
	}
	x, ok, err := lastOf(v)
	if err != nil || ok {
		return x, err
	}
	return st.Undefined(value.Undef{Hint: "No last item, sequence was empty."}), nil
}

func lastOf(v Value) (x Value, ok bool, err error) {
	if s, ok := v.Str(); ok && s != "" {
		_, n := utf8.DecodeLastRuneInString(s)
		return like(v, s[len(s)-n:]), true, nil
	}
	seq, err := reversible(v)
	if err != nil || seq.Len() == 0 {
		return Value{}, false, err
	}
	return seq.At(seq.Len() - 1), true, nil
}

// reversible returns the elements of a value that Python's reversed accepts.
func reversible(v Value) (value.Sequence, error) {
	if v.Kind() != value.KindSet {
		if t, ok := v.Any().(*group); ok {
			v = value.NewTuple(t.items[:])
		}
		if seq, ok := value.Seq(value.AsMapping(v)); ok {
			return seq, nil
		}
	}
	if list, ok, err := byNumber(v); err != nil || ok {
		seq, _ := value.Seq(value.NewTuple(list))
		return seq, err
	}
	if u, ok := v.Undefined(); ok {
		return value.Sequence{}, u.Err()
	}
	return value.Sequence{}, typeError("'%s' object is not reversible", value.TypeName(v))
}

// byNumber returns the elements of an object that has a length and items, which Python takes for a sequence.
func byNumber(v Value) ([]Value, bool, error) {
	if v.Kind() != value.KindObject {
		return nil, false, nil
	}
	if _, ok := v.Any().(value.Itemer); !ok {
		return nil, false, nil
	}
	n, err := value.Len(v)
	if err != nil {
		return nil, false, nil
	}
	list := make([]Value, n)
	for i := range list {
		if list[i], err = value.Subscript(v, value.Int(int64(i))); err != nil {
			return nil, false, err
		}
	}
	return list, true, nil
}

// reverse is the filter reverse: it reverses a str, or yields the elements from the last to the first.
func reverse(st State, v Value, a Args) (Value, error) {
	if err := reverseSig.none(a); err != nil {
		return Value{}, err
	}
	if s, ok := v.Str(); ok {
		return value.Mixed(st, like(v, reverseString(s))), nil
	}
	seq, err := reversible(v)
	if err == nil {
		i := seq.Len()
		return value.NamedIterator(reversedName(v), value.IteratorFunc(func() (Value, bool, error) {
			if i <= 0 {
				return Value{}, false, nil
			}
			i--
			return seq.At(i), true, nil
		})), nil
	}
	if !isClass(err, "TypeError") {
		return Value{}, err
	}
	list, err := value.Collect(v)
	if err != nil {
		if isClass(err, "TypeError") {
			return Value{}, argumentError("argument must be iterable")
		}
		return Value{}, err
	}
	slices.Reverse(list)
	return value.NewList(list), nil
}

func reversedName(v Value) string {
	switch v.Kind() {
	case value.KindList, value.KindSlice:
		return "list_reverseiterator"
	case value.KindDict, value.KindMap:
		return "dict_reversekeyiterator"
	case value.KindRange:
		return "range_iterator"
	case value.KindView:
		// dict_keys, dict_values, dict_items
		kind := strings.TrimSuffix(strings.TrimPrefix(value.TypeName(v), "dict_"), "s")
		return "dict_reverse" + kind + "iterator"
	}
	return "reversed"
}

func reverseString(s string) string {
	buf := make([]byte, 0, len(s))
	for len(s) > 0 {
		_, n := utf8.DecodeLastRuneInString(s)
		buf = append(buf, s[len(s)-n:]...)
		s = s[:len(s)-n]
	}
	return string(buf)
}
