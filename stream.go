package dewar

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Stream answers piece by piece: what write writes goes out at once. Session,
// cookies and headers are settled with the first byte, so write cannot change
// them, and an error cuts the connection, since the status is sent already. It
// has to end when the client goes away and when the server shuts down: watch
// [Context.Context] in what waits, which ends with either. For HEAD the answer is
// its headers, and write is not called. When half of [Config.MaxConnections] are
// streams the error is an [HTTPError] of 503.
func (c *Context) Stream(contentType string, write func(w io.Writer) error) error {
	if err := c.answering(); err != nil {
		return err
	}
	return c.writeStream(contentType, write)
}

func (c *Context) writeStream(contentType string, write func(w io.Writer) error) error {
	if !c.admission.Endless() {
		return errNoPlace()
	}
	c.SetHeader("Content-Type", contentType)
	c.writeStatus()
	c.streaming(true)
	control := http.NewResponseController(c.w)
	if err := control.Flush(); err != nil {
		return ignoreClient(c, fmt.Errorf("dewar: Stream: %w", err))
	}
	if c.r.Method == http.MethodHead {
		return c.answered(nil)
	}
	return c.answered(ignoreClient(c, write(flushing{c.w, control})))
}

// flushing sends each write at once.
type flushing struct {
	w       io.Writer
	control *http.ResponseController
}

// Write writes and flushes.
func (f flushing) Write(p []byte) (int, error) {
	n, err := f.w.Write(p)
	if err == nil {
		err = f.control.Flush()
	}
	return n, err
}

// An Event is one server-sent event (HTML standard, section 9.2).
type Event struct {
	// ID is what a browser that connects again sends as Last-Event-ID.
	ID string
	// Name is the event's type, "message" when empty.
	Name string
	// Data is the event's text; it may have several lines.
	Data string
	// Retry is how long the browser waits before it connects again.
	Retry time.Duration
}

// Events answers with server-sent events. send sends one; it returns an error
// when the client is gone or the server shuts down, and the zero Event is a comment
// that keeps the connection awake through proxies. Events ends when produce
// returns. At shut-down it tells the browser to come back after one to five
// seconds.
// A browser that connects again sends the id of the last event it got in the
// header Last-Event-ID.
//
//	return c.Events(func(send func(dewar.Event) error) error {
//		for {
//			select {
//			case <-c.Context().Done():
//				return nil
//			case n := <-news:
//				if err := send(dewar.Event{Name: "news", Data: n}); err != nil {
//					return err
//				}
//			}
//		}
//	})
func (c *Context) Events(produce func(send func(Event) error) error) error {
	if err := c.answering(); err != nil {
		return err
	}
	h := c.w.Header()
	h["Cache-Control"] = noStore
	h["X-Accel-Buffering"] = []string{"no"} // nginx would wait for a buffer's worth
	return c.writeStream("text/event-stream", func(w io.Writer) error {
		err := produce(func(e Event) error {
			if c.shutDown() {
				return ErrShutdown
			}
			text, err := e.encode()
			if err != nil {
				return err
			}
			_, err = io.WriteString(w, text)
			return err
		})
		if c.shutDown() {
			// Not all of them at the same time.
			var b [2]byte
			_, _ = rand.Read(b[:])
			_, err = fmt.Fprintf(w, "retry: %d\n\n", 1000+int(binary.NativeEndian.Uint16(b[:]))%4000)
		}
		return err
	})
}

// lineEnds makes one kind of line end of all that clients take for one.
var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// encode writes the event. A line break in a name or id would begin another
// field, so it is refused.
func (e Event) encode() (string, error) {
	if strings.ContainsAny(e.ID+e.Name, "\r\n\x00") {
		return "", errors.New("dewar: Events: a line break in an event's name or id")
	}
	var b strings.Builder
	if e.ID != "" {
		b.WriteString("id: " + e.ID + "\n")
	}
	if e.Name != "" {
		b.WriteString("event: " + e.Name + "\n")
	}
	if e.Retry > 0 {
		b.WriteString("retry: " + strconv.FormatInt(e.Retry.Milliseconds(), 10) + "\n")
	}
	if b.Len() == 0 && e.Data == "" {
		return ":\n\n", nil
	}
	data := lineEnds.Replace(e.Data)
	for line := range strings.SplitSeq(data, "\n") {
		b.WriteString("data: " + line + "\n")
	}
	b.WriteByte('\n')
	return b.String(), nil
}

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
