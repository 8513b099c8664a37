package flask

import (
	"crypto/sha512"
	"encoding/hex"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/internal/pyrepr"
	"github.com/dewar-go/dewar/session"
)

// The names of Flask-Login's values in the session.
const (
	userKey     = "_user_id"
	freshKey    = "_fresh"
	browserKey  = "_id"
	rememberKey = "_remember"
	maxAgent    = 4096
)

// User returns the id of the user that Flask-Login or [Login] signed in. It reads the session, or else the remember
// cookie, whose id it then puts into the session. fresh says that the user entered a password in this session, in the
// browser where the session began. Require it for what matters. The id does not say whether the account still exists or
// is allowed: look it up.
//
// It needs [dewar.Config.Flask] and panics without it.
func User(c *dewar.Context) (id string, fresh, ok bool) {
	f := sharing(c, "User")
	s := c.Session()
	if id, ok = userID(s); ok {
		fresh, _ = session.Value[bool](s, freshKey)
		if browser, _ := session.Value[string](s, browserKey); fresh && browser != browserMark(c) {
			// Flask-Login's "basic" session protection.
			fresh = false
			s.Set(freshKey, false)
		}
		c.SetUserID(id)
		return id, fresh, true
	}
	cookie := c.Cookie(f.RememberCookieName)
	if state, _ := session.Value[string](s, rememberKey); cookie == "" || state == "clear" {
		return "", false, false
	}
	if id, ok = session.NewRemember(c.App().Keys()).Decode(cookie); !ok || id == "" {
		return "", false, false
	}
	s.Set(userKey, id)
	s.Set(freshKey, false)
	c.SetUserID(id)
	c.Emit(dewar.SecurityEvent{Name: dewar.EventLoginSuccess, Detail: "remember cookie"})
	return id, false, true
}

// Login signs a user in for both applications, as Flask-Login's login_user does. id is the result of the user class's
// get_id. With remember the browser gets the remember cookie too. Form tokens from before are no longer accepted. It
// fails for an id that is empty or longer than 1,024 bytes. With remember it also fails for an id that is not printable
// ASCII, which a cookie cannot hold.
//
// The other values of the session stay. Login needs [dewar.Config.Flask] and panics without it.
func Login(c *dewar.Context, id string, remember bool) error {
	f := sharing(c, "Login")
	if id == "" || len(id) > 1024 {
		return fmt.Errorf("flask: Login: the user's id has %d bytes; it must have 1 to 1,024", len(id))
	}
	s := c.Session()
	s.Set(userKey, id)
	s.Set(freshKey, true)
	s.Set(browserKey, browserMark(c))
	c.RenewCSRF()
	c.SetUserID(id)
	c.Emit(dewar.SecurityEvent{Name: dewar.EventLoginSuccess})
	c.Emit(dewar.SecurityEvent{Name: dewar.EventSessionCreated})
	if !remember {
		return nil
	}
	return c.SetCookie(http.Cookie{
		Name: f.RememberCookieName, Value: session.NewRemember(c.App().Keys()).Encode(id),
		Domain: f.RememberCookieDomain, Path: f.RememberCookiePath, Expires: time.Now().Add(f.RememberCookieDuration),
	})
}

// Logout signs the user out of both applications in this browser, as Flask-Login's logout_user does. It also removes
// the other values of the session. A signed cookie cannot be revoked: copies from before stay valid.
//
// It needs [dewar.Config.Flask] and panics without it.
func Logout(c *dewar.Context) error {
	f := sharing(c, "Logout")
	s := c.Session()
	if id, ok := userID(s); ok {
		c.Emit(dewar.SecurityEvent{Name: dewar.EventSessionExpired, User: id, Detail: "logout"})
	}
	s.Clear()
	if c.Cookie(f.RememberCookieName) == "" {
		return nil
	}
	return c.SetCookie(http.Cookie{
		Name: f.RememberCookieName, MaxAge: -1, Domain: f.RememberCookieDomain, Path: f.RememberCookiePath,
	})
}

// userID returns the id in the session. It is a number when the user class's get_id returns one.
func userID(s *session.Session) (string, bool) {
	if id, ok := session.Value[string](s, userKey); ok {
		return id, id != ""
	}
	if id, ok := session.Value[int](s, userKey); ok {
		return strconv.Itoa(id), true
	}
	return "", false
}

// sharing returns [dewar.Config.Flask]. It panics when that is nil.
func sharing(c *dewar.Context, function string) *dewar.FlaskSharing {
	f := c.App().Config().Flask
	if f == nil {
		panic("flask: " + function + " without Config.Flask: only an app beside a Flask application signs people in so")
	}
	return f
}

// browserMark returns Flask-Login's mark of the browser in which a session began: the client's address and its
// User-Agent, as Python shows them. Behind a proxy the Flask application must take the address from X-Forwarded-For.
// Flask-Login up to 0.6 does that itself; later versions need ProxyFix.
func browserMark(c *dewar.Context) string {
	text := make([]byte, 0, 256)
	if addr := c.ClientIP(); addr.IsValid() {
		text = appendBytes(text, addr.String())
	} else {
		text = append(text, "None"...)
	}
	text = append(text, '|')
	if agent := c.Request().Header["User-Agent"]; len(agent) > 0 && len(agent[0]) <= maxAgent {
		text = appendBytes(text, agent[0])
	} else {
		text = append(text, "None"...)
	}
	sum := sha512.Sum512(text)
	return hex.EncodeToString(sum[:])
}

// appendBytes appends a header's bytes as Flask-Login hashes them: Python's repr after they were read as Latin-1 and
// written as UTF-8.
func appendBytes(b []byte, header string) []byte {
	var utf8 []byte
	for i := range len(header) {
		utf8 = append(utf8, string(rune(header[i]))...)
	}
	return pyrepr.AppendBytes(b, string(utf8))
}
