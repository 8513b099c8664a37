package builtin

import (
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
	n, err := intOfBase(v, arg[1])
	if err == nil || !isClass(err, "TypeError", "ValueError") {
		return n, err
	}
	f, err := value.FloatOf(v)
	if err == nil {
		n, err = value.IntOf(f)
	}
	if err != nil && isClass(err, "TypeError", "ValueError", "OverflowError") {
		return arg[0], nil
	}
	return n, err
}

// intOfBase returns int(v, base) of a str, and int(v) of other values.
func intOfBase(v, base Value) (Value, error) {
	if !v.IsString() {
		return value.IntOf(v)
	}
	b, ok := base.Int64()
	if !ok {
		return Value{}, typeError("'%s' object cannot be interpreted as an integer", value.TypeName(base))
	}
	return value.ParseInt(v, int(b))
}

func toFloat(st State, v Value, a Args) (Value, error) {
	var arg [1]Value
	if err := floatSig.bind(arg[:], a); err != nil {
		return Value{}, err
	}
	f, err := value.FloatOf(v)
	if err != nil && isClass(err, "TypeError", "ValueError") {
		return arg[0], nil
	}
	return f, err
}
