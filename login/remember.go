package login

import (
	"cmp"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/dewar-go/dewar"
)

const (
	// rotateAfter is how old a verifier gets before its next use replaces it, where the browser can be told.
	rotateAfter = 5 * time.Minute
	// rotateGrace is how long the verifier from before a rotation still logs in: several tabs of a browser may send it at
	// once.
	rotateGrace = time.Minute

	selectorSize = 16
)

// The lengths of the parts of a remember cookie: selector, a dot, verifier.
var (
	selectorLength = base64.RawURLEncoding.EncodedLen(selectorSize)
	verifierLength = base64.RawURLEncoding.EncodedLen(secretSize)
)

// parseRemember splits a remember cookie. It takes what this package writes and nothing else.
func parseRemember(value string) (selector, verifier string, ok bool) {
	if len(value) != selectorLength+1+verifierLength || value[selectorLength] != '.' {
		return "", "", false
	}
	selector, verifier = value[:selectorLength], value[selectorLength+1:]
	for _, part := range [...]string{selector, verifier} {
		if _, err := base64.RawURLEncoding.Strict().DecodeString(part); err != nil {
			return "", "", false
		}
	}
	return selector, verifier, true
}

// rememberName is the cookie's name for this request.
func (m *Manager) rememberName(c *dewar.Context) string {
	switch {
	case m.cfg.RememberCookieName != "":
		return m.cfg.RememberCookieName
	case c.Scheme() == "https" && m.cfg.RememberCookieDomain == "" && m.cfg.RememberCookiePath == "/":
		return "__Host-remember_token"
	}
	return "remember_token"
}

// setRemember gives the client a remember cookie, or takes it away when value is "".
func (m *Manager) setRemember(c *dewar.Context, value string, expires time.Time) error {
	cookie := http.Cookie{
		Name: m.rememberName(c), Value: value, Domain: m.cfg.RememberCookieDomain, Path: m.cfg.RememberCookiePath,
		Secure: c.Scheme() == "https", Expires: expires,
	}
	if value == "" {
		cookie.MaxAge = -1
	}
	return dewar.KeepCookie(c, cookie)
}

// remember makes a token for a user and gives the client its cookie.
func (m *Manager) remember(c *dewar.Context, user string, methods []string, d time.Duration) (selector string, err error) {
	now := time.Now()
	selector = base64.RawURLEncoding.EncodeToString(randomBytes(selectorSize))
	verifier := newSecret()
	t := Token{Selector: selector, User: user, Hash: hash(verifier), Methods: slices.Clone(methods), Rotated: now, Expires: now.Add(cmp.Or(d, m.cfg.RememberCookieDuration))}
	if err := m.cfg.Store.AddToken(c.Context(), t); err != nil {
		return "", unavailable(err)
	}
	tokens, err := m.cfg.Store.TokensOf(c.Context(), user)
	if err != nil {
		return "", unavailable(err)
	}
	for _, old := range beyond(tokens, m.cfg.MaxLogins) {
		if err := m.cfg.Store.DeleteToken(c.Context(), old.Selector); err != nil {
			return "", unavailable(err)
		}
	}
	c.Emit(dewar.SecurityEvent{Name: dewar.EventTokenCreated, User: user, Detail: "remember token"})
	return selector, m.setRemember(c, selector+"."+verifier, t.Expires)
}

// forget ends the token of the client's remember cookie, if any, and the token with the selector.
func (m *Manager) forget(c *dewar.Context, selector string) error {
	list := []string{selector}
	if value := c.Cookie(m.rememberName(c)); value != "" {
		if s, _, ok := parseRemember(value); ok && s != selector {
			list = append(list, s)
		}
		if err := m.setRemember(c, "", time.Time{}); err != nil {
			return err
		}
	}
	for _, s := range list {
		if s == "" {
			continue
		}
		if err := m.cfg.Store.DeleteToken(c.Context(), s); err != nil {
			return unavailable(err)
		}
	}
	return nil
}

