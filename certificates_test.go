package dewar_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/sign"
)

// certify writes a certificate that vouches for itself to dir/cert.pem and
// dir/key.pem.
func certify(t *testing.T, dir string, serial int64, names ...string) (certFile, keyFile string, pool *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(serial), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(1000 * time.Hour), DNSNames: names,
		IsCA: true, BasicConstraintsValid: true,
	}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	certFile, keyFile, pool = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem"), x509.NewCertPool()
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert})
	pool.AppendCertsFromPEM(text)
	for name, b := range map[string][]byte{certFile: text, keyFile: pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})} {
		if err := os.WriteFile(name, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return certFile, keyFile, pool
}

// pipes is a listener without a network.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func newPipes() *pipes { return &pipes{conns: make(chan net.Conn), closed: make(chan struct{})} }

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error { p.once.Do(func() { close(p.closed) }); return nil }

func (p *pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 443} }

func (p *pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	here, there := net.Pipe()
	select {
	case p.conns <- there:
		return here, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// A renewed certificate is served to new connections, and those that are open
// go on.
func TestCertificateIsReplacedWhileServing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		certFile, keyFile, first := certify(t, dir, 1, "shop.example.com")
		var log bytes.Buffer
		app := dewar.New(dewar.Config{
			SecretKey: dewar.NewSecret(sign.GenerateKey()), TrustedHosts: []string{"shop.example.com", "www.example.com"}, InstanceDir: dir,
			TLSCertFile: certFile, TLSKeyFile: keyFile, OnListen: func(string, net.Addr) {}, Logger: slog.New(slog.NewTextHandler(&log, nil)),
		})
		app.Get("/", func(c *dewar.Context) error { return c.Text("hello over " + c.Request().Proto) })
		listener := newPipes()
		ctx, stop := context.WithCancel(t.Context())
		served := make(chan error, 1)
		go func() { served <- app.Serve(ctx, listener) }()

		client := func(pool *x509.CertPool) *http.Client {
			return &http.Client{Transport: &http.Transport{
				DialContext: listener.dial, ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12},
			}}
		}
		get := func(c *http.Client, serial int64) {
			t.Helper()
			resp, err := c.Get("https://shop.example.com/")
			if err != nil {
				t.Error(err)
				return
			}
			defer resp.Body.Close()
			body, err := io.ReadAll(resp.Body)
			if err != nil || string(body) != "hello over HTTP/2.0" || resp.TLS.PeerCertificates[0].SerialNumber.Int64() != serial {
				t.Errorf("%q, %v, certificate %v, want %d", body, err, resp.TLS.PeerCertificates[0].SerialNumber, serial)
			}
			if hsts := resp.Header.Get("Strict-Transport-Security"); hsts == "" {
				t.Error("no HSTS on the wire")
			}
		}
		one := client(first)
		get(one, 1)
		_, _, second := certify(t, dir, 2, "shop.example.com")
		time.Sleep(6 * time.Second)
		two := client(second)
		get(two, 2)
		get(one, 1) // its connection is the one from before
		one.CloseIdleConnections()
		two.CloseIdleConnections()
		if _, err := one.Get("https://shop.example.com/"); err == nil {
			t.Error("the old certificate is still served")
		}
		stop()
		if err := <-served; err != nil {
			t.Error(err)
		}
		if !strings.Contains(log.String(), "hosts=[www.example.com]") {
			t.Errorf("a host that the certificate is not for is not named:\n%s", &log)
		}
	})
}

// HTTPS is TLS 1.2 or newer; the plain port beside it only leads there.
func TestServeTLS(t *testing.T) {
	dir := t.TempDir()
	certFile, keyFile, pool := certify(t, dir, 1, "shop.example.com")
	plain, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	plainAddr := plain.Addr().String()
	plain.Close()
	listening := make(chan net.Addr, 1)
	app := dewar.New(dewar.Config{
		SecretKey: dewar.NewSecret(sign.GenerateKey()), TrustedHosts: []string{"shop.example.com"}, InstanceDir: dir,
		TLSCertFile: certFile, TLSKeyFile: keyFile, HTTPRedirectAddr: plainAddr, Logger: slog.New(slog.DiscardHandler),
		OnListen: func(url string, addr net.Addr) {
			if !strings.HasPrefix(url, "https://") {
				t.Errorf("OnListen says %s", url)
			}
			listening <- addr
		},
	})
	app.Get("/page", text("page"))
	app.Get("/api", text("api")).API()
	ctx, stop := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- app.RunContext(ctx, "127.0.0.1:0") }()
	addr := (<-listening).String()
	defer func() {
		stop()
		if err := <-served; err != nil {
			t.Error(err)
		}
	}()

	for _, version := range []uint16{tls.VersionTLS10, tls.VersionTLS11, tls.VersionTLS12, tls.VersionTLS13} {
		conn, err := tls.Dial("tcp", addr, &tls.Config{RootCAs: pool, ServerName: "shop.example.com", MinVersion: version, MaxVersion: version}) //nolint:gosec // old versions are what is tried
		if (err == nil) != (version >= tls.VersionTLS12) {
			t.Errorf("%s: %v", tls.VersionName(version), err)
		}
		if err == nil {
			conn.Close()
		}
	}

	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for _, row := range []struct {
		path, host string
		status     int
		location   string
	}{
		{"/page?a=b", "shop.example.com", 308, "https://shop.example.com/page?a=b"},
		{"/page", "shop.example.com:80", 308, "https://shop.example.com/page"},
		{"/nothing", "shop.example.com", 308, "https://shop.example.com/nothing"},
		{"/api", "shop.example.com", 403, ""},
		{"/page", "evil.example", 400, ""},
	} {
		r, err := http.NewRequestWithContext(t.Context(), "GET", "http://"+plainAddr+row.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Host = row.host
		resp, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != row.status || resp.Header.Get("Location") != row.location || resp.Header.Get("Strict-Transport-Security") != "" {
			t.Errorf("%s of %s: %d to %q with %v", row.path, row.host, resp.StatusCode, resp.Header.Get("Location"), resp.Header)
		}
	}
}

