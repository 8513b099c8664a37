package privacy

import (
	"encoding/json"
	"fmt"
	"log/slog"

	"github.com/dewar-go/dewar/internal/pii"
)

// Reveal lets c.JSON encode a value with fields that are tagged pii: for the answer to whom they belong to, or to somebody who may
// see them. A field that is tagged secret stays an error.
func Reveal(v any) json.Marshaler { return revealed{v} }

type revealed struct{ v any }

// MarshalJSON encodes the value.
func (r revealed) MarshalJSON() ([]byte, error) {
	if _, secret := pii.Fields(r.v); secret != "" {
		return nil, fmt.Errorf("privacy: the field %s is tagged secret and is never encoded: leave it out with json:\"-\"", secret)
	}
	return json.Marshal(r.v)
}

// LogValue hides the value again.
func (r revealed) LogValue() slog.Value { return Redact(r.v).LogValue() }

// Redact wraps a value for a log whose handler is not the app's own: what is tagged is left out.
func Redact(v any) slog.LogValuer { return redacted{v} }

type redacted struct{ v any }

// LogValue is the value without what is tagged.
func (r redacted) LogValue() slog.Value {
	if shown, ok := pii.Redact(r.v); ok {
		return slog.AnyValue(shown)
	}
	return slog.AnyValue(r.v)
}
