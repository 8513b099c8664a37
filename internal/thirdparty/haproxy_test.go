package thirdparty

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dewar-go/dewar/sign"
)

// newBalanced is HAProxy before two processes that end TLS: what
// docs/deploy-haproxy.md describes, with its configuration. It has no nginx, and
// its plain ports are the processes' own.
func newBalanced(t *testing.T) (f *farm, plainPorts [2]int) {
	t.Helper()
	f = &farm{t: t, redisPort: freePort(t), redisDir: t.TempDir(), httpsPort: freePort(t), httpPort: freePort(t)}
	f.redis = startRedis(t, f.redisPort, f.redisDir)
	dir := t.TempDir()
	f.roots = certificateFor(t, dir, shopHost)
	f.env = []string{
		"DEWAR_TEST_SHOP=1",
		"SHOP_PROXY_PROTOCOL=127.0.0.1",
		"SHOP_TRUSTED_HOSTS=" + shopHost,
		"SHOP_SECRET_KEY=" + sign.GenerateKey(),
		"SHOP_TLS_CERT_FILE=" + dir + "/cert.pem",
		"SHOP_TLS_KEY_FILE=" + dir + "/key.pem",
		"SHOP_INSTANCE_DIR=" + filepath.Join(t.TempDir(), "instance"),
		fmt.Sprintf("SHOP_REDIS_URL=redis://127.0.0.1:%d/0", f.redisPort),
	}
	common := f.env
	for i := range f.shops {
		f.shopPorts[i], plainPorts[i] = freePort(t), freePort(t)
		f.env = append(common[:len(common):len(common)], fmt.Sprintf("SHOP_HTTP_REDIRECT_ADDR=127.0.0.1:%d", plainPorts[i]))
		f.startShop(i)
	}
	config := documented(t, "deploy-haproxy.md", "haproxy", [][2]string{
		{"bind :443", fmt.Sprintf("bind 127.0.0.1:%d", f.httpsPort)},
		{"bind :80", fmt.Sprintf("bind 127.0.0.1:%d", f.httpPort)},
		{"127.0.0.1:5001", fmt.Sprintf("127.0.0.1:%d", f.shopPorts[0])},
		{"127.0.0.1:5002", fmt.Sprintf("127.0.0.1:%d", f.shopPorts[1])},
		{"127.0.0.1:5081", fmt.Sprintf("127.0.0.1:%d", plainPorts[0])},
		{"127.0.0.1:5082", fmt.Sprintf("127.0.0.1:%d", plainPorts[1])},
	})
	name := filepath.Join(dir, "haproxy.cfg")
	if err := os.WriteFile(name, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	start(t, nil, "haproxy", "-db", "-f", name)
	return f, plainPorts
}

func TestBehindHAProxy(t *testing.T) {
	if testing.Short() {
		t.Skip("starts HAProxy, Redis and two processes")
	}
	f, plainPorts := newBalanced(t)
	// The balancer listens when it answers.
	for deadline := time.Now().Add(20 * time.Second); ; {
		if status, _, _ := f.visitor("127.0.0.2").do("GET", "/who"); status == 200 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("no answer:\n%s", f.shops[0].output())
		}
	}
	seen := map[int]bool{}
	for i := range 20 {
		addr := fmt.Sprintf("127.0.0.%d", 40+i)
		v := f.visitor(addr)
		v.header.Set("X-Forwarded-For", "203.0.113.9")
		v.header.Set("Forwarded", "for=203.0.113.9;proto=http;host=evil.example")
		got := v.who()
		seen[got.Pid] = true
		got.Pid = 0
		if want := (who{IP: addr, Scheme: "https", Host: shopHost, URL: "https://" + shopHost + "/"}); got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
		v.client.CloseIdleConnections()
	}
	if len(seen) != 2 {
		t.Errorf("%d processes answer, want 2", len(seen))
	}

	plain := func(port int, from string) (*http.Response, error) {
		client := &http.Client{
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
			Transport: &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
				return (&net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}).DialContext(ctx, network, addr)
			}},
		}
		r, err := http.NewRequestWithContext(t.Context(), "GET", fmt.Sprintf("http://127.0.0.1:%d/who", port), nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Host = shopHost
		resp, err := client.Do(r)
		if err == nil {
			_, _ = io.Copy(io.Discard, resp.Body)
			resp.Body.Close()
		}
		return resp, err
	}
	if resp, err := plain(f.httpPort, "127.0.0.2"); err != nil || resp.StatusCode != 308 || resp.Header.Get("Location") != "https://"+shopHost+"/who" {
		t.Errorf("the plain port: %v, %v", resp, err)
	}
	// Past the balancer: without its header there is no answer, and from elsewhere
	// a header is believed as little as it would be in HTTP.
	if resp, err := plain(plainPorts[0], "127.0.0.1"); err == nil && resp.StatusCode < 400 {
		t.Errorf("without the header: %d", resp.StatusCode)
	}
	foreign, err := (&net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 9)}}).DialContext(t.Context(), "tcp", fmt.Sprintf("127.0.0.1:%d", plainPorts[0]))
	if err != nil {
		t.Fatal(err)
	}
	defer foreign.Close()
	header := "\r\n\r\n\x00\r\nQUIT\n\x21\x11\x00\x0c\xcb\x00\x71\x09\x7f\x00\x00\x01\x04\xd2\x00\x50"
	if _, err := io.WriteString(foreign, header+"GET /who HTTP/1.1\r\nHost: "+shopHost+"\r\nConnection: close\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	if answer, err := io.ReadAll(foreign); !strings.HasPrefix(string(answer), "HTTP/1.1 400") { // the end may be a reset
		t.Errorf("another's header: %q, %v", answer, err)
	}

	f.shops[0].kill()
	good := 0
	for i := range 20 {
		v := f.visitor(fmt.Sprintf("127.0.0.%d", 70+i))
		if status, body, _ := v.do("GET", "/who"); status == 200 && !strings.Contains(body, fmt.Sprintf(":%d,", f.shops[0].cmd.Process.Pid)) {
			good++
		} else {
			t.Errorf("a new visitor noticed: %d %s", status, body)
		}
		v.client.CloseIdleConnections()
	}
	t.Logf("%d of 20 new visitors were answered right after one of two processes was killed", good)
}