func TestAdhocCertificate(t *testing.T) {
	listening := make(chan string, 1)
	app := dewar.New(dewar.Config{
		Debug: true, InstanceDir: t.TempDir(), TLSCertFile: "adhoc", Logger: slog.New(slog.DiscardHandler),
		OnListen: func(url string, _ net.Addr) { listening <- url },
	})
	app.Get("/", func(c *dewar.Context) error {
		c.Session().Set("a", 1)
		return c.Text(c.Scheme())
	})
	ctx, stop := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- app.RunContext(ctx, "127.0.0.1:0") }()
	url := <-listening
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}} //nolint:gosec // nothing vouches for it
	resp, err := client.Get(url + "/")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if body, err := io.ReadAll(resp.Body); err != nil || string(body) != "https" || !strings.HasPrefix(url, "https://127.0.0.1:") {
		t.Errorf("%s answers %q, %v", url, body, err)
	}
	if leaf := resp.TLS.PeerCertificates[0]; leaf.VerifyHostname("localhost") != nil || leaf.VerifyHostname("127.0.0.1") != nil {
		t.Errorf("the certificate is for %v %v", leaf.DNSNames, leaf.IPAddresses)
	}
	if cookie := resp.Header.Get("Set-Cookie"); !strings.HasPrefix(cookie, "session=") || resp.Header.Get("Strict-Transport-Security") != "" {
		t.Errorf("%q, %v", cookie, resp.Header)
	}
	client.CloseIdleConnections()
	stop()
	if err := <-served; err != nil {
		t.Error(err)
	}
}

func TestCheckLooksAtTheCertificate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // the certificate is made in the year 2000
		dir := t.TempDir()
		certFile, keyFile, _ := certify(t, dir, 1, "shop.example.com")
		check := func(certFile string, hosts ...string) (texts []string) {
			app := dewar.New(dewar.Config{
				SecretKey: dewar.NewSecret(sign.GenerateKey()), TrustedHosts: hosts, InstanceDir: dir,
				TLSCertFile: certFile, TLSKeyFile: keyFile, Logger: slog.New(slog.DiscardHandler),
			})
			for _, f := range app.Check() {
				if f.ID == "certificate" {
					texts = append(texts, f.Severity.String()+" "+f.Message)
				}
			}
			return texts
		}
		is := func(name string, got []string, want ...string) {
			t.Helper()
			ok := len(got) == len(want)
			for i := range got {
				ok = ok && strings.Contains(got[i], want[i])
			}
			if !ok {
				t.Errorf("%s: %q, want %q", name, got, want)
			}
		}
		is("good", check(certFile, "shop.example.com"))
		is("other hosts", check(certFile, "shop.example.com", ".example.com"), "warning the certificate is not for example.com, *.example.com")
		is("missing", check(certFile+"x", "shop.example.com"), "error")
		time.Sleep(900 * time.Hour)
		is("ends soon", check(certFile, "shop.example.com"), "warning the certificate expires on")
		time.Sleep(200 * time.Hour)
		is("over", check(certFile, "shop.example.com"), "warning the certificate has expired on")
	})
}

func TestUseCertificatesMistakes(t *testing.T) {
	source := dewar.CertificateSource{Name: "test", GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
		return nil, errors.New("none")
	}}
	for _, row := range []struct {
		name string
		cfg  dewar.Config
		use  []dewar.CertificateSource
		want []string
	}{
		{"twice", dewar.Config{}, []dewar.CertificateSource{source, source}, []string{`from "test" and from "test"`, "TrustedHosts is required"}},
		{"with files", dewar.Config{TLSCertFile: "a", TLSKeyFile: "b"}, []dewar.CertificateSource{source}, []string{"from TLSCertFile"}},
		{"nothing", dewar.Config{}, []dewar.CertificateSource{{Name: "empty"}}, []string{`"empty"`, "GetCertificate"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			row.cfg.InstanceDir = t.TempDir()
			app := dewar.New(row.cfg)
			for _, s := range row.use {
				app.UseCertificates(s)
			}
			err := app.Run("127.0.0.1:0")
			for _, want := range row.want {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("%v does not say %q", err, want)
				}
			}
		})
	}
}
