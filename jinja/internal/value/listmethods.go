package value

import (
	"slices"
)

func init() {
	methodTables[KindList] = map[string]Method{
		"append": listAppend, "extend": listExtend, "insert": listInsert, "pop": listPop, "remove": listRemove,
		"index": seqIndex, "count": seqCount, "sort": listSort, "reverse": listReverse, "copy": listCopy, "clear": listClear,
	}
	methodTables[KindSlice] = map[string]Method{"index": seqIndex, "count": seqCount, "copy": listCopy}
	methodTables[KindTuple] = map[string]Method{"index": seqIndex, "count": seqCount}
	methodTables[KindRange] = map[string]Method{"index": seqIndex, "count": seqCount}
	methodTables[KindSet] = map[string]Method{
		"add": setAdd, "discard": setDiscard, "remove": setRemove, "pop": setPop, "clear": setClear, "copy": setCopy, "update": setUpdate,
		"union": setCombine("union"), "intersection": setCombine("intersection"), "difference": setCombine("difference"),
		"symmetric_difference": setCombine("symmetric_difference"), "issubset": setTest("issubset"), "issuperset": setTest("issuperset"), "isdisjoint": setTest("isdisjoint"),
	}
}

// checkLen returns an error when the list would have more than maxElements elements with n more.
func (l *List) checkLen(n int) error {
	if len(l.items)+n > maxElements {
		return NewError("MemoryError", "")
	}
	return nil
}

func grow(st State, n int) error {
	if st == nil {
		return nil
	}
	return st.Grow(n)
}

func listAppend(st State, self Value, a Args) (Value, error) {
	if err := count("list", "append", a, 1, 1); err != nil {
		return Value{}, err
	}
	l := raw[List](self)
	if err := l.checkLen(1); err != nil {
		return Value{}, err
	}
	l.items = append(l.items, a.Pos[0])
	return None, grow(st, 1)
}

func listExtend(st State, self Value, a Args) (Value, error) {
	if err := count("list", "extend", a, 1, 1); err != nil {
		return Value{}, err
	}
	items, err := Collect(a.Pos[0])
	if err != nil {
		return Value{}, err
	}
	l := raw[List](self)
	if err := l.checkLen(len(items)); err != nil {
		return Value{}, err
	}
	l.items = append(l.items, items...)
	return None, grow(st, len(items))
}

func listInsert(st State, self Value, a Args) (Value, error) {
	if err := count("list", "insert", a, 2, 2); err != nil {
		return Value{}, err
	}
	i, err := indexArg(a.Pos[0])
	if err != nil {
		return Value{}, err
	}
	l := raw[List](self)
	if err := l.checkLen(1); err != nil {
		return Value{}, err
	}
	if i < 0 {
		i = max(i+len(l.items), 0)
	}
	l.items = slices.Insert(l.items, min(i, len(l.items)), a.Pos[1])
	return None, grow(st, 1)
}

func listPop(_ State, self Value, a Args) (Value, error) {
	if err := count("list", "pop", a, 0, 1); err != nil {
		return Value{}, err
	}
	l := raw[List](self)
	i := -1
	if len(a.Pos) == 1 {
		var err error
		if i, err = indexArg(a.Pos[0]); err != nil {
			return Value{}, err
		}
	}
	if len(l.items) == 0 {
		return Value{}, NewError("IndexError", "pop from empty list")
	}
	if i < 0 {
		i += len(l.items)
	}
	if i < 0 || i >= len(l.items) {
		return Value{}, NewError("IndexError", "pop index out of range")
	}
	v := l.items[i]
	l.items = slices.Delete(l.items, i, i+1)
	return v, nil
}

func listRemove(_ State, self Value, a Args) (Value, error) {
	if err := count("list", "remove", a, 1, 1); err != nil {
		return Value{}, err
	}
	l := raw[List](self)
	for i, x := range l.items {
		if sameObject(x, a.Pos[0]) || Equal(x, a.Pos[0]) {
			l.items = slices.Delete(l.items, i, i+1)
			return None, nil
		}
	}
	return Value{}, valueErrorf("list.remove(x): x not in list")
}

