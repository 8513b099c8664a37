package builtin

import (
	"unicode"
	"unicode/utf8"
)

// isSpace is str.isspace of one character, which is also \s of Python's regular expressions: White_Space and the
// information separators.
func isSpace(r rune) bool {
	if r < utf8.RuneSelf {
		return r == ' ' || '\t' <= r && r <= '\r' || 0x1C <= r && r <= 0x1F
	}
	return unicode.IsSpace(r)
}

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

// isLineEnd reports whether str.splitlines breaks lines at r.
func isLineEnd(r rune) bool {
	switch r {
	case '\n', '\r', '\v', '\f', 0x1C, 0x1D, 0x1E, 0x85, 0x2028, 0x2029:
		return true
	}
	return false
}

// splitLines is str.splitlines.
func splitLines(s string, keepEnds bool) []string {
	var lines []string
	start := 0
	for i := 0; i < len(s); {
		r, n := rune(s[i]), 1
		if r >= utf8.RuneSelf {
			r, n = utf8.DecodeRuneInString(s[i:])
		}
		if !isLineEnd(r) {
			i += n
			continue
		}
		end := i
		i += n
		if r == '\r' && i < len(s) && s[i] == '\n' {
			i++
		}
		if keepEnds {
			end = i
		}
		lines = append(lines, s[start:end])
		start = i
	}
	if start < len(s) {
		lines = append(lines, s[start:])
	}
	return lines
}

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

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
