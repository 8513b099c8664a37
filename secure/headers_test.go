package secure

import (
	"crypto/tls"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

func compile(t testing.TB, h Headers) *HeaderSet {
	t.Helper()
	set, err := h.Compile()
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// show writes a header as sorted lines.
func show(h http.Header) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(h)) {
		for _, value := range h[name] {
			fmt.Fprintf(&b, "%s: %s\n", name, value)
		}
	}
	return b.String()
}

const (
	plainCSP = "default-src 'self'; script-src 'self'; style-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
	nonceCSP = "default-src 'self'; script-src 'self' 'nonce-AAAA'; style-src 'self' 'nonce-AAAA'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
	hstsLine = "Strict-Transport-Security: max-age=63072000; includeSubDomains\n"
	baseSet  = "Cross-Origin-Opener-Policy: same-origin\nCross-Origin-Resource-Policy: same-origin\n"
	endSet   = "Referrer-Policy: same-origin\n"
)

func TestHeadersDefault(t *testing.T) {
	permissions, err := os.ReadFile("testdata/permissions.txt")
	if err != nil {
		t.Fatal(err)
	}
	htmlHeaders := "Permissions-Policy: " + string(permissions)
	set := compile(t, Headers{})
	for _, row := range []struct {
		name   string
		answer Answer
		want   string
	}{
		{"JSON over http", Answer{}, "Content-Security-Policy: " + plainCSP + "\n" + baseSet + endSet + "X-Content-Type-Options: nosniff\n"},
		{"JSON over https", Answer{HTTPS: true}, "Content-Security-Policy: " + plainCSP + "; upgrade-insecure-requests\n" + baseSet + endSet + hstsLine + "X-Content-Type-Options: nosniff\n"},
		{"page over http", Answer{HTML: true, Nonce: "AAAA"}, "Content-Security-Policy: " + nonceCSP + "\n" + baseSet + htmlHeaders + endSet + "X-Content-Type-Options: nosniff\nX-Frame-Options: DENY\n"},
		{"page over https", Answer{HTML: true, Nonce: "AAAA", HTTPS: true}, "Content-Security-Policy: " + nonceCSP + "; upgrade-insecure-requests\n" + baseSet + htmlHeaders + endSet + hstsLine + "X-Content-Type-Options: nosniff\nX-Frame-Options: DENY\n"},
		{"page without a nonce", Answer{HTML: true}, "Content-Security-Policy: " + plainCSP + "\n" + baseSet + htmlHeaders + endSet + "X-Content-Type-Options: nosniff\nX-Frame-Options: DENY\n"},
		{"https on localhost", Answer{HTTPS: true, Loopback: true}, "Content-Security-Policy: " + plainCSP + "\n" + baseSet + endSet + "X-Content-Type-Options: nosniff\n"},
		{"session", Answer{SessionRead: true}, "Cache-Control: no-store\nContent-Security-Policy: " + plainCSP + "\n" + baseSet + endSet + "X-Content-Type-Options: nosniff\n"},
		{"nonce of an answer that is no page", Answer{Nonce: "AAAA"}, "Content-Security-Policy: " + plainCSP + "\n" + baseSet + endSet + "X-Content-Type-Options: nosniff\n"},
	} {
		t.Run(row.name, func(t *testing.T) {
			h := http.Header{}
			set.Apply(h, row.answer)
			if got := show(h); got != row.want {
				t.Errorf("got\n%swant\n%s", got, row.want)
			}
		})
	}
}

// A plain answer stays within the eight keys that a map holds without growing.
func TestHeadersEightKeys(t *testing.T) {
	h := http.Header{"Content-Type": {"application/json"}, "Content-Length": {"2"}}
	compile(t, Headers{}).Apply(h, Answer{HTTPS: true})
	if len(h) > 8 {
		t.Errorf("%d keys, want 8 at most:\n%s", len(h), show(h))
	}
}

// What a view set itself stays.
func TestHeadersKeep(t *testing.T) {
	h := http.Header{"Cache-Control": {"private, max-age=60"}, "X-Frame-Options": {"SAMEORIGIN"}, "Content-Security-Policy": {"sandbox"}, "Referrer-Policy": nil}
	compile(t, Headers{}).Apply(h, Answer{HTML: true, SessionRead: true})
	if h.Get("Cache-Control") != "private, max-age=60" || h.Get("X-Frame-Options") != "SAMEORIGIN" || h.Get("Content-Security-Policy") != "sandbox" || h["Referrer-Policy"] != nil {
		t.Errorf("replaced:\n%s", show(h))
	}
}

