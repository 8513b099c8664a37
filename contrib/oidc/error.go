package oidc

import (
	"fmt"

	"github.com/dewar-go/dewar"
)

// A Reason is why nobody was signed in.
type Reason string

// The reasons, with the status of their answer.
const (
	// Stale is an answer to a sign-in that this browser did not begin, began more than ten minutes ago or has finished: 400.
	Stale Reason = "stale"
	// Cancelled is a user who did not want to go on, or whom the provider refused: 403.
	Cancelled Reason = "cancelled"
	// Untrusted is an answer or a token that is not what it must be: 403.
	Untrusted Reason = "untrusted"
	// NoAccount is an identity that belongs to no account, or to one that may not log in: 403.
	NoAccount Reason = "no account"
	// Taken is an identity to be linked that belongs to another account: 409.
	Taken Reason = "taken"
	// LastWayIn is an identity that cannot be removed, because nothing else leads into the account: 409.
	LastWayIn Reason = "last way in"
	// Unavailable is a provider that does not answer, or not as OpenID Connect asks: 503.
	Unavailable Reason = "unavailable"
)

var reasons = map[Reason]struct {
	code int
	text string // with the provider's label
}{
	Stale:       {400, "This sign-in with %s is too old or was used already. Please try again."},
	Cancelled:   {403, "The sign-in with %s was cancelled."},
	Untrusted:   {403, "The sign-in with %s did not work. Please try again."},
	NoAccount:   {403, "There is no account here for this sign-in with %s. If you have an account, log in to it and add %[1]s there."},
	Taken:       {409, "This sign-in with %s belongs to another account."},
	LastWayIn:   {409, "%s is the only way into your account. Set a password or add another way first."},
	Unavailable: {503, "%s cannot be reached at the moment. Please try again later."},
}

// An Error says why nobody was signed in. The views return it within a dewar.HTTPError, whose Detail is a sentence for the
// user; dewar.OnErrorAs[*oidc.Error] answers it with a page of the app's own.
type Error struct {
	// Provider is its name.
	Provider string
	Reason   Reason
	// Err is the cause, for the log.
	Err error
}

// Error names the provider and the reason.
func (e *Error) Error() string {
	text := fmt.Sprintf("oidc: %s: %s", e.Provider, e.Reason)
	if e.Err != nil {
		cause := e.Err.Error() // it may hold a whole answer of the provider's
		text += ": " + cause[:min(len(cause), 500)]
	}
	return text
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// fail makes the error of a view, and its event.
func (p *provider) fail(c *dewar.Context, reason Reason, cause error) error {
	err := &Error{Provider: p.Name, Reason: reason, Err: cause}
	c.Emit(dewar.SecurityEvent{Name: dewar.EventLoginFail, Detail: "oidc " + p.Name + ": " + string(reason), Err: err})
	answer := reasons[reason]
	return &dewar.HTTPError{Code: answer.code, Detail: fmt.Sprintf(answer.text, p.Label), Err: err}
}
