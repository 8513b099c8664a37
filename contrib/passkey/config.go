package passkey

import (
	"errors"
	"fmt"
	"strings"

	"github.com/go-webauthn/webauthn/protocol"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/login"
)

// Config are the settings of a [Manager].
type Config struct {
	// Credentials keeps passkeys: database.Credentials() of contrib/db. It is required; for tests there is
	// login.NewMemoryCredentials.
	Credentials login.Credentials
	// ID is the host name that passkeys are bound to: the site's, or a domain above it to use them on several hosts. With
	// another ID all passkeys are lost. Default: the host name of the request.
	ID string
	// Site is the site's name for the browser's dialog. Default: dewar.Config.Name.
	Site string
	// Describe gives the user's name for the browser's list of passkeys, such as the address. Default: GetID.
	Describe func(c *dewar.Context, user login.Account) string
	// SignIn logs a user in and answers. Default: accounts.SignIn for an account of package accounts, otherwise login.In and a
	// redirect to login.Next.
	SignIn func(c *dewar.Context, user login.Account, how login.Options) error
	// HasPassword reports whether an account has a way in that is not in Credentials, so that its last passkey may be
	// removed. Default: an account of package accounts has one when it has a password, any other user has none.
	HasPassword func(c *dewar.Context, user login.Account) (bool, error)
	// LoginView is where the page about a failed login leads back to: an endpoint, or a path that begins with a slash.
	// Default: "accounts.login" with package accounts, otherwise After.
	LoginView string
	// After is where a login leads that was not sent from elsewhere: a path. Default: "/".
	After string
	// Prefix is the path of the pages. Default: "/passkey".
	Prefix string
}

// check lists the mistakes in the settings.
func (c *Config) check() error {
	var mistakes []error
	if c.Credentials == nil {
		mistakes = append(mistakes, errors.New("passkey: Config.Credentials is nil; set it to database.Credentials() of contrib/db"))
	}
	if c.ID != "" {
		if err := protocol.ValidateRPID(c.ID); err != nil {
			mistakes = append(mistakes, fmt.Errorf("passkey: Config.ID is %q; it must be a host name such as example.com: %w", c.ID, err))
		}
	}
	for name, path := range map[string]string{"Prefix": c.Prefix, "After": c.After} {
		if path != "" && !strings.HasPrefix(path, "/") {
			mistakes = append(mistakes, fmt.Errorf("passkey: Config.%s is %q; it must begin with a slash", name, path))
		}
	}
	return errors.Join(mistakes...)
}
