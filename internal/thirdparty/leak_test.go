package thirdparty

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"testing"

	"go.uber.org/goleak"

	"github.com/dewar-go/dewar"
)

// TestServeLeavesNothing: an app that was served and shut down leaves no
// goroutine behind, with connections that were kept open by their clients too.
func TestServeLeavesNothing(t *testing.T) {
	before := goleak.IgnoreCurrent()
	listening := make(chan string, 1)
	app := dewar.New(dewar.Config{
		InstanceDir: t.TempDir(),
		Logger:      slog.New(slog.DiscardHandler),
		OnListen:    func(url string, _ net.Addr) { listening <- url },
	})
	app.Get("/", func(c *dewar.Context) error { return c.Text("hello") }).Name("index")
	app.Get("/panic", func(*dewar.Context) error { panic("on purpose") }).Name("panic")

	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- app.Serve(ctx, listener) }()

	url := <-listening
	transport := &http.Transport{}
	client := &http.Client{Transport: transport}
	for path, status := range map[string]int{"/": 200, "/panic": 500, "/nowhere": 404} {
		resp, err := client.Get(url + path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, resp.Body); err != nil {
			t.Error(err)
		}
		resp.Body.Close()
		if resp.StatusCode != status {
			t.Errorf("%s: status %d, want %d", path, resp.StatusCode, status)
		}
	}
	stop()
	if err := <-served; err != nil {
		t.Errorf("Serve: %v", err)
	}
	transport.CloseIdleConnections()
	goleak.VerifyNone(t, before)
}
