package acme_test

import (
	"fmt"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/contrib/acme"
	"github.com/dewar-go/dewar/sign"
)

func ExampleNew() {
	app := dewar.New(dewar.Config{
		SecretKey:        dewar.NewSecret(sign.GenerateKey()),
		TrustedHosts:     []string{"shop.example.com"},
		HTTPRedirectAddr: ":80",
	})
	app.Extend(acme.New(acme.Config{AcceptTerms: true, Email: "admin@example.com", DirectoryURL: acme.Staging}))
	_, err := app.Handler() // or app.Run(":443")
	fmt.Println(err)
	// Output: <nil>
}
