package dewar_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dewar-go/dewar"
)

// stream is a request as net/http makes it of a stream of HTTP/2.
func stream(t *testing.T, method, path, host string, headers http.Header) *http.Request {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Method, r.Host, r.Proto, r.ProtoMajor, r.ProtoMinor = method, host, "HTTP/2.0", 2, 0
	if headers != nil {
		r.Header = headers
	}
	return r
}

// TestHTTP2Requests: what net/http lets through over HTTP/2 and not over HTTP/1 is
// refused by the gate, and the other application sees nothing of it.
func TestHTTP2Requests(t *testing.T) {
	app, got := forwarding(t, nil)
	for _, row := range []struct {
		name, method, path, host string
		headers                  http.Header
		status                   int
	}{
		{"a stream", "GET", "/other", "localhost", nil, 200},
		{"an address of another host", "GET", "http://evil.example/other", "localhost", nil, 400},
		{"an address of this host", "GET", "https://localhost/other", "localhost", nil, 400},
		{"an opaque address", "GET", "x:other", "localhost", nil, 400},
		{"a method with a space", "GET /admin HTTP/1.1", "/other", "localhost", nil, 400},
		{"a method that is not ASCII", "G\xc3\x9cT", "/other", "localhost", nil, 400},
		{"a method with a colon", "X:", "/other", "localhost", nil, 400},
		{"PRI", "PRI", "*", "localhost", nil, 400},
		{"trace", "trace", "/other", "localhost", nil, 405},
		{"connect", "connect", "/other", "localhost", nil, 405},
		{"a Host that is the authority", "GET", "/other", "localhost", http.Header{"Host": {"localhost"}}, 200},
		{"a Host that is not", "GET", "/other", "localhost", http.Header{"Host": {"evil.example"}}, 400},
		{"two Hosts", "GET", "/other", "localhost", http.Header{"Host": {"localhost", "localhost"}}, 400},
	} {
		*got = nil
		w := httptest.NewRecorder()
		app.ServeHTTP(w, stream(t, row.method, row.path, row.host, row.headers))
		if w.Code != row.status || (len(*got) > 0) != (row.status == 200) {
			t.Errorf("%s: %d, the other application got %q; want %d", row.name, w.Code, *got, row.status)
		}
		if c := w.Header().Get("Connection"); c != "" && row.method != "PRI" {
			t.Errorf("%s: Connection: %s: the connection may be others' too", row.name, c)
		}
	}
}

// TestMethodsInLowerCase: the gate refuses methods as the rules and WSGI read them.
func TestMethodsInLowerCase(t *testing.T) {
	app, got := forwarding(t, nil)
	for _, method := range []string{"trace", "Track", "connect", "CoNNECT"} {
		if resp := receive(t, app, method+" /other HTTP/1.1\r\nHost: localhost"); resp.StatusCode != 405 || len(*got) > 0 {
			t.Errorf("%s: %d, the other application got %q", method, resp.StatusCode, *got)
		}
	}
}

// TestFallbackUpgrades: the other application is asked for no protocol but
// WebSocket, whatever stands beside it, and the client's expectation is met here.
func TestFallbackUpgrades(t *testing.T) {
	var seen []string
	other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		for _, name := range []string{"Upgrade", "Http2-Settings", "Expect"} {
			seen = append(seen, r.Header[name]...)
		}
	}))
	defer other.Close()
	app, _ := newApp(t, func(c *dewar.Config) { c.Loopback = true })
	app.Fallback(other.URL)
	const upgrade = "Connection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n"
	for headers, want := range map[string]string{
		upgrade + "Upgrade: websocket":                         "websocket",
		upgrade + "Upgrade: h2c":                               "",
		upgrade + "Upgrade: h2c\r\nUpgrade: websocket":         "websocket",
		upgrade + "Upgrade: websocket\r\nUpgrade: h2c":         "websocket",
		upgrade + "Upgrade: h2c, WebSocket/13":                 "websocket",
		"Upgrade: websocket\r\nHTTP2-Settings: AAMAAABkAAQAAP": "",
		"Expect: 100-continue":                                 "",
	} {
		seen = nil
		receive(t, app, "GET /socket HTTP/1.1\r\nHost: localhost\r\n"+headers)
		if s := strings.Join(slices.Compact(seen), "|"); s != want {
			t.Errorf("%q: the other application is asked for %q, want %q", headers, s, want)
		}
	}
}

// cancelling is the writer of a stream that its client ends in the view. It notes the
// last deadlines.
type cancelling struct {
	*httptest.ResponseRecorder
	read, write time.Time
}

func (w *cancelling) SetReadDeadline(t time.Time) error  { w.read = t; return nil }
func (w *cancelling) SetWriteDeadline(t time.Time) error { w.write = t; return nil }
func (w *cancelling) FlushError() error                  { return errors.New("client disconnected") }

// TestCancelledStreamsHaveNoDeadline: a deadline set for a stream of HTTP/2 that is
// over keeps it and its connection in memory until then. Nor is what its client did an
// error of the program.
func TestCancelledStreamsHaveNoDeadline(t *testing.T) {
	app, log := newApp(t, func(c *dewar.Config) { c.Loopback = true })
	app.Post("/body", func(c *dewar.Context) error { return c.Text("the body is left unread") })
	app.Post("/long", func(c *dewar.Context) error { return c.Text(strings.Repeat("x", 100<<10)) })
	app.Post("/events", func(c *dewar.Context) error {
		return c.Events(func(func(dewar.Event) error) error { return nil })
	})
	var cancel context.CancelFunc
	app.Before(func(*dewar.Context) error { cancel(); return nil })
	for _, path := range []string{"/body", "/long", "/events"} {
		r := stream(t, "POST", path, "localhost", nil)
		r.Body = io.NopCloser(strings.NewReader("a"))
		ctx, done := context.WithCancel(t.Context())
		cancel = done
		w := &cancelling{ResponseRecorder: httptest.NewRecorder()}
		app.ServeHTTP(w, r.WithContext(ctx))
		if !w.read.IsZero() || !w.write.IsZero() {
			t.Errorf("%s: deadlines of %v and %v", path, w.read, w.write)
		}
	}
	if strings.Contains(log.String(), "level=ERROR") {
		t.Errorf("logged: %s", log)
	}
}
