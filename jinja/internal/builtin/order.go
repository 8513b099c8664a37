package builtin

import (
	"slices"

	"github.com/dewar-go/dewar/jinja/internal/value"
)

var (
	sortSig = sig("do_sort", onEnvVal, value.Opt("reverse", value.False), value.Opt("case_sensitive", value.False),
		value.Opt("attribute", value.None))
	dictsortSig = sig("do_dictsort", onValue, value.Opt("case_sensitive", value.False), value.Opt("by", value.String("key")),
		value.Opt("reverse", value.False))
	uniqueSig  = sig("do_unique", onEnvVal, value.Opt("case_sensitive", value.False), value.Opt("attribute", value.None))
	minSig     = sig("do_min", onEnvVal, value.Opt("case_sensitive", value.False), value.Opt("attribute", value.None))
	maxSig     = sig("do_max", onEnvVal, value.Opt("case_sensitive", value.False), value.Opt("attribute", value.None))
	groupbySig = sig("sync_do_groupby", onEnvVal, value.Req("attribute"), value.Opt("default", value.None),
		value.Opt("case_sensitive", value.False))
	sumSig = sig("sync_do_sum", []string{"environment", "iterable"}, value.Opt("attribute", value.None), value.Opt("start", value.Int(0)))
)

func compare(op value.Op, a, b Value) (bool, error) { return value.Compare(op, a, b) }

// same is how Python's containers compare elements: identical or equal.
func same(a, b Value) bool { return value.Is(a, b) || value.Equal(a, b) }

// sortBy sorts items by their keys, in the order of Python's sort: stable, and
// comparing the same pairs as far as it shows, which is in the text of the
// error when two cannot be compared.
func sortBy[K any](items []Value, keys []K, reverse bool, less func(a, b K) (bool, error)) error {
	if reverse {
		slices.Reverse(items)
		slices.Reverse(keys)
	}
	order := make([]int, len(items))
	for i := range order {
		order[i] = i
	}
	var failed error
	before := func(a, b int) bool {
		if failed != nil {
			return false
		}
		yes, err := less(keys[a], keys[b])
		if err != nil {
			failed = err
		}
		return yes
	}
	sortOrder(order, before)
	if failed != nil {
		return failed
	}
	sorted := make([]Value, len(items))
	for i, from := range order {
		sorted[i] = items[from]
	}
	copy(items, sorted)
	if reverse {
		slices.Reverse(items)
	}
	return nil
}

// sortOrder sorts by the leading run and binary insertion for short lists, as
// Python does, and by merging for long ones.
func sortOrder(order []int, before func(a, b int) bool) {
	n := 2
	if len(order) < n {
		return
	}
	if before(order[1], order[0]) {
		for n < len(order) && before(order[n], order[n-1]) {
			n++
		}
		slices.Reverse(order[:n])
	} else {
		for n < len(order) && !before(order[n], order[n-1]) {
			n++
		}
	}
	if n == len(order) {
		return
	}
	if len(order) >= 64 {
		slices.SortStableFunc(order, func(a, b int) int {
			if before(a, b) {
				return -1
			}
			return 0
		})
		return
	}
	for ; n < len(order); n++ {
		pivot := order[n]
		lo, hi := 0, n
		for lo < hi {
			mid := int(uint(lo+hi) >> 1)
			if before(pivot, order[mid]) {
				hi = mid
			} else {
				lo = mid + 1
			}
		}
		copy(order[lo+1:n+1], order[lo:n])
		order[lo] = pivot
	}
}

func lessValue(a, b Value) (bool, error) { return compare(value.Lt, a, b) }

// lessList compares lists as Python does: by the first elements that differ.
func lessList(a, b []Value) (bool, error) {
	for i := range a {
		if !same(a[i], b[i]) {
			return compare(value.Lt, a[i], b[i])
		}
	}
	return false, nil
}

// sort sorts by the value itself or by one or more attributes.
func sort(st State, v Value, a Args) (Value, error) {
	var arg [3]Value
	if err := sortSig.bind(arg[:], a); err != nil {
		return Value{}, err
	}
	caseSensitive, err := truth(arg[1])
	if err != nil {
		return Value{}, err
	}
	items, err := collect(st, v)
	if err != nil {
		return Value{}, err
	}
	getters := sortGetters(arg[2], !caseSensitive)
	cells := make([]Value, 0, len(items)*len(getters))
	keys := make([][]Value, len(items))
	for i, item := range items {
		for _, g := range getters {
			k, err := g.get(st, item)
			if err != nil {
				return Value{}, err
			}
			cells = append(cells, k)
		}
		keys[i] = cells[i*len(getters):]
	}
	for i := range keys {
		keys[i] = keys[i][:len(getters)]
	}
	reverse, err := reverseFlag(arg[0])
	if err != nil {
		return Value{}, err
	}
	if err := sortBy(items, keys, reverse, lessList); err != nil {
		return Value{}, err
	}
	return value.NewList(items), nil
}

// reverseFlag is the argument reverse of sorted, an int.
func reverseFlag(v Value) (bool, error) {
	n, err := index(v)
	return n != 0, err
}

