package privacy_test

import (
	"context"
	"log/slog"
	"os"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/privacy"
)

type Customer struct {
	ID    int64
	Email string `pii:"contact"`
}

func ExampleRedact() {
	logger := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}}))
	logger.Info("ordered", "customer", privacy.Redact(Customer{7, "ann@example.org"}))
	// Output: level=INFO msg=ordered customer="map[Email:[personal] ID:7]"
}

func ExampleRegister() {
	app := dewar.New(dewar.Config{})
	privacy.Register(app, privacy.Source{
		Name:   "newsletter",
		Export: func(ctx context.Context, user string) (any, error) { return map[string]any{"subscribed": true}, nil },
		Erase:  func(ctx context.Context, user string) error { return nil },
	})
	app.Get("/me", func(c *dewar.Context) error { return c.JSON(privacy.Reveal(Customer{7, "ann@example.org"})) })
}
