package lex

import (
	"unicode"
	"unicode/utf8"

	"github.com/dewar-go/dewar/internal/pyrepr"
)

var wordByte = [256]bool{'_': true}

func init() {
	for c := '0'; c <= '9'; c++ {
		wordByte[c] = true
	}
	for c := 'a'; c <= 'z'; c++ {
		wordByte[c], wordByte[c-0x20] = true, true
	}
}

// isSpace reports whether Python's str.isspace holds for r.
func isSpace(r rune) bool {
	switch {
	case r < utf8.RuneSelf:
		return r == ' ' || '\t' <= r && r <= '\r' || 0x1c <= r && r <= 0x1f
	case r == 0x85 || r == 0xa0:
		return true
	}
	return unicode.Is(unicode.Z, r)
}

// skipSpace returns the index after the white space at i.
func skipSpace(s string, i int) int {
	for i < len(s) {
		if c := s[i]; c < utf8.RuneSelf {
			if !isSpace(rune(c)) {
				break
			}
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if !isSpace(r) {
			break
		}
		i += size
	}
	return i
}

// lastSpace returns the length in bytes of the white space character at the end of s, or 0.
func lastSpace(s string) int {
	r, size := utf8.DecodeLastRuneInString(s)
	if size == 0 || !isSpace(r) {
		return 0
	}
	return size
}

// trimRight removes the white space at the end of s.
func trimRight(s string) string {
	for {
		size := lastSpace(s)
		if size == 0 {
			return s
		}
		s = s[:len(s)-size]
	}
}

// IsSpace reports whether s is not empty and all white space, as Python's str.isspace does.
func IsSpace(s string) bool { return s != "" && skipSpace(s, 0) == len(s) }

// TrimSpace removes the white space around s, as Python's str.strip does.
func TrimSpace(s string) string { return trimRight(s[skipSpace(s, 0):]) }

// isWord reports whether r is read as part of a word. The word need not be a valid name.
func isWord(r rune) bool {
	return r == '_' || unicode.IsLetter(r) || unicode.IsNumber(r) || isContinue(r)
}

// notStart and notContinue are the characters of Unicode's ID_Start and ID_Continue that XID_Start and XID_Continue
// leave out. Python uses the latter: the compatibility form of these characters is no part of a name.
var (
	notContinue = &unicode.RangeTable{R16: []unicode.Range16{
		{Lo: 0x37a, Hi: 0x37a, Stride: 1}, {Lo: 0x309b, Hi: 0x309c, Stride: 1}, {Lo: 0xfc5e, Hi: 0xfc63, Stride: 1},
		{Lo: 0xfdfa, Hi: 0xfdfb, Stride: 1}, {Lo: 0xfe70, Hi: 0xfe7e, Stride: 2},
	}}
	notStart = &unicode.RangeTable{R16: []unicode.Range16{
		{Lo: 0xe33, Hi: 0xe33, Stride: 1}, {Lo: 0xeb3, Hi: 0xeb3, Stride: 1}, {Lo: 0xff9e, Hi: 0xff9f, Stride: 1},
	}}
)

func isStart(r rune) bool {
	return r == '_' || idStart(r) && (r < 0x37a || !unicode.In(r, notStart, notContinue))
}

func idStart(r rune) bool {
	return unicode.IsLetter(r) || unicode.In(r, unicode.Nl, unicode.Other_ID_Start)
}

func isContinue(r rune) bool {
	if r < 0x37a {
		return r == '_' || idStart(r) || unicode.In(r, unicode.Mn, unicode.Nd, unicode.Other_ID_Continue)
	}
	return (idStart(r) || unicode.In(r, unicode.Mn, unicode.Mc, unicode.Nd, unicode.Pc, unicode.Other_ID_Continue)) && !unicode.Is(notContinue, r)
}

// IsIdentifier reports whether s is a name, as Python's str.isidentifier does.
func IsIdentifier(s string) bool {
	for i, r := range s {
		if i == 0 && !isStart(r) || !isContinue(r) || r == utf8.RuneError {
			return false
		}
	}
	return s != ""
}

// Repr returns s as Python's repr spells a string.
func Repr(s string) string { return pyrepr.String(s) }
