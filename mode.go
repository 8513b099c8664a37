package dewar

import (
	"net"
	"net/netip"
	"strings"
)

// A mode is what is known of where the app listens and who terminates TLS.
// There is no name of an environment: this decides what is required.
type mode uint8

const (
	loopback mode = iota // only this machine can reach it
	secured              // TLS here, or behind configured proxies
	plain                // any other address, plain HTTP
)

// String names the place in messages.
func (m mode) String() string {
	switch m {
	case loopback:
		return "a loopback address"
	case secured:
		return "an address in the open (TLS, or behind proxies)"
	}
	return "an address that other machines can reach"
}

// modeFor decides from the settings and the address. TLS, configured proxies and
// load balancers decide before the address does: what connects to it speaks for
// others. An address that is not known, as when the handler serves inside
// somebody else's server, counts as one in the open.
func (a *App) modeFor(addr string) mode {
	c := &a.cfg
	switch {
	case c.TLSCertFile == adhoc && isLoopback(addr):
		return loopback
	case a.certificates != nil || c.TLSCertFile != "" || c.TLSKeyFile != "" || len(c.Proxies.Trusted) > 0:
		return secured
	case len(c.ProxyProtocol) > 0:
		return plain // the balancer passes on what it gets, and TLS does not end here
	case addr == "" && c.Loopback:
		return loopback
	case addr == "":
		return secured
	case isLoopback(addr):
		return loopback
	}
	return plain
}

// isLoopback reports whether only this machine can connect to addr. A name
// other than localhost is not looked up: what it means may change.
func isLoopback(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		host = addr
	}
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}

// https reports whether browsers reach the app by HTTPS.
func (m mode) https() bool { return m == secured }
