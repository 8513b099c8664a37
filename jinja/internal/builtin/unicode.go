package builtin

import (
	"unicode"
	"unicode/utf8"
)

// isASCIISpace is \s with re.ASCII, which is also the white space of textwrap.
func isASCIISpace(r rune) bool { return r == ' ' || '\t' <= r && r <= '\r' }

// isWord is \w of Python's regular expressions: letters, numbers of all kinds and the underscore, but no combining
// marks.
func isWord(r rune) bool {
	if r < utf8.RuneSelf {
		return '0' <= r && r <= '9' || 'a' <= r|0x20 && r|0x20 <= 'z' || r == '_'
	}
	return unicode.IsLetter(r) || unicode.IsNumber(r)
}

// isLetter is [^\d\W]: a word character that is no decimal digit.
func isLetter(r rune) bool { return isWord(r) && !unicode.IsDigit(r) }

// runeCut returns the length in bytes of the first n characters of s.
func runeCut(s string, n int) int {
	if n <= 0 {
		return 0
	}
	if n >= len(s) {
		return len(s)
	}
	for i := range s {
		if n == 0 {
			return i
		}
		n--
	}
	return len(s)
}

// runeCutLen returns the number of characters of s, or most when there are more. It stops there.
func runeCutLen(s string, most int) int {
	return utf8.RuneCountInString(s[:runeCut(s, most)])
}

// runePrefix is Python's s[:n]: a negative n counts from the end.
func runePrefix(s string, n int) string {
	if n < 0 {
		n = max(0, utf8.RuneCountInString(s)+n)
	}
	return s[:runeCut(s, n)]
}
