package value

import (
	"unicode"
)

func everyRune(f func(rune) bool) func(string) bool {
	return func(s string) bool {
		for _, r := range s {
			if !f(r) {
				return false
			}
		}
		return s != ""
	}
}

func isDigit(r rune) bool {
	if unicode.Is(unicode.Nd, r) {
		return true
	}
	return r == '²' || r == '³' || r == '¹' || r >= 0x2070 && r <= 0x2089 && r != 0x2071 && r != 0x2072 && r != 0x2073 && !(r >= 0x207a && r <= 0x207f) ||
		r >= 0x2460 && r <= 0x2468 || r >= 0x2474 && r <= 0x247c || r >= 0x2488 && r <= 0x2490
}

func isNumeric(r rune) bool { return unicode.IsNumber(r) }

// IsUpper is str.isupper: a cased character and none in another case.
func IsUpper(s string) bool {
	some := false
	for _, r := range s {
		if isUpperRune(r) {
			some = true
		} else if cased(r) {
			return false
		}
	}
	return some
}

// IsLower is str.islower.
func IsLower(s string) bool {
	some := false
	for _, r := range s {
		if isLowerRune(r) {
			some = true
		} else if cased(r) {
			return false
		}
	}
	return some
}

func isUpperRune(r rune) bool { return unicode.IsUpper(r) || unicode.Is(unicode.Other_Uppercase, r) }

func isLowerRune(r rune) bool { return unicode.IsLower(r) || unicode.Is(unicode.Other_Lowercase, r) }

func isTitle(s string) bool {
	some, previous := false, false
	for _, r := range s {
		switch {
		case unicode.IsTitle(r) || isUpperRune(r):
			if previous {
				return false
			}
			some, previous = true, true
		case isLowerRune(r):
			if !previous {
				return false
			}
			some, previous = true, true
		default:
			previous = false
		}
	}
	return some
}

func isIdentifier(s string) bool {
	for i, r := range s {
		if r != '_' && !unicode.IsLetter(r) && !unicode.Is(unicode.Nl, r) && (i == 0 || !unicode.In(r, unicode.Nd, unicode.Mn, unicode.Mc, unicode.Pc)) {
			return false
		}
	}
	return s != ""
}
