package value

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// What a character becomes where Python's answer is not Go's.
var upperSpecial, lowerSpecial, titleSpecial, foldSpecial = special(upperList), special(lowerList), special(titleList), special(foldList)

func special(list string) map[rune]string {
	m := map[rune]string{}
	for _, pair := range strings.Fields(list) {
		r, n := utf8.DecodeRuneInString(pair)
		m[r] = pair[n:]
	}
	return m
}

// Upper is str.upper.
func Upper(s string) string {
	if IsASCII(s) {
		return strings.ToUpper(s)
	}
	return mapCase(s, unicode.ToUpper, upperSpecial)
}

// Lower is str.lower.
func Lower(s string) string {
	if IsASCII(s) {
		return strings.ToLower(s)
	}
	if !strings.ContainsRune(s, 'Σ') {
		return mapCase(s, unicode.ToLower, lowerSpecial)
	}
	var b strings.Builder
	for i, r := range s {
		switch {
		case r == 'Σ' && finalSigma(s, i):
			b.WriteRune('ς')
		case r == utf8.RuneError:
			b.WriteString(s[i : i+runeLen(s[i:], r)])
		default:
			b.WriteString(lowerOf(r))
		}
	}
	return b.String()
}

func lowerOf(r rune) string {
	if x, ok := lowerSpecial[r]; ok {
		return x
	}
	return string(unicode.ToLower(r))
}

// finalSigma reports whether the sigma at i ends a word.
func finalSigma(s string, i int) bool {
	before, _ := lastCased(s[:i])
	if !before {
		return false
	}
	for _, r := range s[i+len("Σ"):] {
		if caseIgnorable(r) {
			continue
		}
		return !cased(r)
	}
	return true
}

func lastCased(s string) (bool, int) {
	for len(s) > 0 {
		r, n := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-n]
		if !caseIgnorable(r) {
			return cased(r), len(s)
		}
	}
	return false, 0
}

func cased(r rune) bool {
	return isUpperRune(r) || isLowerRune(r) || unicode.IsTitle(r)
}

func caseIgnorable(r rune) bool {
	switch r {
	case '\'', '.', ':', '·', '‘', '’', '^', '`', '¨', '´':
		return true
	}
	return unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf, unicode.Lm, unicode.Sk)
}

// Casefold is str.casefold.
func Casefold(s string) string {
	if IsASCII(s) {
		return strings.ToLower(s)
	}
	var b strings.Builder
	for i, r := range s {
		if x, ok := foldSpecial[r]; ok {
			b.WriteString(x)
		} else if r == utf8.RuneError {
			b.WriteString(s[i : i+runeLen(s[i:], r)])
		} else {
			b.WriteString(lowerOf(r))
		}
	}
	return b.String()
}

// Title is str.title: every run of cased characters begins with a capital.
func Title(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	previous := false
	for i, r := range s {
		switch {
		case r == utf8.RuneError:
			b.WriteString(s[i : i+runeLen(s[i:], r)])
		case previous && r == 'Σ' && finalSigma(s, i):
			b.WriteRune('ς')
		case previous:
			b.WriteString(lowerOf(r))
		default:
			b.WriteString(titleOf(r))
		}
		previous = cased(r)
	}
	return b.String()
}

func titleOf(r rune) string {
	if x, ok := titleSpecial[r]; ok {
		return x
	}
	return string(unicode.ToTitle(r))
}

// Capitalize is str.capitalize: the first character in title case, the others in lower case.
func Capitalize(s string) string {
	if s == "" {
		return s
	}
	r, n := utf8.DecodeRuneInString(s)
	if r == utf8.RuneError {
		return s[:n] + Lower(s[n:])
	}
	if IsASCII(s) {
		return strings.ToUpper(s[:1]) + strings.ToLower(s[1:])
	}
	// The sigma rule looks at the whole text.
	low := Lower(s)
	_, m := utf8.DecodeRuneInString(low)
	if x, ok := lowerSpecial[r]; ok {
		m = len(x)
	}
	return titleOf(r) + low[m:]
}

// Swapcase is str.swapcase.
func Swapcase(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for i, r := range s {
		switch {
		case r == utf8.RuneError:
			b.WriteString(s[i : i+runeLen(s[i:], r)])
		case isUpperRune(r):
			if r == 'Σ' && finalSigma(s, i) {
				b.WriteRune('ς')
			} else {
				b.WriteString(lowerOf(r))
			}
		case isLowerRune(r):
			if x, ok := upperSpecial[r]; ok {
				b.WriteString(x)
			} else {
				b.WriteRune(unicode.ToUpper(r))
			}
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

func mapCase(s string, f func(rune) rune, special map[rune]string) string {
	var b strings.Builder
	b.Grow(len(s))
	for i, r := range s {
		if r == utf8.RuneError {
			b.WriteString(s[i : i+runeLen(s[i:], r)])
		} else if x, ok := special[r]; ok {
			b.WriteString(x)
		} else {
			b.WriteRune(f(r))
		}
	}
	return b.String()
}
