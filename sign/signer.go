package sign

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"errors"
	"fmt"
	"hash"
	"slices"
	"strings"
	"time"
)

// KeyDerivation says how a signing key is made from a secret key and a salt.
type KeyDerivation string

const (
	// DjangoConcat is H(salt + "signer" + key), the default.
	DjangoConcat KeyDerivation = "django-concat"
	// Concat is H(salt + key).
	Concat KeyDerivation = "concat"
	// HMACDerivation is HMAC-H(key, salt), the one of Flask's session.
	HMACDerivation KeyDerivation = "hmac"
	// NoDerivation takes the key as it is: the salt separates nothing.
	NoDerivation KeyDerivation = "none"
)

// SignerOptions are the settings of a signer. The zero value has the defaults of itsdangerous.
type SignerOptions struct {
	// Salt separates one use of a key from another: a value signed under one
	// salt does not verify under another. The default is
	// "itsdangerous.Signer" for a signer and "itsdangerous" for a serializer.
	Salt string
	// EmptySalt makes the salt empty instead of the default.
	EmptySalt bool
	// Separator stands between the value and its signature. It must not be a character of base64url or "=". The default
	// is ".".
	Separator string
	// KeyDerivation is how the salt enters the key. The default is
	// DjangoConcat.
	KeyDerivation KeyDerivation
	// Digest is the hash of the derivation and of the HMAC. The default is
	// [sha1.New]; HMAC-SHA1 has no known weakness.
	Digest func() hash.Hash
	// Algorithm makes the signatures. The default is [HMAC] with Digest.
	Algorithm Algorithm
	// Now is the clock of a timed signer. The default is [time.Now].
	Now func() time.Time
}

func (o SignerOptions) withDefaults(salt string) SignerOptions {
	if o.Salt == "" && !o.EmptySalt {
		o.Salt = salt
	}
	if o.Separator == "" {
		o.Separator = "."
	}
	if o.KeyDerivation == "" {
		o.KeyDerivation = DjangoConcat
	}
	if o.Digest == nil {
		o.Digest = sha1.New
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return o
}

// base64Alphabet holds the characters that a separator must not be, in itsdangerous' order.
const base64Alphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_="

// A Signer appends a signature to a value and checks it. It is safe for
// concurrent use.
//
// Source: itsdangerous.Signer.
type Signer struct {
	options SignerOptions
	macs    []*keyedMAC // newest first
}

// NewSigner returns a signer for the keys, oldest to newest: the last one
// signs and all verify. Any key but an empty one is accepted, as in
// itsdangerous; applications should take theirs from a [KeyRing].
//
// It fails when there is no key, when a key is empty, and when an option is
// not valid.
func NewSigner(keys []string, options SignerOptions) (*Signer, error) {
	return newSigner(keys, options.withDefaults("itsdangerous.Signer"))
}

func newSigner(keys []string, o SignerOptions) (*Signer, error) {
	if strings.Contains(base64Alphabet, o.Separator) {
		return nil, errors.New("sign: The given separator cannot be used because it may be contained in the signature itself." +
			" ASCII letters, digits, and '-_=' must not be used.")
	}
	if len(keys) == 0 {
		return nil, errors.New("sign: a signer needs at least one secret key")
	}
	s := &Signer{options: o, macs: make([]*keyedMAC, 0, len(keys))}
	for i, key := range slices.Backward(keys) {
		if key == "" {
			return nil, fmt.Errorf("sign: secret key %d of %d is empty", i+1, len(keys))
		}
		derived, err := o.derive(key)
		if err != nil {
			return nil, err
		}
		s.macs = append(s.macs, newKeyedMAC(derived, o.Digest, o.Algorithm))
	}
	return s, nil
}

// derive returns the signing key made from a secret key and the salt.
func (o *SignerOptions) derive(key string) ([]byte, error) {
	switch o.KeyDerivation {
	case Concat, DjangoConcat:
		h := o.Digest()
		h.Write([]byte(o.Salt))
		if o.KeyDerivation == DjangoConcat {
			h.Write([]byte("signer"))
		}
		h.Write([]byte(key))
		return h.Sum(nil), nil
	case HMACDerivation:
		h := hmac.New(o.Digest, []byte(key))
		h.Write([]byte(o.Salt))
		return h.Sum(nil), nil
	case NoDerivation:
		return []byte(key), nil
	}
	return nil, fmt.Errorf("sign: Unknown key derivation method %q; use django-concat, concat, hmac or none", o.KeyDerivation)
}

// DerivedKey returns a copy of the key that signs.
func (s *Signer) DerivedKey() []byte { return slices.Clone(s.macs[0].key()) }

// Signature returns the signature of value, base64url without padding.
func (s *Signer) Signature(value string) string {
	return base64.RawURLEncoding.EncodeToString(s.AppendMAC(nil, value))
}

// AppendMAC appends the raw signature of value, made with the newest key.
func (s *Signer) AppendMAC(dst []byte, value string) []byte {
	k := s.macs[0]
	st := k.get()
	st.buf = append(st.buf[:0], value...)
	k.compute(st)
	dst = append(dst, st.sum...)
	k.put(st)
	return dst
}

// VerifyMAC reports, in constant time for each key, whether mac is the raw
// signature of value under any of the keys.
func (s *Signer) VerifyMAC(value string, mac []byte) bool {
	for _, k := range s.macs {
		if k.verify(value, mac) {
			return true
		}
	}
	return false
}

// Sign returns value, the separator and the signature.
func (s *Signer) Sign(value string) string {
	k := s.macs[0]
	st := k.get()
	st.buf = append(st.buf[:0], value...)
	signed := s.seal(k, st)
	k.put(st)
	return signed
}

// seal returns st.buf with its signature.
func (s *Signer) seal(k *keyedMAC, st *macState) string {
	k.compute(st)
	st.buf = append(st.buf, s.options.Separator...)
	st.buf = base64.RawURLEncoding.AppendEncode(st.buf, st.sum)
	return string(st.buf)
}

// VerifySignature reports whether signature, as base64, is that of value
// under any of the keys.
func (s *Signer) VerifySignature(value, signature string) bool {
	k := s.macs[0]
	st := k.get()
	defer k.put(st)
	var err error
	if st.sent, err = appendBase64Decoded(st.sent[:0], signature); err != nil {
		return false
	}
	return s.VerifyMAC(value, st.sent)
}

// Unsign returns the value without its signature. It fails with a
// *BadSignature when there is no signature or it does not match.
func (s *Signer) Unsign(signed string) (string, error) {
	value, bad := s.unsign(signed)
	if bad != nil {
		return "", bad
	}
	return value, nil
}

func (s *Signer) unsign(signed string) (string, *BadSignature) {
	i := strings.LastIndex(signed, s.options.Separator)
	if i < 0 {
		return "", &BadSignature{BadData: BadData{Message: "No " + pythonBytes(s.options.Separator) + " found in value"}}
	}
	value, signature := signed[:i], signed[i+len(s.options.Separator):]
	if !s.VerifySignature(value, signature) {
		return "", &BadSignature{
			BadData:    BadData{Message: "Signature " + pythonBytes(signature) + " does not match"},
			Payload:    value,
			HasPayload: true,
		}
	}
	return value, nil
}

// Validate reports whether signed has a signature that matches.
func (s *Signer) Validate(signed string) bool {
	_, bad := s.unsign(signed)
	return bad == nil
}
