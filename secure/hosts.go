package secure

import (
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"strings"
)

// maxHostLength is the longest Host header that is looked at: a DNS name has
// at most 253 characters (RFC 1035), a port five digits and a colon.
const maxHostLength = 253 + 6

// Hosts decides whether the Host header of a request names this site.
//
// A request whose host is not checked lets its sender choose the host in
// every absolute URL, in password-reset mails above all, and in the origin
// that the CSRF check compares with. The zero Hosts allows nothing; it is
// safe for concurrent use.
type Hosts struct {
	exact  map[string]string   // lower-case name without port -> port, "" for any
	ports  map[string]struct{} // further "name:port" patterns of a name already in exact
	suffix map[string]struct{} // "example.com" for the pattern ".example.com"
	any    bool
}

// NewHosts compiles patterns as Flask's TRUSTED_HOSTS reads them:
//
//   - "example.com" is that host on any port,
//   - ".example.com" is that host and every host below it,
//   - "192.0.2.7" and "[2001:db8::7]" are addresses (an IPv6 address may also
//     be given without brackets),
//   - "example.com:8080" is that host on that port only. Werkzeug ignores the
//     port of a pattern; here it is kept. An absent port in the request counts
//     as 80 and as 443.
//
// Names are compared without regard to case. A name that is not ASCII is
// converted to its IDNA form with Punycode (RFC 3492); it is lower-cased but
// not otherwise prepared, so a name that needs more must be given in its
// "xn--" form.
//
// Every pattern that is wrong is named in the one error returned. "*" is
// refused: see [InsecureAnyHost]. Without patterns no host is allowed.
func NewHosts(patterns []string) (*Hosts, error) {
	h := &Hosts{exact: map[string]string{}, ports: map[string]struct{}{}, suffix: map[string]struct{}{}}
	var errs []error
	for _, p := range patterns {
		if err := h.add(p); err != nil {
			errs = append(errs, fmt.Errorf("secure: trusted host %q: %w", p, err))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return h, nil
}

// LoopbackHosts are the names of this machine for itself, as patterns of
// [NewHosts]: localhost, 127.0.0.1 and [::1].
func LoopbackHosts() []string { return []string{"localhost", "127.0.0.1", "[::1]"} }

// InsecureAnyHost allows every well-formed host. Whoever sends a request then
// chooses the host of the absolute URLs built for it: reset links, redirects
// and cached pages can point to another site.
func InsecureAnyHost() *Hosts { return &Hosts{any: true} }

func (h *Hosts) add(pattern string) error {
	if strings.Contains(pattern, "*") {
		return errors.New("wildcards are not supported, write \".example.com\" for a domain and everything below it")
	}
	if strings.Contains(pattern, "/") {
		return errors.New("give the host alone, without scheme and path")
	}
	if a, err := netip.ParseAddr(pattern); err == nil && a.Is6() {
		pattern = "[" + pattern + "]"
	}
	name, below := strings.CutPrefix(pattern, ".")
	name, err := toASCII(name)
	if err != nil {
		return err
	}
	host, port, ok := SplitHost(name)
	if !ok {
		return errors.New("not a host name or an IP address")
	}
	host = canonicalHost(host)
	switch {
	case below && (port != "" || isAddress(host)):
		return errors.New("a leading dot goes with a domain name alone, without a port")
	case below:
		h.suffix[host] = struct{}{}
	case port == "":
		h.exact[host] = ""
	default:
		if old, there := h.exact[host]; there {
			if old != "" {
				h.ports[host+":"+port] = struct{}{}
			}
			return nil
		}
		h.exact[host] = port
	}
	return nil
}

// Allowed reports whether hostHeader, the value of a Host header or of
// [http.Request.Host], is well-formed and one of the patterns. Anything with
// a character that a host cannot hold is refused (CVE-2023-29406), and so are
// user information, a trailing dot, an empty label, a port above 65535 and a
// header longer than 259 bytes. It does not allocate.
func (h *Hosts) Allowed(hostHeader string) bool {
	host, port, ok := SplitHost(hostHeader)
	if !ok {
		return false
	}
	if h.any {
		return true
	}
	var buf [maxHostLength]byte
	var name []byte
	if host[0] == '[' {
		name = appendAddress(buf[:0], host)
	} else {
		name = appendLower(buf[:0], host)
	}
	if want, ok := h.exact[string(name)]; ok {
		if want == "" || want == port || port == "" && (want == "80" || want == "443") {
			return true
		}
		if len(h.ports) > 0 && h.portAllowed(name, port) {
			return true
		}
	}
	if len(h.suffix) == 0 || host[0] == '[' {
		return false
	}
	for {
		if _, ok := h.suffix[string(name)]; ok {
			return true
		}
		dot := indexByte(name, '.')
		if dot < 0 {
			return false
		}
		name = name[dot+1:]
	}
}

// portAllowed looks for the second and later ports of one name.
func (h *Hosts) portAllowed(name []byte, port string) bool {
	if port != "" {
		_, ok := h.ports[string(name)+":"+port]
		return ok
	}
	_, http := h.ports[string(name)+":80"]
	_, https := h.ports[string(name)+":443"]
	return http || https
}

// Wrap answers 400 Bad Request to a request whose host is not allowed and
// hands the others to next.
func (h *Hosts) Wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !h.Allowed(r.Host) {
			http.Error(w, "Bad Request", http.StatusBadRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}
