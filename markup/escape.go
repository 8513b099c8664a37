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
	// Room for a few replacements of up to four more bytes each.
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

// indexSpecial returns the index of the first of the five characters at or
// after i, or len(s).
//
// It looks at eight bytes at a time. Setting the bits in which the members of
// a group differ makes them one value, and the exclusive or with that value
// makes them zero: x|5 is 0x27 for " # & and ', x|2 is 0x3e for < and >. The
// number sign is the one false match. In the usual test for a zero byte a
// borrow can mark bytes above a real zero, never below, so the lowest mark is
// right.
func indexSpecial(s string, i int) int {
	for i+8 <= len(s) {
		b := s[i : i+8]
		x := uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24 |
			uint64(b[4])<<32 | uint64(b[5])<<40 | uint64(b[6])<<48 | uint64(b[7])<<56
		quote := (x | 5*ones) ^ 0x27*ones
		angle := (x | 2*ones) ^ 0x3e*ones
		m := ((quote-ones)&^quote | (angle-ones)&^angle) & highs
		if m == 0 {
			i += 8
			continue
		}
		i += bits.TrailingZeros64(m) >> 3
		if s[i] != '#' {
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

var special = [256]bool{'&': true, '<': true, '>': true, '\'': true, '"': true}
