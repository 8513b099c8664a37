package dewar

import (
	"bufio"
	"context"
	"errors"
	"io"
	"maps"
	"net"
	"net/http"
	"reflect"
	"sync/atomic"
)

// The stations of the inner part of a request behind middleware.
const (
	notReached int32 = iota
	inside
	left
	abandoned // the middleware returned while the view still ran
	missed    // the middleware returned before the view was reached, and it may still call it
)

// errAbandoned is what became of a request whose middleware did not wait.
var errAbandoned = errors.New("dewar: middleware returned before the view did, as http.TimeoutHandler does; its transactions are rolled back and its session is not saved")

// dispatch runs what stands between guards and commit.
//
// Middleware may run the view in another goroutine, beside its own. While the chain
// runs, the Context belongs to the view and c.res to the middleware: the view reaches
// c.res through what the middleware made of it, c.w, and in no other way.
func (c *Context) dispatch() {
	if c.at.chain == nil {
		c.inner()
		return
	}
	passedIn := c.r
	passed := passedIn.WithContext(withContext(passedIn.Context(), c))
	c.chained = true
	c.headers = c.res.Header()
	if len(c.headers) > 0 {
		c.headersBefore = maps.Clone(c.headers) // of guards; the view looks at its writer's only
	}
	err := guardPanic(func() error { c.at.chain.ServeHTTP(&c.res, passed); return nil })
	if !c.station.CompareAndSwap(notReached, missed) && c.station.Load() == inside && c.awaitView(err == nil) {
		c.state.set(sessionDropped)
		if err == nil {
			err = errAbandoned
		}
	}
	c.r, c.w, c.chained = passedIn, &c.res, false
	switch {
	case err == errAbandoned && c.res.sent():
		c.failed = err
		c.logError(err, "view abandoned")
	case err != nil:
		c.handleError(err)
	case c.late != nil:
		c.answerError(c.late)
		if !c.state.has(hooksRan) {
			c.afterHooks()
		}
	}
}

// awaitView sends what the middleware has answered, unless the middleware failed, and
// then waits for the view. So nothing of the request is used again or given back while
// the view may reach it. It returns false when the view has left meanwhile. Ending the
// view's context is up to the middleware: http.TimeoutHandler does it.
func (c *Context) awaitView(send bool) bool {
	c.viewLeft = make(chan struct{})
	if !c.station.CompareAndSwap(inside, abandoned) {
		return false
	}
	if send {
		c.res.sendWithoutView()
	}
	<-c.viewLeft
	return true
}

// innermost is where a chain of middleware ends: the Context adopts the w and r
// that arrive, so that what middleware wrapped stays wrapped.
func innermost(w http.ResponseWriter, r *http.Request) {
	c, ok := FromRequest(r)
	if !ok {
		panic("dewar: middleware passed on a request with another context.Context; derive it from the request's own")
	}
	if !c.station.CompareAndSwap(notReached, inside) {
		if c.station.Load() == missed {
			return // the request is over
		}
		panic("dewar: middleware called the next handler twice, or after it had returned")
	}
	defer func() {
		if !c.station.CompareAndSwap(inside, left) {
			close(c.viewLeft)
		}
	}()
	// A writer with a header map of its own may be used beside the answer, by a middleware
	// that does not wait: then nothing of the answer is looked at.
	ownMap := reflect.ValueOf(w.Header()).Pointer() != reflect.ValueOf(c.headers).Pointer()
	c.begun = !ownMap && c.wrote()
	c.adopted = middlewareWriter{c: c, w: w, ownMap: ownMap}
	c.r, c.w = r, &c.adopted
	if !c.begun { // not a middleware that answered and goes on
		c.keepHeaders()
	}
	c.inner()
	c.dropForm(r)
}

// behindMiddleware reports whether the view writes to a middleware's writer.
func (c *Context) behindMiddleware() bool { return c.w != http.ResponseWriter(&c.res) }

// wrote reports whether an answer was begun.
func (c *Context) wrote() bool {
	if c.behindMiddleware() {
		return c.begun || c.adopted.wrote
	}
	return c.res.statusSet || c.res.sent() || c.adopted.wrote
}

// flushed reports whether a part of the answer has left the buffer.
func (c *Context) flushed() bool {
	if c.behindMiddleware() {
		return c.adopted.flushed
	}
	return c.res.sent()
}

// dropForm removes the temporary files of a form that somebody parsed with
// net/http's own methods: it removes those of the original request only.
func (c *Context) dropForm(r *http.Request) {
	if r.MultipartForm != nil && r.MultipartForm != c.form.whole {
		_ = r.MultipartForm.RemoveAll()
	}
}

// station is where the inner part of a request is; see the constants.
type station = atomic.Int32

// withContext puts the Context where middleware's inner handler finds it.
func withContext(parent context.Context, c *Context) context.Context {
	return context.WithValue(parent, contextKey{}, c)
}

// Between a chain of middleware and the view stands one struct: the writer that
// the middleware made, with a note of whether anything was written to it. A
// wrapper may hold an answer back, so the Context's own writer cannot tell.
type middlewareWriter struct {
	c       *Context
	w       http.ResponseWriter
	wrote   bool
	flushed bool // by Flush, or by what leaves the buffer like it
	ownMap  bool // its header map is not the answer's
}

// Header is the middleware's header map.
func (a *middlewareWriter) Header() http.Header { return a.w.Header() }

// WriteHeader passes the status on.
func (a *middlewareWriter) WriteHeader(code int) {
	checkStatus(code)
	if a.c.given.whole {
		_ = a.c.answeredTwice()
		return
	}
	if code >= 200 || code == http.StatusSwitchingProtocols {
		a.wrote = true
	}
	a.w.WriteHeader(code)
}

// Write passes a piece of the body on.
func (a *middlewareWriter) Write(p []byte) (int, error) {
	if a.c.given.whole {
		return 0, a.c.answeredTwice()
	}
	a.wrote = true
	return a.w.Write(p)
}

// ReadFrom lets a middleware that can hand a file to the kernel do so.
func (a *middlewareWriter) ReadFrom(src io.Reader) (int64, error) {
	if a.c.given.whole {
		return 0, a.c.answeredTwice()
	}
	a.wrote, a.flushed = true, true
	return io.Copy(a.w, src)
}

// Flush sends what there is, as far as the middleware passes it on.
func (a *middlewareWriter) Flush() { _ = a.FlushError() }

// FlushError is Flush with its error.
func (a *middlewareWriter) FlushError() error {
	a.wrote, a.flushed = true, true
	return http.NewResponseController(a.w).Flush()
}

// Hijack hands the connection over.
func (a *middlewareWriter) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	a.wrote, a.flushed = true, true
	return http.NewResponseController(a.w).Hijack()
}

// Unwrap lets http.ResponseController reach the writers below.
func (a *middlewareWriter) Unwrap() http.ResponseWriter { return a.w }
