package secure

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// A Family is the set of headers in which proxies say where a request came
// from.
type Family int

const (
	// XForwarded is X-Forwarded-For, -Proto, -Host, -Port and -Prefix.
	XForwarded Family = iota
	// Forwarded is the Forwarded header of RFC 7239.
	Forwarded
)

// String gives the family's name, "x-forwarded" or "forwarded".
func (f Family) String() string {
	switch f {
	case XForwarded:
		return "x-forwarded"
	case Forwarded:
		return "forwarded"
	}
	return fmt.Sprintf("family(%d)", int(f))
}

// UnmarshalText reads a family's name, for configuration.
func (f *Family) UnmarshalText(text []byte) error {
	for _, known := range []Family{XForwarded, Forwarded} {
		if strings.EqualFold(string(text), known.String()) {
			*f = known
			return nil
		}
	}
	return fmt.Errorf("secure: %q is no family of headers; write x-forwarded or forwarded", text)
}

// MarshalText gives the name.
func (f Family) MarshalText() ([]byte, error) { return []byte(f.String()), nil }

// ErrForwarded is matched by the errors of [Proxies.Resolve]: a trusted proxy
// sent a header that cannot be read. The answer is 400 Bad Request.
var ErrForwarded = errors.New("secure: malformed forwarded header")

// ProxyConfig says which proxies stand before the application and what they
// are known to write.
type ProxyConfig struct {
	// Trusted holds the addresses of the proxies that connect to this
	// program, as CIDR ranges or single addresses. Headers of any other peer
	// are stripped. "unix" trusts every peer of a Unix socket, whose access
	// the file system guards. A range of all addresses is refused.
	Trusted []string

	// Family is the one family of headers that the proxies write. The other
	// is always stripped: a proxy that does not know it hands on what the
	// client wrote.
	Family Family

	// For, Proto, Host, Port and Prefix count the proxies that add to each
	// part, from the right: with 1 the last value is believed, with 2 the
	// one before it. 0 believes none and strips the header. When all are 0,
	// For and Proto are 1, as in Werkzeug's ProxyFix. A header with fewer
	// values than counted is not believed.
	//
	// Port belongs to X-Forwarded-Port, which Werkzeug lets replace the port
	// of the host. Prefix belongs to X-Forwarded-Prefix. RFC 7239 knows
	// neither, and NewProxies refuses them there.
	For, Proto, Host, Port, Prefix int
}

// Proxies resolves where requests came from. The zero Proxies trusts no one:
// every forwarded header is stripped and the connection alone counts. It is
// safe for concurrent use.
type Proxies struct {
	trusted []netip.Prefix
	unix    bool
	config  ProxyConfig
}

// maxProxies bounds the counts of a ProxyConfig.
const maxProxies = 16

// NewProxies compiles c. Its error names every wrong address and count.
func NewProxies(c ProxyConfig) (*Proxies, error) {
	p := &Proxies{config: c}
	var errs []error
	for _, s := range c.Trusted {
		if s == "unix" {
			p.unix = true
			continue
		}
		prefix, err := parseTrusted(s)
		if err != nil {
			errs = append(errs, fmt.Errorf("secure: trusted proxy %q: %w", s, err))
			continue
		}
		p.trusted = append(p.trusted, prefix)
	}
	counts := []struct {
		name string
		n    int
	}{{"For", c.For}, {"Proto", c.Proto}, {"Host", c.Host}, {"Port", c.Port}, {"Prefix", c.Prefix}}
	set := false
	for _, count := range counts {
		if count.n < 0 || count.n > maxProxies {
			errs = append(errs, fmt.Errorf("secure: ProxyConfig.%s is %d, want 0 to %d", count.name, count.n, maxProxies))
		}
		set = set || count.n != 0
	}
	if c.Family != XForwarded && c.Family != Forwarded {
		errs = append(errs, fmt.Errorf("secure: ProxyConfig.Family is %d, want secure.XForwarded or secure.Forwarded", c.Family))
	}
	if c.Family == Forwarded && (c.Port != 0 || c.Prefix != 0) {
		errs = append(errs, errors.New("secure: ProxyConfig.Port and Prefix go with secure.XForwarded, the Forwarded header has neither"))
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	if !set {
		p.config.For, p.config.Proto = 1, 1
	}
	return p, nil
}

func parseTrusted(s string) (netip.Prefix, error) {
	if a, err := netip.ParseAddr(s); err == nil {
		if a.Zone() != "" {
			return netip.Prefix{}, errors.New("an address with a zone cannot be trusted")
		}
		a = a.Unmap()
		return netip.PrefixFrom(a, a.BitLen()), nil
	}
	prefix, err := netip.ParsePrefix(s)
	if err != nil {
		return netip.Prefix{}, errors.New("not an address or a CIDR range as 10.0.0.0/8")
	}
	if prefix.Bits() == 0 {
		return netip.Prefix{}, errors.New("a range of all addresses lets every client choose its address, host and scheme")
	}
	if prefix.Masked() != prefix {
		return netip.Prefix{}, fmt.Errorf("the address has bits outside the range, did you mean %s?", prefix.Masked())
	}
	return prefix, nil
}

// Trusts reports whether a peer with this http.Request.RemoteAddr is one of
// the trusted proxies.
func (p *Proxies) Trusts(remoteAddr string) bool {
	a, ok := peerAddr(remoteAddr)
	if !ok {
		return p.unix && (remoteAddr == "" || remoteAddr[0] == '@' || remoteAddr[0] == '/')
	}
	return trustedAddr(p.trusted, a)
}

func trustedAddr(trusted []netip.Prefix, a netip.Addr) bool {
	for _, prefix := range trusted {
		if prefix.Contains(a) {
			return true
		}
	}
	return false
}

// Resolve returns the origin of r and strips from r.Header whatever was not
// believed: the forwarded headers of an untrusted peer, the family that is
// not configured, the parts whose count is 0, the headers of particular
// proxies and networks (X-Real-IP, True-Client-IP, CF-Connecting-IP and the
// like), and every spelling of these with underscores, which some gateways
// take for hyphens. A believed header is reduced to the believed value, so
// that code that reads it by hand cannot be misled either.
//
// Of a believed part only the value at its count is looked at; what stands
// left of it came from outside. A value that is malformed, or a header of
// more than 8 KiB, gives an error that matches [ErrForwarded]. "unknown" and
// the hidden identifiers of RFC 7239 leave the peer's address.
func (p *Proxies) Resolve(r *http.Request) (Origin, error) {
	o := connectionOrigin(r)
	forwarded := hasForwarded(r.Header)
	if !forwarded {
		return o, nil
	}
	if len(p.trusted) == 0 && !p.unix || !p.Trusts(r.RemoteAddr) {
		strip(r.Header, nil)
		return o, nil
	}
	var err error
	var keep http.Header
	if p.config.Family == Forwarded {
		keep, err = p.forwarded(r.Header, &o)
	} else {
		keep, err = p.xForwarded(r.Header, &o)
	}
	strip(r.Header, keep)
	o.Host = withoutDefaultPort(o.Scheme, o.Host)
	return o, err
}

// withoutDefaultPort leaves the port out of a host that its scheme has anyway, as
// Werkzeug's get_host does.
func withoutDefaultPort(scheme, host string) string {
	if scheme == "https" {
		return strings.TrimSuffix(host, ":443")
	}
	return strings.TrimSuffix(host, ":80")
}

type originKey struct{}

// Wrap resolves the origin of each request and hands it on to next with the
// believed host in Host, the client's address in RemoteAddr (with port 0 when
// a proxy gave it) and the whole origin for [RequestOrigin]. It answers 400
// Bad Request to malformed headers. A prefix is not taken from the path.
func (p *Proxies) Wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		o, err := p.Resolve(r)
		if err != nil {
			http.Error(w, "Bad Request", http.StatusBadRequest)
			return
		}
		peer, _ := peerAddr(r.RemoteAddr)
		r = r.WithContext(context.WithValue(r.Context(), originKey{}, o))
		r.Host = o.Host
		if o.Addr != peer {
			r.RemoteAddr = net.JoinHostPort(o.Addr.String(), "0")
		}
		next.ServeHTTP(w, r)
	})
}

// RequestOrigin returns the origin that [Proxies.Wrap] resolved. Without it,
// ok is false and the origin is that of the connection.
func RequestOrigin(r *http.Request) (o Origin, ok bool) {
	if o, ok = r.Context().Value(originKey{}).(Origin); ok {
		return o, true
	}
	return connectionOrigin(r), false
}

// cleanPrefix reads a path prefix: "" or "/" is none, a trailing slash is
// dropped, and what CanonicalPath refuses or changes is refused.
func cleanPrefix(s string) (string, bool) {
	s = strings.TrimRight(s, "/")
	if s == "" {
		return "", true
	}
	if strings.HasPrefix(s, "//") || len(s) > 1024 {
		return "", false
	}
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c >= 0x7F || c == '"' || c == '?' || c == '#' || c == '%' {
			return "", false
		}
	}
	if _, err := CanonicalPath(s); err != nil {
		return "", false
	}
	return s, true
}
