package routing

import (
	"encoding/hex"
	"reflect"
)

// UUID is the value of the converter uuid: the 16 octets of RFC 9562.
type UUID [16]byte

// ParseUUID reads 8-4-4-4-12 hexadecimal digits in upper or lower case. The error for any other text is ErrValidation.
func ParseUUID(text string) (UUID, error) {
	var u UUID
	if !isUUID(text) {
		return u, ErrValidation
	}
	digits := make([]byte, 0, 32)
	digits = append(digits, text[:8]...)
	digits = append(digits, text[9:13]...)
	digits = append(digits, text[14:18]...)
	digits = append(digits, text[19:23]...)
	digits = append(digits, text[24:]...)
	_, err := hex.Decode(u[:], digits)
	return u, err
}

// String returns the canonical form in lower case.
func (u UUID) String() string {
	text, _ := u.MarshalText()
	return string(text)
}

// MarshalText returns the canonical form.
func (u UUID) MarshalText() ([]byte, error) {
	text := make([]byte, 0, 36)
	for i, b := range u {
		if i == 4 || i == 6 || i == 8 || i == 10 {
			text = append(text, '-')
		}
		text = hex.AppendEncode(text, []byte{b})
	}
	return text, nil
}

// UnmarshalText reads the canonical form.
func (u *UUID) UnmarshalText(text []byte) error {
	v, err := ParseUUID(string(text))
	if err == nil {
		*u = v
	}
	return err
}

func isUUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		c := s[i]
		switch i {
		case 8, 13, 18, 23:
			if c != '-' {
				return false
			}
		default:
			if !('0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F') {
				return false
			}
		}
	}
	return true
}

// uuidConverter is the converter uuid.
type uuidConverter struct{}

func newUUID(Args) (Converter, error) {
	return uuidConverter{}, nil // arguments are ignored, as Werkzeug does
}

func (uuidConverter) Pattern() string {
	return `[A-Fa-f0-9]{8}-[A-Fa-f0-9]{4}-[A-Fa-f0-9]{4}-[A-Fa-f0-9]{4}-[A-Fa-f0-9]{12}`
}
func (uuidConverter) Type() reflect.Type { return reflect.TypeFor[UUID]() }
func (uuidConverter) span() *span        { return &span{kind: spanUUID} }

func (uuidConverter) Parse(text string) (any, error) {
	u, err := ParseUUID(text)
	if err != nil {
		return nil, err
	}
	return u, nil
}

// Format writes the text of any value unchecked, as Werkzeug does.
func (uuidConverter) Format(value any) (string, error) {
	if u, ok := value.([16]byte); ok {
		value = UUID(u)
	}
	return pythonStr(value), nil
}
