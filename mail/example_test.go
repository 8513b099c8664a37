package mail_test

import (
	"context"
	"fmt"
	"os"

	"github.com/dewar-go/dewar/mail"
)

// A mail for a developer's eyes.
func Example() {
	sender := mail.Console(os.Stdout)
	err := sender.Send(context.Background(), &mail.Message{
		From: "Shop <shop@example.com>", To: []string{"ada@example.com"},
		Subject: "Your order", Text: "It is on its way.\n",
	})
	fmt.Println(err)
	// Output:
	// --- mail, not sent
	// From: Shop <shop@example.com>
	// To: ada@example.com
	// Subject: Your order
	//
	// It is on its way.
	// ---
	// <nil>
}

// What would become a header of its own is refused.
func ExampleMessage_Check() {
	m := mail.Message{From: "shop@example.com", To: []string{"ada@example.com"}, Subject: "Hi\r\nBcc: everybody@example.com", Text: "x"}
	fmt.Println(m.Check())
	// Output: mail: Subject: it has the character U+000D, which no header may have
}

// A test that follows the link of a mail.
func ExampleOutbox() {
	var outbox mail.Outbox
	_ = outbox.Send(context.Background(), &mail.Message{
		From: "shop@example.com", To: []string{"ada@example.com"}, Subject: "Confirm", Text: "Open https://shop.example.com/confirm?t=1.",
	})
	fmt.Println(outbox.Last().Links())
	// Output: [https://shop.example.com/confirm?t=1]
}
