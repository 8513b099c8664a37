package secure

import (
	"crypto/tls"
	"errors"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

func newProxies(t testing.TB, c ProxyConfig) *Proxies {
	t.Helper()
	p, err := NewProxies(c)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// header makes a Header of "Name: value" lines, with names as they are.
func header(lines ...string) http.Header {
	h := http.Header{}
	for _, line := range lines {
		name, value, _ := strings.Cut(line, ": ")
		h[name] = append(h[name], value)
	}
	return h
}

func TestProxies(t *testing.T) {
	all := ProxyConfig{Trusted: []string{"10.0.0.0/8", "2001:db8::/32", "192.0.2.9"}, For: 1, Proto: 1, Host: 1, Port: 1, Prefix: 1}
	two := ProxyConfig{Trusted: []string{"10.0.0.0/8"}, For: 2, Proto: 1}
	rfc := ProxyConfig{Trusted: []string{"10.0.0.0/8"}, Family: Forwarded, For: 1, Proto: 1, Host: 1}
	rfc2 := ProxyConfig{Trusted: []string{"10.0.0.0/8"}, Family: Forwarded, For: 2, Proto: 1}
	unix := ProxyConfig{Trusted: []string{"unix"}}
	const none = "203.0.113.9:1000"
	const proxy = "10.1.2.3:1000"
	for _, row := range []struct {
		name   string
		config ProxyConfig
		peer   string
		header http.Header
		want   string // addr scheme host prefix, or an error
		left   string // the headers that remain
	}{
		{"nothing sent", all, proxy, header(), "10.1.2.3 http site.test ", ""},
		{"CVE-2020-28483 untrusted peer", all, none, header("X-Forwarded-For: 127.0.0.1", "X-Forwarded-Proto: https", "X-Real-Ip: 127.0.0.1", "Accept: */*"),
			"203.0.113.9 http site.test ", "Accept"},
		{"CVE-2023-41338 loopback from outside", ProxyConfig{}, none, header("X-Forwarded-For: 127.0.0.1", "Forwarded: for=127.0.0.1"), "203.0.113.9 http site.test ", ""},
		{"CVE-2026-45045 X-Real-IP from the proxy", all, proxy, header("X-Real-Ip: 127.0.0.1"), "10.1.2.3 http site.test ", ""},
		{"all parts", all, proxy, header("X-Forwarded-For: 198.51.100.7", "X-Forwarded-Proto: https", "X-Forwarded-Host: app.test", "X-Forwarded-Port: 8443", "X-Forwarded-Prefix: /app/"),
			"198.51.100.7 https app.test:8443 /app", "X-Forwarded-For X-Forwarded-Host X-Forwarded-Port X-Forwarded-Prefix X-Forwarded-Proto"},
		{"counted from the right", all, proxy, header("X-Forwarded-For: 127.0.0.1, 198.51.100.7"), "198.51.100.7 http site.test ", "X-Forwarded-For"},
		{"several lines", all, proxy, header("X-Forwarded-For: 127.0.0.1", "X-Forwarded-For: 198.51.100.7"), "198.51.100.7 http site.test ", "X-Forwarded-For"},
		{"an open quote swallows nothing", all, proxy, header(`X-Forwarded-For: "127.0.0.1, 198.51.100.7`), "198.51.100.7 http site.test ", "X-Forwarded-For"},
		{"two proxies", two, proxy, header("X-Forwarded-For: 6.6.6.6, 198.51.100.7, 10.9.9.9"), "198.51.100.7 http site.test ", "X-Forwarded-For"},
		{"fewer values than proxies", two, proxy, header("X-Forwarded-For: 198.51.100.7"), "10.1.2.3 http site.test ", ""},
		{"part that is not counted", two, proxy, header("X-Forwarded-Host: evil.test", "X-Forwarded-Proto: https"), "10.1.2.3 https site.test ", "X-Forwarded-Proto"},
		{"other family", all, proxy, header("Forwarded: for=127.0.0.1;proto=https;host=evil.test"), "10.1.2.3 http site.test ", ""},
		{"IPv6", all, "[2001:db8::5]:1", header("X-Forwarded-For: 2001:db8::1"), "2001:db8::1 http site.test ", "X-Forwarded-For"},
		{"IPv6 with a port", all, proxy, header("X-Forwarded-For: [2001:db8::1]:4711"), "2001:db8::1 http site.test ", "X-Forwarded-For"},
		{"IPv4 with a port", all, proxy, header("X-Forwarded-For: 198.51.100.7:4711"), "198.51.100.7 http site.test ", "X-Forwarded-For"},
		{"mapped IPv4", all, proxy, header("X-Forwarded-For: ::ffff:198.51.100.7"), "198.51.100.7 http site.test ", "X-Forwarded-For"},
		{"mapped peer", all, "[::ffff:10.1.2.3]:1", header("X-Forwarded-For: 198.51.100.7"), "198.51.100.7 http site.test ", "X-Forwarded-For"},
		{"unknown", all, proxy, header("X-Forwarded-For: unknown"), "10.1.2.3 http site.test ", "X-Forwarded-For"},
		{"empty", all, proxy, header("X-Forwarded-For: ", "X-Forwarded-Proto: "), "10.1.2.3 http site.test ", ""},
		{"WebSocket scheme", all, proxy, header("X-Forwarded-Proto: WSS"), "10.1.2.3 https site.test ", "X-Forwarded-Proto"},
		{"malformed address", all, proxy, header("X-Forwarded-For: 300.1.1.1"), "error", ""},
		{"address with a zone", all, proxy, header("X-Forwarded-For: fe80::1%eth0"), "error", ""},
		{"malformed scheme", all, proxy, header("X-Forwarded-Proto: javascript"), "error", ""},
		{"malformed host", all, proxy, header("X-Forwarded-Host: evil.test/x"), "error", ""},
		{"malformed port", all, proxy, header("X-Forwarded-Port: 99999"), "error", ""},
		{"prefix that names a host", all, proxy, header("X-Forwarded-Prefix: //evil.test"), "error", ""},
		{"prefix with dot segments", all, proxy, header("X-Forwarded-Prefix: /a/../b"), "error", ""},
		{"relative prefix", all, proxy, header("X-Forwarded-Prefix: a"), "error", ""},
		{"too long", all, proxy, header("X-Forwarded-For: " + strings.Repeat("1.1.1.1,", 2000) + "1.1.1.1"), "error", ""},
		{"single trusted address", all, "192.0.2.9:5", header("X-Forwarded-For: 198.51.100.7"), "198.51.100.7 http site.test ", "X-Forwarded-For"},
		{"neighbour of it", all, "192.0.2.8:5", header("X-Forwarded-For: 198.51.100.7"), "192.0.2.8 http site.test ", ""},
		{"Unix socket", unix, "@", header("X-Forwarded-For: 198.51.100.7", "X-Forwarded-Proto: https"), "198.51.100.7 https site.test ", "X-Forwarded-For X-Forwarded-Proto"},
		{"Unix socket that is not trusted", all, "@", header("X-Forwarded-For: 198.51.100.7"), "invalid IP http site.test ", ""},
		{"address when the socket is trusted", unix, none, header("X-Forwarded-For: 198.51.100.7"), "203.0.113.9 http site.test ", ""},

		{"RFC 7239", rfc, proxy, header(`Forwarded: for="[2001:db8:cafe::17]:4711";Proto=https;host="app.test:8443";by=203.0.113.43`),
			"2001:db8:cafe::17 https app.test:8443 ", "Forwarded"},
		{"RFC 7239 counted from the right", rfc, proxy, header("Forwarded: for=6.6.6.6;proto=http, for=198.51.100.7;proto=https"), "198.51.100.7 https site.test ", "Forwarded"},
		{"RFC 7239 several lines", rfc, proxy, header("Forwarded: for=6.6.6.6", "Forwarded: for=198.51.100.7"), "198.51.100.7 http site.test ", "Forwarded"},
		{"RFC 7239 two proxies", rfc2, proxy, header("Forwarded: for=6.6.6.6, for=198.51.100.7;proto=http, for=10.9.9.9;proto=https"), "198.51.100.7 https site.test ", "Forwarded"},
		{"RFC 7239 hidden", rfc, proxy, header("Forwarded: for=_gazonk;proto=https"), "10.1.2.3 https site.test ", "Forwarded"},
		{"RFC 7239 unknown", rfc, proxy, header(`Forwarded: for="unknown"`), "10.1.2.3 http site.test ", "Forwarded"},
		{"RFC 7239 unknown parameter", rfc, proxy, header(`Forwarded: secret="a,b;c";for=198.51.100.7`), "198.51.100.7 http site.test ", "Forwarded"},
		{"RFC 7239 empty elements", rfc, proxy, header("Forwarded: for=198.51.100.7;;proto=https;"), "198.51.100.7 https site.test ", "Forwarded"},
		{"RFC 7239 open quote of a client", rfc, proxy, header(`Forwarded: for="6.6.6.6, for=198.51.100.7`), "error", ""},
		{"RFC 7239 part twice", rfc, proxy, header("Forwarded: for=6.6.6.6;for=198.51.100.7"), "error", ""},
		{"RFC 7239 unquoted IPv6", rfc, proxy, header("Forwarded: for=[2001:db8::1]"), "error", ""},
		{"RFC 7239 no value", rfc, proxy, header("Forwarded: for"), "error", ""},
		{"RFC 7239 too many hops", rfc, proxy, header("Forwarded: " + strings.Repeat("for=1.1.1.1,", 65) + "for=1.1.1.1"), "error", ""},
		{"RFC 7239 the other family", rfc, proxy, header("X-Forwarded-For: 127.0.0.1", "X-Forwarded-Proto: https"), "10.1.2.3 http site.test ", ""},

		{"CVE-2026-45045 headers of delivery networks", all, proxy, header("Cf-Connecting-Ip: 1.1.1.1", "True-Client-Ip: 1.1.1.1", "Fastly-Client-Ip: 1.1.1.1", "X-Client-Ip: 1.1.1.1",
			"X-Cluster-Client-Ip: 1.1.1.1", "X-Original-Url: /admin", "X-Rewrite-Url: /admin", "X-Original-Forwarded-For: 1.1.1.1", "X-Forwarded-Scheme: https", "X-Forwarded-Ssl: on",
			"Front-End-Https: on", "X-Forwarded: for=1.1.1.1", "Forwarded-For: 1.1.1.1", "Client-Ip: 1.1.1.1", "Proxy: http://evil.test", "Cookie: a=b", "X-Requested-With: x", "Content-Type: text/plain"),
			"10.1.2.3 http site.test ", "Content-Type Cookie X-Requested-With"},
		{"headers of more delivery networks", all, proxy, header("X-Forward-For: 1.1.1.1", "Forwarded-Proto: https", "X-Azure-Clientip: 1.1.1.1", "X-Azure-Socketip: 1.1.1.1", "X-Vercel-Forwarded-For: 1.1.1.1",
			"X-Nf-Client-Connection-Ip: 1.1.1.1", "X-Sucuri-Clientip: 1.1.1.1", "Do-Connecting-Ip: 1.1.1.1", "Incap-Client-Ip: 1.1.1.1", "Ali-Cdn-Real-Ip: 1.1.1.1", "Cdn-Src-Ip: 1.1.1.1",
			"Cluster-Client-Ip: 1.1.1.1", "X-Http-Host-Override: evil.test", "Accept: */*", "If-None-Match: x", "Date: x", "X-Azure-Fdid: a"),
			"10.1.2.3 http site.test ", "Accept Date If-None-Match X-Azure-Fdid"},
		{"underscores", all, none, header("X_forwarded_for: 127.0.0.1", "X_Real_Ip: 127.0.0.1", "X-Forwarded_For: 127.0.0.1", "HTTP_X: y"), "203.0.113.9 http site.test ", "HTTP_X"},
		{"underscores beside the real one", all, proxy, header("X-Forwarded-For: 198.51.100.7", "X_forwarded_for: 127.0.0.1"), "198.51.100.7 http site.test ", "X-Forwarded-For"},
	} {
		t.Run(row.name, func(t *testing.T) {
			p := newProxies(t, row.config)
			r := &http.Request{RemoteAddr: row.peer, Host: "site.test", Header: row.header}
			o, err := p.Resolve(r)
			got := o.Addr.String() + " " + o.Scheme + " " + o.Host + " " + o.Prefix
			if err != nil {
				got = "error"
				if !errors.Is(err, ErrForwarded) {
					t.Errorf("%v does not match ErrForwarded", err)
				}
			}
			if got != row.want {
				t.Errorf("got %q (%v), want %q", got, err, row.want)
			}
			if left := strings.Join(slices.Sorted(maps.Keys(r.Header)), " "); left != row.left && err == nil {
				t.Errorf("left %q, want %q", left, row.left)
			}
			for name, values := range r.Header {
				if isForwarded(name) && (len(values) != 1 || strings.Contains(values[0], "6.6.6.6")) {
					t.Errorf("%s still is %q", name, values)
				}
			}
		})
	}
}

func TestProxiesTLS(t *testing.T) {
	p := newProxies(t, ProxyConfig{Trusted: []string{"10.0.0.1"}})
	r := &http.Request{RemoteAddr: "10.0.0.1:1", TLS: &tls.ConnectionState{}, Header: header("X-Forwarded-Proto: http")}
	if o, err := p.Resolve(r); o.Scheme != "http" || err != nil {
		t.Errorf("%+v, %v: a TLS connection from the proxy does not make the client's one https", o, err)
	}
	r.Header = header()
	if o, err := p.Resolve(r); o.Scheme != "https" || err != nil {
		t.Errorf("%+v, %v", o, err)
	}
}

func TestNewProxiesErrors(t *testing.T) {
	for _, row := range []struct {
		name   string
		config ProxyConfig
		want   string
	}{
		{"all of IPv4", ProxyConfig{Trusted: []string{"0.0.0.0/0"}}, "range of all addresses"},
		{"all of IPv6", ProxyConfig{Trusted: []string{"::/0"}}, "range of all addresses"},
		{"host bits", ProxyConfig{Trusted: []string{"10.1.2.3/8"}}, "did you mean 10.0.0.0/8"},
		{"name", ProxyConfig{Trusted: []string{"proxy.test"}}, `"proxy.test"`},
		{"zone", ProxyConfig{Trusted: []string{"fe80::1%eth0"}}, "zone"},
		{"negative", ProxyConfig{Trusted: []string{"10.0.0.1"}, For: -1}, "For is -1"},
		{"many", ProxyConfig{Trusted: []string{"10.0.0.1"}, Proto: 17}, "Proto is 17"},
		{"family", ProxyConfig{Family: 7}, "Family is 7"},
		{"prefix in RFC 7239", ProxyConfig{Family: Forwarded, Prefix: 1}, "Prefix"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if _, err := NewProxies(row.config); err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("%v, want %q", err, row.want)
			}
		})
	}
}

