package acme

import (
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"golang.org/x/crypto/acme"
	"golang.org/x/crypto/acme/autocert"

	"github.com/dewar-go/dewar/secure"
)

// Directory URLs of Let's Encrypt.
const (
	LetsEncrypt = "https://acme-v02.api.letsencrypt.org/directory"
	Staging     = "https://acme-staging-v02.api.letsencrypt.org/directory"
)

// Config are the settings. Only AcceptTerms must be set.
type Config struct {
	// Hosts are the names that certificates are for. Default: the app's
	// TrustedHosts, without ports.
	Hosts []string
	// AcceptTerms says that you accept the authority's terms of service. Without it the app does not start. Default:
	// false.
	AcceptTerms bool
	// Email is where the authority writes about problems. Default: none.
	Email string
	// DirectoryURL names the authority. Default: [LetsEncrypt].
	DirectoryURL string
	// Cache keeps certificates and the account's key. Default: the folder acme in the app's instance folder, with mode
	// 0700.
	Cache autocert.Cache
	// RenewBefore is how long before its end a certificate is renewed. Default: a third of its lifetime, at most 30
	// days.
	RenewBefore time.Duration
	// ExternalAccount binds the account to one that you already have with the authority (RFC 8555, section 7.3.4).
	// Default: none.
	ExternalAccount *acme.ExternalAccountBinding
	// Client sends the requests to the authority. Your own client can trust a root certificate of your own. Default:
	// http.DefaultClient.
	Client *http.Client
}

// hosts returns the names that certificates are for, or an error that says why there are none.
func (c *Config) hosts(trusted []string) (map[string]bool, error) {
	list, setting := c.Hosts, "Config.Hosts"
	if len(list) == 0 {
		list, setting = trusted, "TrustedHosts"
	}
	if len(list) == 0 {
		return nil, errors.New("acme: there are no hosts to get certificates for; list them in TrustedHosts")
	}
	names := map[string]bool{}
	var mistakes []error
	for _, h := range list {
		if strings.HasPrefix(h, ".") || strings.Contains(h, "*") {
			mistakes = append(mistakes, fmt.Errorf("acme: %s: %q stands for all subdomains, and no such certificate can be had without a DNS challenge; list the names in Config.Hosts", setting, h))
			continue
		}
		name, _, ok := secure.SplitHost(h)
		name = strings.ToLower(strings.TrimSuffix(name, "."))
		if _, err := netip.ParseAddr(strings.Trim(name, "[]")); !ok || err == nil || !strings.Contains(name, ".") {
			mistakes = append(mistakes, fmt.Errorf("acme: %s: %q is no name that an authority issues certificates for; list the names it does in Config.Hosts", setting, h))
			continue
		}
		names[name] = true
	}
	return names, errors.Join(mistakes...)
}

// directory checks the URL of the authority and returns it.
func (c *Config) directory() (string, error) {
	if c.DirectoryURL == "" {
		return LetsEncrypt, nil
	}
	u, err := url.Parse(c.DirectoryURL)
	if err != nil || u.Scheme != "https" || u.Host == "" {
		return "", fmt.Errorf("acme: Config.DirectoryURL %q is no https URL; whoever is on the way could have certificates issued", c.DirectoryURL)
	}
	return c.DirectoryURL, nil
}