func seqIndex(_ State, self Value, a Args) (Value, error) {
	most := 3
	if self.t.kind == KindRange {
		most = 1
	}
	if err := count(TypeName(self), "index", a, 1, most); err != nil {
		return Value{}, err
	}
	s, _ := Seq(self)
	start, stop := 0, s.n
	for i, p := range []*int{&start, &stop} {
		if len(a.Pos) > i+1 {
			n, err := indexArg(a.Pos[i+1])
			if err != nil {
				return Value{}, err
			}
			if n < 0 {
				n = max(n+s.n, 0)
			}
			*p = min(n, s.n)
		}
	}
	for i := start; i < stop; i++ {
		if x := s.At(i); sameObject(x, a.Pos[0]) || Equal(x, a.Pos[0]) {
			return Int(int64(i)), nil
		}
	}
	switch self.t.kind {
	case KindTuple:
		return Value{}, valueErrorf("tuple.index(x): x not in tuple")
	case KindRange:
		return Value{}, valueErrorf("%s is not in range", reprOrEmpty(a.Pos[0]))
	}
	return Value{}, valueErrorf("%s is not in list", reprOrEmpty(a.Pos[0]))
}

func seqCount(_ State, self Value, a Args) (Value, error) {
	if err := count(TypeName(self), "count", a, 1, 1); err != nil {
		return Value{}, err
	}
	s, _ := Seq(self)
	n := 0
	for i := range s.n {
		if x := s.At(i); sameObject(x, a.Pos[0]) || Equal(x, a.Pos[0]) {
			n++
		}
	}
	return Int(int64(n)), nil
}

// SortValues sorts items in place as list.sort does: stable, by <, descending with reverse. key, unless it is nil,
// returns the value to compare.
func SortValues(items []Value, key func(Value) (Value, error), reverse bool) error {
	keys := items
	if key != nil {
		keys = make([]Value, len(items))
		for i, v := range items {
			var err error
			if keys[i], err = key(v); err != nil {
				return err
			}
		}
	}
	order := make([]int, len(items))
	for i := range order {
		order[i] = i
	}
	var failed error
	slices.SortStableFunc(order, func(i, j int) int {
		if failed != nil {
			return 0
		}
		a, b := keys[i], keys[j]
		if reverse {
			a, b = b, a
		}
		// The later operand is asked whether it is less, in the order of CPython's merge.
		less, err := Compare(Lt, a, b)
		if err == nil && !less {
			if less, err = Compare(Lt, b, a); less {
				return 1
			}
			if err != nil {
				failed = err
			}
			return 0
		}
		if err != nil {
			failed = err
			return 0
		}
		return -1
	})
	if failed != nil {
		return sortError(keys, reverse, failed)
	}
	sorted := make([]Value, len(items))
	for i, j := range order {
		sorted[i] = items[j]
	}
	copy(items, sorted)
	return nil
}

// sortError returns the error of the first pair without an order that CPython's sort compares.
func sortError(keys []Value, reverse bool, err error) error {
	n := len(keys)
	for i := range n - 1 {
		a, b := keys[i+1], keys[i]
		if reverse {
			a, b = keys[n-2-i], keys[n-1-i]
		}
		if _, e := Compare(Lt, a, b); e != nil {
			return e
		}
	}
	return err
}

func listSort(st State, self Value, a Args) (Value, error) {
	if len(a.Pos) > 0 {
		return Value{}, typeErrorf("sort() takes no positional arguments")
	}
	var stack [2]Value
	args, err := bindC(stack[:], "sort", a, "key", "reverse")
	if err != nil {
		return Value{}, err
	}
	var key func(Value) (Value, error)
	if args[0].t != nil && !args[0].IsNone() {
		key = func(v Value) (Value, error) {
			if st == nil {
				return Call(nil, args[0], Positional(v))
			}
			return st.Call(args[0], Positional(v))
		}
	}
	return None, SortValues(raw[List](self).items, key, Truth(args[1]))
}

func listReverse(_ State, self Value, a Args) (Value, error) {
	if err := noArgs("list", "reverse", self, a); err != nil {
		return Value{}, err
	}
	slices.Reverse(raw[List](self).items)
	return None, nil
}

func listCopy(_ State, self Value, a Args) (Value, error) {
	if err := noArgs("list", "copy", self, a); err != nil {
		return Value{}, err
	}
	items, err := Collect(self)
	return NewList(items), err
}

