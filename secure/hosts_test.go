package secure

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

func TestHosts(t *testing.T) {
	h, err := NewHosts([]string{"example.com", ".example.org", "127.0.0.1", "::1", "[2001:db8::7]", "bücher.example", "dev.test:8080", "dev.test:8081", "web.test:443"})
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		name, host string
		want       bool
	}{
		{"exact", "example.com", true},
		{"case", "EXAMPLE.com", true},
		{"any port", "example.com:8000", true},
		{"below an exact name", "www.example.com", false},
		{"suffix itself", "example.org", true},
		{"suffix below", "a.b.example.org:1", true},
		{"suffix without its dot", "notexample.org", false},
		{"IPv4", "127.0.0.1:5000", true},
		{"other IPv4", "127.0.0.2", false},
		{"IPv6", "[::1]:5000", true},
		{"IPv6 spelt out", "[0:0:0:0:0:0:0:1]", true},
		{"IPv6 upper case", "[2001:DB8::7]", true},
		{"IPv6 without brackets", "::1", false},
		{"IPv6 with a zone", "[::1%25lo]", false},
		{"IDNA", "xn--bcher-kva.example", true},
		{"raw UTF-8", "bücher.example", false},
		{"port of the pattern", "dev.test:8080", true},
		{"second port of the pattern", "dev.test:8081", true},
		{"other port", "dev.test:8082", false},
		{"no port", "dev.test", false},
		{"default port left out", "web.test", true},
		{"empty", "", false},
		{"only a port", ":80", false},
		{"port 0", "example.com:0", false},
		{"port too large", "example.com:65536", false},
		{"port empty", "example.com:", false},
		{"two ports", "example.com:80:80", false},
		{"user", "user@example.com", false},
		{"path", "example.com/x", false},
		{"trailing dot", "example.com.", false},
		{"empty label", "a..example.org", false},
		{"leading dot", ".example.org", false},
		{"space", "example.com ", false},
		{"list", "example.com, evil.test", false},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := h.Allowed(row.host); got != row.want {
				t.Errorf("Allowed(%q) = %t, want %t", row.host, got, row.want)
			}
		})
	}
}

func TestNewHostsErrors(t *testing.T) {
	for _, pattern := range []string{"", ".", "*", "*.example.com", "https://example.com", "example.com/", "a b", ".example.com:80", ".127.0.0.1", "user@host", "example.com.", "ex☃mple.test", "fe80::1%lo"} {
		if _, err := NewHosts([]string{"example.com", pattern}); err == nil {
			t.Errorf("pattern %q is accepted", pattern)
		}
	}
	if h, err := NewHosts(nil); err != nil || h.Allowed("localhost") {
		t.Errorf("%v: no patterns allow a host", err)
	}
	if new(Hosts).Allowed("localhost") {
		t.Error("the zero Hosts allows a host")
	}
}

// A Host header that net/http hands on but that is no host.
func TestCVE_2023_29406_HostHeader(t *testing.T) {
	for _, h := range []*Hosts{InsecureAnyHost(), mustHosts(t, ".example.com", "localhost")} {
		for _, host := range []string{"example.com\r\nX: y", "example.com\x00", "evil.test#.example.com", "evil.test/.example.com", "evil.test?.example.com",
			"evil.test\\.example.com", "a@example.com", "evil.test%2f.example.com", "[::1", "::1]", "[::1]x", "[1.2.3.4]", "localhost:x", "localhost:-1", "localhost:00080"} {
			if h.Allowed(host) {
				t.Errorf("%q is allowed", host)
			}
		}
	}
	if !InsecureAnyHost().Allowed("evil.test:81") {
		t.Error("InsecureAnyHost refuses a host")
	}
}

func mustHosts(t testing.TB, patterns ...string) *Hosts {
	t.Helper()
	h, err := NewHosts(patterns)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestHostsWrap(t *testing.T) {
	h := mustHosts(t, "example.com").Wrap(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	for host, want := range map[string]int{"example.com": 200, "evil.test": 400} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest("GET", "http://"+host+"/", nil))
		if w.Code != want {
			t.Errorf("%s: %d, want %d", host, w.Code, want)
		}
	}
}

func TestHostsAllocate(t *testing.T) {
	h := mustHosts(t, "example.com", ".example.org", "[::1]")
	if n := testing.AllocsPerRun(100, func() {
		h.Allowed("Example.com:80")
		h.Allowed("a.b.example.org")
		h.Allowed("[0:0::1]:80")
		h.Allowed("evil.test")
	}); n != 0 {
		t.Errorf("%v allocations, want 0", n)
	}
}

func TestIsLocalHost(t *testing.T) {
	for host, want := range map[string]bool{
		"localhost": true, "LocalHost:80": true, "app.localhost": true, "127.0.0.1": true, "8.8.8.8:53": true, "[::1]:80": true, "": true, "a b": true,
		"example.com": false, "notlocalhost": false, "localhost.example.com": false, "1.example.com": false, "a.1": false,
	} {
		if got := IsLocalHost(host); got != want {
			t.Errorf("IsLocalHost(%q) = %t", host, got)
		}
	}
}

func FuzzHost(f *testing.F) {
	for _, seed := range []string{"example.com", "a.example.org:80", "[::1]:1", "[::ffff:1.2.3.4]", "x..y", "EXAMPLE.com", "1.2.3.4"} {
		f.Add(seed)
	}
	h := mustHosts(f, "example.com", ".example.org", "::1", "1.2.3.4")
	f.Fuzz(func(t *testing.T, s string) {
		host, port, ok := SplitHost(s)
		if !ok {
			if h.Allowed(s) || !IsLocalHost(s) {
				t.Errorf("%q is no host and gets through", s)
			}
			return
		}
		if strings.ContainsAny(s, "\r\n\x00 /\\?#@%") || !isASCII(s) {
			t.Errorf("%q is a host", s)
		}
		if joined := host; port != "" {
			joined += ":" + port
			if joined != s {
				t.Errorf("%q becomes %q", s, joined)
			}
		}
		if h.Allowed(s) != h.Allowed(strings.ToUpper(s)) {
			t.Errorf("%q depends on case", s)
		}
		// net/url must see the same host.
		u, err := url.Parse("http://" + s + "/")
		if err != nil || u.Host != s || u.Port() != port {
			t.Errorf("%q: net/url sees %v, %v", s, u, err)
		}
	})
}
