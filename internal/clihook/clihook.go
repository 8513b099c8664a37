// Package clihook lets package cli reach what an App keeps to itself, without
// exporting it to everybody.
package clihook

import "context"

// Overlay puts the fields of base that are not zero into the configuration of an
// app that is not frozen: Debug, InstanceDir, TLSCertFile, TLSKeyFile and
// Loopback. Package dewar sets it; app is a *dewar.App and base a dewar.Config.
var Overlay func(app, base any)

// Commands returns the commands that were added to an app, a []dewar.Command, and
// Prepare freezes an app as one that only this machine can reach, with its keys.
// Package dewar sets them; app is a *dewar.App.
var (
	Commands func(app any) any
	Prepare  func(app any) error
)

// A User is whom the command request sends its request as.
type User struct {
	ID    string
	Asked bool // somebody asked who is there
	Found bool // and there is such a user, who is active
}

type userKey struct{}

// WithUser returns a context whose request is the user's. No request from outside can carry one.
func WithUser(ctx context.Context, u *User) context.Context {
	return context.WithValue(ctx, userKey{}, u)
}

// UserOf returns the user whose request it is, nil for that of any other request.
func UserOf(ctx context.Context) *User {
	u, _ := ctx.Value(userKey{}).(*User)
	return u
}