// fromCookie logs in by the remember cookie. An unknown selector is a visitor. A known one with a verifier that is
// neither today's nor, for rotateGrace, the one before is a stolen cookie: the thief or the user has used it since. Nobody
// can tell which, so everything of the user ends.
func (m *Manager) fromCookie(c *dewar.Context) (*visit, error) {
	selector, verifier, ok := parseRemember(c.Cookie(m.rememberName(c)))
	if !ok {
		return nil, nil
	}
	sum := hash(verifier)
	for range 2 { // again after a rotation that another request won
		t, err := m.cfg.Store.Token(c.Context(), selector)
		now := time.Now()
		switch {
		case errors.Is(err, ErrNotFound), err == nil && now.After(t.Expires):
			return nil, nil
		case err != nil:
			return nil, unavailable(err)
		case same(t.Previous, sum) && now.Sub(t.Rotated) <= rotateGrace:
			return m.remembered(c, t)
		case !same(t.Hash, sum):
			return nil, m.stolen(c, t)
		case now.Sub(t.Rotated) < rotateAfter || !takesCookies(c):
			return m.remembered(c, t)
		}
		next := newSecret()
		rotated, err := m.cfg.Store.RotateToken(c.Context(), selector, sum, hash(next), now)
		if err != nil {
			return nil, unavailable(err)
		}
		if rotated {
			v, err := m.remembered(c, t)
			if v == nil && err == nil {
				return nil, nil
			}
			// With an error too: without the cookie, the browser's next use would look like a thief's.
			return v, cmp.Or(err, m.setRemember(c, selector+"."+next, t.Expires))
		}
	}
	return nil, nil
}

func same(stored, sum string) bool {
	return stored != "" && subtle.ConstantTimeCompare([]byte(stored), []byte(sum)) == 1
}

// takesCookies reports whether a new cookie will reach the browser: not behind the first byte, and not with a handshake,
// whose handler may write the answer to it by itself, without our headers.
func takesCookies(c *dewar.Context) bool {
	return !dewar.HeadersSent(c) && c.Request().Header["Upgrade"] == nil
}

// remembered begins a login that is not fresh.
func (m *Manager) remembered(c *dewar.Context, t Token) (*visit, error) {
	u, err := m.activeUser(c, t.User)
	if u == nil || err != nil {
		return nil, err
	}
	level := Full
	if m.cfg.Remembered != nil {
		if level, err = m.cfg.Remembered(c, u, t.Methods); err != nil {
			return nil, unavailable(err)
		}
	}
	now := time.Now()
	r := Record{User: t.User, Level: level, Methods: append([]string{"remember"}, t.Methods...), Token: t.Selector, Created: now, Expires: now.Add(m.cfg.Absolute)}
	if level != Full {
		r.Expires = now.Add(m.cfg.PendingFor)
	}
	if err := m.begin(c, u, r); err != nil {
		return nil, err
	}
	v := current.Value(c)
	// When all of the user was ended meanwhile, this login is too young to have been among it.
	if _, err := m.cfg.Store.Token(c.Context(), t.Selector); err != nil {
		if !errors.Is(err, ErrNotFound) {
			return nil, unavailable(err)
		}
		c.Session().Clear()
		c.SetUserID("")
		return nil, m.end(c, v.record)
	}
	c.Emit(dewar.SecurityEvent{Name: dewar.EventLoginSuccess, User: t.User, Detail: string(level) + " remember cookie"})
	c.Emit(dewar.SecurityEvent{Name: dewar.EventSessionCreated, User: t.User})
	if level == Full {
		m.send(&m.Signals.UserLoadedFromCookie, c, u)
	}
	return v, nil
}

// stolen ends everything of the user of a token that two have used.
func (m *Manager) stolen(c *dewar.Context, t Token) error {
	c.Emit(dewar.SecurityEvent{Name: dewar.EventTokenReuse, User: t.User, Detail: "remember token: all logins of the user are ended"})
	if err := m.cfg.Store.EndUser(c.Context(), t.User, ""); err != nil {
		return unavailable(err)
	}
	u, err := m.load(c, t.User)
	if err != nil {
		return err
	}
	m.send(&m.Signals.TokenReused, c, u)
	return nil
}
