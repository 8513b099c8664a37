package value

import (
	"fmt"
	"math"
	"math/big"
	"strconv"

	"github.com/dewar-go/dewar/jinja/internal/output"
	"github.com/dewar-go/dewar/markup"
)

// AppendStr appends str(v).
func AppendStr(buf []byte, v Value) ([]byte, error) {
	switch v.t {
	case stringType, htmlType:
		return append(buf, v.rawString()...), nil
	case intType:
		return output.AppendInt(buf, int64(v.n)), nil
	case nil:
		return buf, nil
	}
	return appendStr(buf, v)
}

func appendStr(buf []byte, v Value) ([]byte, error) {
	if v.t.rt != nil && v.t.caps|v.t.ptrCaps != 0 {
		if s, ok := v.goString(); ok {
			return append(buf, s...), nil
		}
	}
	switch v.t.kind {
	case KindString, KindMarkup:
		return append(buf, v.rawString()...), nil
	case KindInt:
		return output.AppendInt(buf, int64(v.n)), nil
	case KindUndefined:
		s, err := v.undef().str()
		return append(buf, s...), err
	case KindTime, KindDate, KindClock, KindDuration:
		return appendTime(buf, v), nil
	case KindType:
		return append(buf, "<class '"+raw[classInfo](v).qualified()+"'>"...), nil
	}
	return AppendRepr(buf, v)
}

// StrOf returns str(v).
func StrOf(v Value) (string, error) {
	if v.t != nil && v.t.repr == reprString && v.t.rt == nil {
		return v.rawString(), nil
	}
	if v.t == intType {
		return strconv.FormatInt(int64(v.n), 10), nil
	}
	b, err := AppendStr(nil, v)
	return string(b), err
}

// AppendEscaped appends markupsafe.escape(v). Safe strings are copied, numbers need no escaping, anything else is
// escaped for HTML text and quoted attributes.
func AppendEscaped(buf []byte, v Value) ([]byte, error) {
	switch v.t {
	case stringType:
		return markup.AppendEscape(buf, v.rawString()), nil
	case htmlType:
		return append(buf, v.rawString()...), nil
	case intType:
		return output.AppendInt(buf, int64(v.n)), nil
	case nil:
		return buf, nil
	}
	return appendEscaped(buf, v)
}

func appendEscaped(buf []byte, v Value) ([]byte, error) {
	if (v.t.caps|v.t.ptrCaps)&capHTMLAppender != 0 {
		if h, ok := v.stringer().(HTMLAppender); ok {
			return h.AppendHTML(buf), nil
		}
	}
	if h, ok := v.HTML(); ok {
		return append(buf, h...), nil
	}
	switch v.t.kind {
	case KindBool, KindNone, KindBig, KindFloat, KindInt:
		if v.t.rt == nil {
			return AppendStr(buf, v)
		}
	case KindString:
		if v.t.rt == nil {
			return markup.AppendEscape(buf, v.rawString()), nil
		}
	}
	s, err := StrOf(v)
	if err != nil {
		return buf, err
	}
	return markup.AppendEscape(buf, s), nil
}

// HTML returns the text of a value that is safe in HTML: Markup, and Go values with an HTML method.
func (v Value) HTML() (string, bool) {
	switch {
	case v.t == nil:
		return "", false
	case v.t.kind == KindMarkup:
		return v.rawString(), true
	case v.t.kind == KindUndefined:
		if u := v.undef(); u.Mode == UndefChainable {
			return "", true
		}
	case v.t.rt != nil && (v.t.caps|v.t.ptrCaps)&capHTMLer != 0:
		if h, ok := v.stringer().(HTMLer); ok {
			return string(h.HTML()), true
		}
	}
	return "", false
}

// Escape returns markupsafe.escape(v).
func Escape(v Value) (Value, error) {
	if h, ok := v.HTML(); ok {
		return Safe(h), nil
	}
	b, err := AppendEscaped(nil, v)
	return Safe(string(b)), err
}

// stringer returns v as the Go value with the most methods: a pointer to a struct where that is allowed.
func (v Value) stringer() any {
	if v.t.repr == reprStruct {
		return v.receiver()
	}
	return v.Any()
}

// goString returns the text of a Go value that has a method String or Error.
func (v Value) goString() (string, bool) {
	switch x := v.stringer().(type) {
	case fmt.Stringer:
		return x.String(), true
	case error:
		return x.Error(), true
	}
	return "", false
}

// AppendFloat appends Python's repr(f): the shortest digits, with an exponent below 1e-4 and from 1e16 on.
func AppendFloat(buf []byte, f float64) []byte {
	switch {
	case math.IsInf(f, 1):
		return append(buf, "inf"...)
	case math.IsInf(f, -1):
		return append(buf, "-inf"...)
	case f != f:
		return append(buf, "nan"...)
	}
	if a := math.Abs(f); a != 0 && (a < 1e-4 || a >= 1e16) {
		return strconv.AppendFloat(buf, f, 'e', -1, 64)
	}
	n := len(buf)
	buf = strconv.AppendFloat(buf, f, 'f', -1, 64)
	for _, c := range buf[n:] {
		if c == '.' {
			return buf
		}
	}
	return append(buf, ".0"...)
}

func appendComplex(buf []byte, c complex128) []byte {
	part := func(buf []byte, f float64) []byte {
		n := len(buf)
		buf = AppendFloat(buf, f)
		if l := len(buf); l-n > 2 && string(buf[l-2:]) == ".0" {
			buf = buf[:l-2]
		}
		return buf
	}
	re, im := real(c), imag(c)
	if re == 0 && !math.Signbit(re) {
		return append(part(buf, im), 'j')
	}
	buf = part(append(buf, '('), re)
	if !math.Signbit(im) || im != im {
		buf = append(buf, '+')
	}
	return append(part(buf, im), "j)"...)
}

// maxDigits is the number of digits up to which ints are converted to and from decimal: Python's
// sys.int_info.default_max_str_digits.
const maxDigits = 4300

func appendBig(buf []byte, b *big.Int) ([]byte, error) {
	n := len(buf)
	buf = b.Append(buf, 10)
	if digits := len(buf) - n; digits > maxDigits+1 || digits > maxDigits && b.Sign() > 0 {
		return buf[:n], valueErrorf("Exceeds the limit (%d digits) for integer string conversion; use sys.set_int_max_str_digits() to increase the limit", maxDigits)
	}
	return buf, nil
}
