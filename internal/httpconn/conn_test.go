package httpconn

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// counted counts what a Conn asks of the connection below.
type counted struct {
	net.Conn
	writes, deadlines atomic.Int64
	fail              error
}

func (c *counted) Write(p []byte) (int, error) {
	c.writes.Add(1)
	if c.fail != nil {
		return 0, c.fail
	}
	return c.Conn.Write(p)
}

func (c *counted) SetReadDeadline(t time.Time) error {
	c.deadlines.Add(1)
	return c.Conn.SetReadDeadline(t)
}

func (c *counted) SetWriteDeadline(t time.Time) error {
	c.deadlines.Add(1)
	return c.Conn.SetWriteDeadline(t)
}

func newConn() (*Conn, *counted, net.Conn) {
	near, far := net.Pipe()
	c := &counted{Conn: near}
	return &Conn{Conn: c}, c, far
}

// TestConnHolds: what is held goes out in one write as soon as anything else is
// asked of the connection, and all of it.
func TestConnHolds(t *testing.T) {
	for _, row := range []struct {
		name   string
		sizes  []int
		writes int64
		then   func(*Conn)
	}{
		{"one piece", []int{10}, 1, func(c *Conn) { _ = c.SetReadDeadline(time.Time{}) }},
		{"net/http's 4 KB and the rest", []int{4096, 500}, 1, func(c *Conn) { _ = c.SetWriteDeadline(time.Time{}) }},
		{"records", []int{1400, 1400, 1400, 300}, 1, func(c *Conn) { _ = c.SetDeadline(time.Time{}) }},
		{"closed", []int{4096, 500}, 1, func(c *Conn) { _ = c.Close() }},
		{"half closed", []int{4096, 500}, 1, func(c *Conn) { _ = c.CloseWrite() }},
		{"nothing", nil, 0, func(c *Conn) { _ = c.SetReadDeadline(time.Time{}) }},
		{"more than is held", []int{4096, maxHeld, 100}, 3, func(c *Conn) { _ = c.SetReadDeadline(time.Time{}) }},
		{"a piece that is too long", []int{maxHeld + 1, 100}, 2, func(c *Conn) { _ = c.SetReadDeadline(time.Time{}) }},
	} {
		t.Run(row.name, func(t *testing.T) {
			c, below, far := newConn()
			got := make(chan []byte)
			go func() {
				b, _ := io.ReadAll(far)
				got <- b
			}()
			c.Hold()
			var want []byte
			for i, size := range row.sizes {
				p := bytes.Repeat([]byte{byte('a' + i)}, size)
				if n, err := c.Write(p); n != size || err != nil {
					t.Fatalf("Write: %d, %v", n, err)
				}
				want = append(want, p...)
			}
			row.then(c)
			if n := below.writes.Load(); n != row.writes {
				t.Errorf("%d writes, not %d", n, row.writes)
			}
			if c.holding.Load() {
				t.Error("it still holds")
			}
			c.Close()
			if b := <-got; !bytes.Equal(b, want) {
				t.Errorf("%d bytes came, not %d", len(b), len(want))
			}
		})
	}
}

// TestConnEndsAfterLoss: who wrote what is held believes that it was sent. When
// it cannot be, the connection must not go on with the next answer.
func TestConnEndsAfterLoss(t *testing.T) {
	c, below, far := newConn()
	below.fail = errors.New("no route")
	c.Hold()
	if _, err := io.WriteString(c, "half an answer"); err != nil {
		t.Fatal(err)
	}
	_ = c.SetReadDeadline(time.Time{})
	below.fail = nil
	if _, err := io.WriteString(c, "the next"); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("the connection goes on: %v", err)
	}
	if b, err := io.ReadAll(far); len(b) != 0 || err != nil {
		t.Errorf("%q, %v", b, err)
	}
}

