package login

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/secure"
	"github.com/dewar-go/dewar/session"
)

// The guards of routes and blueprints, as Flask-Login's decorators:
//
//	app.Get("/account", account).Guard(login.Required)
var (
	// Required lets users pass who are logged in, as login_required. Others are sent to Config.LoginView, or get 401: where
	// there is none, on an API's route, and when they like JSON better than a page. The app's own answers to OPTIONS and to
	// preflights ask no guard; a view or a mounted handler for OPTIONS is guarded like any other.
	Required dewar.Guard = guard{name: "login required", level: Full}
	// Fresh lets users pass whose login is fresh, as fresh_login_required: see [IsFresh]. Users of a Loader never are.
	Fresh dewar.Guard = guard{name: "fresh login required", level: Full, fresh: true}
)

// FreshWithin is [Fresh] for users who entered a password or the like at most d ago. Beside Flask, which does not keep
// the time, it is Fresh. A d that is not positive panics.
func FreshWithin(d time.Duration) dewar.Guard {
	if d <= 0 {
		panic(fmt.Sprintf("login: FreshWithin(%v): the duration must be positive", d))
	}
	return guard{name: "login within " + d.String(), level: Full, fresh: true, within: d}
}

// At lets users pass whose login is at this level, and at no other: the page of a second factor has At(Pending).
func At(level Level) dewar.Guard { return guard{name: "login " + string(level), level: level} }

type guard struct {
	name   string
	level  Level
	fresh  bool
	within time.Duration
}

func (g guard) Stage() dewar.Stage { return dewar.StagePermission }
func (g guard) Name() string       { return g.name }

func (g guard) Check(c *dewar.Context) error {
	m, ok := dewar.ExtensionOf[*Manager](c.App())
	if !ok {
		return errNotInstalled
	}
	v, err := m.visit(c)
	switch {
	case err != nil:
		return err
	case v.user == nil || v.level != g.level:
		return m.unauthorized(c)
	case g.fresh && !v.fresh, g.within > 0 && !m.flask && time.Since(v.record.Proved) > g.within:
		return m.needsRefresh(c, v.user)
	}
	return nil
}

// Unauthorized answers a visitor who must log in, as the guards do: for a view that finds out by itself. Flask-Login's
// login_manager.unauthorized.
func Unauthorized(c *dewar.Context) error { return managerOf(c).unauthorized(c) }

// NeedsRefresh answers a user whose login is not fresh enough, as [Fresh] does. Flask-Login's login_manager.needs_refresh.
func NeedsRefresh(c *dewar.Context) error { return managerOf(c).needsRefresh(c, must(c).user) }

func (m *Manager) unauthorized(c *dewar.Context) error {
	m.send(&m.Signals.UserUnauthorized, c, nil)
	if m.cfg.UnauthorizedHandler != nil {
		return m.cfg.UnauthorizedHandler(c)
	}
	view, ok := m.cfg.BlueprintLoginViews[c.Blueprint()]
	if !ok {
		view = m.cfg.LoginView
	}
	return m.sendTo(c, view, m.cfg.LoginMessage, m.cfg.LoginMessageCategory)
}

func (m *Manager) needsRefresh(c *dewar.Context, u Account) error {
	m.send(&m.Signals.UserNeedsRefresh, c, u)
	if m.cfg.NeedsRefreshHandler != nil {
		return m.cfg.NeedsRefreshHandler(c)
	}
	return m.sendTo(c, m.cfg.RefreshView, m.cfg.NeedsRefreshMessage, m.cfg.NeedsRefreshMessageCategory)
}

// sendTo redirects to a view for logging in, with the page that was asked for as "next".
func (m *Manager) sendTo(c *dewar.Context, view, message, category string) error {
	if view == "" || dewar.AnswersJSON(c) || c.Request().Header["Upgrade"] != nil {
		h := http.Header{}
		for _, l := range m.cfg.Loaders {
			if challenge := l.Challenge(); challenge != "" {
				h.Add("WWW-Authenticate", challenge)
			}
		}
		return &dewar.HTTPError{Code: http.StatusUnauthorized, Header: h}
	}
	if !m.cfg.NoMessages {
		if m.cfg.LocalizeCallback != nil {
			message = m.cfg.LocalizeCallback(c, message)
		}
		c.Flash(message, category)
	}
	target := dewar.To(view)
	if strings.HasPrefix(view, "/") {
		target = dewar.Path(view)
	}
	// The answer to a form cannot be asked for again.
	if c.Method() == http.MethodGet || c.Method() == http.MethodHead {
		next, err := c.URL(dewar.Path(c.Request().URL.RequestURI()))
		switch {
		case err != nil: // an address that no redirect may lead to
		case m.cfg.UseSessionForNext:
			c.Session().Set(nextKey, next)
		default:
			target = target.With(nextKey, next)
		}
	}
	return c.Status(http.StatusFound).Redirect(target)
}

// nextTarget is what SetNext was given.
var nextTarget = dewar.NewKey[dewar.Target]("_login_next")

// SetNext makes [Next] return a target in this request: for a view that knows it from elsewhere, such as one that a
// provider sends the browser back to.
func SetNext(c *dewar.Context, next dewar.Target) { nextTarget.Set(c, next) }

// Next returns where to go after logging in: the page whose guard sent the user to the login view, or otherwise. It is the
// parameter or field "next", or with Config.UseSessionForNext what the session has of it. Only a path of this site that
// begins with one slash is taken ([secure.LocalRedirect]); for anything else it is otherwise.
func Next(c *dewar.Context, otherwise dewar.Target) dewar.Target {
	if target, ok := nextTarget.Get(c); ok {
		return target
	}
	var next string
	if managerOf(c).cfg.UseSessionForNext {
		s := c.Session()
		next, _ = session.Value[string](s, nextKey)
		s.Delete(nextKey)
	} else if next = c.Query(nextKey); next == "" && c.Method() == http.MethodPost {
		next = c.Form(nextKey)
	}
	if !strings.HasPrefix(next, "/") {
		return otherwise
	}
	if _, err := secure.LocalRedirect(next); err != nil {
		return otherwise
	}
	// A redirect puts the prefix of a proxy before the path, and "next" has it already.
	if root, err := c.URL(dewar.Path("/")); err == nil && len(root) > 1 {
		within, ok := strings.CutPrefix(next, root)
		if !ok {
			return otherwise
		}
		next = "/" + within
	}
	return dewar.Path(next)
}