// One answer's changes do not reach the next.
func TestHeadersNotShared(t *testing.T) {
	set := compile(t, Headers{})
	a, b := http.Header{}, http.Header{}
	set.Apply(a, Answer{HTML: true, HTTPS: true, SessionRead: true})
	want := show(a)
	for name := range a {
		a.Add(name, "other")
		a.Set(name, "changed")
	}
	set.Apply(b, Answer{HTML: true, HTTPS: true, SessionRead: true})
	if got := show(b); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestHeadersOptions(t *testing.T) {
	set := compile(t, Headers{
		StrictTransportSecurityMaxAge:   400 * 24 * time.Hour,
		StrictTransportSecurityPreload:  true,
		ContentSecurityPolicy:           DefaultCSP().Add("img-src", "https://*.cdn.test", "data:").With("script-src", CSPHash("alert(1)")),
		ContentSecurityPolicyReportOnly: CSP{"default-src": {"'none'"}, "script-src": {CSPNonce}, "report-to": {"csp"}},
		ReferrerPolicy:                  "no-referrer, strict-origin",
		CrossOriginResourcePolicy:       "cross-origin",
		CrossOriginOpenerPolicy:         InsecureOff,
		CrossOriginEmbedderPolicy:       "require-corp",
		XContentTypeOptions:             InsecureOff,
		FrameOptions:                    "SAMEORIGIN",
		PermissionsPolicy:               map[string]string{"geolocation": `(self "https://maps.test")`, "camera": "()", "fullscreen": "*"},
		DocumentPolicy:                  "unsized-media=?0",
		XPermittedCrossDomainPolicies:   "none",
		XDNSPrefetchControl:             "off",
		ForceFileSave:                   true,
		ReportingEndpoints:              map[string]string{"csp": "/csp-report", "other": "https://r.test/x"},
		CacheControl:                    "no-store, max-age=0",
	})
	h := http.Header{}
	set.Apply(h, Answer{HTML: true, HTTPS: true, SessionRead: true, Nonce: "AAAA"})
	want := `Cache-Control: no-store, max-age=0
Content-Security-Policy: default-src 'self'; script-src 'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI='; style-src 'self' 'nonce-AAAA'; img-src 'self' https://*.cdn.test data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; upgrade-insecure-requests
Content-Security-Policy-Report-Only: default-src 'none'; script-src 'nonce-AAAA'; report-to csp
Cross-Origin-Embedder-Policy: require-corp
Cross-Origin-Resource-Policy: cross-origin
Document-Policy: unsized-media=?0
Permissions-Policy: camera=(), fullscreen=*, geolocation=(self "https://maps.test")
Referrer-Policy: no-referrer, strict-origin
Reporting-Endpoints: csp="/csp-report", other="https://r.test/x"
Strict-Transport-Security: max-age=34560000; includeSubDomains; preload
X-Dns-Prefetch-Control: off
X-Download-Options: noopen
X-Frame-Options: SAMEORIGIN
X-Permitted-Cross-Domain-Policies: none
`
	if got := show(h); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	off := compile(t, Headers{
		InsecureNoStrictTransportSecurity: true, InsecureNoContentSecurityPolicy: true, InsecureNoPermissionsPolicy: true,
		XContentTypeOptions: InsecureOff, ReferrerPolicy: InsecureOff, CrossOriginOpenerPolicy: InsecureOff,
		CrossOriginResourcePolicy: InsecureOff, FrameOptions: InsecureOff, CacheControl: InsecureOff,
	})
	h = http.Header{}
	off.Apply(h, Answer{HTML: true, HTTPS: true, SessionRead: true, Nonce: "AAAA"})
	if len(h) > 0 {
		t.Errorf("everything is off and there is\n%s", show(h))
	}
}

func TestHeadersErrors(t *testing.T) {
	for _, row := range []struct {
		name    string
		headers Headers
		want    string
	}{
		{"line break", Headers{DocumentPolicy: "a\r\nSet-Cookie: b"}, "control character"},
		{"line break in Cache-Control", Headers{CacheControl: "no-store\n"}, "control character"},
		{"nosniff", Headers{XContentTypeOptions: "sniff"}, "X-Content-Type-Options"},
		{"referrer", Headers{ReferrerPolicy: "same_origin"}, `"same_origin"`},
		{"frame", Headers{FrameOptions: "ALLOW-FROM https://a.test"}, "X-Frame-Options"},
		{"opener", Headers{CrossOriginOpenerPolicy: "none"}, "Cross-Origin-Opener-Policy"},
		{"age", Headers{StrictTransportSecurityMaxAge: -time.Second}, "InsecureNoStrictTransportSecurity"},
		{"preload", Headers{StrictTransportSecurityPreload: true, StrictTransportSecurityMaxAge: time.Hour}, "preload"},
		{"feature", Headers{PermissionsPolicy: map[string]string{"Camera": "()"}}, `"Camera"`},
		{"allowlist", Headers{PermissionsPolicy: map[string]string{"camera": "self"}}, `"self"`},
		{"allowlist injection", Headers{PermissionsPolicy: map[string]string{"camera": "(), geolocation=*"}}, "camera"},
		{"endpoint", Headers{ReportingEndpoints: map[string]string{"a": `/x", b="/y`}}, "Reporting-Endpoints"},
		{"report only without a place", Headers{ContentSecurityPolicyReportOnly: CSP{"default-src": {"'self'"}}}, "report-uri or report-to"},
		{"policy", Headers{ContentSecurityPolicy: CSP{"defaultsrc": {"'self'"}}}, `"defaultsrc"`},
	} {
		t.Run(row.name, func(t *testing.T) {
			if _, err := row.headers.Compile(); err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("%v, want %q", err, row.want)
			}
		})
	}
	_, err := Headers{FrameOptions: "x", ReferrerPolicy: "y", CacheControl: "\n"}.Compile()
	if err == nil || strings.Count(err.Error(), "\n") != 2 {
		t.Errorf("%v, want all three errors", err)
	}
}

