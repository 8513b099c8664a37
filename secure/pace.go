package secure

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"time"
)

// ErrTooSlow is matched by the errors of a body or an answer whose client fell
// behind its [Pace], and of a body whose connection was closed for another that
// needed its place. The answer to a slow body is 408 Request Timeout.
var ErrTooSlow = errors.New("secure: client too slow")

// A Pace says how slow a client may be. It replaces the absolute ReadTimeout
// and WriteTimeout of [http.Server], which end a long upload or stream that is
// well, and not a short one that is not.
//
// Only the time that a read or a write waits for the client counts, never the
// time the program takes. A client begins with Grace to its credit; waiting
// uses it up, each byte restores it at the minimum rate, up to Silent. It is
// cut off when the credit is gone, so never after more than Silent without a
// byte. The zero Pace has the defaults.
type Pace struct {
	// Grace is the credit at the start, default 30 s.
	Grace time.Duration
	// Silent is the most credit a client can have, default 60 s, at least
	// Grace.
	Silent time.Duration
	// Rate is the minimum rate in bytes per second, default 1024.
	Rate int

	waits Waits
}

// Waits is told when the program waits for a client: an [Admission] is one.
type Waits interface {
	// Begin is called when a read of the body, or a write of the answer, begins.
	Begin(now time.Time)
	// End is called when it has ended, with the bytes that the client gave or
	// took.
	End(now time.Time, bytes int64)
}

// Telling returns the same pace for one request, whose waits are told to w.
func (p Pace) Telling(w Waits) Pace {
	p.waits = w
	return p
}

func (p *Pace) begin(now time.Time) {
	if p.waits != nil {
		p.waits.Begin(now)
	}
}

func (p *Pace) end(now time.Time, bytes int64) {
	if p.waits != nil {
		p.waits.End(now, bytes)
	}
}

func (p Pace) withDefaults() Pace {
	if p.Grace <= 0 {
		p.Grace = 30 * time.Second
	}
	if p.Silent <= 0 {
		p.Silent = 60 * time.Second
	}
	p.Silent = max(p.Silent, p.Grace)
	if p.Rate <= 0 {
		p.Rate = 1024
	}
	return p
}

// earned is the credit for n bytes.
func (p *Pace) earned(n int64) time.Duration {
	if seconds := n / int64(p.Rate); seconds >= int64(p.Silent/time.Second)+1 {
		return p.Silent
	}
	return time.Duration(n) * time.Second / time.Duration(p.Rate)
}

// piece is the largest number of bytes written under one deadline: what the
// slowest good client takes within Grace.
func (p *Pace) piece() int {
	return int(min(max(int64(p.Rate)*int64(p.Grace)/int64(time.Second), 512), 1<<20))
}

// Body returns the body of a request under deadlines on w, the
// ResponseWriter of the same request. Its Read fails with [ErrTooSlow] when
// the client is. Between reads there is no deadline, so that a view that takes
// long does not look like a dead connection. A w that has no deadlines leaves
// the body unguarded.
func (p Pace) Body(w http.ResponseWriter, body io.ReadCloser) io.ReadCloser {
	if body == nil || body == http.NoBody {
		return body
	}
	p = p.withDefaults()
	return &pacedBody{ReadCloser: body, control: http.NewResponseController(w), pace: p, credit: p.Grace}
}

type pacedBody struct {
	io.ReadCloser
	control *http.ResponseController
	pace    Pace
	credit  time.Duration
	ended   bool
}

func (b *pacedBody) Read(buf []byte) (int, error) {
	if b.ended {
		return b.ReadCloser.Read(buf)
	}
	start := time.Now()
	_ = b.control.SetReadDeadline(start.Add(b.credit))
	b.pace.begin(start)
	n, err := b.ReadCloser.Read(buf)
	took := time.Since(start)
	b.pace.end(start.Add(took), int64(n))
	b.credit = min(b.pace.Silent, max(0, b.credit-took)+b.pace.earned(int64(n)))
	if errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, net.ErrClosed) { // or its place was taken
		b.ended = true
		return n, fmt.Errorf("%w: %w", ErrTooSlow, err)
	}
	b.ended = err != nil
	// HTTP/2 acts on a deadline that passes between two reads as well.
	_ = b.control.SetReadDeadline(time.Time{})
	return n, err
}

