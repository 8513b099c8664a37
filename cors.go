package dewar

import (
	"fmt"
	"log/slog"
	"net/http"
	"slices"

	"github.com/dewar-go/dewar/secure"
)

// CORS is a guard that lets pages of other origins read the answers of what it
// is put on: a route, a blueprint or the app. Without one no page of another
// origin can.
//
//	api.Guard(dewar.CORS(secure.CORSOptions{Origins: []string{"https://app.example.com"}}))
//
// The innermost one holds: a route's stands in place of its blueprint's, and
// [NoCORS] takes it off again. What the options get wrong is reported by
// [App.Handler] and [App.Run], "*" together with Credentials above all
// (CVE-2018-20744, CVE-2019-25211, CVE-2024-25124).
//
// Preflights are answered here with 204, before limits and permissions, also
// where the route has no view for OPTIONS: the guard of the route that the
// request announced by the preflight would reach decides. Its headers stand on
// refusals and error pages too, so that the calling page can read them. Methods
// defaults to the route's own methods.
//
// # Requests that change something
//
// An unsafe request of an allowed origin is not refused as a forgery, as long as
// it carries no cookie or other credential that browsers add by themselves, or
// Credentials is set. "*" does not do that: such a route takes unsafe requests
// of other origins only with [Route.InsecureNoCSRF].
func CORS(o secure.CORSOptions) Guard { return &corsGuard{options: o, location: callerLocation()} }

// NoCORS takes the CORS guard of the app or a blueprint off what it is put on.
func NoCORS() Guard { return &corsGuard{off: true, location: callerLocation()} }

// corsGuard is a CORS guard, compiled for each endpoint.
type corsGuard struct {
	options  secure.CORSOptions
	off      bool
	location string
	cors     *secure.CORS
}

func (*corsGuard) Stage() Stage { return StageCORS }

func (g *corsGuard) Name() string {
	if g.off {
		return "no cors"
	}
	return "cors"
}

// Check sets the headers and answers a preflight.
func (g *corsGuard) Check(c *Context) error {
	if g.cors == nil { // never: compile leaves only those that have one
		return fmt.Errorf("dewar: the CORS guard at %s was not compiled", g.location)
	}
	if c.state.has(preflightWithoutCORS) {
		return nil
	}
	result := g.cors.Apply(c.res.Header(), c.r)
	c.cors = result
	if result.CrossOrigin && !result.Allowed && (result.Preflight || !secure.SameOrigin(c.r.Header.Get("Origin"), c.origin)) {
		c.foreignOrigin()
	}
	if result.Preflight {
		g.logRefused(c, result)
		c.w.WriteHeader(http.StatusNoContent)
	}
	return nil
}

// logRefused says what a preflight of an allowed origin asked for in vain: the
// browser's console has it, and the program's log would not.
func (g *corsGuard) logRefused(c *Context, result secure.CORSResult) {
	what, remedy := "", ""
	switch {
	case result.RefusedHeader != "":
		what, remedy = "header "+result.RefusedHeader, fmt.Sprintf("name %q in AllowHeaders", http.CanonicalHeaderKey(result.RefusedHeader))
	case result.RefusedMethod != "":
		what, remedy = "method "+result.RefusedMethod, fmt.Sprintf("name %q in Methods, or register a view for it", result.RefusedMethod)
	default:
		return
	}
	c.app.log.LogAttrs(c.base, slog.LevelWarn, "a page of another origin may not send this: "+remedy+" of the CORS options",
		slog.String("refused", what), slog.String("origin", c.r.Header.Get("Origin")), slog.String("rule", c.at.rule), slog.String("source", g.location),
		slog.String("request_id", c.RequestID()))
}

// mayBeForeign reports whether a CORS guard lets this request of another origin
// change something.
func (c *Context) mayBeForeign() bool {
	return c.cors.Allowed && !c.cors.Any && (c.cors.Credentials || !secure.AmbientCredential(c.r))
}

// compileCORS leaves the innermost CORS guard of an endpoint, compiled for the
// endpoint's methods.
func (e *endpoint) compileCORS() error {
	var last *corsGuard
	for _, g := range e.guards {
		if cors, ok := g.(*corsGuard); ok {
			last = cors
		}
	}
	if last == nil {
		return nil
	}
	at := slices.IndexFunc(e.guards, func(g Guard) bool { return g == Guard(last) })
	e.cors = nil
	if !last.off {
		o := last.options
		if o.Methods == nil && e.route != nil {
			o.Methods = foreignMethods(e.route.methods)
		}
		compiled, err := secure.NewCORS(o)
		if err != nil {
			e.guards = slices.DeleteFunc(e.guards, isCORS)
			return fmt.Errorf("CORS at %s: %w", last.location, err)
		}
		e.cors = &corsGuard{options: o, location: last.location, cors: compiled}
		e.guards[at] = e.cors
	}
	e.guards = slices.DeleteFunc(e.guards, func(g Guard) bool { return isCORS(g) && (e.cors == nil || g != Guard(e.cors)) })
	return nil
}

func isCORS(g Guard) bool { _, ok := g.(*corsGuard); return ok }

// foreignMethods are the methods that a preflight has to allow.
func foreignMethods(methods []string) []string {
	if slices.Contains(methods, anyMethod) {
		return []string{http.MethodPut, http.MethodPatch, http.MethodDelete}
	}
	return slices.DeleteFunc(slices.Clone(methods), func(m string) bool {
		return m == http.MethodGet || m == http.MethodHead || m == http.MethodPost || m == http.MethodOptions
	})
}

// isPreflight reports whether a request asks for permission only.
func isPreflight(r *http.Request) bool {
	return r.Method == http.MethodOptions && len(r.Header["Origin"]) > 0 && len(r.Header["Access-Control-Request-Method"]) == 1
}

// preflightEndpoint is what answers the preflights of an endpoint: its CORS
// guard, and nothing that comes after.
func (e *endpoint) preflightEndpoint() *endpoint {
	if e.cors == nil {
		return nil
	}
	p := *e
	p.guards, p.corsGuards = []Guard{e.cors}, 1
	p.before, p.preprocess, p.chain = nil, nil, nil
	p.view = func(c *Context) error { return c.NoContent() }
	return &p
}
