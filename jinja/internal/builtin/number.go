package builtin

import (
	"math"
	"math/big"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/dewar-go/dewar/jinja/internal/value"
)

var (
	intSig   = sig("do_int", onValue, value.Opt("default", value.Int(0)), value.Opt("base", value.Int(10)))
	floatSig = sig("do_float", onValue, value.Opt("default", value.Float(0)))
	roundSig = sig("do_round", onValue, value.Opt("precision", value.Int(0)), value.Opt("method", value.String("common")))
	sizeSig  = sig("do_filesizeformat", onValue, value.Opt("binary", value.False))
)

func abs(st State, v Value, a Args) (Value, error) {
	if err := native("abs", a, 1); err != nil {
		return Value{}, err
	}
	return value.AbsOf(v)
}

// toInt converts to an int. What cannot be converted gives the default, and a
// text that is a float its integral part.
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

// intOf is int(v) for what is no str.
func intOf(v Value) (Value, error) {
	switch v.Kind() {
	case value.KindBool:
		n, _ := v.Int64()
		return value.Int(n), nil
	case value.KindInt, value.KindBig:
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

// maxDigits is how many digits Python converts to an int and back.
const maxDigits = 4300

// parseInt is int(s, base).
func parseInt(s string, base int64) (Value, error) {
	bad := func() (Value, error) {
		return Value{}, valueError("invalid literal for int() with base %d: %s", base, value.AppendQuoted(nil, s))
	}
	if base != 0 && (base < 2 || base > 36) {
		return Value{}, valueError("int() base must be >= 2 and <= 36, or 0")
	}
	t, ok := asciiNumber(s)
	if !ok {
		return bad()
	}
	negative := strings.HasPrefix(t, "-")
	if negative || strings.HasPrefix(t, "+") {
		t = t[1:]
	}
	b, zeros := base, false
	if len(t) > 1 && t[0] == '0' {
		p := int64(0)
		switch t[1] | 0x20 {
		case 'b':
			p = 2
		case 'o':
			p = 8
		case 'x':
			p = 16
		}
		if p != 0 && (base == 0 || base == p) {
			b = p
			t = strings.TrimPrefix(t[2:], "_")
		} else if base == 0 {
			zeros = true
		}
	}
	if b == 0 {
		b = 10
	}
	digits := make([]byte, 0, len(t))
	for i := range len(t) {
		c := t[i]
		if c == '_' {
			if i == 0 || i == len(t)-1 || t[i+1] == '_' {
				return bad()
			}
			continue
		}
		if int64(digitOf(c)) >= b || zeros && c != '0' {
			return bad()
		}
		digits = append(digits, c)
	}
	if len(digits) == 0 {
		return bad()
	}
	if b&(b-1) != 0 && len(digits) > maxDigits {
		return Value{}, valueError("Exceeds the limit (%d digits) for integer string conversion: value has %d digits; "+
			"use sys.set_int_max_str_digits() to increase the limit", maxDigits, len(digits))
	}
	if len(digits) > 16*maxDigits {
		return Value{}, value.NewError("OverflowError", "int too large")
	}
	n, ok := new(big.Int).SetString(string(digits), int(b))
	if !ok {
		return bad()
	}
	if negative {
		n.Neg(n)
	}
	return value.BigInt(n), nil
}

func digitOf(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c|0x20 && c|0x20 <= 'z':
		return int(c|0x20-'a') + 10
	}
	return 99
}

// asciiNumber trims white space and writes the decimal digits of all scripts
// as ASCII ones. ok is false when something else is not ASCII.
func asciiNumber(s string) (string, bool) {
	s = strings.TrimFunc(s, isSpace)
	if isASCII(s) {
		return s, true
	}
	var b strings.Builder
	for _, r := range s {
		switch {
		case r < utf8.RuneSelf:
			b.WriteByte(byte(r))
		case unicode.IsDigit(r):
			b.WriteByte('0' + decimalOf(r))
		default:
			return "", false
		}
	}
	return b.String(), true
}

// decimalOf returns the value of a decimal digit. Unicode has them in runs of
// ten, and the runs that touch each other begin at multiples of ten of the
// first one.
func decimalOf(r rune) byte {
	start := r
	for unicode.IsDigit(start - 1) {
		start--
	}
	return byte((r - start) % 10)
}

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

// floatOf is float(v).
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

func parseFloat(s string, v Value) (float64, error) {
	t, ok := asciiNumber(s)
	plain := make([]byte, 0, len(t))
	for i := range len(t) {
		c := t[i]
		switch {
		case '0' <= c && c <= '9' || c == '+' || c == '-' || c == '.' || c == 'e' || c == 'E':
			plain = append(plain, c)
		case c == '_':
			ok = ok && i > 0 && i < len(t)-1 && isDigit(t[i-1]) && isDigit(t[i+1])
		default:
			plain = append(plain, c|0x20)
		}
	}
	if ok && len(plain) > 0 {
		switch strings.TrimLeft(string(plain), "+-") {
		case "inf", "infinity", "nan":
			ok = len(plain) < 2 || digitOf(plain[1]) != 99
		default:
			// Go reads hexadecimal floats, Python does not.
			ok = !strings.ContainsAny(string(plain), "xpin")
		}
	}
	if ok && len(plain) > 0 {
		f, err := strconv.ParseFloat(strings.ToLower(string(plain)), 64)
		if err == nil || math.IsInf(f, 0) {
			return f, nil
		}
	}
	r, err := value.ReprOf(v)
	return 0, orElse(err, valueError("could not convert string to float: %s", r))
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// round rounds halves to the even neighbour when the method is "common".
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
		if x, err = intOf(value.Float(f)); err != nil {
			return Value{}, err
		}
	} else if !x.IsInteger() {
		return Value{}, typeError("must be real number, not %s", value.TypeName(x))
	}
	return value.Div(x, scale)
}

