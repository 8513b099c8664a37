package accounts

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/dewar-go/dewar/sign"
)

// Recovery codes are ten of 50 random bits each, in Crockford's base32, that stand in once for a factor that is lost. The
// store has their HMAC under a key of the ring.
const (
	recoveryCodes    = 10
	fewCodes         = 2 // with as many or fewer left, the user is told
	recoveryLength   = 10
	recoveryAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	// RecoveryCode is the method of a login with a recovery code. RFC 8176 has no name for it.
	RecoveryCode = "recovery"
)

// newRecoveryCode returns a code as it is shown: two groups of five.
func newRecoveryCode() string {
	b := make([]byte, recoveryLength)
	rand.Read(b) // never fails
	for i := range b {
		b[i] = recoveryAlphabet[b[i]%32]
	}
	return string(b[:5]) + "-" + string(b[5:])
}

// readRecoveryCode gives the one form of a code that somebody typed, "" for what is none. As Crockford has it, o is 0, and
// i and l are 1.
func readRecoveryCode(text string) string {
	if len(text) > 64 {
		return ""
	}
	code := strings.NewReplacer(" ", "", "-", "", "O", "0", "I", "1", "L", "1").Replace(strings.ToUpper(text))
	if len(code) != recoveryLength || strings.Trim(code, recoveryAlphabet) != "" {
		return ""
	}
	return code
}

// recoveryKeys are the keys of the codes, the current one first.
func (a *Accounts) recoveryKeys() []sign.DerivedKey {
	return a.app.Keys().Derive("accounts recovery code", 32)
}

// hashRecoveryCode is what the store has of an account's code. It begins with the name of the key.
func hashRecoveryCode(key sign.DerivedKey, account, code string) string {
	mac := hmac.New(sha256.New, key.Key())
	mac.Write([]byte(account + "\x00" + code))
	return hex.EncodeToString(key.ID[:]) + ":" + hex.EncodeToString(mac.Sum(nil))
}

// recoveryLeft counts the codes of a row that can still be used: a key that was retired takes its codes along.
func (a *Accounts) recoveryLeft(f *Factors) (n int) {
	for _, key := range a.recoveryKeys() {
		for _, h := range f.Recovery {
			if strings.HasPrefix(h, hex.EncodeToString(key.ID[:])+":") {
				n++
			}
		}
	}
	return n
}

// renewRecoveryCodes puts new codes into a row in place of all others, and returns them to be shown once.
func (a *Accounts) renewRecoveryCodes(f *Factors) (codes []string) {
	key := a.recoveryKeys()[0]
	f.Recovery = nil
	for range recoveryCodes {
		code := newRecoveryCode()
		codes = append(codes, code)
		f.Recovery = append(f.Recovery, hashRecoveryCode(key, f.Account, readRecoveryCode(code)))
	}
	return codes
}

// spendRecoveryCode uses a code of an account, if it has it, and returns how many are left.
func (a *Accounts) spendRecoveryCode(ctx context.Context, account, text string) (spent bool, left int, err error) {
	code := readRecoveryCode(text)
	if code == "" {
		return false, 0, nil
	}
	spent, err = a.changeFactors(ctx, account, func(f *Factors) (bool, error) {
		for _, key := range a.recoveryKeys() {
			want := hashRecoveryCode(key, account, code)
			if i := slices.IndexFunc(f.Recovery, func(h string) bool { return hmac.Equal([]byte(h), []byte(want)) }); i >= 0 {
				f.Recovery = slices.Delete(f.Recovery, i, i+1)
				left = a.recoveryLeft(f)
				return true, nil
			}
		}
		return false, nil
	})
	return spent, left, err
}
