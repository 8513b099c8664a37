package cli_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/cli"
	"github.com/dewar-go/dewar/tasks"
)

func TestTaskCommands(t *testing.T) {
	broker := tasks.Memory()
	dir := t.TempDir()
	var kind tasks.Kind[string]
	stop := func() {}
	factory := func(base dewar.Config) (*dewar.App, error) {
		base.Logger = slog.New(slog.DiscardHandler)
		app := dewar.New(base)
		q := tasks.NewQueue(tasks.Config{Broker: broker})
		kind = tasks.New(q, "kind", func(_ context.Context, text string) error {
			if text == "stop" {
				stop()
				return nil
			}
			return tasks.Fatal(errors.New("bad \x1b[31m"))
		})
		app.Extend(q)
		return app, nil
	}
	run := func(args string) (int, string, string) {
		var stdout, stderr bytes.Buffer
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		stop = cancel
		status := cli.Run(ctx, factory, append([]string{"shop"}, strings.Fields(args+" --instance "+dir)...), &stdout, &stderr)
		return status, stdout.String(), stderr.String()
	}
	if _, err := factory(dewar.Config{}); err != nil {
		t.Fatal(err)
	}
	bad, err := kind.EnqueueContext(t.Context(), "bad \x1b[31m")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := kind.In(1).EnqueueContext(t.Context(), "stop"); err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		args   string
		status int
		want   string
	}{
		{"tasks stats", 0, "QUEUE    WAITING  SCHEDULED  RUNNING  DEAD  OLDEST\ndefault  2        0          0        0     0s\n"},
		{"worker --concurrency 1 --queues default=2", 0, "Running tasks"},
		{"tasks list --state dead", 0, bad + `  dead   default  kind  1`},
		{"tasks list --state waiting", 0, "ID  STATE"},
		{"tasks show " + bad, 0, `arguments  "bad \\u001b[31m"`},
		{"tasks show " + bad, 0, `attempt 1: bad \x1b[31m`},
		{"tasks show", 1, "needs an ID"},
		{"tasks show x", 1, "there is no such task: x"},
		{"tasks replay " + bad, 0, bad + " waits again"},
		{"tasks replay " + bad, 1, "there is no such task: " + bad},
		{"tasks discard " + bad, 0, bad + " is discarded"},
		{"worker --concurrency 0", 1, "--concurrency"},
		{"worker --queues A", 1, `"A" is no queue`},
		{"worker --queues a=0", 1, `"a=0" is no queue`},
	} {
		status, stdout, stderr := run(row.args)
		if status != row.status || !strings.Contains(stdout+stderr, row.want) || strings.Contains(stdout+stderr, "\x1b") {
			t.Errorf("%s: status %d\n%q\n%q", row.args, status, stdout, stderr)
		}
	}
}
