package secure

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"net"
	"net/netip"
	"sync"
	"time"
)

// ErrProxyHeader is matched by the errors of a connection of a
// [ProxyListener] whose PROXY header is missing or malformed.
var ErrProxyHeader = errors.New("secure: malformed PROXY protocol header")

// maxProxyHeader bounds a PROXY header in bytes, its TLVs included: those of
// TLS and of the cloud providers stay far below.
const maxProxyHeader = 4096

// proxySignature begins every header of version 2.
var proxySignature = []byte("\r\n\r\n\x00\r\nQUIT\n")

// A ProxyListener is a listener behind load balancers that speak version 2 of
// the PROXY protocol (HAProxy's proxy-protocol.txt, section 2.2): the
// connections it accepts have the client's address as their RemoteAddr.
//
// A connection from a trusted address must begin with a header, any other
// connection must not: its bytes are handed on as they are, and an HTTP server
// answers 400 to a header. Version 1, the text form, is not read, and of the
// fields after the addresses only the checksum is.
//
// The header is read when the connection is first used, RemoteAddr included,
// never in Accept: one silent peer does not hold up the others.
type ProxyListener struct {
	net.Listener
	trusted []netip.Prefix
	unix    bool
	timeout time.Duration
}

// NewProxyListener wraps l. trusted holds addresses and CIDR ranges as
// [ProxyConfig.Trusted] has them and must not be empty; timeout is the longest
// wait for a header, 5 s when it is 0.
func NewProxyListener(l net.Listener, trusted []string, timeout time.Duration) (*ProxyListener, error) {
	if len(trusted) == 0 {
		return nil, errors.New("secure: a ProxyListener needs the addresses of the trusted proxies")
	}
	p, err := NewProxies(ProxyConfig{Trusted: trusted})
	if err != nil {
		return nil, err
	}
	if timeout <= 0 {
		timeout = 5 * time.Second
	}
	return &ProxyListener{l, p.trusted, p.unix, timeout}, nil
}

// Accept waits for the next connection.
func (l *ProxyListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	var trusted bool
	switch a := c.RemoteAddr().(type) {
	case *net.TCPAddr:
		addr, _ := netip.AddrFromSlice(a.IP)
		trusted = trustedAddr(l.trusted, addr.Unmap())
	case *net.UnixAddr:
		trusted = l.unix
	default:
		if addr, ok := peerAddr(c.RemoteAddr().String()); ok {
			trusted = trustedAddr(l.trusted, addr)
		}
	}
	if !trusted {
		return c, nil
	}
	return &proxyConn{Conn: c, timeout: l.timeout}, nil
}

// proxyConn reads the header once, before anything else.
type proxyConn struct {
	net.Conn
	timeout time.Duration
	once    sync.Once
	remote  net.Addr
	err     error

	mu   sync.Mutex
	read time.Time // the caller's read deadline
	done bool
}

func (c *proxyConn) header() error {
	c.once.Do(func() {
		_ = c.Conn.SetReadDeadline(time.Now().Add(c.timeout))
		addr, err := readProxyHeader(c.Conn)
		c.mu.Lock()
		c.done = true
		_ = c.Conn.SetReadDeadline(c.read)
		c.mu.Unlock()
		if err != nil {
			c.err = err
			c.Conn.Close()
			return
		}
		if addr.IsValid() {
			c.remote = net.TCPAddrFromAddrPort(addr)
		}
	})
	return c.err
}

// Read reads what follows the header.
func (c *proxyConn) Read(b []byte) (int, error) {
	if err := c.header(); err != nil {
		return 0, err
	}
	return c.Conn.Read(b)
}

// RemoteAddr is the client's address, or the peer's when the header names none
// or is malformed.
func (c *proxyConn) RemoteAddr() net.Addr {
	if c.header() == nil && c.remote != nil {
		return c.remote
	}
	return c.Conn.RemoteAddr()
}

// SetReadDeadline waits until the header is read.
func (c *proxyConn) SetReadDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.read = t
	if !c.done {
		return nil
	}
	return c.Conn.SetReadDeadline(t)
}

// SetDeadline is SetReadDeadline and SetWriteDeadline.
func (c *proxyConn) SetDeadline(t time.Time) error {
	return errors.Join(c.SetReadDeadline(t), c.Conn.SetWriteDeadline(t))
}

