package dewar

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/dewar-go/dewar/internal/bodybuf"
	"github.com/dewar-go/dewar/internal/httpconn"
	"github.com/dewar-go/dewar/secure"
)

// response is the writer a request's answer goes through. It buffers, so that
// an error half-way can still become a clean page and the session can still be
// saved; it leaves the buffer for good when somebody flushes, hijacks, copies a
// file or writes more than the bound. Everything that must precede the first
// byte happens in one place, begin.
type response struct {
	c    *Context
	w    http.ResponseWriter // net/http's
	body bodybuf.Buffer      // the answer so far
	size int64               // bytes of body sent

	status    int  // 0 until someone sets it
	statusSet bool // WriteHeader was called: the status stands
	state     responseState
	err       error               // the first failed write to the client
	took      time.Duration       // when a short answer was ready, 0 for others: a look at the clock costs as much as the text of a log line
	paced     *secure.PacedWriter // w under deadlines, for an answer that may take long

	// The values of headers that each answer has of its own; net/http copies
	// them when the headers are sent.
	etag, length [1]string
}

type responseState uint8

const (
	buffering responseState = iota
	streaming               // headers are on the wire
	hijacked                // the connection is somebody else's
)

// HeadersSent reports whether a part of the answer has left already, so that a cookie that is set now does not reach the
// client.
func HeadersSent(c *Context) bool { return c.flushed() }

// sent reports whether anything has reached the client.
func (w *response) sent() bool { return w.state != buffering }

// Header is the answer's header map, as in net/http.
func (w *response) Header() http.Header { return w.w.Header() }

// WriteHeader fixes the status. An informational status goes out at once.
func (w *response) WriteHeader(code int) {
	checkStatus(code)
	if code >= 100 && code < 200 && code != http.StatusSwitchingProtocols {
		w.w.WriteHeader(code)
		return
	}
	if w.closed() {
		_ = w.c.answeredTwice()
		return
	}
	if w.statusSet || w.state != buffering {
		return
	}
	w.status, w.statusSet = code, true
}

// checkStatus panics for a number that is no status, where it is set.
func checkStatus(code int) {
	if code < 100 || code > 999 {
		panic(fmt.Sprintf("dewar: %d is no HTTP status", code))
	}
}

// Write adds to the buffer, or to the wire once streaming.
func (w *response) Write(p []byte) (int, error) {
	if w.closed() {
		return 0, w.c.answeredTwice()
	}
	switch w.state {
	case hijacked:
		return 0, http.ErrHijacked
	case streaming:
		return w.count(w.w.Write(p))
	}
	w.statusSet = true
	if len(w.body.B)+len(p) > w.c.app.cfg.MaxBuffer {
		if err := w.begin(-1); err != nil {
			return 0, err
		}
		return w.count(w.w.Write(p))
	}
	w.openBody()
	w.body.B = append(w.body.B, p...)
	return len(p), nil
}

// WriteString is Write without a copy to a byte slice.
func (w *response) WriteString(s string) (int, error) {
	if w.state != buffering || w.closed() || len(w.body.B)+len(s) > w.c.app.cfg.MaxBuffer {
		return w.Write([]byte(s))
	}
	w.statusSet = true
	w.openBody()
	w.body.B = append(w.body.B, s...)
	return len(s), nil
}

// closed reports whether the answer was given whole, and nothing but middleware may
// add to it.
func (w *response) closed() bool { return !w.c.chained && w.c.given.whole }

// openBody takes memory for the body: much where the endpoint's last answer was
// long.
func (w *response) openBody() { w.body.Open(atomic.LoadUint32(&w.c.at.lastLong) == 1) }

func (w *response) count(n int, err error) (int, error) {
	w.size += int64(n)
	if err != nil && w.err == nil {
		w.err = err
	}
	return n, err
}

