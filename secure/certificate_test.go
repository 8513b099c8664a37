package secure

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"log/slog"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// writeCertificate makes a certificate that vouches for itself and returns its
// serial number.
func writeCertificate(t *testing.T, certFile, keyFile string, serial int64, until time.Time, names ...string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(serial), NotBefore: until.Add(-1000 * time.Hour), NotAfter: until, DNSNames: names, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for name, block := range map[string]*pem.Block{certFile: {Type: "CERTIFICATE", Bytes: cert}, keyFile: {Type: "PRIVATE KEY", Bytes: private}} {
		if name == "" {
			continue
		}
		// In another file's place, as those who renew certificates do it.
		if err := os.WriteFile(name+".new", pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(name+".new", name); err != nil {
			t.Fatal(err)
		}
	}
}

func TestCertificateIsReadAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		certFile, keyFile := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
		end := time.Now().Add(100 * time.Hour)
		writeCertificate(t, certFile, keyFile, 1, end, "a.example")
		var log bytes.Buffer
		c, err := LoadCertificate(certFile, keyFile, slog.New(slog.NewTextHandler(&log, nil)))
		if err != nil {
			t.Fatal(err)
		}
		serves := func(when string, want int64) {
			t.Helper()
			got, err := c.GetCertificate(&tls.ClientHelloInfo{})
			if err != nil || got.Leaf.SerialNumber.Int64() != want {
				t.Errorf("%s: certificate %v, %v, want %d\n%s", when, got.Leaf.SerialNumber, err, want, &log)
			}
		}
		serves("at first", 1)
		writeCertificate(t, certFile, keyFile, 2, end, "a.example")
		serves("changed, and looked at a moment ago", 1)
		time.Sleep(6 * time.Second)
		serves("changed", 2)

		// The certificate is there, its key not yet.
		writeCertificate(t, certFile, "", 3, end, "a.example")
		for range 5 {
			time.Sleep(6 * time.Second)
			serves("without its key", 2)
		}
		if n := strings.Count(log.String(), "cannot be used"); n != 1 {
			t.Errorf("said %d times, want once:\n%s", n, &log)
		}
		writeCertificate(t, certFile, keyFile, 4, end, "a.example")
		time.Sleep(6 * time.Second)
		serves("complete", 4)

		if err := os.Remove(keyFile); err != nil {
			t.Fatal(err)
		}
		time.Sleep(6 * time.Second)
		serves("the key is gone", 4)
		if err := os.WriteFile(keyFile, []byte("nonsense"), 0o600); err != nil {
			t.Fatal(err)
		}
		time.Sleep(6 * time.Second)
		serves("nonsense", 4)
		if strings.Contains(log.String(), "expired") {
			t.Errorf("expired before its time:\n%s", &log)
		}
		time.Sleep(101 * time.Hour)
		for range 3 {
			time.Sleep(6 * time.Second)
			serves("expired", 4)
		}
		if n := strings.Count(log.String(), "has expired"); n != 1 {
			t.Errorf("said %d times that it expired, want once:\n%s", n, &log)
		}
		writeCertificate(t, certFile, keyFile, 5, time.Now().Add(2000*time.Hour), "a.example")
		time.Sleep(6 * time.Second)
		serves("renewed", 5)
		if !strings.Contains(log.String(), "not valid yet") {
			t.Errorf("a certificate of the future is not named:\n%s", &log)
		}
	})
}

// TestCertificateWithByteOrderMark: the first certificate of a file is not
// overlooked for an editor's mark before it.
func TestCertificateWithByteOrderMark(t *testing.T) {
	dir := t.TempDir()
	certFile, keyFile := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	writeCertificate(t, certFile, keyFile, 1, time.Now().Add(time.Hour), "a.example")
	for _, name := range []string{certFile, keyFile} {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, append([]byte("\ufeff"), b...), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := LoadCertificate(certFile, keyFile, slog.New(slog.DiscardHandler)); err != nil {
		t.Error(err)
	}
}

func TestCertificateMistakes(t *testing.T) {
	dir := t.TempDir()
	file := func(name string) string { return filepath.Join(dir, name) }
	end := time.Now().Add(time.Hour)
	writeCertificate(t, file("cert"), file("key"), 1, end, "a.example")
	writeCertificate(t, file("other-cert"), file("other-key"), 1, end, "a.example")
	for name, content := range map[string][]byte{"empty": nil, "text": []byte("hello\n"), "huge": make([]byte, 1<<20+1)} {
		if err := os.WriteFile(file(name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, row := range []struct{ cert, key, want string }{
		{"missing", "key", "no such file"},
		{"cert", "missing", "no such file"},
		{"cert", "other-key", "does not match"},
		{"key", "cert", "key"},
		{"cert", "cert", "certificate"},
		{"empty", "key", "PEM"},
		{"cert", "text", "PEM"},
		{"huge", "key", "1 MiB"},
		{".", "key", "directory"},
	} {
		_, err := LoadCertificate(file(row.cert), file(row.key), slog.New(slog.DiscardHandler))
		if err == nil || !strings.Contains(err.Error(), row.want) || !strings.HasPrefix(err.Error(), "secure: ") || !strings.Contains(err.Error(), dir) {
			t.Errorf("%s with %s: %v, want %q", row.cert, row.key, err, row.want)
		}
	}
}

func TestCertificateUncovered(t *testing.T) {
	dir := t.TempDir()
	certFile, keyFile := filepath.Join(dir, "c"), filepath.Join(dir, "k")
	writeCertificate(t, certFile, keyFile, 1, time.Now().Add(time.Hour), "a.example", "b.example", "*.b.example")
	c, err := LoadCertificate(certFile, keyFile, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		host string
		want []string
	}{
		{"a.example", nil},
		{"a.example:8443", nil},
		{"A.Example", nil},
		{"x.a.example", []string{"x.a.example"}},
		{".a.example", []string{"*.a.example"}},
		{".b.example", nil},
		{".c.example", []string{"c.example", "*.c.example"}},
		{"127.0.0.1", nil},
		{"[::1]", []string{"::1"}},
	} {
		if got := c.Uncovered([]string{row.host}); !slices.Equal(got, row.want) {
			t.Errorf("%s: %q, want %q", row.host, got, row.want)
		}
	}
}
