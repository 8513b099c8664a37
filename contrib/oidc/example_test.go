package oidc_test

import (
	"fmt"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/contrib/oidc"
	"github.com/dewar-go/dewar/login"
)

// Signing in with a provider, for accounts of the application's own.
func Example() {
	app := dewar.New(dewar.Config{})
	users := map[string]*account{}
	app.Extend(
		login.New(func(_ *dewar.Context, id string) (*account, error) { return users[id], nil }, login.Config{}),
		oidc.New(oidc.Config{
			Credentials: login.NewMemoryCredentials(), // database.Credentials() of contrib/db
			Providers: []oidc.Provider{{
				Name: "google", Label: "Google", Issuer: "https://accounts.google.com",
				ClientID: "id", ClientSecret: dewar.NewSecret("from the configuration"),
			}},
			SignUp: func(_ *dewar.Context, id oidc.Identity) (login.Account, error) {
				u := &account{id: fmt.Sprint(len(users) + 1), email: id.Email}
				users[u.id] = u
				return u, nil
			},
		}),
	)
	for _, r := range app.Routes() {
		fmt.Println(r.Methods, r.Rule, r.Endpoint)
	}
	// Output:
	// [GET HEAD] /oidc/ oidc.manage
	// [POST] /oidc/unlink oidc.unlink
	// [POST] /oidc/<provider> oidc.begin
	// [GET HEAD] /oidc/<provider>/callback oidc.callback
	// [POST] /oidc/<provider>/link oidc.link
}
