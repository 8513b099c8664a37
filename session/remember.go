package session

import (
	"crypto/sha512"
	"encoding/hex"
	"strings"

	"github.com/dewar-go/dewar/sign"
)

// maxRemember is the length of the longest remember cookie that is read.
const maxRemember = 4096

// A Remember is the codec of Flask-Login's remember cookie: the user's id, a
// "|", and the hexadecimal HMAC-SHA512 of the id under the secret key itself.
//
// Such a cookie has no time and no state on the server: it is valid for as
// long as its key, whatever happens to the account, and because the key has
// no salt, any other HMAC-SHA512 under it would be one. Use it only to share
// users with a Flask application. Other than Flask-Login it keeps accepting
// cookies of the older keys of a ring.
type Remember struct{ signer *sign.Signer }

// NewRemember returns the codec for the keys of a ring.
func NewRemember(keys *sign.KeyRing) *Remember {
	// Flask-Login alone takes a key that is text as Latin-1.
	signer, err := keys.Latin1().SignerWith(sign.SignerOptions{KeyDerivation: sign.NoDerivation, Digest: sha512.New})
	if err != nil {
		panic(err) // the options are valid
	}
	return &Remember{signer}
}

// Encode returns the cookie's value for a user's id, in UTF-8.
func (r *Remember) Encode(user string) string {
	return user + "|" + hex.EncodeToString(r.signer.AppendMAC(nil, user))
}

// Decode returns the user's id of a cookie's value, false when it was not
// signed with a key of the ring.
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
