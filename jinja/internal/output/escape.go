package output

import "github.com/dewar-go/dewar/markup"

var special = [256]bool{'&': true, '<': true, '>': true, '\'': true, '"': true}

// EscapeFrom escapes buf[start:]. It copies the text only where it has one of the five characters.
func EscapeFrom(buf []byte, start int) []byte {
	for i, c := range buf[start:] {
		if special[c] {
			return markup.AppendEscape(buf[:start+i], string(buf[start+i:]))
		}
	}
	return buf
}
