package accesslog_test

import (
	"context"
	"log/slog"
	"os"
	"time"

	"github.com/dewar-go/dewar/accesslog"
)

func Example() {
	logger := slog.New(accesslog.New(os.Stdout, accesslog.Options{}))
	end := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	accesslog.Write(context.Background(), logger, &accesslog.Request{
		Method: "GET", Rule: "/users/{id}", Status: 200, Took: 3 * time.Millisecond, Sent: 512, ID: "5d2f",
	}, end)
	// Output: {"time":"2026-01-02T03:04:05Z","level":"INFO","msg":"request","method":"GET","rule":"/users/{id}","status":200,"took":3000000,"bytes":512,"request_id":"5d2f"}
}
