package builtin

import (
	"math"
	"math/big"
	"strconv"

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

// streamRound prints a rounded float from the digits that rounding gives: up to 15 of them are also the shortest ones of
// the float that they are rounded to.
func streamRound(st State, buf []byte, v Value, a Args) ([]byte, error) {
	p, ok := int64(0), len(a.Pos) == 0
	if len(a.Pos) == 1 {
		p, ok = a.Pos[0].Int64()
	}
	f, _ := v.Float64()
	if !ok || v.Kind() != value.KindFloat || len(a.Kw) > 0 || p < 1 || p > 4 || !(math.Abs(f) < 1e11) {
		return streamValue(round)(st, buf, v, a)
	}
	buf = strconv.AppendFloat(buf, f, 'f', int(p), 64)
	for buf[len(buf)-1] == '0' && buf[len(buf)-2] != '.' {
		buf = buf[:len(buf)-1]
	}
	return buf, nil
}
