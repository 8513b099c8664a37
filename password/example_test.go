package password_test

import (
	"context"
	"fmt"

	"github.com/dewar-go/dewar/password"
)

func Example() {
	ctx := context.Background() // in a view: c.Context()
	hash, err := password.Hash(ctx, "correct horse")
	if err != nil {
		panic(err)
	}
	fmt.Println(hash[:31])
	fmt.Println(password.Verify(ctx, hash, "correct horse"))
	fmt.Println(password.Verify(ctx, hash, "battery staple"))
	// Output:
	// $argon2id$v=19$m=19456,t=2,p=1$
	// true <nil>
	// false <nil>
}

// A sign-in that takes as long for unknown users, reads the hashes of a Flask
// application and renews them.
func ExampleNeedsRehash() {
	users := map[string]string{
		"ada": "pbkdf2:sha256:1000$SALTSALTSALTSALTSALTSA$baabbb0b265ba89894ce0d98558b7961a45aedf5c8db34a733daecc52c579a87",
	}
	signIn := func(ctx context.Context, name, text string) (bool, error) {
		hash, known := users[name]
		if !known {
			return false, password.VerifyDummy(ctx, text)
		}
		ok, err := password.Verify(ctx, hash, text)
		if !ok || err != nil {
			return false, err
		}
		if password.NeedsRehash(hash) {
			if users[name], err = password.Hash(ctx, text); err != nil {
				return false, err
			}
		}
		return true, nil
	}
	for _, name := range []string{"eve", "ada", "ada"} {
		fmt.Println(signIn(context.Background(), name, "hunter2"))
	}
	fmt.Println(users["ada"][:9])
	// Output:
	// false <nil>
	// true <nil>
	// true <nil>
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
