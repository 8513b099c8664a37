package login

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"reflect"

	"github.com/dewar-go/dewar"
)

// An Account is what the application's user type must be, as in Flask-Login. Embed
// [UserMixin] and add GetID:
//
//	type Account struct {
//		login.UserMixin
//		ID   int64
//		Name string
//	}
//
//	func (a *Account) GetID() string { return strconv.FormatInt(a.ID, 10) }
//
// Templates read the methods as current_user.is_authenticated, is_active,
// is_anonymous and get_id().
type Account interface {
	// GetID names the user: 1 to 255 bytes that stay the same for the account's life. It is Flask-Login's id_attribute.
	GetID() string
	// IsActive is false for a user who may not log in. One who is logged in is logged out everywhere with the next
	// request.
	IsActive() bool
	// IsAuthenticated and IsAnonymous are for templates.
	IsAuthenticated() bool
	IsAnonymous() bool
}

// Stamped is what an [Account] may be besides, so that [In] refuses a login whose password was looked at before it was
// changed, and which ends up behind the end of all others. Stamp is another text from a change of the password on, and no
// secret: a hash of the hash.
type Stamped interface {
	Stamp() string
}

// UserMixin has the methods of [Account] but GetID, with the answers of an ordinary user.
type UserMixin struct{}

// IsActive returns true.
func (UserMixin) IsActive() bool { return true }

// IsAuthenticated returns true.
func (UserMixin) IsAuthenticated() bool { return true }

// IsAnonymous returns false.
func (UserMixin) IsAnonymous() bool { return false }

// AnonymousUser is current_user for a visitor who is not logged in: Flask-Login's AnonymousUserMixin.
type AnonymousUser struct{}

// GetID returns "".
func (AnonymousUser) GetID() string { return "" }

// IsActive returns false.
func (AnonymousUser) IsActive() bool { return false }

// IsAuthenticated returns false.
func (AnonymousUser) IsAuthenticated() bool { return false }

// IsAnonymous returns true.
func (AnonymousUser) IsAnonymous() bool { return true }

// checkID refuses ids that stores cannot keep.
func checkID(id string) error {
	if id == "" || len(id) > 255 {
		return fmt.Errorf("login: the user's GetID has %d bytes; it must have 1 to 255", len(id))
	}
	return nil
}

// loader makes the Manager's way to a user by id. Both the zero value and an error of a row that is not there say that
// there is no such user.
func loader[U Account](load func(*dewar.Context, string) (U, error)) func(*dewar.Context, string) (Account, error) {
	return func(c *dewar.Context, id string) (Account, error) {
		u, err := load(c, id)
		switch {
		case errors.Is(err, ErrNotFound), errors.Is(err, sql.ErrNoRows):
			return nil, nil
		case err != nil:
			return nil, unavailable(err)
		case any(u) == nil || reflect.ValueOf(u).IsZero():
			return nil, nil
		}
		return u, nil
	}
}

// unavailable is the error of a store or loader that does not answer: 503. Nobody is taken for a visitor because of it.
func unavailable(err error) error {
	var status *dewar.HTTPError
	if errors.As(err, &status) || errors.Is(err, context.Canceled) {
		return err
	}
	return &dewar.HTTPError{Code: 503, Err: fmt.Errorf("login: %w", err)}
}
