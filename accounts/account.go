package accounts

import (
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"time"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/login"
)

// An Account is who logs in: the app's user type for package login. What else the application knows of a user it keeps in
// rows of its own, by ID.
type Account struct {
	// ID is random and stays the same: 26 letters and digits.
	ID string
	// Email is the address in its canonical form, see [CanonicalEmail]. No two accounts have the same.
	Email string `pii:"contact"`
	// PasswordHash is what package password made, "" for an account without a password.
	PasswordHash string `json:"-" secret:""`
	// ShortPassword says that the password is of the length that is allowed beside a second factor. Such an account
	// must not lose its last factor.
	ShortPassword bool
	// Confirmed is when the owner of the mailbox followed a link to it, zero for never: then nobody can log in.
	Confirmed time.Time
	// Disabled keeps the account from logging in; see [Accounts.Disable].
	Disabled bool
	// Roles are the application's own, such as those that package permit asks for. This package does not look at them.
	Roles []string
	// Created is when the account was made.
	Created time.Time
	// DeleteAt is when the account will be removed, zero for never. Until then nobody can log in.
	DeleteAt time.Time
	// Version counts the changes of the account in its store.
	Version int64
}

var _ login.Account = (*Account)(nil)

// GetID returns the ID.
func (a *Account) GetID() string { return a.ID }

// IsActive reports whether the account may log in.
func (a *Account) IsActive() bool {
	return !a.Disabled && !a.Confirmed.IsZero() && a.DeleteAt.IsZero()
}

// IsAuthenticated returns true.
func (a *Account) IsAuthenticated() bool { return true }

// IsAnonymous returns false.
func (a *Account) IsAnonymous() bool { return false }

// RoleNames returns the Roles, for package permit.
func (a *Account) RoleNames() []string { return a.Roles }

// Stamp is another text from a change of the password on; see [login.Stamped].
func (a *Account) Stamp() string {
	sum := sha256.Sum256([]byte(a.PasswordHash))
	return hex.EncodeToString(sum[:])
}

// LogValue keeps all but the ID out of logs.
func (a *Account) LogValue() slog.Value { return slog.StringValue("account " + a.ID) }

// User returns the account that is logged in, and whether there is one: [login.User].
func User(c *dewar.Context) (*Account, bool) { return login.User[*Account](c) }
