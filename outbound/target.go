package outbound

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
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
	}
	return nil
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
	if origin(req.URL) == first {
		return nil
	}
	for name := range req.Header {
		if private(name) {
			delete(req.Header, name)
		}
	}
	if req.Body != nil && req.Body != http.NoBody {
		closeBody(req)
		return errors.New("outbound: a redirect would send the body to another origin")
	}
	return nil
}

// private reports whether a header, by its canonical name, proves who calls.
func private(name string) bool {
	switch name {
	case "Authorization", "Cookie", "Cookie2", "X-Api-Key", "Api-Key", "X-Auth-Token", "X-Csrf-Token", "Www-Authenticate":
		return true
	}
	return strings.HasPrefix(name, "Proxy-")
}
