package oidc

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"time"

	"golang.org/x/oauth2"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/accounts"
	"github.com/dewar-go/dewar/login"
)

// maxAnswer bounds a parameter of the provider's answer, in bytes.
const maxAnswer = 4096

// callback is where a provider sends the browser back to.
func (m *Manager) callback(c *dewar.Context) error {
	p, err := m.provider(c)
	if err != nil {
		return err
	}
	if c.Method() != http.MethodGet { // HEAD would spend the sign-in
		return &dewar.HTTPError{Code: http.StatusMethodNotAllowed, Header: http.Header{"Allow": {"GET"}}}
	}
	answer, err := readAnswer(c)
	if err != nil {
		return p.fail(c, Stale, err)
	}
	a, ok := m.take(c)
	switch {
	case !ok || a.State == "" || subtle.ConstantTimeCompare([]byte(a.State), []byte(answer["state"])) != 1:
		return p.fail(c, Stale, errors.New("the state is not that of a sign-in of this session"))
	case a.Provider != p.Name:
		return p.fail(c, Stale, fmt.Errorf("the sign-in was begun with %q", a.Provider))
	case time.Since(time.Unix(a.Begun, 0)) > attemptFor:
		return p.fail(c, Stale, errors.New("the sign-in took too long"))
	}
	// A copy of the session from before, in a cookie, has the attempt still.
	first, err := m.cfg.Credentials.Spend(c.Context(), digest("state", a.State), time.Unix(a.Begun, 0).Add(attemptFor+time.Minute))
	if err != nil {
		return unavailable(err)
	}
	if !first {
		return p.fail(c, Stale, errors.New("the state was used before"))
	}
	d, err := p.discover(c.Context())
	if err != nil {
		return p.fail(c, Unavailable, err)
	}
	switch {
	case (answer["iss"] != "" || d.SendsIssuer) && answer["iss"] != p.Issuer: // RFC 9207
		return p.fail(c, Untrusted, fmt.Errorf("the answer is of the issuer %q", answer["iss"]))
	case answer["error"] != "":
		return p.fail(c, Cancelled, fmt.Errorf("the provider says %q: %q", answer["error"], answer["error_description"]))
	case answer["code"] == "":
		return p.fail(c, Untrusted, errors.New("the answer has no code"))
	}
	config, err := p.oauth(c, d)
	if err != nil {
		return err
	}
	token, err := config.Exchange(p.context(c.Context()), answer["code"], oauth2.VerifierOption(a.Verifier))
	switch {
	case err != nil && denied(err):
		return p.fail(c, Untrusted, err)
	case err != nil:
		return p.fail(c, Unavailable, err)
	}
	id, err := p.identify(p.context(c.Context()), d, token, a)
	if err != nil {
		return p.fail(c, Untrusted, err)
	}
	login.SetNext(c, dewar.Path(a.Next))
	if a.Link != "" {
		return m.add(c, p, id, a.Link)
	}
	return m.signIn(c, p, id)
}

// readAnswer reads the parameters that the provider sends, each of them once.
func readAnswer(c *dewar.Context) (map[string]string, error) {
	answer := map[string]string{}
	query := c.QueryValues()
	for _, name := range []string{"state", "code", "iss", "error", "error_description"} {
		values := query[name]
		switch {
		case len(values) > 1:
			return nil, fmt.Errorf("the answer has %d of %s", len(values), name)
		case len(values) == 1 && len(values[0]) > maxAnswer:
			return nil, fmt.Errorf("the answer's %s has %d bytes", name, len(values[0]))
		case len(values) == 1:
			answer[name] = values[0]
		}
	}
	return answer, nil
}

// signIn logs in the user of an identity, or makes an account for it.
func (m *Manager) signIn(c *dewar.Context, p *provider, id Identity) error {
	user, err := m.userOf(c, id)
	switch {
	case errors.Is(err, login.ErrNotFound):
		return p.fail(c, NoAccount, err)
	case errors.Is(err, login.ErrExists): // another browser was faster
		return p.fail(c, Stale, err)
	case err != nil:
		return err
	}
	how := login.Options{Methods: id.methods(), NotFresh: id.stale()}
	if account, ok := user.(*accounts.Account); m.cfg.SignIn != nil {
		err = m.cfg.SignIn(c, user, how)
	} else if ok {
		err = accounts.SignIn(c, account, how.Methods...)
	} else if err = login.In(c, user, how); err == nil {
		return c.Redirect(login.Next(c, dewar.Path(m.cfg.After)))
	}
	if errors.Is(err, login.ErrInactive) {
		return p.fail(c, NoAccount, err)
	}
	return err
}

// userOf returns the user that an identity belongs to, and makes one for an identity that belongs to none. It fails with
// login.ErrNotFound when there is none and none is made.
func (m *Manager) userOf(c *dewar.Context, id Identity) (login.Account, error) {
	store := m.cfg.Credentials
	credential, err := store.Credential(c.Context(), Kind, id.key())
	if errors.Is(err, login.ErrNotFound) && m.cfg.SignUp != nil {
		return m.signUp(c, id)
	}
	if err != nil {
		return nil, unavailable(err)
	}
	user, err := login.ByID(c, credential.User)
	if err != nil {
		return nil, err
	}
	if err := store.UseCredential(c.Context(), Kind, credential.ID, id.data(), time.Now()); err != nil {
		return nil, unavailable(err)
	}
	return user, nil
}

// signUp has the application make an account and links it.
func (m *Manager) signUp(c *dewar.Context, id Identity) (login.Account, error) {
	user, err := m.cfg.SignUp(c, id)
	switch {
	case err != nil:
		return nil, err
	case user == nil || reflect.ValueOf(user).IsZero():
		return nil, login.ErrNotFound
	}
	others, err := m.cfg.Credentials.CredentialsOf(c.Context(), user.GetID(), "")
	if err != nil {
		return nil, unavailable(err)
	}
	if len(others) > 0 {
		return nil, fmt.Errorf("oidc: Config.SignUp returned the user %q, who has ways in already: it must make a new account", user.GetID())
	}
	return user, m.store(c, user, id)
}

// digest is the name of a value in a store.
func digest(purpose string, parts ...string) string {
	h := sha256.New()
	fmt.Fprintf(h, "dewar oidc %s\n", purpose)
	for _, part := range parts {
		fmt.Fprintf(h, "%d %s\n", len(part), part)
	}
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil))
}

// unavailable is the error of a store that does not answer: 503.
func unavailable(err error) error {
	if errors.Is(err, login.ErrNotFound) {
		return err
	}
	return &dewar.HTTPError{Code: http.StatusServiceUnavailable, Err: fmt.Errorf("oidc: %w", err)}
}
