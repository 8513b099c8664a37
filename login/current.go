package login

import (
	"errors"
	"fmt"
	"time"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/internal/clihook"
	"github.com/dewar-go/dewar/session"
)

// The names of values in the session. All but secretKey are Flask-Login's.
const (
	userKey    = session.UserKey
	freshKey   = "_fresh"
	browserKey = "_id"
	nextKey    = "next"
	secretKey  = "_login" // its hash is the id of the Record
)

// touchEvery is the precision of Record.Seen and Key.Used.
const touchEvery = time.Minute

// A visit is what is known of who sent a request.
type visit struct {
	user   Account // nil: nobody
	level  Level
	fresh  bool
	record Record // zero beside Flask and for a user of a Loader
	key    *apiKey
}

func (v *visit) full() bool { return v.user != nil && v.level == Full }

// current is the request's visit once somebody has asked. Flask-Login has the same name in g.
var current = dewar.NewKey[*visit]("_login_user")

// visit finds out who sent the request. Asked again it knows.
func (m *Manager) visit(c *dewar.Context) (*visit, error) {
	if v, ok := current.Get(c); ok {
		return v, nil
	}
	m.send(&m.Signals.UserAccessed, c, nil)
	v, err := m.find(c)
	if err != nil {
		return nil, err
	}
	current.Set(c, v)
	if v.full() {
		c.SetUserID(v.user.GetID())
	}
	return v, nil
}

// find asks the session, the remember cookie and the loaders, in this order.
func (m *Manager) find(c *dewar.Context) (*visit, error) {
	if asked := clihook.UserOf(dewar.RequestContext(c)); asked != nil {
		return m.fromCommand(c, asked)
	}
	v, err := (*visit)(nil), error(nil)
	if m.flask {
		if v, err = m.fromFlask(c); v == nil && err == nil {
			v, err = m.fromFlaskCookie(c)
		}
	} else if v, err = m.fromSession(c); v == nil && err == nil {
		v, err = m.fromCookie(c)
	}
	if v == nil && err == nil {
		v, err = m.fromRequest(c)
	}
	if v == nil && err == nil {
		v = &visit{}
	}
	return v, err
}

// fromCommand finds the user as whom the command request asks. Who runs it has the program's own rights.
func (m *Manager) fromCommand(c *dewar.Context, asked *clihook.User) (*visit, error) {
	asked.Asked = true
	u, err := m.load(c, asked.ID)
	if err != nil || u == nil || !u.IsActive() {
		return &visit{}, err
	}
	asked.Found = true
	return &visit{user: u, level: Full}, nil
}

// fromSession finds the login that the session names. An empty visit says that the remember cookie must not be asked.
func (m *Manager) fromSession(c *dewar.Context) (*visit, error) {
	s, store := c.Session(), m.cfg.Store
	secret, ok := session.Value[string](s, secretKey)
	if !ok {
		return nil, nil
	}
	r, err := store.Session(c.Context(), hash(secret))
	if errors.Is(err, ErrNotFound) {
		// Ended elsewhere, or a cookie that was copied before a logout. The session stays as it is: a deletion could hit
		// the cookie that a request beside this one has just set.
		c.Emit(dewar.SecurityEvent{Name: dewar.EventSessionUseExpired, Detail: "login"})
		return nil, nil
	}
	if err != nil {
		return nil, unavailable(err)
	}
	now := time.Now()
	named, hasName := session.Value[string](s, userKey)
	switch {
	case now.After(r.Expires), now.Sub(r.Seen) > m.cfg.Idle:
		c.Emit(dewar.SecurityEvent{Name: dewar.EventSessionUseExpired, User: r.User, Detail: "login"})
		return nil, m.end(c, r)
	case r.Level == Full && named != r.User, r.Level != Full && hasName:
		return nil, nil // the application put another user into the session
	}
	v := &visit{level: r.Level, record: r, fresh: !r.Proved.IsZero()}
	if !m.sameBrowser(c) {
		if m.cfg.SessionProtection == Strong {
			m.send(&m.Signals.SessionProtected, c, nil)
			return &visit{}, errors.Join(m.end(c, r), m.forget(c, r.Token))
		}
		if v.fresh {
			m.send(&m.Signals.SessionProtected, c, nil)
			v.fresh, v.record.Proved = false, time.Time{}
			if err := store.StaleSession(c.Context(), r.ID); err != nil {
				return nil, unavailable(err)
			}
			s.Set(freshKey, false)
		}
	}
	if v.user, err = m.activeUser(c, r.User); err != nil || v.user == nil {
		return nil, err
	}
	if now.Sub(r.Seen) >= touchEvery {
		v.record.Seen, v.record.Address = now, c.ClientIP().String()
		if err := store.TouchSession(c.Context(), r.ID, now, v.record.Address); err != nil {
			return nil, unavailable(err)
		}
	}
	return v, nil
}

// end removes the record of a login whose time is over.
func (m *Manager) end(c *dewar.Context, r Record) error {
	if _, err := m.cfg.Store.EndSession(c.Context(), r.ID); err != nil {
		return unavailable(err)
	}
	return nil
}

// activeUser loads a user. For one who is gone or not active, which gives nil, all logins end.
func (m *Manager) activeUser(c *dewar.Context, id string) (Account, error) {
	u, err := m.load(c, id)
	if err != nil || u != nil && u.IsActive() {
		return u, err
	}
	if m.flask {
		return nil, nil
	}
	c.Emit(dewar.SecurityEvent{Name: dewar.EventSessionExpired, User: id, Detail: "the user is not active"})
	if err := m.cfg.Store.EndUser(c.Context(), id, ""); err != nil {
		return nil, unavailable(err)
	}
	return nil, nil
}

// must is visit for functions without an error: a store that does not answer ends the view with 503, since nobody may be
// taken for a visitor because of it.
func must(c *dewar.Context) *visit {
	v, err := managerOf(c).visit(c)
	if err != nil {
		panic(err)
	}
	return v
}

// typed gives the user the type of the app's users.
func typed[U Account](u Account) U {
	t, ok := u.(U)
	if !ok {
		panic(fmt.Sprintf("login: User[%T]: the app's users are %T", *new(U), u))
	}
	return t
}

// User returns the user who is logged in and whether there is one. U is the type that [New]'s function returns;
// another one panics. When the store or that function fails, the view ends with 503.
func User[U Account](c *dewar.Context) (user U, ok bool) { return UserAt[U](c, Full) }

// UserAt returns the user whose login is at a level, and whether there is one: the user of a second factor's page is that
// at [Pending].
func UserAt[U Account](c *dewar.Context, level Level) (user U, ok bool) {
	v := must(c)
	if v.user == nil || v.level != level {
		return user, false
	}
	return typed[U](v.user), true
}

// Current returns what templates see as current_user: the user who is logged in, or Config.AnonymousUser.
func Current(c *dewar.Context) Account {
	m := managerOf(c)
	if v := must(c); v.full() {
		return v.user
	}
	return m.cfg.AnonymousUser(c)
}

// IsFresh reports whether the user entered a password or the like in this login and it was not used elsewhere since:
// Flask-Login's login_fresh.
func IsFresh(c *dewar.Context) bool {
	v := must(c)
	return v.full() && v.fresh
}

// ThisSession returns the record of the login that sent the request, at any level. Users of a Loader have none, nor has
// anybody beside Flask.
func ThisSession(c *dewar.Context) (Record, bool) {
	v := must(c)
	return v.record, v.record.ID != ""
}
