package werkzeug

import (
	"bytes"
	"encoding/binary"
	"unicode/utf16"
	"unicode/utf8"
)

// JSON returns a JSON body as UTF-8 without a byte order mark. It recognises UTF-16 and UTF-32 by their byte order
// mark, or by the places of NUL among the first bytes, as Python's json does.
func JSON(data []byte) []byte {
	switch {
	case bytes.HasPrefix(data, []byte("\xEF\xBB\xBF")):
		return data[3:]
	case bytes.HasPrefix(data, []byte{0, 0, 0xFE, 0xFF}):
		return fromUTF32(data[4:], binary.BigEndian)
	case bytes.HasPrefix(data, []byte{0xFF, 0xFE, 0, 0}):
		return fromUTF32(data[4:], binary.LittleEndian)
	case bytes.HasPrefix(data, []byte{0xFE, 0xFF}):
		return fromUTF16(data[2:], binary.BigEndian)
	case bytes.HasPrefix(data, []byte{0xFF, 0xFE}):
		return fromUTF16(data[2:], binary.LittleEndian)
	case len(data) >= 4 && data[0] == 0 && data[1] == 0:
		return fromUTF32(data, binary.BigEndian)
	case len(data) >= 4 && data[1] == 0 && data[2] == 0 && data[3] == 0:
		return fromUTF32(data, binary.LittleEndian)
	case (len(data) >= 4 || len(data) == 2) && data[0] == 0:
		return fromUTF16(data, binary.BigEndian)
	case (len(data) >= 4 || len(data) == 2) && data[1] == 0:
		return fromUTF16(data, binary.LittleEndian)
	}
	return data
}

func fromUTF16(data []byte, order binary.ByteOrder) []byte {
	units := make([]uint16, len(data)/2)
	for i := range units {
		units[i] = order.Uint16(data[2*i:])
	}
	out := make([]byte, 0, len(data))
	for _, r := range utf16.Decode(units) {
		out = utf8.AppendRune(out, r)
	}
	return appendIncomplete(out, len(data)%2)
}

func fromUTF32(data []byte, order binary.ByteOrder) []byte {
	out := make([]byte, 0, len(data)/4)
	for i := 0; i+4 <= len(data); i += 4 {
		out = utf8.AppendRune(out, rune(order.Uint32(data[i:])))
	}
	return appendIncomplete(out, len(data)%4)
}

// appendIncomplete appends U+FFFD when a text ends in the middle of a unit.
func appendIncomplete(out []byte, rest int) []byte {
	if rest > 0 {
		out = utf8.AppendRune(out, utf8.RuneError)
	}
	return out
}

// JSONHasNUL reports whether a string of a JSON text has the escape \u0000.
func JSONHasNUL(data []byte) bool {
	for {
		i := bytes.Index(data, []byte(`\u0000`))
		if i < 0 {
			return false
		}
		slashes := 0
		for slashes < i && data[i-1-slashes] == '\\' {
			slashes++
		}
		if slashes%2 == 0 {
			return true
		}
		data = data[i+6:]
	}
}
