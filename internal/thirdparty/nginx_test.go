package thirdparty

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/cookiejar"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dewar-go/dewar/sign"
)

const shopHost = "shop.example.com"

// farm is nginx before two processes of one program with one Redis: what
// docs/deploy-nginx.md describes, with its configuration.
type farm struct {
	t         *testing.T
	shops     [2]*process
	shopPorts [2]int
	env       []string
	nginx     *process
	httpsPort int
	httpPort  int
	redis     *process
	redisPort int
	redisDir  string
	roots     *x509.CertPool
}

func newFarm(t *testing.T) *farm {
	t.Helper()
	f := &farm{t: t, redisPort: freePort(t), redisDir: t.TempDir(), httpsPort: freePort(t), httpPort: freePort(t)}
	f.redis = startRedis(t, f.redisPort, f.redisDir)
	f.env = []string{
		"DEWAR_TEST_SHOP=1",
		"SHOP_PROXIES_TRUSTED=127.0.0.1",
		"SHOP_TRUSTED_HOSTS=" + shopHost,
		"SHOP_SECRET_KEY=" + sign.GenerateKey(),
		"SHOP_INSTANCE_DIR=" + filepath.Join(t.TempDir(), "instance"),
		fmt.Sprintf("SHOP_REDIS_URL=redis://127.0.0.1:%d/0", f.redisPort),
	}
	for i := range f.shops {
		f.shopPorts[i] = freePort(t)
		f.startShop(i)
	}
	dir := t.TempDir()
	f.roots = certificateFor(t, dir, shopHost)
	f.nginx = startNginx(t, dir, documented(t, "deploy-nginx.md", "nginx", [][2]string{
		{"127.0.0.1:5001", fmt.Sprintf("127.0.0.1:%d", f.shopPorts[0])},
		{"127.0.0.1:5002", fmt.Sprintf("127.0.0.1:%d", f.shopPorts[1])},
		{"listen 443 ", fmt.Sprintf("listen 127.0.0.1:%d ", f.httpsPort)},
		{"listen 80;", fmt.Sprintf("listen 127.0.0.1:%d;", f.httpPort)},
		{"/etc/letsencrypt/live/shop.example.com/fullchain.pem", dir + "/cert.pem"},
		{"/etc/letsencrypt/live/shop.example.com/privkey.pem", dir + "/key.pem"},
	}))
	return f
}

// startShop starts one of the processes; the first can be made to hang.
func (f *farm) startShop(i int) {
	f.t.Helper()
	env := append(f.env[:len(f.env):len(f.env)], fmt.Sprintf("SHOP_ADDR=127.0.0.1:%d", f.shopPorts[i]))
	if i == 0 {
		env = append(env, "SHOP_HANG=true")
	}
	f.shops[i] = start(f.t, env, os.Args[0])
	f.shops[i].waitFor("listening", 1)
}

// documented is a page's configuration with a test's ports and files. Each text
// to change must be there once.
func documented(t *testing.T, page, language string, changes [][2]string) string {
	t.Helper()
	text, err := os.ReadFile("../../docs/" + page)
	if err != nil {
		t.Fatal(err)
	}
	_, config, ok := strings.Cut(string(text), "```"+language+"\n")
	config, _, ok2 := strings.Cut(config, "```\n")
	if !ok || !ok2 {
		t.Fatalf("docs/%s has no configuration", page)
	}
	for _, change := range changes {
		if strings.Count(config, change[0]) != 1 {
			t.Fatalf("docs/%s does not say %q once", page, change[0])
		}
		config = strings.ReplaceAll(config, change[0], change[1])
	}
	return config
}

// certificateFor writes a certificate that vouches for itself to dir.
func certificateFor(t *testing.T, dir, host string) *x509.CertPool {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), DNSNames: []string{host}}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	for name, block := range map[string]*pem.Block{"cert.pem": {Type: "CERTIFICATE", Bytes: cert}, "key.pem": {Type: "PRIVATE KEY", Bytes: private}} {
		text := pem.EncodeToMemory(block)
		pool.AppendCertsFromPEM(text)
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return pool
}

// visitor is a browser at an address of this machine, 127.0.0.2 and so on.
type visitor struct {
	f      *farm
	client *http.Client
	header http.Header
}

