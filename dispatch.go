package dewar

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"sync/atomic"
)

// The stations of the inner part of a request behind middleware.
const (
	notReached int32 = iota
	inside
	left
	abandoned // the middleware returned while the view still ran
)

// errAbandoned is what became of a request whose middleware did not wait.
var errAbandoned = errors.New("dewar: middleware returned before the view did, as http.TimeoutHandler does; its transactions are rolled back and its session is not saved")

// dispatch runs what stands between guards and commit.
func (c *Context) dispatch() {
	if c.at.chain == nil {
		c.inner()
		return
	}
	passedIn := c.r
	passed := passedIn.WithContext(withContext(passedIn.Context(), c))
	c.chained = true
	err := guardPanic(func() error { c.at.chain.ServeHTTP(&c.res, passed); return nil })
	if c.station.CompareAndSwap(inside, abandoned) {
		// The view runs on in another goroutine. What it shares with this one
		// is not touched any more.
		c.r, c.w, c.failed = passedIn, &c.res, errAbandoned
		c.state.set(sessionDropped)
		c.logError(errAbandoned, "view abandoned")
		return
	}
	c.r, c.w, c.chained = passedIn, &c.res, false
	if err != nil {
		c.handleError(err)
	}
}

// innermost is where a chain of middleware ends: the Context adopts the w and r
// that arrive, so that what middleware wrapped stays wrapped.
func innermost(w http.ResponseWriter, r *http.Request) {
	c, ok := FromRequest(r)
	if !ok {
		panic("dewar: middleware passed on a request with another context.Context; derive it from the request's own")
	}
	if !c.station.CompareAndSwap(notReached, inside) {
		panic("dewar: middleware called the next handler twice, or after it had returned")
	}
	c.adopted = middlewareWriter{c: c, w: w}
	c.r, c.w = r, &c.adopted
	c.inner()
	c.dropForm(r)
	c.station.CompareAndSwap(inside, left)
}

// behindMiddleware reports whether the view writes to a middleware's writer.
func (c *Context) behindMiddleware() bool { return c.w != http.ResponseWriter(&c.res) }

// wrote reports whether an answer was begun.
func (c *Context) wrote() bool { return c.res.statusSet || c.res.sent() || c.adopted.wrote }

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
	c     *Context
	w     http.ResponseWriter
	wrote bool
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
	a.wrote = true
	return io.Copy(a.w, src)
}

// Flush sends what there is, as far as the middleware passes it on.
func (a *middlewareWriter) Flush() { _ = a.FlushError() }

// FlushError is Flush with its error.
func (a *middlewareWriter) FlushError() error {
	a.wrote = true
	return http.NewResponseController(a.w).Flush()
}

// Hijack hands the connection over.
func (a *middlewareWriter) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	a.wrote = true
	return http.NewResponseController(a.w).Hijack()
}

// Unwrap lets http.ResponseController reach the writers below.
func (a *middlewareWriter) Unwrap() http.ResponseWriter { return a.w }
