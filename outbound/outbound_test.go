package outbound

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/dewar-go/dewar/config"
)

// A site is a TLS server for *.example on all of 127.0.0.0/8.
type site struct {
	*httptest.Server

	roots *x509.CertPool
	port  string
}

func newSite(t *testing.T, h http.HandlerFunc) *site {
	t.Helper()
	l, err := net.Listen("tcp", "0.0.0.0:0") //nolint:gosec // for 127.0.0.1 and 127.0.0.2
	if err != nil {
		t.Fatal(err)
	}
	s := &site{Server: &httptest.Server{Listener: l, Config: &http.Server{Handler: h, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, 0), ReadHeaderTimeout: time.Minute}}}
	cert, roots := certificate(t, "127.0.0.1", "rebind.example", "both.example", "a.example", "b.example")
	s.TLS = &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}
	s.StartTLS()
	t.Cleanup(s.Close)
	s.roots = roots
	_, s.port, _ = net.SplitHostPort(l.Addr().String())
	return s
}

func (s *site) url(path string) string { return "https://127.0.0.1:" + s.port + path }

func newClient(t *testing.T, cfg Config) *http.Client {
	t.Helper()
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	c, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.CloseIdleConnections)
	return c
}

func get(t *testing.T, c *http.Client, u string) string {
	t.Helper()
	resp, err := c.Get(u)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func ports(t *testing.T, text string) []uint16 {
	n, err := strconv.ParseUint(text, 10, 16)
	if err != nil {
		t.Fatal(err)
	}
	return []uint16{uint16(n)}
}

var loopback = prefixes("127.0.0.0/8")

func TestKeysStayWithBase(t *testing.T) {
	var seen []string
	s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		seen = append(seen, r.Host+" "+r.Header.Get("X-Service")+" "+r.Header.Get("Authorization")+" "+r.Header.Get("X-Api-Key")+" "+r.Header.Get("Private-Token")+" "+r.Header.Get("Accept-Language")+" "+r.Header.Get("Referer"))
		if to := r.URL.Query().Get("to"); to != "" {
			http.Redirect(w, r, to, http.StatusFound)
		}
	})
	names := &nameServer{names: map[string][][]string{"a.example": {{"127.0.0.1"}}, "b.example": {{"127.0.0.1"}}}}
	client := newClient(t, Config{
		Base: "https://a.example:" + s.port, Keys: map[string]config.Secret{"X-Service": config.NewSecret("key")},
		resolver: names.resolver(t), RootCAs: s.roots, InsecureAllow: loopback,
	})
	for _, path := range []string{"/?to=/same", "/?to=https://b.example:" + s.port + "/?to=https://a.example:" + s.port + "/"} {
		req, _ := http.NewRequestWithContext(context.Background(), http.MethodGet, "https://a.example:"+s.port+path, nil)
		req.Header.Set("Authorization", "Bearer x")
		req.Header.Set("X-Api-Key", "y")
		req.Header.Set("Private-Token", "z")
		req.Header.Set("Accept-Language", "de")
		resp, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
	}
	a, b := "a.example:"+s.port, "b.example:"+s.port
	mine := a + " key Bearer x y z de "
	want := []string{mine, mine, mine, b + "     de ", a + " key    de "} // what b asks of a, it asks without them
	if fmt.Sprint(seen) != fmt.Sprint(want) {
		t.Errorf("the sites saw\n%q, want\n%q", seen, want)
	}
}