func (f *farm) visitor(addr string) *visitor {
	jar, err := cookiejar.New(nil)
	if err != nil {
		f.t.Fatal(err)
	}
	transport := &http.Transport{
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			from := &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(addr)}}
			return from.DialContext(ctx, network, "127.0.0.1:"+strconv.Itoa(f.httpsPort))
		},
		TLSClientConfig: &tls.Config{RootCAs: f.roots, MinVersion: tls.VersionTLS12}, ForceAttemptHTTP2: true,
	}
	f.t.Cleanup(transport.CloseIdleConnections)
	return &visitor{f, &http.Client{Transport: transport, Jar: jar}, http.Header{"Sec-Fetch-Site": {"same-origin"}}}
}

// do asks, and gives status, body and headers; status 0 when there is no answer.
func (v *visitor) do(method, path string) (int, string, http.Header) {
	r, err := http.NewRequest(method, "https://"+shopHost+path, nil)
	if err != nil {
		v.f.t.Error(err)
		return 0, "", nil
	}
	for name, values := range v.header {
		r.Header[name] = values
	}
	resp, err := v.client.Do(r)
	if err != nil {
		return 0, err.Error(), nil
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, err.Error(), nil
	}
	return resp.StatusCode, string(body), resp.Header
}

// who is the answer of /who.
type who struct {
	Pid                   int
	IP, Scheme, Host, URL string
}

func (v *visitor) who() who {
	v.f.t.Helper()
	status, body, _ := v.do("GET", "/who")
	var w who
	if err := json.Unmarshal([]byte(body), &w); status != 200 || err != nil {
		v.f.t.Fatalf("/who: %d %q", status, body)
	}
	return w
}

func TestBehindNginx(t *testing.T) {
	if testing.Short() {
		t.Skip("starts nginx, Redis and two processes")
	}
	f := newFarm(t)
	t.Run("address, scheme and host", f.testOrigin)
	t.Run("one session", f.testSession)
	t.Run("one limit", f.testLimit)
	t.Run("a process is killed", f.testKilled)
	t.Run("a process is told to end", f.testTerminated)
	t.Run("Redis is killed and comes back", f.testRedis)
}

// both asks until each process has answered.
func (f *farm) both(t *testing.T, v *visitor) {
	t.Helper()
	seen := map[int]bool{}
	for deadline := time.Now().Add(30 * time.Second); len(seen) < 2; {
		seen[v.who().Pid] = true
		if time.Now().After(deadline) {
			t.Fatalf("only %v answer\n%s", seen, f.nginx.output())
		}
	}
}

func (f *farm) testOrigin(t *testing.T) {
	v := f.visitor("127.0.0.2")
	f.both(t, v)
	want := who{IP: "127.0.0.2", Scheme: "https", Host: shopHost, URL: "https://" + shopHost + "/"}
	for _, row := range []struct{ name, header, value string }{
		{"plain", "", ""},
		{"address", "X-Forwarded-For", "203.0.113.9"},
		{"several addresses", "X-Forwarded-For", "203.0.113.9, 203.0.113.10, 127.0.0.1"},
		{"nonsense", "X-Forwarded-For", "' OR 1=1 --"},
		{"scheme", "X-Forwarded-Proto", "http"},
		{"host", "X-Forwarded-Host", "evil.example"},
		{"port", "X-Forwarded-Port", "8080"},
		{"prefix", "X-Forwarded-Prefix", "//evil.example"},
		{"RFC 7239", "Forwarded", "for=203.0.113.9;host=evil.example;proto=http"},
		{"nginx's custom", "X-Real-Ip", "203.0.113.9"},
		{"others'", "True-Client-Ip", "203.0.113.9"},
	} {
		v.header = http.Header{}
		if row.header != "" {
			v.header.Set(row.header, row.value)
		}
		got := v.who()
		got.Pid = 0
		if got != want {
			t.Errorf("%s: %+v, want %+v", row.name, got, want)
		}
	}
	_, _, header := v.do("GET", "/who")
	if header.Get("Strict-Transport-Security") == "" {
		t.Error("no HSTS")
	}
	// Past nginx nobody's headers are believed: not over HTTPS, it seems.
	direct := &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport:     &http.Transport{DialContext: (&net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 9)}}).DialContext},
	}
	for _, target := range []string{
		fmt.Sprintf("http://127.0.0.1:%d/who", f.shopPorts[0]),
		fmt.Sprintf("http://127.0.0.1:%d/who", f.httpPort),
	} {
		r, err := http.NewRequestWithContext(t.Context(), "GET", target, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Host = shopHost
		r.Header.Set("X-Forwarded-Proto", "https")
		r.Header.Set("X-Forwarded-For", "203.0.113.9")
		resp, err := direct.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != 308 || resp.Header.Get("Location") != "https://"+shopHost+"/who" {
			t.Errorf("%s: %d to %q", target, resp.StatusCode, resp.Header.Get("Location"))
		}
	}
}

