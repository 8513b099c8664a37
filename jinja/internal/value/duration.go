package value

import (
	"math"
	"math/big"
	"time"
)

// Arithmetic of timedelta, which counts microseconds.

// micros returns a timedelta in microseconds.
func micros(v Value) int64 { return floorDiv(int64(v.n), 1000) }

// ratio returns the exact value of an int, bool or finite float.
func ratio(v Value) (*big.Rat, bool) {
	if b, ok := v.Big(); ok {
		return new(big.Rat).SetInt(b), true
	}
	if v.Kind() == KindFloat {
		r := new(big.Rat).SetFloat64(v.float())
		return r, r != nil
	}
	return nil, false
}

// scaleDuration returns d * r, rounded to a microsecond, halves to even.
func scaleDuration(d Value, r *big.Rat) (Value, error) {
	r = new(big.Rat).Mul(r, new(big.Rat).SetInt64(micros(d)))
	q, m := bigDivmod(r.Num(), r.Denom())
	twice := new(big.Int).Lsh(m, 1)
	if c := twice.Cmp(r.Denom()); c > 0 || c == 0 && q.Bit(0) == 1 {
		q.Add(q, big.NewInt(1))
	}
	if !q.IsInt64() || q.Int64() > math.MaxInt64/1000 || q.Int64() < math.MinInt64/1000 {
		return Value{}, NewError("OverflowError", "timedelta out of range")
	}
	return Duration(time.Duration(q.Int64()) * time.Microsecond), nil
}

// mulDurationError returns the error of a product or quotient with NaN or an infinity.
func mulDurationError(a, b Value) (Value, error) {
	for _, v := range [2]Value{a, b} {
		if v.Kind() == KindFloat {
			if f := v.float(); f != f {
				return Value{}, valueErrorf("cannot convert NaN to integer ratio")
			}
			return Value{}, NewError("OverflowError", "cannot convert Infinity to integer ratio")
		}
	}
	return Value{}, unsupported(OpMul, a, b)
}

var errModulo = NewError("ZeroDivisionError", "integer division or modulo by zero")

// divDuration returns a / b, where a is a timedelta.
func divDuration(a, b Value) (Value, error) {
	if b.Kind() == KindDuration {
		if b.n == 0 {
			return Value{}, errDivision
		}
		f, _ := new(big.Rat).SetFrac64(int64(a.n), int64(b.n)).Float64()
		return Float(f), nil
	}
	r, ok := ratio(b)
	switch {
	case ok && r.Sign() == 0:
		return Value{}, errModulo
	case ok:
		return scaleDuration(a, r.Inv(r))
	case b.Kind() == KindFloat:
		return mulDurationError(a, b)
	}
	return Value{}, unsupported(OpDiv, a, b)
}

// floorDivDuration returns a // b, where a is a timedelta.
func floorDivDuration(a, b Value) (Value, error) {
	if b.Kind() == KindDuration {
		if b.n == 0 {
			return Value{}, errModulo
		}
		return Int(floorDiv(int64(a.n), int64(b.n))), nil
	}
	if n, ok := b.Big(); ok {
		if n.Sign() == 0 {
			return Value{}, errModulo
		}
		q, _ := bigDivmod(big.NewInt(micros(a)), n)
		return Duration(time.Duration(q.Int64()) * time.Microsecond), nil
	}
	return Value{}, unsupported(OpFloorDiv, a, b)
}