// A PacedWriter is a ResponseWriter whose client has to keep a [Pace].
type PacedWriter struct {
	http.ResponseWriter
	control *http.ResponseController
	pace    Pace
	credit  time.Duration
	start   time.Time     // of the write under way
	allowed time.Duration // for it
}

// Writer returns w under deadlines. Writes go out in pieces of at most Rate
// times Grace bytes, each under a deadline of its own; a write fails with
// [ErrTooSlow] when the client is. Call Finish when the answer is complete.
func (p Pace) Writer(w http.ResponseWriter) *PacedWriter {
	p = p.withDefaults()
	return &PacedWriter{ResponseWriter: w, control: http.NewResponseController(w), pace: p, credit: p.Grace}
}

// arm sets the deadline for n more bytes.
func (w *PacedWriter) arm(n int) {
	w.start = time.Now()
	w.allowed = min(w.pace.Silent, w.credit+w.pace.earned(int64(n)))
	_ = w.control.SetWriteDeadline(w.start.Add(w.allowed))
	w.pace.begin(w.start)
}

// settle counts the n bytes that went out since arm and lifts the deadline.
func (w *PacedWriter) settle(n int64, err error) error {
	took := time.Since(w.start)
	w.pace.end(w.start.Add(took), n)
	w.credit = min(w.pace.Silent, max(0, w.credit-took+w.pace.earned(n)))
	switch {
	case err == nil || err == io.EOF:
		_ = w.control.SetWriteDeadline(time.Time{})
	case errors.Is(err, os.ErrDeadlineExceeded) || took >= w.allowed:
		// HTTP/2 says that the stream is closed and not why.
		err = fmt.Errorf("%w: %w", ErrTooSlow, err)
	}
	return err
}

// Write implements http.ResponseWriter.
func (w *PacedWriter) Write(b []byte) (written int, err error) {
	size := w.pace.piece()
	for {
		piece := b[:min(len(b), size)]
		w.arm(len(piece))
		n, err := w.ResponseWriter.Write(piece)
		written += n
		if err := w.settle(int64(n), err); err != nil {
			return written, err
		}
		if b = b[len(piece):]; len(b) == 0 {
			return written, nil
		}
	}
}

// ReadFrom implements io.ReaderFrom. A file, or a part of one, goes to the
// ResponseWriter itself piece by piece, so that net/http can use sendfile.
// Another source is read outside the deadlines: that it is slow is not the
// client's fault.
func (w *PacedWriter) ReadFrom(r io.Reader) (written int64, err error) {
	size := int64(w.pace.piece())
	limited, _ := r.(*io.LimitedReader)
	file, isFile := r.(*os.File)
	if limited != nil {
		file, isFile = limited.R.(*os.File)
	}
	if !isFile {
		return io.CopyBuffer(writeOnly{w}, r, make([]byte, min(size, 32<<10)))
	}
	for {
		n := size
		if limited != nil {
			n = min(n, limited.N)
		}
		if n == 0 {
			return written, nil
		}
		w.arm(int(n))
		sent, err := io.Copy(w.ResponseWriter, &io.LimitedReader{R: file, N: n})
		written += sent
		if limited != nil {
			limited.N -= sent
		}
		if err := w.settle(sent, err); err != nil || sent < n {
			return written, err
		}
	}
}

// writeOnly hides ReadFrom from io.Copy.
type writeOnly struct{ io.Writer }

// FlushError is for http.ResponseController.
func (w *PacedWriter) FlushError() error {
	w.arm(0)
	return w.settle(0, w.control.Flush())
}

// Flush implements http.Flusher.
func (w *PacedWriter) Flush() { _ = w.FlushError() }

// Unwrap is for http.ResponseController.
func (w *PacedWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// Finish sets the deadline for what net/http still holds in its buffer, which
// it sends after the handler. It must be the last call. net/http itself lifts
// the deadline for the next request on the connection.
func (w *PacedWriter) Finish() { w.arm(0) }

// Wrap guards the body and the answer of every request to next. The server
// must have a ReadHeaderTimeout of its own.
func (p Pace) Wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		paced := p.Writer(w)
		defer paced.Finish()
		if body := p.Body(w, r.Body); body != r.Body {
			guarded := *r
			guarded.Body = body
			r = &guarded
			// What the handler leaves unread net/http reads after it.
			defer func() {
				if b := body.(*pacedBody); !b.ended {
					_ = b.control.SetReadDeadline(time.Now().Add(b.credit))
				}
			}()
		}
		next.ServeHTTP(paced, r)
	})
}