func (f *farm) testSession(t *testing.T) {
	v := f.visitor("127.0.0.3")
	f.both(t, v)
	for want := range 20 {
		if status, body, header := v.do("POST", "/count"); status != 200 || body != strconv.Itoa(want+1) {
			t.Fatalf("%d %q, want %d", status, body, want+1)
		} else if cookie := header.Get("Set-Cookie"); want == 0 && (!strings.HasPrefix(cookie, "__Host-session=") || !strings.Contains(cookie, "Secure")) {
			t.Errorf("the cookie is %q", cookie)
		}
	}
	if status, body, _ := v.do("GET", "/count"); status != 200 || body != "20" {
		t.Errorf("%d %q, want 20", status, body)
	}
}

func (f *farm) testLimit(t *testing.T) {
	f.both(t, f.visitor("127.0.0.4"))
	var passed, refused, other atomic.Int64
	var mu sync.Mutex
	served := map[string]bool{}
	var group sync.WaitGroup
	for i := range 8 {
		v := f.visitor("127.0.0.4")
		v.header.Set("X-Forwarded-For", fmt.Sprintf("203.0.113.%d", i)) // for a counter of its own
		group.Go(func() {
			for range 10 {
				switch status, body, header := v.do("GET", "/limited"); status {
				case 200:
					passed.Add(1)
					mu.Lock()
					served[body] = true
					mu.Unlock()
				case 429:
					refused.Add(1)
					if header.Get("Retry-After") == "" {
						t.Error("429 without Retry-After")
					}
				default:
					other.Add(1)
				}
			}
		})
	}
	group.Wait()
	t.Logf("of 80 requests %d passed through %d processes and %d were refused", passed.Load(), len(served), refused.Load())
	if passed.Load() != 20 || refused.Load() != 60 || other.Load() != 0 || len(served) != 2 {
		t.Errorf("of 80 requests %d passed, %d were refused, %d failed, by %d processes; want 20, 60, 0 and 2", passed.Load(), refused.Load(), other.Load(), len(served))
	}
	if status, _, _ := f.visitor("127.0.0.5").do("GET", "/limited"); status != 200 {
		t.Errorf("another address: %d", status)
	}
}

// load asks without a break, from several visitors with a session each, until it
// is told to stop.
func (f *farm) load(t *testing.T) (stop func() (asked int64)) {
	var asked atomic.Int64
	ctx, cancel := context.WithCancel(t.Context())
	var group sync.WaitGroup
	for i := range 4 {
		v := f.visitor("127.0.0." + strconv.Itoa(20+i))
		if status, body, _ := v.do("POST", "/count"); status != 200 {
			t.Fatalf("a session for the load: %d %s", status, body)
		}
		group.Go(func() {
			for ctx.Err() == nil {
				path, want := "/who", ""
				if asked.Add(1)%2 == 0 {
					path, want = "/count", "1"
				}
				if status, body, _ := v.do("GET", path); status != 200 || want != "" && body != want {
					t.Errorf("a user noticed: %s: %d %q", path, status, body)
					return
				}
			}
		})
	}
	return func() int64 { cancel(); group.Wait(); return asked.Load() }
}

// more waits until the visitor was answered n more times.
func (f *farm) more(t *testing.T, v *visitor, n int) {
	t.Helper()
	for range n {
		if status, body, _ := v.do("GET", "/who"); status != 200 {
			t.Errorf("a user noticed: %d %q", status, body)
		}
	}
}

