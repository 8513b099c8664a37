package dewar

import (
	"errors"
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

// find matches the path. When no rule matches, the innermost blueprint the path
// lies below answers, with its hooks and error handlers.
func (c *Context) find() {
	a := c.app
	if isPreflight(c.r) && c.findPreflight() {
		return
	}
	if a.toolbar.takes(c) {
		c.at = a.toolbar.at
		return
	}
	ws := isWebSocket(c.r)
	err := a.match(&c.match, &routing.Request{
		Bind: routing.Bind{ServerName: a.subdomainsOf(), URLScheme: c.origin.Scheme, ScriptName: c.origin.Prefix},
		Host: c.origin.Host, Path: c.path, Method: c.r.Method, Query: c.r.URL.RawQuery, WebSocket: ws, PlainHTTP: !ws,
	})
	if err == nil {
		c.at = c.match.Rule.Data.(*endpoint)
		return
	}
	if a.proxy != nil && a.proxy.takes(c, err) {
		c.at = a.proxy.at
		return
	}
	c.at = c.unmatchedAt(err)
	c.matchErr = c.noMatch(err)
}

// noMatch turns what the matcher said into what the view of an unmatched
// request returns.
func (c *Context) noMatch(err error) error {
	var redirect *routing.RequestRedirect
	var method *routing.MethodNotAllowed
	switch {
	case errors.As(err, &redirect):
		return &redirectError{redirect.NewURL, redirect.Code}
	case errors.As(err, &method):
		return &methodError{method.ValidMethods}
	case errors.Is(err, routing.ErrWebsocketMismatch), errors.Is(err, routing.ErrBadHost):
		return &HTTPError{Code: http.StatusBadRequest, Err: err}
	}
	return &HTTPError{Code: http.StatusNotFound}
}

// findPreflight finds what answers a preflight: the route that the request it
// announces would reach, when a CORS guard stands there. The path is the one that
// every other request is matched by (CVE-2020-25032, CVE-2024-6844,
// CVE-2024-6866).
func (c *Context) findPreflight() bool {
	err := c.app.match(&c.match, &routing.Request{
		Bind: routing.Bind{ServerName: c.app.subdomainsOf(), URLScheme: c.origin.Scheme, ScriptName: c.origin.Prefix},
		Host: c.origin.Host, Path: c.path, Method: c.r.Header["Access-Control-Request-Method"][0], Query: c.r.URL.RawQuery, PlainHTTP: true,
	})
	if err != nil {
		return false
	}
	at := c.match.Rule.Data.(*endpoint).preflight
	if at == nil {
		c.state.set(preflightWithoutCORS) // the route has no CORS, whatever stands around it
		return false
	}
	c.at = at
	return true
}
