package value

import "math"

// sliceKey is the key x[start:stop:step]. An absent part is None.
type sliceKey struct{ start, stop, step Value }

var sliceType = newType(KindStruct, reprObject, "slice")

// NewSlice returns slice(start, stop, step) as a key for GetItem and State.Item; an absent part is None.
func NewSlice(start, stop, step Value) Value {
	return objectValue(sliceType, &sliceKey{start, stop, step})
}

func (v Value) slice() (*sliceKey, bool) {
	if v.t == sliceType {
		return raw[sliceKey](v), true
	}
	return nil, false
}

// SliceParts returns start, stop and step of a slice key, for objects that take slices.
func (v Value) SliceParts() (start, stop, step Value, ok bool) {
	s, ok := v.slice()
	if !ok {
		return Value{}, Value{}, Value{}, false
	}
	return s.start, s.stop, s.step, true
}

func sliceIndex(v Value, def int64) (int64, error) {
	switch v.Kind() {
	case KindNone:
		return def, nil
	case KindUndefined:
		if v.p == nil {
			return def, nil
		}
	case KindInt, KindBool:
		return int64(v.n), nil
	case KindBig:
		if b, _ := v.Big(); b.Sign() < 0 {
			return math.MinInt64, nil
		}
		return math.MaxInt64, nil
	}
	return 0, typeErrorf("slice indices must be integers or None or have an __index__ method")
}

// resolve returns the start, step and number of the elements that the slice selects from n, as slice.indices does.
func (s *sliceKey) resolve(n int64) (start, step, count int64, err error) {
	start, _, step, count, err = s.indices(n)
	return
}

func (s *sliceKey) indices(n int64) (start, stop, step, count int64, err error) {
	if step, err = sliceIndex(s.step, 1); err != nil {
		return
	}
	if step == 0 {
		return 0, 0, 0, 0, NewError("ValueError", "slice step cannot be zero")
	}
	step = max(step, -math.MaxInt64)
	lower, upper := int64(0), n
	defStart, defStop := int64(0), n
	if step < 0 {
		lower, upper = -1, n-1
		defStart, defStop = n-1, int64(-1)
	}
	clamp := func(v Value, def int64) (int64, error) {
		if v.IsNone() || v.IsUndefined() && v.p == nil {
			return def, nil
		}
		i, err := sliceIndex(v, def)
		if i < 0 {
			i = max(i+n, lower)
			if i < lower {
				i = lower
			}
			return i, err
		}
		return min(i, upper), err
	}
	if start, err = clamp(s.start, defStart); err != nil {
		return
	}
	stop, err = clamp(s.stop, defStop)
	return start, stop, step, rangeLen(start, stop, step), err
}

func sliceOf(v Value, s *sliceKey) (Value, error) {
	switch v.Kind() {
	case KindString, KindMarkup:
		return sliceString(v, s)
	case KindList, KindTuple, KindSlice:
		n, _ := Len(v)
		start, step, count, err := s.resolve(int64(n))
		if err != nil {
			return Value{}, err
		}
		seq, _ := Seq(v)
		out := make([]Value, count)
		for i := range out {
			out[i] = seq.At(int(start + int64(i)*step))
		}
		if v.t.kind == KindTuple {
			return NewTuple(out), nil
		}
		return NewList(out), nil
	case KindRange:
		r := raw[Range](v)
		start, stop, step, count, err := s.indices(r.n)
		if err != nil {
			return Value{}, err
		}
		return objectValue(rangeType, &Range{r.At(start), r.At(stop), r.Step * step, count}), nil
	case KindBytes:
		b := v.rawBytes()
		start, step, count, err := s.resolve(int64(len(b)))
		if err != nil {
			return Value{}, err
		}
		out := make([]byte, count)
		for i := range out {
			out[i] = b[start+int64(i)*step]
		}
		return Bytes(out), nil
	case KindUndefined:
		if u := v.undef(); u.Mode != UndefChainable {
			return Value{}, u.Err()
		}
		return v, nil
	case KindObject:
		if x, ok := v.Any().(Itemer); ok {
			if r, ok := x.Item(NewSlice(s.start, s.stop, s.step)); ok {
				return r, nil
			}
		}
	case KindDict, KindMap:
		return Value{}, typeErrorf("unhashable type: 'slice'")
	}
	return Value{}, typeErrorf("'%s' object is not subscriptable", TypeName(v))
}

func sliceString(v Value, s *sliceKey) (Value, error) {
	str := v.rawString()
	t := v.t.unmarked()
	if !IsASCII(str) {
		rs := runesOf(str)
		start, step, count, err := s.resolve(int64(len(rs)))
		if err != nil {
			return Value{}, err
		}
		out := make([]byte, 0, len(str))
		for i := range count {
			out = append(out, rs[start+i*step]...)
		}
		return stringValue(t, string(out)), nil
	}
	start, step, count, err := s.resolve(int64(len(str)))
	if err != nil {
		return Value{}, err
	}
	if step == 1 {
		return stringValue(t, str[start:start+count]), nil
	}
	out := make([]byte, count)
	for i := range out {
		out[i] = str[start+int64(i)*step]
	}
	return stringValue(t, string(out)), nil
}

// Slice is v[start:stop:step] with Python's errors. An absent part is None.
func Slice(v, start, stop, step Value) (Value, error) {
	return sliceOf(v, &sliceKey{start, stop, step})
}
