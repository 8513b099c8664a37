package passkey_test

import (
	"fmt"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/contrib/passkey"
	"github.com/dewar-go/dewar/login"
)

// Passkeys for accounts of the application's own.
func Example() {
	app := dewar.New(dewar.Config{Name: "Shop"})
	users := map[string]*account{}
	app.Extend(
		login.New(func(_ *dewar.Context, id string) (*account, error) { return users[id], nil }, login.Config{LoginView: "login"}),
		passkey.New(passkey.Config{
			Credentials: login.NewMemoryCredentials(), // database.Credentials() of contrib/db
			LoginView:   "login",
		}),
	)
	app.Get("/login", func(c *dewar.Context) error {
		return c.Render("login.html", nil) // with {% include "passkey/login.html" %}
	}).Name("login")
	for _, r := range app.Routes() {
		if r.Endpoint == "passkey.manage" || r.Endpoint == "passkey.use" {
			fmt.Println(r.Rule, r.Guards)
		}
	}
	// Output:
	// /passkey/use [session csrf]
	// /passkey/ [session csrf login required]
}
