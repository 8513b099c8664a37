package markup

import (
	"html"
	"strings"
	"unicode/utf8"
)

// Unescape replaces the character references in s by the characters that they stand for: &lt; and the other 2,230 names
// of HTML5, &#60; and &#x3c;. It does what Python's html.unescape does. A name without a semicolon is replaced where
// HTML5 allows that. References to code points that HTML5 forbids are removed. Those to surrogates or beyond U+10FFFF
// become U+FFFD.
//
// The result is plain text.
func Unescape(s string) string {
	i := strings.IndexByte(s, '&')
	if i < 0 {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for i >= 0 {
		b.WriteString(s[:i])
		s = s[i:]
		n := 0
		if len(s) > 1 && s[1] == '#' {
			n = writeNumeric(&b, s)
		} else if n = nameLen(s); n > 1 {
			b.WriteString(named(s[:n]))
		}
		if n <= 1 {
			b.WriteByte('&')
			n = 1
		}
		s = s[n:]
		i = strings.IndexByte(s, '&')
	}
	b.WriteString(s)
	return b.String()
}

// named replaces one reference with a name. Two names are shorter than their characters; html.UnescapeString does not
// replace those.
func named(ref string) string {
	switch ref {
	case "&nGt;":
		return "\u226B\u20D2"
	case "&nLt;":
		return "\u226A\u20D2"
	}
	return html.UnescapeString(ref)
}

// nameLen returns the length of a reference: the ampersand, at most 32 letters and digits (the longest name has 32),
// and the semicolon if there is one.
func nameLen(s string) int {
	n := 1
	for n < len(s) && n <= 32 && isAlnum(s[n]) {
		n++
	}
	if n > 1 && n < len(s) && s[n] == ';' {
		n++
	}
	return n
}

func isAlnum(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z'
}

// writeNumeric writes the character of the numeric reference at the start of s. It returns the length of the reference,
// or 0 when there is none.
func writeNumeric(b *strings.Builder, s string) int {
	n, base := 2, 10
	if n < len(s) && s[n]|0x20 == 'x' {
		n, base = 3, 16
	}
	digits := n
	r := 0
	for n < len(s) {
		d := digit(s[n])
		if d >= base {
			break
		}
		// All values above the last code point have the same result.
		r = min(r*base+d, utf8.MaxRune+1)
		n++
	}
	if n == digits {
		return 0
	}
	if n < len(s) && s[n] == ';' {
		n++
	}
	switch {
	case r == 0 || r > utf8.MaxRune || 0xD800 <= r && r <= 0xDFFF:
		b.WriteRune(utf8.RuneError)
	case 0x80 <= r && r <= 0x9F:
		b.WriteRune(windows1252[r-0x80])
	case r == '\r' || !forbidden(r):
		b.WriteRune(rune(r))
	}
	return n
}

func digit(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c|0x20 && c|0x20 <= 'f':
		return int(c|0x20-'a') + 10
	}
	return 16
}

// forbidden reports whether HTML5 forbids references to r. It does not cover the range of windows1252.
func forbidden(r int) bool {
	switch {
	case r <= 0x08, r == 0x0B, 0x0E <= r && r <= 0x1F, r == 0x7F:
		return true
	case 0xFDD0 <= r && r <= 0xFDEF:
		return true
	}
	return r&0xFFFE == 0xFFFE
}

// windows1252 holds the characters that HTML5 takes references to C1 controls for: those of Windows-1252.
var windows1252 = [32]rune{
	0x20AC, 0x81, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
	0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8D, 0x017D, 0x8F,
	0x90, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
	0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D, 0x017E, 0x0178,
}
