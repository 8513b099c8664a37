package outbound

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// hosts that no call reaches: spellings of addresses that are not public. With cgo's resolver
// the short and numeric ones become addresses, with Go's they are no names.
var refusedHosts = strings.Fields(`
	127.0.0.1 127.255.255.254 0.0.0.0 0.1.2.3 127.1 127.0.1 2130706433 0x7f000001 0x7f.1 0177.0.0.1 017700000001 0 00000177.1
	127.0.0.1. LOCALHOST localhost. foo.localhost ①②⑦.⓪.⓪.① 127。0。0。1
	[::1] [::] [0:0:0:0:0:ffff:7f00:1] [::ffff:127.0.0.1] [::ffff:0:127.0.0.1] [::127.0.0.1] [64:ff9b::7f00:1] [64:ff9b::a9fe:a9fe]
	[64:ff9b:1::7f00:1] [2002:7f00:1::] [2002:a9fe:a9fe::1] [2001::80ff:fffe] [2001:4860::5efe:7f00:1] [2001:4860::200:5efe:7f00:1] [::1%25lo]
	[fe80::1%25eth0] [fc00::1] [fec0::1] [ff02::1] [2001:db8::1] [3fff::1] [5f00::1] [100::1] [2001:10::1] [2001:2::1]
	169.254.169.254 2852039166 0xa9fea9fe 0251.0376.0251.0376 169.254.170.2 169.254.170.23 [fd00:ec2::254] [fd20:ce::254]
	100.100.100.200 168.63.129.16 192.0.0.192 metadata.google.internal metadata
	10.0.0.1 172.31.255.255 192.168.0.1 100.64.0.1 198.18.0.1 192.0.2.1 198.51.100.7 203.0.113.9 192.88.99.1
	224.0.0.1 240.0.0.1 255.255.255.255`)

func TestRefusedHosts(t *testing.T) {
	if os.Getenv("OUTBOUND_RESOLVER") == "" { // each resolver in a process of its own
		for _, resolver := range []string{"go", "cgo"} {
			cmd := exec.Command(os.Args[0], "-test.run=^TestRefusedHosts$", "-test.v") //nolint:gosec // itself
			cmd.Env = append(os.Environ(), "GODEBUG=netdns="+resolver, "OUTBOUND_RESOLVER="+resolver)
			if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "PASS: TestRefusedHosts/127.0.0.1") {
				t.Errorf("with the resolver %s: %v\n%s", resolver, err, out)
			}
		}
		return
	}
	reached := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { t.Errorf("%s was reached", r.Host) }))
	defer reached.Close()
	_, port, _ := net.SplitHostPort(reached.Listener.Addr().String())
	client := newClient(t, Config{InsecurePlainHTTP: true, Ports: ports(t, port), Retries: -1})
	for _, host := range refusedHosts {
		t.Run(host, func(t *testing.T) {
			for _, at := range []string{host + ":" + port, host} {
				resp, err := client.Get("http://" + at + "/")
				if err == nil {
					_ = resp.Body.Close()
					t.Errorf("%s answered %s", at, resp.Status)
				}
			}
		})
	}
}

func TestRefusedURLs(t *testing.T) {
	client := newClient(t, Config{})
	for _, u := range []string{
		"http://example.com/", "ftp://example.com/", "gopher://127.0.0.1:70/", "file:///etc/passwd", "unix:/run/x.sock",
		"https://example.com@127.0.0.1/", "https://user:secret@example.com/", "https://example.com:@127.0.0.1/",
		"https:127.0.0.1/", "https:///127.0.0.1/", "//127.0.0.1/", "/path", "https://[fe80::1%25eth0]/",
	} {
		t.Run(u, func(t *testing.T) {
			resp, err := client.Get(u)
			if err == nil {
				_ = resp.Body.Close()
				t.Fatal("answered")
			}
			if _, ok := errors.AsType[*RefusedError](err); !ok {
				t.Errorf("%v is no RefusedError", err)
			}
		})
	}
}

func TestPublicAddresses(t *testing.T) {
	for text, want := range map[string]bool{
		"8.8.8.8": true, "1.1.1.1": true, "100.63.255.255": true, "100.128.0.1": true, "172.32.0.1": true, "168.63.129.17": true,
		"2606:4700::1111": true, "2a00:1450::1": true, "64:ff9b::808:808": true, "2001:4860:4860::8888": true, "2001:200::1": true,
		"64:ff9b::a00:1": false, "2001:1ff::1": false, "2002::1": false, "4000::1": false, "::8.8.8.8": false, "::ffff:0:8.8.8.8": false,
		"168.63.129.16": false, "2001:4860::5efe:808:808": false, "2001:4860::200:5efe:808:808": false, "2001:4860::100:5efe:808:808": true, "100.64.0.0": false, "100.127.255.255": false,
	} {
		if got := public(netip.MustParseAddr(text)); got != want {
			t.Errorf("public(%s) = %v", text, got)
		}
	}
}

func TestJudge(t *testing.T) {
	c := &caller{Config: Config{Name: "x", Ports: []uint16{8443}, InsecureAllow: []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16")}}}
	for address, want := range map[string]string{
		"8.8.8.8:443": "", "8.8.8.8:8443": "", "8.8.8.8:80": "port", "8.8.8.8:22": "port",
		"10.1.2.3:5432": "", "[::ffff:10.1.2.3]:80": "", "10.2.0.1:443": "not public", "[fe80::1%lo]:443": "zone", "nonsense": "no address",
	} {
		err := c.judge(context.Background(), "tcp", address, nil)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", address, err)
		}
	}
	plain := &caller{Config: Config{Name: "x", InsecurePlainHTTP: true}}
	for address, want := range map[string]bool{"8.8.8.8:80": true, "8.8.8.8:443": true, "8.8.8.8:22": false, "8.8.8.8:8080": false, "10.0.0.1:80": false} {
		if err := plain.judge(context.Background(), "tcp", address, nil); (err == nil) != want {
			t.Errorf("%s with plain http: %v", address, err)
		}
	}
	defer func(f func() ([]net.Addr, error)) { interfaceAddrs = f }(interfaceAddrs)
	interfaceAddrs = func() ([]net.Addr, error) {
		return []net.Addr{&net.IPNet{IP: net.IPv4(8, 8, 4, 4), Mask: net.CIDRMask(24, 32)}}, nil
	}
	if err := c.judge(context.Background(), "tcp", "8.8.4.4:443", nil); err == nil || !strings.Contains(err.Error(), "this machine") {
		t.Errorf("an address of this machine: %v", err)
	}
	if err := c.judge(context.Background(), "tcp", "8.8.4.5:443", nil); err != nil {
		t.Errorf("a neighbour: %v", err)
	}
	interfaceAddrs = func() ([]net.Addr, error) { return nil, errors.New("no") }
	if c.judge(context.Background(), "tcp", "8.8.4.5:443", nil) == nil {
		t.Error("addresses that cannot be had are none of this machine")
	}
}
