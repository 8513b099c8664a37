package builtin

import (
	"math/rand/v2"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/dewar-go/dewar/jinja/internal/value"
)

var (
	firstSig   = sig("sync_do_first", []string{"environment", "seq"})
	lastSig    = sig("do_last", []string{"environment", "seq"})
	randomSig  = sig("do_random", []string{"context", "seq"})
	listSig    = sig("sync_do_list", onValue)
	reverseSig = sig("do_reverse", onValue)
	itemsSig   = sig("do_items", onValue)
	batchSig   = sig("do_batch", onValue, value.Req("linecount"), value.Opt("fill_with", value.None))
	sliceSig   = sig("sync_do_slice", onValue, value.Req("slices"), value.Opt("fill_with", value.None))
	joinSig    = sig("sync_do_join", onCtxVal, value.Opt("d", value.String("")), value.Opt("attribute", value.None))
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

// reversible returns the elements of a value that Python's reversed takes.
func reversible(v Value) (value.Sequence, error) {
	if v.Kind() != value.KindSet {
		if t, ok := v.Any().(*group); ok {
			v = value.NewTuple(t.items[:])
		}
		if seq, ok := value.Seq(v); ok {
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

// byNumber returns the elements of an object that has a length and items, which
// is a sequence for Python.
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

// reverse reverses a str, or gives the elements from the last to the first.
func reverse(st State, v Value, a Args) (Value, error) {
	if err := reverseSig.none(a); err != nil {
		return Value{}, err
	}
	if s, ok := v.Str(); ok {
		return like(v, reverseString(s)), nil
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
	x, ok, err := value.GetItem(v, value.Int(rand.Int64N(int64(n))))
	if err == nil && !ok {
		err = typeError("'%s' object is not subscriptable", value.TypeName(v))
	}
	return x, err
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

// collect is list(v), accounted against the limits of the environment.
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

// generator returns a lazy sequence whose elements start returns one by one.
// start runs when the first element is asked for, as the body of a Python
// generator does.
func generator(start func() (value.Iterator, error)) Value {
	var it value.Iterator
	done := false
	return value.NewIterator(value.IteratorFunc(func() (Value, bool, error) {
		if done {
			return Value{}, false, nil
		}
		if it == nil {
			var err error
			if it, err = start(); err != nil || it == nil {
				done = true
				return Value{}, false, err
			}
		}
		v, ok, err := it.Next()
		if err != nil || !ok {
			done = true
			return Value{}, false, err
		}
		return v, true, nil
	}))
}

// items gives the pairs of a mapping, none for an undefined value.
func items(st State, v Value, a Args) (Value, error) {
	if err := itemsSig.none(a); err != nil {
		return Value{}, err
	}
	return generator(func() (value.Iterator, error) {
		if v.IsUndefined() {
			return nil, nil
		}
		if !isMapping(v) {
			return nil, typeError("Can only get item pairs from a mapping.")
		}
		pairs, err := method(st, v, "items")
		if err != nil {
			return nil, err
		}
		return value.Iterate(pairs)
	}), nil
}

// batch groups the elements into lists of linecount.
func batch(st State, v Value, a Args) (Value, error) {
	var arg [2]Value
	if err := batchSig.bind(arg[:], a); err != nil {
		return Value{}, err
	}
	count, fill := arg[0], arg[1]
	return generator(func() (value.Iterator, error) {
		it, err := value.Iterate(v)
		if err != nil {
			return nil, err
		}
		// Any number may be given; one that no list is as long as never splits.
		size := -1
		if f, ok := count.Float64(); ok && f == float64(int(f)) {
			size = int(f)
		}
		var pending Value
		waiting, ended := false, false
		return value.IteratorFunc(func() (Value, bool, error) {
			if ended {
				return Value{}, false, nil
			}
			var row []Value
			if waiting {
				row = append(row, pending)
				waiting = false
			} else if size == 0 {
				// An empty list has as many elements as asked for.
				x, ok, err := it.Next()
				if err != nil || !ok {
					ended = true
					return Value{}, false, err
				}
				pending, waiting = x, true
				return value.NewList(nil), true, nil
			}
			for {
				x, ok, err := it.Next()
				if err != nil {
					return Value{}, false, err
				}
				if !ok {
					ended = true
					break
				}
				if len(row) == size {
					pending, waiting = x, true
					return value.NewList(row), true, nil
				}
				row = append(row, x)
			}
			if len(row) == 0 {
				return Value{}, false, nil
			}
			if !fill.IsNone() {
				short, err := compare(value.Lt, value.Int(int64(len(row))), count)
				if err != nil {
					return Value{}, false, err
				}
				if short {
					n, err := index(count)
					if err != nil {
						return Value{}, false, typeError("can't multiply sequence by non-int of type '%s'", value.TypeName(count))
					}
					if err := st.Grow(n); err != nil {
						return Value{}, false, err
					}
					for len(row) < n {
						row = append(row, fill)
					}
				}
			}
			return value.NewList(row), true, nil
		}), nil
	}), nil
}

// slice divides the elements into a number of lists.
func slice(st State, v Value, a Args) (Value, error) {
	var arg [2]Value
	if err := sliceSig.bind(arg[:], a); err != nil {
		return Value{}, err
	}
	fill := arg[1]
	return generator(func() (value.Iterator, error) {
		seq, err := collect(st, v)
		if err != nil {
			return nil, err
		}
		if _, err := value.FloorDiv(value.Int(int64(len(seq))), arg[0]); err != nil {
			return nil, err
		}
		n, err := index(arg[0])
		if err != nil {
			return nil, err
		}
		i, from := 0, 0
		return value.IteratorFunc(func() (Value, bool, error) {
			if i >= n {
				return Value{}, false, nil
			}
			if err := st.Grow(1); err != nil {
				return Value{}, false, err
			}
			size, filled := len(seq)/n, false
			if i < len(seq)%n {
				size++
			} else {
				filled = !fill.IsNone()
			}
			part := make([]Value, 0, size+1)
			part = append(part, seq[from:from+size]...)
			if filled {
				part = append(part, fill)
			}
			from += size
			i++
			return value.NewList(part), true, nil
		}), nil
	}), nil
}

func join(st State, v Value, a Args) (Value, error) {
	var arg [2]Value
	if err := joinSig.bind(arg[:], a); err != nil {
		return Value{}, err
	}
	buf, markup, err := appendJoin(st, nil, v, arg[0], arg[1])
	if err != nil {
		return Value{}, err
	}
	if markup {
		return value.Safe(string(buf)), nil
	}
	return value.String(string(buf)), nil
}

// appendJoin appends the joined elements and reports whether they are Markup:
// with automatic escaping, when the separator or any element is.
func appendJoin(st State, buf []byte, v, sep, attribute Value) (_ []byte, markup bool, err error) {
	items, err := joined(st, v, attribute)
	if err != nil {
		return buf, false, err
	}
	if st.Autoescape() {
		markup = hasHTML(sep)
		for i := 0; i < len(items) && !markup; i++ {
			markup = !items[i].IsInteger() && hasHTML(items[i])
		}
	}
	appendOne := value.AppendStr
	if markup {
		appendOne = value.AppendEscaped
	}
	d, err := appendOne(nil, sep)
	if err != nil {
		return buf, false, err
	}
	start := len(buf)
	for i, item := range items {
		if i > 0 {
			buf = append(buf, d...)
		}
		if buf, err = appendOne(buf, item); err != nil {
			return buf, false, err
		}
	}
	return buf, markup, st.Grow(len(buf) - start)
}

// joined returns the elements to join. They must not be changed.
func joined(st State, v, attribute Value) ([]Value, error) {
	var items []Value
	if seq, ok := value.Seq(v); ok && seq.Items() != nil {
		items = seq.Items()
	} else {
		var err error
		if items, err = collect(st, v); err != nil {
			return nil, err
		}
	}
	if attribute.IsNone() {
		return items, nil
	}
	g := newGetter(attribute)
	out := make([]Value, len(items))
	for i, item := range items {
		var err error
		if out[i], err = g.get(st, item); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// defaultFilter replaces what is undefined and, when asked to, what is false.
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