func TestProxiesWrap(t *testing.T) {
	p := newProxies(t, ProxyConfig{Trusted: []string{"10.0.0.1"}, For: 1, Proto: 1, Host: 1})
	var got string
	h := p.Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		o, ok := RequestOrigin(r)
		got = r.RemoteAddr + " " + r.Host + " " + o.Scheme
		if !ok || o.HTTPS() != (o.Scheme == "https") {
			t.Errorf("%+v, %t", o, ok)
		}
	}))
	for _, row := range []struct {
		peer, xff, want string
		status          int
	}{
		{"10.0.0.1:77", "198.51.100.7", "198.51.100.7:0 app.test https", 200},
		{"10.0.0.1:77", "nonsense", "", 400},
		{"203.0.113.9:77", "198.51.100.7", "203.0.113.9:77 example.com http", 200},
	} {
		got = ""
		r := httptest.NewRequest("GET", "http://example.com/", nil)
		r.RemoteAddr = row.peer
		r.Header = header("X-Forwarded-For: "+row.xff, "X-Forwarded-Proto: https", "X-Forwarded-Host: app.test")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != row.status || got != row.want {
			t.Errorf("%s %s: %d %q, want %d %q", row.peer, row.xff, w.Code, got, row.status, row.want)
		}
	}
}

