package outbound

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
)

// TestProxy: calls go through the proxy and through no other; what it may be told is judged.
func TestProxy(t *testing.T) {
	site := newSite(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "from the site") })
	var mu sync.Mutex
	var told []string
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		told = append(told, r.Method+" "+r.Host+" "+r.Header.Get("Proxy-Authorization")+r.Header.Get("Authorization"))
		mu.Unlock()
		to, err := net.Dial("tcp", net.JoinHostPort("127.0.0.1", site.port))
		if err != nil {
			return
		}
		from, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		_, _ = io.WriteString(from, "HTTP/1.1 200 OK\r\n\r\n")
		go func() { _, _ = io.Copy(to, from); _ = to.Close() }()
		_, _ = io.Copy(from, to)
		_ = from.Close()
	}))
	t.Cleanup(proxy.Close)
	through, _ := url.Parse(strings.Replace(proxy.URL, "http://", "http://user:secret@", 1))
	t.Setenv("HTTPS_PROXY", "http://127.0.0.1:1")
	client := newClient(t, Config{Proxy: through, RootCAs: site.roots, Ports: ports(t, site.port), Retries: -1})
	if got := get(t, client, "https://a.example:"+site.port+"/"); got != "from the site" {
		t.Errorf("%q", got)
	}
	for _, host := range []string{
		"127.0.0.1", "10.0.0.1", "169.254.169.254", "[::1]", "[::ffff:10.0.0.1]", "[fe80::1%25lo]", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "127.0.0.1.", "a.example.0x7f",
		"①②⑦.⓪.⓪.①", "127。0。0。1", "a.example:22", "8.8.8.8:22", "a.example:99999",
	} {
		req := &http.Request{Method: "GET", URL: &url.URL{Scheme: "https", Host: host, Path: "/"}, Header: http.Header{}}
		resp, err := client.Do(req)
		if err == nil {
			_ = resp.Body.Close()
		}
		if err == nil || !strings.Contains(err.Error(), "is refused") {
			t.Errorf("%s: %v", host, err)
		}
	}
	if len(told) != 1 || told[0] != "CONNECT a.example:"+site.port+" Basic dXNlcjpzZWNyZXQ=" {
		t.Errorf("the proxy was told %q", told)
	}
	for _, text := range []string{"socks5://u:secret@p:1", "egress:3128", "http:///"} {
		u, _ := url.Parse(text)
		if _, err := New(Config{Proxy: u}); err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", text, err)
		}
	}
}
