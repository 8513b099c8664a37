// Package jsontext writes JSON strings byte for byte as other programs do: Python's json, Jinja's tojson and log/slog.
package jsontext

import (
	"strings"
	"unicode/utf8"
)

// A Style says which characters of a string are escaped, and how a byte that is not UTF-8 is written.
type Style struct {
	plain    [utf8.RuneSelf]bool // ASCII characters that are written as they are
	unicode  bool                // characters beyond ASCII are written as they are
	breaks   bool                // U+2028 and U+2029, which end a line in JavaScript, are escaped all the same
	bad      rune                // the character that stands for a byte that is not UTF-8
	addByte  bool                // the byte's value is added to bad
	badPlain bool                // bad is written as it is
}

// The styles of the programs.
var (
	// Python is json.dumps: everything but printable ASCII is escaped as UTF-16. A byte that is not UTF-8 becomes
	// U+FFFD.
	Python = newStyle("\x7f", Style{bad: utf8.RuneError})
	// PythonUnicode is json.dumps with ensure_ascii=False.
	PythonUnicode = newStyle("", Style{unicode: true, bad: utf8.RuneError, badPlain: true})
	// HTML is Jinja's tojson: Python with <, >, & and ' escaped too. A byte that is not UTF-8 becomes a surrogate, as
	// Python's surrogateescape makes it.
	HTML = newStyle("\x7f<>&'", Style{bad: 0xDC00, addByte: true})
	// HTMLUnicode is HTML with ensure_ascii=False.
	HTMLUnicode = newStyle("<>&'", Style{unicode: true, bad: 0xDC00, addByte: true})
	// Log is the JSON handler of log/slog.
	Log = newStyle("", Style{unicode: true, breaks: true, bad: utf8.RuneError})
)

// newStyle completes a style. Control characters, the quote, the backslash and those in escaped are written as escapes.
func newStyle(escaped string, s Style) *Style {
	for c := range s.plain {
		s.plain[c] = c >= ' ' && !strings.ContainsRune(`"\`+escaped, rune(c))
	}
	return &s
}

// Append appends text as a JSON string, with its quotes.
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

// appendASCII appends the escape of an ASCII character.
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

// appendUnit appends a UTF-16 unit as \uXXXX.
func appendUnit(dst []byte, u rune) []byte {
	const hex = "0123456789abcdef"
	return append(dst, '\\', 'u', hex[u>>12&15], hex[u>>8&15], hex[u>>4&15], hex[u&15])
}
