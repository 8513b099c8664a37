package dewar

import (
	"errors"
	"net/http"
	"strings"

	"github.com/dewar-go/dewar/routing"
)

// unmatched finds the endpoints of requests that no rule matches: those of the
// app and those of the blueprints below whose prefix the path lies.
type unmatched struct {
	// prefixes holds the blueprints' prefixes as rules, with their hosts and
	// converters, so that a prefix means the same here as before a rule.
	prefixes  *routing.Map
	endpoints map[unmatchedKey]*endpoint
}

type unmatchedKey struct {
	mount *mount // nil: the app
	api   bool
}

// restVariable is what follows a prefix.
const restVariable = "_rest"

// buildUnmatched makes them.
func (a *App) buildUnmatched() error {
	var first error // the others say the same
	u := &a.unmatched
	u.endpoints = map[unmatchedKey]*endpoint{}
	u.prefixes = a.newMap()
	for _, m := range append([]*mount{nil}, a.mounts...) {
		for _, api := range []bool{false, true} {
			e := &endpoint{mount: m, view: func(c *Context) error { return c.matchErr }}
			if err := a.compile(e); err != nil && first == nil {
				first = err
			}
			e.api = api
			u.endpoints[unmatchedKey{m, api}] = e
		}
		if m != nil && m.prefix != "" {
			u.addPrefix(m, a.cfg.HostMatching)
		}
	}
	a.rootFallback = u.endpoints[unmatchedKey{}]
	return first
}

// addPrefix adds the rules of a blueprint's prefix. Of two blueprints with one
// prefix the first one registered has it. A prefix that makes no rule was
// reported where the first route below it was placed.
func (u *unmatched) addPrefix(m *mount, hosts bool) {
	lenient, apart := false, false
	for _, text := range []string{m.prefix, joinRule(m.prefix, "/<path:"+restVariable+">")} {
		rule := routing.Rule{Rule: text, Endpoint: m.name, Data: m, StrictSlashes: &lenient, MergeSlashes: &apart}
		m.addHost(&rule)
		if hosts && rule.Host == "" {
			rule.Host = anyHost
		}
		_, _ = u.prefixes.Add(rule)
	}
}

// unmatchedAt finds the endpoint that answers a request which the rules answered
// with err. That of another method's rule, when the path has one, says which
// blueprint it is and whether programs are meant. Otherwise it is the blueprint
// with the longest prefix on this host, the app when there is none. The
// variables of the prefix keep their values in c.match.
func (c *Context) unmatchedAt(err error) *endpoint {
	a := c.app
	var key unmatchedKey
	var method *routing.MethodNotAllowed
	var known *endpoint
	if errors.As(err, &method) && c.match.Rule != nil {
		known = c.match.Rule.Data.(*endpoint)
		key = unmatchedKey{known.mount, known.api}
	}
	path := mergeSlashes(c.path)
	if a.unmatched.prefixes.Match(&c.match, routing.Request{
		Bind: routing.Bind{ServerName: a.subdomainsOf(), URLScheme: c.origin.Scheme},
		Host: c.origin.Host, Path: path, Method: http.MethodGet, PlainHTTP: true,
	}) != nil {
		c.match.Rule = nil
		return a.unmatched.endpoints[key]
	}
	switch m := c.match.Rule.Data.(*mount); {
	case known == nil:
		key = unmatchedKey{m, m.api()}
	case !known.mount.within(m) && !m.within(known.mount):
		c.match.Rule = nil // the prefix of another blueprint: the values are not this one's
	}
	return a.unmatched.endpoints[key]
}

// mergeSlashes makes one slash of several.
func mergeSlashes(path string) string {
	if !strings.Contains(path, "//") {
		return path
	}
	b := make([]byte, 0, len(path))
	for i := range len(path) {
		if path[i] != '/' || i == 0 || path[i-1] != '/' {
			b = append(b, path[i])
		}
	}
	return string(b)
}
