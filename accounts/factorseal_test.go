package accounts_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/dewar-go/dewar/accounts"
	"github.com/dewar-go/dewar/sign"
	"github.com/dewar-go/dewar/totp"
)

// The key of an app is encrypted for its account, and opens with a key that was retired from signing.
func TestSeal(t *testing.T) {
	keys := ring(t, key)
	secret := totp.NewSecret()
	sealed := accounts.Seal(keys, "ann", secret)
	if bytes.Contains(sealed, secret) || bytes.Equal(sealed, accounts.Seal(keys, "ann", secret)) || len(sealed) > 255 {
		t.Error("not encrypted, twice the same, or too long")
	}
	other := sign.GenerateKey()
	for name, keys := range map[string]*sign.KeyRing{"the key": keys, "the key among older ones": ring(t, other, key)} {
		if opened, err := accounts.Open(keys, "ann", sealed); err != nil || !bytes.Equal(opened, secret) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := accounts.Open(ring(t, other), "ann", sealed); err == nil || !strings.Contains(err.Error(), "put that key back") {
		t.Error(err)
	}
	if _, err := accounts.Open(keys, "bob", sealed); err == nil {
		t.Error("it opens for another account")
	}
	for i := range sealed {
		changed := bytes.Clone(sealed)
		changed[i] ^= 1
		if _, err := accounts.Open(keys, "ann", changed); err == nil {
			t.Errorf("it opens with byte %d changed", i)
		}
		if _, err := accounts.Open(keys, "ann", sealed[:i]); err == nil {
			t.Errorf("it opens with %d bytes", i)
		}
	}
}

func ring(t *testing.T, current string, older ...string) *sign.KeyRing {
	t.Helper()
	keys, err := sign.NewKeyRing(current, older...)
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

// However a recovery code is typed, there is one form of it.
func FuzzRecoveryCode(f *testing.F) {
	f.Add("01abc-defgh")
	f.Add(" o1 I2l-34567 x")
	f.Fuzz(func(t *testing.T, text string) {
		code := accounts.ReadRecoveryCode(text)
		if code == "" {
			return
		}
		if len(code) != 10 || strings.ContainsAny(code, "ILOU- abc") || accounts.ReadRecoveryCode(code) != code {
			t.Errorf("%q is read as %q", text, code)
		}
	})
}
