package outbound

import (
	"context"
	"encoding/binary"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"testing"
)

// A nameServer answers A questions for names with the addresses of their turn, the last of
// which stays, and notes what it was asked.
type nameServer struct {
	mu    sync.Mutex
	names map[string][][]string
	asked []string
}

func (s *nameServer) resolver(t *testing.T) *net.Resolver {
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	go func() {
		buf := make([]byte, 512)
		for {
			n, from, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			_, _ = conn.WriteTo(s.answer(buf[:n]), from)
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}

func (s *nameServer) answer(query []byte) []byte {
	at, labels := 12, []string{}
	for query[at] != 0 {
		n := int(query[at])
		labels = append(labels, string(query[at+1:at+1+n]))
		at += n + 1
	}
	name, kind := strings.Join(labels, "."), binary.BigEndian.Uint16(query[at+1:])
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = append(s.asked, name)
	var addrs []string
	if turns := s.names[name]; kind == 1 && len(turns) > 0 {
		addrs = turns[0]
		if len(turns) > 1 {
			s.names[name] = turns[1:]
		}
	}
	code := byte(0)
	if s.names[name] == nil {
		code = 3
	}
	reply := append([]byte{query[0], query[1], 0x81, 0x80 | code, 0, 1, 0, byte(len(addrs)), 0, 0, 0, 0}, query[12:at+5]...)
	for _, a := range addrs {
		reply = append(reply, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4)
		reply = append(reply, netip.MustParseAddr(a).AsSlice()...)
	}
	return reply
}

// TestRebinding: a name that was public leads into the own network at the next look-up.
func TestRebinding(t *testing.T) {
	site := newSite(t, func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Connection", "close") })
	names := &nameServer{names: map[string][][]string{"rebind.example": {{"127.0.0.1"}, {"127.0.0.2"}}}}
	// 127.0.0.1 stands for a public address, 127.0.0.2 for a private one.
	client := newClient(t, Config{resolver: names.resolver(t), RootCAs: site.roots, InsecureAllow: prefixes("127.0.0.1/32"), Retries: -1})
	for n, want := range []bool{true, false} {
		resp, err := client.Get("https://rebind.example:" + site.port)
		if (err == nil) != want {
			t.Errorf("call %d: %v", n, err)
		}
		if err == nil {
			_ = resp.Body.Close()
		}
	}
}

// TestPrivateBesidePublic: of several addresses of a name the private ones are left out.
func TestPrivateBesidePublic(t *testing.T) {
	site := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte(r.Context().Value(http.LocalAddrContextKey).(net.Addr).String()))
	})
	names := &nameServer{names: map[string][][]string{"both.example": {{"127.0.0.2", "10.0.0.1", "127.0.0.1"}}}}
	client := newClient(t, Config{resolver: names.resolver(t), RootCAs: site.roots, InsecureAllow: prefixes("127.0.0.1/32")})
	if got := get(t, client, "https://both.example:"+site.port); !strings.HasPrefix(got, "127.0.0.1:") {
		t.Errorf("it connected to %s", got)
	}
}

// TestNoSearchDomains: a name is asked for as it stands.
func TestNoSearchDomains(t *testing.T) {
	for in, want := range map[string]string{
		"metadata:443": "metadata.:443", "api.example.com:443": "api.example.com.:443", "api.example.com.:443": "api.example.com.:443",
		"10.0.0.1:80": "10.0.0.1:80", "[::1]:443": "[::1]:443", "nonsense": "nonsense",
	} {
		if got := withoutSearchDomains(in); got != want {
			t.Errorf("%s: %s", in, got)
		}
	}
	names := &nameServer{names: map[string][][]string{}}
	client := newClient(t, Config{resolver: names.resolver(t), Retries: -1})
	if resp, err := client.Get("https://metadata/"); err == nil {
		_ = resp.Body.Close()
		t.Error("answered")
	}
	names.mu.Lock()
	defer names.mu.Unlock()
	for _, name := range names.asked {
		if name != "metadata" {
			t.Errorf("asked for %s", name)
		}
	}
	if len(names.asked) == 0 {
		t.Error("the resolver was not asked")
	}
}
