package value

import (
	"math/bits"
	"strings"
)

func concat2(x, y string) (Value, error) {
	if len(x)+len(y) > maxRepeat {
		return Value{}, NewError("MemoryError", "")
	}
	return String(x + y), nil
}

func joinLists(a, b Value, make_ func([]Value) Value) (Value, error) {
	x, _ := Seq(a)
	y, _ := Seq(b)
	if x.n+y.n > maxElements {
		return Value{}, NewError("MemoryError", "")
	}
	out := make([]Value, 0, x.n+y.n)
	for i := range x.n {
		out = append(out, x.At(i))
	}
	for i := range y.n {
		out = append(out, y.At(i))
	}
	return make_(out), nil
}

func mulOther(a, b Value) (Value, error) {
	switch {
	case a.IsUndefined() || b.IsUndefined():
	case repeatable(a, b):
		return repeatValue(a, b)
	case repeatable(b, a):
		return repeatValue(b, a)
	case a.Kind() == KindDuration:
		if r, ok := ratio(b); ok {
			return scaleDuration(a, r)
		}
		return mulDurationError(a, b)
	case b.Kind() == KindDuration:
		if r, ok := ratio(a); ok {
			return scaleDuration(b, r)
		}
		return mulDurationError(a, b)
	}
	return Value{}, unsupported(OpMul, a, b)
}

// repeatable reports whether s is a sequence that can be multiplied by n. Markup accepts only an int and leaves other
// operands to the other side.
func repeatable(s, n Value) bool {
	return isSequence(s) && (!s.IsSafe() || n.IsInteger() || n.Kind() == KindBool)
}

func isSequence(v Value) bool {
	switch v.Kind() {
	case KindString, KindMarkup, KindList, KindTuple, KindSlice, KindBytes:
		return true
	}
	return false
}

// repeatValue returns s * n of a sequence.
func repeatValue(s, n Value) (Value, error) {
	count, ok := n.Int64()
	if !ok {
		if n.Kind() == KindBig {
			return Value{}, NewError("OverflowError", "cannot fit 'int' into an index-sized integer")
		}
		return Value{}, typeErrorf("can't multiply sequence by non-int of type '%s'", TypeName(n))
	}
	count = max(count, 0)
	size := int64(s.n)
	if l, ok := s.List(); ok {
		size = int64(len(l.items))
	}
	if hi, lo := bits.Mul64(uint64(size), uint64(count)); hi != 0 || lo > maxRepeat {
		return Value{}, NewError("MemoryError", "")
	}
	switch s.t.kind {
	case KindString, KindMarkup:
		t := s.t.unmarked()
		return stringValue(t, repeatString(s.rawString(), int(count))), nil
	case KindBytes:
		return Bytes([]byte(repeatString(string(s.rawBytes()), int(count)))), nil
	}
	seq, _ := Seq(s)
	out := make([]Value, 0, seq.n*int(count))
	if seq.n > 0 {
		for range count {
			for i := range seq.n {
				out = append(out, seq.At(i))
			}
		}
	}
	if s.t.kind == KindTuple {
		return NewTuple(out), nil
	}
	return NewList(out), nil
}

func repeatString(s string, n int) string { return strings.Repeat(s, n) }