// A crash in the middle of requests: nginx asks the other process for them.
func (f *farm) testKilled(t *testing.T) {
	v := f.visitor("127.0.0.6")
	f.both(t, v)
	stop := f.load(t)
	var group sync.WaitGroup
	for i := range 6 {
		one := f.visitor("127.0.0." + strconv.Itoa(30+i))
		group.Go(func() {
			if status, body, _ := one.do("GET", "/hang"); status != 200 || body != "done" {
				t.Errorf("a user noticed: /hang: %d %q", status, body)
			}
		})
	}
	f.shops[0].waitFor("hanging", 1)
	f.shops[0].kill()
	group.Wait()
	f.more(t, v, 200)
	// A form that is sent now reaches the process that is left.
	for want := range 5 {
		if status, body, _ := v.do("POST", "/count"); status != 200 || body != strconv.Itoa(want+1) {
			t.Errorf("POST: %d %q, want %d", status, body, want+1)
		}
	}
	f.startShop(0)
	f.both(t, v)
	asked := stop()
	t.Logf("%d requests of the load were answered while a process was killed and came back, with %d hanging in it", asked, strings.Count(f.nginx.output(), "upstream prematurely closed"))
}

// A deployment: each process in turn ends and comes back.
func (f *farm) testTerminated(t *testing.T) {
	v := f.visitor("127.0.0.7")
	f.both(t, v)
	stop := f.load(t)
	for _, i := range []int{1, 0} {
		if err := f.shops[i].terminate(); err != nil {
			t.Errorf("the process ended with %v:\n%s", err, f.shops[i].output())
		}
		f.more(t, v, 50)
		f.startShop(i)
		f.both(t, v)
	}
	t.Logf("%d requests of the load were answered while each process was replaced", stop())
}

func (f *farm) testRedis(t *testing.T) {
	signedIn, anonymous := f.visitor("127.0.0.8"), f.visitor("127.0.0.9")
	f.both(t, anonymous)
	if status, _, _ := signedIn.do("POST", "/count"); status != 200 {
		t.Fatalf("before: %d", status)
	}
	if status, _, _ := anonymous.do("GET", "/few"); status != 200 {
		t.Fatalf("before: %d", status)
	}
	f.redis.kill()
	for range 10 { // by either process
		if status, body, header := signedIn.do("GET", "/count"); status != 503 || header.Get("Set-Cookie") != "" {
			t.Errorf("down, with a session: %d %q", status, body)
		}
		if status, body, _ := anonymous.do("GET", "/who"); status != 200 {
			t.Errorf("down, without a session: %d %q", status, body)
		}
	}
	passed := 0
	for range 20 {
		switch status, body, _ := anonymous.do("GET", "/few"); status {
		case 200:
			passed++
		case 429:
		default:
			t.Errorf("down, limited: %d %q", status, body)
		}
	}
	if passed != 6 {
		t.Errorf("down: %d passed, want 3 in each of two processes", passed)
	}
	warnings := 0
	for _, s := range f.shops {
		warnings += strings.Count(s.output(), "limits are counted in this process")
	}
	if warnings != 2 {
		t.Errorf("%d warnings, want one of each process", warnings)
	}

	f.redis = startRedis(t, f.redisPort, f.redisDir)
	// After many failures the client asks once a second whether Redis is back.
	deadline := time.Now().Add(10 * time.Second)
	for good := 0; good < 20; good++ { // by either process
		status, body, _ := signedIn.do("GET", "/count")
		if status == 503 && time.Now().Before(deadline) {
			good = -1
		} else if status != 200 || body != "1" {
			t.Fatalf("back: the session answers %d %q", status, body)
		}
	}
	if status, body, _ := signedIn.do("POST", "/count"); status != 200 || body != "2" {
		t.Errorf("back: the session answers %d %q", status, body)
	}
	// The limiters ask again by themselves, ever more rarely.
	limited := f.visitor("127.0.0.10")
	for _, s := range f.shops {
		for deadline := time.Now().Add(40 * time.Second); !strings.Contains(s.output(), "the store answers again"); limited.do("GET", "/limited") {
			if time.Now().After(deadline) {
				t.Fatalf("a process does not ask Redis again:\n%s", s.output())
			}
		}
	}
	passed = 0
	for range 20 {
		if status, _, _ := anonymous.do("GET", "/few"); status == 200 {
			passed++
		}
	}
	if passed != 2 {
		t.Errorf("back: %d passed, want 2 after the one before", passed)
	}
	t.Logf("while Redis was down 6 of 20 requests passed a limit of 3, 10 of 10 with a session were 503; afterwards the session and the counter went on")
}
