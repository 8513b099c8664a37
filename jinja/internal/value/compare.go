package value

import (
	"bytes"
	"cmp"
	"math"
	"math/big"
	"strings"
	"time"
)

// Op is a comparison.
type Op uint8

const (
	Eq Op = iota
	Ne
	Lt
	Le
	Gt
	Ge
)

var opSigns = [...]string{"==", "!=", "<", "<=", ">", ">="}

// String returns the operator.
func (op Op) String() string { return opSigns[op] }

// holds reports whether the result c of a three-way comparison satisfies op.
func (op Op) holds(c int) bool { return compared(op, c, 0) }

// compared returns x op y.
func compared[T int | int64 | float64](op Op, x, y T) bool {
	switch op {
	case Eq:
		return x == y
	case Ne:
		return x != y
	case Lt:
		return x < y
	case Le:
		return x <= y
	case Gt:
		return x > y
	}
	return x >= y
}

// mirror returns the operator for exchanged operands: < becomes >.
func (op Op) mirror() Op {
	switch op {
	case Lt:
		return Gt
	case Le:
		return Ge
	case Gt:
		return Lt
	case Ge:
		return Le
	}
	return op
}

// Is reports whether a and b are the same object: Python's is.
func Is(a, b Value) bool {
	if a.t == nil && b.t == nil {
		return true
	}
	if a.t != b.t {
		return false
	}
	switch a.t.repr {
	case reprNone:
		return a.n == b.n
	case reprString:
		return a.rawString() == b.rawString()
	}
	return a.p == b.p && a.n == b.n
}

// Equal reports whether a == b. A strict undefined value is equal to nothing; Compare fails for it.
func Equal(a, b Value) bool {
	if a.t == b.t && a.t != nil {
		switch a.t {
		case stringType:
			return a.rawString() == b.rawString()
		case intType, boolType:
			return a.n == b.n
		}
	}
	eq, _ := equal(a, b, 0)
	return eq
}

var errRecursion = NewError("RecursionError", "maximum recursion depth exceeded in comparison")

// standFor returns the value that v is compared as: v, or the answer of a [StandIn].
func standFor(v Value) Value {
	if v.t != nil && v.t.kind == KindObject {
		if s, ok := v.Any().(StandIn); ok {
			return s.StandFor()
		}
	}
	return v
}

func equal(a, b Value, depth int) (bool, error) {
	if depth > maxDepth {
		return false, errRecursion
	}
	a, b = standFor(a), standFor(b)
	ka, kb := a.Kind(), b.Kind()
	switch {
	case ka == KindUndefined || kb == KindUndefined:
		return equalUndefined(a, b)
	case a.IsString() && b.IsString():
		return a.rawString() == b.rawString(), nil
	case a.IsNumber() && b.IsNumber():
		return equalNumbers(a, b), nil
	case ka == KindObject || kb == KindObject:
		return equalObjects(a, b)
	case isListKind(ka) && isListKind(kb), ka == KindTuple && kb == KindTuple:
		return equalSequences(a, b, depth)
	case a.IsMapping() && b.IsMapping():
		return equalMappings(a, b, depth)
	case isSetView(a) && isSetLike(b), isSetLike(a) && isSetView(b):
		return compareViews(Eq, a, b)
	case ka != kb:
		return false, nil
	}
	switch ka {
	case KindNone:
		return true, nil
	case KindBytes:
		return bytes.Equal(a.rawBytes(), b.rawBytes()), nil
	case KindSet:
		sa, sb := raw[Set](a), raw[Set](b)
		return sa.Len() == sb.Len() && sa.subsetOf(sb), nil
	case KindRange:
		ra, rb := raw[Range](a), raw[Range](b)
		return ra.n == rb.n && (ra.n == 0 || ra.Start == rb.Start && (ra.n == 1 || ra.Step == rb.Step)), nil
	case KindTime, KindDate, KindClock:
		return compareTimes(a, b) == 0 && !mixedTimes(a, b), nil
	case KindDuration:
		return a.n == b.n, nil
	case KindFunc:
		fa, fb := raw[Function](a), raw[Function](b)
		return fa == fb || fa.Bound && fb.Bound && fa.Name == fb.Name && sameObject(fa.Self, fb.Self), nil
	case KindStruct:
		return equalStructs(a, b, depth), nil
	}
	return sameObject(a, b), nil
}

