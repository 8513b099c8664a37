// Package flask is for an app that serves the same users as a Flask application: JSON is byte for byte what Flask writes.
// Who is logged in, to either of them, is in package login.
//
// # JSON
//
// [JSON] is a provider for [dewar.Config.JSON]:
//
//	app := dewar.New(dewar.Config{JSON: flask.JSON{}})
//
// The names and keys that both share are set with [dewar.FlaskSharing].
package flask
