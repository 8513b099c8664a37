package dewar

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/dewar-go/dewar/internal/debugtrace"
	"github.com/dewar-go/dewar/internal/httpconn"
)

// Handler freezes the app and returns it as an http.Handler for a server of
// your own. All mistakes in configuration and templates come back as one error
// that lists them. Unless [Config.Loopback] is set, what is required of an app
// in the open is required here. The server around it sets its own timeouts;
// [App.Run] does so by itself.
func (a *App) Handler() (http.Handler, error) {
	if err := a.build(a.modeFor("")); err != nil {
		return nil, err
	}
	if err := a.openKeys(); err != nil {
		return nil, err
	}
	return handler{a}, nil
}

// ServeHTTP makes the app itself a handler: it builds at the first request and
// panics with what [App.Handler] would have returned as an error.
func (a *App) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h, err := a.Handler()
	if err != nil {
		panic(err)
	}
	h.ServeHTTP(w, r)
}

// handler is a built app.
type handler struct{ app *App }

// ServeHTTP is a request's whole life. The functions below stand in the order in
// which a request meets them; those of a stage with a file of its own are there:
// the gate in gate.go, the match in match.go, middleware in dispatch.go, error
// handlers in errorhandler.go, transactions in transaction.go, and the first byte
// in response.go.
func (h handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := &Context{app: h.app, at: h.app.rootFallback, r: r, base: r.Context(), start: time.Now()}
	c.admission.Began = c.start
	if !h.app.connections.Admit(r, &c.admission) {
		return
	}
	if h.app.cfg.Debug {
		c.beginTrace()
	}
	c.res.c, c.res.w, c.w = c, w, &c.res
	defer c.end()
	switch err := c.oneAnswer(guardPanic(c.enter)); {
	case err != nil:
		c.refuse(err)
	case c.wrote(): // a guard answered
		c.afterHooks()
	default:
		c.dispatch()
	}
	h.app.Signals.RequestFinished.Send(c)
	c.conclude()
}

// enter is the gate, the match and the guards.
func (c *Context) enter() error {
	if err := c.gate(); err != nil || c.wrote() {
		return err
	}
	c.find()
	c.admission.Named(c.at.rule)
	c.app.Signals.RequestStarted.Send(c)
	if err := c.upgrade(); err != nil {
		return err
	}
	c.limitBody()
	if err := c.guard(c.at.guards[:c.at.corsGuards]); err != nil || c.wrote() {
		return err
	}
	if err := c.preprocess(); err != nil || c.wrote() {
		return err
	}
	return c.guard(c.at.guards[c.at.corsGuards:])
}

// guard asks guards in their order, until one answers.
func (c *Context) guard(guards []Guard) error {
	c.state.set(guarding)
	for _, g := range guards {
		began := c.clock()
		err := g.Check(c)
		if c.debug.trace != nil {
			c.traced(debugtrace.Guard, g.Name(), began)
		}
		if err != nil || c.wrote() {
			return err
		}
	}
	c.state.unset(guarding)
	return nil
}

// preprocess shows the values of the rule to those who want to see them.
func (c *Context) preprocess() error {
	if c.match.Rule == nil || len(c.at.preprocess) == 0 {
		return nil
	}
	values := c.match.Values()
	for _, f := range c.at.preprocess {
		if err := f(c, values); err != nil || c.wrote() {
			return err
		}
	}
	return nil
}

// inner runs the before hooks, the view, the error handlers and the after hooks.
func (c *Context) inner() {
	if !c.behindMiddleware() {
		c.keepHeaders()
	}
	began := c.clock()
	err := c.oneAnswer(guardPanic(c.view))
	c.traced(debugtrace.View, c.at.name, began)
	if err != nil {
		if c.behindMiddleware() && c.wrote() {
			c.late = err // as in handleError
			return
		}
		c.answerError(err)
	}
	c.afterHooks()
}

// view runs the before hooks and the view.
func (c *Context) view() error {
	for _, f := range c.at.before {
		began := c.clock()
		err := f(c)
		c.traced(debugtrace.Hook, "before", began)
		if err != nil || c.wrote() {
			return err
		}
	}
	if len(c.at.before) > 0 {
		c.keepHeaders()
	}
	if err := c.at.view(c); err != nil {
		return err
	}
	if !c.wrote() && c.chosen == 0 {
		return fmt.Errorf("dewar: the view of %q returned without an answer; end it with c.Text, c.Render, c.NoContent or the like", c.at.name)
	}
	return c.refuseStale()
}

// keepHeaders remembers the headers that stand before the view: those of guards,
// middleware and before hooks, which an error page keeps while it drops the
// view's.
func (c *Context) keepHeaders() {
	h := c.w.Header()
	if c.behindMiddleware() && c.adopted.ownMap && c.headersBefore != nil {
		// The middleware adds the writer's map to the answer's, whose headers are kept
		// already.
		maps.Copy(c.headersBefore, h)
		return
	}
	c.headersBefore = nil
	if len(h) > 0 {
		c.headersBefore = maps.Clone(h)
	}
}

