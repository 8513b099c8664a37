package value

// Text is a text of a template between two outputs. Most of them are short: up to 32 bytes are appended as a piece of that
// size, which is faster than copying what has no fixed length.
type Text struct {
	n    int
	head [shortText]byte // the first bytes
	s    string
}

const shortText = 32

// NewText returns s as a Text.
func NewText(s string) Text {
	t := Text{n: len(s), s: s}
	copy(t.head[:], s)
	return t
}

// String returns the text.
func (t *Text) String() string { return t.s }

// TextRoom is the room that [Text.Put] needs.
const TextRoom = 16

// IsShort reports whether the text can be [Text.Put].
func (t *Text) IsShort() bool { return t.n <= TextRoom }

// Put writes a short text to the beginning of room, whose rest it may write on too, and returns its length.
func (t *Text) Put(room *[TextRoom]byte) int {
	*room = [TextRoom]byte(t.head[:TextRoom])
	return t.n
}

// Append appends the text. It may write on the room that buf has behind it, as append itself may.
func (t *Text) Append(buf []byte) []byte {
	n := len(buf)
	if t.n <= shortText && cap(buf)-n >= shortText {
		*(*[shortText]byte)(buf[n : n+shortText]) = t.head
		return buf[:n+t.n]
	}
	return append(buf, t.s...)
}
