package lex

import (
	"errors"
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxDigits is Python's limit on the digits of a decimal integer.
const maxDigits = 4300

// maxBits limits an integer in another base. Python has no limit there.
const maxBits = 1 << 16

// number reads a number that starts with an ASCII digit.
func (l *Lexer) number() Token {
	if t, ok := l.float(); ok {
		return t
	}
	src, pos := l.src, l.pos
	end := pos
	if src[pos] == '0' {
		base := byte(0)
		if pos+1 < len(src) {
			base = src[pos+1] | 0x20
		}
		switch base {
		case 'b':
			end = digits(src, pos+2, func(r rune) bool { return r == '0' || r == '1' })
		case 'o':
			end = digits(src, pos+2, func(r rune) bool { return '0' <= r && r <= '7' })
		case 'x':
			end = digits(src, pos+2, func(r rune) bool { return isDigit(r) || 'a' <= r|0x20 && r|0x20 <= 'f' })
		}
		if end <= pos+2 {
			end = digits(src, pos+1, func(r rune) bool { return r == '0' })
		}
	} else {
		end = digits(src, pos+1, isDigit)
	}
	text := asciiDigits(src[pos:end])
	if len(text) > 1 && text[0] == '0' && text[1] > '9' {
		if len(text)*4 > maxBits {
			return l.fail(pos, l.line, fmt.Sprintf("the integer has more than %d bits", maxBits))
		}
	} else if len(text) > maxDigits && text[0] != '0' {
		t := l.fail(pos, l.line, fmt.Sprintf("Exceeds the limit (%d digits) for integer string conversion: "+
			"value has %d digits; use sys.set_int_max_str_digits() to increase the limit", maxDigits, len(text)))
		l.err.Class = "ValueError"
		return t
	}
	t := l.token(Integer, text)
	l.pos = end
	return t
}

// digits returns the index after the digits at i. A single underscore may stand before each digit.
func digits(src string, i int, is func(rune) bool) int {
	for i < len(src) {
		j := i
		if src[j] == '_' {
			j++
		}
		r, size := utf8.DecodeRuneInString(src[j:])
		if !is(r) {
			break
		}
		i = j + size
	}
	return i
}

// float reads a number with a fraction, an exponent or both. After a dot none is read, so that x.0.1 is two subscripts.
func (l *Lexer) float() (Token, bool) {
	src, pos := l.src, l.pos
	if pos > 0 && src[pos-1] == '.' {
		return Token{}, false
	}
	whole := decimals(src, pos)
	if whole == pos {
		return Token{}, false
	}
	end := whole
	if end < len(src) && src[end] == '.' {
		if fraction := decimals(src, end+1); fraction > end+1 {
			end = fraction
		}
	}
	if end < len(src) && src[end]|0x20 == 'e' {
		exponent := end + 1
		if exponent < len(src) && (src[exponent] == '+' || src[exponent] == '-') {
			exponent++
		}
		if e := decimals(src, exponent); e > exponent {
			end = e
		}
	}
	if end == whole {
		return Token{}, false
	}
	for i := pos; i < end; i++ {
		if src[i] >= utf8.RuneSelf {
			// Python accepts digits of other scripts in an integer only.
			return l.fail(pos, l.line, "invalid decimal literal"), true
		}
	}
	t := l.token(Float, asciiDigits(src[pos:end]))
	l.pos = end
	return t, true
}

// decimals returns the index after the decimal digits at i. Single underscores may stand between them.
func decimals(src string, i int) int {
	if i >= len(src) || src[i] == '_' {
		return i
	}
	return digits(src, i, isDigit)
}

func isDigit(r rune) bool {
	return '0' <= r && r <= '9' || r >= utf8.RuneSelf && unicode.IsDigit(r)
}

// asciiDigits removes underscores and replaces every digit by the ASCII digit.
func asciiDigits(s string) string {
	for i := 0; i < len(s); i++ {
		if s[i] == '_' || s[i] >= utf8.RuneSelf {
			return strings.Map(func(r rune) rune {
				switch {
				case r == '_':
					return -1
				case r < utf8.RuneSelf:
					return r
				}
				// Decimal digits come in runs of ten, of which the first is zero.
				zero := r
				for zero > 0 && unicode.IsDigit(zero-1) && r-zero < 9 {
					zero--
				}
				return '0' + (r - zero)
			}, s)
		}
	}
	return s
}

// ParseInt returns the value of an [Integer] token's text: an int64, or a *big.Int when it does not fit.
func ParseInt(text string) any {
	if n, err := strconv.ParseInt(text, 0, 64); err == nil && (text == "0" || text[0] != '0' || text[1] > '9') {
		return n
	}
	if strings.Trim(text, "0") == "" {
		return int64(0)
	}
	n, ok := new(big.Int).SetString(text, 0)
	if !ok {
		return int64(0)
	}
	return n
}

// ParseFloat returns the value of a [Float] token's text. A value beyond float64 is infinite.
func ParseFloat(text string) float64 {
	f, err := strconv.ParseFloat(text, 64)
	if err != nil && !errors.Is(err, strconv.ErrRange) {
		return 0
	}
	return f
}
