package value

import (
	"math"
	"math/big"
	"math/bits"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

func init() {
	ints := map[string]Method{
		"bit_length": number("bit_length", func(v Value) (Value, error) {
			b, _ := v.Big()
			return Int(int64(b.BitLen())), nil
		}),
		"bit_count": number("bit_count", func(v Value) (Value, error) {
			b, _ := v.Big()
			n := 0
			for _, w := range new(big.Int).Abs(b).Bits() {
				n += bits.OnesCount(uint(w))
			}
			return Int(int64(n)), nil
		}),
		"conjugate": number("conjugate", Pos),
		"to_bytes":  intBytes,
		"as_integer_ratio": number("as_integer_ratio", func(v Value) (Value, error) {
			n, err := Pos(v)
			return NewTuple([]Value{n, Int(1)}), err
		}),
	}
	methodTables[KindInt], methodTables[KindBig], methodTables[KindBool] = ints, ints, ints
	methodTables[KindFloat] = map[string]Method{
		"is_integer": number("is_integer", func(v Value) (Value, error) {
			f := v.float()
			return Bool(f == math.Trunc(f) && !math.IsInf(f, 0)), nil
		}),
		"conjugate": number("conjugate", Pos),
		"hex": number("hex", func(v Value) (Value, error) {
			return String(floatHex(v.float())), nil
		}),
		"as_integer_ratio": number("as_integer_ratio", floatRatio),
	}
}

// intBytes is int.to_bytes(length=1, byteorder="big", *, signed=False).
func intBytes(_ State, self Value, a Args) (Value, error) {
	length, order, signed := Int(1), String("big"), false
	if len(a.Pos) > 2 {
		return Value{}, typeErrorf("to_bytes() takes at most 2 positional arguments (%d given)", len(a.Pos))
	}
	for i, v := range a.Pos {
		*[]*Value{&length, &order}[i] = v
	}
	for _, k := range a.Kw {
		switch k.Name {
		case "length":
			length = k.Value
		case "byteorder":
			order = k.Value
		case "signed":
			signed = Truth(k.Value)
		default:
			return Value{}, typeErrorf("'%s' is an invalid keyword argument for to_bytes()", k.Name)
		}
	}
	n, err := indexArg(length)
	if err != nil {
		return Value{}, err
	}
	name, ok := order.Str()
	switch {
	case !ok:
		return Value{}, typeErrorf("to_bytes() argument 'byteorder' must be str, not %s", TypeName(order))
	case name != "big" && name != "little":
		return Value{}, valueErrorf("byteorder must be either 'little' or 'big'")
	case n < 0:
		return Value{}, valueErrorf("length argument must be non-negative")
	case n > maxBits/8:
		return Value{}, NewError("MemoryError", "")
	}
	b, _ := self.Big()
	if b.Sign() < 0 && !signed {
		return Value{}, NewError("OverflowError", "can't convert negative int to unsigned")
	}
	limit := new(big.Int).Lsh(big.NewInt(1), uint(8*n))
	if signed {
		limit.Rsh(limit, 1)
	}
	magnitude := new(big.Int).Set(b)
	if b.Sign() < 0 {
		magnitude.Not(b)
	}
	if magnitude.Cmp(limit) >= 0 {
		return Value{}, NewError("OverflowError", "int too big to convert")
	}
	if b.Sign() < 0 {
		magnitude.Add(b, new(big.Int).Lsh(big.NewInt(1), uint(8*n)))
	}
	out := magnitude.FillBytes(make([]byte, n))
	if name == "little" {
		slices.Reverse(out)
	}
	return Bytes(out), nil
}

// number makes a method of a number that takes no arguments.
func number(name string, f func(Value) (Value, error)) Method {
	return func(_ State, self Value, a Args) (Value, error) {
		if err := noArgs(TypeName(self), name, self, a); err != nil {
			return Value{}, err
		}
		return f(self)
	}
}

func floatHex(f float64) string {
	switch {
	case f != f, math.IsInf(f, 0):
		return string(AppendFloat(nil, f))
	case f == 0 && math.Signbit(f):
		return "-0x0.0p+0"
	case f == 0:
		return "0x0.0p+0"
	}
	s := strconv.FormatFloat(f, 'x', 13, 64)
	mantissa, exp, _ := strings.Cut(s, "p")
	sign := exp[:1]
	if exp = strings.TrimLeft(exp[1:], "0"); exp == "" {
		exp = "0"
	}
	return mantissa + "p" + sign + exp
}

func floatRatio(v Value) (Value, error) {
	f := v.float()
	switch {
	case f != f:
		return Value{}, valueErrorf("cannot convert NaN to integer ratio")
	case math.IsInf(f, 0):
		return Value{}, NewError("OverflowError", "cannot convert Infinity to integer ratio")
	}
	r := new(big.Rat).SetFloat64(f)
	return NewTuple([]Value{BigInt(new(big.Int).Set(r.Num())), BigInt(new(big.Int).Set(r.Denom()))}), nil
}

func bytesDecode(_ State, self Value, a Args) (Value, error) {
	var stack [2]Value
	args, err := bindC(stack[:], "decode", a, "encoding", "errors")
	if err != nil {
		return Value{}, err
	}
	b := self.rawBytes()
	encoding := "utf-8"
	if args[0].t != nil {
		var ok bool
		if encoding, ok = args[0].Str(); !ok {
			return Value{}, typeErrorf("decode() argument 'encoding' must be str, not %s", TypeName(args[0]))
		}
	}
	switch strings.ReplaceAll(strings.ToLower(encoding), "_", "-") {
	case "utf-8", "utf8", "ascii", "us-ascii":
		if utf8.Valid(b) {
			return String(string(b)), nil
		}
		if mode, _ := args[1].Str(); mode == "replace" {
			return String(strings.ToValidUTF8(string(b), "\uFFFD")), nil
		} else if mode == "ignore" {
			return String(strings.ToValidUTF8(string(b), "")), nil
		}
		for i := 0; i < len(b); {
			r, n := utf8.DecodeRune(b[i:])
			if r == utf8.RuneError && n == 1 {
				if strings.Contains(strings.ToLower(encoding), "ascii") {
					return Value{}, Errorf("UnicodeDecodeError", "'ascii' codec can't decode byte 0x%02x in position %d: ordinal not in range(128)", b[i], i)
				}
				return Value{}, Errorf("UnicodeDecodeError", "'utf-8' codec can't decode byte 0x%02x in position %d: invalid start byte", b[i], i)
			}
			i += n
		}
	case "latin-1", "latin1", "iso-8859-1":
		rs := make([]rune, len(b))
		for i, c := range b {
			rs[i] = rune(c)
		}
		return String(string(rs)), nil
	}
	return Value{}, Errorf("LookupError", "unknown encoding: %s", encoding)
}
