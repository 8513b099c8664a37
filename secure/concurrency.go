package secure

import (
	"fmt"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"
)

// Concurrency bounds the number of requests served at once. A server that
// takes more than it can serve answers none in time; one that sheds answers
// the rest as fast as ever. It is safe for concurrent use.
type Concurrency struct {
	limit      int64
	running    atomic.Int64
	shed       atomic.Uint64
	retryAfter []string
}

// NewConcurrency allows limit requests at once and tells the others to come
// back after retryAfter, rounded up to seconds, at least one. It fails for a
// limit below 1.
func NewConcurrency(limit int, retryAfter time.Duration) (*Concurrency, error) {
	if limit < 1 {
		return nil, fmt.Errorf("secure: the concurrency limit is %d, want 1 or more", limit)
	}
	seconds := max(1, int64((retryAfter+time.Second-1)/time.Second))
	return &Concurrency{limit: int64(limit), retryAfter: []string{strconv.FormatInt(seconds, 10)}}, nil
}

// Acquire takes a place and reports whether there was one. Whoever gets one
// gives it back with Release.
func (c *Concurrency) Acquire() bool {
	if c.running.Add(1) <= c.limit {
		return true
	}
	c.running.Add(-1)
	c.shed.Add(1)
	return false
}

// Release gives a place back.
func (c *Concurrency) Release() { c.running.Add(-1) }

// Running is the number of places taken now.
func (c *Concurrency) Running() int { return int(c.running.Load()) }

// Shed is the number of requests that found no place.
func (c *Concurrency) Shed() uint64 { return c.shed.Load() }

// SetRetryAfter sets the Retry-After header of a 503 answer.
func (c *Concurrency) SetRetryAfter(h http.Header) { h["Retry-After"] = c.retryAfter }

// Wrap serves requests with next while there is room and answers the others
// 503 Service Unavailable with Retry-After and Connection: close, so that a
// client that waits does not hold a connection.
func (c *Concurrency) Wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !c.Acquire() {
			c.SetRetryAfter(w.Header())
			w.Header().Set("Connection", "close")
			http.Error(w, "Service Unavailable", http.StatusServiceUnavailable)
			return
		}
		defer c.Release()
		next.ServeHTTP(w, r)
	})
}
