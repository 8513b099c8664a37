package totp

import (
	"crypto/rand"
	"encoding/base32"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
)

// The sizes of a secret in bytes. RFC 4226 recommends 20, which NewSecret makes, and 16 at least; 10 is what older
// applications gave out.
const (
	secretSize = 20
	minSecret  = 10
	maxSecret  = 64
)

// A Secret is what the server and an authenticator app share. It is not printed and not logged; [Secret.Text] says it.
type Secret []byte

// NewSecret returns a new secret of 160 random bits.
func NewSecret() Secret {
	s := make(Secret, secretSize)
	rand.Read(s) // never fails: crypto/rand ends the process instead
	return s
}

// ParseSecret reads a secret as apps show it: base32 in either case, with or without padding, spaces and hyphens. It fails
// for anything else, and when it is shorter than 80 or longer than 512 bits. The error does not hold the text.
func ParseSecret(text string) (Secret, error) {
	if len(text) > 4*maxSecret {
		return nil, fmt.Errorf("totp: the secret has %d bytes of text; at most %d are read", len(text), 4*maxSecret)
	}
	text = strings.TrimRight(strings.ToUpper(strings.NewReplacer(" ", "", "-", "").Replace(text)), "=")
	s, err := alphabet.DecodeString(text)
	switch {
	case err != nil || len(text) != alphabet.EncodedLen(len(s)):
		return nil, errors.New("totp: the secret is no base32 (A to Z, 2 to 7), or a letter is missing or too many")
	case len(s) < minSecret || len(s) > maxSecret:
		return nil, fmt.Errorf("totp: the secret has %d bits; it must have %d to %d", 8*len(s), 8*minSecret, 8*maxSecret)
	}
	return s, nil
}

var alphabet = base32.StdEncoding.WithPadding(base32.NoPadding)

// Text returns the secret in base32 without padding, which [ParseSecret] and authenticator apps read.
func (s Secret) Text() string { return alphabet.EncodeToString(s) }

const redacted = "totp.Secret(redacted)"

// Format prints no secret, whatever the verb.
func (s Secret) Format(f fmt.State, verb rune) { io.WriteString(f, redacted) }

// LogValue logs no secret.
func (s Secret) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText writes no secret.
func (s Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }
