package oidc

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/login"
	"github.com/dewar-go/dewar/outbound"
)

// Config are the settings of a [Manager].
type Config struct {
	// Providers are whom users sign in with. At least one is required.
	Providers []Provider
	// Credentials keeps which identity belongs to which account: database.Credentials() of contrib/db. It is required; for
	// tests there is login.NewMemoryCredentials.
	Credentials login.Credentials
	// SignUp makes an account for an identity that belongs to none, and returns it. It must not return an account that was
	// there before: whoever has its address at a provider would own it. For an address that is taken it returns an error
	// that asks the user to log in and to add the provider. An account that has identities or passkeys already is refused.
	// Default: none, and only linked identities sign in.
	SignUp func(c *dewar.Context, id Identity) (login.Account, error)
	// SignIn logs a user in and answers. Default: accounts.SignIn for an account of package accounts, otherwise login.In and a
	// redirect to login.Next.
	SignIn func(c *dewar.Context, user login.Account, how login.Options) error
	// HasPassword reports whether an account has a way in that is not in Credentials, so that its last identity may be
	// removed. Default: an account of package accounts has one when it has a password, any other user has none.
	HasPassword func(c *dewar.Context, user login.Account) (bool, error)
	// After is where a sign-in, a link or an unlink leads that was not sent from elsewhere: a path. Default: "/".
	After string
	// Prefix is the path of the pages. Default: "/oidc".
	Prefix string
	// Outbound are the settings of the calls to providers, such as InsecureAllow for one in the own network. Default: those
	// of package outbound with a Timeout of 10 s and a MaxBody of 1 MiB.
	Outbound outbound.Config
}

// A Provider is one issuer of identities.
type Provider struct {
	// Name is part of the paths: a to z, 0 to 9 and hyphens. It is required.
	Name string
	// Label is what users see. Default: Name.
	Label string
	// Issuer is its URL, exactly as in its tokens: https://accounts.google.com. It is required.
	Issuer string
	// ClientID is required. ClientSecret is left out for a public client.
	ClientID     string
	ClientSecret dewar.Secret
	// Scopes are asked for beside "openid". Default: email, profile.
	Scopes []string
	// Params are sent with the request for a sign-in, such as "hd" or "prompt". Default: none.
	Params map[string]string
	// UserInfo asks the provider's userinfo endpoint for claims that are not in the ID token. Default: false.
	UserInfo bool
	// TrustMFA takes the provider's word ("mfa" in amr) for a second factor: the method "mfa" is among those of the login.
	// Default: false.
	TrustMFA bool
}

var providerName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,62}$`)

// ownParams cannot be in Provider.Params: this package sends them, or does not know the answer to them.
var ownParams = []string{
	"response_type", "response_mode", "client_id", "client_secret", "redirect_uri", "scope", "state", "nonce", "code_challenge",
	"code_challenge_method", "request", "request_uri", "max_age",
}

// check lists the mistakes in the settings.
func (c *Config) check() error {
	var mistakes []error
	wrong := func(format string, args ...any) {
		mistakes = append(mistakes, fmt.Errorf("oidc: Config."+format, args...))
	}
	if len(c.Providers) == 0 {
		wrong("Providers is empty; name at least one")
	}
	if c.Credentials == nil {
		wrong("Credentials is nil; set it to database.Credentials() of contrib/db")
	}
	for name, path := range map[string]string{"Prefix": c.Prefix, "After": c.After} {
		if path != "" && !strings.HasPrefix(path, "/") {
			wrong("%s is %q; it must begin with a slash", name, path)
		}
	}
	seen := map[string]bool{}
	for i, p := range c.Providers {
		at := fmt.Sprintf("Providers[%d]", i)
		if !providerName.MatchString(p.Name) || p.Name == "unlink" {
			wrong("%s.Name is %q; it must be made of a to z, 0 to 9 and hyphens, and not be unlink", at, p.Name)
		}
		for _, key := range []string{p.Name, p.Issuer + " " + p.ClientID} {
			if seen[key] {
				wrong("%s: there is another %q", at, key)
			}
			seen[key] = true
		}
		if u, err := url.Parse(p.Issuer); err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || !c.secureURL(p.Issuer) {
			wrong("%s.Issuer is %q; it must be an https URL without query and fragment", at, p.Issuer)
		}
		if p.ClientID == "" {
			wrong("%s.ClientID is empty", at)
		}
		for name := range p.Params {
			if slices.Contains(ownParams, name) {
				wrong("%s.Params has %q, which is not for the application to set", at, name)
			}
		}
	}
	return errors.Join(mistakes...)
}

// secureURL reports whether an address is absolute and may be gone to.
func (c *Config) secureURL(address string) bool {
	u, err := url.Parse(address)
	return err == nil && u.Host != "" && (u.Scheme == "https" || u.Scheme == "http" && c.Outbound.InsecurePlainHTTP)
}
