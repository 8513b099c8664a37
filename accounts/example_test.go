package accounts_test

import (
	"os"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/accounts"
	"github.com/dewar-go/dewar/login"
	"github.com/dewar-go/dewar/mail"
)

func Example() {
	app := dewar.New(dewar.Config{})
	app.Extend(accounts.New(accounts.Config{
		Mail: mail.Console(os.Stdout),
		From: "Shop <shop@example.com>",
		Home: "/",
	}))
	app.Get("/", func(c *dewar.Context) error {
		if account, ok := accounts.User(c); ok {
			return c.Text("Hello, " + account.Email)
		}
		return c.Text("Hello, whoever you are")
	})
	app.Get("/orders", func(c *dewar.Context) error { return c.Text("…") }).Guard(login.Required)
}
