package secure

import (
	"cmp"
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Connections bounds how many connections a server has open, and what one of
// them may do to the others. A server without a bound runs into the system's
// limit of open files, and then takes nobody any more until somebody leaves
// ([http.Server] tries again once a second at most). Here whoever comes when
// all places are taken gets the place of a connection that waits for its
// client: first of one that has not yet sent a whole request, then of one that
// is between two requests, the longest waiting first. Each has a
// tenth of a second for itself, for which newcomers wait. A connection with a
// request under way keeps its place; when all have one, the newcomer is closed.
//
// It also ends HTTP/2 connections whose client opens streams only to cancel
// them (CVE-2023-44487, rapid reset). It is safe for concurrent use.
type Connections struct {
	max     int64
	open    atomic.Int64
	evicted atomic.Uint64
	resets  atomic.Uint64
	all     sync.Map // net.Conn to *connection
}

// connection is what is known of one connection. It is the context of the
// connection's requests as well: there may be very many that only wait, and one
// object is smaller than two.
type connection struct {
	context.Context
	conn    net.Conn
	since   atomic.Int64 // when it began to wait for its client, in ns; 0: it does not
	idle    atomic.Bool  // it waits between two requests
	cancels atomic.Pointer[cancels]
}

// cancels counts the requests that the client of a connection cancels.
type cancels struct {
	mu      sync.Mutex
	credit  float64 // requests that it may still cancel
	counted time.Time
}

// Value finds the connection for those who know its key.
func (n *connection) Value(key any) any {
	if key == (connectionKey{}) {
		return n
	}
	return n.Context.Value(key)
}

// atLeast is how long a connection may wait for its client whatever comes.
const atLeast = 100 * time.Millisecond

// How many requests the client of an HTTP/2 connection may cancel at once, and
// how many more each second. A browser that leaves a page cancels some dozens;
// a search field that asks at each key, a few a second.
const (
	cancelBurst  = 100
	cancelSecond = 10
)

// NewConnections bounds the open connections to max, which 0 leaves without a
// bound.
func NewConnections(max int) *Connections { return &Connections{max: int64(max)} }

// Attach has a server tell of its connections. It must be called before the
// server serves, and keeps hooks that are set already.
func (c *Connections) Attach(server *http.Server) {
	state, inContext := server.ConnState, server.ConnContext
	server.ConnState = func(conn net.Conn, s http.ConnState) {
		c.changed(conn, s)
		if state != nil {
			state(conn, s)
		}
	}
	server.ConnContext = func(ctx context.Context, conn net.Conn) context.Context {
		if inContext != nil {
			ctx = inContext(ctx, conn)
		}
		n := &connection{Context: ctx, conn: conn}
		c.all.Store(conn, n)
		return n
	}
}

type connectionKey struct{}

// Conn is the connection that a request came over, given the request's context.
// For TLS it is the connection below. It is nil for a request of another server.
func (c *Connections) Conn(ctx context.Context) net.Conn {
	n, ok := ctx.Value(connectionKey{}).(*connection)
	if !ok {
		return nil
	}
	if t, ok := n.conn.(*tls.Conn); ok {
		return t.NetConn()
	}
	return n.conn
}

// Open is the number of connections that are open.
func (c *Connections) Open() int { return int(c.open.Load()) }

// Evicted is the number of connections that were closed for want of places.
func (c *Connections) Evicted() uint64 { return c.evicted.Load() }

// Reset is the number of HTTP/2 connections that were closed because their
// clients cancelled too many requests.
func (c *Connections) Reset() uint64 { return c.resets.Load() }

func (c *Connections) changed(conn net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew: // after ConnContext
		if known, ok := c.all.Load(conn); ok {
			known.(*connection).since.Store(time.Now().UnixNano())
			if c.open.Add(1) > c.max && c.max > 0 {
				c.makeRoom()
			}
		}
	case http.StateActive, http.StateIdle:
		if known, ok := c.all.Load(conn); ok {
			n, since := known.(*connection), int64(0)
			if state == http.StateIdle {
				n.idle.Store(true)
				since = time.Now().UnixNano()
			}
			n.since.Store(since)
		}
	case http.StateClosed, http.StateHijacked:
		if _, ok := c.all.LoadAndDelete(conn); ok {
			c.open.Add(-1)
		}
	}
}

// makeRoom closes those who wait longest, a few at a time, since to find them is
// some work.
func (c *Connections) makeRoom() {
	type waiting struct {
		*connection
		idle  bool
		since int64
	}
	var list []waiting
	c.all.Range(func(_, known any) bool {
		n := known.(*connection)
		if since := n.since.Load(); since != 0 {
			list = append(list, waiting{n, n.idle.Load(), since})
		}
		return true
	})
	slices.SortFunc(list, func(a, b waiting) int {
		if a.idle != b.idle {
			if a.idle {
				return 1
			}
			return -1
		}
		return cmp.Compare(a.since, b.since)
	})
	if len(list) > 0 {
		// This is where new connections are accepted: the next waits too.
		time.Sleep(time.Until(time.Unix(0, list[0].since).Add(atLeast)))
	}
	for _, n := range list[:min(len(list), 1+int(c.max/64))] {
		if n.since == n.connection.since.Load() { // it still waits
			c.evicted.Add(1)
			c.close(n.conn)
		}
	}
}

// close ends a connection without a farewell, and gives up its place: net/http
// finds out when it reads from it.
func (c *Connections) close(conn net.Conn) {
	if _, ok := c.all.LoadAndDelete(conn); ok {
		c.open.Add(-1)
	}
	if t, ok := conn.(*tls.Conn); ok {
		conn = t.NetConn() // a TLS alert could wait for the client
	}
	_ = conn.Close()
}

// Admit tells whether a request is still wanted. It must be called before
// anything else is done for the request. Requests over HTTP/2 let the
// connection go on first, so that a cancellation that came with the request is
// known; each of them counts, and one too many ends the connection.
func (c *Connections) Admit(r *http.Request) bool {
	if r.ProtoMajor != 2 || r.Method == "PRI" { // that is HTTP/2's preface, over HTTP/1
		return true
	}
	if c.cancelled(r) {
		return false
	}
	runtime.Gosched()
	return !c.cancelled(r)
}

// Done is to be called at the end of a request that Admit let pass: one that was
// cancelled in the meantime counts too.
func (c *Connections) Done(r *http.Request) {
	if r.ProtoMajor == 2 {
		c.cancelled(r)
	}
}

func (c *Connections) cancelled(r *http.Request) bool {
	if r.Context().Err() == nil {
		return false
	}
	if n, ok := r.Context().Value(connectionKey{}).(*connection); ok && !n.mayCancel() {
		if _, open := c.all.Load(n.conn); open {
			c.resets.Add(1)
			c.close(n.conn)
		}
	}
	return true
}

// mayCancel counts a cancelled request.
func (n *connection) mayCancel() bool {
	k := n.cancels.Load()
	if k == nil {
		k = &cancels{credit: cancelBurst, counted: time.Now()}
		if !n.cancels.CompareAndSwap(nil, k) {
			k = n.cancels.Load()
		}
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	now := time.Now()
	k.credit = min(cancelBurst, k.credit+now.Sub(k.counted).Seconds()*cancelSecond) - 1
	k.counted = now
	return k.credit > 0
}

// Wrap serves the requests that are still wanted with next.
func (c *Connections) Wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if c.Admit(r) {
			defer c.Done(r)
			next.ServeHTTP(w, r)
		}
	})
}
