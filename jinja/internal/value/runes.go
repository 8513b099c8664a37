package value

import "unicode/utf8"

// runeLen is the length of the first character of s, whose value r is known.
func runeLen(s string, r rune) int {
	if r == utf8.RuneError {
		_, n := utf8.DecodeRuneInString(s)
		return n
	}
	return utf8.RuneLen(r)
}

// runesOf cuts s into its characters. A byte that is not UTF-8 is a character.
func runesOf(s string) []string {
	out := make([]string, 0, len(s))
	for len(s) > 0 {
		_, n := utf8.DecodeRuneInString(s)
		out = append(out, s[:n])
		s = s[n:]
	}
	return out
}

// byteOffset is the offset of character i of s, len(s) when there are fewer.
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
