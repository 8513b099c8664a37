package dewar

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/netip"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/dewar-go/dewar/internal/debugpage"
	"github.com/dewar-go/dewar/internal/debugtrace"
	"github.com/dewar-go/dewar/internal/spell"
	"github.com/dewar-go/dewar/jinja"
	"github.com/dewar-go/dewar/secure"
)

// debugging is what debug mode knows of a request.
type debugging struct {
	trace    *debugtrace.Record // nil outside debug mode
	local    bool               // whoever asks is on this machine
	entry    *debugpage.Entry   // of the toolbar
	rendered []RenderEvent
}

// beginTrace records the request in debug mode, and carries the record in its context to whatever adds to it.
func (c *Context) beginTrace() {
	c.debug.trace, c.debug.local = debugtrace.New(c.start), isLocal(c.r)
	c.base = debugtrace.With(c.base, c.debug.trace)
	c.r = c.r.WithContext(c.base)
}

// clock is the time at which a stage begins, for [Context.traced]. Outside debug mode nobody asks for it.
func (c *Context) clock() (now time.Time) {
	if c.debug.trace != nil {
		now = time.Now()
	}
	return now
}

// traced adds a stage that began at a time to the record.
func (c *Context) traced(kind, name string, began time.Time) {
	if c.debug.trace != nil {
		c.debug.trace.Add(debugtrace.Span{Kind: kind, Text: name, Took: time.Since(began)}, began)
	}
}

// isLocal reports whether the answer may hold what debug mode shows. Whoever asks must be on this machine, by the address
// of the connection and by the Host header, which a page of another site cannot choose (DNS rebinding); and no proxy may
// stand between, which would make anybody's request one of this machine. It is asked before the gate, which takes the
// headers of proxies away that nobody believes.
func isLocal(r *http.Request) bool {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil || !peer.Addr().Unmap().IsLoopback() || !isLoopbackHost(r.Host) || !r.ProtoAtLeast(1, 1) { // 1.0 is nginx's way
		return false
	}
	for name := range r.Header {
		if name == "Forwarded" || name == "Via" || name == "X-Real-Ip" || strings.HasPrefix(name, "X-Forwarded-") || strings.HasPrefix(name, "Cf-") {
			return false
		}
	}
	return true
}

// isLoopbackHost reports whether a Host header names this machine: localhost, a name below it, or a loopback address.
func isLoopbackHost(hostHeader string) bool {
	host, _, ok := secure.SplitHost(hostHeader)
	if addr, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil {
		return ok && addr.IsLoopback()
	}
	return ok && secure.IsLocalHost(host)
}

// debugReport gathers what the page of an error shows, without secrets.
func (c *Context) debugReport(he *HTTPError) *debugpage.Report {
	r := &debugpage.Report{
		Status: he.Code, Title: fmt.Sprintf("%d %s", he.Code, he.title()), Detail: he.Detail,
		Request: c.method() + " " + clip(c.shownPath()), Rule: c.at.rule, Endpoint: c.at.name, ID: c.RequestID(), Version: programVersion(),
	}
	if c.app.nonces {
		r.Nonce = c.Nonce()
	}
	if c.app.toolbar != nil {
		r.Base = c.origin.Prefix + debugPath
	}
	hide := c.hider()
	if he.Err != nil {
		r.Kind, r.Message = errorKind(he.Err), strings.TrimPrefix(hide("", withCause(he.Err)), "dewar: panic: ")
	}
	var p *PanicError
	var te *jinja.Error
	var missed *methodError
	switch {
	case errors.As(he.Err, &p):
		r.Frames = debugpage.ParseStack(p.Stack, packagePrefix+"handler.ServeHTTP")
	case errors.As(he.Err, &missed), he == c.matchErr:
		r.Rules = c.nearestRules()
	case c.at.route != nil:
		r.View = c.at.route.frame()
	}
	if errors.As(he.Err, &te) && te.Name != "" {
		r.Kind = te.Class
		r.Template = &debugpage.TemplatePlace{Name: te.Name, Line: te.Line, Source: debugpage.Excerpt(strings.NewReader(te.Source), te.Line, te.Column)}
		for _, site := range te.Chain {
			r.Template.Chain = append(r.Template.Chain, fmt.Sprintf("%s:%d", site.Name, site.Line))
		}
	}
	scrubFrames(r, hide)
	r.Tables = c.debugTables(hide)
	r.Spans, _ = c.debug.trace.Spans()
	for i := range r.Spans {
		r.Spans[i].Text, r.Spans[i].Err = hide("", r.Spans[i].Text), hide("", r.Spans[i].Err)
	}
	return r
}

