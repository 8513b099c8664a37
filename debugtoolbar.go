package dewar

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/dewar-go/dewar/internal/debugpage"
	"github.com/dewar-go/dewar/internal/debugtrace"
	"github.com/dewar-go/dewar/markup"
	"github.com/dewar-go/dewar/secure"
)

// debugPath is where the toolbar's pages are, in debug mode.
const debugPath = "/-/debug/"

// A debugToolbar remembers requests and shows them.
type debugToolbar struct {
	at   *endpoint
	ring debugpage.Ring
}

// buildToolbar makes the toolbar, unless the app is not in debug mode or has turned it off.
func (a *App) buildToolbar() {
	if !a.cfg.Debug || a.cfg.NoDebugToolbar || a.mode != loopback {
		return
	}
	t := &debugToolbar{}
	t.at = &endpoint{name: "debug toolbar", rule: debugPath + "<path:request>", view: t.serve, headers: a.headers, headerSettings: a.cfg.Headers}
	a.toolbar = t
}

// takes reports whether a request is for the toolbar's pages: one that may not see them finds nothing there.
func (t *debugToolbar) takes(c *Context) bool {
	return t != nil && strings.HasPrefix(c.path, debugPath) && c.debug.local && (c.r.Method == http.MethodGet || c.r.Method == http.MethodHead)
}

// serve answers with the list of requests, one of them with a panel, or the script. There is nothing that takes input.
func (t *debugToolbar) serve(c *Context) error {
	name, panel, _ := strings.Cut(strings.TrimPrefix(c.path, debugPath), "/")
	c.w.Header()["Cache-Control"] = noStore
	base := c.origin.Prefix + debugPath
	switch name {
	case "":
		return c.Bytes(textHTML[0], t.ring.Index(c.Nonce(), base))
	case "toolbar.js":
		return c.Bytes(templateTypes[".js"][0], debugpage.Script)
	case "icon.svg":
		return c.Bytes(templateTypes[".svg"][0], debugpage.Icon)
	}
	e := t.ring.Get(name)
	if e == nil {
		return &HTTPError{Code: http.StatusNotFound, Detail: "This request is forgotten: the toolbar remembers the last 25."}
	}
	return c.Bytes(textHTML[0], e.Page(panel, c.Nonce(), base, t.ring.All()))
}

// remember keeps the request for the toolbar, and puts the bar on a complete page. It is called before the first byte of a
// buffered answer. A part of a page (htmx) and an answer to a program have the header X-Debug-Id alone.
func (c *Context) remember() {
	t := c.app.toolbar
	if t == nil || c.at == t.at || c.at.static || !c.debug.local {
		return
	}
	e := &debugpage.Entry{
		ID: debugpage.NewID(), Request: c.method() + " " + clip(c.shownPath()), Status: cmp.Or(c.res.status, c.chosen, http.StatusOK), Took: time.Since(c.start),
	}
	c.debug.entry = e
	h := c.res.Header()
	h["X-Debug-Id"] = []string{e.ID}
	if kind := h["Content-Type"]; len(kind) == 1 && secure.IsHTML(kind[0]) && c.r.Header["Hx-Request"] == nil && h["Content-Encoding"] == nil && bodyAllowed(e.Status) {
		base := c.origin.Prefix + debugPath
		nonce := ""
		if c.app.nonces {
			nonce = c.Nonce()
		}
		e.Spans, _ = c.debug.trace.Spans()
		script := markup.Format(`<script nonce="%s" src="%s" data-debug-base="%s" data-debug-id="%s" data-debug-summary="%s"></script>`,
			nonce, base+"toolbar.js", base, e.ID, e.Summary())
		if page, ok := debugpage.Insert(c.res.body.B, string(script)); ok {
			c.res.body.B = page
			delete(h, "Content-Length")
		}
		e.Spans = nil // endEntry takes the secrets out of them first
	}
	e.Panels = c.debugPanels()
	t.ring.Add(e)
}

// endEntry completes what the toolbar remembers, when the request has ended.
func (c *Context) endEntry() {
	if e := c.debug.entry; e != nil {
		spans, dropped := c.debug.trace.Spans()
		hide := c.hider()
		for i := range spans {
			spans[i].Text, spans[i].Err = hide("", spans[i].Text), hide("", spans[i].Err)
		}
		c.app.toolbar.ring.Complete(e, spans, dropped, time.Since(c.start))
	}
}

