package output

import (
	"encoding/binary"
	"math/bits"

	"github.com/dewar-go/dewar/markup"
)

// A reference is a character reference such as &lt;, as the lowest n bytes of word.
type reference struct {
	word uint64
	n    int
}

// references holds the reference of each of the five characters & < > ' ", and # for #. The index is the lowest five
// bits of the character, which differ among the six.
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

// marks sets the highest bit of the first byte of x that is one of the five characters or #. It may also set the
// highest bits of bytes above the first and of bytes from 0x80 on. So marks(x) &^ x & topBits leaves the bits of bytes
// below 0x80, of which the lowest is exact.
//
// How: in each group, setting the bits in which the members differ makes them one value. The exclusive or with that
// value makes them zero: x|5 is 0x27 for " # & and ', x|2 is 0x3e for < and >. When 1 is subtracted, only a zero byte
// (among those below 0x80) borrows its highest bit.
func marks(x uint64) uint64 {
	return ((x | 5*everyByte) ^ 0x27*everyByte - everyByte) | ((x | 2*everyByte) ^ 0x3e*everyByte - everyByte)
}

// AppendEscaped is markup.AppendEscape. It works on eight bytes at a time where buf has room for the longest result.
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

// putReference replaces the first marked character of x by its reference. x has been written to out[o:] already. The
// bytes up to and including the character are cut off s. It returns the number of bytes that they have become.
func putReference(out []byte, o int, x, mark uint64, s *string) int {
	bit := bits.TrailingZeros64(mark) // the highest bit of the character
	i := bit >> 3
	r := &references[x>>((bit-7)&63)%32]
	binary.LittleEndian.PutUint64(out[o+i:], r.word)
	*s = (*s)[i+1:]
	return i + r.n
}

// load8 returns the first eight bytes of s, the first one in the lowest bits.
func load8(s string) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

func load4(s string) uint64 {
	_ = s[3]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24
}

// loadFew returns the bytes of s, of which there are less than eight, with zeros above them.
func loadFew(s string) uint64 {
	switch n := len(s); {
	case n >= 4:
		return load4(s) | load4(s[n-4:])<<((8*(n-4))&63)
	case n > 0:
		return uint64(s[0]) | uint64(s[n/2])<<((8*(n/2))&63) | uint64(s[n-1])<<((8*(n-1))&63)
	}
	return 0
}
