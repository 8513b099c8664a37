package secure

import (
	"crypto/rand"
	"encoding/base64"
)

// NonceLength is the length of a nonce of [NewNonce] in characters.
const NonceLength = 22

// NewNonce returns a fresh nonce for one answer's Content-Security-Policy:
// 128 bits of crypto/rand in unpadded base64url, safe in an HTML attribute
// and in a header. It never fails: crypto/rand ends the program when the
// system has no randomness.
func NewNonce() string {
	var raw [16]byte
	rand.Read(raw[:])
	var text [NonceLength]byte
	base64.RawURLEncoding.Encode(text[:], raw[:])
	return string(text[:])
}

// IsNonce reports whether a text has the form of what [NewNonce] makes.
func IsNonce(s string) bool {
	raw, err := base64.RawURLEncoding.DecodeString(s)
	return err == nil && len(raw) == 16
}

// validNonce accepts the base64-value of CSP, so that a nonce of a caller's
// own making cannot end the header's source.
func validNonce(s string) bool {
	if s == "" {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if !isAlnum(c) && c != '+' && c != '/' && c != '-' && c != '_' && (c != '=' || i < len(s)-2) {
			return false
		}
	}
	return true
}
