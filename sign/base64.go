package sign

import (
	"encoding/base64"
	"errors"
	"fmt"
)

// The errors of base64 have the texts of Python's binascii.
var errBase64Padding = errors.New("Incorrect padding")

// decode6 maps a byte to its six bits, or to 64 when it is in no base64 alphabet. It accepts both alphabets, because
// Python translates the URL-safe one to the standard one.
var decode6 = func() (t [256]byte) {
	for i := range t {
		t[i] = 64
	}
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	for i := range len(alphabet) {
		t[alphabet[i]] = byte(i)
	}
	t['-'], t['_'] = 62, 63
	return t
}()

// Base64Encode encodes data as base64url without padding, the form of every
// part of a token.
func Base64Encode(data []byte) string { return base64.RawURLEncoding.EncodeToString(data) }

// Base64Decode decodes base64url the way itsdangerous does: missing padding
// is added, and bytes outside the alphabet are skipped. The error is a
// *BadData.
func Base64Decode(s string) ([]byte, error) {
	b, err := appendBase64Decoded(make([]byte, 0, len(s)/4*3+3), s)
	if err != nil {
		return nil, &BadData{Message: "Invalid base64-encoded data"}
	}
	return b, nil
}

// appendBase64Decoded appends the bytes that s encodes. It accepts exactly what Python's base64.urlsafe_b64decode
// accepts after itsdangerous has padded s to a multiple of four.
func appendBase64Decoded(dst []byte, s string) ([]byte, error) {
	// The usual text is well formed. When the result is shorter than the length of s says, s has line breaks, which
	// count in Python's padding.
	if b, err := base64.RawURLEncoding.AppendDecode(dst, []byte(s)); err == nil && len(b)-len(dst) == base64.RawURLEncoding.DecodedLen(len(s)) {
		return b, nil
	}
	var (
		left       byte // bits that belong to the next byte
		quad, pads int  // place in the group of four; number of '=' just read
		count      int  // number of characters of the alphabet
	)
	total := len(s) + (4-len(s)%4)%4
	for i := range total {
		c := byte('=')
		if i < len(s) {
			c = s[i]
		}
		if c == '=' {
			if quad >= 2 {
				if pads++; quad+pads >= 4 {
					return dst, nil
				}
			}
			continue
		}
		v := decode6[c]
		if v == 64 {
			continue
		}
		pads = 0
		count++
		switch quad {
		case 0:
			left = v
		case 1:
			dst = append(dst, left<<2|v>>4)
			left = v & 0x0f
		case 2:
			dst = append(dst, left<<4|v>>2)
			left = v & 0x03
		case 3:
			dst = append(dst, left<<6|v)
			left = 0
		}
		quad = (quad + 1) % 4
	}
	switch quad {
	case 0:
		return dst, nil
	case 1:
		return dst, fmt.Errorf("Invalid base64-encoded string: number of data characters (%d) cannot be 1 more than a multiple of 4", count)
	}
	return dst, errBase64Padding
}
