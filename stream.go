package dewar

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Stream answers piece by piece: what write writes goes out at once. Session,
// cookies and headers are settled with the first byte, so write cannot change
// them, and an error cuts the connection, since the status is sent already. It
// has to end when the client goes away and when the server shuts down: watch
// [Context.Context] in what waits, which ends with either. For HEAD the answer is
// its headers, and write is not called.
func (c *Context) Stream(contentType string, write func(w io.Writer) error) error {
	if err := c.answering(); err != nil {
		return err
	}
	return c.writeStream(contentType, write)
}

func (c *Context) writeStream(contentType string, write func(w io.Writer) error) error {
	c.SetHeader("Content-Type", contentType)
	c.writeStatus()
	c.streaming(true)
	control := http.NewResponseController(c.w)
	if err := control.Flush(); err != nil {
		return fmt.Errorf("dewar: Stream: %w", err)
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
	data := strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(e.Data)
	for line := range strings.SplitSeq(data, "\n") {
		b.WriteString("data: " + line + "\n")
	}
	b.WriteByte('\n')
	return b.String(), nil
}
