package sign_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/dewar-go/dewar/sign"
)

// A link in a mail that confirms an address: signed, and valid for a day.
func Example() {
	keys, err := sign.NewKeyRing(sign.GenerateKey())
	if err != nil {
		panic(err)
	}
	confirm := keys.URLSafeTimed("confirm address")

	token, err := confirm.Dumps(map[string]any{"user": 42, "address": "ada@example.com"})
	if err != nil {
		panic(err)
	}

	var claim struct {
		User    int
		Address string
	}
	err = confirm.LoadsInto(token, 24*time.Hour, &claim)
	fmt.Println(claim.User, claim.Address, err)

	err = confirm.LoadsInto("x"+token, 24*time.Hour, &claim)
	var bad *sign.BadSignature
	fmt.Println(errors.As(err, &bad))
	// Output:
	// 42 ada@example.com <nil>
	// true
}

// A value with Python's itsdangerous on the other side: any key is accepted.
func ExampleNewURLSafeSerializer() {
	s, err := sign.NewURLSafeSerializer([]string{"dewar-secret-key"}, sign.SerializerOptions{})
	if err != nil {
		panic(err)
	}
	token, _ := s.Dumps([]int{1, 2, 3})
	fmt.Println(token)
	v, err := s.Loads(token)
	fmt.Println(v, err)
	// Output:
	// WzEsMiwzXQ.26Er2mtXqnpwZ9QySVpUCUqy9wI
	// [1 2 3] <nil>
}

func ExampleTimestampSigner() {
	signedAt := time.Unix(1700000000, 0)
	now := signedAt
	s, err := sign.NewTimestampSigner([]string{"dewar-secret-key"}, sign.SignerOptions{Now: func() time.Time { return now }})
	if err != nil {
		panic(err)
	}
	signed := s.Sign("my string")
	fmt.Println(signed)

	now = signedAt.Add(11 * time.Second)
	_, _, err = s.Unsign(signed, 10*time.Second)
	fmt.Println(err)
	var expired *sign.SignatureExpired
	if errors.As(err, &expired) {
		fmt.Println(expired.DateSigned)
	}
	// Output:
	// my string.ZVPxAA.9Em0w78gEKN41sF8ypbSMOR4Js0
	// sign: Signature age 11 > 10 seconds
	// 2023-11-14 22:13:20 +0000 UTC
}

func ExampleRotateKeyFile() {
	dir, err := os.MkdirTemp("", "keys")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "keys")

	keys, _ := sign.LoadOrCreateKeyFile(path)
	token, _ := keys.URLSafe("invite").Dumps("ada")

	keys, _ = sign.RotateKeyFile(path)
	_, err = keys.URLSafe("invite").Loads(token)
	fmt.Println(keys, err)

	keys, _, _ = sign.RetireKeyFile(path, 0)
	_, err = keys.URLSafe("invite").Loads(token)
	fmt.Println(keys, err != nil)
	// Output:
	// sign.KeyRing(2 keys, redacted) <nil>
	// sign.KeyRing(1 keys, redacted) true
}

// Errors never name a key, only its place.
func ExampleNewKeyRing_weak() {
	_, err := sign.NewKeyRing("dev")
	fmt.Println(err)
	// Output:
	// sign: the current key: it has 3 bytes and needs at least 32; make one with the command `secret new`
}