func TestApplyNonce(t *testing.T) {
	set := compile(t, Headers{})
	defer func() {
		if recover() == nil {
			t.Error("a nonce that ends the policy is taken")
		}
	}()
	set.Apply(http.Header{}, Answer{HTML: true, Nonce: "x'; script-src *"})
}

func TestNewNonce(t *testing.T) {
	seen := map[string]bool{}
	for range 1000 {
		n := NewNonce()
		if len(n) != NonceLength || !validNonce(n) || seen[n] {
			t.Fatalf("nonce %q", n)
		}
		seen[n] = true
	}
}

func TestApplyAllocates(t *testing.T) {
	set := compile(t, Headers{})
	h := make(http.Header, 16)
	for _, row := range []struct {
		name   string
		answer Answer
		want   float64
	}{
		{"plain", Answer{HTTPS: true}, 0},
		{"page without a nonce", Answer{HTML: true, HTTPS: true, SessionRead: true}, 0},
		{"page with a nonce", Answer{HTML: true, HTTPS: true, Nonce: "AAAA"}, 2}, // the text and its slice
	} {
		if n := testing.AllocsPerRun(100, func() { clear(h); set.Apply(h, row.answer) }); n != row.want {
			t.Errorf("%s: %v allocations, want %v", row.name, n, row.want)
		}
	}
}

// HSTS is on the wire over TLS and behind a trusted proxy, and nowhere else.
func TestCVE_2026_53624_HSTSOnTheWire(t *testing.T) {
	set := compile(t, Headers{})
	p := newProxies(t, ProxyConfig{Trusted: []string{"127.0.0.1"}})
	h := p.Wrap(set.Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Write([]byte("{}"))
	})))
	secure, plain := httptest.NewTLSServer(h), httptest.NewServer(h)
	defer secure.Close()
	defer plain.Close()
	for _, row := range []struct {
		name, url, host, proto string
		want                   bool
	}{
		{"TLS", secure.URL, "app.test", "", true},
		{"TLS to an address", secure.URL, "", "", false},
		{"TLS to localhost", secure.URL, "localhost", "", false},
		{"plain http", plain.URL, "app.test", "", false},
		{"behind a proxy that says https", plain.URL, "app.test", "https", true},
		{"behind a proxy that says http", secure.URL, "app.test", "http", false},
	} {
		req, _ := http.NewRequest("GET", row.url, nil)
		req.Host = row.host
		if row.proto != "" {
			req.Header.Set("X-Forwarded-Proto", row.proto)
		}
		resp, err := secure.Client().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if got := resp.Header.Get("Strict-Transport-Security") != ""; got != row.want || resp.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: HSTS %t, want %t\n%s", row.name, got, row.want, show(resp.Header))
		}
	}
}

