package secure

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// proxyHeader writes a header of version 2.
func proxyHeader(command, family byte, body []byte) []byte {
	b := append([]byte{}, proxySignature...)
	b = append(b, 0x20|command, family)
	b = binary.BigEndian.AppendUint16(b, uint16(len(body)))
	return append(b, body...)
}

func inet(src, dst string) []byte {
	a, b := netip.MustParseAddrPort(src), netip.MustParseAddrPort(dst)
	body := append(a.Addr().AsSlice(), b.Addr().AsSlice()...)
	body = binary.BigEndian.AppendUint16(body, a.Port())
	return binary.BigEndian.AppendUint16(body, b.Port())
}

func tlv(kind byte, value string) []byte {
	return append(binary.BigEndian.AppendUint16([]byte{kind}, uint16(len(value))), value...)
}

// withChecksum appends a CRC32C field to the body.
func withChecksum(command, family byte, body []byte, wrong uint32) []byte {
	h := proxyHeader(command, family, append(body, tlv(3, "\x00\x00\x00\x00")...))
	sum := crc32.Checksum(h, crc32.MakeTable(crc32.Castagnoli)) + wrong
	binary.BigEndian.PutUint32(h[len(h)-4:], sum)
	return h
}

var (
	inet4 = inet("198.51.100.7:4711", "203.0.113.1:443")
	inet6 = inet("[2001:db8::7]:4711", "[2001:db8::1]:443")
)

func TestProxyHeader(t *testing.T) {
	for _, row := range []struct {
		name   string
		header []byte
		want   string // the client, "" for the peer's own address, or "error"
	}{
		{"IPv4", proxyHeader(1, 0x11, inet4), "198.51.100.7:4711"},
		{"IPv6", proxyHeader(1, 0x21, inet6), "[2001:db8::7]:4711"},
		{"mapped IPv4", proxyHeader(1, 0x21, inet("[::ffff:198.51.100.7]:4711", "[::1]:1")), "198.51.100.7:4711"},
		{"health check", proxyHeader(0, 0, nil), ""},
		{"health check with addresses", proxyHeader(0, 0x11, inet4), ""},
		{"unspecified", proxyHeader(1, 0, nil), ""},
		{"Unix socket", proxyHeader(1, 0x31, make([]byte, 216)), ""},
		{"fields", proxyHeader(1, 0x11, append(inet4[:12:12], append(tlv(1, "h2"), tlv(4, "")...)...)), "198.51.100.7:4711"},
		{"checksum", withChecksum(1, 0x11, inet4[:12:12], 0), "198.51.100.7:4711"},
		{"wrong checksum", withChecksum(1, 0x11, inet4[:12:12], 1), "error"},
		{"version 1", []byte("PROXY TCP4 198.51.100.7 203.0.113.1 4711 443\r\n"), "error"},
		{"plain HTTP", []byte("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), "error"},
		{"version 3", append(append(bytes.Clone(proxySignature), 0x31, 0x11, 0, 12), inet4...), "error"},
		{"unknown command", proxyHeader(2, 0x11, inet4), "error"},
		{"unknown family", proxyHeader(1, 0x41, inet4), "error"},
		{"datagram", proxyHeader(1, 0x12, inet4), "error"},
		{"addresses cut short", proxyHeader(1, 0x11, inet4[:11]), "error"},
		{"field cut short", proxyHeader(1, 0x11, append(inet4[:12:12], 1, 0, 9, 'x')), "error"},
		{"field without length", proxyHeader(1, 0x11, append(inet4[:12:12], 1)), "error"},
		{"too long", proxyHeader(1, 0x11, append(inet4[:12:12], tlv(4, strings.Repeat("x", maxProxyHeader))...)), "error"},
		{"cut short", proxyHeader(1, 0x11, inet4)[:20], "error"},
		{"nothing", nil, "error"},
	} {
		t.Run(row.name, func(t *testing.T) {
			in := bytes.NewReader(append(bytes.Clone(row.header), "rest"...))
			if row.name == "cut short" || row.name == "nothing" {
				in = bytes.NewReader(row.header)
			}
			addr, err := readProxyHeader(in)
			got := ""
			if addr.IsValid() {
				got = addr.String()
			}
			if err != nil {
				got = "error"
				if !errors.Is(err, ErrProxyHeader) {
					t.Errorf("%v does not match ErrProxyHeader", err)
				}
			} else if rest, _ := io.ReadAll(in); string(rest) != "rest" {
				t.Errorf("left %q, want the bytes after the header", rest)
			}
			if got != row.want {
				t.Errorf("got %q, %v, want %q", got, err, row.want)
			}
		})
	}
}

// addrConn has an address of its own choice.
type addrConn struct {
	net.Conn
	addr net.Addr
}

func (c addrConn) RemoteAddr() net.Addr { return c.addr }

type addrListener struct {
	*pipeListener
	addr net.Addr
}

func (l addrListener) Accept() (net.Conn, error) {
	c, err := l.pipeListener.Accept()
	return addrConn{c, l.addr}, err
}

func TestProxyListener(t *testing.T) {
	tcp := func(ip string) net.Addr { return &net.TCPAddr{IP: net.ParseIP(ip), Port: 99} }
	for _, row := range []struct {
		name  string
		peer  net.Addr
		send  string
		delay time.Duration
		want  string // body of the answer, "400" for its status, "" for none
	}{
		{"trusted with a header", tcp("10.0.0.1"), string(proxyHeader(1, 0x11, inet4)), 0, "198.51.100.7:4711"},
		{"trusted health check", tcp("10.0.0.1"), string(proxyHeader(0, 0, nil)), 0, "10.0.0.1:99"},
		{"trusted, slow but in time", tcp("10.0.0.1"), string(proxyHeader(1, 0x11, inet4)), 4 * time.Second, "198.51.100.7:4711"},
		{"trusted, too slow", tcp("10.0.0.1"), string(proxyHeader(1, 0x11, inet4)), 6 * time.Second, ""},
		{"trusted without a header", tcp("10.0.0.1"), "", 0, ""},
		{"untrusted without a header", tcp("203.0.113.9"), "", 0, "203.0.113.9:99"},
		{"untrusted with a header", tcp("203.0.113.9"), string(proxyHeader(1, 0x11, inet4)), 0, "400"},
		{"Unix socket", &net.UnixAddr{Name: "@", Net: "unix"}, string(proxyHeader(1, 0x11, inet4)), 0, "198.51.100.7:4711"},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				pipe := newPipeListener()
				l, err := NewProxyListener(addrListener{pipe, row.peer}, []string{"10.0.0.0/8", "unix"}, 0)
				if err != nil {
					t.Fatal(err)
				}
				server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					fmt.Fprint(w, r.RemoteAddr)
				}), ReadHeaderTimeout: 5 * time.Second}
				go server.Serve(l)
				c := pipe.dial()
				sent := make(chan struct{})
				go func() {
					defer close(sent)
					time.Sleep(row.delay)
					io.WriteString(c, row.send+"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
				}()
				answer, _ := io.ReadAll(c)
				c.Close()
				<-sent
				got := string(answer)
				switch {
				case strings.HasPrefix(got, "HTTP/1.1 400"):
					got = "400"
				case strings.Contains(got, "\r\n\r\n"):
					got = got[strings.Index(got, "\r\n\r\n")+4:]
				}
				if got != row.want {
					t.Errorf("got %q, want %q", got, row.want)
				}
				server.Close()
				synctest.Wait()
			})
		})
	}
	if _, err := NewProxyListener(newPipeListener(), nil, 0); err == nil {
		t.Error("a listener that trusts no one is made")
	}
}

