package dewar

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"

	"github.com/dewar-go/dewar/internal/pii"
)

// A JSONProvider encodes and decodes JSON for an app, as Flask's does. Set it
// with [Config.JSON].
type JSONProvider interface {
	// Marshal encodes v for an answer. The text should escape <, > and &, so
	// that a browser that mistakes it for a page finds no tag in it.
	Marshal(v any) ([]byte, error)
	// Unmarshal decodes a request's body, which must be one value. With strict,
	// an object's field that v does not have is an error.
	Unmarshal(data []byte, v any, strict bool) error
}

// GoJSON is encoding/json, with a line break at the end: the default.
type GoJSON struct{}

// Marshal encodes v.
func (GoJSON) Marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	if err := json.NewEncoder(&b).Encode(v); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// Unmarshal decodes one value. A name that a tag gives a field is that field's in its own
// case alone, as in other languages; encoding/json takes any case.
func (GoJSON) Unmarshal(data []byte, v any, strict bool) error {
	data, hidden := exactNames(data, reflect.TypeOf(v))
	if strict && hidden != "" {
		return fmt.Errorf("json: unknown field %q", hidden)
	}
	d := json.NewDecoder(bytes.NewReader(data))
	if strict {
		d.DisallowUnknownFields()
	}
	if err := d.Decode(v); err != nil {
		return err
	}
	if rest := data[d.InputOffset():]; len(bytes.TrimSpace(rest)) > 0 {
		return errors.New("something follows the JSON value")
	}
	return nil
}

// JSON answers with v encoded by the app's [JSONProvider]. A v with a field that is tagged pii or secret is an error: see
// package privacy.
func (c *Context) JSON(v any) error {
	switch personal, secret := pii.Fields(v); {
	case secret != "":
		return fmt.Errorf("dewar: JSON: the field %s is tagged secret: answer with a type that does not have it", secret)
	case personal != "":
		return fmt.Errorf("dewar: JSON: the field %s is tagged pii: answer with a type that does not have it, or with privacy.Reveal", personal)
	}
	b, err := c.app.cfg.JSON.Marshal(v)
	if err != nil {
		return fmt.Errorf("dewar: JSON: %w", err)
	}
	if err := c.answering(); err != nil {
		return err
	}
	c.w.Header()["Content-Type"] = jsonType
	return c.writeBytes(b)
}

// jsonReason says what is wrong with a JSON body, without its content.
func jsonReason(err error) string {
	var kind *json.UnmarshalTypeError
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &kind):
		if kind.Field == "" {
			return "the JSON value is of another type than is needed"
		}
		return fmt.Sprintf("the field %q is of another type than is needed", clipTo(kind.Field, maxShownName))
	case errors.As(err, &syntax):
		return fmt.Sprintf("malformed JSON at byte %d", syntax.Offset)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "the JSON ends too early"
	}
	if field, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		return "unknown field " + clipTo(field, maxShownName)
	}
	return "the value does not fit"
}
