package dewar_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/sign"
)

// serve runs an app on a port of its own and returns the address.
func serve(t *testing.T, app *dewar.App) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- app.Serve(ctx, listener) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return listener.Addr().String()
}

// exchange sends bytes over a socket and returns all that comes back.
func exchange(t *testing.T, addr, request string) string {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, request); err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(conn)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestOneCanonicalPath sends the tricks by which others' guards and routers came
// to see two different paths: CVE-2022-31259, CVE-2021-30080 (suffixes),
// GO-2026-4950 and CVE-2026-55677 (encodings), CVE-2022-40083 and
// CVE-2020-28724 (slashes), CVE-2026-25766 and CVE-2026-25891 (backslashes).
// Whatever the bytes, a path that reaches the guarded view went past the guard.
func TestOneCanonicalPath(t *testing.T) {
	app, _ := newApp(t)
	var guarded string
	admin := dewar.NewBlueprint("admin", dewar.BlueprintOptions{Prefix: "/admin"})
	admin.Guard(dewar.GuardFunc(dewar.StagePermission, "never", func(c *dewar.Context) error {
		guarded = c.Path()
		return dewar.StatusError(403)
	}))
	admin.Get("/users", text("the view was reached"))
	app.Register(admin)
	app.Get("/", text("index"))
	addr := serve(t, app)
	for _, path := range []string{
		"/admin/users", "/admin/users.xml", "/admin/users/", "//admin/users", "/./admin/users", "/x/../admin/users",
		"/admin%2fusers", "/admin%2Fusers", "/admin%252fusers", "/%61dmin/users", "/admin/%75sers", "/admin;x/users", "/admin/users;.css",
		"/admin/users%00", "/admin%5cusers", `/admin\users`, "/ADMIN/users", "/admin//users", "/admin/users?x=/../", "/admin/./users", "/admin/%2e/users",
		"/%2e%2e/admin/users", "/admin/users%20", "/admin/users%09", "/admin/u\u0073ers", "/admin/users%ff", "///admin/users", "/admin/users#x",
		"/admin%ef%bc%8fusers", "*", "http://localhost/admin/users", "http://localhost//admin/users",
	} {
		guarded = ""
		answer := exchange(t, addr, "GET "+path+" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
		if strings.Contains(answer, "the view was reached") {
			t.Errorf("%s reached the view (guard saw %q)", path, guarded)
		}
		status := strings.TrimPrefix(strings.SplitN(answer, "\r\n", 2)[0], "HTTP/1.1 ")
		if !strings.HasPrefix(status, "403") && !strings.HasPrefix(status, "404") && !strings.HasPrefix(status, "400") && !strings.HasPrefix(status, "308") {
			t.Errorf("%s: %s", path, status)
		}
	}
}

// TestRedirectsOnTheWire covers GO-2026-4316 and CVE-2020-28724: a redirect that
// the router makes of a hostile path stays on the site.
func TestRedirectsOnTheWire(t *testing.T) {
	app, _ := newApp(t)
	app.Get("/<path:p>/", text("branch"))
	addr := serve(t, app)
	for _, path := range []string{"//evil.example/x", "/\\evil.example", "/%5cevil.example", "//evil.example%2f..", "///evil.example//x", "/a//evil.example", "/http://evil.example"} {
		answer := exchange(t, addr, "GET "+path+" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
		for line := range strings.SplitSeq(answer, "\r\n") {
			if location, ok := strings.CutPrefix(line, "Location: "); ok && !strings.HasPrefix(location, "http://localhost/") {
				t.Errorf("%s redirects to %s", path, location)
			}
		}
	}
}

func TestBadInputIsBounded(t *testing.T) {
	app, _ := newApp(t)
	app.Get("/<int:n>", text("int"))
	app.Get("/q", func(c *dewar.Context) error { return c.Text(fmt.Sprint(len(c.QueryValues()))) })
	app.Get("/s/<name>", text("string"))
	addr := serve(t, app)
	rows := []struct{ name, request, status string }{
		{"huge integer", "GET /" + strings.Repeat("9", 4000) + " HTTP/1.1\r\n", "404"},
		{"8 KB segment", "GET /s/" + strings.Repeat("a", 8100) + " HTTP/1.1\r\n", "200"},
		{"path past the cap", "GET /s/" + strings.Repeat("a", 9000) + " HTTP/1.1\r\n", "414"},
		{"10,000 parameters", "GET /q?" + strings.Repeat("a=1&", 10_000) + " HTTP/1.1\r\n", "200"},
		{"malformed escape", "GET /s/%zz HTTP/1.1\r\n", "400"},
		{"invalid UTF-8", "GET /s/%c3%28 HTTP/1.1\r\n", "400"},
		{"headers past the cap", "GET /q HTTP/1.1\r\nX: " + strings.Repeat("x", 80<<10) + "\r\n", "431"},
		{"two hosts", "GET /q HTTP/1.1\r\nHost: evil.example\r\n", "400"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			answer := exchange(t, addr, row.request+"Host: localhost\r\nConnection: close\r\n\r\n")
			if !strings.HasPrefix(answer, "HTTP/1.1 "+row.status) {
				t.Errorf("got %.60q, want %s", answer, row.status)
			}
		})
	}
}

func TestProxyProtocol(t *testing.T) {
	app, _ := newApp(t, func(c *dewar.Config) {
		c.ProxyProtocol, c.InsecurePlainHTTP = []string{"127.0.0.1"}, true
		c.TrustedHosts, c.SecretKey = []string{"localhost"}, dewar.NewSecret(sign.GenerateKey())
	})
	app.Get("/", func(c *dewar.Context) error { return c.Text(c.ClientIP().String()) })
	addr := serve(t, app)
	header := "\r\n\r\n\x00\r\nQUIT\n\x21\x11\x00\x0c" + "\xcb\x00\x71\x09" + "\x7f\x00\x00\x01" + "\x30\x39\x00\x50" // 203.0.113.9:12345
	answer := exchange(t, addr, header+"GET / HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 6.6.6.6\r\nConnection: close\r\n\r\n")
	if !strings.HasSuffix(answer, "203.0.113.9") {
		t.Errorf("got %q", answer)
	}
}

// certificate writes a certificate for localhost and returns the two files and
// a client that trusts it.
func certificate(t *testing.T) (cert, key string, client *http.Client) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "localhost"}, DNSNames: []string{"localhost"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for name, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "PRIVATE KEY", Bytes: pkcs8}} {
		if err := os.WriteFile(name, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	pool := x509.NewCertPool()
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool.AddCert(parsed)
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, ServerName: "localhost"}, ForceAttemptHTTP2: true}
	t.Cleanup(transport.CloseIdleConnections)
	return cert, key, &http.Client{Transport: transport}
}