// A silent trusted peer holds up nobody.
func TestProxyListenerSilentPeer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pipe := newPipeListener()
		l, err := NewProxyListener(addrListener{pipe, &net.TCPAddr{IP: net.IPv4(10, 0, 0, 1)}}, []string{"10.0.0.1"}, time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		var conns []net.Conn
		go func() {
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				conns = append(conns, c)
			}
		}()
		silent, other := pipe.dial(), pipe.dial()
		synctest.Wait()
		if len(conns) != 2 {
			t.Fatalf("%d connections accepted, want 2", len(conns))
		}
		go other.Write(append(proxyHeader(1, 0x11, inet4), "hello"...))
		buf := make([]byte, 5)
		if _, err := io.ReadFull(conns[1], buf); err != nil || string(buf) != "hello" {
			t.Errorf("%q, %v", buf, err)
		}
		start := time.Now()
		if _, err := conns[0].Read(buf); !errors.Is(err, ErrProxyHeader) || time.Since(start) != time.Minute {
			t.Errorf("%v after %v", err, time.Since(start))
		}
		if got := conns[0].RemoteAddr().String(); got != "10.0.0.1:0" {
			t.Errorf("RemoteAddr is %s", got)
		}
		silent.Close()
		other.Close()
		l.Close()
		synctest.Wait()
	})
}

func FuzzProxyHeader(f *testing.F) {
	f.Add(proxyHeader(1, 0x11, inet4))
	f.Add(proxyHeader(1, 0x21, inet6))
	f.Add(proxyHeader(0, 0, nil))
	f.Add(proxyHeader(1, 0x31, make([]byte, 216)))
	f.Add(withChecksum(1, 0x11, inet4[:12:12], 0))
	f.Fuzz(func(t *testing.T, b []byte) {
		in := bytes.NewReader(b)
		addr, err := readProxyHeader(in)
		if err != nil {
			return
		}
		if used := len(b) - in.Len(); used < 16 || used > 16+maxProxyHeader {
			t.Errorf("%d bytes read", used)
		}
		if addr.IsValid() && addr.Addr().Is4In6() {
			t.Errorf("mapped address %v", addr)
		}
	})
}