func isListKind(k Kind) bool { return k == KindList || k == KindSlice }

func equalUndefined(a, b Value) (bool, error) {
	for _, v := range [2]Value{a, b} {
		if u, ok := v.Undefined(); ok && u.Mode == UndefStrict {
			return false, u.Err()
		}
	}
	return a.IsUndefined() && b.IsUndefined() && a.undef().Mode == b.undef().Mode, nil
}

func equalObjects(a, b Value) (bool, error) {
	if r, ok := compareObjects(Eq, a, b); ok {
		return r, nil
	}
	return sameObject(a, b), nil
}

// compareObjects asks a and then b, as [Comparer]s, for the result.
func compareObjects(op Op, a, b Value) (r, ok bool) {
	if a.Kind() == KindObject {
		if x, is := a.Any().(Comparer); is {
			if r, ok = x.Compare(op, b); ok {
				return r, ok
			}
		}
	}
	if b.Kind() == KindObject {
		if x, is := b.Any().(Comparer); is {
			return x.Compare(op.mirror(), a)
		}
	}
	return false, false
}

func equalSequences(a, b Value, depth int) (bool, error) {
	sa, _ := Seq(a)
	sb, _ := Seq(b)
	if sa.n != sb.n {
		return false, nil
	}
	if sameObject(a, b) {
		return true, nil
	}
	for i := range sa.n {
		x, y := sa.At(i), sb.At(i)
		if sameObject(x, y) {
			continue
		}
		if eq, err := equal(x, y, depth+1); !eq || err != nil {
			return false, err
		}
	}
	return true, nil
}

func equalMappings(a, b Value, depth int) (bool, error) {
	na, _ := Len(a)
	nb, _ := Len(b)
	if na != nb {
		return false, nil
	}
	if sameObject(a, b) {
		return true, nil
	}
	same := true
	err := eachPair(a, func(k, x Value) error {
		if !same {
			return nil
		}
		y, ok, err := GetItem(b, k)
		if err != nil || !ok {
			same = false
			return err
		}
		same, err = equal(x, y, depth+1)
		return err
	})
	return same && err == nil, err
}

func equalStructs(a, b Value, depth int) bool {
	if sameObject(a, b) {
		return true
	}
	if eq, ok := equalByType(a, b, depth); ok {
		return eq
	}
	if a.t != b.t || a.t.rt == nil || !a.t.rt.Comparable() {
		return false
	}
	if a.n&b.n&viaPointer != 0 {
		return a.p == b.p // two pointers
	}
	x, y := a.reflected(), b.reflected()
	return x.Comparable() && y.Comparable() && x.Interface() == y.Interface()
}

func (s *Set) subsetOf(o *Set) bool {
	for k := range s.d.All() {
		if _, ok, _ := o.d.Get(k); !ok {
			return false
		}
	}
	return true
}

// equalNumbers compares bool, int, float and complex numbers exactly.
func equalNumbers(a, b Value) bool {
	if a.t.kind == KindComplex || b.t.kind == KindComplex {
		x, okA := a.Complex128()
		y, okB := b.Complex128()
		return okA && okB && x == y
	}
	if a.t.kind == KindFloat && a.float() != a.float() || b.t.kind == KindFloat && b.float() != b.float() {
		return false
	}
	return compareNumbers(a, b) == 0
}

// compareNumbers orders two real numbers exactly. NaN is less than every number.
func compareNumbers(a, b Value) int {
	ia, aInt := a.Int64()
	ib, bInt := b.Int64()
	if aInt && bInt {
		return cmp.Compare(ia, ib)
	}
	fa, fb := a.Kind() == KindFloat, b.Kind() == KindFloat
	switch {
	case fa && fb:
		return cmp.Compare(a.float(), b.float())
	case fa && bInt && exactFloat(ib):
		return cmp.Compare(a.float(), float64(ib))
	case fb && aInt && exactFloat(ia):
		return cmp.Compare(float64(ia), b.float())
	case fa && (math.IsInf(a.float(), 0) || a.float() != a.float()):
		return cmp.Compare(a.float(), 0)
	case fb && (math.IsInf(b.float(), 0) || b.float() != b.float()):
		return cmp.Compare(0, b.float())
	case fa:
		y, _ := b.Big()
		return big.NewFloat(a.float()).Cmp(new(big.Float).SetInt(y))
	case fb:
		x, _ := a.Big()
		return new(big.Float).SetInt(x).Cmp(big.NewFloat(b.float()))
	}
	x, _ := a.Big()
	y, _ := b.Big()
	if x == nil || y == nil {
		return 0
	}
	return x.Cmp(y)
}

