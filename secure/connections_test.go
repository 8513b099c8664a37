package secure

import (
	"bufio"
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// serveConnections runs f against a server with a bound on its connections, with
// fake time. /wait is a request that stays under way until release is closed.
func serveConnections(t *testing.T, max int, f func(c *Connections, l *pipeListener, release chan struct{})) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		c, l, release := NewConnections(ConnectionLimits{Places: max}), newPipeListener(), make(chan struct{})
		server := &http.Server{ReadHeaderTimeout: time.Hour, Handler: c.Wrap(Pace{}, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch r.URL.Path {
			case "/wait":
				<-release
			case "/upload":
				_, _ = io.Copy(io.Discard, r.Body)
			case "/download":
				_, _ = w.Write(make([]byte, 1<<20))
			}
		}))}
		c.Attach(server)
		go server.Serve(l)
		f(c, l, release)
		server.Close()
		time.Sleep(time.Second) // net/http lingers
		synctest.Wait()
	})
}

// ask sends a request and returns the status, 0 when the connection is closed.
func ask(conn net.Conn, path string) int {
	if _, err := io.WriteString(conn, "GET "+path+" HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		return 0
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return 0
	}
	return resp.StatusCode
}

// Connections that hold their places with half a request (slowloris) give them up
// to whoever comes, those that have waited longest first, as do those that are
// between two requests.
func TestConnectionsMakeRoom(t *testing.T) {
	serveConnections(t, 4, func(c *Connections, l *pipeListener, _ chan struct{}) {
		good := l.dial()
		var slow []net.Conn
		for range 3 {
			time.Sleep(time.Second)
			conn := l.dial()
			io.WriteString(conn, "GET / HTTP/1.1\r\n")
			slow = append(slow, conn)
		}
		time.Sleep(time.Second)
		if got := ask(good, "/"); got != 200 {
			t.Fatalf("status %d", got)
		}
		for i := range 10 {
			conn := l.dial()
			if got := ask(conn, "/"); got != 200 {
				t.Fatalf("newcomer %d got %d", i, got)
			}
			conn.Close()
			synctest.Wait()
			if i == 0 {
				slow[0].SetReadDeadline(time.Now().Add(time.Second))
				if _, err := slow[0].Read(make([]byte, 1)); err != io.EOF {
					t.Errorf("the connection that waited longest: %v, want EOF", err)
				}
			}
		}
		if got := ask(good, "/"); got != 200 {
			t.Errorf("the connection between two requests got %d", got)
		}
		if c.Evicted() != 1 || c.Open() != 3 {
			t.Errorf("%d evicted, %d open", c.Evicted(), c.Open())
		}
	})
}

// A drip is a client that gives, or takes, n bytes every so often.
type drip struct {
	name  string
	send  string // at first
	n     int
	every time.Duration
	take  bool
}

const bigBody = "POST /upload HTTP/1.1\r\nHost: x\r\nContent-Length: 10000000\r\n\r\n"

// run drips until the connection ends.
func (d drip) run(conn net.Conn) {
	defer conn.Close()
	go io.WriteString(conn, d.send)
	if !d.take {
		go func() { io.Copy(io.Discard, conn); conn.Close() }()
	}
	piece := make([]byte, d.n)
	for {
		time.Sleep(d.every)
		var err error
		if d.take {
			_, err = io.ReadFull(conn, piece)
		} else {
			_, err = conn.Write(piece)
		}
		if err != nil {
			return
		}
	}
}