func TestTLSAndHTTP2(t *testing.T) {
	cert, key, client := certificate(t)
	app, _ := newApp(t, func(c *dewar.Config) {
		c.TLSCertFile, c.TLSKeyFile = cert, key
		c.TrustedHosts = []string{"localhost", "127.0.0.1"}
		c.SecretKey = dewar.NewSecret(sign.GenerateKey())
	})
	app.Get("/", func(c *dewar.Context) error {
		c.Session().Set("x", 1)
		return c.Text(c.Request().Proto + " " + c.Scheme())
	})
	app.Get("/trailer", func(c *dewar.Context) error {
		c.SetHeader("Trailer", "X-Sum")
		err := c.Stream("text/plain", func(w io.Writer) error {
			_, err := io.WriteString(w, "body")
			return err
		})
		c.Writer().Header().Set("X-Sum", "42")
		return err
	})
	addr := serve(t, app)
	resp, err := client.Get("https://" + addr + "/")
	if err != nil {
		t.Fatal(err)
	}
	b, _ := io.ReadAll(resp.Body)
	resp.Body.Close()
	if string(b) != "HTTP/2.0 https" {
		t.Errorf("got %q", b)
	}
	if got := resp.Header.Get("Set-Cookie"); !strings.HasPrefix(got, "__Host-session=") || !strings.Contains(got, "Secure") {
		t.Errorf("cookie: %q", got)
	}
	if got := resp.Header.Get("Strict-Transport-Security"); got != "" {
		t.Errorf("HSTS for an address: %q", got)
	}
	if resp, err = client.Get("https://" + addr + "/trailer"); err != nil {
		t.Fatal(err)
	}
	b, _ = io.ReadAll(resp.Body)
	resp.Body.Close()
	if string(b) != "body" || resp.Trailer.Get("X-Sum") != "42" {
		t.Errorf("got %q, trailer %v", b, resp.Trailer)
	}
}

// TestSwitchingProtocols upgrades as libraries do: WriteHeader(101), then Hijack.
func TestSwitchingProtocols(t *testing.T) {
	app, _ := newApp(t)
	app.Get("/ws", func(c *dewar.Context) error {
		c.SetHeader("Upgrade", "websocket")
		c.SetHeader("Connection", "Upgrade")
		c.Session().Set("x", 1)
		c.Writer().WriteHeader(http.StatusSwitchingProtocols)
		conn, rw, err := http.NewResponseController(c.Writer()).Hijack()
		if err != nil {
			return err
		}
		defer conn.Close()
		_, err = rw.WriteString("frame")
		return errors.Join(err, rw.Flush())
	}).WebSocket()
	addr := serve(t, app)
	answer := exchange(t, addr, "GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-Fetch-Site: same-origin\r\n\r\n")
	if !strings.HasPrefix(answer, "HTTP/1.1 101 ") || !strings.HasSuffix(answer, "\r\n\r\nframe") || !strings.Contains(answer, "Set-Cookie: session=") {
		t.Errorf("got %q", answer)
	}
}

func TestBufferedTrailers(t *testing.T) {
	app, _ := newApp(t)
	app.Get("/", func(c *dewar.Context) error {
		c.SetHeader("Trailer", "X-Sum")
		err := c.Text("body")
		c.Writer().Header().Set("X-Sum", "42")
		return err
	})
	addr := serve(t, app)
	resp, err := http.Get("http://" + addr + "/")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, _ := io.ReadAll(resp.Body)
	if string(b) != "body" || resp.Trailer.Get("X-Sum") != "42" || resp.Header.Get("X-Sum") != "" {
		t.Errorf("%q, header %v, trailer %v", b, resp.Header, resp.Trailer)
	}
}

