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

// parseInt returns int(s, base).
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

// asciiNumber trims white space and writes the decimal digits of all scripts as ASCII digits. ok is false when another
// character is not ASCII.
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

// decimalOf returns the value of a decimal digit. In Unicode the digits come in runs of ten. Where such runs touch,
// each begins a multiple of ten after the first.
func decimalOf(r rune) byte {
	start := r
	for unicode.IsDigit(start - 1) {
		start--
	}
	return byte((r - start) % 10)
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
			// Go reads hexadecimal floats and Python does not
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
