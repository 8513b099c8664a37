package accounts

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"errors"
	"fmt"

	"github.com/dewar-go/dewar/sign"
	"github.com/dewar-go/dewar/totp"
)

// A sealed secret is a version byte, eight bytes that name the key of the ring, a random nonce, and AES-256-GCM. The ID of
// the account is authenticated with it, so that a row copied to another account opens nothing.
const (
	sealVersion = 1
	sealKeyEnd  = 1 + 8
	sealHeader  = sealKeyEnd + 12
	sealPurpose = "accounts authenticator"
)

var errSealed = errors.New("accounts: the secret of an authenticator app does not open: it was changed, or belongs to another account")

func sealer(key sign.DerivedKey) cipher.AEAD {
	block, err := aes.NewCipher(key.Key())
	if err != nil {
		panic(err) // cannot fail: the key has 32 bytes
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		panic(err)
	}
	return aead
}

// seal encrypts the secret of an account with the ring's current key.
func seal(keys *sign.KeyRing, account string, secret totp.Secret) []byte {
	key := keys.Derive(sealPurpose, 32)[0]
	sealed := make([]byte, sealHeader)
	sealed[0] = sealVersion
	copy(sealed[1:], key.ID[:])
	rand.Read(sealed[sealKeyEnd:]) // never fails
	return sealer(key).Seal(sealed, sealed[sealKeyEnd:sealHeader], secret, []byte(account))
}

// open decrypts the secret of an account with whichever key of the ring sealed it.
func open(keys *sign.KeyRing, account string, sealed []byte) (totp.Secret, error) {
	if len(sealed) < sealHeader || sealed[0] != sealVersion {
		return nil, errSealed
	}
	for _, key := range keys.Derive(sealPurpose, 32) {
		if [8]byte(sealed[1:sealKeyEnd]) != key.ID {
			continue
		}
		secret, err := sealer(key).Open(nil, sealed[sealKeyEnd:sealHeader], sealed[sealHeader:], []byte(account))
		if err != nil {
			return nil, errSealed
		}
		return secret, nil
	}
	return nil, fmt.Errorf("accounts: the secret of an authenticator app was sealed with the key %x, which is not in the ring; put that key back among the older ones", sealed[1:sealKeyEnd])
}
