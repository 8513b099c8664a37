package sign

import (
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
)

// A KeyRing holds the secret keys of an application: one that signs, and older ones that still verify. Everything that
// signs or encrypts takes its keys from one ring, each use under its own salt, so that all of it rotates together.
//
// A ring never changes and is safe for concurrent use. It never shows its keys: with no verb of fmt, in no log and not
// as JSON.
type KeyRing struct {
	// keys returns the keys, oldest to newest. It is a function because fmt prints even unexported fields when the ring
	// is a field of a larger struct.
	keys func() []string
}

// NewKeyRing returns a ring whose current key signs and whose older keys, in
// any order, only verify.
//
// Each key must be strong: at least 32 bytes, not on the list of keys that
// documentation and templates have made known, not a word to be replaced, not
// a repetition or a sequence. [GenerateKey] makes a good one. An error names
// the key by its place, never by its text.
func NewKeyRing(current string, older ...string) (*KeyRing, error) {
	for i, key := range append([]string{current}, older...) {
		if err := checkStrength(key); err != nil {
			return nil, fmt.Errorf("sign: %s: %w; make one with the command `secret new`", keyName(i), err)
		}
	}
	return newKeyRing(current, older)
}

// NewKeyRingInsecureShortKey is [NewKeyRing] for keys of any strength. Whoever has one cookie can guess a short key in
// seconds, and then sign in as any user. Use it only to share users with an existing Flask application until its
// SECRET_KEY can be replaced.
func NewKeyRingInsecureShortKey(current string, older ...string) (*KeyRing, error) {
	// Flask appends SECRET_KEY_FALLBACKS to its list of keys. When that setting is a string, every letter becomes a
	// key.
	if len(older) > 1 && !slices.ContainsFunc(older, func(k string) bool { return len(k) > 1 }) {
		return nil, errors.New("sign: every older key is a single character: this was one string, split up; give it as one key")
	}
	return newKeyRing(current, older)
}

func newKeyRing(current string, older []string) (*KeyRing, error) {
	keys := make([]string, 0, 1+len(older))
	for i, key := range slices.Backward(older) {
		if key == "" {
			return nil, fmt.Errorf("sign: %s is empty", keyName(i+1))
		}
		if key == current || slices.Contains(older[:i], key) {
			return nil, fmt.Errorf("sign: %s is in the ring twice", keyName(i+1))
		}
		keys = append(keys, key)
	}
	if current == "" {
		return nil, errors.New("sign: the current key is empty; make one with the command `secret new`")
	}
	keys = append(keys, current)
	return &KeyRing{func() []string { return keys }}, nil
}

func keyName(i int) string {
	if i == 0 {
		return "the current key"
	}
	return fmt.Sprintf("older key %d", i)
}

// GenerateKey returns a new strong key: 32 random bytes as base64url, 43 characters.
func GenerateKey() string {
	var b [32]byte
	for {
		rand.Read(b[:]) // never fails: crypto/rand ends the process instead
		if key := base64.RawURLEncoding.EncodeToString(b[:]); checkStrength(key) == nil {
			return key
		}
	}
}

// Len returns the number of keys.
func (r *KeyRing) Len() int { return len(r.keys()) }

// Signer returns a signer under a salt, with the defaults of itsdangerous. Like all these methods it panics when the
// salt is empty: each use of a key needs a salt of its own.
func (r *KeyRing) Signer(salt string) *Signer {
	return must(r.SignerWith(SignerOptions{Salt: salt}))
}

// TimestampSigner returns a signer with a timestamp under a salt.
func (r *KeyRing) TimestampSigner(salt string) *TimestampSigner {
	return &TimestampSigner{r.Signer(salt)}
}

// URLSafe returns a serializer under a salt with the defaults of
// itsdangerous.
func (r *KeyRing) URLSafe(salt string) *URLSafeSerializer {
	return must(r.URLSafeWith(SerializerOptions{SignerOptions: SignerOptions{Salt: salt}}))
}

// URLSafeTimed returns a serializer with a timestamp under a salt with the
// defaults of itsdangerous: derivation django-concat, HMAC-SHA1.
func (r *KeyRing) URLSafeTimed(salt string) *URLSafeTimedSerializer {
	return must(r.URLSafeTimedWith(SerializerOptions{SignerOptions: SignerOptions{Salt: salt}}))
}

// SignerWith is Signer with options. It fails when they are not valid, and when they have neither a salt nor the
// derivation [NoDerivation], which uses none.
func (r *KeyRing) SignerWith(o SignerOptions) (*Signer, error) {
	if err := needSalt(o); err != nil {
		return nil, err
	}
	return NewSigner(r.keys(), o)
}

