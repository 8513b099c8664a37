package value

import "unicode/utf8"

// runeLen returns the length in bytes of the first character of s, which is r.
func runeLen(s string, r rune) int {
	if r == utf8.RuneError {
		_, n := utf8.DecodeRuneInString(s)
		return n
	}
	return utf8.RuneLen(r)
}

// runesOf splits s into characters. A byte that is not UTF-8 is one character.
func runesOf(s string) []string {
	out := make([]string, 0, len(s))
	for len(s) > 0 {
		_, n := utf8.DecodeRuneInString(s)
		out = append(out, s[:n])
		s = s[n:]
	}
	return out
}

// byteOffset returns the index in bytes of character i of s, or len(s) when s is shorter.
func byteOffset(s string, i int) int {
	if i <= 0 {
		return 0
	}
	for at := range s {
		if i == 0 {
			return at
		}
		i--
	}
	return len(s)
}
