package main

import (
	"context"
	"net"
	"net/http"
	"os"
	"sync"
	"time"
)

// A fakeConn hands the same request to net/http's server again and again and
// drops the answers. Nothing of it is a system call.
type fakeConn struct {
	request []byte
	left    int // requests still to hand out
	pending []byte
	answer  []byte // the first answer, for checks
	keep    bool
	idle    chan struct{} // wakes the background reader
	done    chan struct{}
	once    sync.Once
}

// Read hands out a request. The server's background reader, which asks for one
// byte while a handler runs, waits as it would on a connection whose client is
// waiting for its answer.
func (c *fakeConn) Read(p []byte) (int, error) {
	if len(p) == 1 {
		<-c.idle
		return 0, os.ErrDeadlineExceeded
	}
	if len(c.pending) == 0 {
		if c.left == 0 {
			c.Close()
			return 0, net.ErrClosed
		}
		c.left--
		c.pending = c.request
	}
	n := copy(p, c.pending)
	c.pending = c.pending[n:]
	return n, nil
}

func (c *fakeConn) Write(p []byte) (int, error) {
	if c.keep {
		c.answer = append(c.answer, p...)
	}
	return len(p), nil
}

// SetReadDeadline with a time in the past is how the server calls its
// background reader back.
func (c *fakeConn) SetReadDeadline(t time.Time) error {
	if !t.IsZero() && t.Before(time.Now()) {
		select {
		case c.idle <- struct{}{}:
		default:
		}
	}
	return nil
}

func (c *fakeConn) Close() error                     { c.once.Do(func() { close(c.done) }); return nil }
func (c *fakeConn) SetDeadline(time.Time) error      { return nil }
func (c *fakeConn) SetWriteDeadline(time.Time) error { return nil }
func (c *fakeConn) LocalAddr() net.Addr              { return localAddr }
func (c *fakeConn) RemoteAddr() net.Addr             { return remoteAddr }

var (
	localAddr  = &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8000}
	remoteAddr = &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 50000}
)

// A fakeListener accepts the connections it is given.
type fakeListener chan *fakeConn

func (l fakeListener) Accept() (net.Conn, error) {
	c, ok := <-l
	if !ok {
		return nil, net.ErrClosed
	}
	return c, nil
}
func (l fakeListener) Close() error   { return nil }
func (l fakeListener) Addr() net.Addr { return localAddr }

// serve runs n requests through the real server, one after the other, and
// returns the first answer when keep is set.
func serve(l fakeListener, request string, n int, keep bool) string {
	c := &fakeConn{request: []byte(request), left: n, keep: keep, idle: make(chan struct{}, 1), done: make(chan struct{})}
	l <- c
	<-c.done
	return string(c.answer)
}

// listen starts the server as Dewar's Run does.
func listen(h http.Handler) fakeListener {
	l := make(fakeListener)
	ctx := context.Background()
	server := &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10, BaseContext: func(net.Listener) context.Context { return ctx }}
	go func() { _ = server.Serve(l) }()
	return l
}
