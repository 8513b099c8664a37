package dewar

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/dewar-go/dewar/routing"
	"github.com/dewar-go/dewar/secure"
)

// An endpoint is a route where it ended up: joined with its blueprints, and
// with everything a request will need gathered before the first one comes.
type endpoint struct {
	route *Route
	mount *mount
	name  string // dotted; "" for a fallback
	rule  string // joined
	view  View
	args  []int // where the rule's own variables are among the match's

	routed   *routing.Rule
	lastLong uint32 // 1 when its last answer was long; atomic

	saidPrivate uint32 // 1 when its answers were found to ask for shared caches; atomic

	// Gathered by compile.
	scopes     []*scope // innermost first
	guards     []Guard
	before     []func(*Context) error
	after      []func(*Context) error
	teardown   []func(*Context, error)
	processors []func(*Context) Vars // a blueprint's win over the app's
	preprocess []func(*Context, routing.Values) error
	defaults   []func(*Context, string, map[string]any)
	chain      http.Handler // middleware around the view, nil without any
	maxBody    int64
	headers    *secure.HeaderSet
	cors       *corsGuard // the one among guards that holds
	preflight  *endpoint  // answers its preflights, nil without a CORS guard
	corsGuards int        // how many of guards are of StageCORS or before
	api        bool
	static     bool
	webSocket  bool   // matches WebSocket handshakes
	url        string // of url_for without values, "" when it depends on the request

	headerSettings secure.Headers // what headers was compiled from
}

// placeOpenRoutes puts the app's own routes that are still open into the routing map:
// the next one is being registered, so they are complete.
func (a *App) placeOpenRoutes() {
	for ; a.placedOwn < len(a.root.routes); a.placedOwn++ {
		a.place(a.root.routes[a.placedOwn], nil)
	}
}

// place puts a route into the routing map for one registration. Mistakes panic
// with the place of registration.
func (a *App) place(r *Route, m *mount) {
	r.placed = true
	for _, rule := range append([]string{r.rule}, r.also...) {
		a.placeRule(r, rule, m, r.webSocket)
		if r.mounted && !r.webSocket {
			a.placeRule(r, rule, m, true)
		}
	}
}

func (a *App) placeRule(r *Route, text string, m *mount, webSocket bool) {
	e := &endpoint{route: r, mount: m, rule: text, view: r.view, name: r.name, webSocket: webSocket}
	if e.name == "" {
		e.name = strings.Join(r.methods, ",") + " " + r.rule
	}
	defaults := r.defaults
	if m != nil {
		e.rule = joinRule(m.prefix, text)
		e.name = m.name + "." + e.name
		if len(m.defaults) > 0 {
			defaults = maps.Clone(m.defaults)
			maps.Copy(defaults, r.defaults)
		}
	}
	if other, taken := a.endpoints[e.name]; taken && other.route != r && !r.alias && !sameView(other.route, r) {
		panic(fmt.Sprintf("dewar: route %q at %s: the endpoint %q belongs to the route %q at %s already; give one of them another Name", r.rule, r.location, e.name, other.route.rule, other.route.location))
	}
	rule := routing.Rule{
		Rule: e.rule, Endpoint: e.name, Methods: slices.Clone(r.methods), Defaults: defaults,
		StrictSlashes: r.strict, MergeSlashes: r.merge, Alias: r.alias, BuildOnly: r.buildOnly,
		WebSocket: webSocket, RedirectTo: r.to, Data: e, Source: r.location,
	}
	if slices.Contains(r.methods, anyMethod) {
		rule.Methods = nil
	}
	a.placeHost(r, m, &rule)
	routed, err := a.routes.Add(rule)
	if err != nil {
		panic(fmt.Sprintf("dewar: route %q at %s: %v", e.rule, r.location, err))
	}
	e.routed = routed
	own := ownVariables(routed, text)
	if err := checkTypes(r, own); err != nil {
		panic(err.Error())
	}
	for _, v := range own {
		e.args = append(e.args, slices.IndexFunc(routed.Variables(), func(o routing.Variable) bool { return o.Name == v.Name }))
	}
	if _, taken := a.endpoints[e.name]; !taken {
		a.endpoints[e.name] = e
	}
	r.mounts = append(r.mounts, e)
	a.placed = append(a.placed, e)
}

// anyHost is the host of a rule that names none where hosts are matched.
const (
	anyHost         = "<_host>"
	anyHostVariable = "_host"
)

