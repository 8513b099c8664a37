package builtin

import (
	"math"
	"math/big"

	"github.com/dewar-go/dewar/jinja/internal/value"
)

var (
	intSig   = sig("do_int", onValue, value.Opt("default", value.Int(0)), value.Opt("base", value.Int(10)))
	floatSig = sig("do_float", onValue, value.Opt("default", value.Float(0)))
)

func abs(st State, v Value, a Args) (Value, error) {
	if err := native("abs", a, 1); err != nil {
		return Value{}, err
	}
	return value.AbsOf(v)
}

// toInt is the filter int. A text that is a float is cut to its integral part. What cannot be converted gives the
// default.
func toInt(st State, v Value, a Args) (Value, error) {
	var arg [2]Value
	if err := intSig.bind(arg[:], a); err != nil {
		return Value{}, err
	}
	var n Value
	var err error
	if s, ok := v.Str(); ok {
		base, ok := arg[1].Int64()
		if !ok {
			err = typeError("'%s' object cannot be interpreted as an integer", value.TypeName(arg[1]))
		} else {
			n, err = parseInt(s, base)
		}
	} else {
		n, err = intOf(v)
	}
	if err == nil || !isClass(err, "TypeError", "ValueError") {
		return n, err
	}
	f, err := floatOf(v)
	if err == nil {
		n, err = intOf(value.Float(f))
	}
	if err != nil && isClass(err, "TypeError", "ValueError", "OverflowError") {
		return arg[0], nil
	}
	return n, err
}

// intOf returns int(v) of a value that is no str.
func intOf(v Value) (Value, error) {
	switch v.Kind() {
	case value.KindBool, value.KindInt:
		// A Go type with a String method becomes a plain int too.
		n, _ := v.Int64()
		return value.Int(n), nil
	case value.KindBig:
		return v, nil
	case value.KindFloat:
		f, _ := v.Float64()
		switch {
		case math.IsNaN(f):
			return Value{}, valueError("cannot convert float NaN to integer")
		case math.IsInf(f, 0):
			return Value{}, value.NewError("OverflowError", "cannot convert float infinity to integer")
		case math.Abs(f) < 1<<62:
			return value.Int(int64(f)), nil
		}
		b, _ := big.NewFloat(f).Int(nil)
		return value.BigInt(b), nil
	case value.KindUndefined:
		u, _ := v.Undefined()
		return Value{}, u.Err()
	case value.KindBytes:
		b, _ := v.Bytes()
		return parseInt(string(b), 10)
	}
	return Value{}, typeError("int() argument must be a string, a bytes-like object or a real number, not '%s'", value.TypeName(v))
}

// maxDigits is the number of digits up to which Python converts an int to and from text.
const maxDigits = 4300

func toFloat(st State, v Value, a Args) (Value, error) {
	var arg [1]Value
	if err := floatSig.bind(arg[:], a); err != nil {
		return Value{}, err
	}
	f, err := floatOf(v)
	if err != nil {
		if isClass(err, "TypeError", "ValueError") {
			return arg[0], nil
		}
		return Value{}, err
	}
	return value.Float(f), nil
}

// floatOf returns float(v).
func floatOf(v Value) (float64, error) {
	if f, ok := v.Float64(); ok {
		return f, nil
	}
	switch v.Kind() {
	case value.KindBig:
		return 0, value.NewError("OverflowError", "int too large to convert to float")
	case value.KindUndefined:
		u, _ := v.Undefined()
		return 0, u.Err()
	case value.KindString, value.KindMarkup:
		s, _ := v.Str()
		return parseFloat(s, v)
	case value.KindBytes:
		b, _ := v.Bytes()
		return parseFloat(string(b), v)
	}
	return 0, typeError("float() argument must be a string or a real number, not '%s'", value.TypeName(v))
}
