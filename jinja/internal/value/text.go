package value

import "encoding/binary"

// Text is a text of a template between two outputs. Most of them are short: up to 16 bytes are appended as two words,
// which is faster than copying what has no fixed length.
type Text struct {
	lo, hi uint64
	n      int // more than shortText: append s
	s      string
}

const shortText = 16

// NewText returns s as a Text.
func NewText(s string) Text {
	t := Text{n: len(s), s: s}
	if len(s) <= shortText {
		var b [shortText]byte
		copy(b[:], s)
		t.lo, t.hi = binary.LittleEndian.Uint64(b[:]), binary.LittleEndian.Uint64(b[8:])
	}
	return t
}

// String returns the text.
func (t *Text) String() string { return t.s }

// TextRoom is the room that [Text.Put] needs.
const TextRoom = shortText

// IsShort reports whether the text can be [Text.Put].
func (t *Text) IsShort() bool { return t.n <= shortText }

// Put writes a short text to the beginning of room, whose rest it may write on too, and returns its length.
func (t *Text) Put(room *[TextRoom]byte) int {
	binary.LittleEndian.PutUint64(room[:8], t.lo)
	binary.LittleEndian.PutUint64(room[8:], t.hi)
	return t.n
}

// Append appends the text. It may write on the room that buf has behind it, as append itself may.
func (t *Text) Append(buf []byte) []byte {
	n := len(buf)
	if t.n <= shortText && cap(buf)-n >= shortText {
		room := buf[n : n+shortText]
		binary.LittleEndian.PutUint64(room, t.lo)
		binary.LittleEndian.PutUint64(room[8:], t.hi)
		return buf[:n+t.n]
	}
	return append(buf, t.s...)
}
