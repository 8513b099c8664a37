package dewar_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/dewartest"
)

// transaction records how it ended.
type transaction struct {
	name  string
	trace *[]string
	err   error
}

func (t transaction) Commit(context.Context) error {
	*t.trace = append(*t.trace, "commit "+t.name)
	return t.err
}

func (t transaction) Rollback(context.Context) error {
	*t.trace = append(*t.trace, "rollback "+t.name)
	return nil
}

func TestTransactions(t *testing.T) {
	fails := errors.New("disk full")
	rows := []struct {
		name    string
		view    func(c *dewar.Context) error
		second  error
		trace   string
		status  int
		session bool
	}{
		{"success", text("ok"), nil, "commit a,commit b", 200, true},
		{"client's mistake is still an answer", func(c *dewar.Context) error { return c.Status(422).Text("no") }, nil, "commit a,commit b", 422, true},
		{"error", func(*dewar.Context) error { return dewar.StatusError(404) }, nil, "rollback b,rollback a", 404, true},
		{"5xx", func(c *dewar.Context) error { return c.Status(503).Text("no") }, nil, "rollback b,rollback a", 503, true},
		{"panic", func(*dewar.Context) error { panic("x") }, nil, "rollback b,rollback a", 500, true},
		{"commit fails", text("ok"), fails, "commit a,commit b,rollback b", 500, false},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			var trace []string
			app, _ := newApp(t)
			app.Post("/", func(c *dewar.Context) error {
				c.AddTransaction(transaction{"a", &trace, nil})
				c.AddTransaction(transaction{"b", &trace, row.second})
				c.Session().Set("seen", true)
				return row.view(c)
			})
			resp := dewartest.New(t, app).PostForm("/", nil)
			if got := strings.Join(trace, ","); got != row.trace {
				t.Errorf("got %q, want %q", got, row.trace)
			}
			if resp.Status != row.status {
				t.Errorf("status %d, want %d", resp.Status, row.status)
			}
			if saved := resp.Header.Get("Set-Cookie") != ""; saved != row.session {
				t.Errorf("session saved: %v, want %v", saved, row.session)
			}
		})
	}
}

func TestCommitFailsUnderAStream(t *testing.T) {
	var trace []string
	app, _ := newApp(t)
	app.Post("/", func(c *dewar.Context) error {
		c.AddTransaction(transaction{"a", &trace, errors.New("lost")})
		_, _ = io.WriteString(c.Writer(), "partial")
		return http.NewResponseController(c.Writer()).Flush()
	})
	if resp := dewartest.New(t, app).PostForm("/", nil); !resp.Aborted {
		t.Errorf("the client was told success: %d %q", resp.Status, resp.Text)
	}
}

func TestLeavingTheBuffer(t *testing.T) {
	app, _ := newApp(t, func(c *dewar.Config) { c.MaxBuffer = 10 })
	app.Get("/long", func(c *dewar.Context) error {
		c.Session().Set("x", 1)
		return c.Text(strings.Repeat("a", 30))
	})
	app.Get("/short", text("0123456789"))
	app.Get("/late", func(c *dewar.Context) error {
		if err := c.Text(strings.Repeat("a", 30)); err != nil {
			return err
		}
		return errors.New("too late")
	})
	app.Get("/copy", func(c *dewar.Context) error {
		_, err := io.Copy(c.Writer(), strings.NewReader("copied"))
		return err
	})
	app.Get("/nocontent", func(c *dewar.Context) error { return c.NoContent() })
	app.Get("/raw", func(c *dewar.Context) error {
		_, err := c.Writer().Write([]byte("<script>"))
		return err
	})
	client := dewartest.New(t, app)
	if r := client.Get("/long"); len(r.Text) != 30 || r.Header.Get("Content-Length") != "" || r.Header.Get("Set-Cookie") == "" || r.Header.Get("X-Content-Type-Options") == "" {
		t.Errorf("long: %d bytes, %v", len(r.Text), r.Header)
	}
	if r := client.Get("/short"); r.Header.Get("Content-Length") != "10" {
		t.Errorf("short: %v", r.Header)
	}
	if r := client.Get("/late"); !r.Aborted {
		t.Error("an error after the first byte must cut the connection")
	}
	if r := client.Get("/copy"); r.Text != "copied" || r.Header.Get("Content-Security-Policy") == "" {
		t.Errorf("copy: %q %v", r.Text, r.Header)
	}
	if r := client.Get("/nocontent"); r.Status != 204 || r.Header.Get("Content-Type") != "" || r.Header.Get("Content-Length") != "" {
		t.Errorf("204: %d %v", r.Status, r.Header)
	}
	if r := client.Get("/raw"); r.Header.Get("Content-Type") != "text/plain; charset=utf-8" {
		t.Errorf("bytes of unknown type were sent as %q", r.Header.Get("Content-Type"))
	}
	r := client.Do(client.NewRequest("HEAD", "/short", nil))
	if r.Status != 200 || r.Header.Get("Content-Length") != "10" {
		t.Errorf("HEAD: %d %v", r.Status, r.Header)
	}
}

