package secure

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// maxForwarded bounds the length of one forwarded header, all its lines
// together.
const maxForwarded = 8 << 10

// xForwarded reads the X-Forwarded family and returns the headers to keep.
func (p *Proxies) xForwarded(h http.Header, o *Origin) (keep http.Header, err error) {
	keep = http.Header{}
	believe := func(name string, count int, use func(string) bool) {
		if count == 0 || err != nil {
			return
		}
		value, ok, tooLong := fromRight(h[name], count)
		if tooLong {
			err = fmt.Errorf("%w: %s has more than %d bytes", ErrForwarded, name, maxForwarded)
			return
		}
		if !ok || value == "" {
			return
		}
		if !use(value) {
			err = fmt.Errorf("%w: %s", ErrForwarded, name)
			return
		}
		keep[name] = []string{value}
	}
	believe("X-Forwarded-For", p.config.For, func(v string) bool {
		a, known, ok := parseNode(v)
		if ok && known {
			o.Addr = a
		}
		return ok
	})
	believe("X-Forwarded-Proto", p.config.Proto, func(v string) bool {
		scheme, ok := parseScheme(v)
		if ok {
			o.Scheme = scheme
		}
		return ok
	})
	believe("X-Forwarded-Host", p.config.Host, func(v string) bool {
		_, _, ok := SplitHost(v)
		if ok {
			o.Host = v
		}
		return ok
	})
	believe("X-Forwarded-Port", p.config.Port, func(v string) bool {
		if !validPort(v) {
			return false
		}
		if host, _, ok := SplitHost(o.Host); ok {
			o.Host = host + ":" + v
		}
		return true
	})
	believe("X-Forwarded-Prefix", p.config.Prefix, func(v string) bool {
		prefix, ok := cleanPrefix(v)
		if ok {
			o.Prefix = prefix
		}
		return ok
	})
	return keep, err
}

// fromRight returns the count-th value from the right of a header that lists
// values with commas, on one line or on several. Quotes mean nothing here:
// a quote that a client left open must not swallow what a proxy appended.
func fromRight(lines []string, count int) (value string, ok, tooLong bool) {
	total := 0
	for _, line := range lines {
		total += len(line)
	}
	if total > maxForwarded {
		return "", false, true
	}
	for i := len(lines) - 1; i >= 0; i-- {
		for rest, more := lines[i], true; more; {
			var last string
			if comma := strings.LastIndexByte(rest, ','); comma >= 0 {
				rest, last = rest[:comma], rest[comma+1:]
			} else {
				last, more = rest, false
			}
			if count--; count == 0 {
				return strings.Trim(last, " \t"), true, false
			}
		}
	}
	return "", false, false
}

// parseScheme accepts http and https, and for WebSocket handshakes ws and
// wss, in any case.
func parseScheme(s string) (string, bool) {
	switch {
	case strings.EqualFold(s, "https"), strings.EqualFold(s, "wss"):
		return "https", true
	case strings.EqualFold(s, "http"), strings.EqualFold(s, "ws"):
		return "http", true
	}
	return "", false
}

// parseNode reads the name of a peer: an address, with or without a port, an
// IPv6 address with or without brackets. "unknown" and a hidden identifier
// ("_gazonk", RFC 7239, section 6.3) are well formed but not known.
func parseNode(s string) (a netip.Addr, known, ok bool) {
	if strings.EqualFold(s, "unknown") || isHidden(s) {
		return netip.Addr{}, false, true
	}
	if len(s) > 64 {
		return netip.Addr{}, false, false
	}
	if strings.HasPrefix(s, "[") {
		var host string
		if !strings.HasSuffix(s, "]") {
			var port string
			var err error
			if host, port, err = net.SplitHostPort(s); err != nil || !validNodePort(port) {
				return netip.Addr{}, false, false
			}
		} else {
			host = s[1 : len(s)-1]
		}
		a, err := netip.ParseAddr(host)
		return a.Unmap(), true, err == nil && a.Is6() && a.Zone() == ""
	}
	a, err := netip.ParseAddr(s)
	if err != nil {
		host, port, found := strings.Cut(s, ":")
		if !found || !validNodePort(port) {
			return netip.Addr{}, false, false
		}
		a, err = netip.ParseAddr(host)
		if !a.Is4() {
			return netip.Addr{}, false, false
		}
	}
	return a.Unmap(), true, err == nil && a.Zone() == ""
}

func validNodePort(s string) bool {
	if isHidden(s) {
		return true
	}
	if len(s) == 0 || len(s) > 5 {
		return false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// isHidden reports whether s is an obfuscated identifier: an underscore and
// letters, digits, ".", "_" or "-".
func isHidden(s string) bool {
	if len(s) < 2 || len(s) > 128 || s[0] != '_' {
		return false
	}
	for i := 1; i < len(s); i++ {
		c := s[i]
		if !isAlnum(c) && c != '.' && c != '_' && c != '-' {
			return false
		}
	}
	return true
}

func isAlnum(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}