func exactFloat(i int64) bool { return i >= -1<<53 && i <= 1<<53 }

// Compare returns the result of a op b, or Python's TypeError for values without an order.
func Compare(op Op, a, b Value) (bool, error) {
	switch {
	case a.t == intType && b.t == intType:
		return compared(op, int64(a.n), int64(b.n)), nil
	case a.t == floatType && b.t == intType && exactFloat(int64(b.n)):
		return compared(op, a.float(), float64(int64(b.n))), nil
	case a.t == floatType && b.t == floatType:
		return compared(op, a.float(), b.float()), nil
	case a.t == stringType && b.t == stringType && op <= Ne:
		return (a.rawString() == b.rawString()) == (op == Eq), nil
	}
	return compare(op, a, b, 0)
}

func compare(op Op, a, b Value, depth int) (bool, error) {
	x, y := a, b // the operands as given, for the message
	a, b = standFor(a), standFor(b)
	if op <= Ne {
		eq, err := equal(a, b, depth)
		return eq == (op == Eq) && err == nil, err
	}
	ka, kb := a.Kind(), b.Kind()
	switch {
	case ka == KindUndefined && kb == KindUndefined && a.undef().Mode == UndefDefault && b.undef().Mode != UndefDefault:
		return false, b.undef().Err() // b is asked first when it is of a subclass
	case ka == KindUndefined:
		return false, a.undef().Err()
	case kb == KindUndefined:
		return false, b.undef().Err()
	case a.IsString() && b.IsString():
		return op.holds(strings.Compare(a.rawString(), b.rawString())), nil
	case a.IsNumber() && b.IsNumber() && ka != KindComplex && kb != KindComplex:
		if ka == KindFloat && a.float() != a.float() || kb == KindFloat && b.float() != b.float() {
			return false, nil
		}
		return op.holds(compareNumbers(a, b)), nil
	case ka == KindObject || kb == KindObject:
		if r, ok := compareObjects(op, a, b); ok {
			return r, nil
		}
	case isListKind(ka) && isListKind(kb), ka == KindTuple && kb == KindTuple:
		return compareSequences(op, a, b, depth)
	case ka == KindBytes && kb == KindBytes:
		return op.holds(bytes.Compare(a.rawBytes(), b.rawBytes())), nil
	case isSetView(a) && isSetLike(b), isSetLike(a) && isSetView(b):
		return compareViews(op, a, b)
	case ka == KindSet && kb == KindSet:
		return compareSets(op, raw[Set](a), raw[Set](b)), nil
	case ka == KindDuration && kb == KindDuration:
		return op.holds(cmp.Compare(int64(a.n), int64(b.n))), nil
	case ka == KindTime && kb == KindTime && mixedTimes(a, b):
		return false, typeErrorf("can't compare offset-naive and offset-aware datetimes")
	case ka == kb && (ka == KindTime || ka == KindDate || ka == KindClock):
		return op.holds(compareTimes(a, b)), nil
	case ka == KindTime && kb == KindDate || ka == KindDate && kb == KindTime:
		return false, typeErrorf("can't compare %s to %s", TypeName(a), TypeName(b))
	}
	return false, typeErrorf("'%s' not supported between instances of '%s' and '%s'", op, TypeName(x), TypeName(y))
}

func compareSequences(op Op, a, b Value, depth int) (bool, error) {
	if depth > maxDepth {
		return false, errRecursion
	}
	sa, _ := Seq(a)
	sb, _ := Seq(b)
	for i := range min(sa.n, sb.n) {
		x, y := sa.At(i), sb.At(i)
		eq, err := equal(x, y, depth+1)
		if err != nil {
			return false, err
		}
		if !eq {
			return compare(op, x, y, depth+1)
		}
	}
	return op.holds(cmp.Compare(sa.n, sb.n)), nil
}

