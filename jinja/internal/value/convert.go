package value

import (
	"math"
	"math/big"
	"strconv"
	"strings"
	"unicode"
)

// IntOf is int(v).
func IntOf(v Value) (Value, error) {
	switch v.Kind() {
	case KindInt, KindBool:
		return Int(int64(v.n)), nil
	case KindBig:
		return v, nil
	case KindFloat:
		return floatToInt(v.float())
	case KindString, KindMarkup:
		return ParseInt(v, 10)
	case KindBytes:
		i, err := ParseInt(String(string(v.rawBytes())), 10)
		if err != nil {
			err = valueErrorf("invalid literal for int() with base 10: %s", reprOrEmpty(v))
		}
		return i, err
	case KindUndefined:
		return Value{}, v.undef().Err()
	}
	return Value{}, typeErrorf("int() argument must be a string, a bytes-like object or a real number, not '%s'", TypeName(v))
}

func floatToInt(f float64) (Value, error) {
	switch {
	case f != f:
		return Value{}, valueErrorf("cannot convert float NaN to integer")
	case math.IsInf(f, 0):
		return Value{}, NewError("OverflowError", "cannot convert float infinity to integer")
	case f >= -1<<63 && f < 1<<63:
		return Int(int64(f)), nil
	}
	b, _ := big.NewFloat(f).Int(nil)
	return BigInt(b), nil
}

// ParseInt is int(v, base) of a str. Base 0 takes the base from the prefix.
func ParseInt(v Value, base int) (Value, error) {
	s, ok := v.Str()
	if !ok {
		return Value{}, typeErrorf("int() can't convert non-string with explicit base")
	}
	shown := base
	bad := func() (Value, error) {
		return Value{}, valueErrorf("invalid literal for int() with base %d: %s", shown, reprOrEmpty(v))
	}
	if base != 0 && (base < 2 || base > 36) {
		return Value{}, valueErrorf("int() base must be >= 2 and <= 36, or 0")
	}
	t, ok := normalDigits(s)
	if !ok || t == "" {
		return bad()
	}
	neg := false
	if t[0] == '+' || t[0] == '-' {
		neg, t = t[0] == '-', t[1:]
	}
	if len(t) > 2 && t[0] == '0' {
		b := map[byte]int{'x': 16, 'o': 8, 'b': 2}[t[1]|0x20]
		if b != 0 && (base == 0 || base == b) {
			base, t = b, strings.TrimPrefix(t[2:], "_")
		}
	}
	if base == 0 {
		if base = 10; len(t) > 1 && t[0] == '0' && strings.Trim(t, "0_") != "" {
			return bad()
		}
	}
	if t == "" || t[0] == '_' || t[len(t)-1] == '_' || strings.Contains(t, "__") || t[0] == '+' || t[0] == '-' {
		return bad()
	}
	t = strings.ReplaceAll(t, "_", "")
	if base&(base-1) != 0 && len(t) > maxDigits {
		return Value{}, valueErrorf("Exceeds the limit (%d digits) for integer string conversion: value has %d digits; use sys.set_int_max_str_digits() to increase the limit", maxDigits, len(t))
	}
	if len(t) > maxBits {
		return Value{}, Errorf("OverflowError", "int exceeds %d bits", maxBits)
	}
	if i, err := strconv.ParseInt(t, base, 64); err == nil {
		if neg {
			i = -i
		}
		return Int(i), nil
	}
	b, ok := new(big.Int).SetString(t, base)
	if !ok {
		return bad()
	}
	if neg {
		b.Neg(b)
	}
	return checkedBig(b)
}

// normalDigits trims white space and replaces the digits of other scripts by ASCII ones. ok is false for a text that
// cannot be a number.
func normalDigits(s string) (string, bool) {
	s = strings.TrimFunc(s, IsSpace)
	if IsASCII(s) {
		return s, true
	}
	var b strings.Builder
	for _, r := range s {
		switch {
		case r < 0x80:
			b.WriteByte(byte(r))
		case unicode.Is(unicode.Nd, r):
			b.WriteByte('0' + digitValue(r))
		default:
			return "", false
		}
	}
	return b.String(), true
}

// digitValue returns the value of a decimal digit. In Unicode the ten digits of a script follow each other.
func digitValue(r rune) byte {
	for _, rg := range unicode.Nd.R16 {
		if rune(rg.Lo) <= r && r <= rune(rg.Hi) {
			return byte((r - rune(rg.Lo)) % 10)
		}
	}
	for _, rg := range unicode.Nd.R32 {
		if rune(rg.Lo) <= r && r <= rune(rg.Hi) {
			return byte((r - rune(rg.Lo)) % 10)
		}
	}
	return 0
}

// FloatOf is float(v).
func FloatOf(v Value) (Value, error) {
	switch v.Kind() {
	case KindFloat:
		return Float(v.float()), nil
	case KindInt, KindBool, KindBig:
		f, ok := v.Float64()
		if !ok {
			return Value{}, NewError("OverflowError", "int too large to convert to float")
		}
		return Float(f), nil
	case KindString, KindMarkup:
		return parseFloat(v)
	case KindBytes:
		f, err := parseFloat(String(string(v.rawBytes())))
		if err != nil {
			err = valueErrorf("could not convert string to float: %s", reprOrEmpty(v))
		}
		return f, err
	case KindUndefined:
		return Value{}, v.undef().Err()
	}
	return Value{}, typeErrorf("float() argument must be a string or a real number, not '%s'", TypeName(v))
}

func parseFloat(v Value) (Value, error) {
	t, ok := normalDigits(v.rawString())
	l := strings.ToLower(strings.TrimLeft(t, "+-"))
	switch {
	case !ok, t == "", strings.HasPrefix(l, "0x"), strings.HasPrefix(l, "_"), strings.HasSuffix(l, "_"), strings.Contains(l, "__"):
		ok = false
	case strings.Contains(l, "_"):
		ok = true
		for i := 1; i < len(l)-1; i++ {
			if l[i] == '_' && (l[i-1] < '0' || l[i-1] > '9' || l[i+1] < '0' || l[i+1] > '9') {
				ok = false
			}
		}
		t = strings.ReplaceAll(t, "_", "")
	}
	if ok && len(t) <= maxRepeat {
		f, err := strconv.ParseFloat(t, 64)
		if err == nil || math.IsInf(f, 0) && err.(*strconv.NumError).Err == strconv.ErrRange || f == 0 && err.(*strconv.NumError).Err == strconv.ErrRange {
			return Float(f), nil
		}
	}
	return Value{}, valueErrorf("could not convert string to float: %s", reprOrEmpty(v))
}

// IsSpace reports whether r is white space for str.split and str.strip.
func IsSpace(r rune) bool {
	switch {
	case r >= 0x1c && r <= 0x1f:
		return true
	case r < 0x80:
		return r == ' ' || r >= '\t' && r <= '\r'
	}
	return unicode.IsSpace(r)
}
