package markup

import "math/bits"

// Escape returns s with & < > ' and " replaced by character references. It
// returns s itself when there is nothing to replace.
//
// Bytes that are not UTF-8, and control characters, are kept.
func Escape(s string) HTML {
	i := indexSpecial(s, 0)
	if i == len(s) {
		return HTML(s)
	}
	// Room for a few replacements, each up to four bytes longer than its character.
	buf := make([]byte, i, len(s)+32)
	copy(buf, s)
	return HTML(AppendEscape(buf, s[i:]))
}

// AppendEscape appends s to buf, escaped as [Escape] does, and returns the
// extended buffer. It allocates only when buf has to grow.
func AppendEscape(buf []byte, s string) []byte {
	for start := 0; ; {
		i := indexSpecial(s, start)
		buf = append(buf, s[start:i]...)
		if i == len(s) {
			return buf
		}
		switch s[i] {
		case '&':
			buf = append(buf, "&amp;"...)
		case '<':
			buf = append(buf, "&lt;"...)
		case '>':
			buf = append(buf, "&gt;"...)
		case '\'':
			buf = append(buf, "&#39;"...)
		default:
			buf = append(buf, "&#34;"...)
		}
		start = i + 1
	}
}

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// indexSpecial returns the index of the first of the five characters at or after i, or len(s).
func indexSpecial(s string, i int) int {
	for i+16 <= len(s) { // two words at a time share the constants of marks
		x, y := word(s[i:i+8]), word(s[i+8:i+16])
		if (marks(x)|marks(y))&highs == 0 {
			i += 16
			continue
		}
		m := marks(x) &^ x & highs
		if m == 0 {
			if m = marks(y) &^ y & highs; m == 0 {
				i += 16
				continue
			}
			i += 8
		}
		if i += bits.TrailingZeros64(m) >> 3; s[i] != '#' {
			return i
		}
		i++
	}
	for i+8 <= len(s) {
		x := word(s[i : i+8])
		m := marks(x) &^ x & highs
		if m == 0 {
			i += 8
			break
		}
		if i += bits.TrailingZeros64(m) >> 3; s[i] != '#' {
			return i
		}
		i++
	}
	for ; i < len(s); i++ {
		if special[s[i]] {
			return i
		}
	}
	return i
}

// word returns the first eight bytes of b as a number.
func word(b string) uint64 {
	return uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24 |
		uint64(b[4])<<32 | uint64(b[5])<<40 | uint64(b[6])<<48 | uint64(b[7])<<56
}

// marks sets the highest bit of the first byte of x that is one of the five characters or #. It may also set the
// highest bits of bytes above the first and of bytes from 0x80 on; marks(x) &^ x leaves the latter out.
//
// How: in each group, setting the bits in which the members differ makes them one value. The exclusive or with that
// value makes them zero: x|5 is 0x27 for " # & and ', x|2 is 0x3e for < and >. When 1 is subtracted, only a zero byte
// (among those below 0x80) borrows its highest bit.
func marks(x uint64) uint64 {
	return ((x | 5*ones) ^ 0x27*ones - ones) | ((x | 2*ones) ^ 0x3e*ones - ones)
}

var special = [256]bool{'&': true, '<': true, '>': true, '\'': true, '"': true}
