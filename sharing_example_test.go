package dewar_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/sign"
)

// A route that has moved, and another that is still Flask's.
func ExampleApp_Fallback() {
	flask := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "Flask serves %s to %s", r.URL.Path, r.Header.Get("X-Forwarded-For"))
	}))
	defer flask.Close()

	config := exampleConfig()
	config.SecretKey = dewar.NewSecret(sign.GenerateKey()) // Flask's SECRET_KEY
	config.Flask = &dewar.FlaskSharing{}
	app := dewar.New(config)
	app.Get("/", func(c *dewar.Context) error {
		return c.Text("Dewar serves " + c.Path())
	})
	app.Fallback(flask.URL)

	show(app, "/")
	show(app, "/account")
	// Output:
	// 200 Dewar serves /
	// 200 Flask serves /account to 192.0.2.1
}

// Flask keeps reading the hashes that are written beside it, and what it wrote
// is not replaced by something it could not read.
func ExampleApp_Passwords() {
	beside := dewar.New(dewar.Config{Flask: &dewar.FlaskSharing{}}).Passwords()
	hash, err := beside.Hash(context.Background(), "correct horse")
	fmt.Println(strings.HasPrefix(hash, "scrypt:32768:8:3$"), err, beside.NeedsRehash(hash))

	alone := dewar.New(dewar.Config{}).Passwords()
	fmt.Println(alone.NeedsRehash(hash))
	// Output:
	// true <nil> false
	// true
}
