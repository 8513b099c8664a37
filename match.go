package dewar

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/dewar-go/dewar/routing"
)

// redirectError ends a view with a redirect that routing decided on.
type redirectError struct {
	location string
	code     int
}

func (e *redirectError) Error() string {
	return fmt.Sprintf("dewar: redirect to %s (%d)", e.location, e.code)
}

// methodError says that the path exists, but not for this method.
type methodError struct{ methods []string }

func (e *methodError) Error() string {
	return "dewar: the method is not among " + strings.Join(e.methods, ", ")
}

// allow is the Allow header: OPTIONS is always answered.
func (e *methodError) allow() string {
	list := slices.Clone(e.methods)
	if !slices.Contains(list, "OPTIONS") {
		list = append(list, "OPTIONS")
	}
	slices.Sort(list)
	return strings.Join(list, ", ")
}

// isWebSocket reports whether a request is a WebSocket handshake (RFC 6455,
// section 4.1). Upgrade is a list of protocols, each perhaps with a version (RFC
// 9110, section 7.8): whatever a handler might take for a handshake is one, so
// that its origin is checked.
func isWebSocket(r *http.Request) bool {
	if r.Header["Upgrade"] == nil || r.Method != http.MethodGet {
		return false
	}
	for _, line := range r.Header["Upgrade"] {
		for protocol := range strings.SplitSeq(line, ",") {
			name, _, _ := strings.Cut(protocol, "/")
			if strings.EqualFold(strings.TrimSpace(name), "websocket") {
				return true
			}
		}
	}
	return false
}

// subdomainsOf is the server whose subdomains are matched, "" for none.
func (a *App) subdomainsOf() string {
	if a.cfg.SubdomainMatching {
		return a.cfg.ServerName
	}
	return ""
}

// match finds the rule of a request. Where subdomains are matched, a host that is
// neither ServerName nor below it, its port included, has no rule, as in Flask.
func (a *App) match(m *routing.Match, r *routing.Request) error {
	if a.cfg.SubdomainMatching && !a.routes.BindHost(r.Bind, r.Host).Apex {
		return routing.ErrNotFound
	}
	return a.routes.MatchRequest(m, r)
}

// withContext puts the Context where middleware's inner handler finds it.
func withContext(parent context.Context, c *Context) context.Context {
	return context.WithValue(parent, contextKey{}, c)
}

// Param returns the converted value of a variable of the rule, those of
// prefixes and defaults included, or nil when there is none of that name.
func (c *Context) Param(name string) any {
	if i, ok := c.match.Index(name); ok {
		return c.match.Value(i)
	}
	if c.match.Rule != nil {
		if v, ok := c.match.Rule.Defaults[name]; ok {
			return v
		}
	}
	return nil
}

// Int returns the value of an <int:…> variable. It panics when the rule has no
// such variable: that is a mistake in the program, and a 500.
func (c *Context) Int(name string) int { return param[int](c, name) }

// Str returns the value of a variable whose converter gives a string.
func (c *Context) Str(name string) string { return param[string](c, name) }

// UUID returns the value of a <uuid:…> variable.
func (c *Context) UUID(name string) routing.UUID { return param[routing.UUID](c, name) }

func param[T any](c *Context, name string) T {
	v, ok := c.Param(name).(T)
	if !ok {
		panic(fmt.Sprintf("dewar: the rule %q has no variable %q of type %T", c.at.rule, name, v))
	}
	return v
}
