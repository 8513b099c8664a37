// Command accounts is a site with users on Dewar, to be copied: register, confirm, log in, change password and address,
// log other devices out, add a passkey, delete the account. Mails are written to the terminal; follow the links in them.
//
//	go run ./examples/accounts
package main

import (
	"os"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/cli"
	"github.com/dewar-go/dewar/mail"
)

func main() {
	cli.Main(func(base dewar.Config) (*dewar.App, error) { return newApp(base, mail.Console(os.Stdout)) })
}