func compareSets(op Op, a, b *Set) bool {
	switch op {
	case Lt:
		return a.Len() < b.Len() && a.subsetOf(b)
	case Le:
		return a.subsetOf(b)
	case Gt:
		return b.Len() < a.Len() && b.subsetOf(a)
	}
	return b.subsetOf(a)
}

// compareTimes compares two values of the same kind: datetime, date or time.
func compareTimes(a, b Value) int {
	x, y := *raw[time.Time](a), *raw[time.Time](b)
	switch a.t.kind {
	case KindDate:
		return cmp.Compare(dayNumber(x), dayNumber(y))
	case KindClock:
		return cmp.Compare(clockNanos(x), clockNanos(y))
	}
	return x.Compare(y)
}

// mixedTimes reports whether exactly one of two datetimes is naive.
func mixedTimes(a, b Value) bool {
	return a.t.kind == KindTime && isNaive(*raw[time.Time](a)) != isNaive(*raw[time.Time](b))
}

func dayNumber(t time.Time) int64 {
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400
}

func clockNanos(t time.Time) int64 {
	h, m, s := t.Clock()
	return int64(h*3600+m*60+s)*1e9 + int64(t.Nanosecond())
}

// Contains returns x in container. The error is Python's TypeError when container cannot be searched.
func Contains(container, x Value) (bool, error) {
	switch container.Kind() {
	case KindString, KindMarkup:
		s, ok := x.Str()
		if !ok {
			return false, typeErrorf("'in <string>' requires string as left operand, not %s", TypeName(x))
		}
		return strings.Contains(container.rawString(), s), nil
	case KindDict:
		_, ok, err := raw[Dict](container).Get(x)
		return ok, err
	case KindMap:
		_, ok := container.mapGet(x)
		return ok, nil
	case KindSet:
		_, ok, err := raw[Set](container).d.Get(x)
		return ok, err
	case KindRange:
		if u, ok := x.Undefined(); ok && u.Mode == UndefStrict && raw[Range](container).n > 0 {
			return false, u.Err()
		}
		return rangeContains(raw[Range](container), x), nil
	case KindBytes:
		return bytesContain(container.rawBytes(), x)
	case KindView:
		if w := raw[dictView](container); w.which == viewKeys {
			return Contains(w.of, x)
		}
	case KindUndefined:
		if u := container.undef(); u.Mode == UndefStrict {
			return false, u.Err()
		}
		return false, nil
	case KindObject:
		switch c := container.Any().(type) {
		case Container:
			return c.Contains(x)
		case Iterable:
		default:
			return false, typeErrorf("argument of type '%s' is not iterable", TypeName(container))
		}
	case KindStruct, KindNone, KindBool, KindInt, KindBig, KindFloat, KindComplex, KindFunc, KindGoFunc, KindType, KindTime, KindDate, KindClock, KindDuration:
		return false, typeErrorf("argument of type '%s' is not iterable", TypeName(container))
	}
	if s, ok := Seq(container); ok {
		for i := range s.n {
			if y := s.At(i); sameObject(x, y) {
				return true, nil
			} else if eq, err := equal(y, x, 0); eq || err != nil {
				return eq, err
			}
		}
		return false, nil
	}
	it, err := Iterate(container)
	if err != nil {
		return false, err
	}
	for {
		y, ok, err := it.Next()
		if err != nil || !ok {
			return false, err
		}
		if eq, err := equal(y, x, 0); eq || err != nil {
			return eq, err
		}
	}
}

func rangeContains(r *Range, x Value) bool {
	i, ok := exactInt(x)
	if !ok || r.n == 0 {
		return false
	}
	d := i - r.Start
	return d%r.Step == 0 && d/r.Step >= 0 && d/r.Step < r.n
}

func bytesContain(b []byte, x Value) (bool, error) {
	if sub, ok := x.Bytes(); ok {
		return bytes.Contains(b, sub), nil
	}
	i, ok := x.Int64()
	if x.Kind() == KindBig {
		i, ok = -1, true
	}
	if !ok {
		return false, typeErrorf("a bytes-like object is required, not '%s'", TypeName(x))
	}
	if i < 0 || i > 255 {
		return false, valueErrorf("byte must be in range(0, 256)")
	}
	return bytes.IndexByte(b, byte(i)) >= 0, nil
}
