package passkey

import (
	"fmt"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/forms"
)

// A Reason is why a passkey was not accepted.
type Reason string

// The reasons, with the status of their answer.
const (
	// Stale is a challenge that is not this session's, is older than five minutes or was used: 400.
	Stale Reason = "stale"
	// Untrusted is an answer that is not what it must be: 403.
	Untrusted Reason = "untrusted"
	// Unknown is a passkey that the server does not have: 403.
	Unknown Reason = "unknown"
	// NoAccount is a passkey of an account that may not log in, or is not the one that is asked: 403.
	NoAccount Reason = "no account"
	// Copied is a passkey whose signature counter went back: 403.
	Copied Reason = "copied"
	// Taken is a new passkey that is an account's already: 409.
	Taken Reason = "taken"
	// TooMany is one more passkey than an account can have, which is 30: 409.
	TooMany Reason = "too many"
	// LastWayIn is a passkey that cannot be removed, because nothing else leads into the account: 409.
	LastWayIn Reason = "last way in"
)

var reasons = map[Reason]struct {
	code int
	text string
}{
	Stale:     {400, "That took too long, or was done already. Please try again."},
	Untrusted: {403, "The passkey was not accepted. Please try again."},
	Unknown:   {403, "This passkey is not known here. It may have been removed."},
	NoAccount: {403, "You cannot log in with this passkey."},
	Copied:    {403, "This passkey may have been copied and was not accepted. Use another way to log in."},
	Taken:     {409, "This passkey is in use already."},
	TooMany:   {409, "You have too many passkeys. Remove one first."},
	LastWayIn: {409, "This passkey is the only way into your account. Set a password or add another way first."},
}

// An Error says why a passkey was not accepted. It is in the events; the user sees the page passkey/problem.html.
type Error struct {
	Reason Reason
	// Err is the cause, for the log.
	Err error
}

// Error names the reason.
func (e *Error) Error() string {
	if e.Err == nil {
		return "passkey: " + string(e.Reason)
	}
	return fmt.Sprintf("passkey: %s: %v", e.Reason, e.Err)
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// fail emits the event of a failure.
func (m *Manager) fail(c *dewar.Context, user string, reason Reason, cause error) *dewar.HTTPError {
	err := &Error{Reason: reason, Err: cause}
	c.Emit(dewar.SecurityEvent{Name: dewar.EventLoginFail, User: user, Detail: "passkey: " + string(reason), Err: err})
	answer := reasons[reason]
	return &dewar.HTTPError{Code: answer.code, Detail: forms.Gettext(c, answer.text), Err: err}
}

// problem answers a login that failed, with the way back. unknown is the id of a passkey that the browser should forget.
func (m *Manager) problem(c *dewar.Context, back dewar.Target, user string, reason Reason, cause error, unknown string) error {
	failure := m.fail(c, user, reason, cause)
	address, err := c.URL(back)
	if err != nil {
		return err
	}
	vars := dewar.Vars{"message": failure.Detail, "back": address}
	if reason == Unknown {
		party, err := m.party(c)
		if err != nil {
			return err
		}
		vars["unknown"], vars["rp"] = unknown, party.Config.RPID
	}
	c.Status(failure.Code)
	return m.render(c, "passkey/problem.html", vars)
}
