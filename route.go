package dewar

import (
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"runtime"
	"slices"
	"strings"

	"github.com/dewar-go/dewar/internal/assets"
)

// A Route is a rule with its view. Its methods complete it right where it is
// registered:
//
//	app.Get("/about", about).Name("about").Guard(membersOnly)
type Route struct {
	scope    *scope
	rule     string
	methods  []string
	view     View
	function uintptr // the view's code as the application wrote it
	name     string  // endpoint without its blueprints' names
	location string
	placed   bool // it is in the routing map: what decides matching is fixed

	also      []string // further rules of the same view
	host      string
	subdomain string
	strict    *bool
	merge     *bool
	alias     bool
	buildOnly bool
	webSocket bool
	mounted   bool // serves a handler: WebSocket handshakes as well
	to        any  // where a rule that only redirects leads
	defaults  map[string]any

	wraps   []Middleware
	guards  []Guard
	headers []headersAt
	maxBody int64 // 0: the app's
	noCSRF  bool
	stale   bool // of InsecureStaleToken
	stream  bool // the view reads the body itself
	api     bool
	static  *assets.Folder // serves files: no session, no form
	types   []reflect.Type
	mounts  []*endpoint // where it ended up: one for each registration
}

// route is how every route comes to be.
func (s *scope) route(rule string, view View, methods ...string) *Route {
	return s.add(rule, view, view, nil, methods)
}

// add makes a route of view. written is the view as the application wrote it,
// before types were taken off.
func (s *scope) add(rule string, view View, written any, types []reflect.Type, methods []string) *Route {
	loc := callerLocation()
	s.changing("route "+rule, loc)
	if reflect.ValueOf(written).IsNil() {
		panic(fmt.Sprintf("dewar: route %q at %s: the view is nil", rule, loc))
	}
	if len(methods) == 0 {
		methods = []string{http.MethodGet}
	}
	for i, m := range methods {
		if m == "" || strings.ContainsAny(m, " \t\r\n,/") {
			panic(fmt.Sprintf("dewar: route %q at %s: %q is no method", rule, loc, m))
		}
		methods[i] = strings.ToUpper(m)
	}
	if rule == "" && s.bp == nil || rule != "" && rule[0] != '/' {
		panic(fmt.Sprintf("dewar: route %q at %s: a rule must start with a slash", rule, loc))
	}
	if s.app != nil {
		s.app.placeOpenRoutes()
	}
	r := &Route{
		scope: s, rule: rule, methods: methods, view: view, types: types, location: loc,
		name: viewName(written), function: reflect.ValueOf(written).Pointer(),
	}
	s.routes = append(s.routes, r)
	return r
}

// mustBeOpen panics when the route already matches requests' paths.
func (r *Route) mustBeOpen(what string) {
	if r.placed {
		panic(fmt.Sprintf("dewar: %s at %s: the route %q (%s) is complete; say it where the route is registered, before the next one", what, callerLocation(), r.rule, r.location))
	}
}

// Name sets the endpoint: what url_for and [Context.URL] know the route by,
// below its blueprints' names ("auth.login"). The default is the name of the
// view's function, as in Flask, and "GET /the/rule" for a function literal.
func (r *Route) Name(name string) *Route {
	r.mustBeOpen("Name")
	if name == "" || strings.Contains(name, ".") {
		panic(fmt.Sprintf("dewar: Name(%q) at %s: a name must not be empty nor hold a dot, which joins blueprints' names", name, callerLocation()))
	}
	r.name = name
	return r
}

// Defaults gives variables that the rule does not have; the view reads them
// with [Context.Param]. Two routes with one name, one of them with a default
// for the other's variable, are one resource: the longer URL redirects to the
// shorter one, as in Werkzeug.
func (r *Route) Defaults(values map[string]any) *Route {
	r.mustBeOpen("Defaults")
	r.defaults = maps.Clone(values)
	return r
}

// Host restricts the route to a host, which may hold variables as a rule does.
// It needs [Config.HostMatching], and the host among [Config.TrustedHosts].
func (r *Route) Host(host string) *Route {
	r.mustBeOpen("Host")
	r.host = host
	return r
}

// Subdomain restricts the route to a subdomain of [Config.ServerName], which may
// hold variables as a rule does. It needs [Config.SubdomainMatching].
func (r *Route) Subdomain(subdomain string) *Route {
	r.mustBeOpen("Subdomain")
	r.subdomain = subdomain
	return r
}

// RedirectRule makes requests for a rule go, with 308, to another path of the
// app: a text with the rule's variables as <name>.
//
//	app.RedirectRule("/old/<int:id>", "/new/<id>")
func (a *App) RedirectRule(rule, to string) *Route {
	if to == "" || to[0] != '/' || strings.HasPrefix(to, "//") {
		// "<path:rest>" alone would let the visitor choose another site.
		panic(fmt.Sprintf("dewar: RedirectRule(%q, %q) at %s: the target must be a path of the app, beginning with one slash", rule, to, callerLocation()))
	}
	view := func(c *Context) error { return StatusError(http.StatusNotFound) } // the matcher redirects before
	r := a.root.add(rule, view, view, nil, nil)
	r.to = to
	return r
}

