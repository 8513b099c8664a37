package secure

import (
	"context"
	"io"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dewar-go/dewar/internal/httpconn"
)

// visitor is a connection of a server that is not there, and its requests.
type visitor struct {
	conn   net.Conn // the server's end
	client net.Conn
	state  func(net.Conn, http.ConnState)
	ctx    context.Context
	major  int
	method string
}

// visit connects to a server that tells c of its connections.
func visit(t *testing.T, c *Connections, major int) *visitor {
	t.Helper()
	server := &http.Server{}
	c.Attach(server)
	v := &visitor{state: server.ConnState, major: major, method: "GET"}
	v.client, v.conn = net.Pipe()
	v.ctx = server.ConnContext(t.Context(), v.conn)
	v.state(v.conn, http.StateNew)
	t.Cleanup(func() { v.client.Close() })
	return v
}

// ask makes a request.
func (v *visitor) ask(t *testing.T, c *Connections) (*Admission, *http.Request) {
	t.Helper()
	r := (&http.Request{Method: v.method, ProtoMajor: v.major}).WithContext(v.ctx)
	a := &Admission{Began: time.Now()}
	v.state(v.conn, http.StateActive)
	if !c.Admit(r, a) {
		t.Fatal("the request is not wanted")
	}
	return a, r
}

// closed reports whether the server has closed the connection.
func (v *visitor) closed() bool {
	v.client.SetReadDeadline(time.Now().Add(time.Millisecond))
	_, err := v.client.Read(make([]byte, 1))
	return err == io.EOF
}

// TestAnswersHaveRoom: what waits for clients is bounded, for one connection and
// for all, and those who take least lose their room.
func TestAnswersHaveRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := NewConnections(ConnectionLimits{Backlog: 1000})
		var visitors []*visitor
		var waiting []*Admission
		for range 5 {
			v := visit(t, c, 1)
			a, _ := v.ask(t, c)
			if !a.Keep(200) {
				t.Fatal("no room for 200 of 1,000")
			}
			a.Begin(time.Now())
			visitors, waiting = append(visitors, v), append(waiting, a)
		}
		if waiting[0].Keep(100) {
			t.Error("one connection keeps more than a quarter")
		}
		newcomer, _ := visit(t, c, 1).ask(t, c)
		if newcomer.Keep(100) || c.Backlog() != 1000 || c.Evicted() != 0 {
			t.Errorf("%d bytes of 1000, %d evicted, though none has waited for long", c.Backlog(), c.Evicted())
		}
		for range 21 {
			time.Sleep(time.Second)
			for _, a := range waiting[1:] { // these take something
				a.End(time.Now(), 2000)
				a.Begin(time.Now())
			}
		}
		if !newcomer.Keep(150) || c.Backlog() != 950 || c.Evicted() != 1 {
			t.Errorf("%d bytes of 1000, %d evicted", c.Backlog(), c.Evicted())
		}
		for i, v := range visitors {
			if v.closed() != (i == 0) {
				t.Errorf("visitor %d: closed %v", i, v.closed())
			}
		}
		waiting[0].Kept(200) // it finds out
		waiting[1].Kept(200)
		if c.Backlog() != 750 {
			t.Errorf("%d bytes wait, want 750", c.Backlog())
		}
		visitors[2].state(visitors[2].conn, http.StateClosed)
		if c.Backlog() != 550 {
			t.Errorf("%d bytes wait after one has gone, want 550", c.Backlog())
		}
		// An answer above a quarter has room when it is the connection's only one.
		if waiting[1].Keep(300); c.Backlog() != 850 {
			t.Errorf("%d bytes wait, want 850", c.Backlog())
		}
		// Those who take a little do not keep their room for ever.
		if another, _ := visit(t, c, 1).ask(t, c); !another.Keep(200) || c.Evicted() != 2 {
			t.Errorf("%d evicted, want 2", c.Evicted())
		}
	})
}

// TestStreamsTakePlaces: a connection of HTTP/2 takes a place for each request,
// and is judged by what it gives for all of them; it waits for its client only
// when all of them do.
func TestStreamsTakePlaces(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := NewConnections(ConnectionLimits{Places: 8})
		many, one := visit(t, c, 2), visit(t, c, 1)
		var streams []*Admission
		var last *http.Request
		for range 4 {
			a, r := many.ask(t, c)
			streams, last = append(streams, a), r
		}
		single, _ := one.ask(t, c)
		if c.Open() != 5 {
			t.Fatalf("%d places are taken, want 5", c.Open())
		}
		for _, a := range streams {
			a.Begin(time.Now())
		}
		single.Begin(time.Now())
		for range 10 { // twice as much over the many as over the one
			time.Sleep(time.Second)
			streams[0].End(time.Now(), 1000)
			streams[0].Begin(time.Now())
			single.End(time.Now(), 500)
			single.Begin(time.Now())
		}
		working := streams[3]
		working.End(time.Now(), 0) // the program has something to do
		for range 3 {
			visit(t, c, 1)
		}
		time.Sleep(time.Second)
		if visit(t, c, 1); c.Open() != 8 || many.closed() || !one.closed() {
			t.Fatalf("%d places are taken, the many closed: %v, the one: %v", c.Open(), many.closed(), one.closed())
		}
		working.Begin(time.Now())
		time.Sleep(10 * time.Second)
		visit(t, c, 1)
		visit(t, c, 1)
		if !many.closed() {
			t.Error("the connection that gives least for its four places keeps them")
		}
		open := c.Open()
		for _, a := range streams {
			a.Done(last)
		}
		if c.Open() != open {
			t.Errorf("%d places, not %d: those of a closed connection are given up twice", c.Open(), open)
		}
	})
}

