package dewar

import (
	"fmt"

	"github.com/dewar-go/dewar/secure"
)

// Headers changes the protective headers of this route's answers: the fields
// that are set stand in place of those of the blueprint and of [Config.Headers],
// and a policy's directives in place of those of the same name, as
// [secure.Headers.Merge] does.
//
//	app.Get("/widget", widget).Headers(secure.Headers{
//		FrameOptions:          "SAMEORIGIN",
//		ContentSecurityPolicy: secure.CSP{"frame-ancestors": {"'self'"}},
//	})
//
// What is wrong with them is reported by [App.Handler] and [App.Run].
func (r *Route) Headers(h secure.Headers) *Route {
	r.scope.changing("Headers", callerLocation())
	r.headers = append(r.headers, headersAt{h, callerLocation()})
	return r
}

// Headers changes the protective headers of the blueprint's answers and of those
// of the blueprints within it; see [Route.Headers]. They hold for its error pages
// and for paths below its prefix that no rule matches as well.
func (b *Blueprint) Headers(h secure.Headers) {
	b.scope.changing("Headers", callerLocation())
	b.scope.headers = append(b.scope.headers, headersAt{h, callerLocation()})
}

// headersAt are changes of headers with the place where they were made.
type headersAt struct {
	headers  secure.Headers
	location string
}

// compileHeaders makes the endpoint's headers: the app's own set, unless a
// blueprint or the route changes something.
func (a *App) compileHeaders(e *endpoint) error {
	e.headers, e.headerSettings = a.headers, a.cfg.Headers
	var changes []headersAt
	for i := len(e.scopes) - 1; i >= 0; i-- {
		changes = append(changes, e.scopes[i].headers...)
	}
	if e.route != nil {
		changes = append(changes, e.route.headers...)
	}
	for _, change := range changes {
		e.headerSettings = e.headerSettings.Merge(change.headers)
		set, err := e.headerSettings.Compile()
		if err != nil {
			return fmt.Errorf("Headers at %s: %w", change.location, err)
		}
		e.headers = set
	}
	return nil
}
