package limit

import (
	"bufio"
	"io"
	"net"
	"net/http"

	"github.com/dewar-go/dewar"
)

// recordStatus is the middleware that sees the status of answers to requests
// that wait for it.
func (l *Limiter) recordStatus(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if c, ok := dewar.FromRequest(r); ok {
			if st, ok := l.state.Get(c); ok && st.pending {
				w = &statusWriter{w, st}
			}
		}
		next.ServeHTTP(w, r)
	})
}

// statusWriter notes the status. Answers are buffered, so one may be taken back
// for another: the last counts.
type statusWriter struct {
	http.ResponseWriter
	st *request
}

func (w *statusWriter) WriteHeader(code int) {
	if code >= 200 || code == http.StatusSwitchingProtocols {
		w.st.status = code
	}
	w.ResponseWriter.WriteHeader(code)
}

func (w *statusWriter) Write(p []byte) (int, error) {
	w.written()
	return w.ResponseWriter.Write(p)
}

func (w *statusWriter) written() {
	if w.st.status == 0 {
		w.st.status = http.StatusOK
	}
}

// ReadFrom keeps the way open for files.
func (w *statusWriter) ReadFrom(src io.Reader) (int64, error) {
	w.written()
	return io.Copy(w.ResponseWriter, src)
}

// Flush is for handlers that look for http.Flusher.
func (w *statusWriter) Flush() {
	w.written()
	_ = http.NewResponseController(w.ResponseWriter).Flush()
}

// Hijack hands the connection over.
func (w *statusWriter) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, rw, err := http.NewResponseController(w.ResponseWriter).Hijack()
	if err == nil {
		w.st.status = http.StatusSwitchingProtocols
	}
	return conn, rw, err
}

// Unwrap is for http.ResponseController.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
