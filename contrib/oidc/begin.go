package oidc

import (
	"crypto/rand"
	"encoding/json"
	"strings"
	"time"

	gooidc "github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/login"
	"github.com/dewar-go/dewar/markup"
	"github.com/dewar-go/dewar/session"
)

// attemptKey is the name of the attempt in the session. The newest counts.
const attemptKey = "_oidc"

// An attempt is a sign-in that has begun in this session.
type attempt struct {
	Provider, State, Nonce, Verifier, Next string

	Link  string `json:",omitempty"` // the user whom the identity is for
	Begun int64
}

// maxNext bounds the page to come back to, in bytes, because a session may be a cookie.
const maxNext = 1024

func (m *Manager) begin(c *dewar.Context) error { return m.leave(c, "") }

// link begins a sign-in that ends with a further identity of the user.
func (m *Manager) link(c *dewar.Context) error { return m.leave(c, login.Current(c).GetID()) }

func (m *Manager) leave(c *dewar.Context, link string) error {
	p, err := m.provider(c)
	if err != nil {
		return err
	}
	d, err := p.discover(c.Context())
	if err != nil {
		return p.fail(c, Unavailable, err)
	}
	config, err := p.oauth(c, d)
	if err != nil {
		return err
	}
	next, err := m.next(c)
	if err != nil {
		return err
	}
	a := attempt{
		Provider: p.Name, State: rand.Text(), Nonce: rand.Text(), Verifier: oauth2.GenerateVerifier(), Next: next,
		Link: link, Begun: time.Now().Unix(),
	}
	text, err := json.Marshal(a)
	if err != nil {
		return err
	}
	c.Session().Set(attemptKey, string(text))
	options := []oauth2.AuthCodeOption{gooidc.Nonce(a.Nonce), oauth2.S256ChallengeOption(a.Verifier)}
	for name, value := range p.Params {
		options = append(options, oauth2.SetAuthURLParam(name, value))
	}
	if login.Current(c).IsAuthenticated() {
		options = append(options, oauth2.SetAuthURLParam("max_age", "0"))
	}
	return m.render(c, "oidc/leave.html", dewar.Vars{"url": markup.URL(config.AuthCodeURL(a.State, options...)), "label": p.Label})
}

// next is the page to come back to, as a path within the app.
func (m *Manager) next(c *dewar.Context) (string, error) {
	root, err := c.URL(dewar.Path("/"))
	if err != nil {
		return "", err
	}
	next, err := c.URL(login.Next(c, dewar.Path(m.cfg.After)))
	if err != nil {
		return "", err
	}
	if len(next) > maxNext {
		return m.cfg.After, nil
	}
	return "/" + strings.TrimPrefix(next, root), nil
}

// take removes the attempt from the session and returns it.
func (m *Manager) take(c *dewar.Context) (a attempt, ok bool) {
	text, ok := session.Value[string](c.Session(), attemptKey)
	c.Session().Delete(attemptKey)
	return a, ok && json.Unmarshal([]byte(text), &a) == nil
}
