package session

import (
	"context"
	"crypto/sha1"
	"fmt"
	"hash"
	"time"

	"github.com/dewar-go/dewar/sign"
)

// DefaultLifetime is how long a session is accepted after it was last written: 31 days, as in Flask.
const DefaultLifetime = 31 * 24 * time.Hour

// DefaultMaxSize is the default of CookieOptions.MaxSize. Browsers keep 4,096
// bytes of a cookie's name and value (RFC 6265bis, section 5.6); 32 are left
// for the name.
const DefaultMaxSize = 4096 - 32

// maxCookie is the length of the longest cookie that is verified. Browsers send less.
const maxCookie = 16 << 10

// maxInflated bounds the values of a cookie after decompression.
const maxInflated = 256 << 10

// CookieOptions are the settings of a store that keeps sessions in cookies.
type CookieOptions struct {
	// Lifetime is how long a session is accepted after it was written, in whole seconds, one at least. The default
	// is [DefaultLifetime].
	Lifetime time.Duration
	// MaxSize is the longest value that Save returns, in bytes. The default
	// is [DefaultMaxSize].
	MaxSize int
	// Tags are types that the values may have beside the built-in ones.
	Tags []Tag
	// Salt is the salt of a signed cookie. The default is "cookie-session",
	// Flask's.
	Salt string
	// Digest is the hash of a signed cookie. The default is [sha1.New],
	// Flask's; HMAC-SHA1 has no known weakness.
	Digest func() hash.Hash
	// CompressAbove is the length in bytes above which a signed cookie is compressed if that is shorter. The default is
	// 1,024. A negative value always tries, as Flask does. Loading accepts both.
	CompressAbove int
	// Now is the clock. The default is [time.Now].
	Now func() time.Time
}

func (o CookieOptions) withDefaults() CookieOptions {
	if o.Lifetime == 0 {
		o.Lifetime = DefaultLifetime
	}
	if o.MaxSize == 0 {
		o.MaxSize = DefaultMaxSize
	}
	if o.Salt == "" {
		o.Salt = "cookie-session"
	}
	if o.Digest == nil {
		o.Digest = sha1.New
	}
	if o.CompressAbove == 0 {
		o.CompressAbove = 1024
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	o.Lifetime = max(o.Lifetime.Truncate(time.Second), time.Second)
	return o
}

// A CookieStore keeps the whole session in the cookie, in Flask's format. The cookie is signed, and the client can read
// it. A session cannot be revoked: a copy of an old cookie stays valid for its lifetime. Keep values out of it that
// must not come back, or use a [ServerStore].
//
// Source: flask.sessions.SecureCookieSessionInterface.
type CookieStore struct {
	options CookieOptions
	codec   TaggedJSON
	tokens  *sign.URLSafeTimedSerializer
}

var _ Store = (*CookieStore)(nil)

// NewCookieStore returns a store of signed cookies. The current key of the
// ring signs, the older ones verify.
func NewCookieStore(keys *sign.KeyRing, options CookieOptions) *CookieStore {
	o := options.withDefaults()
	codec := TaggedJSON{Tags: o.Tags}
	tokens, err := keys.URLSafeTimedWith(sign.SerializerOptions{
		SignerOptions: sign.SignerOptions{Salt: o.Salt, KeyDerivation: sign.HMACDerivation, Digest: o.Digest, Now: o.Now},
		Codec:         codec,
		MaxPayload:    maxInflated,
		CompressAbove: max(o.CompressAbove, 0),
	})
	if err != nil {
		panic(err) // cannot fail: the options above are valid
	}
	return &CookieStore{o, codec, tokens}
}

// Load verifies the cookie now. The values are decoded when the session is first read. The error is always nil.
func (c *CookieStore) Load(_ context.Context, value string) (*Session, error) {
	if value == "" {
		return newSession(c.codec, nil), nil
	}
	if len(value) > maxCookie {
		return newSession(c.codec, errCookieLength), nil
	}
	payload, signed, err := c.tokens.Open(value, c.options.Lifetime)
	if err != nil {
		return newSession(c.codec, err), nil
	}
	return &Session{codec: c.codec, payload: payload, source: c, signed: signed}, nil
}

var errCookieLength = fmt.Errorf("session: the cookie is longer than %d bytes", maxCookie)

func (c *CookieStore) encoded(payload string) ([]byte, error) { return c.tokens.Payload(payload) }

// Save returns the signed session. An unchanged session is signed again without being decoded.
func (c *CookieStore) Save(_ context.Context, s *Session) (string, error) {
	if s.source == source(c) && !s.Modified() && s.payload != "" {
		return c.tokens.Resign(s.payload), nil
	}
	if len(s.load()) == 0 {
		return "", nil
	}
	s.codec = c.codec
	b, err := s.encode()
	if err != nil {
		return "", err
	}
	value := c.tokens.Seal(b)
	if len(value) > c.options.MaxSize {
		return "", tooLarge(s, len(value), c.options.MaxSize)
	}
	s.saved()
	return value, nil
}

// Delete does nothing.
func (c *CookieStore) Delete(context.Context, *Session) error { return nil }

// Encode returns the cookie with the given values, whatever its size. It is for tools and tests.
func (c *CookieStore) Encode(values map[string]any) (string, error) {
	if values == nil {
		values = map[string]any{}
	}
	return c.tokens.Dumps(values)
}

// Decode returns the values of a cookie. Its errors are those of
// [sign.URLSafeTimedSerializer].
func (c *CookieStore) Decode(value string) (map[string]any, error) {
	if len(value) > maxCookie {
		return nil, errCookieLength
	}
	v, err := c.tokens.Loads(value, c.options.Lifetime)
	if err != nil {
		return nil, err
	}
	values, ok := v.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("session: the session is a %T and not an object", v)
	}
	return values, nil
}
