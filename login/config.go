package login

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/dewar-go/dewar"
)

// Flask-Login's texts.
const (
	// LoginMessage is flashed to a visitor who is sent to the login view.
	LoginMessage = "Please log in to access this page."
	// NeedsRefreshMessage is flashed to a user who is sent to the refresh view.
	NeedsRefreshMessage = "Please reauthenticate to access this page."
)

// Protection is what happens when a login is used with another address or User-Agent than it began with: Flask-Login's
// session_protection.
type Protection string

// The modes.
const (
	// Basic makes the login one that is not fresh.
	Basic Protection = "basic"
	// Strong ends the login and its remember token. Users who change networks, as phones do, log in again each time.
	Strong Protection = "strong"
	// InsecureNoProtection does nothing: a stolen cookie is as good as a fresh login anywhere.
	InsecureNoProtection Protection = "none"
)

// Config are the settings of a [Manager]. Most are attributes of Flask-Login's LoginManager, or its REMEMBER_COOKIE_
// settings, under the same names.
type Config struct {
	// LoginView is where visitors are sent who must log in: an endpoint, "auth.login", or a path, "/login". Default:
	// none, and they get 401.
	LoginView string
	// BlueprintLoginViews are login views by the name of a blueprint; "" there means 401. Default: none.
	BlueprintLoginViews map[string]string
	// RefreshView is where users are sent whose login is not fresh. Default: LoginView.
	RefreshView string
	// LoginMessage is flashed with LoginView. Default: [LoginMessage].
	LoginMessage string
	// LoginMessageCategory is its category. Default: "message".
	LoginMessageCategory string
	// NeedsRefreshMessage is flashed with RefreshView. Default: [NeedsRefreshMessage].
	NeedsRefreshMessage string
	// NeedsRefreshMessageCategory is its category. Default: "message".
	NeedsRefreshMessageCategory string
	// NoMessages flashes neither, as a login_message of None. Default: false.
	NoMessages bool
	// LocalizeCallback translates the two. Default: none.
	LocalizeCallback func(c *dewar.Context, message string) string
	// UnauthorizedHandler answers visitors who must log in, and NeedsRefreshHandler users whose login is not fresh,
	// instead of the views. Default: none.
	UnauthorizedHandler, NeedsRefreshHandler func(c *dewar.Context) error
	// UseSessionForNext keeps the page that was asked for in the session, not in the query of the login view
	// (USE_SESSION_FOR_NEXT). Default: false.
	UseSessionForNext bool
	// AnonymousUser makes current_user of a visitor. Default: [AnonymousUser].
	AnonymousUser func(c *dewar.Context) Account
	// SessionProtection is [Basic], [Strong] or [InsecureNoProtection]. Default: Basic.
	SessionProtection Protection

	// RememberCookieName is the name of the remember cookie. Default: "__Host-remember_token" over HTTPS, and
	// "remember_token" without it, with a domain or path, and beside Flask.
	RememberCookieName string
	// RememberCookieDomain is its domain. Default: the host alone.
	RememberCookieDomain string
	// RememberCookiePath is its path. Default: "/".
	RememberCookiePath string
	// RememberCookieDuration is how long a user is remembered after logging in; use does not prolong it. Default: 30
	// days, and beside Flask Flask-Login's 365.
	RememberCookieDuration time.Duration
	// Remembered says how far a remember cookie logs a user in: to Full, or to Pending where it is worth a password and a
	// second factor is missing. methods are what the cookie stands for. Default: Full.
	Remembered func(c *dewar.Context, user Account, methods []string) (Level, error)

	// Store keeps logins, remember tokens and API keys. Default: a [Memory], for one process. Beside Flask it keeps API
	// keys only.
	Store Store
	// Idle is how long a login lasts without a request. Default: 30 minutes.
	Idle time.Duration
	// Absolute is how long a login lasts however much it is used. Default: 12 hours.
	Absolute time.Duration
	// PendingFor is how long the levels Pending and Recovering last. Default: 10 minutes.
	PendingFor time.Duration
	// MaxLogins is how many logins of each level a user has at most, and how many remember tokens. Those that were not used
	// for longest end. Default: 100.
	MaxLogins int
	// Loaders find the user of a request without a login, by a credential of its own: [APIKeys], [BasicAuth],
	// [BearerAuth]. The first that knows the credential decides. Default: none.
	Loaders []Loader
	// ClearSiteData is the header of that name which [Out] sends. Default: "cache" and "storage". "cookies" is not in it,
	// because it would remove a flashed message and the cookies of every subdomain.
	ClearSiteData string
}

