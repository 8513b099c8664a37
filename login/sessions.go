package login

import (
	"errors"
	"time"

	"github.com/dewar-go/dewar"
)

// A Session is a login in the list of its user.
type Session struct {
	Record
	// Current says that it is the one that sent the request.
	Current bool
}

// Sessions lists the logins of the user who is logged in, the last used first, for a page on which they end them with
// [End]. Only those at the level Full are in it. Beside Flask it fails.
func Sessions(c *dewar.Context) ([]Session, error) {
	m, v, err := owner(c)
	if err != nil {
		return nil, err
	}
	records, err := m.cfg.Store.SessionsOf(c.Context(), v.user.GetID())
	if err != nil {
		return nil, unavailable(err)
	}
	now := time.Now()
	var list []Session
	for _, r := range records {
		if r.Level == Full && !now.After(r.Expires) && now.Sub(r.Seen) <= m.cfg.Idle {
			list = append(list, Session{r, r.ID == v.record.ID})
		}
	}
	return list, nil
}

// End ends one login of the user who is logged in, by its Record.ID, and its remember token. For an id that is
// none of this user's it fails with [ErrNotFound], a 404. For the login that sent the request it is [Out].
func End(c *dewar.Context, id string) error {
	m, v, err := owner(c)
	if err != nil {
		return err
	}
	if id == v.record.ID {
		return Out(c)
	}
	r, err := m.cfg.Store.Session(c.Context(), id)
	if err == nil && r.User != v.user.GetID() {
		err = ErrNotFound
	}
	switch {
	case errors.Is(err, ErrNotFound):
		return &dewar.HTTPError{Code: 404, Err: err}
	case err != nil:
		return unavailable(err)
	}
	if err := m.end(c, r); err != nil {
		return err
	}
	if r.Token != "" {
		if err := m.cfg.Store.DeleteToken(c.Context(), r.Token); err != nil {
			return unavailable(err)
		}
	}
	c.Emit(dewar.SecurityEvent{Name: dewar.EventSessionExpired, User: r.User, Detail: "ended by its user"})
	return nil
}

// EndOthers ends all logins and remember tokens of the user who is logged in but this login, which gets new secrets, and a new
// remember cookie when it had one. Call it after a change of the password. It fails with [ErrNotLoggedIn].
func EndOthers(c *dewar.Context) error {
	m, v, err := owner(c)
	if err != nil {
		return err
	}
	id := v.user.GetID()
	var old Token
	if v.record.Token != "" {
		if old, err = m.cfg.Store.Token(c.Context(), v.record.Token); err != nil && !errors.Is(err, ErrNotFound) {
			return unavailable(err)
		}
	}
	if err := m.cfg.Store.EndUser(c.Context(), id, v.record.ID); err != nil {
		return unavailable(err)
	}
	token := ""
	if v.record.Token != "" {
		if token, err = m.remember(c, id, old.Methods, 0); err != nil {
			return err
		}
	}
	c.Emit(dewar.SecurityEvent{Name: dewar.EventTokenRevoked, User: id, Detail: "all other logins"})
	if v.record.ID == "" {
		return nil // a request with an API key
	}
	return m.renew(c, func(r *Record) { r.Token = token })
}

// EndAll ends all logins and remember tokens of the user who is logged in, this one too, as [Out] does.
func EndAll(c *dewar.Context) error {
	m, v, err := owner(c)
	if err != nil {
		return err
	}
	if err := m.EndUser(c.Context(), v.user.GetID()); err != nil {
		return err
	}
	return Out(c)
}

// Ended reports whether the login that sent the request has ended meanwhile, or its user is gone or not active any more. A stream
// of events or a WebSocket outlives the guard that let it begin: ask every minute or so, and before what must not be seen
// later. Nobody's login has ended always, and beside Flask only the user is looked at.
func Ended(c *dewar.Context) (bool, error) {
	m := managerOf(c)
	v, err := m.visit(c)
	if err != nil || v.user == nil {
		return true, err
	}
	if v.record.ID != "" {
		r, err := m.cfg.Store.Session(c.Context(), v.record.ID)
		switch now := time.Now(); {
		case errors.Is(err, ErrNotFound), err == nil && (now.After(r.Expires) || now.Sub(r.Seen) > m.cfg.Idle):
			return true, nil
		case err != nil:
			return true, unavailable(err)
		}
	}
	if v.key != nil {
		k, err := m.cfg.Store.Key(c.Context(), v.key.key.Prefix)
		switch {
		case errors.Is(err, ErrNotFound), err == nil && !k.Expires.IsZero() && time.Now().After(k.Expires):
			return true, nil
		case err != nil:
			return true, unavailable(err)
		}
	}
	u, err := m.load(c, v.user.GetID())
	return err != nil || u == nil || !u.IsActive(), err
}

// owner is the user whose logins are asked about.
func owner(c *dewar.Context) (*Manager, *visit, error) {
	m := managerOf(c)
	v, err := m.visit(c)
	switch {
	case err != nil:
		return nil, nil, err
	case m.flask:
		return nil, nil, errShared
	case !v.full():
		return nil, nil, errNobody
	}
	return m, v, nil
}
