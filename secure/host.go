package secure

import (
	"net/netip"
	"strings"
)

// SplitHost divides the value of a Host header into its host and its port,
// which is "" when there is none. An IPv6 address keeps its brackets. ok is
// false when hostHeader is not a well-formed host of at most 253 characters:
// letters, digits, "-", "_" and single dots between labels of at most 63
// characters, or an address in brackets without a zone.
func SplitHost(hostHeader string) (host, port string, ok bool) {
	if hostHeader == "" || len(hostHeader) > maxHostLength {
		return "", "", false
	}
	if hostHeader[0] == '[' {
		end := strings.IndexByte(hostHeader, ']')
		if end < 0 {
			return "", "", false
		}
		host, port = hostHeader[:end+1], hostHeader[end+1:]
		if a, err := netip.ParseAddr(host[1:end]); err != nil || !a.Is6() || a.Zone() != "" {
			return "", "", false
		}
	} else {
		end := strings.IndexByte(hostHeader, ':')
		if end < 0 {
			end = len(hostHeader)
		}
		host, port = hostHeader[:end], hostHeader[end:]
		if !validName(host) {
			return "", "", false
		}
	}
	if port == "" {
		return host, "", true
	}
	if port = port[1:]; hostHeader[len(host)] != ':' || !validPort(port) {
		return "", "", false
	}
	return host, port, true
}

// IsLocalHost reports whether hostHeader, with or without a port, is
// localhost, a name below localhost (RFC 6761) or an IP address of any kind.
// HSTS must not be sent for these (RFC 6797, section 8.1.1, forbids it for
// addresses; for localhost it would catch every program on the machine).
// Something that is no host counts as local.
func IsLocalHost(hostHeader string) bool {
	host, _, ok := SplitHost(hostHeader)
	if !ok || isAddress(host) {
		return true
	}
	const local = "localhost"
	if len(host) < len(local) || !strings.EqualFold(host[len(host)-len(local):], local) {
		return false
	}
	return len(host) == len(local) || host[len(host)-len(local)-1] == '.'
}

func validName(s string) bool {
	if s == "" || len(s) > 253 {
		return false
	}
	label := 0
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_':
			if label++; label > 63 {
				return false
			}
		case c == '.' && label > 0:
			label = 0
		default:
			return false
		}
	}
	return label > 0
}

func validPort(s string) bool {
	if len(s) == 0 || len(s) > 5 {
		return false
	}
	n := 0
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
		n = n*10 + int(s[i]-'0')
	}
	return n > 0 && n <= 65535 && s[0] != '0'
}

// isAddress reports whether a host of SplitHost is an IP address.
func isAddress(host string) bool {
	if host[0] == '[' {
		return true
	}
	if c := host[len(host)-1]; c < '0' || c > '9' {
		return false
	}
	_, err := netip.ParseAddr(host)
	return err == nil
}

// canonicalHost is the one spelling of a host of SplitHost.
func canonicalHost(host string) string {
	if host[0] == '[' {
		return string(appendAddress(nil, host))
	}
	return strings.ToLower(host)
}

func appendAddress(b []byte, bracketed string) []byte {
	a, err := netip.ParseAddr(bracketed[1 : len(bracketed)-1])
	if err != nil {
		return b
	}
	b = append(b, '[')
	b = a.AppendTo(b)
	return append(b, ']')
}

func appendLower(b []byte, s string) []byte {
	for i := range len(s) {
		c := s[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		b = append(b, c)
	}
	return b
}

func indexByte(b []byte, c byte) int {
	for i := range b {
		if b[i] == c {
			return i
		}
	}
	return -1
}
