package dewar_test

import (
	"bufio"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/dewartest"
	"github.com/dewar-go/dewar/secure"
	"github.com/dewar-go/dewar/sign"
)

// behind is an app in front of another application.
func behind(t *testing.T, h http.HandlerFunc) (*dewar.App, *dewar.Fallback) {
	t.Helper()
	other := httptest.NewServer(h)
	t.Cleanup(other.Close)
	app := dewar.New(dewar.Config{InstanceDir: t.TempDir(), Logger: slog.New(slog.DiscardHandler), MaxContentLength: 100})
	return app, app.Fallback(other.URL)
}

// tell answers with what arrived.
func tell(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	fmt.Fprintf(w, "%s %s host=%s body=%s", r.Method, r.RequestURI, r.Host, body)
}

func TestFallback(t *testing.T) {
	app, _ := behind(t, tell)
	text := func(s string) dewar.View { return func(c *dewar.Context) error { return c.Text(s) } }
	app.Get("/here", text("here"))
	app.Get("/slash/", text("slash"))
	app.BuildOnly("/account/<name>", "account") // the other's, for url_for
	app.Get("/link", func(c *dewar.Context) error {
		u, err := c.URL(dewar.To("account", "name", "ann"))
		if err != nil {
			return err
		}
		return c.Text(u)
	})
	bp := dewar.NewBlueprint("blog", dewar.BlueprintOptions{Prefix: "/blog"})
	bp.Get("/", text("blog"))
	bp.Before(func(c *dewar.Context) error { t.Logf("hook: %s", c.Path()); return nil })
	bp.OnError(404, func(c *dewar.Context, _ *dewar.HTTPError) error { return c.Text("blog 404") })
	app.Register(bp)
	hooked := ""
	app.Before(func(c *dewar.Context) error { hooked = c.Path(); return nil })
	app.Guard(dewar.GuardFunc(dewar.StagePermission, "nobody", func(c *dewar.Context) error {
		if c.Path() != "/here" && c.Path() != "/blog/" && c.Path() != "/link" {
			t.Errorf("a guard for views ran for %s", c.Path())
		}
		return nil
	}))
	limited := ""
	app.Guard(dewar.GuardFunc(dewar.StageLimit, "limit", func(c *dewar.Context) error { limited = c.Path(); return nil }))
	wrapped := 0
	app.Wrap(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { wrapped++; next.ServeHTTP(w, r) })
	})
	cl := dewartest.New(t, app)
	for _, row := range []struct {
		method, target, body string
		status               int
		want                 string
	}{
		{"GET", "/here", "", 200, "here"},
		{"GET", "/blog/", "", 200, "blog"},
		{"GET", "/slash", "", 308, "Redirecting"},
		{"GET", "/there?a=1;b=%zz&c=%20", "", 200, "GET /there?a=1;b=%zz&c=%20 host=localhost body="},
		{"GET", "/a%20b/%C3%A9", "", 200, "GET /a%20b/%C3%A9 host=localhost body="},
		{"POST", "/here", "x=1", 200, "POST /here host=localhost body=x=1"},
		{"DELETE", "/there", "", 200, "DELETE /there host=localhost body="},
		{"GET", "/link", "", 200, "/account/ann"},
		{"GET", "/account/ann", "", 200, "GET /account/ann host=localhost body="},
		{"GET", "/blog/old", "", 200, "GET /blog/old host=localhost body="},
		{"OPTIONS", "/here", "", 200, ""},
		{"OPTIONS", "/there", "", 200, "OPTIONS /there"},
		{"GET", "/a%2fb", "", 400, "not valid"},
		{"GET", "/a/../b", "", 400, "not valid"},
	} {
		hooked, limited = "", ""
		resp := cl.Do(cl.NewRequest(row.method, row.target, strings.NewReader(row.body)))
		if resp.Status != row.status || !strings.Contains(resp.Text, row.want) {
			t.Errorf("%s %s: got %d %q, want %d %q", row.method, row.target, resp.Status, resp.Text, row.status, row.want)
		}
		if strings.Contains(row.want, "host=") && (hooked != "" || limited == "") {
			t.Errorf("%s %s: hook %q, limit %q", row.method, row.target, hooked, limited)
		}
	}
	if wrapped == 0 {
		t.Error("the app's middleware did not run")
	}
}

