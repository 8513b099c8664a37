package secure

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// pipeListener hands out one end of an in-memory connection for each dial.
type pipeListener struct {
	conns chan net.Conn
	once  sync.Once
	end   chan struct{}
}

func newPipeListener() *pipeListener {
	return &pipeListener{conns: make(chan net.Conn), end: make(chan struct{})}
}

func (l *pipeListener) dial() net.Conn {
	client, server := net.Pipe()
	l.conns <- server
	return client
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.end:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Close() error   { l.once.Do(func() { close(l.end) }); return nil }
func (l *pipeListener) Addr() net.Addr { return &net.TCPAddr{} }

// servePaced runs f against a server that guards h with p, with fake time.
func servePaced(t *testing.T, p Pace, h http.HandlerFunc, f func(dial func() net.Conn)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		l := newPipeListener()
		server := &http.Server{Handler: p.Wrap(h), ReadHeaderTimeout: 5 * time.Second, IdleTimeout: 120 * time.Second}
		go server.Serve(l)
		f(l.dial)
		server.Close()
		synctest.Wait()
	})
}

func TestPaceBody(t *testing.T) {
	const size = 20000
	for _, row := range []struct {
		name  string
		pace  Pace
		chunk int
		every time.Duration
		ok    bool
		upto  time.Duration // a client that is cut off is cut off by then
	}{
		{"at the minimum rate for ten times the grace", Pace{Grace: 2 * time.Second, Silent: 4 * time.Second, Rate: 1000}, 1000, time.Second, true, 0},
		{"at half the minimum rate", Pace{Grace: 2 * time.Second, Silent: 4 * time.Second, Rate: 1000}, 500, time.Second, false, 5 * time.Second},
		{"one byte a second", Pace{}, 1, time.Second, false, 31 * time.Second},
		{"fast at first, then silent", Pace{Grace: 2 * time.Second, Silent: 4 * time.Second, Rate: 1000}, 19000, 5 * time.Second, false, 5 * time.Second},
		{"pauses within what was earned", Pace{Grace: 2 * time.Second, Silent: 4 * time.Second, Rate: 1000}, 5000, 3500 * time.Millisecond, true, 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			var got chan error // made inside the bubble, or waiting on it would stop its clock
			var took time.Duration
			servePaced(t, row.pace, func(w http.ResponseWriter, r *http.Request) {
				start := time.Now()
				_, err := io.Copy(io.Discard, r.Body)
				took = time.Since(start)
				got <- err
			}, func(dial func() net.Conn) {
				got = make(chan error, 1)
				c := dial()
				defer c.Close()
				go io.Copy(io.Discard, c)
				fmt.Fprintf(c, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n", size)
				body := strings.Repeat("x", size)
				for len(body) > 0 {
					n := min(row.chunk, len(body))
					if _, err := io.WriteString(c, body[:n]); err != nil {
						break
					}
					body = body[n:]
					time.Sleep(row.every)
				}
				err := <-got
				if row.ok && err != nil {
					t.Errorf("cut off after %v: %v", took, err)
				}
				if !row.ok && (!errors.Is(err, ErrTooSlow) || took > row.upto) {
					t.Errorf("after %v: %v, want ErrTooSlow within %v", took, err, row.upto)
				}
			})
		})
	}
}

func TestPaceAnswer(t *testing.T) {
	pace := Pace{Grace: 10 * time.Second, Silent: 20 * time.Second, Rate: 1000}
	const size = 200000
	for _, row := range []struct {
		name  string
		chunk int
		every time.Duration
		ok    bool
	}{
		{"a little above the minimum rate", 1100, time.Second, true},
		{"at a quarter of it", 250, time.Second, false},
		{"not reading at all", 1, time.Hour, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			var got chan error // made inside the bubble, or waiting on it would stop its clock
			var took time.Duration
			servePaced(t, pace, func(w http.ResponseWriter, r *http.Request) {
				start := time.Now()
				_, err := io.WriteString(w, strings.Repeat("x", size))
				took = time.Since(start)
				got <- err
			}, func(dial func() net.Conn) {
				got = make(chan error, 1)
				c := dial()
				defer c.Close()
				io.WriteString(c, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
				stop, stopped := make(chan struct{}), make(chan struct{})
				go func() {
					defer close(stopped)
					buf := make([]byte, row.chunk)
					for {
						if _, err := io.ReadFull(c, buf); err != nil {
							return
						}
						select {
						case <-stop:
							return
						case <-time.After(row.every):
						}
					}
				}()
				err := <-got
				close(stop)
				c.Close()
				<-stopped
				if row.ok && err != nil {
					t.Errorf("cut off after %v: %v", took, err)
				}
				if !row.ok && (!errors.Is(err, ErrTooSlow) || took > time.Minute) {
					t.Errorf("after %v: %v, want ErrTooSlow", took, err)
				}
			})
		})
	}
}

