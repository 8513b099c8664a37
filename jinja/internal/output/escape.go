package output

import "github.com/dewar-go/dewar/markup"

var special = [256]byte{'&': 1, '<': 1, '>': 1, '\'': 1, '"': 1}

// EscapeFrom escapes buf[start:]. It copies the text only where it has one of the five characters.
func EscapeFrom(buf []byte, start int) []byte {
	rest := buf[start:]
	for len(rest) >= 4 && special[rest[0]]|special[rest[1]]|special[rest[2]]|special[rest[3]] == 0 {
		rest = rest[4:]
	}
	for i, c := range rest {
		if special[c] != 0 {
			at := len(buf) - len(rest) + i
			return markup.AppendEscape(buf[:at], string(buf[at:]))
		}
	}
	return buf
}
