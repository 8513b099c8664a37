package login

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/session"
)

// Errors of [In] and of what changes a login.
var (
	// ErrInactive says that the user's IsActive is false. Show the answer of a wrong password.
	ErrInactive = errors.New("login: the user is not active")
	// ErrNotLoggedIn says that nobody is logged in, or that the login was ended meanwhile: a 401.
	ErrNotLoggedIn = errors.New("login: nobody is logged in")
	errNobody      = &dewar.HTTPError{Code: 401, Err: ErrNotLoggedIn}
	errShared      = errors.New("login: beside Flask a login is Flask's signed cookie, which cannot be listed, ended or limited to a level; leave Config.Flask out when Flask is gone")
)

// Options say how [In] logs a user in.
type Options struct {
	// Remember gives the browser a remember cookie. Default: false.
	Remember bool
	// Duration is how long it is valid. Default: Config.RememberCookieDuration.
	Duration time.Duration
	// NotFresh says that the user did not prove who they are just now. Default: false.
	NotFresh bool
	// Force logs in a user who is not active, for this request: the next one ends it. Default: false.
	Force bool
	// Level is how far the login has come. Default: [Full].
	Level Level
	// Methods say how the user proved who they are, in the names of RFC 8176: "pwd", "otp". Default: none.
	Methods []string
	// RememberMethods say what the remember cookie stands for; see Config.Remembered. Default: Methods.
	RememberMethods []string
}

// In logs a user in, as Flask-Login's login_user. What the session held of a visitor stays; what it held of another user
// goes. The session gets a new id, CSRF tokens from before are no longer accepted, and a login or remember cookie that
// the browser had is ended. It fails with [ErrInactive], also for a [Stamped] user whose password was changed meanwhile, for an id that is not 1 to 255 bytes, and when the store does
// not answer.
//
// With SQLite, call it before the first call of db's Tx in the request: the store needs the only writer too.
func In(c *dewar.Context, user Account, how ...Options) error {
	var o Options
	if len(how) > 0 {
		o = how[0]
	}
	m := managerOf(c)
	id := user.GetID()
	if err := checkID(id); err != nil {
		return err
	}
	if !user.IsActive() && !o.Force {
		c.Emit(dewar.SecurityEvent{Name: dewar.EventLoginFail, User: id, Detail: "the user is not active"})
		return ErrInactive
	}
	if o.Level == "" {
		o.Level = Full
	}
	if m.flask {
		return m.flaskIn(c, user, o)
	}
	if o.Remember && o.Level != Full {
		return fmt.Errorf("login: In: a login at the level %q is not remembered; give Remember with the last step", o.Level)
	}
	now := time.Now()
	r := Record{User: id, Level: o.Level, Methods: slices.Clone(o.Methods), Created: now, Expires: now.Add(m.cfg.Absolute)}
	if o.Level != Full {
		r.Expires = now.Add(m.cfg.PendingFor)
	}
	if !o.NotFresh {
		r.Proved = now
	}
	if old, ok := session.Value[string](c.Session(), secretKey); ok {
		if _, err := m.cfg.Store.EndSession(c.Context(), hash(old)); err != nil {
			return unavailable(err)
		}
	}
	if o.Level == Full {
		if err := m.forget(c, ""); err != nil {
			return err
		}
	}
	if o.Remember {
		if o.RememberMethods == nil {
			o.RememberMethods = o.Methods
		}
		token, err := m.remember(c, id, o.RememberMethods, o.Duration)
		if err != nil {
			return err
		}
		r.Token = token
	}
	if err := m.begin(c, user, r); err != nil {
		return err
	}
	if err := m.outOfDate(c, user); err != nil {
		return err
	}
	c.Emit(dewar.SecurityEvent{Name: dewar.EventLoginSuccess, User: id, Detail: strings.Join(append([]string{string(o.Level)}, o.Methods...), " ")})
	c.Emit(dewar.SecurityEvent{Name: dewar.EventSessionCreated, User: id})
	if o.Level == Full {
		m.send(&m.Signals.UserLoggedIn, c, user)
	}
	return nil
}

// begin makes a record the login of this client. Whatever logs in comes through here: session id and CSRF secret are new
// with every record.
func (m *Manager) begin(c *dewar.Context, user Account, r Record) error {
	secret, now := newSecret(), time.Now()
	r.ID, r.Seen, r.Address = hash(secret), now, c.ClientIP().String()
	if agent := c.Request().UserAgent(); agent != "" {
		r.Agent = strings.ToValidUTF8(agent[:min(len(agent), 256)], "")
	}
	if err := m.cfg.Store.AddSession(c.Context(), r); err != nil {
		return unavailable(err)
	}
	if err := m.endOldest(c, r); err != nil {
		return err
	}
	s := c.Session()
	if before, ok := s.Get(userKey); ok && before != r.User {
		s.Clear()
	}
	s.Renew()
	c.RenewCSRF()
	s.Set(secretKey, secret)
	s.Set(browserKey, m.browserMark(c))
	if r.Level == Full {
		s.Set(userKey, r.User)
		s.Set(freshKey, !r.Proved.IsZero())
		c.SetUserID(r.User)
	} else {
		s.Delete(userKey)
		s.Delete(freshKey)
		c.SetUserID("")
	}
	current.Set(c, &visit{user: user, level: r.Level, fresh: !r.Proved.IsZero(), record: r})
	return nil
}

