package secure

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// ConnectionLimits are the settings of [NewConnections].
type ConnectionLimits struct {
	// Places bounds the open connections. A connection of HTTP/2 takes a place
	// for each of its requests. Each request may open another file, so half of
	// the system's limit of open files is a good number. Default: no bound.
	Places int
	// Backlog bounds the bytes of long answers that wait for their clients, as
	// [Admission.Keep] counts them. Default: no bound.
	Backlog int64
}

// Connections bounds how many connections a server has open, and what they may
// hold of it. A server without a bound runs into the system's limit of open
// files, and then takes nobody any more until somebody leaves ([http.Server]
// tries again once a second at most). Here whoever comes when all places are
// taken gets the place of the connection that gives least for what it holds: of
// those whose client is waited for (for a request, for a body, to take its
// answer), the one that moved the fewest bytes a second of that time, for each
// place that it takes. The time that the program takes counts for nobody, and a
// connection whose request it is working on keeps its place; when all have one,
// the newcomer is closed. Each connection has a tenth of a second of waiting for
// itself, for which newcomers wait. One that a handler has taken over keeps its place
// until it is closed, where the listener tells of that.
//
// It also ends HTTP/2 connections whose client opens streams only to cancel
// them (CVE-2023-44487, rapid reset). It is safe for concurrent use.
type Connections struct {
	limits  ConnectionLimits
	open    atomic.Int64 // places
	backlog atomic.Int64
	over    atomic.Int64 // connections that handlers have taken over, and answers without an end
	evicted atomic.Uint64
	resets  atomic.Uint64
	all     sync.Map      // net.Conn to *connection
	making  sync.Mutex    // places: one newcomer at a time
	left    chan struct{} // holds one when places were given up
	// Of the room for answers: one looks for it at a time, and not before full, in
	// ns since 1970.
	clearing sync.Mutex
	full     atomic.Int64
}

// NewConnections returns what holds a server to limits.
func NewConnections(limits ConnectionLimits) *Connections {
	return &Connections{limits: limits, left: make(chan struct{}, 1)}
}

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
		n := &connection{Context: ctx, conn: conn, asks: true}
		c.all.Store(conn, n)
		return n
	}
}

// Open is the number of places that are taken.
func (c *Connections) Open() int { return int(c.open.Load()) }

// Backlog is how many bytes of long answers wait for their clients.
func (c *Connections) Backlog() int64 { return c.backlog.Load() }

// Evicted is the number of connections that were closed for want of places or of
// room for answers.
func (c *Connections) Evicted() uint64 { return c.evicted.Load() }

// Reset is the number of HTTP/2 connections that were closed because their
// clients cancelled too many requests.
func (c *Connections) Reset() uint64 { return c.resets.Load() }

// Underway calls f with each request that is under way: the name that it was
// given, and when it began.
func (c *Connections) Underway(f func(name string, began time.Time)) {
	c.all.Range(func(_, known any) bool {
		n := known.(*connection)
		n.mu.Lock()
		defer n.mu.Unlock()
		for a := n.first; a != nil; a = a.next {
			f(a.name, a.Began)
		}
		return true
	})
}

// CloseIdle closes the connections that have had no request for so long. It is for
// a server that shuts down: [http.Server.Shutdown] waits seconds for new
// connections and for those of HTTP/2.
func (c *Connections) CloseIdle(since time.Duration) {
	now := time.Now()
	c.all.Range(func(_, known any) bool {
		if n := known.(*connection); n.idle(now) >= since {
			c.close(n)
		}
		return true
	})
}

func (c *Connections) changed(conn net.Conn, state http.ConnState) {
	known, ok := c.all.Load(conn)
	if !ok {
		return
	}
	n := known.(*connection)
	switch state {
	case http.StateNew: // after ConnContext
		n.asking()
		c.take(1)
	case http.StateActive:
		n.asked()
	case http.StateIdle:
		n.asking()
	case http.StateHijacked:
		c.tookOver(n)
	case http.StateClosed:
		c.forget(n)
	}
}

// tookOver leaves a connection that a handler has taken over its place until it is
// closed, where its listener tells of that. It is the handler's, and not evicted.
func (c *Connections) tookOver(n *connection) {
	told, ok := lower(n.conn).(interface{ OnClose(func()) })
	if !ok {
		c.forget(n)
		return
	}
	n.mu.Lock()
	n.over = true
	n.since = time.Time{}
	n.mu.Unlock()
	c.over.Add(1)
	told.OnClose(func() { c.forget(n) })
}

// forget gives up all that a connection holds.
func (c *Connections) forget(n *connection) {
	c.all.Delete(n.conn)
	places, held, over := n.leave()
	if over {
		c.over.Add(-1)
	}
	c.giveUp(places)
	c.backlog.Add(-held)
}

// close ends a connection without a farewell, and gives up what it holds:
// net/http finds out when it reads from it or writes to it.
func (c *Connections) close(n *connection) {
	c.forget(n)
	n.cut()
}

// cut closes the connection itself, and waits until those have let go of it who
// read from it or write to it.
func (n *connection) cut() {
	// A TLS alert, or what else is to be sent first, would wait for the client.
	conn := n.conn
	for {
		outer, ok := conn.(interface{ NetConn() net.Conn })
		if !ok {
			break
		}
		conn = outer.NetConn()
	}
	_ = conn.Close()
}

// lower is the connection beneath TLS.
func lower(conn net.Conn) net.Conn {
	if t, ok := conn.(*tls.Conn); ok {
		return t.NetConn()
	}
	return conn
}