// roundTo is round(v, precision).
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
				return intOf(v)
			}
			return intOf(value.Float(math.RoundToEven(f)))
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
	// The digits before the point decide, but a half is one only when nothing
	// follows: keep one more digit for that.
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

// filesizeformat prints a number of bytes with a unit.
func filesizeformat(st State, v Value, a Args) (Value, error) {
	var arg [1]Value
	if err := sizeSig.bind(arg[:], a); err != nil {
		return Value{}, err
	}
	n, err := floatOf(v)
	if err != nil {
		return Value{}, err
	}
	binary, err := truth(arg[0])
	if err != nil {
		return Value{}, err
	}
	base, suffix := 1000.0, "B"
	units := "kMGTPEZY"
	if binary {
		base, suffix, units = 1024, "iB", "KMGTPEZY"
	}
	switch {
	case n == 1:
		return value.String("1 Byte"), nil
	case n < base:
		i, err := intOf(value.Float(n))
		if err != nil {
			return Value{}, err
		}
		s, err := value.StrOf(i)
		return value.String(s + " Bytes"), err
	}
	for i := range len(units) {
		unit := math.Pow10(3 * (i + 2))
		if binary {
			unit = math.Ldexp(1, 10*(i+2))
		}
		// The ninth power of ten, 10**24, is the one that a float stands below of.
		below := n < unit || n == unit && !binary && i == 6
		if below || i == len(units)-1 {
			return value.String(pyFixed(base*n/unit, 1) + " " + units[i:i+1] + suffix), nil
		}
	}
	panic("unreachable")
}

// pyFixed is Python's {:.nf}.
func pyFixed(f float64, n int) string {
	switch {
	case f != f:
		return "nan"
	case math.IsInf(f, 1):
		return "inf"
	case math.IsInf(f, -1):
		return "-inf"
	}
	return strconv.FormatFloat(f, 'f', n, 64)
}
