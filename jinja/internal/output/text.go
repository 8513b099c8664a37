// Package output appends what templates print most often: fixed texts and whole numbers.
//
// Its functions append as the function append does. [Text.Append] may also write to up to [Slack] bytes of the capacity
// behind its result. It is for buffers whose capacity nobody else uses.
package output

// Slack is the greatest number of bytes behind the result that Text.Append may write to.
const Slack = 32

// A Text is a fixed text that is appended often. A short one is copied as one block of Slack bytes.
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
