package secure

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/netip"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// certificateCheck is how often the files are looked at, at most.
	certificateCheck = 5 * time.Second
	// maxCertificateFile bounds each file in bytes.
	maxCertificateFile = 1 << 20
)

// A Certificate is a certificate with its key from two PEM files, which are read
// again when they change: a renewed one is served from then on, and connections
// that are open stay. Give its GetCertificate to a tls.Config:
//
//	cert, err := secure.LoadCertificate("cert.pem", "key.pem", logger)
//	config := &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: cert.GetCertificate}
//
// The files are looked at when a client connects, every 5 seconds at most. New
// ones that cannot be used, such as a certificate whose key has not been written
// yet, leave the old certificate in service, and the log says why. It is safe
// for concurrent use.
type Certificate struct {
	certFile, keyFile string
	log               *slog.Logger
	current           atomic.Pointer[tls.Certificate]
	next              atomic.Int64 // when to look again, in Unix nanoseconds

	mu         sync.Mutex // held by the one who looks
	cert, key  os.FileInfo
	saidExpiry *tls.Certificate // the certificate whose end was logged
}

// LoadCertificate reads a certificate, followed in its file by those that lead to
// its authority, and its key; each file has 1 MiB at most. The error names the
// file, and says whether it cannot be read, holds something else or does not
// belong to the other. One that has expired is logged, and served.
func LoadCertificate(certFile, keyFile string, log *slog.Logger) (*Certificate, error) {
	c := &Certificate{certFile: certFile, keyFile: keyFile, log: log}
	c.next.Store(time.Now().Add(certificateCheck).UnixNano())
	if err := c.load(); err != nil {
		return nil, err
	}
	c.checkDates()
	return c, nil
}

// GetCertificate gives the certificate as it is now; for tls.Config.
func (c *Certificate) GetCertificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	now, next := time.Now(), c.next.Load()
	if now.UnixNano() >= next && c.next.CompareAndSwap(next, now.Add(certificateCheck).UnixNano()) {
		c.refresh()
	}
	return c.current.Load(), nil
}

// Leaf is the certificate of the server itself as it is now.
func (c *Certificate) Leaf() *x509.Certificate { return c.current.Load().Leaf }

// Uncovered lists the hosts, as in [NewHosts], that the certificate is not for:
// browsers refuse it there. Of ".example.com" the subdomains are meant as well,
// of which a certificate covers all by "*.example.com" or none.
func (c *Certificate) Uncovered(hosts []string) []string {
	leaf := c.Leaf()
	var list []string
	for _, h := range hosts {
		name, _, ok := SplitHost(strings.TrimPrefix(h, "."))
		if !ok {
			name = strings.TrimPrefix(h, ".")
		}
		if _, err := netip.ParseAddr(strings.Trim(name, "[]")); err == nil {
			name = strings.Trim(name, "[]")
		}
		if leaf.VerifyHostname(name) != nil {
			list = append(list, name)
		}
		if strings.HasPrefix(h, ".") && leaf.VerifyHostname("any."+name) != nil {
			list = append(list, "*."+name)
		}
	}
	return list
}

// refresh reads the files again when they have changed.
func (c *Certificate) refresh() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.changed() {
		if err := c.load(); err != nil {
			c.log.Error("the new certificate cannot be used; the one from before stays in service", "error", err)
		} else {
			c.log.Info("the certificate was read again", "file", c.certFile, "expires", c.Leaf().NotAfter)
		}
	}
	c.checkDates()
}

// changed reports whether the files are others than those that were looked at
// last. Files that are missing for a moment while they are replaced are no
// change.
func (c *Certificate) changed() bool {
	cert, err1 := os.Stat(c.certFile)
	key, err2 := os.Stat(c.keyFile)
	return err1 == nil && err2 == nil && (differs(cert, c.cert) || differs(key, c.key))
}

func differs(a, b os.FileInfo) bool {
	return b == nil || !os.SameFile(a, b) || !a.ModTime().Equal(b.ModTime()) || a.Size() != b.Size()
}

// load reads both files. What they were is noted also when they cannot be used,
// so that this is said once.
func (c *Certificate) load() error {
	cert, certInfo, err := readCertificateFile(c.certFile)
	if err != nil {
		return fmt.Errorf("secure: the certificate: %w", err)
	}
	key, keyInfo, err := readCertificateFile(c.keyFile)
	if err != nil {
		return fmt.Errorf("secure: the certificate's key: %w", err)
	}
	c.cert, c.key = certInfo, keyInfo
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		return fmt.Errorf("secure: the certificate %s with the key %s: %s", c.certFile, c.keyFile, strings.TrimPrefix(err.Error(), "tls: "))
	}
	c.current.Store(&pair)
	return nil
}

// checkDates says once that a certificate is not valid now.
func (c *Certificate) checkDates() {
	pair, now := c.current.Load(), time.Now()
	if c.saidExpiry == pair {
		return
	}
	switch {
	case now.After(pair.Leaf.NotAfter):
		c.log.Warn("the certificate has expired: browsers refuse it; renew it", "file", c.certFile, "expired", pair.Leaf.NotAfter)
	case now.Before(pair.Leaf.NotBefore):
		c.log.Warn("the certificate is not valid yet: browsers refuse it", "file", c.certFile, "from", pair.Leaf.NotBefore)
	default:
		return
	}
	c.saidExpiry = pair
}

func readCertificateFile(name string) ([]byte, os.FileInfo, error) {
	f, err := os.Open(name) //nolint:gosec // named by the configuration
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, nil, err
	}
	b, err := io.ReadAll(io.LimitReader(f, maxCertificateFile+1))
	if err == nil && len(b) > maxCertificateFile {
		err = errors.New(name + " is longer than 1 MiB")
	}
	// With a byte order mark the first block of the file would be overlooked.
	return bytes.TrimPrefix(b, []byte("\ufeff")), info, err
}