// upperWriter is what a middleware might make of a writer.
type upperWriter struct{ http.ResponseWriter }

func (w upperWriter) Write(p []byte) (int, error) {
	return w.ResponseWriter.Write([]byte(strings.ToUpper(string(p))))
}

func TestMiddlewareKeepsItsWriter(t *testing.T) {
	type key struct{}
	app, _ := newApp(t)
	app.Wrap(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Query().Has("stop") {
				http.Error(w, "stopped", http.StatusTeapot)
				return
			}
			next.ServeHTTP(upperWriter{w}, r.WithContext(context.WithValue(r.Context(), key{}, "from middleware")))
		})
	})
	app.Get("/", func(c *dewar.Context) error {
		return c.Status(201).Text("hello " + c.Context().Value(key{}).(string))
	})
	app.Get("/err", func(*dewar.Context) error { return errors.New("x") })
	app.Get("/panic", func(*dewar.Context) error { panic("x") })
	client := dewartest.New(t, app)
	if r := client.Get("/"); r.Status != 201 || r.Text != "HELLO FROM MIDDLEWARE" {
		t.Errorf("got %d %q", r.Status, r.Text)
	}
	if r := client.Get("/?stop"); r.Status != 418 || r.Text != "stopped\n" {
		t.Errorf("got %d %q", r.Status, r.Text)
	}
	for _, path := range []string{"/err", "/panic", "/nowhere"} {
		if r := client.Get(path); !strings.Contains(r.Text, "<H1>") {
			t.Errorf("%s: error page did not pass the middleware: %q", path, r.Text)
		}
	}
}