// begin sends the headers. Whatever must be known before the first byte is
// settled here: the session is saved and the security headers are set. length
// is the body's whole length, or -1 when more will follow.
func (w *response) begin(length int) error {
	if w.state != buffering {
		return nil
	}
	if w.status == 0 {
		w.status = cmp.Or(w.c.chosen, http.StatusOK)
	}
	if err := w.c.settleHeaders(); err != nil {
		return err
	}
	w.c.debug.trace.Headers("framework", w.Header())
	var long *bodybuf.Waiting
	if size := int64(len(w.body.B)); size > bodybuf.Short && w.c.r.Method != http.MethodHead {
		var err error
		if long, err = w.keep(size); err != nil {
			return w.crowded(err)
		}
		defer w.c.admission.Kept(size)
		defer long.Close()
	}
	h := w.Header()
	// The rest of a body that is too large is not read. One in chunks may have had a
	// Content-Length beside it, which net/http does not tell (RFC 9112, section 6.1).
	if w.c.body.over.Load() || w.c.r.TransferEncoding != nil {
		w.c.endConnection(h)
	}
	var held http.Header
	if h["Trailer"] != nil {
		length = -1 // trailers need a body of unknown length
		held = takeTrailers(h)
	}
	if bodyAllowed(w.status) {
		if length >= 0 && h["Content-Length"] == nil {
			h["Content-Length"] = w.contentLength(length)
		}
		if h["Content-Type"] == nil && (length > 0 || length < 0) {
			// Never left to sniffing: bytes of unknown origin are not a page.
			h["Content-Type"] = textPlain
		}
	}
	w.state = streaming
	w.c.showAnswer() // unless finish has: who waits for a stream's end would wait long
	w.pace(length)
	w.hold(length)
	w.w.WriteHeader(w.status)
	maps.Copy(h, held)
	if long != nil {
		n, err := long.WriteTo(w.w)
		_, err = w.count(int(n), err)
		return err
	}
	if atomic.LoadUint32(&w.c.at.lastLong) == 1 {
		atomic.StoreUint32(&w.c.at.lastLong, 0)
	}
	if len(w.body.B) > 0 {
		_, err := w.count(w.w.Write(w.body.B)) //nolint:gosec // the answer as the view made it
		w.body.Reset()
		return err
	}
	return nil
}

// takeTrailers removes from the headers what is declared as a trailer: net/http
// would send it as both.
func takeTrailers(h http.Header) http.Header {
	held := http.Header{}
	for _, line := range h["Trailer"] {
		for name := range strings.SplitSeq(line, ",") {
			name = http.CanonicalHeaderKey(strings.TrimSpace(name))
			if v, ok := h[name]; ok {
				held[name] = v
				delete(h, name)
			}
		}
	}
	return held
}

// keep finds the place where a long answer waits for its client. The error is why
// there is none.
func (w *response) keep(size int64) (*bodybuf.Waiting, error) {
	atomic.StoreUint32(&w.c.at.lastLong, 1)
	if !w.c.admission.Keep(size) {
		return nil, fmt.Errorf("%d bytes of others wait for clients that do not take them (MaxBacklog %d)", w.c.app.connections.Backlog(), w.c.app.cfg.MaxBacklog)
	}
	place, err := w.c.app.longAnswers.Keep(&w.body)
	if err != nil {
		w.c.admission.Kept(size)
	}
	return place, err
}

// crowdedFor is how long somebody waits for the news that there is no room for
// their answer. Who comes back at once would have the next one made at once.
const crowdedFor = 20 * time.Second

// crowded drops an answer that there is no room for, and says why.
func (w *response) crowded(reason error) error {
	w.body.Release()
	w.c.admission.Answer(time.Now(), 0) // its place can be taken
	select {
	case <-time.After(crowdedFor):
	case <-w.c.base.Done():
	}
	w.c.admission.Pause(time.Now())
	return &HTTPError{
		Code: http.StatusServiceUnavailable, Header: http.Header{"Retry-After": {"10"}, "Connection": {"close"}},
		Err: fmt.Errorf("dewar: an answer was dropped: %w", reason),
	}
}

// pace puts the client under deadlines, so that one that does not read cannot
// hold the answer, and this goroutine with it, for ever.
func (w *response) pace(length int) {
	if length >= 0 && length <= bodybuf.Short {
		if d, ok := w.w.(interface{ SetWriteDeadline(time.Time) error }); ok {
			w.took = max(time.Since(w.c.start), 1)
			ready := w.c.start.Add(w.took)
			_ = d.SetWriteDeadline(ready.Add(w.c.app.cfg.Pace.Grace))
			w.c.admission.Answer(ready, int64(length))
		}
		return
	}
	w.paced = w.c.app.cfg.Pace.Telling(&w.c.admission).Writer(w.w)
	w.w = w.paced
}

// suspendDeadline takes a short answer out of its deadline while the program works behind it,
// and restartDeadline gives it a new one: what net/http still has of it is sent after that,
// and the time is not the client's. HTTP/2 cuts off an answer as soon as its deadline
// is over. HTTP/1 looks at it with the next write, so that it is left alone unless
// time has passed; to set it would release what is held.
func (w *response) suspendDeadline() {
	if w.took == 0 {
		return
	}
	w.c.admission.Pause(time.Now())
	if d, ok := w.w.(interface{ SetWriteDeadline(time.Time) error }); ok && w.c.r.ProtoMajor == 2 {
		_ = d.SetWriteDeadline(time.Time{})
	}
}

