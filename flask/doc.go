// Package flask is for an app that serves the same users as a Flask application. Both know who signed in to either of
// them, and JSON is byte for byte what Flask writes.
//
// # Users
//
// With [dewar.Config.Flask] the two share the session, so [User] finds whom
// Flask-Login signed in, and [Login] and [Logout] do what its login_user and
// logout_user do, with the remember cookie:
//
//	app.Get("/account", func(c *dewar.Context) error {
//		id, fresh, ok := flask.User(c)
//		…
//	})
//
// # JSON
//
// [JSON] is a provider for [dewar.Config.JSON]:
//
//	app := dewar.New(dewar.Config{JSON: flask.JSON{}})
//
// The names and keys that both share are set with [dewar.FlaskSharing].
package flask