// debugPanels are the panels of this request. What they show is read when one is opened.
func (c *Context) debugPanels() []debugpage.Panel {
	hide := c.hider()
	tables := c.debugTables(hide)
	rendered := c.debug.rendered
	return []debugpage.Panel{
		{Name: "request", Title: "Request", Tables: func() []debugpage.Table { return tables[:3] }},
		{Name: "session", Title: "Session", Tables: func() []debugpage.Table { return tables[3:4] }},
		{Name: "headers", Title: "Headers", Tables: func() []debugpage.Table {
			answer := debugpage.Table{Title: "Headers of the answer, and what set them"}
			for _, h := range c.debug.trace.HeaderList() {
				value := h.Value
				if h.Name == "Set-Cookie" {
					value = secure.Redacted
				}
				answer.Add(h.Name, hide(h.Name, value)+"  ("+h.Origin+")")
			}
			return []debugpage.Table{answer, tables[4]}
		}},
		{Name: "templates", Title: "Templates", Tables: func() []debugpage.Table {
			var list []debugpage.Table
			for _, e := range rendered {
				t := debugpage.Table{Title: e.Template}
				for _, name := range slices.Sorted(maps.Keys(varsOf(e.Vars))) {
					t.Add(name, hide(name, debugpage.Format(varsOf(e.Vars)[name])))
				}
				list = append(list, t)
			}
			return list
		}},
		{Name: "routes", Title: "Routes", Tables: func() []debugpage.Table {
			t := debugpage.Table{Title: "Rules, those first that the path resembles"}
			for _, r := range c.nearestRules() {
				t.Add(strings.TrimSpace(r.Methods+" "+r.Rule), strings.TrimSpace(r.Endpoint+"  "+r.Note))
			}
			return []debugpage.Table{t}
		}},
		{Name: "config", Title: "Configuration", Tables: func() []debugpage.Table {
			t := debugpage.Table{Title: "Configuration, as templates see it"}
			for key, value := range c.app.settings.D.All() {
				name := debugpage.Format(key.Any())
				t.Add(name, hide(name, debugpage.Format(value.Any())))
			}
			return []debugpage.Table{t}
		}},
		{Name: "checks", Title: "Checks", Tables: func() []debugpage.Table {
			t := debugpage.Table{Title: "Findings of check"}
			for _, f := range c.app.Check() {
				t.Add(fmt.Sprintf("%s %s", f.Severity, f.ID), hide("", fmt.Sprintf("%s: %s. %s (%s)", f.Subject, f.Message, f.Remedy, f.Source)))
			}
			return []debugpage.Table{t}
		}},
	}
}

// traceLog is a log handler that adds a request's lines to its record.
type traceLog struct {
	slog.Handler
	trace *debugtrace.Record
}

// Enabled takes every line: the toolbar shows those too that the log leaves out.
func (h traceLog) Enabled(context.Context, slog.Level) bool { return true }

// Handle adds a line, and hands it on where the log wants it.
func (h traceLog) Handle(ctx context.Context, r slog.Record) error {
	text := r.Level.String() + " " + r.Message
	r.Attrs(func(a slog.Attr) bool {
		text += " " + secure.RedactAttr(nil, a).String()
		return true
	})
	h.trace.Add(debugtrace.Span{Kind: debugtrace.Log, Text: text}, time.Now())
	if !h.Handler.Enabled(ctx, r.Level) {
		return nil
	}
	return h.Handler.Handle(ctx, r)
}

// WithAttrs and WithGroup keep the record.
func (h traceLog) WithAttrs(attrs []slog.Attr) slog.Handler {
	return traceLog{h.Handler.WithAttrs(attrs), h.trace}
}

func (h traceLog) WithGroup(name string) slog.Handler {
	return traceLog{h.Handler.WithGroup(name), h.trace}
}

// varsOf are the variables of a render by their names.
func varsOf(vars any) map[string]any {
	if m, ok := vars.(Vars); ok {
		return m
	}
	if vars == nil {
		return nil
	}
	return map[string]any{fmt.Sprintf("%T", vars): vars}
}
