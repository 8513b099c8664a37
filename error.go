package dewar

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"slices"
)

// An HTTPError is an error that knows its status. Views return one, or a
// [StatusError] where nothing else is to be said; error handlers registered with
// [App.OnError] get one.
type HTTPError struct {
	// Code is the status, 400 to 599.
	Code int
	// Title is the short name; the status text ("Not Found") when empty.
	Title string
	// Detail is a sentence for the user. It reaches the client: nothing secret
	// belongs here. When empty the page shows a general sentence for the status.
	Detail string
	// Err is the cause. It is logged and found by errors.As, but its text
	// leaves the process in debug mode only.
	Err error
	// Header is added to the answer, such as Retry-After or Allow.
	Header http.Header
}

// Error gives the code, the title, the detail and the cause: a text for logs.
func (e *HTTPError) Error() string {
	s := fmt.Sprintf("dewar: %d %s", e.Code, e.title())
	if e.Detail != "" {
		s += ": " + e.Detail
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap returns the cause.
func (e *HTTPError) Unwrap() error { return e.Err }

func (e *HTTPError) title() string {
	if e.Title != "" {
		return e.Title
	}
	if s := http.StatusText(e.Code); s != "" {
		return s
	}
	return "Error"
}

// A PanicError is a panic that was turned into an error: it becomes a 500 page
// and is logged with its stack.
type PanicError struct {
	Value any
	Stack []byte
}

// Error gives the panic's value, a struct with the names of its fields: by them
// a log knows what is a secret.
func (e *PanicError) Error() string {
	if err, ok := e.Value.(error); ok {
		return "dewar: panic: " + err.Error()
	}
	return fmt.Sprintf("dewar: panic: %+v", e.Value)
}

// Unwrap returns the panic's value when it was an error.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

// abort ends a view from within a method that returns no error, such as
// [Context.Form]: guardPanic turns it back into the error it holds.
type abort struct{ err error }

// guardPanic calls f and returns its error; a panic becomes a [PanicError].
// http.ErrAbortHandler goes on: it asks net/http to cut the connection.
func guardPanic(f func() error) (err error) {
	defer func() {
		switch p := recover().(type) {
		case nil:
		case abort:
			err = p.err
		default:
			if p == http.ErrAbortHandler {
				panic(p)
			}
			err = &PanicError{Value: p, Stack: debug.Stack()}
		}
	}()
	return f()
}

// asHTTPError returns the status error in err, or a 500 that wraps it.
func asHTTPError(err error) *HTTPError {
	var he *HTTPError
	if errors.As(err, &he) {
		return he.checkCode()
	}
	return &HTTPError{Code: http.StatusInternalServerError, Err: err}
}

// errorHandlers is one scope's handlers.
type errorHandlers struct {
	byType []func(c *Context, err error) (handled bool, result error)
	byCode map[int]func(*Context, *HTTPError) error
}

// OnError registers the app's handler for errors with this status, as Flask's
// errorhandler(404) does. The handler answers like a view; its answer has the
// error's status unless it sets another. An error that is no [HTTPError] is
// handled as a 500 with the error as its cause. Registering a second handler
// for one code panics.
func (a *App) OnError(code int, handle func(*Context, *HTTPError) error) {
	a.root.onError(code, handle, callerLocation())
}

// OnError registers the blueprint's handler for errors with this status: those
// of its own views, a 404 below its own prefix on the hosts it is bound to, and a
// 405 of its own rules.
func (b *Blueprint) OnError(code int, handle func(*Context, *HTTPError) error) {
	b.scope.onError(code, handle, callerLocation())
}

func (s *scope) onError(code int, handle func(*Context, *HTTPError) error, loc string) {
	s.changing("OnError", loc)
	if code < 400 || code > 599 {
		panic(fmt.Sprintf("dewar: OnError(%d) at %s: the code must be 400 to 599", code, loc))
	}
	if _, dup := s.errors.byCode[code]; dup {
		panic(fmt.Sprintf("dewar: OnError(%d) at %s: %s has a handler for it already", code, loc, s.title()))
	}
	if s.errors.byCode == nil {
		s.errors.byCode = map[int]func(*Context, *HTTPError) error{}
	}
	s.errors.byCode[code] = handle
}

// OnErrorAs registers a handler for errors of type E, found with errors.As. It
// is tried before the handlers by status; of two handlers in one scope that
// both fit, the one registered first is called.
//
//	dewar.OnErrorAs(app, func(c *dewar.Context, err *OutOfStock) error { … })
func OnErrorAs[E error](r Router, handle func(*Context, E) error) {
	s := r.routerScope()
	s.changing("OnErrorAs", callerLocation())
	s.errors.byType = append(s.errors.byType, func(c *Context, err error) (bool, error) {
		var e E
		if !errors.As(err, &e) {
			return false, nil
		}
		return true, handle(c, e)
	})
}

// handleError answers err: handlers by type, then by status, the innermost
// blueprint first and the app last, then the built-in page. What the view had
// written so far is dropped. When the answer is on the wire already there is
// nothing left to say: the connection is cut, so that the client does not take
// half an answer for a whole one.
func (c *Context) handleError(err error) {
	if c.station.Load() == abandoned {
		c.logError(err, "view failed after its middleware had returned")
		return
	}
	c.failed = err
	if errors.Is(err, context.Canceled) && c.base.Err() != nil {
		panic(http.ErrAbortHandler) // the client has gone: there is nobody to answer
	}
	if c.res.sent() {
		c.logError(err, "answer was already under way")
		panic(http.ErrAbortHandler)
	}
	c.resetAnswer()
	defer func() { c.res.sealed = c.sealing }()
	var p *PanicError
	logged := errors.As(err, &p)
	if logged {
		c.logError(err, "")
	}
	c.noteRefusal(err, false)
	scopes := c.scopes()
	for _, s := range scopes {
		for _, try := range s.errors.byType {
			var handled bool
			failure := guardPanic(func() (e error) { handled, e = try(c, err); return e })
			if !handled && failure == nil {
				continue
			}
			if failure == nil {
				return
			}
			if !logged {
				c.logError(err, "")
			}
			c.logError(failure, "error handler failed")
			c.resetAnswer()
			c.errorPage(asHTTPError(failure))
			return
		}
	}
	he := asHTTPError(err)
	if he.Code >= 500 {
		c.app.Signals.Exception.Send(ExceptionEvent{c, err})
		if !logged {
			c.logError(err, "")
		}
	}
	for _, s := range scopes {
		handle := s.errors.byCode[he.Code]
		if handle == nil {
			continue
		}
		c.res.status = he.Code
		addHeader(c.w.Header(), he.Header)
		failure := guardPanic(func() error { return handle(c, he) })
		if failure == nil {
			return
		}
		c.logError(failure, "error handler failed")
		c.resetAnswer()
		break
	}
	c.errorPage(he)
}

// resetAnswer drops what was written so far. A middleware that was written to
// has its own idea of the status by now, and may hold a part of the body: the
// error page then goes past it, and what it still sends is dropped.
func (c *Context) resetAnswer() {
	if c.behindMiddleware() && c.adopted.wrote {
		c.w, c.sealing = &c.res, true
	}
	c.res.reset()
	if c.sealing {
		h := c.res.Header()
		delete(h, "Content-Encoding")
		delete(h, "Content-Length")
	}
}

func addHeader(dst, src http.Header) {
	for k, vs := range src {
		dst[http.CanonicalHeaderKey(k)] = slices.Clip(vs)
	}
}
