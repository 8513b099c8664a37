package value

// List is a Python list.
type List struct{ items []Value }

// NewList returns a list. It keeps items, which must not be used afterwards.
func NewList(items []Value) Value { return objectValue(listType, &List{items}) }

// NewTuple returns a tuple of items, which must not be changed afterwards.
func NewTuple(items []Value) Value { return sliceValue(tupleType, items) }

// List returns the list in v.
func (v Value) List() (*List, bool) {
	if v.Kind() == KindList {
		return raw[List](v), true
	}
	return nil, false
}

// Tuple returns the elements of a tuple. They must not be changed.
func (v Value) Tuple() ([]Value, bool) {
	if v.Kind() == KindTuple {
		return v.rawValues(), true
	}
	return nil, false
}

// Value returns l as a Value.
func (l *List) Value() Value { return objectValue(listType, l) }

// Items returns the elements. The slice is l's own.
func (l *List) Items() []Value { return l.items }

// Len returns the number of elements.
func (l *List) Len() int { return len(l.items) }

// Append adds v at the end.
func (l *List) Append(v ...Value) { l.items = append(l.items, v...) }

// Range is a Python range.
type Range struct{ Start, Stop, Step, n int64 }

// NewRange returns range(start, stop, step); step must not be 0.
func NewRange(start, stop, step int64) Value {
	return objectValue(rangeType, &Range{start, stop, step, rangeLen(start, stop, step)})
}

func rangeLen(start, stop, step int64) int64 {
	switch {
	case step > 0 && start < stop:
		return int64((uint64(stop)-uint64(start)-1)/uint64(step)) + 1
	case step < 0 && start > stop:
		return int64((uint64(start)-uint64(stop)-1)/-uint64(step)) + 1
	}
	return 0
}

// Range returns the range in v.
func (v Value) Range() (*Range, bool) {
	if v.Kind() == KindRange {
		return raw[Range](v), true
	}
	return nil, false
}

// Len returns the number of elements.
func (r *Range) Len() int64 { return r.n }

// At returns element i.
func (r *Range) At(i int64) int64 { return r.Start + i*r.Step }
