package password_test

import (
	"context"
	"fmt"

	"github.com/dewar-go/dewar/password"
)

func Example() {
	hash, err := password.Hash("correct horse")
	if err != nil {
		panic(err)
	}
	fmt.Println(hash[:31])
	fmt.Println(password.Verify(hash, "correct horse"), password.Verify(hash, "battery staple"))
	// Output:
	// $argon2id$v=19$m=19456,t=2,p=1$
	// true false
}

// A sign-in that takes as long for unknown users, reads the hashes of a Flask
// application and renews them.
func ExampleNeedsRehash() {
	users := map[string]string{
		"ada": "pbkdf2:sha256:1000$SALTSALTSALTSALTSALTSA$baabbb0b265ba89894ce0d98558b7961a45aedf5c8db34a733daecc52c579a87",
	}
	signIn := func(name, text string) bool {
		hash, known := users[name]
		if !known {
			password.VerifyDummy(text)
			return false
		}
		if !password.Verify(hash, text) {
			return false
		}
		if password.NeedsRehash(hash) {
			if renewed, err := password.Hash(text); err == nil {
				users[name] = renewed
			}
		}
		return true
	}
	fmt.Println(signIn("eve", "hunter2"), signIn("ada", "hunter2"), signIn("ada", "hunter2"))
	fmt.Println(users["ada"][:9])
	// Output:
	// false true true
	// $argon2id
}

// Hashes that Werkzeug reads too.
func ExampleFlask() {
	hash, err := password.Flask().Hash(context.Background(), "correct horse")
	if err != nil {
		panic(err)
	}
	fmt.Println(hash[:17])
	// Output:
	// scrypt:32768:8:3$
}
