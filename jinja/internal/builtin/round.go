package builtin

import (
	"math"
	"math/big"
	"strconv"

	"github.com/dewar-go/dewar/jinja/internal/output"
	"github.com/dewar-go/dewar/jinja/internal/value"
)

var roundSig = sig("do_round", onValue, value.Opt("precision", value.Int(0)), value.Opt("method", value.String("common")))

// round is the filter round. The method "common" rounds halves to even.
func round(st State, v Value, a Args) (Value, error) {
	var arg [2]Value
	if err := roundSig.bind(arg[:], a); err != nil {
		return Value{}, err
	}
	how, _ := arg[1].Str()
	switch how {
	case "common":
		return roundTo(v, arg[0])
	case "ceil", "floor":
	default:
		if _, err := value.Hash(arg[1]); err != nil {
			return Value{}, err
		}
		return Value{}, argumentError("method must be common, ceil or floor")
	}
	scale, err := value.Pow(value.Int(10), arg[0])
	if err != nil {
		return Value{}, err
	}
	x, err := value.Mul(v, scale)
	if err != nil {
		return Value{}, err
	}
	if x.Kind() == value.KindFloat {
		f, _ := x.Float64()
		if how == "ceil" {
			f = math.Ceil(f)
		} else {
			f = math.Floor(f)
		}
		if x, err = value.IntOf(value.Float(f)); err != nil {
			return Value{}, err
		}
	} else if !x.IsInteger() {
		return Value{}, typeError("must be real number, not %s", value.TypeName(x))
	}
	return value.Div(x, scale)
}

// roundTo returns round(v, precision).
func roundTo(v, precision Value) (Value, error) {
	switch v.Kind() {
	case value.KindBool, value.KindInt, value.KindBig:
		if v.Kind() == value.KindBool {
			n, _ := v.Int64()
			v = value.Int(n)
		}
		if precision.IsNone() {
			return v, nil
		}
		p, err := index(precision)
		if err != nil || p >= 0 {
			return v, err
		}
		return roundInt(v, -p), nil
	case value.KindFloat:
		f, _ := v.Float64()
		if precision.IsNone() {
			if f != f || math.IsInf(f, 0) {
				return value.IntOf(v)
			}
			return value.IntOf(value.Float(math.RoundToEven(f)))
		}
		p, err := index(precision)
		if err != nil {
			return Value{}, err
		}
		return roundFloat(f, p)
	}
	return Value{}, typeError("type %s doesn't define __round__ method", value.TypeName(v))
}

// roundInt rounds to a multiple of 10**p.
func roundInt(v Value, p int) Value {
	n, _ := v.Big()
	if p > len(n.Text(10)) {
		return value.Int(0)
	}
	unit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(p)), nil)
	q, r := new(big.Int).DivMod(n, unit, new(big.Int))
	switch r.Lsh(r, 1).Cmp(unit) {
	case 1:
		q.Add(q, big.NewInt(1))
	case 0:
		q.Add(q, big.NewInt(int64(q.Bit(0))))
	}
	return value.BigInt(q.Mul(q, unit))
}

// roundFloat rounds the exact decimal value of f to p digits after the point.
func roundFloat(f float64, p int) (Value, error) {
	switch {
	case f != f || math.IsInf(f, 0) || p > 323:
		return value.Float(f), nil
	case p < -308:
		return value.Float(math.Copysign(0, f)), nil
	case p >= 0:
		r, err := strconv.ParseFloat(strconv.FormatFloat(f, 'f', p, 64), 64)
		if err != nil {
			return Value{}, value.NewError("OverflowError", "rounded value too large to represent")
		}
		return value.Float(r), nil
	}
	// Keep one digit after the decision: a half is a half only when nothing follows it.
	whole, _ := big.NewFloat(math.Trunc(f)).Int(nil)
	whole.Mul(whole, big.NewInt(10))
	if f != math.Trunc(f) {
		whole.Add(whole, big.NewInt(int64(math.Copysign(1, f))))
	}
	n, _ := roundInt(value.BigInt(whole), 1-p).Big()
	r, _ := new(big.Float).SetInt(new(big.Int).Quo(n, big.NewInt(10))).Float64()
	if math.IsInf(r, 0) {
		return Value{}, value.NewError("OverflowError", "rounded value too large to represent")
	}
	if r == 0 {
		r = math.Copysign(0, f)
	}
	return value.Float(r), nil
}

var pow10 = [...]int64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6}

// roundFast returns |f|*10**p, rounded to the integer n. ok is false when the exact value has to decide, because the
// product, which has an error of its own, is too near to a half. It is also false when n may have more than 15 digits.
func roundFast(f float64, p int64) (n int64, ok bool) {
	x := math.Abs(f) * float64(pow10[p])
	if !(x < 1e14) {
		return 0, false
	}
	n = int64(x)
	rest := x - float64(n)
	if rest > 0.5 {
		n++
	}
	// The error of x is at most half of its last place: x * 2**-53, which is below 0.02 here.
	return n, rest < 0.45 || rest > 0.55
}

// streamRound prints a rounded float from the digits that rounding gives: up to 15 of them are also the shortest ones of
// the float that they are rounded to, because no two decimals of 15 digits share a float.
func streamRound(st State, buf []byte, v Value, a Args) ([]byte, error) {
	p, n, ok := int64(0), int64(0), v.Kind() == value.KindFloat && len(a.Pos) == 1 && len(a.Kw) == 0
	if ok {
		p, ok = a.Pos[0].Int64()
	}
	f, _ := v.Float64()
	if ok = ok && p > 0 && p < int64(len(pow10)); ok {
		n, ok = roundFast(f, p)
	}
	unit := pow10[max(0, min(p, 6))]
	if !ok || n < unit/1000 { // the repr has an exponent below 1e-4
		return streamValue(round)(st, buf, v, a)
	}
	if math.Signbit(f) {
		buf = append(buf, '-')
	}
	buf = append(output.AppendInt(buf, n/unit), '.')
	for rest := n % unit; ; rest %= unit {
		unit /= 10
		buf = append(buf, '0'+byte(rest/unit))
		if rest%unit == 0 {
			return buf, nil
		}
	}
}
