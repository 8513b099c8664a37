package acme

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/acme"
	"golang.org/x/crypto/acme/autocert"

	"github.com/dewar-go/dewar"
)

// CacheDir is the folder for certificates in the instance folder.
const CacheDir = "acme"

// A Manager gets certificates and renews them. It is a [dewar.Extension] for one app. Make it with [New].
type Manager struct {
	config Config
	cert   autocert.Manager
	names  map[string]bool
	log    *slog.Logger

	mu     sync.Mutex
	warned time.Time
}

// New makes a Manager. Mistakes in the configuration are reported by the app.
func New(c Config) *Manager { return &Manager{config: c} }

// Init makes the app serve HTTPS with the authority's certificates. It is called
// by [dewar.App.Extend].
func (m *Manager) Init(app *dewar.App) error {
	if m.log != nil {
		return errors.New("acme: this Manager is installed already; each app needs one of its own")
	}
	m.log = app.Logger()
	names, err := m.config.hosts(app.Config().TrustedHosts)
	directory, directoryErr := m.config.directory()
	err = errors.Join(err, directoryErr)
	if !m.config.AcceptTerms {
		err = errors.Join(err, errors.New("acme: set Config.AcceptTerms when you accept the authority's terms of service; it issues nothing otherwise"))
	}
	if m.config.RenewBefore < 0 {
		err = errors.Join(err, fmt.Errorf("acme: Config.RenewBefore %v is below zero", m.config.RenewBefore))
	}
	if err != nil {
		return err
	}
	m.names = names
	m.cert = autocert.Manager{
		Prompt:                 autocert.AcceptTOS,
		Cache:                  m.config.Cache,
		HostPolicy:             m.allowed,
		RenewBefore:            m.config.RenewBefore,
		Client:                 &acme.Client{DirectoryURL: directory, HTTPClient: m.config.Client, UserAgent: "dewar"},
		Email:                  m.config.Email,
		ExternalAccountBinding: m.config.ExternalAccount,
	}
	app.UseCertificates(dewar.CertificateSource{
		Name:           "contrib/acme",
		GetCertificate: m.getCertificate,
		NextProtos:     []string{acme.ALPNProto},
		Challenge:      func(next http.Handler) http.Handler { return m.cert.HTTPHandler(next) },
	})
	app.OnStart(func(context.Context) error { return m.start(app.Config().InstanceDir) })
	return nil
}

// Check reports certificates that no browser trusts.
func (m *Manager) Check() []dewar.Finding {
	if m.config.DirectoryURL != Staging {
		return nil
	}
	return []dewar.Finding{{
		ID: "acme-staging", Subject: "acme.Config.DirectoryURL",
		Message: "certificates come from Let's Encrypt's staging environment, which no browser trusts",
		Remedy:  "leave DirectoryURL empty",
	}}
}

// start makes the cache and orders the certificates that are missing, so that mistakes show before a visitor comes.
func (m *Manager) start(instance string) error {
	if m.cert.Cache == nil {
		dir := filepath.Join(instance, CacheDir)
		if err := cacheDir(instance, dir); err != nil {
			return err
		}
		m.cert.Cache = autocert.DirCache(dir)
	}
	go func() {
		for _, name := range slices.Sorted(maps.Keys(m.names)) {
			if _, err := m.getCertificate(&tls.ClientHelloInfo{ServerName: name, CipherSuites: []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256}}); err == nil {
				m.log.Info("acme: there is a certificate", "host", name)
			}
		}
	}()
	return nil
}

// cacheDir makes the folder for certificates. It also holds their keys.
func cacheDir(instance, dir string) error {
	if err := dewar.MakeInstanceDir(instance); err != nil {
		return fmt.Errorf("acme: %w", err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("acme: the folder of certificates cannot be made: %w; choose another with --instance, or give Config.Cache", err)
	}
	// The instance folder may be under version control when somebody else made it.
	if f, err := os.OpenFile(filepath.Join(dir, ".gitignore"), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600); err == nil {
		_, err = f.WriteString("*\n")
		if err = errors.Join(err, f.Close()); err != nil {
			return fmt.Errorf("acme: the folder of certificates: %w", err)
		}
	}
	info, err := os.Stat(dir)
	if err != nil {
		return fmt.Errorf("acme: the folder of certificates: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return fmt.Errorf("acme: the folder of certificates %s can be entered by others (mode %04o): run chmod 700 %s; if others may have read the keys, delete it so that new ones are made", dir, info.Mode().Perm(), dir)
	}
	return nil
}

// allowed returns an error unless certificates may be ordered for the host.
func (m *Manager) allowed(_ context.Context, host string) error {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	if !m.names[strings.ToLower(strings.TrimSuffix(host, "."))] {
		return errForeign
	}
	return nil
}

var errForeign = errors.New("acme: no certificates are issued for this host")

// getCertificate is the GetCertificate of the tls.Config.
func (m *Manager) getCertificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	if slices.Contains(hello.SupportedVersions, tls.VersionTLS13) && slices.Contains(hello.SignatureSchemes, tls.ECDSAWithP256AndSHA256) {
		// For a client that lists no cipher suite of TLS 1.2, autocert would order a second certificate with an RSA
		// key.
		modern := *hello
		modern.CipherSuites = append(slices.Clone(hello.CipherSuites), tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256)
		hello = &modern
	}
	cert, err := m.cert.GetCertificate(hello)
	if err != nil && m.allowed(context.Background(), hello.ServerName) == nil && !slices.Equal(hello.SupportedProtos, []string{acme.ALPNProto}) {
		m.warn(hello.ServerName, err)
	}
	return cert, err
}

// warn logs that a certificate is missing, at most once a minute.
func (m *Manager) warn(host string, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if now := time.Now(); m.warned.IsZero() || now.Sub(m.warned) >= time.Minute {
		m.warned = now
		text := err.Error()
		if len(text) > 1000 {
			text = text[:1000] + "…"
		}
		m.log.Error("acme: there is no certificate for a host", "host", host, "error", text)
	}
}