func TestHeadersWrap(t *testing.T) {
	set := compile(t, Headers{})
	for _, row := range []struct {
		name    string
		handler http.HandlerFunc
		html    bool
		session bool
	}{
		{"nothing written", func(http.ResponseWriter, *http.Request) {}, true, false},
		{"status alone", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(404) }, true, false},
		{"JSON", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.Write(nil)
		}, false, false},
		{"flush", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/plain")
			http.NewResponseController(w).Flush()
		}, false, false},
		{"redirect", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/x", 302) }, true, false},
		{"varies by cookie", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Vary", "Accept, Cookie")
			w.Write(nil)
		}, true, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			w := httptest.NewRecorder()
			r := httptest.NewRequest("GET", "https://app.test/", nil)
			r.TLS = &tls.ConnectionState{}
			set.Wrap(row.handler).ServeHTTP(w, r)
			h := w.Result().Header
			if h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Strict-Transport-Security") == "" {
				t.Errorf("headers are missing:\n%s", show(h))
			}
			if got := h.Get("X-Frame-Options") != ""; got != row.html {
				t.Errorf("X-Frame-Options: %t, want %t", got, row.html)
			}
			if got := h.Get("Cache-Control") == "no-store"; got != row.session {
				t.Errorf("Cache-Control: %t, want %t", got, row.session)
			}
		})
	}
}

func TestIsHTML(t *testing.T) {
	for contentType, want := range map[string]bool{
		"": true, "text/html": true, "Text/HTML; charset=utf-8": true, "application/xhtml+xml": true, " text/html ": true,
		"text/plain": false, "text/htmlx": false, "application/json": false, "image/svg+xml": false,
	} {
		if got := IsHTML(contentType); got != want {
			t.Errorf("IsHTML(%q) = %t", contentType, got)
		}
	}
}

func TestHeaderValue(t *testing.T) {
	for value, want := range map[string]bool{"": true, "a b\tc": true, "é": true, "a\r\nb": false, "a\nb": false, "a\x00b": false, "a\x7fb": false, "\x1b[31m": false} {
		if got := HeaderValue(value) == nil; got != want {
			t.Errorf("HeaderValue(%q) is fine: %t", value, got)
		}
	}
}

// TestAddVaryIsBounded: a Vary of names without end is that of no cache.
func TestAddVaryIsBounded(t *testing.T) {
	h := http.Header{}
	for i := range maxVary {
		AddVary(h, "X-"+strconv.Itoa(i))
	}
	if n := strings.Count(h.Get("Vary"), ",") + 1; n != maxVary {
		t.Errorf("%d names", n)
	}
	if AddVary(h, "x-0"); h.Get("Vary") == "*" {
		t.Error("a name that is there already counts")
	}
	if AddVary(h, "Accept"); h.Get("Vary") != "*" {
		t.Errorf("Vary: %.200s", h.Get("Vary"))
	}
}

func TestAddVary(t *testing.T) {
	for _, row := range []struct{ old, add, want string }{
		{"", "Cookie", "Cookie"},
		{"Cookie", "cookie", "Cookie"},
		{"Accept", "Cookie, Origin", "Accept, Cookie, Origin"},
		{"Accept, Origin", "Origin", "Accept, Origin"},
		{"*", "Cookie", "*"},
		{"Cookie", "*", "*"},
	} {
		h := http.Header{}
		if row.old != "" {
			h.Set("Vary", row.old)
		}
		AddVary(h, row.add)
		if got := strings.Join(h["Vary"], "|"); got != row.want {
			t.Errorf("%q and %q: %q, want %q", row.old, row.add, got, row.want)
		}
	}
}