// BuildOnly names a rule that never matches: URLs of it are built, and
// something else, such as another server behind the same proxy, serves them.
func (a *App) BuildOnly(rule, name string) *Route {
	view := func(c *Context) error { return StatusError(http.StatusNotFound) }
	r := a.root.add(rule, view, view, nil, nil)
	r.name, r.buildOnly = name, true
	return r
}

// StrictSlashes says whether a missing or superfluous slash at the end matters.
// Default: true. A path without the slash of its rule is redirected, one with a
// slash that its rule lacks is 404; with false both are served.
func (r *Route) StrictSlashes(strict bool) *Route {
	r.mustBeOpen("StrictSlashes")
	r.strict = &strict
	return r
}

// MergeSlashes says whether a path with doubled slashes is redirected to the
// one with single slashes. Default: true.
func (r *Route) MergeSlashes(merge bool) *Route {
	r.mustBeOpen("MergeSlashes")
	r.merge = &merge
	return r
}

// Alias makes the rule another address of the endpoint it is named like: a
// request for it is redirected to the endpoint's own rule.
func (r *Route) Alias() *Route {
	r.mustBeOpen("Alias")
	r.alias = true
	return r
}

// WebSocket makes the rule match WebSocket handshakes, and nothing else. The
// handshake passes only from the app's own pages or a configured origin, since
// browsers send it with cookies and without asking; the view upgrades the
// connection through [Context.Writer].
func (r *Route) WebSocket() *Route {
	r.mustBeOpen("WebSocket")
	r.webSocket = true
	return r
}

// Wrap adds middleware around this route's view, inside the app's and the
// blueprints'. The first one given is the outermost.
func (r *Route) Wrap(list ...Middleware) *Route {
	r.scope.changing("Wrap", callerLocation())
	r.wraps = append(r.wraps, list...)
	return r
}

// Guard adds guards to this route.
func (r *Route) Guard(guards ...Guard) *Route {
	r.scope.changing("Guard", callerLocation())
	r.guards = append(r.guards, guards...)
	return r
}

// MaxBody sets the limit of this route's request body in bytes instead of
// [Config.MaxContentLength]. It must be above zero.
func (r *Route) MaxBody(bytes int64) *Route {
	r.scope.changing("MaxBody", callerLocation())
	if bytes <= 0 {
		panic(fmt.Sprintf("dewar: MaxBody(%d) at %s: the limit must be above zero", bytes, callerLocation()))
	}
	r.maxBody = bytes
	return r
}

// StreamBody says that the view reads the request's body itself, as it arrives:
// a large upload, with multipart.NewReader or to somewhere else. Nothing before
// the view reads it then, so a CSRF token, where one decides, must be in a header
// and not in a form field. The limit of [Route.MaxBody] and the pace of slow
// clients hold all the same.
func (r *Route) StreamBody() *Route {
	r.scope.changing("StreamBody", callerLocation())
	r.stream = true
	return r
}

// API marks the route as one for programs: errors are JSON whatever the client
// accepts, and plain HTTP is refused with 403 where a page would be redirected
// to HTTPS, since a redirect would let a careless client send secrets in the
// clear for ever. [BlueprintOptions] and [Mount] have it for a whole blueprint.
func (r *Route) API() *Route {
	r.scope.changing("API", callerLocation())
	r.api = true
	return r
}

// InsecureNoCSRF takes the protection against cross-site request forgery off
// this route. Any other site can then make a user's browser call it with the
// user's cookies; it is right only for routes that do not look at them, such as
// a webhook that verifies a signature.
func (r *Route) InsecureNoCSRF() *Route {
	r.scope.changing("InsecureNoCSRF", callerLocation())
	r.noCSRF = true
	return r
}

// InsecureStaleToken runs the view also for a request whose CSRF token is too old or belongs to another session, so that
// a form that was open for too long is shown again with what the user typed: package forms finds the token stale, and
// its Valid is false. A view that does anything to such a request before a form of package forms is Valid does it
// unprotected. When the view answers as if all was well, a refusal with 400 takes the answer's place and transactions
// are rolled back. A request without a token, and one of another site, does not get here.
func (r *Route) InsecureStaleToken() *Route {
	r.scope.changing("InsecureStaleToken", callerLocation())
	r.stale = true
	return r
}

// viewName gives a function's own name: "login" of "shop/auth.login", "index"
// of the method value "blog.(*Views).index-fm", and "" for a function literal.
func viewName(view any) string {
	f := runtime.FuncForPC(reflect.ValueOf(view).Pointer())
	if f == nil {
		return ""
	}
	name := strings.TrimSuffix(f.Name(), "-fm")
	name = strings.TrimSuffix(name, "[...]")
	name = name[strings.LastIndexByte(name, '/')+1:]
	parts := strings.Split(name, ".")
	last := parts[len(parts)-1]
	if !isIdentifier(last) || slices.ContainsFunc(parts[1:], isLiteralName) {
		return ""
	}
	return last
}

// isLiteralName recognises the names the compiler gives function literals:
// func1, func2 and their inner 1, 2, gowrap1.
func isLiteralName(s string) bool {
	digits := strings.TrimPrefix(strings.TrimPrefix(s, "func"), "gowrap")
	if digits == "" {
		return false
	}
	return strings.Trim(digits, "0123456789") == ""
}
