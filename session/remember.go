package session

import (
	"crypto/sha512"
	"encoding/hex"
	"strings"

	"github.com/dewar-go/dewar/sign"
)

// maxRemember is the length of the longest remember cookie that is read.
const maxRemember = 4096

// A Remember reads and writes Flask-Login's remember cookie: the user's id, a "|", and the hexadecimal HMAC-SHA512 of
// the id under the secret key itself.
//
// The cookie has no time and no state on the server. It is valid as long as its key, whatever happens to the account.
// The key has no salt, so any other HMAC-SHA512 under the key is a valid cookie. Use it only to share users with a
// Flask application. Unlike Flask-Login, it accepts cookies of the older keys of the ring.
type Remember struct{ signer *sign.Signer }

// NewRemember returns the codec for the keys of a ring.
func NewRemember(keys *sign.KeyRing) *Remember {
	// Flask-Login encodes a key that is text in Latin-1.
	signer, err := keys.Latin1().SignerWith(sign.SignerOptions{KeyDerivation: sign.NoDerivation, Digest: sha512.New})
	if err != nil {
		panic(err) // cannot fail: the options are valid
	}
	return &Remember{signer}
}

// Encode returns the cookie for a user's id.
func (r *Remember) Encode(user string) string {
	return user + "|" + hex.EncodeToString(r.signer.AppendMAC(nil, user))
}

// Decode returns the user's id in a cookie. ok is false when no key of the ring signed it.
func (r *Remember) Decode(value string) (user string, ok bool) {
	i := strings.LastIndexByte(value, '|')
	if i < 0 || len(value) > maxRemember {
		return "", false
	}
	user, digest := value[:i], value[i+1:]
	if digest != strings.ToLower(digest) {
		return "", false
	}
	mac, err := hex.DecodeString(digest)
	if err != nil || len(mac) != sha512.Size || !r.signer.VerifyMAC(user, mac) {
		return "", false
	}
	return user, true
}
