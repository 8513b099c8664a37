package dewar

import (
	"context"
	"fmt"

	"github.com/dewar-go/dewar/internal/assets"
)

// An Extension adds to an app: guards, hooks, routes, template names,
// transactions. Its state is reached through its own typed accessors
// (login.User(c)), never by a string.
//
// An extension may also implement
//
//	Close(context.Context) error   // called once when the app shuts down, last added first
//	Check() []Finding              // its part of the security check; an error among them stops the start
//	PrivateDir() string            // a folder of files that must not be served as they are: the app does
//	                               // not start where static files or templates lie in it or around it
type Extension interface {
	// Init is called once, by Extend, before the app serves.
	Init(app *App) error
}

// Extend adds extensions, calling Init of each in order. An error of Init is
// reported by [App.Handler] and [App.Run] together with all other mistakes.
func (a *App) Extend(extensions ...Extension) {
	loc := callerLocation()
	a.root.changing("Extend", loc)
	for _, e := range extensions {
		if err := e.Init(a); err != nil {
			a.mistakes = append(a.mistakes, fmt.Errorf("%w (extension at %s)", err, loc))
			continue
		}
		a.extensions = append(a.extensions, e)
		if c, ok := e.(interface{ Close(context.Context) error }); ok {
			a.closers = append(a.closers, closing{c.Close, fmt.Sprintf("Close of the extension %T at %s", e, loc)})
		}
		if checker, ok := e.(interface{ Check() []Finding }); ok {
			a.checkers = append(a.checkers, checker.Check)
		}
		if keeper, ok := e.(interface{ PrivateDir() string }); ok {
			a.private = append(a.private, privateDir{keeper.PrivateDir(), loc})
		}
	}
}

// ExtensionOf returns the app's extension of the type E, the first one that was added,
// and whether there is one. It is what an extension's own accessors find its state by:
//
//	manager, ok := dewar.ExtensionOf[*login.Manager](c.App())
func ExtensionOf[E Extension](a *App) (E, bool) {
	for _, e := range a.extensions {
		if found, ok := e.(E); ok {
			return found, true
		}
	}
	var none E
	return none, false
}

// OnStart adds work to do when [App.Run] or [App.Serve] starts, after the
// configuration was found right and the socket is bound, before the first
// request is accepted: opening a database, migrating it. The first error ends
// the start.
func (a *App) OnStart(f func(context.Context) error) {
	a.root.changing("OnStart", callerLocation())
	a.starters = append(a.starters, f)
}

// OnClose adds work to do when the app shuts down, after the last request has
// ended. The functions run in reverse order of their adding, and all together have
// [Config.ShutdownTimeout].
func (a *App) OnClose(f func(context.Context) error) {
	loc := callerLocation()
	a.root.changing("OnClose", loc)
	a.closers = append(a.closers, closing{f, "OnClose at " + loc})
}

// Start runs the functions added with [App.OnStart], once. [App.Run] and
// [App.Serve] call it; a program with a server of its own calls it before
// serving.
func (a *App) Start(ctx context.Context) error {
	a.startOnce.Do(func() {
		for _, f := range a.starters {
			if a.startErr = f(ctx); a.startErr != nil {
				return
			}
		}
	})
	return a.startErr
}

// A privateDir is a folder of an extension's, and where it was added.
type privateDir struct{ dir, location string }

// checkApart refuses a private folder whose files would be served or run.
func (a *App) checkApart(p privateDir) error {
	var served []string
	for _, f := range a.templateFolders() {
		served = append(served, assets.Dir(f.FS))
	}
	for _, e := range a.placed {
		if e.route.static != nil {
			served = append(served, e.route.static.Dir)
		}
	}
	for _, dir := range served {
		if dir != "" && assets.Overlap(dir, p.dir) {
			return fmt.Errorf("the folder %s (extension at %s) and %s are not apart: what is kept there would be served as the app's own files, or be its templates", p.dir, p.location, dir)
		}
	}
	return nil
}
