package dewar_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"testing"
	"testing/synctest"

	"github.com/dewar-go/dewar"
)

// TestContextEndsWithTheClient: a view that waits learns that its client has gone,
// whatever it has read of the request. It is nobody's mistake, and nobody is
// answered.
func TestContextEndsWithTheClient(t *testing.T) {
	const head = "POST /wait HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: same-origin\r\n"
	const urlencoded, multipart = "Content-Type: application/x-www-form-urlencoded\r\n", "Content-Type: multipart/form-data; boundary=B\r\n"
	const parts = "--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--B--\r\n"
	length := func(body string) string { return fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(body), body) }
	chunked := func(body string) string {
		return fmt.Sprintf("Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n", len(body), body)
	}
	form := func(c *dewar.Context) { _ = c.Form("a") }
	for _, row := range []struct {
		name, request string
		read          func(c *dewar.Context)
	}{
		{"no body", "GET /wait HTTP/1.1\r\nHost: localhost\r\n\r\n", func(*dewar.Context) {}},
		{"an empty body", head + length(""), func(*dewar.Context) {}},
		{"a form", head + urlencoded + length("a=1"), form},
		{"a form in chunks", head + urlencoded + chunked("a=1"), form},
		{"parts", head + multipart + length(parts), form},
		{"parts in chunks", head + multipart + chunked(parts), form},
		{"parts and an epilogue", head + multipart + length(parts+"epilogue"), form},
		{"JSON in chunks", head + "Content-Type: application/json\r\n" + chunked(`{"a":1}`), func(c *dewar.Context) { _ = c.BindJSON(&struct{ A int }{}) }},
		{"a pipelined request", head + urlencoded + length("a=1") + "GET / HTTP/1.1\r\n", form},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				app, _ := newApp(t, func(c *dewar.Config) { c.OnListen = func(string, net.Addr) {} })
				ended := make(chan error, 1)
				app.Route("/wait", func(c *dewar.Context) error {
					row.read(c)
					<-c.Context().Done()
					return fmt.Errorf("waiting: %w", c.Context().Err())
				}, "GET", "POST")
				app.Signals.Exception.Connect(func(e dewar.ExceptionEvent) { t.Errorf("an exception: %v", e.Err) })
				app.OnError(http.StatusInternalServerError, func(c *dewar.Context, e *dewar.HTTPError) error {
					t.Error("an answer for nobody")
					return nil
				})
				app.Teardown(func(_ *dewar.Context, err error) { ended <- err })
				listener := localPipes{newPipes()}
				ctx, stop := context.WithCancel(t.Context())
				served := make(chan error)
				go func() { served <- app.Serve(ctx, listener) }()
				conn, err := listener.dial(ctx, "", "")
				if err != nil {
					t.Fatal(err)
				}
				if _, err := io.WriteString(conn, row.request); err != nil {
					t.Fatal(err)
				}
				synctest.Wait()
				select {
				case err := <-ended:
					t.Fatalf("the view did not wait: %v", err)
				default:
				}
				conn.Close()
				if err := <-ended; !errors.Is(err, context.Canceled) {
					t.Errorf("the view ended with %v", err)
				}
				stop()
				if err := <-served; err != nil {
					t.Error(err)
				}
			})
		})
	}
}
