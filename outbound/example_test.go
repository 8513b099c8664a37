package outbound_test

import (
	"errors"
	"fmt"
	"log/slog"

	"github.com/dewar-go/dewar/config"
	"github.com/dewar-go/dewar/outbound"
)

// A client for one service: its key goes nowhere else.
func Example() {
	payments, err := outbound.New(outbound.Config{
		Name: "payments",
		Base: "https://api.payments.example",
		Keys: map[string]config.Secret{"X-Api-Key": config.NewSecret("from the configuration")},
	})
	fmt.Println(payments.Timeout, err)
	// Output: 30s <nil>
}

// A client for addresses that users give, such as those of webhooks.
func ExampleNew_webhook() {
	hooks, err := outbound.New(outbound.Config{Name: "webhooks", Retries: -1, MaxBody: 1 << 10, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		fmt.Println(err)
		return
	}
	resp, err := hooks.Get("https://169.254.169.254/latest/meta-data/")
	if err == nil {
		_ = resp.Body.Close()
	}
	var refused *outbound.RefusedError
	fmt.Println(errors.As(err, &refused), refused.Reason)
	// Output: true it is not public; name it in InsecureAllow if it is meant
}
