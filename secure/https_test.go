package secure

import (
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestForceHTTPS(t *testing.T) {
	p := newProxies(t, ProxyConfig{Trusted: []string{"10.0.0.1"}})
	h := p.Wrap(mustHosts(t, "app.test", "localhost").Wrap(ForceHTTPS(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))))
	for _, row := range []struct {
		name, method, target, peer, proto string
		tls                               bool
		status                            int
		location                          string
	}{
		{"page", "GET", "http://app.test/a?b=c", "", "", false, 308, "https://app.test/a?b=c"},
		{"port 80", "GET", "http://app.test:80/", "", "", false, 308, "https://app.test/"},
		{"escapes stay", "HEAD", `http://app.test/a%2fb/%41?x=%2F`, "", "", false, 308, "https://app.test/a%2fb/%41?x=%2F"},
		{"two slashes stay behind the host", "GET", "http://app.test//evil.test", "", "", false, 308, "https://app.test//evil.test"},
		{"other host", "GET", "http://evil.test/", "", "", false, 400, ""},
		{"POST", "POST", "http://app.test/", "", "", false, 403, ""},
		{"TLS", "POST", "https://app.test/", "", "", true, 200, ""},
		{"behind a proxy", "POST", "http://app.test/", "10.0.0.1:1", "https", false, 200, ""},
		{"header of someone else", "GET", "http://app.test/", "203.0.113.9:1", "https", false, 308, "https://app.test/"},
		{"TLS to the proxy only", "GET", "https://app.test/", "10.0.0.1:1", "http", true, 308, "https://app.test/"},
		{"localhost", "POST", "http://localhost:5000/", "", "", false, 200, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := httptest.NewRequest(row.method, row.target, nil)
			r.TLS = nil
			if row.tls {
				r.TLS = &tls.ConnectionState{}
			}
			if row.peer != "" {
				r.RemoteAddr = row.peer
			}
			if row.proto != "" {
				r.Header.Set("X-Forwarded-Proto", row.proto)
			}
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if w.Code != row.status || w.Header().Get("Location") != row.location {
				t.Errorf("%d %q, want %d %q", w.Code, w.Header().Get("Location"), row.status, row.location)
			}
		})
	}
}

// TestHTTPSTargetKeepsThePrefix: the path of a proxy that serves the application
// below one is not the whole path.
func TestHTTPSTargetKeepsThePrefix(t *testing.T) {
	r := httptest.NewRequest("GET", "http://app.test/a?b", nil)
	if got := HTTPSTarget(Origin{Scheme: "http", Host: "app.test:80", Prefix: "/shop"}, r.URL); got != "https://app.test/shop/a?b" {
		t.Errorf("got %s", got)
	}
}
