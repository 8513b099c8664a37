package secure

import (
	"net"
	"net/http"
	"runtime"
	"sync/atomic"
	"time"

	"github.com/dewar-go/dewar/internal/httpconn"
)

// An Admission is a request that a [Connections] let in, from
// [Connections.Admit] to [Admission.Done]. Its methods may be called by several
// goroutines at once, and do little for a request of a server that tells nothing
// of its connections.
type Admission struct {
	// Began is when the request came, for [Connections.Underway]. It is set
	// before the request is admitted.
	Began time.Time

	on         *Connections
	of         *connection
	name       string
	next, prev *Admission
	waits      int64 // reads and writes that wait for the client
	answers    bool  // one of them is a short answer
	owed       int64 // the bytes of it, which count when it is taken
	done       bool
	endless    atomic.Bool
}

// Admit tells whether a request is still wanted, and lets it in then. It must be
// called before anything else is done for the request, with an Admission that is
// used for it alone. Requests over HTTP/2 let the connection go on first, so
// that a cancellation that came with the request is known; each of them counts,
// and one too many ends the connection.
func (c *Connections) Admit(r *http.Request, a *Admission) bool {
	a.on = c
	a.of, _ = r.Context().Value(connectionKey{}).(*connection)
	if !isHTTP2(r) {
		if a.of != nil {
			a.of.enter(a, false)
		}
		return true
	}
	gone := c.cancelled(r)
	if !gone {
		runtime.Gosched()
		gone = c.cancelled(r)
	}
	if gone && r.Method != "PRI" { // the preface, over HTTP/1, is to be answered
		return false
	}
	if a.of != nil {
		if places := a.of.enter(a, true); places > 0 {
			c.take(places)
		}
	}
	return true
}

// isHTTP2 reports whether a request came over HTTP/2. The preface, sent over HTTP/1,
// counts as one: a stream may have its method, PRI, as well.
func isHTTP2(r *http.Request) bool { return r.ProtoMajor == 2 }

// enter counts a request, and returns how many places it takes.
func (n *connection) enter(a *Admission, http2 bool) (places int64) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if a.next = n.first; a.next != nil {
		a.next.prev = a
	}
	n.first = a
	if n.gone { // what it held is given up
		return 0
	}
	before := n.places()
	n.requests++
	n.http2 = http2
	if http2 && !n.since.IsZero() {
		n.turn(time.Now())
	}
	return n.places() - before
}

// Named gives the request a name for [Connections.Underway], such as its rule.
func (a *Admission) Named(name string) {
	if a.of != nil {
		a.of.mu.Lock()
		a.name = name
		a.of.mu.Unlock()
	}
}

// Begin notes that the program begins to wait for the client, for its body or
// for it to take a part of an answer.
func (a *Admission) Begin(now time.Time) { a.wait(now, 1, 0) }

// End notes that the program goes on, and how many bytes the client gave or took.
func (a *Admission) End(now time.Time, bytes int64) { a.wait(now, -1, bytes) }

func (a *Admission) wait(now time.Time, change, bytes int64) {
	n := a.of
	if n == nil {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if a.done {
		return
	}
	a.waits += change
	n.waits += change
	n.given += bytes
	n.turn(now)
}

// Answer notes that the program has nothing more to do for the request than to
// send an answer of so many bytes.
func (a *Admission) Answer(now time.Time, bytes int64) {
	n := a.of
	if n == nil {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if !a.answers && !a.done {
		a.answers = true
		a.waits++
		n.waits++
	}
	a.owed = bytes
	n.turn(now)
}

// Pause notes that the program does something else before the answer that
// [Admission.Answer] told of has left. Another Answer ends the pause.
func (a *Admission) Pause(now time.Time) {
	n := a.of
	if n == nil {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if a.answers && !a.done {
		a.answers = false
		a.waits--
		n.waits--
		n.turn(now)
	}
}

// Keep notes that n bytes of an answer wait for the client, and reports whether
// there is room for them; if not, nothing is noted. One connection may keep a
// quarter of [ConnectionLimits.Backlog] waiting. Room is made by closing
// connections that have kept answers waiting for twenty seconds and take least of
// them.
func (a *Admission) Keep(n int64) bool {
	if a.on == nil {
		return true
	}
	held := a.keep(n)
	if limit := a.on.limits.Backlog; limit <= 0 || held <= max(n, limit/4) && a.on.room() {
		return true
	}
	a.keep(-n)
	return false
}

// Kept notes that n bytes that [Admission.Keep] had room for do not wait any more.
func (a *Admission) Kept(n int64) { a.keep(-n) }

// keep adds n to the bytes that wait, and returns those of the connection.
func (a *Admission) keep(n int64) (held int64) {
	if a.of != nil {
		a.of.mu.Lock()
		defer a.of.mu.Unlock()
		if a.of.gone {
			return 0
		}
		if a.of.held == 0 {
			a.of.holds = time.Now()
		}
		a.of.held += n
		held = a.of.held
	}
	if a.on != nil {
		a.on.backlog.Add(n)
	}
	return held
}

// MayTakeOver reports whether a handler may take the connection over, as for a
// WebSocket: nobody else gets its place until the handler closes it, so that half of
// the places are left to others.
func (a *Admission) MayTakeOver() bool {
	return a.on == nil || a.on.limits.Places <= 0 || a.on.over.Load() < int64(max(1, a.on.limits.Places/2))
}

// Endless notes that the answer may have no end, such as a stream of events, and
// reports whether there is room for one: such answers, and the connections that
// handlers have taken over, get half of the places.
func (a *Admission) Endless() bool {
	if a.of == nil || a.endless.Load() {
		return true
	}
	if !a.MayTakeOver() {
		return false
	}
	if a.endless.CompareAndSwap(false, true) {
		a.on.over.Add(1)
	}
	return true
}

// Conn is the connection that the request came over, beneath TLS; nil for a
// request of a server that does not tell of its connections.
func (a *Admission) Conn() net.Conn {
	if a.of == nil {
		return nil
	}
	return lower(a.of.conn)
}

// Done ends the request. One that was cancelled in the meantime counts too.
func (a *Admission) Done(r *http.Request) {
	if a.endless.CompareAndSwap(true, false) {
		a.on.over.Add(-1)
	}
	n, http2 := a.of, isHTTP2(r)
	if n != nil {
		places := n.exit(a, http2)
		a.on.giveUp(places)
	}
	if http2 && a.on != nil {
		a.on.cancelled(r)
	}
}

// exit ends the accounting of a request, and returns how many places it gives up.
// Over HTTP/1 its answer is still on its way: it is taken when the connection
// asks for the next request.
func (n *connection) exit(a *Admission, http2 bool) (places int64) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if a.done {
		return 0
	}
	a.done = true
	if a.prev != nil {
		a.prev.next = a.next
	} else {
		n.first = a.next
	}
	if a.next != nil {
		a.next.prev = a.prev
	}
	a.prev, a.next = nil, nil
	if !http2 {
		return 0
	}
	before := n.places()
	n.requests--
	n.waits -= a.waits
	n.given += a.owed
	n.turn(time.Now())
	if n.gone {
		return 0
	}
	return before - n.places()
}

// Wrap serves the requests that are still wanted with next, at a pace, by whose
// waits the connections are judged.
func (c *Connections) Wrap(pace Pace, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a := &Admission{Began: time.Now()}
		if c.Admit(r, a) {
			defer a.Done(r)
			pace.Telling(a).Wrap(next).ServeHTTP(w, r)
			httpconn.DropDeadlines(r.Context(), w, r.ProtoMajor)
		}
	})
}
