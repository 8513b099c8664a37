package dewar

import (
	"cmp"
	"fmt"
	"io/fs"
	"maps"
	"strings"
)

// A Blueprint is a part of an application: routes with their hooks, guards,
// templates and static files under one prefix, as Flask's. It does nothing until
// an app or another blueprint registers it, and it may be registered several
// times under different names.
type Blueprint struct {
	scope scope
	name  string
	opts  BlueprintOptions
}

// BlueprintOptions are a blueprint's settings.
type BlueprintOptions struct {
	// Prefix precedes every rule of the blueprint, such as "/auth". It may hold
	// variables. Default: none.
	Prefix string
	// Templates is searched after the app's own templates, in the order in
	// which blueprints are registered.
	Templates fs.FS
	// Static holds files served below the prefix and StaticURL, under the
	// endpoint "<blueprint>.static".
	Static fs.FS
	// StaticURL is where the static files are, "/static" when empty. A
	// blueprint with static files needs a Prefix or a StaticURL of its own,
	// or the app's static files would stand in their way.
	StaticURL string
	// Host restricts the blueprint's routes to a host; see [Route.Host].
	Host string
	// Subdomain restricts the blueprint's routes to a subdomain; see
	// [Route.Subdomain]. A blueprint within this one has its own before it.
	Subdomain string
	// Defaults gives values for variables to all its routes.
	Defaults map[string]any
	// API marks all its routes, and those of blueprints within it, as ones for
	// programs; see [Route.API]. It holds for paths below the prefix that no
	// rule matches as well. Default: false.
	API bool
	// OwnPaths keeps the paths of its rules, and of those of blueprints within it,
	// from [App.Fallback]: a method that no rule of a path takes is answered with
	// 405 here, and a WebSocket handshake with 400. Otherwise they reach the other
	// application past the guards of the path. Default: false.
	OwnPaths bool
}

// NewBlueprint makes a blueprint. Its name joins those of its routes
// ("auth.login"); it must not be empty nor hold a dot, and NewBlueprint panics
// otherwise.
func NewBlueprint(name string, opts BlueprintOptions) *Blueprint {
	checkBlueprint(name, opts.Prefix, callerLocation())
	b := &Blueprint{name: name, opts: opts}
	b.scope.bp = b
	if opts.Static != nil {
		addStatic(&b.scope, opts.StaticURL, opts.Static)
	}
	return b
}

func checkBlueprint(name, prefix, loc string) {
	if name == "" || strings.Contains(name, ".") {
		panic(fmt.Sprintf("dewar: blueprint %q at %s: a name must not be empty nor hold a dot", name, loc))
	}
	if prefix != "" && prefix[0] != '/' {
		panic(fmt.Sprintf("dewar: blueprint %q at %s: the prefix %q must start with a slash", name, loc, prefix))
	}
}

// Wrap adds middleware around the blueprint's views, inside the app's. The
// first one given is the outermost.
func (b *Blueprint) Wrap(list ...Middleware) { b.scope.wrap(list, callerLocation()) }

// Register registers a blueprint with the app, under another name or prefix where
// a [Mount] says so. From then on the blueprint can no longer be changed. A name
// that is registered already panics.
func (a *App) Register(b *Blueprint, how ...Mount) {
	a.root.register(b, mountOf(how), callerLocation())
}

// Register registers a blueprint within this one: its prefix comes after this
// one's, and its name is joined to this one's with a dot.
func (b *Blueprint) Register(inner *Blueprint, how ...Mount) {
	b.scope.register(inner, mountOf(how), callerLocation())
}

// mountOf is the one Mount that may be given.
func mountOf(how []Mount) Mount {
	switch len(how) {
	case 0:
		return Mount{}
	case 1:
		return how[0]
	}
	panic(fmt.Sprintf("dewar: Register at %s: one Mount at most; register the blueprint once for each", callerLocation()))
}

// A Mount says how a blueprint is registered. Empty fields leave the
// blueprint's own; API adds to it.
type Mount struct {
	Name      string
	Prefix    string
	Host      string
	Subdomain string
	Defaults  map[string]any
	API       bool
}