func (w *response) restartDeadline() {
	if w.took == 0 {
		return
	}
	grace, now := w.c.app.cfg.Pace.Grace, time.Since(w.c.start)
	w.c.admission.Answer(w.c.start.Add(now), w.size)
	if w.c.r.ProtoMajor != 2 && now-w.took < grace/4 {
		return
	}
	if d, ok := w.w.(interface{ SetWriteDeadline(time.Time) error }); ok {
		_ = d.SetWriteDeadline(w.c.start.Add(now + grace))
	}
}

// minHeld is from where an answer without TLS may exceed the 4 KB that net/http
// writes at once, headers included.
const minHeld = 2 << 10

// hold has a whole and short answer go out in one piece.
func (w *response) hold(length int) {
	if length < 0 || length != len(w.body.B) || length > bodybuf.Short || w.c.r.TLS == nil && length < minHeld || w.c.r.ProtoMajor != 1 {
		return
	}
	if w.c.r.ContentLength != 0 && !w.c.body.ended.Load() {
		return // the client may wait for the answer before it sends the rest
	}
	if conn, ok := w.c.admission.Conn().(*httpconn.Conn); ok {
		conn.Hold()
	}
}

// finish sends what is still buffered.
func (w *response) finish() error {
	if w.state != buffering {
		return w.err
	}
	if err := w.c.saveSession(w.Header()); err != nil {
		return err
	}
	w.c.state.set(sessionSettled)
	if w.c.debug.trace != nil {
		w.c.remember()
	}
	w.c.showAnswer()
	w.validate()
	return w.begin(len(w.body.B))
}

// sendWithoutView sends what middleware has answered in the place of a view that still
// runs. It looks at nothing of the Context that the view may change.
func (w *response) sendWithoutView() {
	if w.state == hijacked || w.state == buffering && !w.statusSet {
		return
	}
	if w.state == buffering {
		c, h := w.c, w.Header()
		w.status = cmp.Or(w.status, http.StatusOK)
		if bodyAllowed(w.status) {
			h["Content-Length"] = w.contentLength(len(w.body.B))
			if h["Content-Type"] == nil {
				h["Content-Type"] = textPlain
			}
		}
		c.at.headers.Apply(h, secure.Answer{
			HTML: secure.IsHTML(h.Get("Content-Type")), HTTPS: c.origin.HTTPS(), SessionRead: true,
			Loopback: c.app.mode == loopback || secure.IsLocalHost(c.origin.Host),
		})
		w.state = streaming
		w.pace(len(w.body.B))
		w.w.WriteHeader(w.status)
		_, _ = w.count(w.w.Write(w.body.B)) //nolint:gosec // the answer as the middleware made it
		w.body.Reset()
	}
	_ = http.NewResponseController(w.w).Flush()
}

// Unwrap lets http.ResponseController reach net/http's writer, for deadlines
// and full duplex. Flush and Hijack are found here first.
func (w *response) Unwrap() http.ResponseWriter { return w.w }

// Flush leaves the buffer and sends what there is.
func (w *response) Flush() { _ = w.FlushError() }

// eventStream is the type of answers without an end.
const eventStream = "text/event-stream"

// FlushError is Flush with its error.
func (w *response) FlushError() error {
	if w.state == hijacked {
		return http.ErrHijacked
	}
	kind := w.Header()["Content-Type"]
	events := len(kind) == 1 && strings.HasPrefix(kind[0], eventStream)
	if events && w.state == buffering && !w.c.admission.Endless() {
		if inRequest() {
			panic(abort{errNoPlace()}) // a handler need not look at the error
		}
		return errNoPlace()
	}
	if err := w.begin(-1); err != nil {
		return err
	}
	if events {
		w.c.streaming(false)
	}
	return http.NewResponseController(w.w).Flush()
}

// inRequest reports whether the caller runs in a goroutine of the request, where a panic is caught. A handler may flush
// from another one, as httputil.ReverseProxy does, and a panic there ends the process.
func inRequest() bool {
	var pcs [256]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(1, pcs[:])])
	for {
		f, more := frames.Next()
		switch f.Function {
		case packagePrefix + "(*Context).dispatch", packagePrefix + "innermost":
			return true
		}
		if !more {
			return false
		}
	}
}

