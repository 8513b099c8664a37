package config

import (
	"fmt"
	"log/slog"
	"strings"
)

// A Secret is a value that is never shown. Printing, logging and encoding it give "[secret]". Value returns the text.
//
// A Secret that [Load] sets may be a reference: "file:/run/secrets/key" is the content of a file without its last line
// break, "env:NAME" another variable. Write "literal:" before a value that itself begins with one of these words.
type Secret struct{ text string }

// NewSecret returns a Secret with the text. It does not resolve references.
func NewSecret(text string) Secret { return Secret{text} }

// Value returns the text.
func (s Secret) Value() string { return s.text }

// IsSet reports whether the secret is not empty.
func (s Secret) IsSet() bool { return s.text != "" }

const redacted = "[secret]"

// String returns "[secret]".
func (s Secret) String() string { return redacted }

// GoString returns "[secret]".
func (s Secret) GoString() string { return redacted }

// LogValue returns "[secret]".
func (s Secret) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText returns "[secret]".
func (s Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// maxSecret bounds the file of a reference, in bytes.
const maxSecret = 64 << 10

// resolveSecret resolves a reference. The error names the reference and never its content.
func resolveSecret(text string, getenv func(string) (string, bool)) (Secret, error) {
	kind, name, ok := strings.Cut(text, ":")
	if !ok {
		return Secret{text}, nil
	}
	switch kind {
	case "literal":
		return Secret{name}, nil
	case "env":
		v, set := getenv(name)
		if !set {
			return Secret{}, fmt.Errorf("the secret refers to the environment variable %s, which is not set", name)
		}
		return Secret{v}, nil
	case "file":
		b, err := readFile(name, maxSecret)
		if err != nil {
			return Secret{}, fmt.Errorf("the secret refers to a file: %w", err)
		}
		v := strings.TrimSuffix(strings.TrimSuffix(string(b), "\n"), "\r")
		if v == "" {
			return Secret{}, fmt.Errorf("the secret refers to %s, which is empty", name)
		}
		return Secret{v}, nil
	}
	return Secret{text}, nil
}