func TestProxiesAllocate(t *testing.T) {
	p := newProxies(t, ProxyConfig{Trusted: []string{"10.0.0.1"}})
	r := &http.Request{RemoteAddr: "203.0.113.9:77", Host: "x", Header: header("Accept: a", "User-Agent: b", "Cookie: c", "X-Requested-With: d", "Content-Type: e")}
	if n := testing.AllocsPerRun(100, func() { p.Resolve(r) }); n != 0 {
		t.Errorf("%v allocations for a request without forwarded headers, want 0", n)
	}
}

func FuzzXForwardedFor(f *testing.F) {
	for _, seed := range []string{"1.2.3.4", "1.2.3.4:5, [::1]:6", "unknown", "_x", `"`, "a,,b", ", ,", "::ffff:1.2.3.4"} {
		f.Add(seed, "https", "example.com:1", "/app")
	}
	p := newProxies(f, ProxyConfig{Trusted: []string{"10.0.0.1"}, For: 1, Proto: 1, Host: 1, Prefix: 1})
	f.Fuzz(func(t *testing.T, xff, proto, host, prefix string) {
		r := &http.Request{RemoteAddr: "10.0.0.1:1", Host: "x", Header: http.Header{
			"X-Forwarded-For": {"6.6.6.6", xff}, "X-Forwarded-Proto": {proto}, "X-Forwarded-Host": {host}, "X-Forwarded-Prefix": {prefix},
		}}
		o, err := p.Resolve(r)
		checkOrigin(t, o, err)
	})
}

