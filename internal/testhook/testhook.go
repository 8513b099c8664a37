// Package testhook lets package dewartest reach what an App keeps to itself,
// without exporting it to everybody.
package testhook

import (
	"net/http"

	"github.com/dewar-go/dewar/session"
)

// Set by package dewar.
var (
	// Handler freezes an app as if it listened on a loopback address. An app
	// without a key gets a random one that is not kept.
	Handler func(app any) (http.Handler, error)
	// Sessions returns the app's session store and the cookie's name.
	Sessions func(app any) (session.Store, string)
)