func TestFallbackHoldsTheGate(t *testing.T) {
	reached := 0
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { reached++ }))
	defer other.Close()
	app := dewar.New(dewar.Config{
		SecretKey: dewar.NewSecret(sign.GenerateKey()), TrustedHosts: []string{"shop.example.com"},
		Proxies: secure.ProxyConfig{Trusted: []string{"10.0.0.0/8"}, Proto: 1, For: 1}, Logger: slog.New(slog.DiscardHandler),
	})
	app.Fallback(other.URL)
	h, err := app.Handler()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		name, host, proto string
		status, reached   int
	}{
		{"unknown host", "evil.example.org", "https", 400, 0},
		{"plain http", "shop.example.com", "http", 308, 0},
		{"https", "shop.example.com", "https", 200, 1},
	} {
		reached = 0
		r := httptest.NewRequest("GET", "http://"+row.host+"/x", nil)
		r.RemoteAddr = "10.1.2.3:4"
		r.Header.Set("X-Forwarded-Proto", row.proto)
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, r)
		if rec.Code != row.status || reached != row.reached {
			t.Errorf("%s: got %d, reached %d times", row.name, rec.Code, reached)
		}
	}
}

// What the client says about itself with a proxy's headers does not arrive,
// under names with underscores neither, which WSGI takes for the same.
func TestFallbackForwardedHeaders(t *testing.T) {
	var got http.Header
	app, _ := behind(t, func(w http.ResponseWriter, r *http.Request) { got = r.Header.Clone() })
	cl := dewartest.New(t, app)
	r := cl.NewRequest("GET", "/x", nil)
	for _, name := range []string{"X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Prefix", "X-Forwarded-Port", "Forwarded", "X-Real-Ip", "X_forwarded_for", "X_Request_Id", "X-Request-Id", "Connection", "Keep-Alive", "Proxy-Authorization", "Te"} {
		r.Header[name] = []string{"evil"}
	}
	r.Header.Set("Cookie", "session=abc; other=1")
	r.Header.Set("X-Own", "kept")
	cl.Do(r)
	for name, want := range map[string]string{
		"X-Forwarded-For": "127.0.0.1", "X-Forwarded-Host": "localhost", "X-Forwarded-Proto": "http", "Cookie": "session=abc; other=1", "X-Own": "kept",
	} {
		if strings.Join(got[name], "|") != want {
			t.Errorf("%s: %q, want %q", name, got[name], want)
		}
	}
	for name, values := range got {
		if strings.Contains(strings.Join(values, ""), "evil") {
			t.Errorf("%s: %q came through", name, values)
		}
	}
	if got.Get("X-Request-Id") == "" {
		t.Error("no request id")
	}
}

// The other application checks its own forms: a request that would be refused
// on a route of this app is handed on.
func TestFallbackLeavesCSRFToTheOther(t *testing.T) {
	app, _ := behind(t, tell)
	app.Post("/here", func(c *dewar.Context) error { return c.Text("here") })
	cl := dewartest.New(t, app)
	cl.SecFetchSite = "cross-site"
	if resp := cl.PostForm("/here", nil); resp.Status != 403 {
		t.Errorf("here: %d", resp.Status)
	}
	if resp := cl.PostForm("/there", url.Values{"a": {"b"}}); resp.Status != 200 || !strings.HasSuffix(resp.Text, "body=a=b") {
		t.Errorf("there: %d %q", resp.Status, resp.Text)
	}
}

