package audit_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/audit"
	"github.com/dewar-go/dewar/sign"
)

func Example() {
	app := dewar.New(dewar.Config{})
	app.Extend(audit.New(audit.NewFile("instance/audit", audit.FileOptions{}), audit.Config{
		Sinks: []audit.Sink{audit.LogSink(slog.Default()), audit.FileSink("/mnt/worm/checkpoints.jsonl")},
	}))
	app.Get("/patients/<id>", func(c *dewar.Context) error {
		if err := audit.Write(c, audit.Event{Name: audit.EventSensitiveRead, Target: c.Str("id")}); err != nil {
			return err // what cannot be written down is not shown
		}
		return c.Text("…")
	})
}

func ExampleVerify() {
	dir, err := os.MkdirTemp("", "audit")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	app := dewar.New(dewar.Config{Loopback: true, SecretKey: dewar.NewSecret(sign.GenerateKey()), Logger: slog.New(slog.DiscardHandler)})
	log := audit.New(audit.NewFile(dir, audit.FileOptions{}), audit.Config{})
	app.Extend(log)
	if _, err := app.Handler(); err != nil {
		panic(err)
	}
	if err := app.Start(context.Background()); err != nil {
		panic(err)
	}
	for range 3 {
		if err := log.Write(audit.Event{Name: audit.EventPrivileges, Actor: "ann", Target: "bob"}); err != nil {
			panic(err)
		}
	}
	report, err := log.Verify(context.Background(), nil)
	fmt.Println(report.First, report.Last, err)
	// Output: 1 4 <nil>
}
