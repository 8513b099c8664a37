package sign

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

// SerializerOptions are the settings of a serializer. The zero value has the defaults of itsdangerous.
type SerializerOptions struct {
	// SignerOptions are those of the signer; the default salt is
	// "itsdangerous".
	SignerOptions
	// Codec encodes the values. The default is JSON{} for a plain serializer
	// and JSON{Compact: true, Unicode: true} for a URL-safe one.
	Codec Codec
	// Fallbacks are signers that are tried, each with every key, when the first one does not accept a token. They allow
	// changing the digest or the derivation while older tokens are in use. They have the salt of the serializer.
	Fallbacks []SignerOptions
	// MaxPayload is the size of the largest payload that is loaded, in bytes after decompression. The default is
	// [DefaultMaxPayload], 1 MiB.
	MaxPayload int
	// CompressAbove is the length in bytes above which a URL-safe serializer tries compression. The default, 0, always
	// tries, as itsdangerous does. Trying takes about 10 µs.
	CompressAbove int
}

// DefaultMaxPayload is the default of SerializerOptions.MaxPayload.
const DefaultMaxPayload = 1 << 20

// core holds what all four serializers use.
type core struct {
	keys    func() []string // a function, because fmt prints unexported fields
	options SerializerOptions
	signers []*Signer // the first one signs, all verify
	urlSafe bool
	timed   bool
}

func newCore(keys []string, o SerializerOptions, urlSafe, timed bool) (*core, error) {
	o.SignerOptions = o.SignerOptions.withDefaults("itsdangerous")
	if o.Codec == nil {
		o.Codec = JSON{Compact: urlSafe, Unicode: urlSafe}
	}
	if o.MaxPayload == 0 {
		o.MaxPayload = DefaultMaxPayload
	}
	c := &core{keys: func() []string { return keys }, options: o, urlSafe: urlSafe, timed: timed}
	for i, so := range append([]SignerOptions{o.SignerOptions}, o.Fallbacks...) {
		so.Salt, so.EmptySalt = o.Salt, o.EmptySalt
		if so.Now == nil {
			so.Now = o.Now
		}
		s, err := newSigner(keys, so.withDefaults(o.Salt))
		if err != nil {
			if i > 0 {
				err = fmt.Errorf("sign: fallback signer %d: %w", i, err)
			}
			return nil, err
		}
		c.signers = append(c.signers, s)
	}
	return c, nil
}

// withSalt returns the serializer under another salt. It cannot fail: the options are valid.
func (c *core) withSalt(salt string) *core {
	o := c.options
	o.Salt, o.EmptySalt = salt, salt == ""
	n, err := newCore(c.keys(), o, c.urlSafe, c.timed)
	if err != nil {
		panic(err)
	}
	return n
}

// Dumps encodes and signs v. It fails when v cannot be encoded.
func (c *core) Dumps(v any) (string, error) {
	b, err := c.options.Codec.Marshal(v)
	if err != nil {
		return "", err
	}
	return c.Seal(b), nil
}

// Dump is Dumps into a writer.
func (c *core) Dump(w io.Writer, v any) error {
	token, err := c.Dumps(v)
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, token)
	return err
}

// Seal signs an already encoded value.
func (c *core) Seal(encoded []byte) string { return c.Resign(c.pack(encoded)) }

// Resign signs a payload that Open returned, with the current time and the newest key. It does not decode the payload.
func (c *core) Resign(payload string) string {
	if c.timed {
		return c.signers[0].signTimed(payload)
	}
	return c.signers[0].Sign(payload)
}

// DerivedKey returns a copy of the key that signs.
func (c *core) DerivedKey() []byte { return c.signers[0].DerivedKey() }

// open verifies a token with each of the signers.
func (c *core) open(token string, maxAge time.Duration) (payload string, signed time.Time, err error) {
	for _, s := range c.signers {
		if !c.timed {
			p, bad := s.unsign(token)
			if bad == nil {
				return p, time.Time{}, nil
			}
			err = bad
			continue
		}
		if payload, signed, err = s.unsignTimed(token, maxAge); err == nil {
			return payload, signed, nil
		}
		if _, expired := err.(*SignatureExpired); expired {
			break // the signature matched
		}
	}
	return "", time.Time{}, err
}

// Payload returns the encoded value of a payload that Open has returned:
// for a URL-safe serializer base64-decoded and decompressed, never larger
// than MaxPayload. The error is a *BadPayload.
func (c *core) Payload(payload string) ([]byte, error) { return c.unpack(payload) }

// LoadPayload decodes a payload that Open has returned. The error is a
// *BadPayload.
func (c *core) LoadPayload(payload string) (any, error) {
	b, err := c.unpack(payload)
	if err != nil {
		return nil, err
	}
	v, err := c.options.Codec.Unmarshal(b)
	if err != nil {
		return nil, badPayload("Could not load the payload because an exception occurred on unserializing the data.", err)
	}
	return v, nil
}

