package secure

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/dewar-go/dewar/sign"
)

const (
	// maxToken and maxSecret bound what is decoded, in bytes.
	maxToken  = 4096
	maxSecret = 256
	// clockSkew is how far in the future a token may have been made, by
	// another server whose clock is ahead.
	clockSkew = time.Minute
)

// newSecret makes a session's secret: 160 random bits in hexadecimal, the form
// of Flask-WTF's.
func newSecret() string {
	var b [20]byte
	rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

// maskedCodec is the token of an application that shares nothing with Flask:
//
//	base64url(mask || mask XOR (time || HMAC-SHA256(key, time || secret)))
//
// with 40 random bytes of mask, a time of 8 bytes in seconds, big endian, and
// the session's secret. The secret itself is not in it, and no bit of two
// tokens is related, which defeats guessing through compression (BREACH).
type maskedCodec struct {
	signer *sign.Signer
	limit  time.Duration
	now    func() time.Time
}

const (
	timeSize   = 8
	maskedSize = timeSize + sha256.Size
)

func newMaskedCodec(o CSRFOptions, limit time.Duration) (*maskedCodec, error) {
	signer, err := o.Keys.SignerWith(sign.SignerOptions{Salt: "dewar csrf token", Digest: sha256.New, KeyDerivation: sign.HMACDerivation})
	if err != nil {
		return nil, err
	}
	return &maskedCodec{signer, limit, o.Now}, nil
}

func (m *maskedCodec) token(secret string) (string, error) {
	var b [2 * maskedSize]byte
	mask, body := b[:maskedSize], b[maskedSize:]
	rand.Read(mask)
	binary.BigEndian.PutUint64(body, uint64(m.now().Unix()))
	m.signer.AppendMAC(body[:timeSize], string(body[:timeSize])+secret)
	subtle.XORBytes(body, body, mask)
	var text [(2*maskedSize*8 + 5) / 6]byte
	base64.RawURLEncoding.Encode(text[:], b[:])
	return string(text[:]), nil
}

func (m *maskedCodec) check(token, secret string) error {
	var b [2 * maskedSize]byte
	if len(token) != base64.RawURLEncoding.EncodedLen(len(b)) {
		return &CSRFError{Reason: CSRFTokenInvalid}
	}
	if _, err := base64.RawURLEncoding.Strict().Decode(b[:], []byte(token)); err != nil {
		return &CSRFError{Reason: CSRFTokenInvalid}
	}
	mask, body := b[:maskedSize], b[maskedSize:]
	subtle.XORBytes(body, body, mask)
	if !m.signer.VerifyMAC(string(body[:timeSize])+secret, body[timeSize:]) {
		return &CSRFError{Reason: CSRFTokenMismatch}
	}
	made := time.Unix(int64(binary.BigEndian.Uint64(body)), 0)
	age := m.now().Sub(made)
	if m.limit != NoTimeLimit && age > m.limit || age < -clockSkew {
		return &CSRFError{Reason: CSRFTokenExpired}
	}
	return nil
}

// FlaskToken makes and reads the CSRF tokens of Flask-WTF: the session's
// secret as a JSON string in a URLSafeTimedSerializer of itsdangerous.
//
// Flask-WTF's own tokens of one session differ only in their time and
// signature. The ones made here differ everywhere: characters of the secret
// are written as themselves or as a JSON escape, by chance, after some
// spaces, which any JSON decoder undoes. That spreads the secret over 2⁴¹
// texts and makes it hard to find through compression (BREACH), but it is not
// the one-time mask of tokens that are not shared with Flask.
type FlaskToken struct {
	serializer *sign.URLSafeTimedSerializer
}

// FlaskTokenSalt is the salt of Flask-WTF's tokens.
const FlaskTokenSalt = "wtf-csrf-token"

// NewFlaskToken uses a serializer with the salt [FlaskTokenSalt] and the
// defaults of itsdangerous.
func NewFlaskToken(s *sign.URLSafeTimedSerializer) FlaskToken { return FlaskToken{s} }

// Encode returns a token for a session's secret.
func (t FlaskToken) Encode(secret string) string {
	var bits [maxSecret/8 + 1]byte
	rand.Read(bits[:])
	b := make([]byte, 0, 4+6*len(secret))
	for range bits[0] & 3 {
		b = append(b, ' ')
	}
	b = append(b, '"')
	for i, r := range secret {
		n := i % maxSecret
		if r < utf8.RuneSelf && isAlnum(byte(r)) && bits[1+n/8]>>(n%8)&1 == 0 {
			b = append(b, byte(r))
			continue
		}
		if r1, r2 := utf16.EncodeRune(r); r1 != utf8.RuneError {
			b = appendUnit(appendUnit(b, r1), r2)
		} else {
			b = appendUnit(b, r)
		}
	}
	return t.serializer.Seal(append(b, '"'))
}

// appendUnit writes one UTF-16 unit as a JSON escape.
func appendUnit(b []byte, u rune) []byte {
	const hex = "0123456789abcdef"
	return append(b, '\\', 'u', hex[u>>12&15], hex[u>>8&15], hex[u>>4&15], hex[u&15])
}

// Decode returns the secret in a token that is not older than maxAge;
// [sign.NoMaxAge] sets no limit. Its errors are those of [sign]: BadSignature,
// SignatureExpired, BadPayload.
func (t FlaskToken) Decode(token string, maxAge time.Duration) (string, error) {
	v, err := t.serializer.Loads(token, maxAge)
	if err != nil {
		return "", err
	}
	secret, ok := v.(string)
	if !ok {
		return "", &sign.BadPayload{BadData: sign.BadData{Message: "the CSRF token does not hold a string"}}
	}
	return secret, nil
}

type flaskCodec struct {
	FlaskToken
	limit time.Duration
}

func newFlaskCodec(o CSRFOptions, limit time.Duration) (*flaskCodec, error) {
	salt := o.FlaskSalt
	if salt == "" {
		salt = FlaskTokenSalt
	}
	if limit == NoTimeLimit {
		limit = sign.NoMaxAge
	}
	s, err := o.Keys.URLSafeTimedWith(sign.SerializerOptions{
		SignerOptions: sign.SignerOptions{Salt: salt, Now: o.Now},
		MaxPayload:    maxToken,
		CompressAbove: maxToken,
	})
	if err != nil {
		return nil, err
	}
	return &flaskCodec{NewFlaskToken(s), limit}, nil
}

func (c *flaskCodec) token(secret string) (string, error) { return c.Encode(secret), nil }

func (c *flaskCodec) check(token, secret string) error {
	got, err := c.Decode(token, c.limit)
	var expired *sign.SignatureExpired
	switch {
	case errors.As(err, &expired):
		return &CSRFError{Reason: CSRFTokenExpired}
	case err != nil:
		return &CSRFError{Reason: CSRFTokenInvalid}
	case subtle.ConstantTimeCompare([]byte(got), []byte(secret)) != 1:
		return &CSRFError{Reason: CSRFTokenMismatch}
	}
	return nil
}