// A stream that is silent for longer than Silent, because the program has
// nothing to say, goes on.
func TestPaceSilentProgram(t *testing.T) {
	servePaced(t, Pace{}, func(w http.ResponseWriter, r *http.Request) {
		for i := range 3 {
			fmt.Fprintf(w, "event %d\n", i)
			if err := http.NewResponseController(w).Flush(); err != nil {
				t.Error(err)
			}
			time.Sleep(10 * time.Minute)
		}
	}, func(dial func() net.Conn) {
		c := dial()
		defer c.Close()
		io.WriteString(c, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
		all, err := io.ReadAll(c)
		if err != nil || !strings.Contains(string(all), "event 2") {
			t.Errorf("read %q, %v", all, err)
		}
	})
}

// A view that works for long after it read the body, and after half of it,
// does not lose its client; nor does the next request on the connection.
func TestPaceSlowProgram(t *testing.T) {
	servePaced(t, Pace{}, func(w http.ResponseWriter, r *http.Request) {
		io.CopyN(io.Discard, r.Body, 2)
		time.Sleep(time.Hour)
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			t.Error("body:", err)
		}
		time.Sleep(time.Hour)
		if err := r.Context().Err(); err != nil {
			t.Error("context:", err)
		}
		io.WriteString(w, "done")
	}, func(dial func() net.Conn) {
		c := dial()
		defer c.Close()
		in := bufio.NewReader(c)
		for range 2 {
			io.WriteString(c, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody")
			resp, err := http.ReadResponse(in, nil)
			if err != nil {
				t.Fatal(err)
			}
			if b, err := io.ReadAll(resp.Body); string(b) != "done" || err != nil {
				t.Errorf("answer %q, %v", b, err)
			}
			time.Sleep(100 * time.Second) // longer than a stale write deadline
		}
	})
}

// A source that is slow itself is not held against the client.
func TestPaceSlowSource(t *testing.T) {
	servePaced(t, Pace{}, func(w http.ResponseWriter, r *http.Request) {
		pr, pw := io.Pipe()
		go func() {
			io.WriteString(pw, "first ")
			time.Sleep(10 * time.Minute)
			io.WriteString(pw, "second")
			pw.Close()
		}()
		if n, err := io.Copy(w, pr); n != 12 || err != nil {
			t.Errorf("copied %d, %v", n, err)
		}
	}, func(dial func() net.Conn) {
		c := dial()
		defer c.Close()
		io.WriteString(c, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
		all, err := io.ReadAll(c)
		if err != nil || !strings.Contains(string(all), "second") {
			t.Errorf("read %q, %v", all, err)
		}
	})
}

func TestPaceFile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "file")
	content := strings.Repeat("0123456789", 20000)
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: Pace{}.Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.ServeFile(w, r, name)
	}))}
	go server.Serve(l)
	defer server.Close()
	for _, row := range []struct{ rng, want string }{{"", content}, {"bytes=5-150004", content[5:150005]}} {
		req, _ := http.NewRequest("GET", "http://"+l.Addr().String(), nil)
		if row.rng != "" {
			req.Header.Set("Range", row.rng)
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if string(b) != row.want || err != nil {
			t.Errorf("%q: %d bytes, %v, want %d", row.rng, len(b), err, len(row.want))
		}
	}
}

