// Command shop is a small shop on Dewar: orders, and the work behind them. An order's mail, the message to the warehouse
// and the nightly report are tasks; the list of goods is a cached page. Mails are written to the terminal.
//
//	go run ./examples/shop
//	go run ./examples/shop account add ann@example.com staff
package main

import (
	"os"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/cli"
	"github.com/dewar-go/dewar/mail"
)

func main() {
	cli.Main(func(base dewar.Config) (*dewar.App, error) {
		s, err := newShop(base, outside{mailer: mail.Console(os.Stdout)})
		if err != nil {
			return nil, err
		}
		return s.app, nil
	})
}