func checkOrigin(t *testing.T, o Origin, err error) {
	t.Helper()
	if err != nil {
		return
	}
	if !o.Addr.IsValid() || o.Addr.Is4In6() || o.Addr.Zone() != "" || o.Scheme != "http" && o.Scheme != "https" {
		t.Errorf("%+v", o)
	}
	if _, _, ok := SplitHost(o.Host); !ok {
		t.Errorf("host %q", o.Host)
	}
	if o.Prefix != "" && (o.Prefix[0] != '/' || strings.HasPrefix(o.Prefix, "//") || strings.HasSuffix(o.Prefix, "/")) {
		t.Errorf("prefix %q", o.Prefix)
	}
}

func FuzzForwarded(f *testing.F) {
	for _, seed := range []string{
		`for="[2001:db8:cafe::17]:4711"`, "for=192.0.2.60;proto=http;by=203.0.113.43", "for=192.0.2.43, for=198.51.100.17",
		`for="\"";host="a,b"`, ";;;", ",", "for=unknown", `host="example.com:80";for=_a`,
	} {
		f.Add(seed)
	}
	p := newProxies(f, ProxyConfig{Trusted: []string{"10.0.0.1"}, Family: Forwarded, For: 1, Proto: 1, Host: 1})
	f.Fuzz(func(t *testing.T, s string) {
		r := &http.Request{RemoteAddr: "10.0.0.1:1", Host: "x", Header: http.Header{"Forwarded": {s}}}
		o, err := p.Resolve(r)
		checkOrigin(t, o, err)
		if err != nil {
			return
		}
		// What is kept says the same again.
		again, err := p.Resolve(&http.Request{RemoteAddr: "10.0.0.1:1", Host: "x", Header: r.Header})
		if err != nil || again != o {
			t.Errorf("%q: %+v, kept %q: %+v, %v", s, o, r.Header, again, err)
		}
	})
}
