package outbound

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// checkURL refuses what no call goes to, by the text alone; the address is judged when
// it is known.
func (c *caller) checkURL(u *url.URL) error {
	refused := func(reason string) error { return &RefusedError{c.Name, u.Host, reason} }
	switch {
	case u.Scheme == "http" && !c.InsecurePlainHTTP:
		return refused("it is plain http; InsecurePlainHTTP allows that")
	case u.Scheme != "https" && u.Scheme != "http":
		return refused("the scheme is not https")
	case u.Opaque != "" || u.Hostname() == "":
		return refused("the URL has no host")
	case u.User != nil:
		return refused("the URL has a user name; give credentials in a header")
	case strings.Contains(u.Hostname(), "%"):
		return refused("the address has a zone")
	case c.Proxy != nil:
		return c.checkForProxy(u)
	}
	return nil
}

// checkForProxy judges what a proxy is told. A name that ends like a number is refused: some resolvers take
// 127.1 and 0x7f000001 for addresses.
func (c *caller) checkForProxy(u *url.URL) error {
	o, err := url.Parse(origin(u))
	if err != nil {
		return &RefusedError{c.Name, u.Host, "the URL has no host"}
	}
	if addr, err := netip.ParseAddr(o.Hostname()); err == nil {
		return c.judge(context.Background(), "", net.JoinHostPort(addr.String(), o.Port()), nil)
	}
	name := o.Hostname()
	if last := name[strings.LastIndexByte(name, '.')+1:]; last == "" || last[0] >= '0' && last[0] <= '9' || !isASCII(name) {
		return &RefusedError{c.Name, u.Host, "it is neither a name nor an address"}
	}
	if port, err := strconv.ParseUint(o.Port(), 10, 16); err != nil || !c.allowsPort(uint16(port)) {
		return &RefusedError{c.Name, u.Host, "the port is not among Ports"}
	}
	return nil
}

func isASCII(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r > unicode.MaxASCII }) < 0
}

// origin is scheme, host and port.
func origin(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"https": "443", "http": "80"}[u.Scheme]
	}
	return strings.ToLower(u.Scheme + "://" + strings.TrimSuffix(u.Hostname(), ".") + ":" + port)
}

// maxRedirects is how many a call follows.
const maxRedirects = 5

// errRedirects is the end of a chain that is too long.
var errRedirects = fmt.Errorf("outbound: more than %d redirects", maxRedirects)

// redirect is asked before each redirect is followed: net/http has made the new request
// with the headers of the first one.
func (c *caller) redirect(req *http.Request, via []*http.Request) error {
	if len(via) > maxRedirects {
		return errRedirects
	}
	if err := c.checkURL(req.URL); err != nil {
		return err
	}
	last := via[len(via)-1]
	if last.URL.Scheme == "https" && req.URL.Scheme != "https" {
		return &RefusedError{c.Name, req.URL.Host, "a redirect leads from https to http"}
	}
	req.Header.Del("Referer") // its query may hold a token
	first := origin(via[0].URL)
	foreign := func(r *http.Request) bool { return origin(r.URL) != first }
	if !foreign(req) && !slices.ContainsFunc(via, foreign) {
		return nil
	}
	maps.DeleteFunc(req.Header, func(name string, _ []string) bool { return !neutral(name) })
	if !foreign(req) {
		return nil
	}
	if req.Body != nil && req.Body != http.NoBody {
		closeBody(req)
		return errors.New("outbound: a redirect would send the body to another origin")
	}
	return nil
}

// neutral reports whether a header, by its canonical name, says nothing of who calls. Services have too many
// names for keys to list those.
func neutral(name string) bool {
	switch name {
	case "User-Agent", "Range", "Cache-Control", "Pragma", "Traceparent", "Tracestate":
		return true
	}
	return strings.HasPrefix(name, "Accept") || strings.HasPrefix(name, "Content-") || strings.HasPrefix(name, "If-")
}