// TestFallbackUnderAttack sends bodies past the limit to a backend that answers
// before it has read them, and asks for a tunnel.
func TestFallbackUnderAttack(t *testing.T) {
	backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Upgrade") != "" || r.Header.Get("Http2-Settings") != "" {
			t.Errorf("the backend was asked to switch to %q", r.Header.Get("Upgrade"))
		}
		w.WriteHeader(http.StatusTeapot)
	}))
	defer backend.Close()
	app, _ := newApp(t, func(c *dewar.Config) { c.MaxContentLength = 1000 })
	app.Fallback(backend.URL)
	addr := serve(t, app)
	for range 50 {
		body := strings.NewReader(strings.Repeat("x", 100_000))
		resp, err := http.Post("http://"+addr+"/x", "text/plain", io.MultiReader(body)) // of unknown length
		if err == nil {
			resp.Body.Close()
		}
	}
	answer := exchange(t, addr, "GET /x HTTP/1.1\r\nHost: localhost\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\nConnection: Upgrade, HTTP2-Settings, close\r\n\r\n")
	if strings.HasPrefix(answer, "HTTP/1.1 101") {
		t.Errorf("a tunnel was opened: %.80q", answer)
	}
}

// TestHSTSForANamedHost asks for a host by its name, over TLS.
func TestHSTSForANamedHost(t *testing.T) {
	cert, key, client := certificate(t)
	app, _ := newApp(t, func(c *dewar.Config) {
		c.TLSCertFile, c.TLSKeyFile = cert, key
		c.TrustedHosts = []string{"shop.example.com", "localhost"}
		c.SecretKey = dewar.NewSecret(sign.GenerateKey())
	})
	app.Get("/", text("page"))
	app.Get("/things", text("things")).API()
	addr := serve(t, app)
	client.Transport.(*http.Transport).DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "tcp", addr)
	}
	for url, want := range map[string]string{
		"https://shop.example.com/":       "max-age=63072000",
		"https://shop.example.com/things": "max-age=63072000",
		"https://shop.example.com/none":   "max-age=63072000",
		"https://shop.example.com/a%2fb":  "max-age=63072000", // the gate's own answer
		"https://localhost/":              "",
	} {
		resp, err := client.Get(url)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if got := resp.Header.Get("Strict-Transport-Security"); want == "" && got != "" || !strings.HasPrefix(got, want) {
			t.Errorf("%s: %d, HSTS %q, want %q", url, resp.StatusCode, got, want)
		}
	}
}

// TestStaticOverTheWire covers CVE-2020-36565, CVE-2022-40082, CVE-2021-23772,
// CVE-2023-29159 and CVE-2018-7490 (traversal), CVE-2024-49766, CVE-2025-66221,
// CVE-2026-21860 and CVE-2026-27199 (UNC paths and device names), CVE-2026-25766
// and CVE-2026-25891 (backslashes), CVE-2026-55677 (encoded slashes): whatever the
// bytes, nothing outside the folder is served, and nothing hidden in it.
func TestStaticOverTheWire(t *testing.T) {
	dir := t.TempDir()
	static := filepath.Join(dir, "static")
	if err := os.MkdirAll(filepath.Join(static, ".git"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{
		"secret.txt": "SECRET", "static-other.txt": "SECRET", "static/a.txt": "public", "static/.env": "SECRET", "static/.git/config": "SECRET",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	app, _ := newApp(t, func(c *dewar.Config) { c.Static = os.DirFS(static) })
	addr := serve(t, app)
	ask := func(path string) string {
		return exchange(t, addr, "GET "+path+" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
	}
	if got := ask("/static/a.txt"); !strings.HasSuffix(got, "public") {
		t.Fatalf("got %q", got)
	}
	for _, path := range []string{
		"/static/../secret.txt", "/static/..%2fsecret.txt", "/static/%2e%2e/secret.txt", "/static/%2e%2e%2fsecret.txt", "/static/..%5csecret.txt",
		`/static/..\secret.txt`, "/static/a.txt/../../secret.txt", "/static//etc/passwd", "/static/%2fetc%2fpasswd", "/static/%252e%252e/secret.txt",
		"/static/..;/secret.txt", "/static-other.txt", "/static/../static-other.txt", "/static/.env", "/static/%2eenv", "/static/.git/config", "/static/a.txt%00.png",
		"/static/NUL", "/static/CON.txt", "/static/sub/COM1", "/static/%5c%5chost%5cshare", "/static/C:/secret.txt", "/static/", "/static", "/static/./.env", "/static/a.txt/",
	} {
		got := ask(path)
		status := strings.TrimPrefix(strings.SplitN(got, "\r\n", 2)[0], "HTTP/1.1 ")
		if strings.Contains(got, "SECRET") || strings.Contains(got, "root:") || strings.HasPrefix(status, "2") || strings.HasPrefix(status, "5") {
			t.Errorf("%s: %s\n%s", path, status, got)
		}
	}
}