func TestConcurrency(t *testing.T) {
	c, err := NewConcurrency(2, 1500*time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		h := c.Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { <-release }))
		l := newPipeListener()
		server := &http.Server{Handler: h}
		go server.Serve(l)
		status := make(chan *http.Response, 3)
		for range 3 {
			go func() {
				conn := l.dial()
				defer conn.Close()
				io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
				resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
				if err != nil {
					t.Error(err)
				}
				status <- resp
			}()
		}
		synctest.Wait()
		shed := <-status
		if shed.StatusCode != 503 || shed.Header.Get("Retry-After") != "2" || !shed.Close {
			t.Errorf("shed with %d, Retry-After %q, close %t", shed.StatusCode, shed.Header.Get("Retry-After"), shed.Close)
		}
		if c.Running() != 2 || c.Shed() != 1 {
			t.Errorf("running %d, shed %d", c.Running(), c.Shed())
		}
		close(release)
		for range 2 {
			if resp := <-status; resp.StatusCode != 200 {
				t.Errorf("status %d", resp.StatusCode)
			}
		}
		if c.Running() != 0 {
			t.Errorf("%d places are still taken", c.Running())
		}
		server.Close()
		synctest.Wait()
	})
	if _, err := NewConcurrency(0, 0); err == nil {
		t.Error("a limit of 0 is accepted")
	}
}

// HTTP/2 has deadlines of its own for each stream. A client that stops sending
// or stops reading is cut off there too; a program that takes long is not.
func TestPaceHTTP2(t *testing.T) {
	for _, row := range []struct {
		name    string
		stall   bool // the client sends the start of a body and no more
		handler func(w http.ResponseWriter, r *http.Request) error
		tooSlow bool
	}{
		{"body", true, func(w http.ResponseWriter, r *http.Request) error {
			_, err := io.Copy(io.Discard, r.Body)
			return err
		}, true},
		{"answer", false, func(w http.ResponseWriter, r *http.Request) (err error) {
			for err == nil {
				_, err = w.Write(make([]byte, 1<<16))
			}
			return err
		}, true},
		{"program", false, func(w http.ResponseWriter, r *http.Request) error {
			io.CopyN(io.Discard, r.Body, 1)
			fmt.Fprint(w, "a")
			http.NewResponseController(w).Flush()
			time.Sleep(time.Hour)
			_, err := io.Copy(w, r.Body)
			return err
		}, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				got, stop := make(chan error, 1), make(chan struct{})
				var protocols http.Protocols
				protocols.SetUnencryptedHTTP2(true)
				server := &http.Server{Protocols: &protocols, Handler: Pace{}.Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if r.ProtoMajor != 2 {
						t.Errorf("HTTP/%d", r.ProtoMajor)
					}
					got <- row.handler(w, r)
				}))}
				l := newPipeListener()
				go server.Serve(l)
				transport := &http.Transport{Protocols: &protocols, DialContext: func(context.Context, string, string) (net.Conn, error) { return l.dial(), nil }}
				var body io.Reader = strings.NewReader("xyz")
				if row.stall {
					body = io.MultiReader(body, waitReader(stop))
				}
				req, err := http.NewRequest("POST", "http://app.test/", body)
				if err != nil {
					t.Fatal(err)
				}
				done := make(chan struct{})
				go func() {
					defer close(done)
					resp, err := transport.RoundTrip(req)
					if err != nil {
						return
					}
					defer resp.Body.Close()
					if row.tooSlow {
						<-stop
						return
					}
					if b, err := io.ReadAll(resp.Body); string(b) != "ayz" || err != nil {
						t.Errorf("answer %q, %v", b, err)
					}
				}()
				start := time.Now()
				err = <-got
				if errors.Is(err, ErrTooSlow) != row.tooSlow || !row.tooSlow && err != nil {
					t.Errorf("%v, too slow: %t", err, row.tooSlow)
				}
				if took := time.Since(start); row.tooSlow && took > time.Minute {
					t.Errorf("cut off after %v", took)
				}
				if row.tooSlow {
					close(stop)
				}
				<-done
				transport.CloseIdleConnections()
				server.Close()
				synctest.Wait()
			})
		})
	}
}

// waitReader blocks until the channel is closed.
type waitReader chan struct{}

func (r waitReader) Read([]byte) (int, error) { <-r; return 0, io.EOF }
