package mail_test

import (
	"fmt"

	"github.com/dewar-go/dewar/config"
	smtpmail "github.com/dewar-go/dewar/contrib/mail"
)

// A server with TLS from the first byte.
func Example() {
	server, err := smtpmail.New(smtpmail.Config{
		Host: "smtp.example.com", Username: "shop", Password: config.NewSecret("from the configuration"),
	})
	fmt.Println(server, err)
	// Output: mail.Server(smtp.example.com) <nil>
}
