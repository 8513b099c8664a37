// Package output appends what templates print most: fixed texts, escaped texts
// and whole numbers.
//
// Its functions return what append would, and may in between write on up to
// Slack bytes of the capacity behind that. They are for buffers of a render, whose
// capacity nobody else uses.
package output

// Slack bounds how many bytes behind what a function returns it may write on.
const Slack = 32

// A Text is a fixed text that is appended often: a short one as one block of bytes.
type Text struct {
	n    int
	head [Slack]byte // the first bytes
	s    string
}

// NewText returns s as a Text.
func NewText(s string) Text {
	t := Text{n: len(s), s: s}
	copy(t.head[:], s)
	return t
}

// String returns the text.
func (t *Text) String() string { return t.s }

// Append appends the text.
func (t *Text) Append(buf []byte) []byte {
	n := len(buf)
	if t.n <= Slack && cap(buf)-n >= Slack {
		*(*[Slack]byte)(buf[n : n+Slack]) = t.head
		return buf[:n+t.n]
	}
	return append(buf, t.s...)
}
