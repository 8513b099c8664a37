// Package jsontext writes JSON strings in the styles of those whose text must be
// met byte for byte.
package jsontext

import (
	"strings"
	"unicode/utf8"
)

// A Style says which characters of a string are escaped.
type Style struct {
	plain    [utf8.RuneSelf]bool // characters of ASCII that stand as they are
	unicode  bool                // so do characters beyond ASCII
	breaks   bool                // but U+2028 and U+2029, which end a line in JavaScript
	bad      rune                // the code of a byte that is not UTF-8
	addByte  bool                // to which its value is added
	badPlain bool                // it stands as it is
}

// The styles.
var (
	// Python is json.dumps: all beyond printable ASCII is escaped, as UTF-16. A
	// byte that is not UTF-8 is U+FFFD.
	Python = newStyle("\x7f", Style{bad: utf8.RuneError})
	// PythonUnicode is json.dumps with ensure_ascii=False.
	PythonUnicode = newStyle("", Style{unicode: true, bad: utf8.RuneError, badPlain: true})
	// HTML is Jinja's tojson: Python without characters that mean something in
	// HTML. A byte that is not UTF-8 is a surrogate, as surrogateescape has it.
	HTML = newStyle("\x7f<>&'", Style{bad: 0xDC00, addByte: true})
	// HTMLUnicode is HTML with ensure_ascii=False.
	HTMLUnicode = newStyle("<>&'", Style{unicode: true, bad: 0xDC00, addByte: true})
	// Log is the JSON handler of log/slog.
	Log = newStyle("", Style{unicode: true, breaks: true, bad: utf8.RuneError})
)

// newStyle completes a style: also are escaped beside control characters, the
// quote and the backslash.
func newStyle(also string, s Style) *Style {
	for c := range s.plain {
		s.plain[c] = c >= ' ' && !strings.ContainsRune(`"\`+also, rune(c))
	}
	return &s
}

// Append appends text in quotes.
func (s *Style) Append(dst []byte, text string) []byte {
	dst = append(dst, '"')
	start := 0
	for i := 0; i < len(text); {
		c := text[i]
		if c < utf8.RuneSelf {
			if !s.plain[c] {
				dst = appendASCII(append(dst, text[start:i]...), c)
				start = i + 1
			}
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		bad := r == utf8.RuneError && size == 1
		if s.unicode && !bad && !(s.breaks && (r == '\u2028' || r == '\u2029')) {
			i += size
			continue
		}
		dst = append(dst, text[start:i]...)
		switch {
		case bad && s.badPlain:
			dst = utf8.AppendRune(dst, s.bad)
		case bad && s.addByte:
			dst = appendUnit(dst, s.bad+rune(c))
		case bad:
			dst = appendUnit(dst, s.bad)
		case r > 0xFFFF:
			r -= 0x10000
			dst = appendUnit(appendUnit(dst, 0xD800+r>>10), 0xDC00+r&0x3FF)
		default:
			dst = appendUnit(dst, r)
		}
		i += size
		start = i
	}
	return append(append(dst, text[start:]...), '"')
}

// appendASCII escapes a character of ASCII.
func appendASCII(dst []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(dst, '\\', c)
	case '\n':
		return append(dst, '\\', 'n')
	case '\r':
		return append(dst, '\\', 'r')
	case '\t':
		return append(dst, '\\', 't')
	case '\b':
		return append(dst, '\\', 'b')
	case '\f':
		return append(dst, '\\', 'f')
	}
	return appendUnit(dst, rune(c))
}

// appendUnit escapes a unit of UTF-16.
func appendUnit(dst []byte, u rune) []byte {
	const hex = "0123456789abcdef"
	return append(dst, '\\', 'u', hex[u>>12&15], hex[u>>8&15], hex[u>>4&15], hex[u&15])
}
