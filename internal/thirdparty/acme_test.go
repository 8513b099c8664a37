package thirdparty

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"io/fs"
	"log"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/letsencrypt/pebble/v2/ca"
	"github.com/letsencrypt/pebble/v2/db"
	"github.com/letsencrypt/pebble/v2/va"
	"github.com/letsencrypt/pebble/v2/wfe"
	"github.com/miekg/dns"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/contrib/acme"
	"github.com/dewar-go/dewar/sign"
)

// authority is Pebble, Let's Encrypt's small authority for tests, in this
// process: a server of the protocol, a validator that asks the ports it is given
// on this machine, whatever the host, and a root.
type authority struct {
	*httptest.Server
	roots  *x509.CertPool
	orders func() int
}

func newAuthority(t *testing.T, httpPort, tlsPort int) *authority {
	t.Helper()
	t.Setenv("PEBBLE_VA_NOSLEEP", "1")
	t.Setenv("PEBBLE_WFE_NONCEREJECT", "0") // the client waits for seconds after each
	t.Setenv("PEBBLE_AUTHZREUSE", "0")
	logger := log.New(io.Discard, "", 0)
	store := db.NewMemoryStore()
	issuer := ca.New(logger, store, "", "ecdsa", 0, 1, map[string]ca.Profile{"default": {Description: "for tests", ValidityPeriod: 90 * 24 * 3600}})
	validator := va.New(logger, httpPort, tlsPort, true, resolver(t), store)
	front := wfe.New(logger, store, validator, issuer, []string{"pebble.example"}, true, false, 1, 1)
	handler := front.Handler()
	var mu sync.Mutex
	orders := 0
	a := &authority{Server: httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/order-plz") {
			mu.Lock()
			orders++
			mu.Unlock()
		}
		handler.ServeHTTP(w, r)
	}))}
	t.Cleanup(a.Close)
	a.roots = x509.NewCertPool()
	a.roots.AddCert(issuer.GetRootCert(0).Cert)
	a.orders = func() int { mu.Lock(); defer mu.Unlock(); return orders }
	return a
}

// resolver is a name server that has every host on this machine.
func resolver(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &dns.Server{Listener: listener, Handler: dns.HandlerFunc(func(w dns.ResponseWriter, q *dns.Msg) {
		m := new(dns.Msg)
		m.SetReply(q)
		if q.Question[0].Qtype == dns.TypeA {
			m.Answer = append(m.Answer, &dns.A{Hdr: dns.RR_Header{Name: q.Question[0].Name, Rrtype: dns.TypeA, Class: dns.ClassINET, Ttl: 1}, A: net.IPv4(127, 0, 0, 1)})
		}
		_ = w.WriteMsg(m)
	})}
	ended := make(chan struct{})
	go func() { defer close(ended); _ = server.ActivateAndServe() }()
	t.Cleanup(func() { listener.Close(); <-ended })
	return listener.Addr().String()
}

func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// site is an app with certificates from the authority, running.
func site(t *testing.T, a *authority, instance string, tlsPort, httpPort int) (stop func(), logged *lockedBuffer) {
	t.Helper()
	config := dewar.Config{
		SecretKey: dewar.NewSecret(sign.GenerateKey()), TrustedHosts: []string{"shop.example.com", "www.example.com"}, InstanceDir: instance,
	}
	if httpPort != 0 {
		config.HTTPRedirectAddr = "127.0.0.1:" + strconv.Itoa(httpPort)
	}
	logged = &lockedBuffer{}
	config.Logger = slog.New(slog.NewTextHandler(logged, nil))
	listening := make(chan struct{})
	config.OnListen = func(string, net.Addr) { close(listening) }
	app := dewar.New(config)
	app.Extend(acme.New(acme.Config{AcceptTerms: true, Email: "admin@example.com", DirectoryURL: a.URL + wfe.DirectoryPath, Client: a.Client()}))
	app.Get("/", func(c *dewar.Context) error { return c.Text("hello over " + c.Request().Proto) })
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- app.RunContext(ctx, "127.0.0.1:"+strconv.Itoa(tlsPort)) }()
	select {
	case <-listening:
	case err := <-served:
		t.Fatal(err)
	}
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(stop)
	return stop, logged
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// visit gets a page of a host from the port, as a browser that trusts the
// authority. While a certificate is being ordered the handshake may take longer
// than the server lets it; a browser tries again.
func visit(a *authority, host string, port int, version uint16) (*http.Response, string, error) {
	client := &http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, "127.0.0.1:"+strconv.Itoa(port))
		},
		TLSClientConfig: &tls.Config{RootCAs: a.roots, MinVersion: version}, ForceAttemptHTTP2: true, DisableKeepAlives: true,
	}}
	var last error
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); {
		resp, err := client.Get("https://" + host + "/")
		if err != nil && strings.Contains(err.Error(), "remote error: tls") {
			return nil, "", err // refused
		}
		if last = err; err != nil {
			continue
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		return resp, string(body), err
	}
	return nil, "", last
}