// showDebug answers with the page of debug mode, or as text where a page was not asked for, such as by curl. It reports
// false when there is nothing to show beside the usual page, or nobody who may see it.
func (c *Context) showDebug(he *HTTPError) bool {
	if he.Err == nil && he != c.matchErr || !c.debug.local {
		return false
	}
	report := c.debugReport(he)
	kind, page := textHTML, []byte(nil)
	if strings.Contains(c.r.Header.Get("Accept"), "html") {
		page = report.HTML()
	} else {
		kind, page = textPlain, []byte(report.Text())
	}
	c.w.Header()["Content-Type"] = kind
	c.w.WriteHeader(he.Code)
	_, _ = c.w.Write(page) //nolint:gosec // escaped by its template, or text
	c.given.whole = true
	return true
}

// printStack shows a developer the stack below the line of the log: the program's own frames with their source.
func (c *Context) printStack(stack []byte) {
	fmt.Fprint(os.Stderr, c.scrub(debugpage.StackText(debugpage.ParseStack(stack, packagePrefix+"handler.ServeHTTP"))))
}

// scrubFrames takes secrets out of the sources: a program may have one written in it.
func scrubFrames(r *debugpage.Report, hide func(name, value string) string) {
	lists := [][]debugpage.SourceLine{}
	for i := range r.Frames {
		lists = append(lists, r.Frames[i].Source)
	}
	if r.View != nil {
		lists = append(lists, r.View.Source)
	}
	if r.Template != nil {
		lists = append(lists, r.Template.Source)
	}
	for _, list := range lists {
		for i := range list {
			list[i].Text = hide("", list[i].Text)
		}
	}
}

// hider returns the function that takes secrets out of a value: all of it when its name is that of one.
func (c *Context) hider() func(name, value string) string {
	secrets := c.secrets()
	return func(name, value string) string {
		if secure.SensitiveName(name) {
			return secure.Redacted
		}
		return secure.Redact(value, secrets...)
	}
}

// debugTables are the parts of the request and of the program.
func (c *Context) debugTables(hide func(name, value string) string) []debugpage.Table {
	request, query, form := debugpage.Table{Title: "Request", Open: true}, debugpage.Table{Title: "Query"}, debugpage.Table{Title: "Form"}
	request.Add("method", c.method())
	request.Add("URL", c.origin.Scheme+"://"+clip(c.origin.Host)+clip(c.shownPath()))
	request.Add("client", c.origin.Addr.String())
	var guards []string
	for _, g := range c.at.guards {
		guards = append(guards, g.Name())
	}
	request.Add("guards", strings.Join(guards, ", "))
	if c.user != "" {
		request.Add("user", c.user)
	}
	if c.match.Rule != nil {
		for _, v := range c.match.Values() {
			request.Add("<"+v.Name+">", hide(v.Name, debugpage.Format(v.Value)))
		}
	}
	_ = guardPanic(func() error { c.QueryValues(); return nil }) // one that is refused has no pairs
	for _, p := range c.form.queryPairs {
		query.Add(p.Name, hide(p.Name, p.Value))
	}
	if c.form.values != nil {
		for _, name := range slices.Sorted(maps.Keys(c.form.values)) {
			form.Add(name, hide(name, strings.Join(c.form.values[name], ", ")))
		}
	}
	return []debugpage.Table{request, query, form, c.sessionTable(hide), c.headerTable(hide)}
}

