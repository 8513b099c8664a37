package login

import (
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"strconv"
	"time"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/internal/pyrepr"
	"github.com/dewar-go/dewar/session"
)

// rememberKey is Flask-Login's note for its own after_request: "set" or "clear".
const rememberKey = "_remember"

// maxAgent is the longest User-Agent that goes into the mark of a browser.
const maxAgent = 4096

// fromFlask finds whom Flask-Login or [In] logged in beside Flask.
func (m *Manager) fromFlask(c *dewar.Context) (*visit, error) {
	s := c.Session()
	id, ok := flaskUserID(s)
	if !ok {
		return nil, nil
	}
	fresh, _ := session.Value[bool](s, freshKey)
	if !m.sameBrowser(c) {
		// As in Flask-Login a permanent session is not ended.
		if m.cfg.SessionProtection == Strong && !s.Permanent() {
			for _, name := range [...]string{userKey, freshKey, browserKey, rememberKey, "_remember_seconds", nextKey} {
				s.Delete(name)
			}
			m.send(&m.Signals.SessionProtected, c, nil)
			return &visit{}, m.flaskForget(c)
		}
		if fresh {
			fresh = false
			s.Set(freshKey, false)
			m.send(&m.Signals.SessionProtected, c, nil)
		}
	}
	u, err := m.activeUser(c, id)
	if u == nil || err != nil {
		return nil, err
	}
	return &visit{user: u, level: Full, fresh: fresh}, nil
}

// fromFlaskCookie finds the user of Flask-Login's remember cookie, and puts the id into the session when there is such a
// user.
func (m *Manager) fromFlaskCookie(c *dewar.Context) (*visit, error) {
	s := c.Session()
	value := c.Cookie(m.rememberName(c))
	if state, _ := session.Value[string](s, rememberKey); value == "" || state == "clear" {
		return nil, nil
	}
	id, ok := session.NewRemember(c.App().Keys()).Decode(value)
	if !ok || id == "" {
		return nil, nil
	}
	u, err := m.activeUser(c, id)
	if u == nil || err != nil {
		return nil, err
	}
	s.Set(userKey, id)
	s.Set(freshKey, false)
	c.SetUserID(id)
	c.Emit(dewar.SecurityEvent{Name: dewar.EventLoginSuccess, User: id, Detail: "remember cookie"})
	m.send(&m.Signals.UserLoadedFromCookie, c, u)
	return &visit{user: u, level: Full}, nil
}

// flaskUserID returns the id in the session. It is a number when the user class's get_id returns one.
func flaskUserID(s *session.Session) (string, bool) {
	if id, ok := session.Value[string](s, userKey); ok {
		return id, id != ""
	}
	if id, ok := session.Value[int](s, userKey); ok {
		return strconv.Itoa(id), true
	}
	return "", false
}

// flaskIn is In beside Flask.
func (m *Manager) flaskIn(c *dewar.Context, user Account, o Options) error {
	if o.Level != Full {
		return errShared
	}
	s, id := c.Session(), user.GetID()
	if before, ok := flaskUserID(s); ok && before != id {
		s.Clear()
	}
	s.Set(userKey, id)
	s.Set(freshKey, !o.NotFresh)
	s.Set(browserKey, m.browserMark(c))
	c.RenewCSRF()
	c.SetUserID(id)
	current.Set(c, &visit{user: user, level: Full, fresh: !o.NotFresh})
	c.Emit(dewar.SecurityEvent{Name: dewar.EventLoginSuccess, User: id})
	c.Emit(dewar.SecurityEvent{Name: dewar.EventSessionCreated, User: id})
	m.send(&m.Signals.UserLoggedIn, c, user)
	if !o.Remember {
		return nil
	}
	d := m.cfg.RememberCookieDuration
	if o.Duration != 0 {
		d = o.Duration
	}
	return m.setRemember(c, session.NewRemember(c.App().Keys()).Encode(id), time.Now().Add(d))
}

// flaskOut is Out beside Flask.
func (m *Manager) flaskOut(c *dewar.Context) error {
	c.Session().Clear()
	return m.flaskForget(c)
}

func (m *Manager) flaskForget(c *dewar.Context) error {
	if c.Cookie(m.rememberName(c)) == "" {
		return nil
	}
	return m.setRemember(c, "", time.Time{})
}

// flaskConfirm makes the login fresh as Flask-Login does.
func (m *Manager) flaskConfirm(c *dewar.Context, v *visit) error {
	s := c.Session()
	s.Set(freshKey, true)
	s.Set(browserKey, m.browserMark(c))
	c.RenewCSRF()
	v.fresh = true
	return nil
}

// A mark is Flask-Login's mark of the browser in which a login began: the hexadecimal SHA-512 of the client's address and
// its User-Agent, as Python shows them. Behind a proxy the Flask application must take the address from X-Forwarded-For.
// Flask-Login up to 0.6 does that itself; later versions need ProxyFix.
type mark [2 * sha512.Size]byte

// browserMark is what the session holds of the browser of this request: Flask-Login's mark beside Flask, and 128 bits of a
// SHA-256 of the same, which is shorter and faster, where Flask does not read it.
func (m *Manager) browserMark(c *dewar.Context) string {
	if m.flask {
		b := newMark(c)
		return string(b[:])
	}
	text := make([]byte, 0, 256)
	if addr := c.ClientIP(); addr.IsValid() {
		text = addr.AppendTo(text)
	}
	text = append(text, '|')
	if agent := c.Request().Header["User-Agent"]; len(agent) > 0 && len(agent[0]) <= maxAgent {
		text = append(text, agent[0]...)
	}
	sum := sha256.Sum256(text)
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}

// sameBrowser reports whether the session's mark is that of this request's browser, or nobody wants to know.
func (m *Manager) sameBrowser(c *dewar.Context) bool {
	if m.cfg.SessionProtection == InsecureNoProtection {
		return true
	}
	text, _ := session.Value[string](c.Session(), browserKey)
	return text == m.browserMark(c)
}

func newMark(c *dewar.Context) (b mark) {
	text := make([]byte, 0, 512)
	if addr := c.ClientIP(); addr.IsValid() {
		text = pyrepr.AppendBytes(text, addr.String())
	} else {
		text = append(text, "None"...)
	}
	text = append(text, '|')
	if agent := c.Request().Header["User-Agent"]; len(agent) > 0 && len(agent[0]) <= maxAgent {
		// WSGI reads the bytes of a header as Latin-1, and Flask-Login writes them as UTF-8.
		utf8 := make([]byte, 0, 256)
		for i := range len(agent[0]) {
			utf8 = append(utf8, string(rune(agent[0][i]))...)
		}
		text = pyrepr.AppendBytes(text, string(utf8))
	} else {
		text = append(text, "None"...)
	}
	sum := sha512.Sum512(text)
	hex.Encode(b[:], sum[:])
	return b
}