// outOfDate ends the login that has just begun when the user has another stamp by now. What changes the password ends all
// logins afterwards, so that it finds this one, or this one finds the change.
func (m *Manager) outOfDate(c *dewar.Context, user Account) error {
	before, ok := user.(Stamped)
	if !ok {
		return nil
	}
	now, err := m.load(c, user.GetID())
	if after, ok := now.(Stamped); err == nil && ok && after.Stamp() == before.Stamp() {
		return nil
	}
	if token := must(c).record.Token; token != "" {
		err = cmp.Or(m.forget(c, token), err)
	}
	return cmp.Or(m.abort(c), err, ErrInactive)
}

// abort ends the login that has just begun.
func (m *Manager) abort(c *dewar.Context) error {
	r := must(c).record
	c.Session().Clear()
	c.SetUserID("")
	current.Set(c, &visit{})
	return m.end(c, r)
}

// endOldest ends the logins of a user that are too many. Those of another level are not among them: who knows no more than
// the password does not end the logins of who has the second factor too.
func (m *Manager) endOldest(c *dewar.Context, r Record) error {
	list, err := m.cfg.Store.SessionsOf(c.Context(), r.User)
	if err != nil {
		return unavailable(err)
	}
	list = slices.DeleteFunc(list, func(other Record) bool { return other.Level != r.Level || other.ID == r.ID })
	for _, old := range beyond(list, m.cfg.MaxLogins-1) {
		if err := m.end(c, old); err != nil {
			return err
		}
	}
	return nil
}

// beyond is what a list has behind its first n.
func beyond[T any](list []T, n int) []T { return list[min(n, len(list)):] }

// Out logs the user out, as Flask-Login's logout_user, whatever the level. The login ends in the store, so that a copy of
// the cookie is worth nothing, the remember token with it; the session is emptied, and the browser told to clear its
// cache and storage. It also works with a login whose time is over. Call it in a view for POST.
func Out(c *dewar.Context) error {
	m := managerOf(c)
	v, err := m.visit(c)
	if err != nil {
		return err
	}
	if m.flask {
		err = m.flaskOut(c)
	} else {
		if secret, ok := session.Value[string](c.Session(), secretKey); ok {
			if _, err := m.cfg.Store.EndSession(c.Context(), hash(secret)); err != nil {
				return unavailable(err)
			}
		}
		err = m.forget(c, v.record.Token)
		c.Session().Clear()
		c.Session().Renew()
	}
	if err != nil {
		return err
	}
	c.SetHeader("Clear-Site-Data", m.cfg.ClearSiteData)
	c.SetUserID("")
	current.Set(c, &visit{})
	if v.user != nil {
		c.Emit(dewar.SecurityEvent{Name: dewar.EventSessionExpired, User: v.user.GetID(), Detail: "logout"})
		m.send(&m.Signals.UserLoggedOut, c, v.user)
	}
	return nil
}

// Confirm makes the login fresh, as Flask-Login's confirm_login. Call it when the user has entered the password again; the
// view looks at it. The login gets new secrets, as at [In]. It fails with [ErrNotLoggedIn].
func Confirm(c *dewar.Context, methods ...string) error {
	m := managerOf(c)
	err := m.renew(c, func(r *Record) {
		r.Proved = time.Now()
		for _, method := range methods {
			if !slices.Contains(r.Methods, method) {
				r.Methods = append(slices.Clone(r.Methods), method)
			}
		}
	})
	if err == nil {
		m.send(&m.Signals.UserLoginConfirmed, c, must(c).user)
	}
	return err
}

// Renew gives the login a new session id and CSRF secret. Call it when what the user may do changes, such as a role; the
// cookie from before is no longer accepted. It fails with [ErrNotLoggedIn].
func Renew(c *dewar.Context) error { return managerOf(c).renew(c, func(*Record) {}) }

// renew begins a successor of the record, with the same absolute end, and ends it.
func (m *Manager) renew(c *dewar.Context, change func(*Record)) error {
	v, err := m.visit(c)
	switch {
	case err != nil:
		return err
	case m.flask && v.full():
		return m.flaskConfirm(c, v)
	case !v.full() || v.record.ID == "":
		return errNobody
	}
	r := v.record
	change(&r)
	if err := m.begin(c, v.user, r); err != nil {
		return err
	}
	// Only now: what ends all logins of the user meanwhile finds the old one or the new one.
	ended, err := m.cfg.Store.EndSession(c.Context(), v.record.ID)
	if err != nil {
		return unavailable(err)
	}
	if !ended { // by another request
		return cmp.Or(m.abort(c), error(errNobody))
	}
	c.Emit(dewar.SecurityEvent{Name: dewar.EventSessionRenewed, User: r.User})
	return nil
}