func TestBodyLimits(t *testing.T) {
	app, _ := newApp(t, func(c *dewar.Config) {
		c.MaxContentLength, c.MaxFormParts, c.MaxFormFiles = 1000, 5, 2
	})
	view := func(c *dewar.Context) error {
		v, err := c.FormValues()
		if err != nil {
			return err
		}
		return c.Text(strings.Join(slices.Sorted(func(yield func(string) bool) {
			for k := range v {
				if !yield(k) {
					return
				}
			}
		}), ","))
	}
	app.Post("/", view)
	app.Post("/big", view).MaxBody(3000)
	app.Post("/field", func(c *dewar.Context) error { return c.Text(c.Form("a")) })
	app.Post("/read", func(c *dewar.Context) error {
		b, err := io.ReadAll(c.Request().Body)
		if err != nil {
			return err
		}
		return c.Text(strings.Repeat("x", len(b)))
	})
	client := dewartest.New(t, app)
	part := func(n int, file bool) string {
		name := ""
		if file {
			name = `; filename="f"`
		}
		return strings.Repeat("--B\r\nContent-Disposition: form-data; name=\"a\""+name+"\r\n\r\n1\r\n", n) + "--B--\r\n"
	}
	rows := []struct {
		name, path, kind, body string
		unknownLength          bool
		status                 int
	}{
		{"small", "/", "application/x-www-form-urlencoded", "a=1&b=2", false, 200},
		{"too long, declared", "/", "application/x-www-form-urlencoded", "a=" + strings.Repeat("x", 2000), false, 413},
		{"too long, not declared", "/", "application/x-www-form-urlencoded", "a=" + strings.Repeat("x", 2000), true, 413},
		{"the route's own limit", "/big", "application/x-www-form-urlencoded", "a=" + strings.Repeat("x", 2000), true, 200},
		{"a field of a form past the limit is not empty", "/field", "application/x-www-form-urlencoded", "a=" + strings.Repeat("x", 2000), true, 413},
		{"a field of a malformed form is not empty", "/field", "application/x-www-form-urlencoded", "a=%00", false, 400},
		{"too many fields", "/", "application/x-www-form-urlencoded", strings.Repeat("a=1&", 6), false, 413},
		{"no escape", "/", "application/x-www-form-urlencoded", "a=%zz", false, 200},
		{"multipart", "/", "multipart/form-data; boundary=B", part(3, false), false, 200},
		{"CVE-2023-25577 too many parts", "/big", "multipart/form-data; boundary=B", part(6, false), false, 413},
		{"too many files", "/", "multipart/form-data; boundary=B", part(3, true), false, 413},
		{"no boundary", "/", "multipart/form-data", part(1, false), false, 400},
		{"cut off", "/", "multipart/form-data; boundary=B", part(1, false)[:20], false, 400},
		{"no form", "/", "application/json", "{}", false, 200},
		{"raw at the limit", "/read", "application/octet-stream", strings.Repeat("x", 1000), true, 200},
		{"raw past the limit", "/read", "application/octet-stream", strings.Repeat("x", 1001), true, 413},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			r := client.NewRequest("POST", row.path, strings.NewReader(row.body))
			r.Header.Set("Content-Type", row.kind)
			if row.unknownLength {
				r.ContentLength = -1
			}
			if resp := client.Do(r); resp.Status != row.status {
				t.Errorf("got %d, want %d: %s", resp.Status, row.status, resp.Text)
			}
		})
	}
}

// TestTheGate talks to a real socket: what counts is what arrives there.
func TestTheGate(t *testing.T) {
	app, _ := newApp(t, func(c *dewar.Config) { c.Loopback = true })
	app.Get("/<path:p>", func(c *dewar.Context) error { return c.Text(c.Str("p")) })
	handler, err := app.Handler()
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(handler)
	defer server.Close()
	rows := []struct{ name, request, status string }{
		{"plain", "GET /a/b HTTP/1.1\r\nHost: localhost\r\n", "200"},
		{"foreign host", "GET /a HTTP/1.1\r\nHost: evil.example\r\n", "400"},
		{"absolute form, foreign host", "GET http://evil.example/a HTTP/1.1\r\nHost: localhost\r\n", "400"},
		{"forwarded host is not believed", "GET /a HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-Host: evil.example\r\n", "200"},
		{"encoded slash", "GET /a%2fb HTTP/1.1\r\nHost: localhost\r\n", "400"},
		{"encoded slash beside a quote", "GET /a\"%2fb HTTP/1.1\r\nHost: localhost\r\n", "400"},
		{"long path", "GET /" + strings.Repeat("a", 10_000) + " HTTP/1.1\r\nHost: localhost\r\n", "414"},
		{"encoded backslash", "GET /a%5cb HTTP/1.1\r\nHost: localhost\r\n", "400"},
		{"NUL", "GET /a%00b HTTP/1.1\r\nHost: localhost\r\n", "400"},
		{"dot segments", "GET /a/../b HTTP/1.1\r\nHost: localhost\r\n", "400"},
		{"encoded dot segments", "GET /a/%2e%2e/b HTTP/1.1\r\nHost: localhost\r\n", "400"},
		{"invalid UTF-8", "GET /a%ffb HTTP/1.1\r\nHost: localhost\r\n", "400"},
		{"TRACE", "TRACE /a HTTP/1.1\r\nHost: localhost\r\n", "405"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			conn, err := net.Dial("tcp", server.Listener.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			if _, err := io.WriteString(conn, row.request+"Connection: close\r\n\r\n"); err != nil {
				t.Fatal(err)
			}
			b, err := io.ReadAll(conn)
			if err != nil {
				t.Fatal(err)
			}
			status, _, _ := strings.Cut(strings.TrimPrefix(string(b), "HTTP/1.1 "), " ")
			if status != row.status {
				t.Errorf("got %s, want %s", status, row.status)
			}
		})
	}
}
