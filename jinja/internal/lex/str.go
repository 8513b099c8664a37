package lex

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// str reads a string literal in the given quotes.
func (l *Lexer) str(quote byte) Token {
	end := l.pos + 1
	escaped := false
	for ; end < len(l.src) && l.src[end] != quote; end++ {
		if l.src[end] == '\\' {
			escaped = true
			end++
		}
	}
	if end >= len(l.src) {
		return l.unexpected()
	}
	t := l.token(String, l.text(l.src[l.pos+1:end]))
	if escaped {
		value, message := unescape(t.Text)
		if message != "" {
			return l.fail(l.pos, l.line, message)
		}
		t.Text = value
	}
	l.advance(end + 1)
	return t
}

// simpleEscapes maps the byte after a backslash to the character that the escape stands for.
var simpleEscapes = [utf8.RuneSelf]byte{
	'\\': '\\', '\'': '\'', '"': '"', 'a': '\a', 'b': '\b', 'f': '\f',
	'n': '\n', 'r': '\r', 't': '\t', 'v': '\v',
}

// unescape replaces Python's escape sequences. message is Python's error for a malformed one, or "".
func unescape(s string) (value, message string) {
	var b strings.Builder
	b.Grow(len(s))
	for {
		i := strings.IndexByte(s, '\\')
		if i < 0 {
			b.WriteString(s)
			return b.String(), ""
		}
		b.WriteString(s[:i])
		s = s[i+1:]
		if s == "" {
			return "", `\ at end of string`
		}
		c := s[0]
		size := 1
		switch {
		case c == '\n':
		case c < utf8.RuneSelf && simpleEscapes[c] != 0:
			b.WriteByte(simpleEscapes[c])
		case '0' <= c && c <= '7':
			n := 0
			for size = 0; size < 3 && size < len(s) && '0' <= s[size] && s[size] <= '7'; size++ {
				n = n*8 + int(s[size]-'0')
			}
			b.WriteRune(rune(n))
		case c == 'x' || c == 'u' || c == 'U':
			width := map[byte]int{'x': 2, 'u': 4, 'U': 8}[c]
			if size = 1 + width; !isHex(s[1:], width) {
				return "", "truncated \\" + string(c) + strings.Repeat("X", width) + " escape"
			}
			n, err := strconv.ParseUint(s[1:size], 16, 32)
			if err != nil || n > utf8.MaxRune {
				return "", "illegal Unicode character"
			}
			b.WriteRune(rune(n)) // half of a surrogate pair becomes U+FFFD
		case c == 'N':
			// Names of characters would need Unicode's database.
			if !strings.HasPrefix(s[1:], "{") || strings.IndexByte(s, '}') < 3 {
				return "", `malformed \N character escape`
			}
			return "", "unknown Unicode character name"
		case c < utf8.RuneSelf:
			b.WriteByte('\\')
			b.WriteByte(c)
		default:
			// Jinja2 writes the character as an escape before it replaces escapes. The backslash before it then escapes
			// that escape's backslash.
			var r rune
			r, size = utf8.DecodeRuneInString(s)
			b.WriteString(escapeRune(r))
		}
		s = s[size:]
	}
}

func isHex(s string, n int) bool {
	if len(s) < n {
		return false
	}
	for i := range n {
		c := s[i]
		if !('0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'f') {
			return false
		}
	}
	return true
}

// escapeRune returns Python's escape sequence for a character.
func escapeRune(r rune) string {
	switch {
	case r < 0x100:
		return fmt.Sprintf(`\x%02x`, r)
	case r < 0x10000:
		return fmt.Sprintf(`\u%04x`, r)
	}
	return fmt.Sprintf(`\U%08x`, r)
}