// ReadFrom lets net/http send files with sendfile.
func (c *proxyConn) ReadFrom(r io.Reader) (int64, error) { return io.Copy(c.Conn, r) }

// CloseWrite lets net/http end an answer before it closes the connection.
func (c *proxyConn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return errors.ErrUnsupported
}

// NetConn returns the connection to the proxy, as tls.Conn does.
func (c *proxyConn) NetConn() net.Conn { return c.Conn }

// readProxyHeader reads one header and no byte more. The address is invalid
// when the header names none: a health check of the proxy itself (LOCAL), or a
// client on a Unix socket.
func readProxyHeader(r io.Reader) (netip.AddrPort, error) {
	var fixed [16]byte
	if _, err := io.ReadFull(r, fixed[:]); err != nil {
		return netip.AddrPort{}, fmt.Errorf("%w: %w", ErrProxyHeader, err)
	}
	if !bytes.Equal(fixed[:12], proxySignature) {
		return netip.AddrPort{}, fmt.Errorf("%w: no signature of version 2", ErrProxyHeader)
	}
	length := int(binary.BigEndian.Uint16(fixed[14:]))
	if length > maxProxyHeader {
		return netip.AddrPort{}, fmt.Errorf("%w: %d bytes, the limit is %d", ErrProxyHeader, length, maxProxyHeader)
	}
	rest := make([]byte, length)
	if _, err := io.ReadFull(r, rest); err != nil {
		return netip.AddrPort{}, fmt.Errorf("%w: %w", ErrProxyHeader, err)
	}
	return parseProxyHeader(fixed, rest)
}

// parseProxyHeader reads a whole header: the 16 bytes that all have, and the
// addresses and TLVs after them.
func parseProxyHeader(fixed [16]byte, rest []byte) (client netip.AddrPort, err error) {
	fail := func(reason string) (netip.AddrPort, error) {
		return netip.AddrPort{}, fmt.Errorf("%w: %s", ErrProxyHeader, reason)
	}
	if fixed[12]>>4 != 2 {
		return fail("not version 2")
	}
	command, family, transport := fixed[12]&15, fixed[13]>>4, fixed[13]&15
	if command > 1 || family > 3 || transport > 2 {
		return fail("unknown command, family or transport")
	}
	size := [...]int{0, 12, 36, 216}[family]
	if len(rest) < size {
		return fail("addresses cut short")
	}
	if err := checkTLVs(fixed, rest, size); err != nil {
		return netip.AddrPort{}, err
	}
	if command == 0 {
		return netip.AddrPort{}, nil // LOCAL: the addresses mean nothing
	}
	switch {
	case transport == 2:
		return fail("a datagram on a stream")
	case family == 1:
		client = netip.AddrPortFrom(netip.AddrFrom4([4]byte(rest[:4])), binary.BigEndian.Uint16(rest[8:]))
	case family == 2:
		client = netip.AddrPortFrom(netip.AddrFrom16([16]byte(rest[:16])).Unmap(), binary.BigEndian.Uint16(rest[32:]))
	}
	return client, nil
}

// checkTLVs goes through the type-length-value fields and verifies the
// checksum where there is one.
func checkTLVs(fixed [16]byte, rest []byte, start int) error {
	const typeCRC32C = 3
	sum := -1
	for i := start; i < len(rest); {
		if i+3 > len(rest) {
			return fmt.Errorf("%w: field cut short", ErrProxyHeader)
		}
		n := int(binary.BigEndian.Uint16(rest[i+1:]))
		if i+3+n > len(rest) {
			return fmt.Errorf("%w: field cut short", ErrProxyHeader)
		}
		if rest[i] == typeCRC32C {
			if n != 4 || sum >= 0 {
				return fmt.Errorf("%w: checksum", ErrProxyHeader)
			}
			sum = i + 3
		}
		i += 3 + n
	}
	if sum < 0 {
		return nil
	}
	want := binary.BigEndian.Uint32(rest[sum:])
	zeroed := bytes.Clone(rest)
	clear(zeroed[sum : sum+4])
	table := crc32.MakeTable(crc32.Castagnoli)
	if crc32.Update(crc32.Checksum(fixed[:], table), table, zeroed) != want {
		return fmt.Errorf("%w: checksum", ErrProxyHeader)
	}
	return nil
}
