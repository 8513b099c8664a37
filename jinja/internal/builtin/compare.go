package builtin

import (
	"slices"

	"github.com/dewar-go/dewar/jinja/internal/value"
)

func compare(op value.Op, a, b Value) (bool, error) { return value.Compare(op, a, b) }

// same reports whether Python's containers take two elements for equal: they are identical or equal.
func same(a, b Value) bool { return value.Is(a, b) || value.Equal(a, b) }

// sortBy sorts items by keys as Python's sort does: stable, and comparing the same pairs first, because the error names
// the first pair that cannot be compared.
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

// sortOrder sorts order: short lists by the leading run and binary insertion, as Python does, and long ones by merging.
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

// lessList compares lists as Python does: the first elements that differ decide.
func lessList(a, b []Value) (bool, error) {
	for i := range a {
		if !same(a[i], b[i]) {
			return compare(value.Lt, a[i], b[i])
		}
	}
	return false, nil
}

// reverseFlag converts the argument reverse of sorted, which is an int.
func reverseFlag(v Value) (bool, error) {
	n, err := index(v)
	return n != 0, err
}
