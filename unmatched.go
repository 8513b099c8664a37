package dewar

import "strings"

// unmatched finds the endpoints of requests that no rule matches: those of the
// app and those of the blueprints below whose prefix the path lies.
type unmatched struct {
	endpoints map[unmatchedKey]*endpoint
}

type unmatchedKey struct {
	mount *mount // nil: the app
	api   bool
}

// buildUnmatched makes them.
func (a *App) buildUnmatched() {
	u := &a.unmatched
	u.endpoints = map[unmatchedKey]*endpoint{}
	for _, m := range append([]*mount{nil}, a.mounts...) {
		for _, api := range []bool{false, true} {
			e := &endpoint{mount: m, view: func(c *Context) error { return c.matchErr }}
			a.compile(e)
			e.api = api
			u.endpoints[unmatchedKey{m, api}] = e
		}
	}
	a.rootFallback = u.endpoints[unmatchedKey{}]
}

// fallback finds the endpoint that answers an unmatched path: that of the
// blueprint with the longest prefix the path lies below, the app's otherwise.
func (a *App) fallback(path string) *endpoint {
	best, length := a.rootFallback, 0
	for _, m := range a.mounts {
		if n := len(m.prefix); n > length && belowPrefix(path, m.prefix) {
			best, length = a.unmatched.endpoints[unmatchedKey{m, m.api()}], n
		}
	}
	return best
}

// belowPrefix reports whether path is prefix or lies below it. A variable in
// the prefix stands for one segment.
func belowPrefix(path, prefix string) bool {
	for {
		i := strings.IndexByte(prefix, '<')
		if i < 0 {
			prefix = strings.TrimRight(prefix, "/")
			rest, ok := strings.CutPrefix(path, prefix)
			return ok && (rest == "" || rest[0] == '/')
		}
		if len(path) < i || path[:i] != prefix[:i] {
			return false
		}
		path, prefix = path[i:], prefix[i:]
		if _, after, ok := strings.Cut(prefix, ">"); ok {
			prefix = after
		} else {
			return false
		}
		if j := strings.IndexByte(path, '/'); j >= 0 {
			path = path[j:]
		} else {
			path = ""
		}
	}
}