// Hijack hands the connection over. Nothing buffered is sent. When half of
// [Config.MaxConnections] are handed over the error is an [HTTPError] of 503. Under [App.Run] it is
// no *net.TCPConn; its NetConn method returns what is below, which is not to be closed in its stead.
func (w *response) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	if w.state == streaming {
		return nil, nil, errors.New("dewar: Hijack after the answer began")
	}
	if w.closed() {
		return nil, nil, w.c.answeredTwice()
	}
	if err := w.c.mayTakeOver(); err != nil {
		return nil, nil, err
	}
	// The session goes with the answer that takes the connection over.
	if err := w.c.saveSession(w.Header()); err != nil {
		return nil, nil, err
	}
	if w.status == http.StatusSwitchingProtocols {
		w.w.WriteHeader(w.status)
	}
	conn, rw, err := http.NewResponseController(w.w).Hijack()
	if err == nil {
		w.state = hijacked
	}
	return conn, rw, err
}

// mayTakeOver refuses to hand over more than half of the connections: nothing but
// their handlers ends them.
func (c *Context) mayTakeOver() error {
	if c.admission.MayTakeOver() {
		return nil
	}
	return errNoPlace()
}

func errNoPlace() error {
	return &HTTPError{
		Code: http.StatusServiceUnavailable, Header: http.Header{"Retry-After": {"10"}},
		Err: errors.New("dewar: streams, and connections that handlers have taken over, are half of those that may be open (MaxConnections)"),
	}
}

// ReadFrom leaves the buffer so that net/http can hand a file to the kernel. What
// is known to be short stays in it, where after hooks still reach its headers.
func (w *response) ReadFrom(src io.Reader) (int64, error) {
	if w.state == hijacked {
		return 0, http.ErrHijacked
	}
	if w.closed() {
		return 0, w.c.answeredTwice()
	}
	if w.state == buffering {
		if n := w.declaredShort(); n > 0 {
			return w.readShort(src, n)
		}
	}
	if err := w.begin(-1); err != nil {
		return 0, err
	}
	n, err := io.Copy(w.w, src)
	w.size += n
	if err != nil && w.err == nil {
		w.err = err
	}
	return n, err
}

// declaredShort is the body's length when a Content-Length says that it is
// short, otherwise 0.
func (w *response) declaredShort() int {
	v := w.Header()["Content-Length"]
	if len(v) != 1 {
		return 0
	}
	n, err := strconv.Atoi(v[0])
	if err != nil || n > min(bodybuf.Short, w.c.app.cfg.MaxBuffer) {
		return 0
	}
	return n
}

// readShort reads what is declared straight into the buffer, and then the rest
// of src, should there be one.
func (w *response) readShort(src io.Reader, n int) (int64, error) {
	if len(w.body.B)+n > w.c.app.cfg.MaxBuffer {
		return io.Copy(bodybuf.WriterOnly{Writer: w}, src)
	}
	w.statusSet = true
	w.openBody()
	at := len(w.body.B)
	w.body.B = slices.Grow(w.body.B, n)
	got, err := io.ReadFull(src, w.body.B[at:at+n])
	w.body.B = w.body.B[:at+got]
	if err != nil {
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			err = nil // io.Copy's end
		}
		return int64(got), err
	}
	// That was nearly always all: io.Copy would take a buffer to find out.
	var next [1]byte
	more, err := src.Read(next[:])
	if more > 0 {
		if _, err := w.Write(next[:more]); err != nil {
			return int64(got), err
		}
	}
	total := int64(got + more)
	if errors.Is(err, io.EOF) {
		return total, nil
	}
	if err != nil {
		return total, err
	}
	rest, err := io.Copy(bodybuf.WriterOnly{Writer: w}, src)
	return total + rest, err
}

// bodyAllowed reports whether an answer with this status may have a body
// (RFC 9110, section 6.4.1).
func bodyAllowed(status int) bool {
	return status >= 200 && status != http.StatusNoContent && status != http.StatusNotModified
}

// Header values that never change are shared slices: net/http only reads them,
// and nothing here appends to one.
var (
	textPlain = []string{"text/plain; charset=utf-8"}
	textHTML  = []string{"text/html; charset=utf-8"}
	jsonType  = []string{"application/json"}

	lengths = func() (l [1024][]string) {
		for i := range l {
			l[i] = []string{strconv.Itoa(i)}
		}
		return l
	}()
)

func (w *response) contentLength(n int) []string {
	if n < len(lengths) {
		return lengths[n]
	}
	w.length[0] = strconv.Itoa(n)
	return w.length[:]
}
