package dewar

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"github.com/dewar-go/dewar/routing"
)

// ownPaths reports whether the registration, or one around it, keeps the paths of
// its rules for itself.
func (m *mount) ownPaths() bool {
	for ; m != nil; m = m.parent {
		if m.bp.opts.OwnPaths {
			return true
		}
	}
	return false
}

// owned reports whether the path of a request, which no rule takes as it is, has a
// rule that keeps it from the fallback: for another method, a handshake, or but for
// slashes, which the other application may see through.
func (f *Fallback) owned(c *Context) bool {
	if !f.keeps {
		return false
	}
	merged := mergeSlashes(c.path)
	for _, path := range [...]string{c.path, merged, merged + "/", strings.TrimRight(merged, "/")} {
		for _, ws := range [...]bool{false, true} {
			if path != "" && f.ownedAs(c, path, ws) {
				return true
			}
		}
	}
	return false
}

func (f *Fallback) ownedAs(c *Context, path string, ws bool) bool {
	var m routing.Match
	match := func(method string) error {
		return f.app.routes.Match(&m, routing.Request{
			Bind: routing.Bind{ServerName: f.app.subdomainsOf(), URLScheme: c.origin.Scheme, ScriptName: c.origin.Prefix},
			Host: c.origin.Host, Path: path, Method: method, WebSocket: ws, PlainHTTP: !ws,
		})
	}
	owns := func() bool { return f.ownPaths || m.Rule.Data.(*endpoint).mount.ownPaths() }
	err := match("--") // no rule's, so that all methods are named
	var method *routing.MethodNotAllowed
	if !errors.As(err, &method) {
		return err == nil && owns()
	}
	return slices.ContainsFunc(method.ValidMethods, func(name string) bool { return match(name) == nil && owns() })
}

// A passage is a guarded path that the fallback gets by other methods.
type passage struct{ rule, methods, guards, source string }

// passages lists them in the order of their rules.
func (a *App) passages() []passage {
	if a.proxy == nil || a.proxy.ownPaths {
		return nil
	}
	type path struct {
		methods, guards []string
		any, own        bool
		source          string
	}
	paths := map[string]*path{}
	var order []string
	for _, e := range a.placed {
		if e.route.buildOnly || e.webSocket && !e.route.webSocket {
			continue
		}
		rule := hostOf(e.routed) + e.rule
		p := paths[rule]
		if p == nil {
			p = &path{source: e.route.location}
			paths[rule], order = p, append(order, rule)
		}
		p.own = p.own || e.mount.ownPaths()
		p.any = p.any || e.routed.Methods == nil
		p.methods = append(p.methods, e.routed.Allowed()...)
		for _, g := range e.guards {
			if g.Stage() > StageLimit && g != Guard(csrfGuard{}) && g != Guard(sessionGuard{}) && !slices.Contains(p.guards, g.Name()) {
				p.guards = append(p.guards, g.Name())
			}
		}
	}
	var list []passage
	for _, rule := range order {
		p := paths[rule]
		if len(p.guards) == 0 || p.own || p.any {
			continue
		}
		slices.Sort(p.methods)
		list = append(list, passage{rule, strings.Join(slices.Compact(p.methods), ", "), strings.Join(p.guards, ", "), p.source})
	}
	return list
}

// logPassages says at the start which guarded paths the fallback gets as well.
func (a *App) logPassages() {
	list := a.passages()
	if len(list) == 0 {
		return
	}
	var rules []string
	for _, p := range list {
		rules = append(rules, fmt.Sprintf("%s (guarded here for %s by %s)", p.rule, p.methods, p.guards))
	}
	a.log.LogAttrs(context.Background(), slog.LevelWarn,
		"other methods and WebSocket handshakes of these paths go to the fallback, past their guards; OwnPaths of a blueprint or of the fallback keeps them here",
		slog.Any("paths", rules))
}

// passageFindings are the same for the check.
func (a *App) passageFindings() (list []Finding) {
	for _, p := range a.passages() {
		list = append(list, Finding{
			ID: "fallback-methods", Severity: SeverityNote, Subject: "route " + p.rule, Source: p.source,
			Message: fmt.Sprintf("guarded by %s for %s; any other method, and a WebSocket handshake, goes to the fallback without", p.guards, p.methods),
			Remedy:  "set OwnPaths of its blueprint or of the fallback, unless the other application guards the path itself",
		})
	}
	return list
}

// originGuard keeps the WebSocket handshakes of other sites from the fallback: a
// browser sends them with cookies, and many applications do not look at the Origin
// (CVE-2019-13611).
type originGuard struct{}

func (originGuard) Stage() Stage { return StageCSRF }
func (originGuard) Name() string { return "origin" }

func (originGuard) Check(c *Context) error {
	if !isWebSocket(c.r) {
		return nil
	}
	return asRefusal(c.app.csrf.CheckOrigin(c.r, c.origin))
}