// The remember cookie lives for at most this long without a finding.
const longRemember = 90 * 24 * time.Hour

func (c *Config) setDefaults(flask bool) {
	c.LoginMessage = cmp.Or(c.LoginMessage, LoginMessage)
	c.LoginMessageCategory = cmp.Or(c.LoginMessageCategory, "message")
	c.NeedsRefreshMessage = cmp.Or(c.NeedsRefreshMessage, NeedsRefreshMessage)
	c.NeedsRefreshMessageCategory = cmp.Or(c.NeedsRefreshMessageCategory, "message")
	c.RefreshView = cmp.Or(c.RefreshView, c.LoginView)
	c.SessionProtection = cmp.Or(c.SessionProtection, Basic)
	c.RememberCookiePath = cmp.Or(c.RememberCookiePath, "/")
	if flask {
		c.RememberCookieName = cmp.Or(c.RememberCookieName, "remember_token")
		c.RememberCookieDuration = cmp.Or(c.RememberCookieDuration, 365*24*time.Hour)
	}
	c.RememberCookieDuration = cmp.Or(c.RememberCookieDuration, 30*24*time.Hour)
	c.Idle = cmp.Or(c.Idle, 30*time.Minute)
	c.Absolute = cmp.Or(c.Absolute, 12*time.Hour)
	c.PendingFor = cmp.Or(c.PendingFor, 10*time.Minute)
	c.ClearSiteData = cmp.Or(c.ClearSiteData, `"cache", "storage"`)
	c.MaxLogins = cmp.Or(c.MaxLogins, 100)
	if c.Store == nil {
		c.Store = NewMemory()
	}
	if c.AnonymousUser == nil {
		c.AnonymousUser = func(*dewar.Context) Account { return AnonymousUser{} }
	}
}

// check lists the mistakes in the settings.
func (c *Config) check() error {
	var mistakes []error
	switch c.SessionProtection {
	case "", Basic, Strong, InsecureNoProtection:
	default:
		mistakes = append(mistakes, fmt.Errorf("login: Config.SessionProtection is %q; it is Basic, Strong or InsecureNoProtection", c.SessionProtection))
	}
	for name, d := range map[string]time.Duration{
		"Idle": c.Idle, "Absolute": c.Absolute, "PendingFor": c.PendingFor, "RememberCookieDuration": c.RememberCookieDuration,
	} {
		if d < 0 {
			mistakes = append(mistakes, fmt.Errorf("login: Config.%s is %v; it must not be negative", name, d))
		}
	}
	if c.MaxLogins < 0 {
		mistakes = append(mistakes, fmt.Errorf("login: Config.MaxLogins is %d; it must not be negative", c.MaxLogins))
	}
	cookie := http.Cookie{Name: cmp.Or(c.RememberCookieName, "remember_token"), Domain: c.RememberCookieDomain, Path: c.RememberCookiePath}
	if err := cookie.Valid(); err != nil {
		mistakes = append(mistakes, fmt.Errorf("login: the remember cookie: %w", err))
	}
	for i, l := range c.Loaders {
		if l == nil {
			mistakes = append(mistakes, fmt.Errorf("login: Config.Loaders[%d] is nil", i))
		}
	}
	return errors.Join(mistakes...)
}