// Whoever comes while clients hold all places gets the place of the one that gives
// least for it, in whatever way it holds its place, and one that is only slow keeps
// its own.
func TestConnectionsByRate(t *testing.T) {
	good := []drip{
		{"uploads at 20 KB a second", bigBody, 2000, 100 * time.Millisecond, false},
		{"downloads at 20 KB a second", "GET /download HTTP/1.1\r\nHost: x\r\n\r\n", 2000, 100 * time.Millisecond, true},
	}
	for _, bad := range []drip{
		{"headers", "GET / HTTP/1.1\r\nHost: x\r\nX: ", 1, 100 * time.Millisecond, false},
		{"headers of a second request", "GET / HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\nX: ", 1, 100 * time.Millisecond, false},
		{"nothing", "", 1, 5 * time.Minute, false},
		{"nothing after a request", "GET / HTTP/1.1\r\nHost: x\r\n\r\n", 1, 5 * time.Minute, false},
		{"bodies at 1.3 KB a second", bigBody, 130, 100 * time.Millisecond, false},
		{"bodies at 1.3 KB a second, a packet each", bigBody, 1300, time.Second, false},
		{"a fast beginning of a body", bigBody + string(make([]byte, 500_000)), 130, 100 * time.Millisecond, false},
		{"bodies that nobody reads", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 200000\r\n\r\n", 130, 100 * time.Millisecond, false},
		{"answers taken at 1.3 KB a second", "GET /download HTTP/1.1\r\nHost: x\r\n\r\n", 130, 100 * time.Millisecond, true},
	} {
		t.Run(bad.name, func(t *testing.T) {
			serveConnections(t, 8, func(c *Connections, l *pipeListener, _ chan struct{}) {
				var all sync.WaitGroup
				var gone atomic.Int32 // of the good
				var conns []net.Conn
				for _, d := range good {
					conn := l.dial()
					conns = append(conns, conn)
					all.Go(func() { d.run(conn); gone.Add(1) })
				}
				for range 6 {
					conn := l.dial()
					conns = append(conns, conn)
					all.Go(func() { bad.run(conn) })
				}
				time.Sleep(20 * time.Second)
				for i := range 40 {
					start := time.Now()
					conn := l.dial()
					if got := ask(conn, "/"); got != 200 || time.Since(start) > 2*atLeast {
						t.Fatalf("newcomer %d got %d after %v", i, got, time.Since(start))
					}
					conns = append(conns, conn) // it stays, and asks for nothing more
					time.Sleep(100 * time.Millisecond)
				}
				if n := gone.Load(); n > 0 {
					t.Errorf("%d good clients lost their places", n)
				}
				if n := c.Open(); n > 8 {
					t.Errorf("%d places are taken", n)
				}
				for _, conn := range conns {
					conn.Close()
				}
				all.Wait()
			})
		})
	}
}

// A flood of new connections waits until those before it have had their time.
func TestConnectionsHaveTheirTime(t *testing.T) {
	serveConnections(t, 2, func(c *Connections, l *pipeListener, _ chan struct{}) {
		start, closed := time.Now(), make(chan time.Duration, 1)
		for i := range 7 {
			conn := l.dial()
			if i == 0 {
				go func() {
					conn.Read(make([]byte, 1))
					closed <- time.Since(start)
				}()
			}
		}
		if took := <-closed; took != atLeast {
			t.Errorf("the first was closed after %v, want %v", took, atLeast)
		}
		if took := time.Since(start); took != 2*atLeast {
			t.Errorf("seven came within %v, want %v", took, 2*atLeast)
		}
	})
}

// TestConnectionsPlaceThatIsLeft: who waits for a place gets one that somebody leaves at
// once, and nobody loses one for it.
func TestConnectionsPlaceThatIsLeft(t *testing.T) {
	serveConnections(t, 2, func(c *Connections, l *pipeListener, _ chan struct{}) {
		first, second := l.dial(), l.dial()
		defer second.Close()
		start := time.Now()
		time.AfterFunc(30*time.Millisecond, func() { first.Close() })
		third := l.dial()
		if status := ask(third, "/"); status != 200 || time.Since(start) != 30*time.Millisecond || c.Evicted() != 0 {
			t.Errorf("status %d after %v, %d evicted", status, time.Since(start), c.Evicted())
		}
		if status := ask(second, "/"); status != 200 {
			t.Errorf("the other one got %d", status)
		}
	})
}

// Requests under way keep their places.
func TestConnectionsUnderWay(t *testing.T) {
	serveConnections(t, 2, func(c *Connections, l *pipeListener, release chan struct{}) {
		status := make(chan int)
		for range 2 {
			conn := l.dial()
			go func() { status <- ask(conn, "/wait") }()
		}
		synctest.Wait()
		if got := ask(l.dial(), "/"); got != 0 {
			t.Errorf("the newcomer got %d, want its connection closed", got)
		}
		close(release)
		for range 2 {
			if got := <-status; got != 200 {
				t.Errorf("a request under way got %d", got)
			}
		}
	})
}

// TestCVE_2023_44487_RapidReset cancels streams as soon as they are open. The
// connection is closed; one whose client cancels now and then is not.
func TestCVE_2023_44487_RapidReset(t *testing.T) {
	for _, row := range []struct {
		name  string
		pause time.Duration
		dials int
	}{
		{"at once", 0, 2},
		{"now and then", 200 * time.Millisecond, 1},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, l := NewConnections(ConnectionLimits{}), newPipeListener()
				var protocols http.Protocols
				protocols.SetUnencryptedHTTP2(true)
				server := &http.Server{Protocols: &protocols, Handler: c.Wrap(Pace{}, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					<-r.Context().Done()
				}))}
				c.Attach(server)
				go server.Serve(l)
				dials := 0
				transport := &http.Transport{Protocols: &protocols, DialContext: func(context.Context, string, string) (net.Conn, error) {
					dials++
					return l.dial(), nil
				}}
				for range cancelBurst + 20 {
					ctx, cancel := context.WithCancel(t.Context())
					r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://app.test/", nil)
					if err != nil {
						t.Fatal(err)
					}
					done := make(chan struct{})
					go func() {
						defer close(done)
						if resp, err := transport.RoundTrip(r); err == nil {
							resp.Body.Close()
						}
					}()
					synctest.Wait()
					cancel()
					<-done
					synctest.Wait()
					time.Sleep(row.pause)
				}
				if dials != row.dials || c.Reset() != uint64(row.dials-1) {
					t.Errorf("%d connections, %d of them ended, want %d, %d", dials, c.Reset(), row.dials, row.dials-1)
				}
				transport.CloseIdleConnections()
				server.Close()
				synctest.Wait()
			})
		})
	}
}