// loadInto decodes a payload with encoding/json into what v points to.
func (c *core) loadInto(payload string, v any) error {
	b, err := c.unpack(payload)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(b, v); err != nil {
		return badPayload("Could not load the payload because an exception occurred on unserializing the data.", err)
	}
	return nil
}

func (c *core) loadsUnsafe(token string, maxAge time.Duration) (any, bool) {
	payload, _, err := c.open(token, maxAge)
	if err != nil {
		var bad *BadSignature
		if !errors.As(err, &bad) || !bad.HasPayload {
			return nil, false
		}
		payload = bad.Payload
	}
	v, badPayload := c.LoadPayload(payload)
	return v, err == nil && badPayload == nil
}

func badPayload(message string, err error) error {
	return &BadPayload{BadData: BadData{Message: message}, Err: err}
}

// read reads a token from r. Its length is bounded by base64 of the largest payload plus a signature.
func (c *core) read(r io.Reader) (string, error) {
	limit := int64(c.options.MaxPayload)*2 + 4096
	b, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return "", fmt.Errorf("sign: reading a token: %w", err)
	}
	if int64(len(b)) > limit {
		return "", &BadData{Message: fmt.Sprintf("the token is longer than %d bytes", limit)}
	}
	return string(b), nil
}

// untimed has the methods of serializers without a timestamp.
type untimed struct{ *core }

// Loads verifies a token and returns its value. It fails with a
// *BadSignature or a *BadPayload.
func (s untimed) Loads(token string) (any, error) {
	payload, err := s.Open(token)
	if err != nil {
		return nil, err
	}
	return s.LoadPayload(payload)
}

// LoadsInto verifies a token and decodes its value, by the rules of
// encoding/json, into what v points to.
func (s untimed) LoadsInto(token string, v any) error {
	payload, err := s.Open(token)
	if err != nil {
		return err
	}
	return s.loadInto(payload, v)
}

// Load is Loads from a reader.
func (s untimed) Load(r io.Reader) (any, error) {
	token, err := s.read(r)
	if err != nil {
		return nil, err
	}
	return s.Loads(token)
}

// LoadsUnsafe decodes a token even when its signature does not match. valid says whether it does. It is for debugging:
// do not trust the value.
func (s untimed) LoadsUnsafe(token string) (v any, valid bool) { return s.loadsUnsafe(token, NoMaxAge) }

// LoadUnsafe is LoadsUnsafe from a reader.
func (s untimed) LoadUnsafe(r io.Reader) (v any, valid bool) {
	token, err := s.read(r)
	if err != nil {
		return nil, false
	}
	return s.LoadsUnsafe(token)
}

// Open verifies a token and returns its payload, still encoded.
func (s untimed) Open(token string) (payload string, err error) {
	payload, _, err = s.open(token, NoMaxAge)
	return payload, err
}

// timed has the methods of serializers with a timestamp.
type timed struct{ *core }

// Loads verifies a token and returns its value. A token older than maxAge or
// made in the future is a *SignatureExpired; [NoMaxAge] accepts any. Other
// failures are a *BadTimeSignature, *BadSignature or *BadPayload.
func (s timed) Loads(token string, maxAge time.Duration) (any, error) {
	v, _, err := s.LoadsTime(token, maxAge)
	return v, err
}

// LoadsTime is Loads that also returns when the token was signed.
func (s timed) LoadsTime(token string, maxAge time.Duration) (any, time.Time, error) {
	payload, signed, err := s.Open(token, maxAge)
	if err != nil {
		return nil, time.Time{}, err
	}
	v, err := s.LoadPayload(payload)
	if err != nil {
		return nil, time.Time{}, err
	}
	return v, signed, nil
}

// LoadsInto verifies a token and decodes its value, by the rules of
// encoding/json, into what v points to.
func (s timed) LoadsInto(token string, maxAge time.Duration, v any) error {
	payload, _, err := s.Open(token, maxAge)
	if err != nil {
		return err
	}
	return s.loadInto(payload, v)
}

// Load is Loads from a reader.
func (s timed) Load(r io.Reader, maxAge time.Duration) (any, error) {
	token, err := s.read(r)
	if err != nil {
		return nil, err
	}
	return s.Loads(token, maxAge)
}

// LoadsUnsafe decodes a token even when its signature does not match or it is too old. valid says whether it is
// accepted. It is for debugging: do not trust the value.
func (s timed) LoadsUnsafe(token string, maxAge time.Duration) (v any, valid bool) {
	return s.loadsUnsafe(token, maxAge)
}

// LoadUnsafe is LoadsUnsafe from a reader.
func (s timed) LoadUnsafe(r io.Reader, maxAge time.Duration) (v any, valid bool) {
	token, err := s.read(r)
	if err != nil {
		return nil, false
	}
	return s.LoadsUnsafe(token, maxAge)
}

// Open verifies a token and returns its payload, still encoded, and when it
// was signed.
func (s timed) Open(token string, maxAge time.Duration) (payload string, signed time.Time, err error) {
	return s.open(token, maxAge)
}
