package dewar

import (
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"

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

// settleHeaders sets the headers that wait for the first byte: the session's cookie,
// what the answer varies by, the protective ones, and that what is for one client is
// in no cache that is for all.
func (c *Context) settleHeaders() error {
	h := c.res.Header()
	if !c.state.has(sessionSettled) {
		if err := c.saveSession(h); err != nil {
			return err
		}
	}
	if c.state.has(cookieRead) {
		secure.AddVary(h, "Cookie")
	}
	if c.state.has(originRead) {
		secure.AddVary(h, "Sec-Fetch-Site", "Origin")
	}
	kind := ""
	if v := h["Content-Type"]; len(v) > 0 {
		kind = v[0]
	}
	set := c.at.headers
	if c.state.has(handedOn) {
		set = c.app.proxy.added
	}
	set.Apply(h, secure.Answer{
		HTML:        kind != "" && secure.IsHTML(kind),
		HTTPS:       c.origin.HTTPS(),
		SessionRead: c.sessionRead(),
		Nonce:       c.nonce,
		Loopback:    c.app.mode == loopback || secure.IsLocalHost(c.origin.Host),
	})
	c.keepPrivate(h)
	if c.res.status == http.StatusNotModified {
		// A browser would apply it to the page it kept, with a nonce that the
		// page does not have.
		delete(h, "Content-Security-Policy")
	}
	return nil
}

// sessionRead reports whether the answer depends on the session.
func (c *Context) sessionRead() bool {
	return c.session != nil && !c.state.has(sessionDropped) && c.session.Accessed()
}

// keepPrivate keeps the answer out of shared caches when it is for one client: it sets
// a cookie, read the session, or knows the user. One with the session's cookie is in
// none at all. In debug mode a route that asked for something else is named once.
func (c *Context) keepPrivate(h http.Header) {
	if h["Set-Cookie"] == nil && c.user == "" && !c.sessionRead() {
		return
	}
	asked := h["Cache-Control"]
	shared := secure.KeepPrivate(h)
	if shared && c.state.has(sessionSaved) {
		h["Cache-Control"] = noStore
	}
	if shared && c.app.cfg.Debug && atomic.CompareAndSwapUint32(&c.at.saidPrivate, 0, 1) {
		c.app.log.LogAttrs(c.base, slog.LevelWarn, "an answer for one visitor asked for a place in shared caches and is private now: it sets a cookie, read the session or knows the user",
			slog.String("rule", c.at.rule), slog.String("cache_control", clip(strings.Join(asked, ", "))), slog.String("request_id", c.RequestID()))
	}
}
