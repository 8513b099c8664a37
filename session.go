package dewar

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/dewar-go/dewar/internal/werkzeug"
	"github.com/dewar-go/dewar/secure"
	"github.com/dewar-go/dewar/session"
	"github.com/dewar-go/dewar/sign"
)

// Session returns the request's session. It is loaded when first asked for;
// an answer whose session was read carries "Vary: Cookie" and
// "Cache-Control: no-store". Changes are saved before the first byte of the
// answer; changing it after that is lost and logged.
func (c *Context) Session() *session.Session {
	if c.session == nil {
		if err := c.loadSession(); err != nil {
			// Reached only where the session's guard did not run, such as an
			// error page for a path that nothing serves: show it without.
			c.logError(err, "session not loaded")
			c.session = session.New()
			c.state.set(sessionDropped)
		}
	}
	return c.session
}

// sessionGuard loads the session before the view, so that a store that is down
// is a clear 503 instead of a visitor who seems to be signed out. A request
// without the cookie costs nothing.
type sessionGuard struct{}

func (sessionGuard) Stage() Stage { return StageSession }
func (sessionGuard) Name() string { return "session" }

func (sessionGuard) Check(c *Context) error {
	if c.session != nil || c.r.Header["Cookie"] == nil {
		return nil
	}
	return c.loadSession()
}

func (c *Context) loadSession() error {
	value, _ := werkzeug.Cookie(c.r.Header["Cookie"], c.app.cookieName())
	s, err := c.app.store.Load(c.base, value)
	if err != nil {
		return &HTTPError{Code: http.StatusServiceUnavailable, Err: err}
	}
	c.session = s
	return nil
}

// cookieName is the session cookie's name: over HTTPS one that browsers accept
// from this host alone, with Secure and for the whole site.
func (a *App) cookieName() string {
	if a.cfg.Session.CookieName != "" {
		return a.cfg.Session.CookieName
	}
	if a.cfg.Flask == nil && a.mode.https() && a.cfg.Session.CookieDomain == "" && a.cfg.Session.CookiePath == "/" {
		return "__Host-session"
	}
	return "session"
}

// makeStore makes the store of sessions.
func (a *App) makeStore(ring *sign.KeyRing) session.Store {
	options := session.CookieOptions{Lifetime: a.cfg.Session.Lifetime}
	switch {
	case a.cfg.Session.Store != nil:
		return a.cfg.Session.Store
	case a.cfg.Session.CookieEncrypted:
		return session.NewEncryptedCookieStore(ring, options)
	}
	return session.NewCookieStore(ring, options)
}

// resignAfter is how old a permanent session's signature gets before it is
// renewed: Flask signs at every request, which costs more than it gives.
const resignAfter = time.Minute

// refreshAfter is how old a permanent session's signature gets before it is
// renewed.
func (c *Config) refreshAfter() time.Duration {
	if c.Flask != nil && c.Flask.SessionRefreshEachRequest {
		return -1
	}
	return resignAfter
}

// saveSession puts the session into the answer, as Flask's save_session does.
func (c *Context) saveSession(h http.Header) error {
	s := c.session
	if s == nil || c.state.has(sessionDropped) || c.state.has(sessionSaved) {
		return nil
	}
	st := s.State(true)
	if err := s.Err(); err != nil {
		c.noteRefusedSession(err)
		if !c.state.has(refusalReported) {
			c.state.set(refusalReported)
			c.Emit(refusedSession(err))
		}
	}
	if st.Accessed {
		secure.AddVary(h, "Cookie")
	}
	refresh := !c.at.static && st.Permanent && !st.New && time.Since(s.Signed()) > c.app.cfg.refreshAfter()
	if !st.Modified && !refresh {
		return nil
	}
	cookie := http.Cookie{
		Name: c.app.cookieName(), Path: c.app.cfg.Session.CookiePath, Domain: c.app.cfg.Session.CookieDomain,
		Secure: c.app.mode.https(), HttpOnly: true, SameSite: sameSite(c.app.cfg.Session.CookieSameSite),
	}
	value, err := c.app.store.Save(c.base, s)
	if err == nil {
		c.state.set(sessionSaved)
	}
	if value == "" {
		c.state.set(sessionEnded)
	}
	switch {
	case errors.Is(err, session.ErrUnavailable):
		return &HTTPError{Code: http.StatusServiceUnavailable, Err: err}
	case err != nil:
		return fmt.Errorf("dewar: %w", err)
	case value == "" && st.New:
		return nil // it never reached the client
	case value == "":
		cookie.MaxAge, cookie.Expires = -1, time.Unix(0, 0)
	default:
		cookie.Value = value
		if st.Permanent {
			cookie.Expires = time.Now().Add(c.app.cfg.Session.Lifetime)
		}
	}
	h["Set-Cookie"] = append(slices.Clip(h["Set-Cookie"]), cookie.String())
	secure.AddVary(h, "Cookie")
	if !st.Accessed && h["Cache-Control"] == nil {
		h["Cache-Control"] = noStore // as where it was read
	}
	return nil
}

// refusedSession is the event of a session that was not accepted: one whose time
// is over, or a cookie that was not made here.
func refusedSession(err error) SecurityEvent {
	var expired *sign.SignatureExpired
	if errors.As(err, &expired) || errors.Is(err, session.ErrExpired) || errors.Is(err, session.ErrUnknown) {
		return SecurityEvent{Name: EventSessionUseExpired}
	}
	return SecurityEvent{Name: EventExtraneous, Detail: "session cookie"}
}

// noteRefusedSession says in the debug log why a visitor's session began anew.
func (c *Context) noteRefusedSession(err error) {
	if !c.app.log.Enabled(c.base, slog.LevelDebug) {
		return
	}
	reason := c.scrub(err.Error()) // may quote what the client sent
	if len(reason) > 200 {
		reason = strings.ToValidUTF8(reason[:200], "") + "…"
	}
	c.app.log.LogAttrs(c.base, slog.LevelDebug, "the session the client sent is not accepted: it has a new one",
		slog.String("reason", reason), slog.String("request_id", c.RequestID()))
}

// noteLostSession logs a change that came after the session was saved.
func (c *Context) noteLostSession() {
	if c.session == nil || c.state.has(sessionDropped) || !c.res.sent() {
		return
	}
	st := c.session.State(false)
	if ended := c.state.has(sessionEnded) && st.Empty; st.Modified && !ended {
		c.app.log.LogAttrs(c.base, slog.LevelWarn, "the session was changed after the answer began: the change is lost",
			slog.String("rule", c.at.rule), slog.String("request_id", c.RequestID()))
	}
}

var noStore = []string{"no-store"}