func TestFallbackAnswerHeaders(t *testing.T) {
	app, f := behind(t, func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		switch r.URL.Path {
		case "/own":
			h.Set("Content-Security-Policy", "default-src 'none'")
			h.Set("Referrer-Policy", "no-referrer")
		case "/304":
			h.Set("Etag", `"x"`)
			w.WriteHeader(304)
			return
		}
		h.Set("Content-Type", "text/html; charset=utf-8")
		h.Add("Set-Cookie", "session=flask; HttpOnly; Path=/")
		h.Add("Set-Cookie", "remember_token=1|2; Path=/")
		h.Set("Vary", "Cookie")
		io.WriteString(w, "<p>hello")
	})
	f.Headers(secure.Headers{ContentSecurityPolicy: secure.CSP{"script-src": {"'self'", "'unsafe-inline'"}}})
	cl := dewartest.New(t, app)
	resp := cl.Get("/")
	csp := resp.Header.Get("Content-Security-Policy")
	if !strings.Contains(csp, "script-src 'self' 'unsafe-inline'") || !strings.Contains(csp, "frame-ancestors 'none'") || resp.Header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("added headers: %v", resp.Header)
	}
	if len(resp.Header["Set-Cookie"]) != 2 || resp.Header.Get("Vary") != "Cookie" || resp.Header.Get("Cache-Control") != "" || resp.Header.Get("Etag") != "" || resp.Header.Get("Content-Length") != "8" {
		t.Errorf("headers: %v", resp.Header)
	}
	resp = cl.Get("/own")
	if resp.Header.Get("Content-Security-Policy") != "default-src 'none'" || len(resp.Header["Content-Security-Policy"]) != 1 || resp.Header.Get("Referrer-Policy") != "no-referrer" {
		t.Errorf("its own headers were changed: %v", resp.Header)
	}
	if resp := cl.Get("/304"); resp.Status != 304 || resp.Header.Get("Etag") != `"x"` || resp.Header.Get("Content-Security-Policy") != "" {
		t.Errorf("%d %v", resp.Status, resp.Header)
	}
	if resp := cl.Do(cl.NewRequest("HEAD", "/", nil)); resp.Header.Get("Content-Length") != "8" || resp.Text != "" {
		t.Errorf("HEAD: %v", resp.Header)
	}
}

func TestFallbackFailures(t *testing.T) {
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	down := dewar.New(dewar.Config{InstanceDir: t.TempDir(), Logger: slog.New(slog.DiscardHandler)})
	down.Fallback("http://" + closed.Addr().String())
	resp := dewartest.New(t, down).Get("/x")
	if resp.Status != 503 || resp.Header.Get("Retry-After") != "5" || strings.Contains(resp.Text, "127.0.0.1") {
		t.Errorf("down: %d %v %q", resp.Status, resp.Header, resp.Text)
	}
	if csp := resp.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'self'") { // the page is this app's own
		t.Errorf("down: policy %q", csp)
	}

	broken, _ := behind(t, func(w http.ResponseWriter, r *http.Request) {
		conn, _, _ := http.NewResponseController(w).Hijack()
		conn.Close()
	})
	broken.OnError(502, func(c *dewar.Context, _ *dewar.HTTPError) error { return c.Text("own page") })
	cl := dewartest.New(t, broken)
	if resp := cl.PostForm("/x", nil); resp.Status != 502 || resp.Text != "own page" {
		t.Errorf("broken: %d %q", resp.Status, resp.Text)
	}
	whole, _ := behind(t, tell)
	cl = dewartest.New(t, whole)
	for name, body := range map[string]io.Reader{
		"known length": strings.NewReader(strings.Repeat("x", 101)), "unknown length": io.MultiReader(strings.NewReader(strings.Repeat("x", 101))),
	} {
		if resp := cl.Do(cl.NewRequest("POST", "/x", body)); resp.Status != 413 {
			t.Errorf("too large, %s: %d", name, resp.Status)
		}
	}

	slow, f := behind(t, func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	f.Timeout(time.Millisecond)
	if resp := dewartest.New(t, slow).Get("/x"); resp.Status != 504 {
		t.Errorf("slow: %d", resp.Status)
	}
}

// It is back as soon as the other application is.
func TestFallbackRecovers(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "s")
	app := dewar.New(dewar.Config{InstanceDir: t.TempDir(), Logger: slog.New(slog.DiscardHandler)})
	app.Fallback("unix:" + socket)
	cl := dewartest.New(t, app)
	if resp := cl.Get("/x"); resp.Status != 503 {
		t.Errorf("down: %d", resp.Status)
	}
	listener, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: http.HandlerFunc(tell), ReadHeaderTimeout: time.Minute}
	go server.Serve(listener)
	defer server.Close()
	if resp := cl.Get("/x"); resp.Status != 200 || !strings.Contains(resp.Text, "host=localhost") {
		t.Errorf("up again: %d %q", resp.Status, resp.Text)
	}
}