// placeHost sets a rule's host or subdomain: the route's own, or that of the
// innermost blueprint that has one; subdomains of blueprints are joined.
func (a *App) placeHost(r *Route, m *mount, rule *routing.Rule) {
	rule.Host, rule.Subdomain = r.host, r.subdomain
	m.addHost(rule)
	if rule.Host != "" && !a.cfg.HostMatching {
		panic(fmt.Sprintf("dewar: route %q at %s: Host needs Config.HostMatching", r.rule, r.location))
	}
	if rule.Subdomain != "" && !a.cfg.SubdomainMatching {
		panic(fmt.Sprintf("dewar: route %q at %s: Subdomain needs Config.SubdomainMatching and Config.ServerName", r.rule, r.location))
	}
	if a.cfg.HostMatching && rule.Host == "" {
		rule.Host = anyHost
	}
}

// addHost sets the host of the innermost blueprint that has one, and adds the
// blueprints' subdomains.
func (m *mount) addHost(rule *routing.Rule) {
	for ; m != nil; m = m.parent {
		if rule.Host == "" {
			rule.Host = m.host()
		}
		rule.Subdomain = strings.Trim(rule.Subdomain+"."+m.subdomain(), ".")
	}
}

// ownVariables are the variables of the rule as the route wrote it, without
// those of prefix and host: its last ones that occur in its own text.
func ownVariables(rule *routing.Rule, text string) []routing.Variable {
	var own []routing.Variable
	for _, v := range rule.Variables() {
		if mentions(text, v.Name) {
			own = append(own, v)
		}
	}
	return own
}

// mentions reports whether a rule's text holds the variable <name>.
func mentions(rule, name string) bool {
	for _, part := range strings.Split(rule, "<")[1:] {
		inner, _, _ := strings.Cut(part, ">")
		if i := strings.LastIndexByte(inner, ':'); i >= 0 {
			inner = inner[i+1:]
		}
		if inner == name {
			return true
		}
	}
	return false
}

// sameView reports whether two routes are one function of one name, which may
// have several rules.
func sameView(a, b *Route) bool {
	return a.name != "" && a.name == b.name && a.scope == b.scope && a.function == b.function
}

// compile gathers what a request needs.
func (a *App) compile(e *endpoint) error {
	e.scopes = a.scopesOf(e.mount)
	e.before, e.after, e.teardown, e.guards, e.processors, e.preprocess, e.defaults = nil, nil, nil, nil, nil, nil, nil
	e.maxBody, e.api = a.cfg.MaxContentLength, e.mount.api()
	if e.route != nil {
		if e.route.maxBody > 0 {
			e.maxBody = e.route.maxBody
		}
		e.api, e.static = e.api || e.route.api, e.route.static != nil
	}
	var wraps []Middleware
	for _, s := range slices.Backward(e.scopes) {
		e.before = append(e.before, s.hooks.before...)
		e.preprocess = append(e.preprocess, s.hooks.preprocess...)
		e.defaults = append(e.defaults, s.hooks.urlDefaults...)
		e.guards = append(e.guards, s.guards...)
		e.processors = append(e.processors, s.templates.processors...)
		wraps = append(wraps, s.wraps...)
	}
	for _, s := range e.scopes {
		for _, f := range slices.Backward(s.hooks.after) {
			e.after = append(e.after, f)
		}
		for _, f := range slices.Backward(s.hooks.teardown) {
			e.teardown = append(e.teardown, f)
		}
	}
	if e.route != nil {
		e.guards = append(e.guards, e.route.guards...)
		wraps = append(wraps, e.route.wraps...)
		if e.static && !slices.ContainsFunc(e.guards, func(g Guard) bool { return g.Stage() > StageSession }) {
			// A file for everybody needs no user; one that is guarded does.
			e.guards = slices.DeleteFunc(e.guards, func(g Guard) bool { return g.Stage() == StageSession })
		}
		if !e.static {
			// First in their stages: guards of the application may count on them.
			e.guards = slices.Insert(e.guards, 0, Guard(sessionGuard{}))
			if !e.route.noCSRF {
				e.guards = slices.Insert(e.guards, 0, Guard(csrfGuard{}))
			}
		}
	} else {
		e.guards = slices.DeleteFunc(e.guards, func(g Guard) bool { return g.Stage() > StageLimit })
	}
	slices.SortStableFunc(e.guards, func(x, y Guard) int { return int(x.Stage()) - int(y.Stage()) })
	err := errors.Join(e.compileCORS(), a.compileHeaders(e))
	e.corsGuards = 0
	for _, g := range e.guards {
		if g.Stage() <= StageCORS {
			e.corsGuards++
		}
	}
	e.preflight = e.preflightEndpoint()
	if len(wraps) > 0 {
		e.chain = http.HandlerFunc(innermost)
		for _, wrap := range slices.Backward(wraps) {
			e.chain = wrap(e.chain)
		}
	}
	return err
}
