package dewar_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dewar-go/dewar"
)

// localPipes is a listener without a network on a loopback address.
type localPipes struct{ *pipes }

func (localPipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 5000} }

// TestServerTimeouts: how long the server of App.Serve waits, by the clock of the
// test. net/http's own zero values would wait for ever.
func TestServerTimeouts(t *testing.T) {
	const get, post = "GET / HTTP/1.1\r\nHost: localhost\r\n", "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n"
	for _, row := range []struct {
		name, send, drip string
		every            time.Duration
		status           string // of an answer before the connection ends
		from, to         time.Duration
	}{
		{"nothing is sent", "", "", 0, "", 5 * time.Second, 5 * time.Second},
		{"half a header", get + "X: ", "", 0, "", 5 * time.Second, 5 * time.Second},
		{"a header byte by byte", get + "X: ", "a", time.Second, "", 5 * time.Second, 6 * time.Second},
		{"idle after an answer", get + "\r\n", "", 0, "200 OK", 120 * time.Second, 120 * time.Second},
		{"no body", post, "", 0, "408 Request Timeout", 30 * time.Second, 95 * time.Second},
		{"a body byte by byte", post + "a=", "x", 5 * time.Second, "408 Request Timeout", 30 * time.Second, 95 * time.Second},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				app, _ := newApp(t, func(c *dewar.Config) { c.OnListen = func(string, net.Addr) {} })
				app.Route("/", func(c *dewar.Context) error { return c.Text(c.Form("a")) }, "GET", "POST")
				listener := localPipes{newPipes()}
				ctx, stop := context.WithCancel(t.Context())
				served := make(chan error)
				go func() { served <- app.Serve(ctx, listener) }()
				conn, err := listener.dial(ctx, "", "")
				if err != nil {
					t.Fatal(err)
				}
				start := time.Now()
				gone := make(chan struct{})
				go func() {
					defer close(gone)
					_, err := io.WriteString(conn, row.send)
					for err == nil && row.every > 0 {
						time.Sleep(row.every)
						_, err = io.WriteString(conn, row.drip)
					}
				}()
				r := bufio.NewReader(conn)
				if row.status != "" {
					resp, err := http.ReadResponse(r, nil)
					if err != nil {
						t.Fatal(err)
					}
					if _, err := io.Copy(io.Discard, resp.Body); err != nil || resp.Status != row.status {
						t.Errorf("got %s, %v", resp.Status, err)
					}
				}
				rest, _ := io.ReadAll(r)
				if took := time.Since(start); took < row.from || took > row.to || len(rest) > 0 {
					t.Errorf("ended after %v with %q", took, rest)
				}
				conn.Close()
				<-gone
				stop()
				if err := <-served; err != nil {
					t.Error(err)
				}
			})
		})
	}
}
