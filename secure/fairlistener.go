package secure

import (
	"net"
	"runtime"
)

// FairListener has the connections of a listener give way to others after each
// read. It goes beneath TLS, where HTTP/2 is spoken: the two goroutines that
// net/http has for such a connection hand work to each other as long as there is
// something to read, and the scheduler takes them for one that has not used up its
// time, so that one client that sends without a pause would keep a processor for
// ten milliseconds at a time.
func FairListener(l net.Listener) net.Listener { return fairListener{l} }

type fairListener struct{ net.Listener }

// Accept waits for the next connection.
func (l fairListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return fairConn{conn}, nil
}

type fairConn struct{ net.Conn }

// Read reads and gives way.
func (c fairConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	runtime.Gosched()
	return n, err
}
