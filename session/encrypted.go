package session

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/dewar-go/dewar/sign"
)

// An EncryptedCookieStore keeps the whole session in the cookie, encrypted:
// the client cannot read it. It is not Flask's format. Like a [CookieStore] it
// cannot revoke a session.
//
// The cookie is base64url of: a version byte, eight bytes that name the key, 24 random bytes, and AES-256-GCM of the
// time and the values. The key of a message is HMAC-SHA256 of the first 12 random bytes under a key derived from the
// ring. The other 12 are the nonce. So the number of sessions that one key encrypts is practically unlimited. Nothing
// is compressed, because the length would tell about the content.
type EncryptedCookieStore struct {
	options CookieOptions
	codec   TaggedJSON
	keys    []sign.DerivedKey // the current one first
}

var _ Store = (*EncryptedCookieStore)(nil)

// The parts of an encrypted cookie.
const (
	encryptedVersion = 1
	keyIDSize        = 8
	messageSaltSize  = 12
	nonceSize        = 12
	headerSize       = 1 + keyIDSize + messageSaltSize + nonceSize
	tagSize          = 16
	timeSize         = 8
)

// NewEncryptedCookieStore returns a store of encrypted cookies. The ring's current key encrypts, the older ones
// decrypt. options.Salt is the purpose that keys are derived for. Digest and CompressAbove have no effect.
func NewEncryptedCookieStore(keys *sign.KeyRing, options CookieOptions) *EncryptedCookieStore {
	o := options.withDefaults()
	return &EncryptedCookieStore{o, TaggedJSON{Tags: o.Tags}, keys.Derive("encrypted session "+o.Salt, 32)}
}

// Load decrypts the cookie now. The values are decoded when the session is first read. The error is always nil.
func (c *EncryptedCookieStore) Load(_ context.Context, value string) (*Session, error) {
	if value == "" {
		return newSession(c.codec, nil), nil
	}
	data, written, err := c.open(value)
	if err != nil {
		return newSession(c.codec, err), nil
	}
	return &Session{codec: c.codec, payload: data, source: plain{}, signed: written}, nil
}

var (
	errEncryptedForm = errors.New("session: the cookie is not an encrypted session")
	errEncryptedKey  = errors.New("session: the cookie was encrypted with a key that is not in the ring")
	errEncryptedAuth = errors.New("session: the encrypted cookie was changed")
)

func (c *EncryptedCookieStore) open(value string) (data string, written time.Time, err error) {
	if len(value) > maxCookie {
		return "", time.Time{}, errCookieLength
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(value)
	if err != nil || len(b) < headerSize+timeSize+tagSize || b[0] != encryptedVersion {
		return "", time.Time{}, errEncryptedForm
	}
	header, sealed := b[:headerSize], b[headerSize:]
	for _, key := range c.keys {
		if [keyIDSize]byte(header[1:]) != key.ID {
			continue
		}
		opened, err := messageCipher(key.Key(), header).Open(nil, header[headerSize-nonceSize:], sealed, header)
		if err != nil {
			return "", time.Time{}, errEncryptedAuth
		}
		written = time.Unix(int64(binary.BigEndian.Uint64(opened)), 0).UTC()
		if age := c.options.Now().Unix() - written.Unix(); age < 0 || age > int64(c.options.Lifetime/time.Second) {
			return "", time.Time{}, ErrExpired
		}
		return string(opened[timeSize:]), written, nil
	}
	return "", time.Time{}, errEncryptedKey
}

// messageCipher returns the cipher of one message, derived from the message's header.
func messageCipher(key, header []byte) cipher.AEAD {
	h := hmac.New(sha256.New, key)
	h.Write(header[1+keyIDSize : 1+keyIDSize+messageSaltSize])
	block, err := aes.NewCipher(h.Sum(nil))
	if err != nil {
		panic(err) // cannot fail: the key has 32 bytes
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		panic(err)
	}
	return aead
}

// Save returns the encrypted session.
func (c *EncryptedCookieStore) Save(_ context.Context, s *Session) (string, error) {
	if len(s.load()) == 0 {
		return "", nil
	}
	s.codec = c.codec
	values, err := s.encode()
	if err != nil {
		return "", err
	}
	header := make([]byte, headerSize, headerSize+timeSize+len(values)+tagSize)
	header[0] = encryptedVersion
	copy(header[1:], c.keys[0].ID[:])
	rand.Read(header[1+keyIDSize:])
	opened := binary.BigEndian.AppendUint64(make([]byte, 0, timeSize+len(values)), uint64(c.options.Now().Unix()))
	opened = append(opened, values...)
	sealed := messageCipher(c.keys[0].Key(), header).Seal(header, header[headerSize-nonceSize:], opened, header)
	value := base64.RawURLEncoding.EncodeToString(sealed)
	if len(value) > c.options.MaxSize {
		return "", tooLarge(s, len(value), c.options.MaxSize)
	}
	s.saved()
	return value, nil
}

// Delete does nothing.
func (c *EncryptedCookieStore) Delete(context.Context, *Session) error { return nil }

// Format prints the name of the store and no key, for every verb.
func (c *EncryptedCookieStore) Format(f fmt.State, verb rune) {
	fmt.Fprintf(f, "session.EncryptedCookieStore(%d keys, redacted)", len(c.keys))
}
