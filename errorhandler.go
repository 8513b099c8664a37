package dewar

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"reflect"
)

// errorHandlers is one scope's handlers.
type errorHandlers struct {
	byCode map[int]func(*Context, *HTTPError) error
	byType []typeHandler
}

// typeHandler is a handler for errors of one type.
type typeHandler struct {
	kind reflect.Type
	// match returns the call of the handler when the error itself, not what it
	// wraps, is of the type.
	match func(err error) (call func(*Context) error, ok bool)
}

// OnError registers the app's handler for errors with this status, as Flask's
// errorhandler(404) does. The handler answers like a view; its answer has the
// error's status unless it sets another. An error that is no [HTTPError] is
// handled as a 500 with the error as its cause; in debug mode the page with the
// cause is shown instead. Registering a second handler for one code panics.
//
// Of several handlers that fit, Flask's order decides: those by status come
// before those by type, and the blueprint's before the app's.
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

// OnErrorAs registers a handler for errors of type E, found as errors.As finds
// them. Its answer has the error's status, 500 for an error without one, unless
// it sets another. Handlers by status are tried before; of several types that fit
// in one scope the nearest counts: an error before what it wraps, a type before
// an interface that it implements, error itself last. Registering a second
// handler for one type panics.
//
//	dewar.OnErrorAs(app, func(c *dewar.Context, err *OutOfStock) error { … })
func OnErrorAs[E error](r Router, handle func(*Context, E) error) {
	s, loc := r.routerScope(), callerLocation()
	s.changing("OnErrorAs", loc)
	kind := reflect.TypeFor[E]()
	for _, h := range s.errors.byType {
		if h.kind == kind {
			panic(fmt.Sprintf("dewar: OnErrorAs[%v] at %s: %s has a handler for it already", kind, loc, s.title()))
		}
	}
	s.errors.byType = append(s.errors.byType, typeHandler{kind, func(err error) (func(*Context) error, bool) {
		e, ok := err.(E)
		if as, can := err.(interface{ As(any) bool }); !ok && can {
			ok = as.As(&e)
		}
		if !ok {
			return nil, false
		}
		return func(c *Context) error {
			if he, is := any(e).(*HTTPError); is {
				return handle(c, any(he.checkCode().filled(c)).(E))
			}
			return handle(c, e)
		}, true
	}})
}

// nearest finds the handler by type for an error: Python goes up the classes of
// an exception, Go down the tree of what an error wraps.
func (h *errorHandlers) nearest(err error) func(*Context) error {
	var last func(*Context) error // of error itself
	for node := range wrapped(err) {
		var best reflect.Type
		var call func(*Context) error
		for _, t := range h.byType {
			if t.kind == errorType && last != nil || best != nil && !closer(t.kind, best) {
				continue
			}
			switch f, ok := t.match(node); {
			case !ok:
			case t.kind == errorType:
				last = f
			default:
				best, call = t.kind, f
			}
		}
		if call != nil {
			return call
		}
	}
	return last
}

var errorType = reflect.TypeFor[error]()

// closer reports whether a is closer to an error of both types than b.
func closer(a, b reflect.Type) bool {
	return b.Kind() == reflect.Interface && a.Implements(b)
}

// wrapped goes through an error and all it wraps, in the order of errors.As.
func wrapped(err error) iter.Seq[error] {
	return func(yield func(error) bool) { eachWrapped(err, yield) }
}

func eachWrapped(err error, yield func(error) bool) bool {
	for err != nil {
		if !yield(err) {
			return false
		}
		switch x := err.(type) {
		case interface{ Unwrap() error }:
			err = x.Unwrap()
		case interface{ Unwrap() []error }:
			for _, e := range x.Unwrap() {
				if !eachWrapped(e, yield) {
					return false
				}
			}
			return true
		default:
			return true
		}
	}
	return true
}

// errorHandler finds the handler for an error in Flask's order: by status and
// then by type, each from the innermost blueprint to the app. An error without a
// status is looked for by type, and then handled as a 500; expected says that it
// was found by type.
func (c *Context) errorHandler(err error) (handle func(*Context) error, expected bool) {
	var he *HTTPError
	if errors.As(err, &he) {
		if f := c.handlerByCode(he.checkCode()); f != nil {
			return f, false
		}
		return c.handlerByType(err), false
	}
	if f := c.handlerByType(err); f != nil {
		return f, true
	}
	if c.app.cfg.Debug {
		return nil, false // the page with the cause
	}
	he = asHTTPError(err)
	if f := c.handlerByCode(he); f != nil {
		return f, false
	}
	return c.handlerByType(he), false
}

func (c *Context) handlerByCode(he *HTTPError) func(*Context) error {
	for _, s := range c.scopes() {
		if handle := s.errors.byCode[he.Code]; handle != nil {
			return func(c *Context) error { return handle(c, he.filled(c)) }
		}
	}
	return nil
}

func (c *Context) handlerByType(err error) func(*Context) error {
	for _, s := range c.scopes() {
		if f := s.errors.nearest(err); f != nil {
			return f
		}
	}
	return nil
}

// handleError answers err: with a handler, or else the built-in page. What the
// view had written so far is dropped. When the answer is on the wire already
// there is nothing left to say: the connection is cut, so that the client does
// not take half an answer for a whole one.
func (c *Context) handleError(err error) {
	if c.behindMiddleware() && c.wrote() {
		c.late = err // the middleware has a part of an answer: it ends first
		return
	}
	c.failed = err
	if errors.Is(err, context.Canceled) && c.base.Err() != nil {
		panic(http.ErrAbortHandler) // the client has gone: there is nobody to answer
	}
	if c.flushed() {
		c.logError(err, "answer was already under way")
		panic(http.ErrAbortHandler)
	}
	c.resetAnswer()
	c.noteRefusal(err, false)
	he := asHTTPError(err)
	handle, expected := c.errorHandler(err)
	failed := he.Code >= 500 && (!expected || isSecondAnswer(err))
	if failed {
		c.app.Signals.Exception.Send(ExceptionEvent{c, err})
	}
	var p *PanicError
	logged := failed || errors.As(err, &p)
	if logged {
		c.logError(err, "")
	}
	if handle == nil {
		c.errorPage(he)
		return
	}
	c.chosen = he.Code
	addHeader(c.w.Header(), he.Header)
	failure := c.oneAnswer(guardPanic(func() error { return handle(c) }))
	if failure == nil {
		return
	}
	if !logged {
		c.logError(err, "")
	}
	c.logError(failure, "error handler failed")
	c.resetAnswer()
	if expected || isSecondAnswer(failure) {
		he = asHTTPError(failure)
	}
	c.errorPage(he)
}
