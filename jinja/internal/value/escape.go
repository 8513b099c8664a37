package value

import "encoding/binary"

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

// letters are the ASCII letters of one case, as what makes a byte reach 0x80 from the first one on, and from behind the
// last one on.
type letters struct{ first, behind uint64 }

var (
	lowerCase = letters{(0x80 - 'a') * everyByte, (0x7f - 'z') * everyByte}
	upperCase = letters{(0x80 - 'A') * everyByte, (0x7f - 'Z') * everyByte}
)

// swap changes the case of the letters among eight bytes below 0x80.
func (c *letters) swap(x uint64) uint64 {
	return x ^ ((x+c.first)&^(x+c.behind)&topBits)>>2
}

// AppendUpper appends an ASCII text in upper case, escaped with html. For another text ok is false, and nothing is
// appended.
func AppendUpper(buf []byte, s string, html bool) (_ []byte, ok bool) {
	return appendCased(buf, s, &lowerCase, html)
}

// AppendLower is AppendUpper for lower case.
func AppendLower(buf []byte, s string, html bool) (_ []byte, ok bool) {
	return appendCased(buf, s, &upperCase, html)
}
