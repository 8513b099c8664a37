package dewar

import (
	"slices"

	"github.com/dewar-go/dewar/routing"
)

// RouteInfo describes a registered route, for listings and checks.
type RouteInfo struct {
	// Endpoint is the route's full name, such as "auth.login".
	Endpoint string
	// Rule is the whole rule, prefixes included; Host its host or subdomain
	// when it is bound to one.
	Rule, Host string
	// Methods are the methods it answers, HEAD included where GET is; empty
	// means every method.
	Methods []string
	// Guards are the names of the guards in the order in which they run.
	Guards []string
	// Permission is set where a guard of StagePermission decides who may.
	Permission bool
	// API, Static, WebSocket, InsecureNoCSRF and InsecureStaleToken say what the route is marked as.
	API, Static, WebSocket, InsecureNoCSRF, InsecureStaleToken bool
	// BuildOnly is set for [App.BuildOnly]: nothing is served here.
	BuildOnly bool
	// RedirectTo is where [App.RedirectRule] leads, "" for any other route.
	RedirectTo string
	// MaxBody bounds its request body in bytes.
	MaxBody int64
	// Source is where it was registered, as "file.go:12".
	Source string
}

// Routes lists the routes in the order of their registration. It may be called
// before the app serves: what is registered later is not in the list.
func (a *App) Routes() []RouteInfo {
	a.placeOpenRoutes()
	list := make([]RouteInfo, 0, len(a.placed))
	for _, placed := range a.placed {
		if placed.webSocket && !placed.route.webSocket {
			continue // a mounted handler's second rule
		}
		e := *placed
		_ = a.compile(&e) // what is wrong is said at the start
		list = append(list, e.info())
	}
	return list
}

func (e *endpoint) info() RouteInfo {
	r := e.route
	info := RouteInfo{
		Endpoint: e.name, Rule: e.rule, Host: hostOf(e.routed), API: e.api, Static: e.static,
		WebSocket: r.webSocket, InsecureNoCSRF: r.noCSRF, InsecureStaleToken: r.stale, BuildOnly: r.buildOnly, MaxBody: e.maxBody, Source: r.location,
	}
	info.RedirectTo, _ = r.to.(string)
	if r.buildOnly || r.to != nil {
		return info // no method and no guard is asked
	}
	if e.routed.Methods != nil {
		info.Methods = e.routed.Allowed()
		slices.Sort(info.Methods)
	}
	for _, g := range e.guards {
		info.Guards = append(info.Guards, g.Name())
		info.Permission = info.Permission || g.Stage() == StagePermission
	}
	return info
}

// hostOf is what a rule says of hosts, "" when it serves all.
func hostOf(r *routing.Rule) string {
	switch {
	case r.Host == anyHost:
		return ""
	case r.Host != "":
		return r.Host
	}
	return r.Subdomain
}
