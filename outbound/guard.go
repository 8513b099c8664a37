package outbound

import (
	"context"
	"net"
	"net/netip"
	"slices"
	"strings"
	"syscall"
)

// judge refuses a connection by its address. The dialer calls it for each address of a
// name, before anything is sent.
func (c *caller) judge(_ context.Context, _, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return &RefusedError{c.Name, address, "it is no address"}
	}
	addr, zoned := at.Addr().Unmap(), at.Addr().Zone() != ""
	refused := func(reason string) error { return &RefusedError{c.Name, address, reason} }
	switch {
	case zoned:
		return refused("it has a zone")
	case slices.ContainsFunc(c.InsecureAllow, func(p netip.Prefix) bool { return p.Contains(addr) }):
		return nil
	case !public(addr):
		return refused("it is not public; name it in InsecureAllow if it is meant")
	case ownAddress(addr):
		return refused("it is one of this machine")
	case !c.allowsPort(at.Port()):
		return refused("the port is not among Ports")
	}
	return nil
}

func (c *caller) allowsPort(port uint16) bool {
	return port == 443 || port == 80 && c.InsecurePlainHTTP || slices.Contains(c.Ports, port)
}

// withoutSearchDomains ends a name with a dot, so that the resolver adds nothing to it.
func withoutSearchDomains(hostPort string) string {
	host, port, err := net.SplitHostPort(hostPort)
	if err != nil || strings.HasSuffix(host, ".") {
		return hostPort
	}
	if _, err := netip.ParseAddr(host); err == nil {
		return hostPort
	}
	return net.JoinHostPort(host+".", port)
}

var interfaceAddrs = net.InterfaceAddrs // for tests

// ownAddress reports whether an address is one of this machine's. It asks each time: they
// change.
func ownAddress(addr netip.Addr) bool {
	list, err := interfaceAddrs()
	if err != nil {
		return true
	}
	return slices.ContainsFunc(list, func(a net.Addr) bool {
		own, err := netip.ParsePrefix(a.String())
		return err == nil && own.Addr().Unmap() == addr
	})
}

// reserved are the IPv4 addresses that are not public (RFC 6890 and IANA's registry of
// special-purpose addresses), and Azure's platform address, which looks as if it were.
var reserved = prefixes(
	"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
	"192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
	"224.0.0.0/4", "240.0.0.0/4", "168.63.129.16/32",
)

// Public IPv6 lies in globalUnicast, but for reserved6: protocol assignments with Teredo in
// them, documentation, 6to4.
var (
	globalUnicast = netip.MustParsePrefix("2000::/3")
	nat64         = netip.MustParsePrefix("64:ff9b::/96")
	reserved6     = prefixes("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
)

func prefixes(texts ...string) (list []netip.Prefix) {
	for _, t := range texts {
		list = append(list, netip.MustParsePrefix(t))
	}
	return list
}

func contains(list []netip.Prefix, addr netip.Addr) bool {
	return slices.ContainsFunc(list, func(p netip.Prefix) bool { return p.Contains(addr) })
}

// public reports whether an address, unmapped, is one of the Internet. An IPv6 address that
// carries an IPv4 address is not, but for NAT64's with a public one: networks without
// IPv4 reach the rest by it (RFC 6052).
func public(addr netip.Addr) bool {
	if addr.Is4() {
		return !contains(reserved, addr)
	}
	b := addr.As16()
	if nat64.Contains(addr) {
		return public(netip.AddrFrom4([4]byte(b[12:])))
	}
	isatap := b[8]&^2 == 0 && b[9] == 0 && b[10] == 0x5e && b[11] == 0xfe // RFC 5214, section 6.1
	return globalUnicast.Contains(addr) && !contains(reserved6, addr) && !isatap
}
