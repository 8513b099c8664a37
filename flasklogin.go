package dewar

import (
	"crypto/sha512"
	"encoding/hex"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/dewar-go/dewar/session"
)

// The names of what Flask-Login keeps in the session.
const (
	flaskUserKey       = "_user_id"
	flaskFreshKey      = "_fresh"
	flaskIDKey         = "_id"
	flaskRememberKey   = "_remember"
	maxFlaskIdentifier = 4096
)

// FlaskUser returns the id of the user that Flask-Login, or
// [Context.FlaskLogin], signed in: from the session or, when the session has
// none, from the remember cookie, which then is put into the session. fresh
// says that the user gave a password in this session and in the browser it
// began in; require it for what matters. The id says nothing about whether the
// account still exists or is allowed: look it up.
//
// It needs [Config.Flask] and panics without.
func (c *Context) FlaskUser() (id string, fresh, ok bool) {
	f := c.flaskSharing("FlaskUser")
	s := c.Session()
	if id, ok = flaskUserID(s); ok {
		fresh, _ = session.Value[bool](s, flaskFreshKey)
		if browser, _ := session.Value[string](s, flaskIDKey); fresh && browser != c.flaskIdentifier() {
			// Flask-Login's "basic" session protection.
			fresh = false
			s.Set(flaskFreshKey, false)
		}
		c.SetUserID(id)
		return id, fresh, true
	}
	cookie := c.Cookie(f.RememberCookieName)
	if state, _ := session.Value[string](s, flaskRememberKey); cookie == "" || state == "clear" {
		return "", false, false
	}
	if id, ok = session.NewRemember(c.app.keys).Decode(cookie); !ok || id == "" {
		return "", false, false
	}
	s.Set(flaskUserKey, id)
	s.Set(flaskFreshKey, false)
	c.SetUserID(id)
	c.Emit(SecurityEvent{Name: EventLoginSuccess, Detail: "remember cookie"})
	return id, false, true
}

// FlaskLogin signs a user in for both applications, as Flask-Login's
// login_user does; id is what the user class's get_id returns. With remember
// the browser also gets the remember cookie. Tokens for forms given out before
// are worthless then. It fails for an id that is empty or longer than 1,024
// bytes, and with remember for one that a cookie cannot hold: anything but
// printable ASCII.
//
// What the session holds stays in it. It needs [Config.Flask] and panics
// without.
func (c *Context) FlaskLogin(id string, remember bool) error {
	f := c.flaskSharing("FlaskLogin")
	if id == "" || len(id) > 1024 {
		return fmt.Errorf("dewar: FlaskLogin: the user's id has %d bytes; it must have 1 to 1,024", len(id))
	}
	s := c.Session()
	s.Set(flaskUserKey, id)
	s.Set(flaskFreshKey, true)
	s.Set(flaskIDKey, c.flaskIdentifier())
	c.RenewCSRF()
	c.SetUserID(id)
	c.Emit(SecurityEvent{Name: EventLoginSuccess})
	c.Emit(SecurityEvent{Name: EventSessionCreated})
	if !remember {
		return nil
	}
	return c.SetCookie(http.Cookie{
		Name: f.RememberCookieName, Value: session.NewRemember(c.app.keys).Encode(id),
		Domain: f.RememberCookieDomain, Path: f.RememberCookiePath, Expires: time.Now().Add(f.RememberCookieDuration),
	})
}

// FlaskLogout signs the user out of both applications in this browser, as
// Flask-Login's logout_user does, and empties the rest of the session too. A
// copy of the cookies made before stays valid: a signed cookie cannot be
// revoked.
//
// It needs [Config.Flask] and panics without.
func (c *Context) FlaskLogout() error {
	f := c.flaskSharing("FlaskLogout")
	s := c.Session()
	if id, ok := flaskUserID(s); ok {
		c.Emit(SecurityEvent{Name: EventSessionExpired, User: id, Detail: "logout"})
	}
	s.Clear()
	if c.Cookie(f.RememberCookieName) == "" {
		return nil
	}
	return c.SetCookie(http.Cookie{
		Name: f.RememberCookieName, MaxAge: -1, Domain: f.RememberCookieDomain, Path: f.RememberCookiePath,
	})
}

// flaskUserID is the id in the session: text, or a number where the user class
// has a get_id that returns one.
func flaskUserID(s *session.Session) (string, bool) {
	if id, ok := session.Value[string](s, flaskUserKey); ok {
		return id, id != ""
	}
	if id, ok := session.Value[int](s, flaskUserKey); ok {
		return strconv.Itoa(id), true
	}
	return "", false
}

func (c *Context) flaskSharing(method string) *FlaskSharing {
	if c.app.cfg.Flask == nil {
		panic("dewar: " + method + " without Config.Flask: only an app beside a Flask application signs people in so")
	}
	return c.app.cfg.Flask
}

// flaskIdentifier is Flask-Login's mark of the browser a session began in: the
// client's address and its User-Agent as Python shows them. Behind a proxy the
// Flask application must take the address from X-Forwarded-For, as Flask-Login
// up to 0.6 does by itself and ProxyFix makes the others do.
func (c *Context) flaskIdentifier() string {
	text := make([]byte, 0, 256)
	if c.origin.Addr.IsValid() {
		text = appendPythonBytes(text, c.origin.Addr.String())
	} else {
		text = append(text, "None"...)
	}
	text = append(text, '|')
	if agent := c.r.Header["User-Agent"]; len(agent) > 0 && len(agent[0]) <= maxFlaskIdentifier {
		text = appendPythonBytes(text, agent[0])
	} else {
		text = append(text, "None"...)
	}
	sum := sha512.Sum512(text)
	return hex.EncodeToString(sum[:])
}

// appendPythonBytes writes what Python's repr shows of a header's bytes once
// they were read as Latin-1 and written as UTF-8, which is what Flask-Login
// makes of them.
func appendPythonBytes(b []byte, header string) []byte {
	quote := byte('\'')
	for i := range len(header) {
		if header[i] == '"' {
			quote = '\''
			break
		}
		if header[i] == '\'' {
			quote = '"'
		}
	}
	b = append(b, 'b', quote)
	for i := range len(header) {
		switch ch := header[i]; {
		case ch == quote || ch == '\\':
			b = append(b, '\\', ch)
		case ch == '\t':
			b = append(b, `\t`...)
		case ch >= 0x80:
			for _, u := range []byte(string(rune(ch))) {
				b = fmt.Appendf(b, `\x%02x`, u)
			}
		case ch < 0x20 || ch == 0x7f:
			b = fmt.Appendf(b, `\x%02x`, ch)
		default:
			b = append(b, ch)
		}
	}
	return append(b, quote)
}