// answerError turns a view's error into an answer. Redirects and the automatic
// answer to OPTIONS are no failures.
func (c *Context) answerError(err error) {
	switch e := err.(type) {
	case *redirectError:
		c.redirect(e.location, e.code)
	case *methodError:
		if c.r.Method == http.MethodOptions {
			c.w.Header()["Allow"] = []string{e.allow()}
			c.w.WriteHeader(http.StatusOK)
			return
		}
		c.handleError(&HTTPError{
			Code: http.StatusMethodNotAllowed, Err: err, Header: http.Header{"Allow": {e.allow()}},
		})
	default:
		c.handleError(err)
	}
}

// refuse answers a request that did not get past gate and guards.
func (c *Context) refuse(err error) {
	var redirect *redirectError
	if errors.As(err, &redirect) {
		c.redirect(redirect.location, redirect.code)
		return
	}
	c.noteRefusal(err, c.state.has(guarding))
	var gate gateError
	if errors.As(err, &gate) {
		c.failed = err
		c.endConnection(c.res.Header())
		c.errorPage(gate.HTTPError)
		return
	}
	if !isSecondAnswer(err) { // its headers are not to leave
		c.keepHeaders()
	}
	c.answerError(asRefusal(err))
	c.afterHooks()
}

// endConnection has net/http end the connection behind the answer, so that nothing of
// this request is read as another. Over HTTP/2 nothing can be, and proxies share a
// connection between their clients. A request PRI may be the preface, over HTTP/1.
func (c *Context) endConnection(h http.Header) {
	if c.r.ProtoMajor != 2 || c.r.Method == "PRI" {
		h["Connection"] = []string{"close"}
	}
}

// afterHooks runs what follows the view. One that fails turns the answer into
// an error page; the others then have seen the answer they were for.
func (c *Context) afterHooks() {
	c.state.set(hooksRan)
	c.debug.trace.Headers("view", c.w.Header())
	for _, list := range [2][]func(*Context) error{c.afterThis, c.at.after} {
		for _, f := range list {
			began := c.clock()
			err := c.oneAnswer(guardPanic(func() error { return f(c) }))
			c.traced(debugtrace.Hook, "after", began)
			if err != nil {
				c.handleError(err)
				return
			}
		}
	}
	c.debug.trace.Headers("after hooks", c.w.Header())
}

// conclude is the commit stage and the first byte. A session that lives in its
// cookie is written before the commit: it may be too large, and then nothing
// must have been committed.
func (c *Context) conclude() {
	began := c.clock()
	if err := c.oneAnswer(nil); err != nil { // of a receiver of a signal
		c.handleError(err)
	}
	if len(c.transactions) > 0 && c.app.sessionInCookie && !c.res.sent() {
		if err := c.saveSession(c.res.Header()); err != nil {
			c.state.set(sessionDropped)
			c.handleError(err)
		}
	}
	if err := c.endTransactions(); err != nil {
		c.state.set(sessionDropped)
		c.handleError(err)
	}
	c.traced(debugtrace.Commit, "commit", began)
	if err := c.res.finish(); err != nil && !c.res.sent() {
		// The session could not be saved: say so instead of answering as if.
		c.state.set(sessionDropped)
		c.handleError(err)
		_ = c.res.finish()
	}
}

// end runs whatever happened: teardown, log line, buffers.
func (c *Context) end() {
	panicked := recover()
	if panicked != nil && panicked != http.ErrAbortHandler {
		// Outside every hook and view: a signal's receiver, or a mistake here.
		c.failed = &PanicError{Value: panicked, Stack: debug.Stack()}
		c.logError(c.failed, "")
	}
	if len(c.transactions) > 0 {
		list := c.transactions
		c.transactions = nil
		c.rollback(list)
	}
	if c.onAnswer != nil {
		c.onAnswer(Answer{}) // it was not seen
		c.onAnswer = nil
	}
	slow := len(c.at.teardown) > 0 || c.app.Signals.RequestTearingDown.connected()
	if slow {
		c.res.suspendDeadline()
	}
	if err := guardPanic(func() error { c.app.Signals.RequestTearingDown.Send(c); return nil }); err != nil {
		c.logError(err, "a receiver of RequestTearingDown failed")
	}
	for _, f := range c.at.teardown {
		if err := guardPanic(func() error { f(c, c.failed); return nil }); err != nil {
			c.logError(err, "teardown failed")
		}
	}
	if err := c.given.second; err != nil {
		c.logError(err, "answered after the answer was out")
	}
	c.noteLostSession()
	c.form.close()
	c.dropForm(c.r)
	c.endBody()
	if slow {
		c.res.restartDeadline()
	}
	if c.res.paced != nil {
		c.res.paced.Finish()
	}
	httpconn.DropDeadlines(c.base, c.res.w, c.r.ProtoMajor)
	c.logRequest()
	c.endEntry()
	c.endStream()
	c.admission.Done(c.r)
	c.res.body.Release()
	if panicked != nil {
		panic(http.ErrAbortHandler)
	}
}