func TestRedirects(t *testing.T) {
	var client *http.Client
	s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/loop":
			http.Redirect(w, r, "/loop", http.StatusFound)
		case "/http":
			http.Redirect(w, r, "http://"+r.Host+"/", http.StatusFound)
		case "/inside":
			http.Redirect(w, r, "https://10.0.0.1/", http.StatusFound)
		case "/file":
			http.Redirect(w, r, "file:///etc/passwd", http.StatusFound)
		case "/user":
			http.Redirect(w, r, "https://u:p@"+r.Host+"/", http.StatusFound)
		case "/away":
			http.Redirect(w, r, "https://127.0.0.2:1/", http.StatusTemporaryRedirect)
		case "/here":
			http.Redirect(w, r, "/echo", http.StatusTemporaryRedirect)
		case "/echo":
			_, _ = io.Copy(w, r.Body)
		}
	})
	client = newClient(t, Config{RootCAs: s.roots, InsecureAllow: loopback, InsecurePlainHTTP: true, Retries: -1})
	for path, want := range map[string]string{
		"/loop": "more than 5 redirects", "/http": "https to http", "/inside": "not public", "/file": "scheme", "/user": "user name", "/away": "another origin",
	} {
		resp, err := client.Post(s.url(path), "text/plain", strings.NewReader("body"))
		if resp != nil {
			_ = resp.Body.Close()
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", path, err)
		}
	}
	resp, err := client.Post(s.url("/here"), "text/plain", strings.NewReader("body"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if b, _ := io.ReadAll(resp.Body); string(b) != "body" {
		t.Errorf("the body did not come along: %q", b)
	}
}

func TestMaxBody(t *testing.T) {
	s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		n, _ := strconv.Atoi(r.URL.Query().Get("n"))
		switch r.URL.Path {
		case "/gzip":
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			_, _ = z.Write(make([]byte, n))
			_ = z.Close()
		case "/chunked":
			_ = http.NewResponseController(w).Flush()
			fallthrough
		default:
			_, _ = w.Write(make([]byte, n))
		}
	})
	client := newClient(t, Config{RootCAs: s.roots, InsecureAllow: loopback, MaxBody: 1000})
	for _, kind := range []string{"/plain", "/chunked", "/gzip"} {
		for n, want := range map[string]error{"1000": nil, "1001": ErrTooLarge, "100000": ErrTooLarge} {
			resp, err := client.Get(s.url(kind + "?n=" + n))
			size := 0
			if err == nil {
				var b []byte
				b, err = io.ReadAll(resp.Body)
				size = len(b)
				_ = resp.Body.Close()
			}
			if !errors.Is(err, want) || err == nil && size != 1000 || size > 1000 {
				t.Errorf("%s %s: %d bytes, %v", kind, n, size, err)
			}
		}
	}
	resp, err := client.Head(s.url("/plain?n=1001")) // an answer without a body
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
}

func TestIdleBody(t *testing.T) {
	hold := make(chan struct{})
	s := newSite(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte("a"))
		_ = http.NewResponseController(w).Flush()
		<-hold
	})
	defer close(hold)
	client := newClient(t, Config{RootCAs: s.roots, InsecureAllow: loopback, IdleTimeout: 10 * time.Millisecond})
	resp, err := client.Get(s.url("/"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if b, err := io.ReadAll(resp.Body); string(b) != "a" || !errors.Is(err, context.Canceled) {
		t.Errorf("%q, %v", b, err)
	}
}

func TestUntrustedServer(t *testing.T) {
	tries := 0
	s := newSite(t, func(http.ResponseWriter, *http.Request) { t.Error("reached") })
	client := newClient(t, Config{InsecureAllow: loopback, Observe: func(c Call) { tries = c.Tries }})
	resp, err := client.Get(s.url("/"))
	if err == nil {
		_ = resp.Body.Close()
	}
	if err == nil || tries != 1 {
		t.Errorf("%v after %d tries", err, tries)
	}
}

func TestLogAndObserve(t *testing.T) {
	s := newSite(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })
	var log bytes.Buffer
	var calls []Call
	client := newClient(t, Config{
		Name: "tea", RootCAs: s.roots, InsecureAllow: loopback, Logger: slog.New(slog.NewTextHandler(&log, nil)),
		Observe: func(c Call) { calls = append(calls, c) },
	})
	_ = get(t, client, s.url("/token/SECRET?key=SECRET"))
	if text := log.String(); strings.Contains(text, "SECRET") || !strings.Contains(text, "msg=outbound client=tea method=GET host=127.0.0.1:"+s.port+" status=418") {
		t.Error(text)
	}
	if len(calls) != 1 || calls[0].Status != http.StatusTeapot || calls[0].Tries != 1 || calls[0].Took <= 0 {
		t.Errorf("%+v", calls)
	}
}

func TestBadConfig(t *testing.T) {
	key := map[string]config.Secret{"X": config.NewSecret("x")}
	for want, cfg := range map[string]Config{
		"Keys without a Base": {Keys: key}, "plain http": {Base: "http://example.com"}, "path": {Base: "https://example.com/v1"}, "no host": {Base: "https:///x"},
	} {
		if _, err := New(cfg); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
}

func TestProxyFromEnvironment(t *testing.T) {
	t.Setenv("HTTPS_PROXY", "http://127.0.0.1:1")
	s := newSite(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("direct")) })
	if got := get(t, newClient(t, Config{RootCAs: s.roots, InsecureAllow: loopback}), s.url("/")); got != "direct" {
		t.Error(got)
	}
}
