package werkzeug

import (
	"strings"
	"unicode/utf8"
)

// A Pair is a name with a value. A name may occur several times.
type Pair struct{ Name, Value string }

// Text returns bytes of a request as valid UTF-8. Each longest sequence that could have begun a character is replaced
// by one U+FFFD, as Python and browsers do.
func Text(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s) + 8)
	for s != "" {
		_, n := utf8.DecodeRuneInString(s)
		if n > 1 || s[0] < utf8.RuneSelf {
			b.WriteString(s[:n])
		} else {
			n = invalid(s)
			b.WriteString("\uFFFD")
		}
		s = s[n:]
	}
	return b.String()
}

// invalid returns the number of bytes at the start of s that one U+FFFD replaces.
func invalid(s string) int {
	low, high, more := byte(0x80), byte(0xBF), 0
	switch c := s[0]; {
	case c >= 0xC2 && c <= 0xDF:
		more = 1
	case c >= 0xE0 && c <= 0xEF:
		more = 2
		if c == 0xE0 {
			low = 0xA0
		} else if c == 0xED {
			high = 0x9F
		}
	case c >= 0xF0 && c <= 0xF4:
		more = 3
		if c == 0xF0 {
			low = 0x90
		} else if c == 0xF4 {
			high = 0x8F
		}
	}
	n := 1
	for ; n <= more && n < len(s) && s[n] >= low && s[n] <= high; n++ {
		low, high = 0x80, 0xBF
	}
	return n
}

// HasNUL reports whether a text has U+0000. PostgreSQL does not store it, and C ends a string at it.
func HasNUL(s string) bool { return strings.IndexByte(s, 0) >= 0 }

// trim removes what Python's bytes.strip removes.
func trim(s string) string { return strings.Trim(s, " \t\n\r\v\f") }

// unescape decodes percent-encoding. A "%" without two hexadecimal digits stays as it is.
func unescape(s string) string {
	if strings.IndexByte(s, '%') < 0 {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			if hi, lo := unhex(s[i+1]), unhex(s[i+2]); hi < 16 && lo < 16 {
				b = append(b, hi<<4|lo)
				i += 2
				continue
			}
		}
		b = append(b, s[i])
	}
	return string(b)
}

// unhex returns the value of a hexadecimal digit, or 16 for another character.
func unhex(c byte) byte {
	switch {
	case '0' <= c && c <= '9':
		return c - '0'
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10
	case 'A' <= c && c <= 'F':
		return c - 'A' + 10
	}
	return 16
}
