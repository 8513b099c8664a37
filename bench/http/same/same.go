// Package same gives a peer Dewar's headers and Dewar's log line, written as a
// careful user of net/http would write them: what is compared then is what the
// frameworks cost and not what they leave out.
package same

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/netip"
	"sync/atomic"
	"time"
)

// Policy is Dewar's content security policy for an answer without a nonce.
const Policy = "default-src 'self'; script-src 'self'; style-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// Headers sets the headers that Dewar sends with every answer.
func Headers(h http.Header) {
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Content-Security-Policy", Policy)
}

// Tag sets the validator that Dewar gives an answer, a hash of its body.
func Tag(h http.Header, body string) {
	sum := sha256.Sum256([]byte(body))
	h.Set("Etag", `"`+base64.RawURLEncoding.EncodeToString(sum[:16])+`"`)
}

// JSON encodes an answer, and sets its validator.
func JSON(h http.Header, v any) []byte {
	body, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	body = append(body, '\n')
	Tag(h, string(body))
	return body
}

var (
	start = rand.Uint64()
	count atomic.Uint64
)

func requestID() string {
	n := start + count.Add(1)
	var b [8]byte
	for i := range b {
		b[i] = byte(n >> (56 - 8*i))
	}
	return hex.EncodeToString(b[:])
}

// Log writes Dewar's line for an answer.
func Log(ctx context.Context, log *slog.Logger, r *http.Request, rule string, status, bytes int, began time.Time) {
	client := ""
	if p, err := netip.ParseAddrPort(r.RemoteAddr); err == nil {
		client = p.Addr().String()
	}
	log.LogAttrs(ctx, slog.LevelInfo, "request",
		slog.String("method", r.Method),
		slog.String("rule", rule),
		slog.Int("status", status),
		slog.Duration("took", time.Since(began)),
		slog.Int("bytes", bytes),
		slog.String("request_id", requestID()),
		slog.String("client", client),
	)
}

// Wrap does both around a handler of net/http. rule is asked for the matched
// rule once the handler has run.
func Wrap(log *slog.Logger, rule func(*http.Request) string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		Headers(w.Header())
		rec := &recorder{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(rec, r)
		Log(r.Context(), log, r, rule(r), rec.status, rec.bytes, began)
	})
}

// recorder notes what the log line says.
type recorder struct {
	http.ResponseWriter
	status, bytes int
}

func (w *recorder) WriteHeader(code int) {
	w.status = code
	w.ResponseWriter.WriteHeader(code)
}

func (w *recorder) Write(p []byte) (int, error) {
	n, err := w.ResponseWriter.Write(p)
	w.bytes += n
	return n, err
}

func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }
