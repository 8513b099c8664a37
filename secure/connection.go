package secure

import (
	"context"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// connection is what is known of one connection. It is the context of the
// connection's requests as well: there may be very many that only wait, and one
// object is smaller than two.
type connection struct {
	context.Context
	conn    net.Conn
	cancels atomic.Pointer[cancels]

	mu       sync.Mutex
	gone     bool
	http2    bool
	asks     bool       // it is new, or between two requests
	over     bool       // a handler has taken it over
	first    *Admission // of the requests under way
	requests int64      // how many these are; over HTTP/1, also while the answer leaves
	waits    int64      // how many of them wait for the client
	held     int64      // bytes of answers that wait for the client
	holds    time.Time  // since when

	// How much the client gave and took, and how long it was waited for: since
	// the last request began, and of late when that is long ago.
	since  time.Time // when the program began to wait for the client; zero: it does not
	waited time.Duration
	given  int64
}

type connectionKey struct{}

// Value finds the connection for those who know its key.
func (n *connection) Value(key any) any {
	if key == (connectionKey{}) {
		return n
	}
	return n.Context.Value(key)
}

const (
	// lately is how much waiting is remembered. What a client gave before counts
	// for less and less, so that a fast beginning does not make up for a slow end.
	lately = 10 * time.Second
	// benefit is what every client is taken to have given, in bytes, so that one
	// that has only just come, or just asked, is not the worst of all. What a
	// connection gave for requests before does not count: to end it between two
	// requests does less harm than to end an upload.
	benefit = 4 << 10
)

// asking notes that the connection waits for a request.
func (n *connection) asking() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.asks, n.waited, n.given = true, 0, 0
	if !n.http2 { // the answer is taken
		n.requests, n.waits = 0, 0
	}
	n.since = time.Now()
}

// idle is for how long the connection has had no request.
func (n *connection) idle(now time.Time) time.Duration {
	n.mu.Lock()
	defer n.mu.Unlock()
	if !n.asks || n.first != nil {
		return -1
	}
	return now.Sub(n.since)
}

// asked notes that a request has come.
func (n *connection) asked() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.asks = false
	n.since, n.waited, n.given = time.Time{}, 0, 0
}

// turn notes whether the program waits for the client: when there is no request,
// or all of them do.
func (n *connection) turn(now time.Time) {
	switch waiting := n.asks || n.requests > 0 && n.waits >= n.requests; {
	case !waiting:
		n.fold(now)
	case n.since.IsZero():
		n.since = now
	}
}

// fold ends a wait.
func (n *connection) fold(now time.Time) {
	if n.since.IsZero() {
		return
	}
	n.waited += now.Sub(n.since)
	n.since = time.Time{}
	for n.waited > lately {
		n.waited /= 2
		n.given /= 2
	}
}

// places is how many places the connection takes.
func (n *connection) places() int64 { return max(1, n.requests) }

// leave ends the accounting, and returns what the connection held.
func (n *connection) leave() (places, held int64, over bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.gone {
		return 0, 0, false
	}
	n.gone = true
	return n.places(), n.held, n.over
}

// A standing is what a connection gives while its client is waited for.
type standing struct {
	*connection
	since  time.Time
	waited time.Duration
	rate   float64 // bytes a second
	places int64
	held   int64
	holds  time.Time
}

// standing reports how a connection stands, and whether its client is waited for.
func (n *connection) standing(now time.Time) (s standing, waiting bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.gone || n.over || n.since.IsZero() {
		return s, false
	}
	waited := n.waited + now.Sub(n.since)
	return standing{n, n.since, waited, float64(benefit+n.given) / waited.Seconds(), n.places(), n.held, n.holds}, true
}

// still reports whether nothing has changed since.
func (s *standing) still() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return !s.gone && s.connection.since.Equal(s.since)
}