// sortGetters splits "age,name" into its attributes.
func sortGetters(attribute Value, foldStrings bool) []*getter {
	s, ok := attribute.Str()
	if !ok {
		g := newGetter(attribute)
		g.foldStrings = foldStrings
		return []*getter{g}
	}
	var list []*getter
	start := 0
	for i := 0; i <= len(s); i++ {
		if i == len(s) || s[i] == ',' {
			g := newGetter(value.String(s[start:i]))
			g.foldStrings = foldStrings
			list = append(list, g)
			start = i + 1
		}
	}
	return list
}

// dictsort returns the pairs of a mapping, sorted by key or by value.
func dictsort(st State, v Value, a Args) (Value, error) {
	var arg [3]Value
	if err := dictsortSig.bind(arg[:], a); err != nil {
		return Value{}, err
	}
	by, _ := arg[1].Str()
	if by != "key" && by != "value" {
		return Value{}, argumentError(`You can only sort by either "key" or "value"`)
	}
	caseSensitive, err := truth(arg[0])
	if err != nil {
		return Value{}, err
	}
	items, err := method(st, v, "items")
	if err != nil {
		return Value{}, err
	}
	pairs, err := collect(st, items)
	if err != nil {
		return Value{}, err
	}
	half := value.Int(0)
	if by == "value" {
		half = value.Int(1)
	}
	keys := make([]Value, len(pairs))
	for i := range pairs {
		if keys[i], err = value.Subscript(pairs[i], half); err != nil {
			return Value{}, err
		}
		if !caseSensitive {
			if keys[i], err = fold(st, keys[i]); err != nil {
				return Value{}, err
			}
		}
	}
	reverse, err := reverseFlag(arg[2])
	if err != nil {
		return Value{}, err
	}
	if err := sortBy(pairs, keys, reverse, lessValue); err != nil {
		return Value{}, err
	}
	return value.NewList(pairs), nil
}

// unique yields each value at its first occurrence.
func unique(st State, v Value, a Args) (Value, error) {
	var arg [2]Value
	if err := uniqueSig.bind(arg[:], a); err != nil {
		return Value{}, err
	}
	return generator(func() (value.Iterator, error) {
		caseSensitive, err := truth(arg[0])
		if err != nil {
			return nil, err
		}
		g := newGetter(arg[1])
		g.foldStrings = !caseSensitive
		it, err := value.Iterate(v)
		if err != nil {
			return nil, err
		}
		seen := value.NewDict()
		return value.IteratorFunc(func() (Value, bool, error) {
			for {
				x, ok, err := it.Next()
				if err != nil || !ok {
					return Value{}, false, err
				}
				key, err := g.get(st, x)
				if err != nil {
					return Value{}, false, err
				}
				if _, old, err := seen.Get(key); err != nil {
					return Value{}, false, err
				} else if old {
					continue
				}
				if err := seen.Set(key, value.True); err != nil {
					return Value{}, false, err
				}
				return x, true, nil
			}
		}), nil
	}), nil
}

func minFilter(st State, v Value, a Args) (Value, error) {
	return extreme(st, v, a, minSig, value.Lt)
}

func maxFilter(st State, v Value, a Args) (Value, error) {
	return extreme(st, v, a, maxSig, value.Gt)
}

// extreme returns the first element whose key stands in the relation op to
// those of the elements before it.
func extreme(st State, v Value, a Args, s *signature, op value.Op) (Value, error) {
	var arg [2]Value
	if err := s.bind(arg[:], a); err != nil {
		return Value{}, err
	}
	caseSensitive, err := truth(arg[0])
	if err != nil {
		return Value{}, err
	}
	it, err := value.Iterate(v)
	if err != nil {
		return Value{}, err
	}
	best, ok, err := it.Next()
	if err != nil {
		return Value{}, err
	}
	if !ok {
		return st.Undefined(value.Undef{Hint: "No aggregated item, sequence was empty."}), nil
	}
	g := newGetter(arg[1])
	g.foldStrings = !caseSensitive
	bestKey, err := g.get(st, best)
	if err != nil {
		return Value{}, err
	}
	for {
		x, ok, err := it.Next()
		if err != nil || !ok {
			return best, err
		}
		if err := st.Grow(1); err != nil {
			return Value{}, err
		}
		key, err := g.get(st, x)
		if err != nil {
			return Value{}, err
		}
		better, err := compare(op, key, bestKey)
		if err != nil {
			return Value{}, err
		}
		if better {
			best, bestKey = x, key
		}
	}
}

// sum adds up the elements, or an attribute of them.
func sum(st State, v Value, a Args) (Value, error) {
	var arg [2]Value
	if err := sumSig.bind(arg[:], a); err != nil {
		return Value{}, err
	}
	it, err := value.Iterate(v)
	if err != nil {
		return Value{}, err
	}
	total := arg[1]
	switch total.Kind() {
	case value.KindString, value.KindMarkup:
		return Value{}, typeError("sum() can't sum strings [use ''.join(seq) instead]")
	case value.KindBytes:
		return Value{}, typeError("sum() can't sum bytes [use b''.join(seq) instead]")
	}
	g := newGetter(arg[0])
	for {
		x, ok, err := it.Next()
		if err != nil || !ok {
			return total, err
		}
		if err := st.Grow(1); err != nil {
			return Value{}, err
		}
		if x, err = g.get(st, x); err != nil {
			return Value{}, err
		}
		if total, err = value.Add(total, x); err != nil {
			return Value{}, err
		}
	}
}
