package dewar

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"
)

// ErrShutdown is why the context of a stream ended, when that was because the
// server shuts down ([context.Cause]).
var ErrShutdown = errors.New("dewar: the server shuts down")

// streams are the answers that may have no end: those of [Context.Stream] and
// [Context.Events], and what handlers send as text/event-stream. The zero value is
// ready.
type streams struct {
	mu     sync.Mutex
	ending bool
	open   map[*openStream]struct{}
}

// openStream is one of them.
type openStream struct {
	cancel  context.CancelCauseFunc // of the request's context; nil for a handler's
	control *http.ResponseController
	http2   bool
}

// streamFarewell is how long a stream of HTTP/2 may take to end, before it is
// reset: its request's first context cannot be ended in another way. Whoever looks
// at [Context.Context] within Stream or Events is done by then.
const streamFarewell = 300 * time.Millisecond

// EndStreams ends the streams that are open and those to come: the contexts of
// their requests end at once, and event streams tell their clients when to come
// back. [App.Run] and [App.Serve] call it when they shut down; a program with a
// server of its own has that call it:
//
//	server.RegisterOnShutdown(app.EndStreams)
func (a *App) EndStreams() {
	s := &a.streams
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ending = true
	for o := range s.open {
		o.end()
	}
	time.AfterFunc(streamFarewell, s.reset)
}

// end ends a stream. The context that a request came with, which the view may have
// kept, ends over HTTP/1 with the failure of a read.
func (o *openStream) end() {
	if o.cancel != nil {
		o.cancel(ErrShutdown)
	}
	if !o.http2 {
		_ = o.control.SetReadDeadline(time.Unix(1, 0))
	}
}

// reset resets the streams of HTTP/2 that are open still.
func (s *streams) reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for o := range s.open {
		if o.http2 {
			_ = o.control.SetWriteDeadline(time.Unix(1, 0))
		}
	}
}

// streaming notes that the answer is a stream. With own, the request gets a
// context that ends with it.
func (c *Context) streaming(own bool) {
	if c.stream != nil {
		return
	}
	o := &openStream{control: http.NewResponseController(c.res.w), http2: c.r.ProtoMajor == 2}
	if own {
		var ctx context.Context
		ctx, o.cancel = context.WithCancelCause(c.r.Context())
		c.r = c.r.WithContext(ctx)
	}
	c.stream = o
	s := &c.app.streams
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open == nil {
		s.open = map[*openStream]struct{}{}
	}
	s.open[o] = struct{}{}
	if s.ending {
		o.end()
	}
}

// endStream forgets the stream, whose writer is not to be used any more.
func (c *Context) endStream() {
	if c.stream == nil {
		return
	}
	s := &c.app.streams
	s.mu.Lock()
	delete(s.open, c.stream)
	s.mu.Unlock()
	if c.stream.cancel != nil {
		c.stream.cancel(nil)
	}
}

// shutDown reports whether the stream was ended because the server shuts down.
func (c *Context) shutDown() bool { return errors.Is(context.Cause(c.r.Context()), ErrShutdown) }