// api reports whether the registration, or one around it, is for programs.
func (m *mount) api() bool {
	for ; m != nil; m = m.parent {
		if m.how.API || m.bp.opts.API {
			return true
		}
	}
	return false
}

// host is the registration's host, the blueprint's own otherwise.
func (m *mount) host() string { return cmp.Or(m.how.Host, m.bp.opts.Host) }

// subdomain is the registration's subdomain, the blueprint's own otherwise.
func (m *mount) subdomain() string { return cmp.Or(m.how.Subdomain, m.bp.opts.Subdomain) }

// mount is one registration of a blueprint, with everything joined that
// belongs together once the way to the app is known.
type mount struct {
	bp       *Blueprint
	local    string // its own name
	how      Mount
	location string

	// Known once the way to the app is:
	parent   *mount
	name     string // dotted
	prefix   string
	defaults map[string]any
}

// within reports whether the registration is outer or stands within it.
func (m *mount) within(outer *mount) bool {
	for ; m != nil; m = m.parent {
		if m == outer {
			return true
		}
	}
	return false
}

func (s *scope) register(b *Blueprint, how Mount, loc string) {
	s.changing(fmt.Sprintf("Register(%q)", b.name), loc)
	m := &mount{bp: b, local: b.name, how: how, location: loc}
	if how.Name != "" {
		m.local = how.Name
	}
	checkBlueprint(m.local, how.Prefix, loc)
	for _, other := range s.nested {
		if other.local == m.local {
			same := "this"
			if other.bp != b {
				same = "a different"
			}
			panic(fmt.Sprintf("dewar: Register at %s: the name %q is already registered for %s blueprint at %s; give it another Name with a Mount", loc, m.local, same, other.location))
		}
	}
	if contains(b, s.bp) {
		panic(fmt.Sprintf("dewar: Register at %s: blueprint %q cannot be registered within itself", loc, b.name))
	}
	b.scope.frozen = "the blueprint was registered at " + loc
	s.nested = append(s.nested, m)
	if s.app != nil {
		s.app.placeOpenRoutes()
		s.app.attach(m, nil)
	}
}

// contains reports whether inner is b or stands within it.
func contains(b, inner *Blueprint) bool {
	if b == inner {
		return true
	}
	for _, m := range b.scope.nested {
		if contains(m.bp, inner) {
			return true
		}
	}
	return false
}

// attach joins a registration with its parents and puts its routes, and those
// of the blueprints within it, into the app's routing map.
func (a *App) attach(template *mount, parent *mount) {
	m := *template
	m.parent = parent
	m.name, m.prefix = m.local, m.bp.opts.Prefix
	if m.how.Prefix != "" {
		m.prefix = m.how.Prefix
	}
	m.defaults = map[string]any{}
	if parent != nil {
		m.name = parent.name + "." + m.local
		m.prefix = joinRule(parent.prefix, m.prefix)
		maps.Copy(m.defaults, parent.defaults)
	}
	maps.Copy(m.defaults, m.bp.opts.Defaults)
	maps.Copy(m.defaults, m.how.Defaults)
	a.mounts = append(a.mounts, &m)
	for _, r := range m.bp.scope.routes {
		a.place(r, &m)
	}
	for _, inner := range m.bp.scope.nested {
		a.attach(inner, &m)
	}
}

// joinRule joins a prefix and a rule with one slash; an empty rule is the
// prefix itself, as in Flask.
func joinRule(prefix, rule string) string {
	switch {
	case prefix == "":
		return rule
	case rule == "":
		return prefix
	}
	return strings.TrimRight(prefix, "/") + "/" + strings.TrimLeft(rule, "/")
}

// scopesOf lists a registration's scopes, innermost first, the app's last.
func (a *App) scopesOf(m *mount) []*scope {
	var list []*scope
	for ; m != nil; m = m.parent {
		list = append(list, &m.bp.scope)
	}
	return append(list, &a.root)
}
