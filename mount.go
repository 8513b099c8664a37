package dewar

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// Wrap makes a view of an http.Handler. The handler gets the answer's writer
// and the request as they are; http.ResponseController, Flush and Hijack work.
func Wrap(h http.Handler) View {
	return func(c *Context) error {
		if err := c.answering(); err != nil {
			return err
		}
		h.ServeHTTP(c.w, c.r)
		if !c.wrote() {
			c.w.WriteHeader(http.StatusOK) // a handler that writes nothing answers so
		}
		return c.answered(nil)
	}
}

// Mount serves an http.Handler for every path below a prefix and for every
// method. The handler sees the path without the prefix, as with
// http.StripPrefix, and it is the canonical one: decoded once, and the same that
// guards saw. Gate, guards, CSRF protection and headers are those of any route;
// WebSocket handshakes reach the handler as they do a route of [Route.WebSocket].
func (a *App) Mount(prefix string, h http.Handler) *Route {
	return a.root.mountHandler(prefix, h)
}

// Mount serves an http.Handler for every path below the blueprint's prefix and
// its own.
func (b *Blueprint) Mount(prefix string, h http.Handler) *Route {
	return b.scope.mountHandler(prefix, h)
}

func (s *scope) mountHandler(prefix string, h http.Handler) *Route {
	loc := callerLocation()
	if prefix == "" || prefix[0] != '/' || strings.ContainsAny(prefix, "<>") {
		panic(fmt.Sprintf("dewar: Mount(%q) at %s: the prefix must start with a slash and hold no variables", prefix, loc))
	}
	if h == nil {
		panic(fmt.Sprintf("dewar: Mount(%q) at %s: the handler is nil", prefix, loc))
	}
	prefix = strings.TrimRight(prefix, "/")
	serve := Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { h.ServeHTTP(w, r) }))
	view := func(c *Context) error {
		rest := ""
		if i, ok := c.match.Index("mounted"); ok {
			rest = c.match.Str(i)
		}
		inner := new(http.Request)
		*inner = *c.r
		inner.URL = &url.URL{Path: "/" + rest, RawQuery: c.r.URL.RawQuery, ForceQuery: c.r.URL.ForceQuery}
		outer := c.r
		c.r = inner
		defer func() {
			c.dropForm(inner)
			c.r = outer
		}()
		return serve(c)
	}
	r := s.add(prefix+"/<path:mounted>", view, view, nil, []string{anyMethod})
	r.name, r.mounted = "mount "+prefix, true
	r.also = []string{prefix + "/"}
	return r
}

// anyMethod stands for every method in a route's list.
const anyMethod = "*"
