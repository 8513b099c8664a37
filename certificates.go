package dewar

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/dewar-go/dewar/secure"
)

// adhoc is what [Config.TLSCertFile] is for a certificate made on the spot.
const adhoc = "adhoc"

// A CertificateSource gives [App.Run] and [App.Serve] the certificates to serve
// HTTPS with, where they do not come from files: contrib/acme is one. An
// extension hands it to [App.UseCertificates].
type CertificateSource struct {
	// Name is the source's, for messages.
	Name string
	// GetCertificate gives the certificate for a connection, as in tls.Config.
	GetCertificate func(*tls.ClientHelloInfo) (*tls.Certificate, error)
	// NextProtos are protocols beside HTTP, such as "acme-tls/1".
	NextProtos []string
	// Challenge, when set, answers on the plain listener of
	// [Config.HTTPRedirectAddr] what proves that the hosts are ours, and hands
	// on everything else.
	Challenge func(next http.Handler) http.Handler
}

// UseCertificates makes the app serve HTTPS with certificates from a source. It
// is called before the app serves, once, and excludes [Config.TLSCertFile].
func (a *App) UseCertificates(s CertificateSource) {
	loc := callerLocation()
	a.root.changing("UseCertificates", loc)
	switch {
	case s.GetCertificate == nil:
		a.mistakes = append(a.mistakes, fmt.Errorf("the certificate source %q at %s has no GetCertificate", s.Name, loc))
	case a.certificates != nil:
		a.mistakes = append(a.mistakes, fmt.Errorf("certificates come from %q and from %q; use one", a.certificates.Name, s.Name))
	case a.cfg.TLSCertFile != "" || a.cfg.TLSKeyFile != "":
		a.mistakes = append(a.mistakes, fmt.Errorf("certificates come from %q and from TLSCertFile; use one", s.Name))
	}
	a.certificates = &s
}

// suites are the cipher suites of TLS 1.2: those with forward secrecy and
// authenticated encryption (RFC 9325, section 4.2). crypto/tls would take CBC as
// well, which scanners report (Lucky 13). Those of TLS 1.3 are not to be chosen.
var suites = []uint16{
	tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
	tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
	tls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, tls.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
}

// tlsConfig is what connections are accepted with; nil for plain HTTP. Go's
// defaults choose versions, suites and curves, and change the keys of session
// tickets every day; a certificate that is replaced does not end connections.
func (a *App) tlsConfig(m mode) (*tls.Config, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12, CipherSuites: suites, NextProtos: []string{"h2", "http/1.1"}}
	switch {
	case a.certificates != nil:
		config.GetCertificate = a.certificates.GetCertificate
		config.NextProtos = append(config.NextProtos, a.certificates.NextProtos...)
	case a.cfg.TLSCertFile == adhoc:
		cert, err := adhocCertificate()
		if err != nil {
			return nil, fmt.Errorf("dewar: an adhoc certificate: %w", err)
		}
		config.Certificates = []tls.Certificate{cert}
	case a.cfg.TLSCertFile != "":
		cert, err := secure.LoadCertificate(a.cfg.TLSCertFile, a.cfg.TLSKeyFile, a.log)
		if err != nil {
			return nil, fmt.Errorf("dewar: TLSCertFile and TLSKeyFile: %s", strings.TrimPrefix(err.Error(), "secure: "))
		}
		if missing := cert.Uncovered(a.cfg.TrustedHosts); len(missing) > 0 {
			a.log.Warn("the certificate is not for some of TrustedHosts: browsers refuse it there", "file", a.cfg.TLSCertFile, "hosts", missing)
		}
		config.GetCertificate = cert.GetCertificate
	default:
		return nil, nil
	}
	return config, nil
}

// checkTLS lists what is wrong with the settings of certificates.
func (a *App) checkTLS(m mode) (mistakes []error) {
	add := func(text string) { mistakes = append(mistakes, errors.New(text)) }
	c := &a.cfg
	switch {
	case c.TLSCertFile == adhoc && c.TLSKeyFile != "":
		add("TLSKeyFile goes with a certificate's file, and TLSCertFile is adhoc; leave it out")
	case c.TLSCertFile == adhoc && (m != loopback || !c.Debug):
		add("an adhoc certificate is for debug mode on a loopback address, since nobody can tell it from an attacker's; give the files of a real one")
	case c.TLSCertFile != adhoc && (c.TLSCertFile == "") != (c.TLSKeyFile == ""):
		add("TLSCertFile and TLSKeyFile go together; only one of them is given")
	}
	if c.HTTPRedirectAddr != "" && c.TLSCertFile == "" && a.certificates == nil {
		add("HTTPRedirectAddr sends visitors to HTTPS, and there is no certificate to serve that with: give TLSCertFile and TLSKeyFile, or contrib/acme")
	}
	return mistakes
}

// certificateSoon is how long before its end a certificate should have been
// renewed: those that renew by themselves do it 30 days before, or 10.
const certificateSoon = 7 * 24 * time.Hour

// certificateFindings looks at the certificate as browsers will.
func (a *App) certificateFindings() (list []Finding) {
	if a.cfg.TLSCertFile == "" || a.cfg.TLSCertFile == adhoc || a.cfg.TLSKeyFile == "" {
		return nil
	}
	add := func(severity Severity, message, remedy string) {
		list = append(list, Finding{ID: "certificate", Severity: severity, Subject: "Config.TLSCertFile", Source: a.location, Message: message, Remedy: remedy})
	}
	cert, err := secure.LoadCertificate(a.cfg.TLSCertFile, a.cfg.TLSKeyFile, slog.New(slog.DiscardHandler))
	if err != nil {
		add(SeverityError, strings.TrimPrefix(err.Error(), "secure: "), "name a certificate and its key that this program can read")
		return list
	}
	leaf, now := cert.Leaf(), time.Now()
	switch {
	case now.Before(leaf.NotBefore):
		add(SeverityWarning, "the certificate is not valid before "+leaf.NotBefore.Format(time.RFC3339), "set the clock, or get another")
	case now.After(leaf.NotAfter):
		add(SeverityWarning, "the certificate has expired on "+leaf.NotAfter.Format(time.RFC3339)+": browsers refuse it", "renew it")
	case now.After(leaf.NotAfter.Add(-certificateSoon)):
		add(SeverityWarning, "the certificate expires on "+leaf.NotAfter.Format(time.RFC3339), "renew it, and look why nothing did so by itself")
	}
	if missing := cert.Uncovered(a.cfg.TrustedHosts); len(missing) > 0 {
		add(SeverityWarning, "the certificate is not for "+strings.Join(missing, ", ")+", which TrustedHosts names: browsers refuse it there", "get one for all of them, or shorten TrustedHosts")
	}
	return list
}

// onPlain is the handler of the plain listener beside HTTPS: the certificate
// source's, and behind it the app itself, whose gate redirects.
func (a *App) onPlain(app http.Handler) http.Handler {
	if a.certificates == nil || a.certificates.Challenge == nil || a.cfg.HTTPRedirectAddr == "" {
		return app
	}
	challenge := a.certificates.Challenge(app)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.TLS == nil {
			challenge.ServeHTTP(w, r)
			return
		}
		app.ServeHTTP(w, r)
	})
}

// adhocCertificate makes a certificate for this machine that vouches for itself
// and ends with the process.
func adhocCertificate() (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return tls.Certificate{}, err
	}
	now := time.Now()
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: "localhost", Organization: []string{"adhoc certificate of a program in debug mode"}},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(30 * 24 * time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return tls.Certificate{}, err
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, nil
}
