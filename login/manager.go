package login

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/privacy"
)

// A Manager is the extension, as Flask-Login's LoginManager. Make it with [New] and add it with app.Extend.
type Manager struct {
	// Signals are sent by this Manager.
	Signals Signals

	cfg   Config
	load  func(*dewar.Context, string) (Account, error)
	app   *dewar.App
	flask bool // the app serves beside Flask
}

// Signals tell what happens to logins, under the names of Flask-Login's.
type Signals struct {
	UserLoggedIn          dewar.Signal[Event] // [In] logged a user in
	UserLoggedOut         dewar.Signal[Event] // [Out] logged a user out
	UserLoadedFromCookie  dewar.Signal[Event] // by the remember cookie
	UserLoadedFromRequest dewar.Signal[Event] // by one of Config.Loaders
	UserLoginConfirmed    dewar.Signal[Event] // [Confirm] made a login fresh
	UserUnauthorized      dewar.Signal[Event] // a visitor was turned away
	UserNeedsRefresh      dewar.Signal[Event] // a login was not fresh enough
	UserAccessed          dewar.Signal[Event] // somebody asked who the user is, before that is known; once a request
	SessionProtected      dewar.Signal[Event] // Config.SessionProtection took effect
	TokenReused           dewar.Signal[Event] // a remember cookie was used by two, and everything of its user was ended
}

// An Event is what the signals send.
type Event struct {
	Context *dewar.Context
	// User is whom it is about, nil where that is nobody or not known.
	User Account
}

// New makes the extension. load finds a user by id, as Flask-Login's user_loader: for a user who does not exist it
// returns the zero U, [ErrNotFound] or sql.ErrNoRows. It is called at most once a request, and for pages that do not ask
// who is there not at all.
func New[U Account](load func(c *dewar.Context, id string) (U, error), config Config) *Manager {
	return &Manager{cfg: config, load: loader(load)}
}

// Init is called by app.Extend.
func (m *Manager) Init(app *dewar.App) error {
	if m.app != nil {
		return errors.New("login: the Manager is an extension already; make one for each app")
	}
	if _, ok := dewar.ExtensionOf[*Manager](app); ok {
		return errors.New("login: the app has a Manager already")
	}
	if err := m.cfg.check(); err != nil {
		return err
	}
	m.app, m.flask = app, app.Config().Flask != nil
	m.cfg.setDefaults(m.flask)
	privacy.Register(app, privacy.Source{Name: "login", Export: m.exported, Erase: m.erase})
	dewar.ContextVariable(app, "current_user", func(c *dewar.Context) any { return Current(c) })
	return nil
}

// errNotInstalled is the answer where the app has no Manager: nobody gets past a guard then.
var errNotInstalled = errors.New("login: the app has no login.Manager; add one with app.Extend(login.New(…))")

// managerOf returns the Manager of the app. It panics when there is none.
func managerOf(c *dewar.Context) *Manager {
	m, ok := dewar.ExtensionOf[*Manager](c.App())
	if !ok {
		panic(errNotInstalled)
	}
	return m
}

// missingViews lists the settings of login views that do not exist.
func (m *Manager) missingViews() (missing []string) {
	views := map[string]string{"LoginView": m.cfg.LoginView, "RefreshView": m.cfg.RefreshView}
	for name, view := range m.cfg.BlueprintLoginViews {
		views[fmt.Sprintf("BlueprintLoginViews[%q]", name)] = view
	}
	routes := m.app.Routes()
	for setting, view := range views {
		if view == "" || strings.HasPrefix(view, "/") || setting == "RefreshView" && view == m.cfg.LoginView {
			continue
		}
		if !slices.ContainsFunc(routes, func(r dewar.RouteInfo) bool { return r.Endpoint == view }) {
			missing = append(missing, setting)
		}
	}
	slices.Sort(missing)
	return missing
}

// Check reports settings that leave users outside or let thieves in. A login view that does not exist stops the start.
func (m *Manager) Check() []dewar.Finding {
	var list []dewar.Finding
	for _, setting := range m.missingViews() {
		list = append(list, dewar.Finding{
			ID: "login-view", Severity: dewar.SeverityError, Subject: "login.Config." + setting,
			Message: "there is no such endpoint", Remedy: "name one of the list of routes, or a path that begins with a slash",
		})
	}
	if m.cfg.LoginView == "" && m.cfg.UnauthorizedHandler == nil {
		for _, r := range m.app.Routes() {
			if !r.API && slices.Contains(r.Guards, Required.Name()) && m.cfg.BlueprintLoginViews == nil {
				list = append(list, dewar.Finding{
					ID: "login-no-view", Subject: "route " + r.Rule, Source: r.Source,
					Message: "visitors get 401 here and are not told where to log in: login.Config.LoginView is not set",
					Remedy:  "set LoginView, or mark the route as an API's",
				})
			}
		}
	}
	if m.cfg.RememberCookieDuration > longRemember && !m.flask {
		list = append(list, dewar.Finding{
			ID: "login-remember-long", Subject: "login.Config.RememberCookieDuration",
			Message: fmt.Sprintf("a remember cookie is valid for %v: that is how long a stolen one may go unnoticed", m.cfg.RememberCookieDuration),
			Remedy:  "set it to 90 days or less",
		})
	}
	if m.cfg.SessionProtection == InsecureNoProtection {
		list = append(list, dewar.Finding{
			ID: "login-no-protection", Subject: "login.Config.SessionProtection",
			Message: "a stolen session cookie is a fresh login wherever it is used",
			Remedy:  "remove InsecureNoProtection",
		})
	}
	config := m.app.Config()
	if config.InsecurePlainHTTP {
		list = append(list, dewar.Finding{
			ID: "login-plain", Subject: "Config.InsecurePlainHTTP",
			Message: "users log in without HTTPS: whoever is on the way reads passwords and cookies, which have no Secure",
			Remedy:  "serve HTTPS, or stand behind a proxy that does and name it in Config.Proxies",
		})
	}
	if _, memory := m.cfg.Store.(*Memory); memory && !m.flask && !config.Debug && !config.Loopback {
		list = append(list, dewar.Finding{
			ID: "login-memory", Severity: dewar.SeverityNote, Subject: "login.Config.Store",
			Message: "logins are kept in this process: a restart logs everybody out, and a second process knows none of them",
			Remedy:  "set Store, for example to that of contrib/db",
		})
	}
	return list
}

// Sessions lists the logins of any user, for pages of administrators. For a user's own page there is [Sessions].
func (m *Manager) Sessions(ctx context.Context, user string) ([]Record, error) {
	return m.cfg.Store.SessionsOf(ctx, user)
}

// EndUser ends all logins and remember tokens of a user. Call it when an account is disabled or deleted, or its password
// was reset. API keys are not ended: delete them with [Manager.DeleteKey]; those of a user who is not active are refused
// anyway. It fails beside Flask, whose signed cookies nobody can end.
func (m *Manager) EndUser(ctx context.Context, user string) error {
	if m.flask {
		return errShared
	}
	if err := m.cfg.Store.EndUser(ctx, user, ""); err != nil {
		return fmt.Errorf("login: EndUser: %w", err)
	}
	m.app.Emit(dewar.SecurityEvent{Name: dewar.EventTokenRevoked, User: user, Detail: "all logins and remember tokens"})
	return nil
}

func (m *Manager) send(s *dewar.Signal[Event], c *dewar.Context, u Account) { s.Send(Event{c, u}) }
