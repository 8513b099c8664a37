package vault

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/openbao/openbao/api/v2"
)

// AppRole is a login with a role's id and a secret id.
type AppRole struct {
	// RoleID names the role; it is no secret.
	RoleID string
	// SecretID is read at each login: "file:/run/secrets/vault", "env:VAULT_SECRET_ID", or the id itself. Default: none,
	// for roles that need none.
	SecretID string
	// Wrapped says that SecretID is a wrapping token, which gives the id once; later logins need a new one in its place.
	Wrapped bool
	// Mount is where the method is mounted. Default: "approle".
	Mount string
}

// Kubernetes is a login with the token of a service account.
type Kubernetes struct {
	// Role names the role.
	Role string
	// TokenFile is read at each login. Default: /var/run/secrets/kubernetes.io/serviceaccount/token.
	TokenFile string
	// Mount is where the method is mounted. Default: "kubernetes".
	Mount string
}

// login makes a new login. All secrets with a lease are to be fetched again, since their leases end with the old one.
func (v *Vault) login(ctx context.Context) error {
	before := v.client.Token()
	auth, err := v.authenticate(ctx)
	if err != nil {
		v.client.SetToken(before) // which may still be good
		return fmt.Errorf("vault: logging in at %s: %w", v.cfg.Address, err)
	}
	v.client.SetToken(auth.ClientToken)
	v.auth, v.since = newLease(auth.LeaseDuration, auth.Renewable), time.Now()
	for _, s := range v.secrets {
		if s.lease.leased() {
			s.lease.expireNow()
		}
	}
	return nil
}

func (v *Vault) authenticate(ctx context.Context) (*api.SecretAuth, error) {
	switch {
	case v.cfg.Token.IsSet():
		return v.ownToken(ctx)
	case v.cfg.Kubernetes.Role != "":
		k := v.cfg.Kubernetes
		jwt, err := read("file:" + cmp.Or(k.TokenFile, "/var/run/secrets/kubernetes.io/serviceaccount/token"))
		if err != nil {
			return nil, err
		}
		return v.post(ctx, cmp.Or(k.Mount, "kubernetes"), map[string]any{"role": k.Role, "jwt": jwt})
	}
	a := v.cfg.AppRole
	data := map[string]any{"role_id": a.RoleID}
	if a.SecretID != "" {
		id, err := read(a.SecretID)
		if err == nil && a.Wrapped {
			id, err = v.unwrap(ctx, id)
		}
		if err != nil {
			return nil, err
		}
		data["secret_id"] = id
	}
	return v.post(ctx, cmp.Or(a.Mount, "approle"), data)
}

// post logs in by a method.
func (v *Vault) post(ctx context.Context, mount string, data map[string]any) (*api.SecretAuth, error) {
	v.client.ClearToken()
	answer, err := v.client.Logical().WriteWithContext(ctx, "auth/"+mount+"/login", data)
	switch {
	case err != nil:
		return nil, short(err)
	case answer == nil || answer.Auth == nil || answer.Auth.ClientToken == "":
		return nil, errors.New("the answer has no token")
	case answer.Auth.MFARequirement != nil:
		return nil, errors.New("the login asks for a second factor, which a program does not have")
	}
	return answer.Auth, nil
}

// unwrap takes the secret id out of a wrapping token.
func (v *Vault) unwrap(ctx context.Context, token string) (string, error) {
	v.client.ClearToken()
	answer, err := v.client.Logical().UnwrapWithContext(ctx, token)
	if err != nil {
		return "", fmt.Errorf("the wrapped secret id: %w", short(err))
	}
	if answer == nil {
		return "", errors.New("the wrapped secret id: the answer is empty")
	}
	id, _ := answer.Data["secret_id"].(string)
	if id == "" {
		return "", errors.New("the wrapped secret id: there is no secret_id in it")
	}
	return id, nil
}

// ownToken looks at the token of the settings.
func (v *Vault) ownToken(ctx context.Context) (*api.SecretAuth, error) {
	token := v.cfg.Token.Value()
	v.client.SetToken(token)
	answer, err := v.client.Logical().ReadWithContext(ctx, "auth/token/lookup-self")
	if err != nil {
		return nil, short(err)
	}
	if answer == nil {
		return nil, errors.New("the answer is empty")
	}
	ttl, err := answer.TokenTTL()
	if err != nil {
		return nil, err
	}
	renewable, err := answer.TokenIsRenewable()
	if err != nil {
		return nil, err
	}
	return &api.SecretAuth{ClientToken: token, LeaseDuration: int(ttl.Seconds()), Renewable: renewable}, nil
}

// renewLogin prolongs the login, or makes a new one.
func (v *Vault) renewLogin(ctx context.Context) error {
	if v.auth.renewable {
		answer, err := v.client.Logical().WriteWithContext(ctx, "auth/token/renew-self", map[string]any{"increment": v.auth.asked})
		if err == nil && answer != nil && answer.Auth != nil && v.auth.renewed(answer.Auth.LeaseDuration) {
			return nil
		}
		if err != nil {
			v.cfg.Logger.Info("vault: the login was not renewed; a new one is made", "err", short(err))
		}
	}
	return v.login(ctx)
}

// read reads a reference to a secret id or token.
func read(reference string) (string, error) {
	kind, name, _ := strings.Cut(reference, ":")
	text := reference
	switch kind {
	case "file":
		b, err := os.ReadFile(name)
		if err != nil {
			return "", err
		}
		text = strings.TrimSpace(string(b))
	case "env":
		text = os.Getenv(name)
	}
	if text == "" {
		return "", fmt.Errorf("%s is empty", reference)
	}
	return text, nil
}

// refused reports whether Vault answered that the token may not.
func refused(err error) bool {
	e, ok := errors.AsType[*api.ResponseError](err)
	return ok && e.StatusCode == 403
}

// short is an error of Vault's in one line. Those of the client tell the request's whole URL and its method on several.
func short(err error) error {
	if e, ok := errors.AsType[*api.ResponseError](err); ok {
		return &shortError{e}
	}
	return err
}

type shortError struct{ answer *api.ResponseError }

func (e *shortError) Error() string {
	return fmt.Sprintf("status %d: %s", e.answer.StatusCode, strings.Join(e.answer.Errors, "; "))
}

func (e *shortError) Unwrap() error { return e.answer }
