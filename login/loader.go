package login

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/secure"
)

// ErrCredential says that a credential is wrong, has expired or was taken back.
var ErrCredential = errors.New("login: the credential is not valid")

// A Loader finds the user of a request by a credential that comes with it, as Flask-Login's request_loader. Such a user
// has no session: nothing is stored, there is nothing to log out of, and the login is never fresh.
//
// The check against CSRF knows them. A request with a key or a token in a header, and without a cookie, passes: no
// browser adds those by itself. Basic is a credential that browsers add, so that without the headers of a browser it
// needs the token.
type Loader interface {
	// Load returns the GetID of the user whose credential the request carries, and "" when it carries none of this kind.
	// The error is ErrCredential for a wrong one; any other is answered 503.
	Load(c *dewar.Context) (id string, err error)
	// Challenge is the WWW-Authenticate of a 401, "" for none.
	Challenge() string
}

// fromRequest asks the loaders.
func (m *Manager) fromRequest(c *dewar.Context) (*visit, error) {
	for _, l := range m.cfg.Loaders {
		id, err := l.Load(c)
		switch {
		case errors.Is(err, ErrCredential):
			c.Emit(dewar.SecurityEvent{Name: dewar.EventLoginFail, User: id, Detail: fmt.Sprintf("%T", l)})
			return &visit{}, nil
		case err != nil:
			return nil, unavailable(err)
		case id == "":
			continue
		}
		u, err := m.load(c, id)
		if err != nil {
			return nil, err
		}
		if u == nil || !u.IsActive() {
			c.Emit(dewar.SecurityEvent{Name: dewar.EventLoginFail, User: id, Detail: "the user is not active"})
			return &visit{}, nil
		}
		v := &visit{user: u, level: Full, key: usedKey.Value(c)}
		m.send(&m.Signals.UserLoadedFromRequest, c, u)
		return v, nil
	}
	return nil, nil
}

// BasicAuth is a Loader for HTTP Basic (RFC 7617). check returns the GetID of the user whose name and password they are,
// and [ErrCredential] when they are wrong; for a name that does not exist let it take as long as for one that does, with
// password.VerifyDummy. Names above 255 bytes and passwords above 1,024 are wrong without being checked.
//
// Basic sends the password with every request and never asks for a second factor: check must refuse users who have one.
func BasicAuth(realm string, check func(c *dewar.Context, name, password string) (id string, err error)) Loader {
	return basic{realm, check}
}

type basic struct {
	realm string
	check func(c *dewar.Context, name, password string) (string, error)
}

func (b basic) Load(c *dewar.Context) (string, error) {
	name, password, ok := c.Request().BasicAuth()
	if !ok {
		return "", nil
	}
	if len(name) > 255 || len(password) > 1024 {
		return "", ErrCredential
	}
	id, err := b.check(c, name, password)
	if err == nil && id == "" {
		err = ErrCredential
	}
	return id, err
}

func (b basic) Challenge() string {
	return `Basic realm="` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(b.realm) + `", charset="UTF-8"`
}

// BearerAuth is a Loader for tokens in Authorization: Bearer (RFC 6750). check returns the GetID of the token's user, "" when
// it is a token of another Loader, and [ErrCredential] when it is not valid. Tokens above 8,192 bytes are not valid.
func BearerAuth(check func(ctx context.Context, token string) (id string, err error)) Loader {
	return bearer{check}
}

type bearer struct {
	check func(ctx context.Context, token string) (string, error)
}

func (b bearer) Load(c *dewar.Context) (string, error) {
	token, ok := secure.BearerToken(c.Request())
	if !ok {
		return "", nil
	}
	if len(token) > 8192 {
		return "", ErrCredential
	}
	return b.check(c.Context(), token)
}

func (b bearer) Challenge() string { return "Bearer" }
