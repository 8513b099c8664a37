// Package pyrepr spells strings and bytes as Python's repr does.
package pyrepr

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// String returns repr(s).
func String(s string) string { return string(AppendString(make([]byte, 0, len(s)+2), s)) }

// AppendString appends repr(s). The quotes are single unless the text has single and no double ones. Characters that
// are not printable are escaped. A byte that is not UTF-8 is written as the surrogate that Python's surrogateescape
// makes of it.
func AppendString(buf []byte, s string) []byte {
	quote := quoteFor(s)
	buf = append(buf, quote)
	for i := 0; i < len(s); {
		if c := s[i]; c < utf8.RuneSelf {
			buf = appendASCII(buf, c, quote)
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			buf = fmt.Appendf(buf, `\udc%02x`, s[i])
		case Printable(r):
			buf = append(buf, s[i:i+n]...)
		case r < 0x100:
			buf = fmt.Appendf(buf, `\x%02x`, r)
		case r < 0x10000:
			buf = fmt.Appendf(buf, `\u%04x`, r)
		default:
			buf = fmt.Appendf(buf, `\U%08x`, r)
		}
		i += n
	}
	return append(buf, quote)
}

// AppendBytes appends the repr of a bytes object.
func AppendBytes(buf []byte, b string) []byte {
	quote := quoteFor(b)
	buf = append(buf, 'b', quote)
	for i := range len(b) {
		if b[i] < utf8.RuneSelf {
			buf = appendASCII(buf, b[i], quote)
		} else {
			buf = fmt.Appendf(buf, `\x%02x`, b[i])
		}
	}
	return append(buf, quote)
}

func quoteFor(s string) byte {
	if strings.IndexByte(s, '\'') >= 0 && strings.IndexByte(s, '"') < 0 {
		return '"'
	}
	return '\''
}

func appendASCII(buf []byte, c, quote byte) []byte {
	switch {
	case c == quote || c == '\\':
		return append(buf, '\\', c)
	case c == '\n':
		return append(buf, '\\', 'n')
	case c == '\r':
		return append(buf, '\\', 'r')
	case c == '\t':
		return append(buf, '\\', 't')
	case c < ' ' || c == 0x7f:
		return fmt.Appendf(buf, `\x%02x`, c)
	}
	return append(buf, c)
}

// Printable reports whether Python's str.isprintable holds for the character r.
func Printable(r rune) bool {
	return r == ' ' || unicode.In(r, unicode.L, unicode.M, unicode.N, unicode.P, unicode.S)
}