// TestUnderway: requests are listed as long as they last.
func TestUnderway(t *testing.T) {
	c := NewConnections(ConnectionLimits{})
	v := visit(t, c, 2)
	list := func() (names string) {
		c.Underway(func(name string, began time.Time) {
			if began.IsZero() {
				t.Error("it never began")
			}
			names += name
		})
		return names
	}
	var all []*Admission
	var request *http.Request
	for _, name := range []string{"a", "b", "c"} {
		a, r := v.ask(t, c)
		a.Named(name)
		all, request = append(all, a), r
	}
	for _, row := range []struct {
		end  int
		want string
	}{{1, "ca"}, {2, "a"}, {0, ""}} {
		all[row.end].Done(request)
		if got := list(); got != row.want {
			t.Errorf("under way: %q, want %q", got, row.want)
		}
	}
	if c.Open() != 1 {
		t.Errorf("%d places are taken, want 1", c.Open())
	}
}

// TestMethodPRI: a stream that asks for PRI, the method of HTTP/2's preface, takes a
// place and is counted when it is cancelled, as any other.
func TestMethodPRI(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := NewConnections(ConnectionLimits{})
		v := visit(t, c, 2)
		v.method = "PRI"
		for range 10 {
			v.ask(t, c)
		}
		if c.Open() != 10 {
			t.Errorf("ten requests PRI take %d places", c.Open())
		}
		if v.state(v.conn, http.StateClosed); c.Open() != 0 {
			t.Errorf("%d places are taken when all have gone", c.Open())
		}
		v = visit(t, c, 2)
		v.method = "PRI"
		ctx, cancel := context.WithCancel(v.ctx)
		v.ctx = ctx
		cancel()
		for range cancelBurst {
			a, r := v.ask(t, c)
			a.Done(r)
		}
		if c.Reset() != 1 || !v.closed() {
			t.Errorf("%d connections are reset for cancelled requests PRI, want 1", c.Reset())
		}
	})
}

// TestGoneConnectionsTakeNoPlace: a request of a connection that has lost its places
// takes none, since nobody would give it back.
func TestGoneConnectionsTakeNoPlace(t *testing.T) {
	c := NewConnections(ConnectionLimits{})
	v := visit(t, c, 2)
	v.ask(t, c)
	v.state(v.conn, http.StateClosed)
	for range 3 {
		a, r := v.ask(t, c)
		a.Done(r)
	}
	if c.Open() != 0 {
		t.Errorf("%d places are taken by nobody", c.Open())
	}
}

// TestNoMoreAreEvictedThanNeeded: the end of one connection with many requests makes
// room enough, and nobody else loses a place for it.
func TestNoMoreAreEvictedThanNeeded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := NewConnections(ConnectionLimits{Places: 64})
		many, idle := visit(t, c, 2), visit(t, c, 1)
		for range 63 {
			a, _ := many.ask(t, c)
			a.Begin(time.Now())
		}
		time.Sleep(time.Second)
		visit(t, c, 1)
		if !many.closed() || idle.closed() || c.Evicted() != 1 {
			t.Errorf("the many are closed: %v, the idle one: %v; %d evicted, want 1", many.closed(), idle.closed(), c.Evicted())
		}
	})
}

// TestTakenOverConnectionsKeepTheirPlace: a connection that a handler has taken over
// counts until it is closed, and half of the places are left to others.
func TestTakenOverConnectionsKeepTheirPlace(t *testing.T) {
	c := NewConnections(ConnectionLimits{Places: 4})
	server := &http.Server{}
	c.Attach(server)
	var taken []net.Conn
	for range 2 {
		client, end := net.Pipe()
		defer client.Close()
		conn := &httpconn.Conn{Conn: end}
		r := (&http.Request{Method: "GET", ProtoMajor: 1}).WithContext(server.ConnContext(t.Context(), conn))
		server.ConnState(conn, http.StateNew)
		server.ConnState(conn, http.StateActive)
		a := &Admission{}
		if c.Admit(r, a); !a.MayTakeOver() {
			t.Fatalf("none of four places may be taken over, %d are", len(taken))
		}
		server.ConnState(conn, http.StateHijacked)
		a.Done(r)
		taken = append(taken, conn)
	}
	v := visit(t, c, 1)
	a, _ := v.ask(t, c)
	if c.Open() != 3 || a.MayTakeOver() {
		t.Errorf("%d places are taken, want 3; another may be taken over: %v", c.Open(), a.MayTakeOver())
	}
	for range 2 {
		taken[0].Close()
	}
	if c.Open() != 2 || !a.MayTakeOver() {
		t.Errorf("%d places are taken after one is closed, want 2; another may be taken over: %v", c.Open(), a.MayTakeOver())
	}
}
