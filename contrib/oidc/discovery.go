package oidc

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	gooidc "github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/dewar-go/dewar"
)

const (
	// discoverEvery is how often a provider's configuration is read again.
	discoverEvery = 24 * time.Hour
	// discoverAgain is how long after a failure it is not asked.
	discoverAgain = 5 * time.Second
)

// A provider is a Provider with what its discovery document says.
type provider struct {
	Provider
	manager *Manager

	mu     sync.Mutex // held while the document is read
	found  *discovered
	err    error
	readAt time.Time
}

// discovered is a provider's configuration.
type discovered struct {
	*gooidc.Provider
	verifier *gooidc.IDTokenVerifier
	style    oauth2.AuthStyle
	metadata
}

// metadata are the members of the document that go-oidc does not read.
type metadata struct {
	AuthURL     string   `json:"authorization_endpoint"`
	TokenURL    string   `json:"token_endpoint"`
	KeysURL     string   `json:"jwks_uri"`
	EndSession  string   `json:"end_session_endpoint"`
	AuthMethods []string `json:"token_endpoint_auth_methods_supported"`
	SendsIssuer bool     `json:"authorization_response_iss_parameter_supported"`
}

// context carries the client for calls to the provider.
func (p *provider) context(ctx context.Context) context.Context {
	return gooidc.ClientContext(ctx, p.manager.client)
}

// discover returns the provider's configuration. Sign-ins that come while it is read wait for it. One that was read serves on
// while it cannot be read again.
func (p *provider) discover(ctx context.Context) (*discovered, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	age := time.Since(p.readAt)
	switch {
	case p.found != nil && age < discoverEvery:
		return p.found, nil
	case p.err != nil && age < discoverAgain:
		return p.found, p.err
	}
	// A visitor who goes away must not fail those who wait.
	found, err := p.read(context.WithoutCancel(ctx))
	p.readAt, p.err = time.Now(), err
	if err == nil {
		p.found = found
	} else if p.found != nil {
		p.manager.app.Logger().WarnContext(ctx, "oidc: a provider's configuration could not be read again", "provider", p.Name, "error", err.Error())
		p.err = nil
		p.readAt = p.readAt.Add(discoverAgain - discoverEvery)
	}
	return p.found, p.err
}

func (p *provider) read(ctx context.Context) (*discovered, error) {
	base, err := gooidc.NewProvider(p.context(ctx), p.Issuer)
	if err != nil {
		return nil, err
	}
	d := &discovered{Provider: base}
	if err := base.Claims(&d.metadata); err != nil {
		return nil, err
	}
	for name, address := range map[string]string{"authorization_endpoint": d.AuthURL, "token_endpoint": d.TokenURL, "jwks_uri": d.KeysURL} {
		if !p.manager.cfg.secureURL(address) {
			return nil, fmt.Errorf("the issuer's %s is %q, not an https URL", name, address)
		}
	}
	if d.EndSession != "" && !p.manager.cfg.secureURL(d.EndSession) {
		return nil, fmt.Errorf("the issuer's end_session_endpoint is %q, not an https URL", d.EndSession)
	}
	// Not found out by trying: the second try would send the code again.
	basic := len(d.AuthMethods) == 0 || slices.Contains(d.AuthMethods, "client_secret_basic")
	switch {
	case !p.ClientSecret.IsSet():
		d.style = oauth2.AuthStyleInParams
	case basic:
		d.style = oauth2.AuthStyleInHeader
	case slices.Contains(d.AuthMethods, "client_secret_post"):
		d.style = oauth2.AuthStyleInParams
	default:
		return nil, fmt.Errorf("the issuer takes no client secret, only %q", d.AuthMethods)
	}
	d.verifier = base.Verifier(&gooidc.Config{ClientID: p.ClientID})
	return d, nil
}

// oauth returns the settings of a sign-in in this request.
func (p *provider) oauth(c *dewar.Context, d *discovered) (*oauth2.Config, error) {
	callback, err := c.URL(dewar.To("oidc.callback", "provider", p.Name).External())
	if err != nil {
		return nil, err
	}
	return &oauth2.Config{
		ClientID: p.ClientID, ClientSecret: p.ClientSecret.Value(), RedirectURL: callback, Scopes: p.Scopes,
		Endpoint: oauth2.Endpoint{AuthURL: d.AuthURL, TokenURL: d.TokenURL, AuthStyle: d.style},
	}, nil
}

// denied reports whether a failed exchange is the provider's answer and not its absence.
func denied(err error) bool {
	var answer *oauth2.RetrieveError
	return errors.As(err, &answer) && answer.Response != nil && answer.Response.StatusCode < 500
}
