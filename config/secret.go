package config

import (
	"crypto/subtle"
	"log/slog"
)

// A Secret is a value that is never shown. Printing, logging and encoding it give "[secret]". Value returns the text.
//
// A Secret that [Load] sets may be a reference:
//
//	env:NAME                      another variable
//	file:/run/secrets/key         the content of a file of at most 64 KiB, without its last line break
//	exec:/usr/bin/pass shop/db    what a command prints, without its last line break
//
// and to one of [Options.Sources]. Write "literal:" before a value that itself begins with one of these words.
//
// A command is named by its absolute path, gets the words behind it as arguments, without a shell, and has 10 seconds.
// What Value returns is the value of now: a file that changed is read again after 5 seconds, a command is run again after
// 5 minutes, both when somebody asks. While that fails the last value stays, and the log says so.
type Secret struct {
	text string
	live *live
}

// NewSecret returns a Secret with the text. It does not resolve references.
func NewSecret(text string) Secret { return Secret{text: text} }

// Value returns the text. Ask for it whenever it is needed, and keep the Secret.
func (s Secret) Value() string {
	if s.live != nil {
		return s.live.value()
	}
	return s.text
}

// IsSet reports whether the secret is not empty.
func (s Secret) IsSet() bool { return s.live != nil || s.text != "" }

// Equal reports whether the secret is the text. How long it takes says nothing of where they differ.
func (s Secret) Equal(text string) bool {
	return subtle.ConstantTimeCompare([]byte(s.Value()), []byte(text)) == 1
}

const redacted = "[secret]"

// String returns "[secret]".
func (s Secret) String() string { return redacted }

// GoString returns "[secret]".
func (s Secret) GoString() string { return redacted }

// LogValue returns "[secret]".
func (s Secret) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText returns "[secret]".
func (s Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }
