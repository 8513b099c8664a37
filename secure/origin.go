package secure

import (
	"errors"
	"net/http"
	"net/netip"
	"strings"
)

// An Origin is where a request came in, as its sender sees it: what the
// connection says, corrected by the proxies that are trusted.
type Origin struct {
	// Scheme is "http" or "https".
	Scheme string
	// Host is the host with its port as the client asked for it. It is well
	// formed when a proxy gave it; otherwise it is the request's own and must
	// pass [Hosts.Allowed] before it is used.
	Host string
	// Addr is the client's address without a zone, an IPv4 address never in
	// its IPv6-mapped form. It is the zero Addr on a Unix socket without a
	// proxy that names one.
	Addr netip.Addr
	// Prefix is the path under which a proxy mounts the application, with a
	// leading and without a trailing slash, or "".
	Prefix string
}

// HTTPS reports whether the client uses TLS, up to the outermost trusted
// proxy.
func (o Origin) HTTPS() bool { return o.Scheme == "https" }

// connectionOrigin is what a request says without its headers.
func connectionOrigin(r *http.Request) Origin {
	o := Origin{Scheme: "http", Host: r.Host}
	if r.TLS != nil {
		o.Scheme = "https"
	}
	o.Addr, _ = peerAddr(r.RemoteAddr)
	return o
}

// peerAddr reads the address of http.Request.RemoteAddr. It fails for a Unix
// socket, whose peer is "@" or empty.
func peerAddr(remote string) (netip.Addr, bool) {
	p, err := netip.ParseAddrPort(remote)
	if err != nil {
		return netip.Addr{}, false
	}
	return p.Addr().Unmap().WithZone(""), true
}

// webOrigin is an origin in the sense of RFC 6454: scheme, host and port,
// host in its canonical spelling and the port "" when it is the scheme's own.
type webOrigin struct{ scheme, host, port string }

var errOrigin = errors.New("not an origin; write scheme and host alone, as in https://example.com or http://localhost:3000")

// parseWebOrigin reads the serialization of an http or https origin, in any
// case. "null", other schemes, user information, a path and even a trailing
// slash are refused.
func parseWebOrigin(s string) (webOrigin, error) {
	scheme, rest, ok := strings.Cut(s, "://")
	if !ok || len(s) > maxHostLength+len("https://") {
		return webOrigin{}, errOrigin
	}
	switch {
	case strings.EqualFold(scheme, "https"):
		scheme = "https"
	case strings.EqualFold(scheme, "http"):
		scheme = "http"
	default:
		return webOrigin{}, errOrigin
	}
	return newWebOrigin(scheme, rest)
}

func newWebOrigin(scheme, hostHeader string) (webOrigin, error) {
	host, port, ok := SplitHost(hostHeader)
	if !ok {
		return webOrigin{}, errOrigin
	}
	if scheme == "http" && port == "80" || scheme == "https" && port == "443" {
		port = ""
	}
	return webOrigin{scheme, canonicalHost(host), port}, nil
}

func (o webOrigin) String() string {
	if o.port == "" {
		return o.scheme + "://" + o.host
	}
	return o.scheme + "://" + o.host + ":" + o.port
}
