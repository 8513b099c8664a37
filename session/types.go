package session

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
)

// A Tuple is a list that Python shows as a tuple. Flask's flashed messages
// are tuples.
type Tuple []any

// A UUID is a universally unique identifier (RFC 9562). A session stores any other array of sixteen bytes as one too.
type UUID [16]byte

// String returns the form with hyphens.
func (u UUID) String() string {
	h := hex.EncodeToString(u[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// MarshalText returns what String does.
func (u UUID) MarshalText() ([]byte, error) { return []byte(u.String()), nil }

// UnmarshalText reads what [ParseUUID] reads.
func (u *UUID) UnmarshalText(text []byte) (err error) {
	*u, err = ParseUUID(string(text))
	return err
}

var uuidPrefixes = strings.NewReplacer("urn:", "", "uuid:", "")

// ParseUUID reads 32 hexadecimal digits, with or without hyphens, braces and
// the prefix "urn:uuid:", as Python's uuid.UUID does.
func ParseUUID(s string) (u UUID, err error) {
	if len(s) > 64 {
		return UUID{}, errors.New("session: malformed UUID")
	}
	digits := uuidPrefixes.Replace(s)
	digits = strings.ReplaceAll(strings.Trim(digits, "{}"), "-", "")
	if len(digits) != 32 {
		return UUID{}, errors.New("session: malformed UUID")
	}
	if _, err := hex.Decode(u[:], []byte(digits)); err != nil {
		return UUID{}, fmt.Errorf("session: malformed UUID: %w", err)
	}
	return u, nil
}
