package output

import (
	"encoding/binary"
	"math/bits"

	"github.com/dewar-go/dewar/markup"
)

// A reference is what stands for a character of markup in a text, as a word of n bytes.
type reference struct {
	word uint64
	n    int
}

// references has what the five characters & < > ' " are replaced by, and # by itself, at the lowest five bits of the
// character, in which they differ.
var references = func() (list [32]reference) {
	for c, text := range map[byte]string{'&': "&amp;", '<': "&lt;", '>': "&gt;", '\'': "&#39;", '"': "&#34;", '#': "#"} {
		var b [8]byte
		copy(b[:], text)
		list[c%32] = reference{binary.LittleEndian.Uint64(b[:]), len(text)}
	}
	return list
}()

const (
	everyByte = 0x0101010101010101
	topBits   = 0x8080808080808080
)

// marks sets the highest bit of the first byte of x that is one of the five characters or a number sign. The highest bits
// of bytes above it may be set as well, and those of bytes from 0x80 on, so that the marks of x are marks(x) &^ x & topBits.
//
// Setting the bits in which the members of a group differ makes them one value, and the exclusive or with that value
// makes them zero: x|5 is 0x27 for " # & and ', x|2 is 0x3e for < and >. A zero byte, and nothing else below 0x80,
// borrows its highest bit when one is subtracted.
func marks(x uint64) uint64 {
	return ((x | 5*everyByte) ^ 0x27*everyByte - everyByte) | ((x | 2*everyByte) ^ 0x3e*everyByte - everyByte)
}

// AppendEscaped is markup.AppendEscape, eight bytes at a time where buf has room for the longest result.
func AppendEscaped(buf []byte, s string) []byte {
	o := len(buf)
	if cap(buf)-o < 5*len(s)+Slack {
		return markup.AppendEscape(buf, s)
	}
	out := buf[:cap(buf)]
	for len(s) >= 8 {
		x := load8(s)
		binary.LittleEndian.PutUint64(out[o:], x)
		a := marks(x) &^ x & topBits
		if a == 0 {
			s, o = s[8:], o+8
			continue
		}
		o += putReference(out, o, x, a, &s)
	}
	x := loadFew(s)
	for s != "" {
		binary.LittleEndian.PutUint64(out[o:], x)
		a := marks(x) &^ x & topBits
		if a == 0 {
			o += len(s)
			break
		}
		before := len(s)
		o += putReference(out, o, x, a, &s)
		x = x >> (8 * uint(before-len(s)-1)) >> 8
	}
	return buf[:o]
}

// putReference writes the reference for the first marked character of x, which has been written at o, and takes s
// behind it. It returns the length of what stands there for what was taken.
func putReference(out []byte, o int, x, mark uint64, s *string) int {
	bit := bits.TrailingZeros64(mark) // the highest of the character
	i := bit >> 3
	r := &references[x>>((bit-7)&63)%32]
	binary.LittleEndian.PutUint64(out[o+i:], r.word)
	*s = (*s)[i+1:]
	return i + r.n
}

// load8 is the first eight bytes of s, the first one lowest.
func load8(s string) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

func load4(s string) uint64 {
	_ = s[3]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24
}

// loadFew is a text of less than eight bytes, with zeros above.
func loadFew(s string) uint64 {
	switch n := len(s); {
	case n >= 4:
		return load4(s) | load4(s[n-4:])<<((8*(n-4))&63)
	case n > 0:
		return uint64(s[0]) | uint64(s[n/2])<<((8*(n/2))&63) | uint64(s[n-1])<<((8*(n-1))&63)
	}
	return 0
}
