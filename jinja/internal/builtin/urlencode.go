package builtin

import (
	"github.com/dewar-go/dewar/jinja/internal/value"
)

var urlencodeSig = sig("do_urlencode", onValue)

// urlencode is the filter urlencode: it quotes a text for a path, or makes a query of a mapping or of pairs.
func urlencode(st State, v Value, a Args) (Value, error) {
	buf, err := appendURLEncoded(st, nil, v, a)
	return value.String(string(buf)), err
}

func appendURLEncoded(st State, buf []byte, v Value, a Args) ([]byte, error) {
	if err := urlencodeSig.none(a); err != nil {
		return buf, err
	}
	if v.IsString() || !value.IsIterable(v) {
		return appendQuoted(buf, v, false)
	}
	if keys, values, ok := value.Pairs(v); ok {
		var err error
		for i := range keys {
			if i > 0 {
				buf = append(buf, '&')
			}
			if buf, err = appendPair(buf, keys[i], values[i]); err != nil {
				return buf, err
			}
		}
		return buf, nil
	}
	it, err := value.Iterate(v)
	if err != nil {
		return buf, err
	}
	for first := true; ; first = false {
		x, ok, err := it.Next()
		if err != nil || !ok {
			return buf, err
		}
		k, y, err := pairOf(x)
		if err != nil {
			return buf, err
		}
		if !first {
			buf = append(buf, '&')
		}
		if buf, err = appendPair(buf, k, y); err != nil {
			return buf, err
		}
	}
}

func appendPair(buf []byte, k, v Value) ([]byte, error) {
	buf, err := appendQuoted(buf, k, true)
	if err != nil {
		return buf, err
	}
	return appendQuoted(append(buf, '='), v, true)
}

// appendQuoted percent-encodes the text of v. In a query a space becomes "+", and slashes are encoded too.
func appendQuoted(buf []byte, v Value, query bool) ([]byte, error) {
	var s string
	if b, ok := v.Bytes(); ok {
		s = string(b)
	} else {
		var err error
		if s, err = value.StrOf(v); err != nil {
			return buf, err
		}
	}
	const hex = "0123456789ABCDEF"
	for i := range len(s) {
		c := s[i]
		switch {
		case '0' <= c && c <= '9', 'a' <= c|0x20 && c|0x20 <= 'z', c == '_', c == '.', c == '-', c == '~', c == '/' && !query:
			buf = append(buf, c)
		case c == ' ' && query:
			buf = append(buf, '+')
		default:
			buf = append(buf, '%', hex[c>>4], hex[c&15])
		}
	}
	return buf, nil
}