// Certificates are ordered, proven by tls-alpn-01 on the app's own port, kept for
// their owner alone, and found again at the next start.
func TestACMEOverTLS(t *testing.T) {
	tlsPort := freePort(t)
	a := newAuthority(t, 1, tlsPort)
	instance := filepath.Join(t.TempDir(), "instance")
	stop, logged := site(t, a, instance, tlsPort, 0)
	for _, host := range []string{"shop.example.com", "www.example.com", "SHOP.example.com"} {
		resp, body, err := visit(a, host, tlsPort, tls.VersionTLS12)
		if err != nil || body != "hello over HTTP/2.0" {
			t.Fatalf("%s: %q, %v\n%s", host, body, err, logged)
		}
		leaf := resp.TLS.PeerCertificates[0]
		if leaf.VerifyHostname(host) != nil || leaf.PublicKeyAlgorithm != x509.ECDSA {
			t.Errorf("%s: a certificate for %v, %v", host, leaf.DNSNames, leaf.PublicKeyAlgorithm)
		}
		if hsts := resp.Header.Get("Strict-Transport-Security"); hsts == "" {
			t.Errorf("%s: no HSTS", host)
		}
	}
	// A client of TLS 1.3 alone gets the same certificate, no second one.
	if resp, _, err := visit(a, "shop.example.com", tlsPort, tls.VersionTLS13); err != nil || resp.TLS.PeerCertificates[0].PublicKeyAlgorithm != x509.ECDSA {
		t.Errorf("TLS 1.3: %v", err)
	}
	if _, _, err := visit(a, "evil.example", tlsPort, tls.VersionTLS12); err == nil {
		t.Error("a certificate for a foreign host")
	}
	if conn, err := tls.Dial("tcp", "127.0.0.1:"+strconv.Itoa(tlsPort), &tls.Config{InsecureSkipVerify: true}); err == nil { //nolint:gosec // no name is asked for
		conn.Close()
		t.Error("a certificate for no host")
	}
	stop()
	orders := a.orders()
	if orders < 2 || orders > 3 { // one may be made twice: at the start and by a visitor
		t.Errorf("%d orders for two hosts", orders)
	}
	files := 0
	err := filepath.WalkDir(filepath.Join(instance, acme.CacheDir), func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s can be read by others: %v", name, info.Mode())
		}
		files++
		return nil
	})
	if err != nil || files < 4 {
		t.Errorf("%d files, %v, want the folder, the account and two certificates", files, err)
	}

	stop, _ = site(t, a, instance, tlsPort, 0)
	if _, _, err := visit(a, "www.example.com", tlsPort, tls.VersionTLS12); err != nil {
		t.Errorf("the next start: %v", err)
	}
	stop()
	if got := a.orders(); got != orders {
		t.Errorf("the next start ordered %d certificates again", got-orders)
	}
}

// Where tls-alpn-01 does not get through, http-01 on the plain port does; all
// else there is redirected.
func TestACMEOverHTTP(t *testing.T) {
	tlsPort, httpPort, nowhere := freePort(t), freePort(t), freePort(t)
	a := newAuthority(t, httpPort, nowhere)
	_, logged := site(t, a, filepath.Join(t.TempDir(), "instance"), tlsPort, httpPort)
	for _, host := range []string{"shop.example.com", "www.example.com"} {
		if _, body, err := visit(a, host, tlsPort, tls.VersionTLS12); err != nil || body != "hello over HTTP/2.0" {
			t.Fatalf("%s: %q, %v\n%s", host, body, err, logged)
		}
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for _, row := range []struct {
		host, path string
		status     int
		location   string
	}{
		{"shop.example.com", "/", 308, "https://shop.example.com/"},
		{"shop.example.com", "/.well-known/acme-challenge/guess", 404, ""},
		{"evil.example", "/.well-known/acme-challenge/guess", 403, ""},
		{"evil.example", "/", 400, ""},
	} {
		r, err := http.NewRequestWithContext(t.Context(), "GET", fmt.Sprintf("http://127.0.0.1:%d%s", httpPort, row.path), nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Host = row.host
		resp, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != row.status || resp.Header.Get("Location") != row.location {
			t.Errorf("%s%s: %d to %q, want %d to %q", row.host, row.path, resp.StatusCode, resp.Header.Get("Location"), row.status, row.location)
		}
	}
}

// An authority that is down is in the log, and the app serves what it has.
func TestACMEAuthorityDown(t *testing.T) {
	tlsPort := freePort(t)
	a := newAuthority(t, 1, tlsPort)
	a.CloseClientConnections()
	a.Server.Close()
	stop, logged := site(t, a, filepath.Join(t.TempDir(), "instance"), tlsPort, 0)
	if _, err := tls.Dial("tcp", "127.0.0.1:"+strconv.Itoa(tlsPort), &tls.Config{ServerName: "shop.example.com", RootCAs: a.roots, MinVersion: tls.VersionTLS12}); err == nil {
		t.Error("a certificate from nowhere")
	}
	stop()
	if text := logged.String(); !strings.Contains(text, "there is no certificate for a host") || strings.Count(text, "level=ERROR") != 1 {
		t.Errorf("the log:\n%s", text)
	}
}