// A request that is cancelled before its turn costs nothing.
func TestConnectionsAdmit(t *testing.T) {
	served := 0
	h := NewConnections(ConnectionLimits{}).Wrap(Pace{}, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { served++ }))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "/", nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct{ major, want int }{{2, 0}, {1, 1}} {
		served, r.ProtoMajor = 0, row.major
		if h.ServeHTTP(nil, r); served != row.want {
			t.Errorf("HTTP/%d: served %d times, want %d", row.major, served, row.want)
		}
	}
}

func TestConnectionsKeepHooks(t *testing.T) {
	var states []http.ConnState
	contexts := 0
	server := &http.Server{
		ConnState:   func(_ net.Conn, s http.ConnState) { states = append(states, s) },
		ConnContext: func(ctx context.Context, _ net.Conn) context.Context { contexts++; return ctx },
	}
	NewConnections(ConnectionLimits{Places: 1}).Attach(server)
	conn, _ := net.Pipe()
	server.ConnContext(t.Context(), conn)
	server.ConnState(conn, http.StateNew)
	server.ConnState(conn, http.StateClosed)
	if contexts != 1 || len(states) != 2 {
		t.Errorf("%d contexts, states %v", contexts, states)
	}
}

func TestFairListener(t *testing.T) {
	l := newPipeListener()
	fair := FairListener(l)
	go func() {
		conn := l.dial()
		defer conn.Close()
		io.WriteString(conn, "hello")
	}()
	conn, err := fair.Accept()
	if err != nil {
		t.Fatal(err)
	}
	if b, err := io.ReadAll(conn); string(b) != "hello" || err != nil {
		t.Errorf("read %q, %v", b, err)
	}
	if inner, ok := tls.Server(conn, &tls.Config{}).NetConn().(fairConn); !ok || inner.Close() != nil {
		t.Error("what lies beneath TLS is not the fair connection")
	}
	fair.Close()
	if _, err := fair.Accept(); err == nil {
		t.Error("a closed listener accepts")
	}
}