// URLSafeWith is URLSafe with options. It fails as SignerWith.
func (r *KeyRing) URLSafeWith(o SerializerOptions) (*URLSafeSerializer, error) {
	if err := needSalt(o.SignerOptions); err != nil {
		return nil, err
	}
	return NewURLSafeSerializer(r.keys(), o)
}

// URLSafeTimedWith is URLSafeTimed with options. It fails as SignerWith.
func (r *KeyRing) URLSafeTimedWith(o SerializerOptions) (*URLSafeTimedSerializer, error) {
	if err := needSalt(o.SignerOptions); err != nil {
		return nil, err
	}
	return NewURLSafeTimedSerializer(r.keys(), o)
}

func needSalt(o SignerOptions) error {
	if o.Salt == "" && o.KeyDerivation != NoDerivation {
		return errors.New("sign: a signer of a ring needs a salt, the name of what it signs")
	}
	return nil
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// Latin1 returns a ring whose keys are encoded in Latin-1 instead of UTF-8, as Flask-Login encodes them. It differs
// only for keys with characters beyond ASCII.
func (r *KeyRing) Latin1() *KeyRing {
	keys := slices.Clone(r.keys())
	for i, key := range keys {
		b := make([]byte, 0, len(key))
		for _, c := range key {
			if c > 0xff { // no Latin-1 form; U+FFFD, for bytes that are no text, too
				b = nil
				break
			}
			b = append(b, byte(c))
		}
		if len(b) > 0 {
			keys[i] = string(b)
		}
	}
	return &KeyRing{func() []string { return keys }}
}

// A DerivedKey is a key for one purpose, made from one key of a ring.
type DerivedKey struct {
	// ID names the key without revealing it: eight bytes that say which key of the ring was used.
	ID [8]byte

	key func() []byte // a function, because fmt prints unexported fields
}

// Key returns the key itself. It must not be changed.
func (d DerivedKey) Key() []byte { return d.key() }

// Format prints the ID and not the key, whatever the verb.
func (d DerivedKey) Format(f fmt.State, verb rune) {
	io.WriteString(f, d.LogValue().String())
}

// LogValue logs the ID and not the key.
func (d DerivedKey) LogValue() slog.Value {
	return slog.StringValue(fmt.Sprintf("sign.DerivedKey(%x, redacted)", d.ID[:]))
}

// MarshalJSON writes the ID and not the key.
func (d DerivedKey) MarshalJSON() ([]byte, error) {
	return []byte(`"` + d.LogValue().String() + `"`), nil
}

// Derive returns a key of size bytes for each key of the ring, the current
// one first, for a purpose other than signing, such as encryption. It uses
// HKDF-SHA256 (RFC 5869) with the purpose as the info. It panics when the
// purpose is empty or the size is not between 16 and 8,160.
func (r *KeyRing) Derive(purpose string, size int) []DerivedKey {
	if purpose == "" || size < 16 {
		panic("sign: Derive needs a purpose and a size of at least 16 bytes")
	}
	var derived []DerivedKey
	for _, key := range slices.Backward(r.keys()) {
		b := must(hkdf.Key(sha256.New, []byte(key), nil, "dewar "+purpose, size))
		d := DerivedKey{key: func() []byte { return b }}
		copy(d.ID[:], must(hkdf.Key(sha256.New, []byte(key), nil, "dewar key id "+purpose, len(d.ID))))
		derived = append(derived, d)
	}
	return derived
}

// IDs returns a name for each key, the current one first: 16 hexadecimal digits that reveal nothing about a strong key.
// They are for logs and for commands that rotate keys.
func (r *KeyRing) IDs() []string {
	var ids []string
	for _, d := range r.Derive("ring", 16) {
		ids = append(ids, hex.EncodeToString(d.ID[:]))
	}
	return ids
}

const redacted = "sign.KeyRing(redacted)"

// String says how many keys there are, and no more.
func (r *KeyRing) String() string {
	if r == nil {
		return "sign.KeyRing(nil)"
	}
	return fmt.Sprintf("sign.KeyRing(%d keys, redacted)", r.Len())
}

// Format prints what String returns, whatever the verb.
func (r *KeyRing) Format(f fmt.State, verb rune) { io.WriteString(f, r.String()) }

// GoString returns what String returns.
func (r *KeyRing) GoString() string { return r.String() }

// LogValue logs what String returns.
func (r *KeyRing) LogValue() slog.Value { return slog.StringValue(r.String()) }

// MarshalText writes no key.
func (r *KeyRing) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// MarshalJSON writes no key.
func (r *KeyRing) MarshalJSON() ([]byte, error) { return []byte(`"` + redacted + `"`), nil }