// sessionTable shows the session when the request has read it: to load it now could fail again.
func (c *Context) sessionTable(hide func(name, value string) string) debugpage.Table {
	t := debugpage.Table{Title: "Session"}
	if c.session != nil && c.session.Accessed() {
		for name, value := range c.session.All() {
			t.Add(name, hide(name, debugpage.Format(value)))
		}
	}
	return t
}

// headerTable shows the request's headers, and of those that tell who somebody is the names alone.
func (c *Context) headerTable(hide func(name, value string) string) debugpage.Table {
	t := debugpage.Table{Title: "Headers of the request"}
	for _, name := range slices.Sorted(maps.Keys(c.r.Header)) {
		value := strings.Join(c.r.Header[name], ", ")
		switch name {
		case "Cookie", "Authorization", "Proxy-Authorization":
			value = secure.Redacted
		}
		t.Add(name, hide(name, value))
	}
	return t
}

// nearestRules lists the rules for a page that is not there: those that its path resembles first.
func (c *Context) nearestRules() []debugpage.Rule {
	type near struct {
		distance int
		rule     debugpage.Rule
	}
	path := clip(c.path)
	var list []near
	for _, e := range c.app.placed {
		if e.route.static != nil || e.webSocket && !e.route.webSocket {
			continue
		}
		info := e.info()
		n := near{spell.Distance(path, e.rule), debugpage.Rule{Methods: strings.Join(info.Methods, " "), Rule: info.Host + e.rule, Endpoint: e.name}}
		if note := c.missedBy(e, path); note != "" {
			n.distance, n.rule.Note = -1, note
		}
		list = append(list, n)
	}
	slices.SortStableFunc(list, func(a, b near) int { return a.distance - b.distance })
	rules := make([]debugpage.Rule, len(list))
	for i, n := range list {
		rules[i] = n.rule
	}
	return rules
}

// missedBy says what keeps the request from a rule that it nearly reaches, "" when the rule is another one.
func (c *Context) missedBy(e *endpoint, path string) string {
	static := func(p string) bool { return e.rule == p }
	var method *methodError
	switch {
	case errors.As(c.matchErr, &method) && c.match.Rule == e.routed, errors.As(c.matchErr, &method) && static(path):
		return "exists for " + strings.Join(e.routed.Allowed(), ", ")
	case static(path + "/"):
		return "exists with a slash at the end"
	case static(strings.TrimSuffix(path, "/")):
		return "exists without the slash at the end"
	case static(path) && hostOf(e.routed) != "":
		return "exists on another host"
	}
	return ""
}

// frame is where the view is.
func (r *Route) frame() *debugpage.Frame {
	f := runtime.FuncForPC(r.function)
	if f == nil {
		return nil
	}
	file, line := f.FileLine(f.Entry())
	frame := debugpage.NewFrame(f.Name(), file, line)
	if !frame.Own {
		return nil
	}
	return &frame
}

// errorKind is the type of the error that caused another, without the layers that only add text.
func errorKind(err error) string {
	kind := ""
	for e := range wrapped(err) {
		switch t := fmt.Sprintf("%T", e); t {
		case "*fmt.wrapError", "*fmt.wrapErrors", "*dewar.trimmed":
		case "*dewar.PanicError":
			kind = "panic"
		default:
			return strings.TrimSpace(kind + " " + t)
		}
	}
	return cmp.Or(kind, fmt.Sprintf("%T", err))
}

// programVersion names the program with its commit, and Go.
func programVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return runtime.Version()
	}
	text := info.Main.Path + " " + info.Main.Version
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			text += " " + s.Value
		}
	}
	return strings.TrimSpace(text) + ", " + info.GoVersion
}