// TestConnDeadlines compares a Conn with a connection of net: when what
// returns, by the clock of the test.
func TestConnDeadlines(t *testing.T) {
	after := func(d time.Duration) time.Time { return time.Now().Add(d) }
	for _, row := range []struct {
		name string
		do   func(c net.Conn, far net.Conn) error
	}{
		{"read", func(c, _ net.Conn) error {
			_ = c.SetReadDeadline(after(time.Second))
			_, err := c.Read(make([]byte, 1))
			return err
		}},
		{"read, of a moved deadline", func(c, _ net.Conn) error {
			_ = c.SetReadDeadline(after(time.Second))
			_ = c.SetReadDeadline(after(3 * time.Second))
			_, err := c.Read(make([]byte, 1))
			return err
		}},
		{"moved on during the read", func(c, _ net.Conn) error {
			_ = c.SetReadDeadline(after(2 * time.Second))
			time.AfterFunc(time.Second, func() { _ = c.SetReadDeadline(after(5 * time.Second)) })
			_, err := c.Read(make([]byte, 1))
			return err
		}},
		{"moved up during the read", func(c, _ net.Conn) error {
			_ = c.SetReadDeadline(after(20 * time.Second))
			time.AfterFunc(time.Second, func() { _ = c.SetReadDeadline(after(time.Second)) })
			_, err := c.Read(make([]byte, 1))
			return err
		}},
		{"ended, as net/http ends its background read", func(c, _ net.Conn) error {
			time.AfterFunc(time.Second, func() { _ = c.SetReadDeadline(time.Unix(1, 0)) })
			_, err := c.Read(make([]byte, 1))
			return err
		}},
		{"ended before it begins", func(c, _ net.Conn) error {
			_ = c.SetReadDeadline(time.Unix(1, 0))
			_, err := c.Read(make([]byte, 1))
			return err
		}},
		{"ended, lifted, another", func(c, far net.Conn) error {
			time.AfterFunc(time.Second, func() { _ = c.SetReadDeadline(time.Unix(1, 0)) })
			_, _ = c.Read(make([]byte, 1))
			_ = c.SetReadDeadline(time.Time{})
			time.AfterFunc(100*time.Second, func() { _, _ = far.Write([]byte("x")) })
			_, err := c.Read(make([]byte, 1))
			return err
		}},
		{"a later one behind an earlier one", func(c, far net.Conn) error {
			_ = c.SetReadDeadline(after(10 * time.Second))
			time.AfterFunc(time.Second, func() { _, _ = far.Write([]byte("x")) })
			_, _ = c.Read(make([]byte, 1))
			_ = c.SetReadDeadline(after(10 * time.Second)) // at 11 s
			_, err := c.Read(make([]byte, 1))
			return err
		}},
		{"none behind one", func(c, far net.Conn) error {
			_ = c.SetReadDeadline(after(10 * time.Second))
			time.AfterFunc(time.Second, func() { _, _ = far.Write([]byte("x")) })
			_, _ = c.Read(make([]byte, 1))
			_ = c.SetReadDeadline(time.Time{})
			time.AfterFunc(60*time.Second, func() { _, _ = far.Write([]byte("x")) })
			_, err := c.Read(make([]byte, 1))
			return err
		}},
		{"an earlier one behind a later one", func(c, far net.Conn) error {
			_ = c.SetReadDeadline(after(100 * time.Second))
			time.AfterFunc(time.Second, func() { _, _ = far.Write([]byte("x")) })
			_, _ = c.Read(make([]byte, 1))
			_ = c.SetReadDeadline(after(5 * time.Second))
			_, err := c.Read(make([]byte, 1))
			return err
		}},
		{"one in the past", func(c, _ net.Conn) error {
			_ = c.SetReadDeadline(after(-time.Second))
			_, err := c.Read(make([]byte, 1))
			return err
		}},
		{"one in ten thousand years", func(c, far net.Conn) error {
			_ = c.SetReadDeadline(time.Now().AddDate(10000, 0, 0))
			time.AfterFunc(60*time.Second, func() { _, _ = far.Write([]byte("x")) })
			_, err := c.Read(make([]byte, 1))
			return err
		}},
		{"write", func(c, _ net.Conn) error {
			_ = c.SetWriteDeadline(after(time.Second))
			_, err := c.Write([]byte("x"))
			return err
		}},
		{"write, moved on behind a part", func(c, far net.Conn) error {
			_ = c.SetWriteDeadline(after(10 * time.Second))
			go func() { _, _ = io.ReadFull(far, make([]byte, 1)) }()
			_, _ = c.Write([]byte("x"))
			time.Sleep(5 * time.Second)
			_ = c.SetWriteDeadline(after(10 * time.Second)) // at 15 s
			go func() {
				_, _ = io.ReadFull(far, make([]byte, 3))
				time.Sleep(8 * time.Second)
				_, _ = io.ReadFull(far, make([]byte, 3))
			}()
			_, err := c.Write([]byte("abcdef"))
			return err
		}},
		{"both", func(c, _ net.Conn) error {
			_ = c.SetDeadline(after(time.Second))
			_, err := c.Read(make([]byte, 1))
			_, err2 := c.Write([]byte("x"))
			return errors.Join(err, err2)
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			measure := func(wrap func(net.Conn) net.Conn) (took time.Duration, timeout, ok bool) {
				synctest.Test(t, func(*testing.T) {
					near, far := net.Pipe()
					c := wrap(near)
					start := time.Now()
					err := row.do(c, far)
					took, timeout, ok = time.Since(start), errors.Is(err, os.ErrDeadlineExceeded), err == nil
					near.Close()
					far.Close()
				})
				return took, timeout, ok
			}
			took, timeout, ok := measure(func(c net.Conn) net.Conn { return &Conn{Conn: c} })
			wantTook, wantTimeout, wantOK := measure(func(c net.Conn) net.Conn { return c })
			if took != wantTook || timeout != wantTimeout || ok != wantOK {
				t.Errorf("after %v (timeout %t, success %t), not %v (%t, %t)", took, timeout, ok, wantTook, wantTimeout, wantOK)
			}
		})
	}
}

