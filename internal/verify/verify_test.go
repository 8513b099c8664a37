package verify

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/sign"
)

// faulty is a site without a fault but the one that is switched on.
func faulty(fault string, w http.ResponseWriter, r *http.Request) {
	on := func(name string) bool { return fault == name }
	h := w.Header()
	set := func(name, key, value string) {
		if !on(name) {
			h.Set(key, value)
		}
	}
	set("nosniff", "X-Content-Type-Options", "nosniff")
	set("hsts", "Strict-Transport-Security", "max-age=63072000")
	policy := "script-src 'self'"
	if on("csp") {
		policy = "script-src 'self' 'unsafe-inline'"
	}
	if !on("framing") {
		policy += "; frame-ancestors 'none'"
	}
	h.Set("Content-Security-Policy", policy)
	if on("referrer") {
		h.Set("Referrer-Policy", "unsafe-url")
	}
	if on("disclosure") {
		h.Set("Server", "thing/1.2")
	}
	if on("cors") {
		h.Set("Access-Control-Allow-Origin", r.Header.Get("Origin"))
	}
	h.Set("Content-Type", "text/html; charset=utf-8")
	page := func(status int, body string) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, "<html><body>"+body+"</body></html>")
	}
	file := func(name, path, body string) bool {
		if !on(name) || r.URL.Path != path {
			return false
		}
		h.Set("Content-Type", "text/plain")
		_, _ = io.WriteString(w, body)
		return true
	}
	if file("dotfiles", "/.git/HEAD", "ref: refs/heads/main\n") || file("debug", "/debug/vars", `{"memstats": {}}`) {
		return
	}
	switch {
	case r.Method == "TRACE" && !on("methods"):
		page(405, "no")
	case on("traversal") && strings.Contains(r.URL.Path, "etc/passwd"):
		_, _ = io.WriteString(w, "root:x:0:0:root:/root:/bin/sh\n")
	case on("input") && strings.Contains(r.URL.RawQuery, "%ff"):
		page(500, "no")
	case r.Host == "verify.invalid":
		if on("host") {
			page(200, `<a href="https://`+r.Host+`/">home</a>`)
			return
		}
		page(400, "no")
	case on("forwarded") && r.Header.Get("X-Forwarded-Host") != "":
		page(200, `<a href="https://`+r.Header.Get("X-Forwarded-Host")+`/">home</a>`)
	case r.URL.Path == "/":
		set("caching", "Cache-Control", "no-store")
		cookie := "session=x; Path=/; Secure; HttpOnly; SameSite=Lax"
		if on("cookies") {
			cookie = "session=x; Path=/; Secure; SameSite=Lax"
		}
		h.Set("Set-Cookie", cookie)
		body := `<link rel="stylesheet" href="/static/style.css"><a href="/form">form</a><a href="/login">in</a><a href="https://other.example/">away</a>`
		if on("mixed") {
			body += `<img src="http://other.example/a.png">`
		}
		if on("reflection") {
			body += r.URL.Query().Get("q")
		}
		page(200, body)
	case r.URL.Path == "/form" && r.Method == "POST" && (!on("csrf") || r.FormValue("title") == ""):
		page(403, "no")
	case r.URL.Path == "/form":
		page(200, `<form method="post"><input type="hidden" name="csrf_token" value="x"><input name=title></form><form method="post" action="/delete"></form>`)
	case r.URL.Path == "/login":
		if on("redirect") && r.URL.Query().Get("next") != "" {
			h.Set("Location", r.URL.Query().Get("next"))
			w.WriteHeader(302)
			return
		}
		page(200, "login")
	case r.URL.Path == "/static/style.css":
		h.Set("Content-Type", "text/css")
	case r.URL.Path == "/static/" && on("listing"):
		page(200, `<a href="style.css">style.css</a>`)
	case on("errors"):
		page(404, "goroutine 7 [running]:")
	default:
		page(404, "nothing here")
	}
}

var faults = []string{"", "https", "certificate", "tls", "hsts", "nosniff", "csp", "framing", "referrer", "disclosure", "mixed", "cookies", "csrf", "methods", "dotfiles",
	"traversal", "listing", "debug", "host", "forwarded", "errors", "reflection", "input", "redirect", "caching", "cors"}