// A piece of the answer arrives before the next one is made.
func TestFallbackStreams(t *testing.T) {
	next := make(chan bool)
	app, _ := behind(t, func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, "one\n")
		http.NewResponseController(w).Flush()
		<-next
		io.WriteString(w, "two\n")
	})
	resp, err := http.Get("http://" + serve(t, app) + "/stream")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	lines := bufio.NewReader(resp.Body)
	if line, err := lines.ReadString('\n'); line != "one\n" {
		t.Fatalf("%q, %v", line, err)
	}
	close(next)
	if line, err := lines.ReadString('\n'); line != "two\n" {
		t.Fatalf("%q, %v", line, err)
	}
}

func TestFallbackWebSocket(t *testing.T) {
	app, _ := behind(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Upgrade") != "websocket" || r.Header.Get("Origin") != "http://localhost" {
			http.Error(w, "no upgrade", 400)
			return
		}
		conn, rw, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n")
		line, _ := rw.ReadString('\n')
		io.WriteString(conn, "echo "+line)
	})
	app.Get("/chat", func(c *dewar.Context) error { return c.Text("a page, not a socket") })
	conn, err := net.Dial("tcp", serve(t, app))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	io.WriteString(conn, "GET /chat HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nOrigin: http://localhost\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x\r\n\r\n")
	reader := bufio.NewReader(conn)
	resp, err := http.ReadResponse(reader, nil)
	if err != nil || resp.StatusCode != 101 {
		t.Fatalf("got %+v, %v", resp, err)
	}
	io.WriteString(conn, "hello\n")
	if got, _ := io.ReadAll(reader); string(got) != "echo hello\n" {
		t.Errorf("got %q", got)
	}
}

func TestFallbackMistakes(t *testing.T) {
	for _, target := range []string{"", "127.0.0.1:5001", "ftp://x", "http://", "http://x/path", "http://u:p@x", "http://x?a", "unix:"} {
		app := dewar.New(dewar.Config{})
		if !panics(func() { app.Fallback(target) }) {
			t.Errorf("%q is taken", target)
		}
	}
	app := dewar.New(dewar.Config{})
	app.Fallback("http://127.0.0.1:5001")
	if !panics(func() { app.Fallback("http://127.0.0.1:5001") }) {
		t.Error("a second fallback is taken")
	}
	app = dewar.New(dewar.Config{Loopback: true, InstanceDir: t.TempDir(), Logger: slog.New(slog.DiscardHandler)})
	app.Fallback("http://127.0.0.1:5001").Headers(secure.Headers{FrameOptions: "NEVER"})
	if _, err := app.Handler(); err == nil || !strings.Contains(err.Error(), "fallback_test.go") {
		t.Errorf("wrong headers: %v", err)
	}
}

func panics(f func()) (panicked bool) {
	defer func() { panicked = recover() != nil }()
	f()
	return false
}

// TestFallbackBrokenBodies: a body that breaks on its way is the client's fault, and its
// trailers do not reach the other application, which might take them for headers.
func TestFallbackBrokenBodies(t *testing.T) {
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, err := io.Copy(io.Discard, r.Body)
		fmt.Fprintf(w, "trailers %v, %v", r.Trailer, err)
	}))
	defer other.Close()
	const head = "POST /x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
	for _, row := range []struct{ name, request, status, says string }{
		{"a malformed chunk", head + "Transfer-Encoding: chunked\r\n\r\n5;a=\"\r\n\"\r\nhello\r\n0\r\n\r\n", "400", ""},
		{"a chunk without a size", head + "Transfer-Encoding: chunked\r\n\r\nhello\r\n0\r\n\r\n", "400", ""},
		{"trailers", head + "Trailer: X_Forwarded_For, X-Forwarded-For, Cookie\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX_Forwarded_For: 6.6.6.6\r\nX-Forwarded-For: 6.6.6.6\r\nCookie: a=b\r\n\r\n", "200", "trailers map[], <nil>"},
	} {
		t.Run(row.name, func(t *testing.T) {
			app, log := newApp(t)
			t.Cleanup(func() { // once the server has ended
				if strings.Contains(log.String(), "level=ERROR") {
					t.Errorf("log %s", log)
				}
			})
			app.Fallback(other.URL)
			answer := exchange(t, serve(t, app), row.request)
			if !strings.HasPrefix(answer, "HTTP/1.1 "+row.status) || !strings.Contains(answer, row.says) {
				t.Errorf("%.300q", answer)
			}
		})
	}
}
