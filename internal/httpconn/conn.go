// Package httpconn stands between net/http and the kernel: it sends short answers
// in one piece and tells connections of deadlines only when something waits.
package httpconn

import (
	"errors"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// Listener has net/http read from and write to a [Conn] for each connection.
func Listener(l net.Listener) net.Listener { return listener{l} }

type listener struct{ net.Listener }

// Accept waits for the next connection.
func (l listener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &Conn{Conn: conn}, nil
}

// A Conn is a connection between net/http (or TLS) and the kernel. It saves
// calls of the kernel and of the runtime's timers that a request does not need:
//
//   - net/http writes through a buffer of 4 KB, and TLS in records that begin with
//     1.4 KB, each of which would wake the client. Once Hold was called, what is
//     written is kept together until net/http turns to something else.
//   - net/http sets some six deadlines a request, nearly all of them replaced before
//     anything has waited. Here one is told to the connection only when a read or a
//     write begins for which the connection has none that is good enough.
//
// Everything may be called by several goroutines at once, as for any net.Conn.
type Conn struct {
	net.Conn

	wmu  sync.Mutex // of held
	held *[]byte    // from heldPool; what was written since Hold

	rmu     sync.Mutex // of the fields below
	read    deadline
	write   deadline
	reading int16 // reads under way
	writing int16 // writes under way

	holding atomic.Bool
	onClose atomic.Pointer[func()]
}

// OnClose has f called once the connection is closed by its user. It is for a
// connection that a handler has taken over: the server is told nothing more of it.
func (c *Conn) OnClose(f func()) { c.onClose.Store(&f) }

// maxHeld bounds what is kept together, in bytes: twice what the app holds of an
// answer, for its headers and for the records of TLS.
const maxHeld = 128 << 10

var heldPool = sync.Pool{New: func() any { b := make([]byte, 0, 8<<10); return &b }}

// Hold keeps what is written from now on until it is complete. net/http shows
// that by setting a deadline: it does so as soon as it has written an answer. The
// request must have been read to its end, since a read does not release what is
// held: net/http reads from the side, to find out whether the client goes away.
func (c *Conn) Hold() { c.holding.Store(true) }

// release sends what is held.
func (c *Conn) release() {
	if !c.holding.Load() {
		return
	}
	c.wmu.Lock()
	defer c.wmu.Unlock()
	_ = c.send()
	c.holding.Store(false)
}

// send writes what is held. Who wrote it has been told that all is well, so
// that a connection that fails now must end: a part of an answer must not be
// followed by the next.
func (c *Conn) send() error {
	if c.held == nil {
		return nil
	}
	_, err := c.writeOut(*c.held)
	*c.held = (*c.held)[:0]
	heldPool.Put(c.held)
	c.held = nil
	if err != nil {
		_ = c.Conn.Close()
	}
	return err
}

// Write writes, or keeps what is written.
func (c *Conn) Write(p []byte) (int, error) {
	if !c.holding.Load() {
		return c.writeOut(p)
	}
	c.wmu.Lock()
	defer c.wmu.Unlock()
	if !c.holding.Load() {
		return c.writeOut(p)
	}
	if c.held != nil && len(*c.held)+len(p) > maxHeld {
		if err := c.send(); err != nil {
			return 0, err
		}
	}
	if len(p) > maxHeld {
		return c.writeOut(p)
	}
	if c.held == nil {
		c.held = heldPool.Get().(*[]byte)
	}
	*c.held = append(*c.held, p...)
	return len(p), nil
}

// writeOut writes under the deadline that was asked for.
func (c *Conn) writeOut(p []byte) (written int, err error) {
	told, err := c.begin(&c.writing, &c.write, c.Conn.SetWriteDeadline)
	if err != nil {
		return 0, err
	}
	defer c.end(&c.writing)
	for {
		n, err := c.Conn.Write(p[written:])
		written += n
		if err == nil || !c.again(err, &told, &c.write, c.Conn.SetWriteDeadline) {
			return written, err
		}
	}
}

// Read reads under the deadline that was asked for.
func (c *Conn) Read(p []byte) (int, error) {
	told, err := c.begin(&c.reading, &c.read, c.Conn.SetReadDeadline)
	if err != nil {
		return 0, err
	}
	defer c.end(&c.reading)
	for {
		n, err := c.Conn.Read(p)
		if err == nil || n > 0 || !c.again(err, &told, &c.read, c.Conn.SetReadDeadline) {
			return n, err
		}
	}
}

// ReadFrom lets net/http send files with sendfile.
func (c *Conn) ReadFrom(r io.Reader) (int64, error) {
	c.release()
	c.rmu.Lock()
	err := c.write.tell(c.Conn.SetWriteDeadline) // io.Copy could not go on behind one that is too early
	c.rmu.Unlock()
	if err != nil {
		return 0, err
	}
	if _, err := c.begin(&c.writing, &c.write, c.Conn.SetWriteDeadline); err != nil {
		return 0, err
	}
	defer c.end(&c.writing)
	return io.Copy(c.Conn, r)
}

// Close closes the connection. What is held and would have to wait is lost, as
// with any connection that is closed under an answer.
func (c *Conn) Close() error {
	if f := c.onClose.Swap(nil); f != nil {
		defer (*f)()
	}
	if c.holding.Load() && c.wmu.TryLock() {
		if c.held != nil {
			_ = c.Conn.SetWriteDeadline(time.Now().Add(time.Second))
			_, _ = c.Conn.Write(*c.held)
			c.held = nil
		}
		c.holding.Store(false)
		c.wmu.Unlock()
	}
	return c.Conn.Close()
}

// CloseWrite lets net/http end an answer before it closes the connection.
func (c *Conn) CloseWrite() error {
	c.release()
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return errors.ErrUnsupported
}

// NetConn returns the connection below, as tls.Conn does.
func (c *Conn) NetConn() net.Conn { return c.Conn }

// SetReadDeadline is for reads that are under way and those to come.
func (c *Conn) SetReadDeadline(t time.Time) error {
	c.release()
	return c.ask(t, &c.reading, &c.read, c.Conn.SetReadDeadline)
}

// SetWriteDeadline is for writes that are under way and those to come. What is held
// goes out under the new deadline if that is one to come, since the old may be over;
// never without one.
func (c *Conn) SetWriteDeadline(t time.Time) error {
	if c.holding.Load() && !t.IsZero() && time.Until(t) > 0 {
		defer c.release()
	} else {
		c.release()
	}
	return c.ask(t, &c.writing, &c.write, c.Conn.SetWriteDeadline)
}

// SetDeadline is SetReadDeadline and SetWriteDeadline.
func (c *Conn) SetDeadline(t time.Time) error {
	return errors.Join(c.SetReadDeadline(t), c.SetWriteDeadline(t))
}