// lateConn moves a deadline between the end of a wait and its return.
type lateConn struct {
	net.Conn
	late func()
}

func (c *lateConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if f := c.late; err != nil && f != nil {
		c.late = nil
		f()
	}
	return n, err
}

// TestConnMovedLate: a deadline that the connection had only because it was not
// told of a later one ends no read, though it be moved just as it comes.
func TestConnMovedLate(t *testing.T) {
	for _, row := range []struct {
		name  string
		later time.Duration // 0: none
		want  error
		took  time.Duration
	}{
		{"on", 3 * time.Second, os.ErrDeadlineExceeded, 4 * time.Second},
		{"away", 0, io.EOF, 10 * time.Second},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				near, far := net.Pipe()
				defer near.Close()
				below := &lateConn{Conn: near}
				c := &Conn{Conn: below}
				start := time.Now()
				_ = c.SetReadDeadline(start.Add(time.Second))
				go func() { _, _ = far.Write([]byte("x")) }()
				if _, err := c.Read(make([]byte, 1)); err != nil {
					t.Fatal(err)
				}
				_ = c.SetReadDeadline(time.Time{})
				below.late = func() {
					var at time.Time
					if row.later > 0 {
						at = time.Now().Add(row.later)
					}
					_ = c.SetReadDeadline(at)
				}
				time.AfterFunc(10*time.Second, func() { far.Close() })
				if _, err := c.Read(make([]byte, 1)); !errors.Is(err, row.want) || time.Since(start) != row.took {
					t.Errorf("%v after %v, not %v after %v", err, time.Since(start), row.want, row.took)
				}
			})
		})
	}
}

// TestConnTellsLittle goes through the deadlines of many requests as net/http
// sets them: nearly none is worth telling.
func TestConnTellsLittle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, below, far := newConn()
		defer far.Close()
		defer c.Close()
		go func() {
			b := make([]byte, 1)
			for {
				if _, err := far.Read(b); err != nil {
					return
				}
			}
		}()
		for range 100 {
			_ = c.SetReadDeadline(time.Now().Add(120 * time.Second)) // idle
			go func() { _, _ = far.Write([]byte("x")) }()
			if _, err := c.Read(make([]byte, 1)); err != nil {
				t.Fatal(err)
			}
			_ = c.SetReadDeadline(time.Now().Add(5 * time.Second))
			_ = c.SetReadDeadline(time.Time{})
			_ = c.SetWriteDeadline(time.Now().Add(30 * time.Second))
			if _, err := c.Write([]byte("x")); err != nil {
				t.Fatal(err)
			}
			_ = c.SetReadDeadline(time.Unix(1, 0))
			if _, err := c.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Fatal(err)
			}
			_ = c.SetReadDeadline(time.Time{})
			_ = c.SetWriteDeadline(time.Time{})
			time.Sleep(time.Second)
		}
		if n := below.deadlines.Load(); n > 5 {
			t.Errorf("%d deadlines for 100 requests", n)
		}
	})
}

// TestConnConcurrent: bytes keep their order whoever else uses the connection.
func TestConnConcurrent(t *testing.T) {
	c, _, far := newConn()
	var got bytes.Buffer
	var wg sync.WaitGroup
	wg.Go(func() { _, _ = io.Copy(&got, far) })
	stop := make(chan struct{})
	for _, f := range []func(){
		func() { _ = c.SetReadDeadline(time.Time{}) },
		func() { _ = c.SetWriteDeadline(time.Now().Add(time.Hour)) },
		func() { _ = c.SetReadDeadline(time.Unix(1, 0)); _, _ = c.Read(make([]byte, 1)) },
	} {
		wg.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					f()
				}
			}
		})
	}
	var want bytes.Buffer
	for i := range 2000 {
		if i%3 == 0 {
			c.Hold()
		}
		p := bytes.Repeat([]byte{byte(i)}, i%50)
		want.Write(p)
		if _, err := c.Write(p); err != nil {
			t.Fatal(err)
		}
	}
	c.release()
	close(stop)
	c.Close()
	wg.Wait()
	if !bytes.Equal(got.Bytes(), want.Bytes()) {
		t.Error("the bytes are others")
	}
}
