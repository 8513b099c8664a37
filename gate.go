package dewar

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"

	"github.com/dewar-go/dewar/internal/negotiate"
	"github.com/dewar-go/dewar/secure"
)

// A gateError is a request turned away before anything of the application ran.
// It gets the built-in page: no handler of the application should see a request
// whose host or path is not to be trusted.
type gateError struct{ *HTTPError }

// Unwrap lets errors.As find the status.
func (e gateError) Unwrap() error { return e.HTTPError }

func refusal(code int, detail string, cause error) error {
	return gateError{&HTTPError{Code: code, Detail: detail, Err: cause}}
}

// gate settles who asks whom for what: the client's address, scheme and host as
// configured proxies report them, and the one canonical path, from which everything
// later is made.
func (c *Context) gate() (err error) {
	a := c.app
	if c.origin, err = a.proxies.Resolve(c.r); err != nil {
		return refusal(http.StatusBadRequest, "", err)
	}
	if err := c.gateMethod(); err != nil {
		return err
	}
	if !a.hosts.Allowed(c.origin.Host) {
		return refusal(http.StatusBadRequest, "This host is not served here.", fmt.Errorf("dewar: host %q is not among TrustedHosts", clip(c.origin.Host)))
	}
	if c.r.Method == http.MethodOptions && c.r.URL.Path == "*" {
		c.path = "*" // the server as a whole is asked (RFC 9110, section 9.3.7): it is there
		return c.NoContent()
	}
	if c.path, err = secure.RequestTarget(c.r); err != nil {
		if errors.Is(err, secure.ErrPathTooLong) {
			return refusal(http.StatusRequestURITooLong, "", err)
		}
		return refusal(http.StatusBadRequest, "The path of this address is not valid.", err)
	}
	if strings.HasPrefix(c.path, "//") { // one slash to the rules (as in Werkzeug), so to guards and the fallback too
		c.path = "/" + strings.TrimLeft(c.path, "/")
	}
	if strings.EqualFold(c.r.Method, http.MethodConnect) {
		return refusal(http.StatusMethodNotAllowed, "", errors.New("dewar: CONNECT is refused"))
	}
	c.canonical()
	c.boundRanges()
	return nil
}

// gateMethod judges the method, which net/http reads over HTTP/2 as it comes, and a
// Host header beside the :authority (RFC 9113, section 8.3.1). The rules, and WSGI,
// read a method in any case.
func (c *Context) gateMethod() error {
	switch m := c.r.Method; {
	case m == http.MethodGet, m == http.MethodPost, m == http.MethodHead:
	case strings.EqualFold(m, http.MethodTrace), strings.EqualFold(m, "TRACK"):
		return refusal(http.StatusMethodNotAllowed, "", errors.New("dewar: TRACE is refused"))
	case !isHeaderName(m):
		return refusal(http.StatusBadRequest, "", errors.New("dewar: the method is no token (RFC 9110, section 9.1)"))
	}
	if c.r.ProtoMajor == 2 {
		if hosts := c.r.Header["Host"]; len(hosts) > 1 || len(hosts) == 1 && hosts[0] != c.r.Host {
			return refusal(http.StatusBadRequest, "", errors.New("dewar: a Host header that is not the :authority"))
		}
	}
	return nil
}

// boundRanges takes a Range header away that asks for many parts, or for the same ones
// again: whoever serves files then answers with the whole.
func (c *Context) boundRanges() {
	list := c.r.Header["Range"]
	if list == nil || len(list) == 1 && !negotiate.TooManyRanges(list[0]) {
		return
	}
	r := *c.r
	r.Header = maps.Clone(r.Header)
	delete(r.Header, "Range")
	c.r = &r
}

// canonical makes of the request one whose target is the canonical path: what reads
// it from the request, such as a mounted handler, reads what guards and router saw,
// however the client spelled it.
func (c *Context) canonical() {
	u := c.r.URL
	if u.Path == c.path && u.RawPath == "" && u.Scheme == "" && u.Host == "" {
		return
	}
	r := *c.r
	r.URL = &url.URL{Path: c.path, RawQuery: u.RawQuery, ForceQuery: u.ForceQuery}
	if r.RequestURI != "" { // the server's, not one made by a program
		r.RequestURI = r.URL.RequestURI()
	}
	c.r = &r
}

// upgrade sends plain HTTP to HTTPS where browsers are to use that.
func (c *Context) upgrade() error {
	if !c.app.mode.https() || c.origin.Scheme == "https" {
		return nil
	}
	if c.at.api {
		return refusal(http.StatusForbidden, "Use https.", errors.New("dewar: plain HTTP on an API route"))
	}
	return &redirectError{secure.HTTPSTarget(c.origin, c.r.URL), http.StatusPermanentRedirect}
}