// TestProbes: each probe fails on the site with its fault and no other, and the site without one has nothing.
func TestProbes(t *testing.T) {
	for _, fault := range faults {
		t.Run("fault "+fault, func(t *testing.T) {
			var requests, posts atomic.Int64
			server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				requests.Add(1)
				if r.Method == "POST" {
					posts.Add(1)
				}
				faulty(fault, w, r)
			}))
			server.Config.ErrorLog = log.New(io.Discard, "", 0)
			server.TLS = &tls.Config{MinVersion: tls.VersionTLS12}
			if fault == "tls" {
				server.TLS.MinVersion = tls.VersionTLS10
			}
			server.StartTLS()
			defer server.Close()
			plain := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if fault != "https" {
					http.Redirect(w, r, "https://example.com/", http.StatusPermanentRedirect)
				}
			}))
			defer plain.Close()
			roots := x509.NewCertPool()
			if fault != "certificate" {
				roots.AddCert(server.Certificate())
			}
			results, err := Site(t.Context(), "https://example.com/", Options{Roots: roots, Plain: plain.URL, dial: func(ctx context.Context, network, address string) (net.Conn, error) {
				if strings.HasPrefix(address, "example.com:") {
					address = server.Listener.Addr().String()
				}
				return new(net.Dialer).DialContext(ctx, network, address)
			}})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, r := range results {
				if !slices.Contains(got, r.Probe) {
					got = append(got, r.Probe)
				}
				if r.Probe != fault {
					t.Errorf("%+v", r)
				}
			}
			if fault != "" && len(got) == 0 {
				t.Error("no probe notices")
			}
			if n := requests.Load(); n > 200 || n < 30 {
				t.Errorf("%d requests", n)
			}
			if n := posts.Load(); n != 1 {
				t.Errorf("%d POSTs, one form of two is harmless", n)
			}
		})
	}
}

// TestDewarPasses: an app as dewar.New makes it has nothing that fails or is noted.
func TestDewarPasses(t *testing.T) {
	app := dewar.New(dewar.Config{
		SecretKey: dewar.NewSecret(sign.GenerateKey()), TrustedHosts: []string{"example.com"}, Logger: slog.New(slog.DiscardHandler),
		Static: fstest.MapFS{"a.css": {Data: []byte("a{}")}},
	})
	app.Get("/", func(c *dewar.Context) error {
		c.Session().Set("n", 1)
		return c.HTML(`<link rel="stylesheet" href="/static/a.css"><form method="post" action="/save"></form><a href="/login">in</a>`)
	}).Name("index")
	app.Post("/save", func(c *dewar.Context) error { return c.Text("saved") }).Name("save")
	app.Get("/login", func(c *dewar.Context) error { return c.Redirect(dewar.Path(c.Query("next"))) }).Name("login")
	handler, err := app.Handler()
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(handler)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	defer server.Close()
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	results, err := Site(t.Context(), "https://example.com/", Options{Roots: roots, dial: func(ctx context.Context, network, address string) (net.Conn, error) {
		if address == "example.com:80" {
			return nil, errors.New("closed")
		}
		return new(net.Dialer).DialContext(ctx, network, server.Listener.Addr().String())
	}})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range results {
		if r.Probe != "https" || r.Outcome != NotApplicable {
			t.Errorf("%+v", r)
		}
	}
}

// TestBounds: the requests and the POSTs are no more than was asked for.
func TestBounds(t *testing.T) {
	var requests, posts atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := requests.Add(1)
		if r.Method == "POST" {
			posts.Add(1)
		}
		w.Header().Set("Content-Type", "text/html")
		for i := range int64(100) { // a site without end
			_, _ = fmt.Fprintf(w, `<a href="/%s"></a><form method=post action=%s></form>`, strings.Repeat("a", int(n*100+i)%300), strings.Repeat("b", int(i)))
		}
	}))
	defer server.Close()
	for _, o := range []Options{{NoPost: true}, {NoPost: true, MaxRequests: 5}, {NoPost: true, MaxRequests: 9999}} {
		requests.Store(0)
		if _, err := Site(t.Context(), server.URL, o); err != nil {
			t.Fatal(err)
		}
		most := int64(200)
		if o.MaxRequests == 5 {
			most = 5
		}
		if n := requests.Load(); n > most || posts.Load() > 0 {
			t.Errorf("%+v: %d requests, %d POSTs", o, n, posts.Load())
		}
	}
}