func listClear(_ State, self Value, a Args) (Value, error) {
	if err := noArgs("list", "clear", self, a); err != nil {
		return Value{}, err
	}
	raw[List](self).items = nil
	return None, nil
}

func setAdd(st State, self Value, a Args) (Value, error) {
	if err := count("set", "add", a, 1, 1); err != nil {
		return Value{}, err
	}
	if err := raw[Set](self).d.Set(a.Pos[0], None); err != nil {
		return Value{}, err
	}
	return None, grow(st, 1)
}

func setDiscard(_ State, self Value, a Args) (Value, error) {
	if err := count("set", "discard", a, 1, 1); err != nil {
		return Value{}, err
	}
	_, err := raw[Set](self).d.Delete(a.Pos[0])
	return None, err
}

func setRemove(_ State, self Value, a Args) (Value, error) {
	if err := count("set", "remove", a, 1, 1); err != nil {
		return Value{}, err
	}
	ok, err := raw[Set](self).d.Delete(a.Pos[0])
	if err == nil && !ok {
		err = Errorf("KeyError", "%s", reprOrEmpty(a.Pos[0]))
	}
	return None, err
}

func setPop(_ State, self Value, a Args) (Value, error) {
	if err := noArgs("set", "pop", self, a); err != nil {
		return Value{}, err
	}
	for k := range raw[Set](self).d.All() {
		_, err := raw[Set](self).d.Delete(k)
		return k, err
	}
	return Value{}, NewError("KeyError", "'pop from an empty set'")
}

func setClear(_ State, self Value, a Args) (Value, error) {
	if err := noArgs("set", "clear", self, a); err != nil {
		return Value{}, err
	}
	raw[Set](self).d.Clear()
	return None, nil
}

func setCopy(_ State, self Value, a Args) (Value, error) {
	if err := noArgs("set", "copy", self, a); err != nil {
		return Value{}, err
	}
	return NewSet(raw[Set](self).Items())
}

func setUpdate(st State, self Value, a Args) (Value, error) {
	for _, x := range a.Pos {
		items, err := Collect(x)
		if err != nil {
			return Value{}, err
		}
		for _, i := range items {
			if err := raw[Set](self).d.Set(i, None); err != nil {
				return Value{}, err
			}
		}
		if err := grow(st, len(items)); err != nil {
			return Value{}, err
		}
	}
	return None, nil
}

// setArg converts an argument of a set's method to a set.
func setArg(v Value) (*Set, error) {
	if s, ok := v.Set(); ok {
		return s, nil
	}
	items, err := Collect(v)
	if err != nil {
		return nil, err
	}
	s, err := NewSet(items)
	if err != nil {
		return nil, err
	}
	return raw[Set](s), nil
}

func setCombine(name string) Method {
	return func(_ State, self Value, a Args) (Value, error) {
		result := raw[Set](self)
		for _, x := range a.Pos {
			o, err := setArg(x)
			if err != nil {
				return Value{}, err
			}
			out := &Set{}
			for k := range result.d.All() {
				_, has, _ := o.d.Get(k)
				if name == "union" || has == (name == "intersection") {
					_ = out.d.Set(k, None)
				}
			}
			if name == "union" || name == "symmetric_difference" {
				for k := range o.d.All() {
					if _, has, _ := result.d.Get(k); !has {
						_ = out.d.Set(k, None)
					}
				}
			}
			result = out
		}
		if result == raw[Set](self) {
			return NewSet(result.Items())
		}
		return objectValue(setType, result), nil
	}
}

func setTest(name string) Method {
	return func(_ State, self Value, a Args) (Value, error) {
		if err := count("set", name, a, 1, 1); err != nil {
			return Value{}, err
		}
		o, err := setArg(a.Pos[0])
		if err != nil {
			return Value{}, err
		}
		s := raw[Set](self)
		switch name {
		case "issubset":
			return Bool(s.subsetOf(o)), nil
		case "issuperset":
			return Bool(o.subsetOf(s)), nil
		}
		for k := range s.d.All() {
			if _, has, _ := o.d.Get(k); has {
				return False, nil
			}
		}
		return True, nil
	}
}
