package dewartest

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/dewar-go/dewar/secure"
)

// A jar keeps cookies as a browser does (RFC 6265, section 5). A cookie belongs to a host or domain and a path, until
// it expires. A cookie with Secure is sent over HTTPS and to this machine.
type jar struct{ entries []entry }

type entry struct {
	cookie  *http.Cookie
	host    string // "" for a cookie that the test set, which goes to every host
	below   bool   // the cookie goes to the hosts below host too
	path    string
	expires time.Time // zero when it ends with the browser
}

// set stores a cookie of an answer to a request for host and path.
func (j *jar) set(c *http.Cookie, host, path string, https bool) {
	e := entry{cookie: c, host: hostname(host), path: c.Path}
	if domain := strings.ToLower(strings.TrimPrefix(c.Domain, ".")); domain != "" {
		if !domainMatches(e.host, domain) {
			return // the domain of another site
		}
		e.host, e.below = domain, true
	}
	if !strings.HasPrefix(e.path, "/") {
		e.path = path[:max(strings.LastIndexByte(path, '/'), 1)]
	}
	name := strings.ToLower(c.Name)
	trusted := c.Secure && (https || onThisMachine(hostname(host)))
	switch {
	case c.Secure && !trusted,
		strings.HasPrefix(name, "__secure-") && !trusted,
		strings.HasPrefix(name, "__host-") && (!trusted || e.below || c.Path != "/"),
		c.SameSite == http.SameSiteNoneMode && !trusted:
		return // browsers refuse such a cookie
	}
	switch {
	case c.MaxAge > 0:
		e.expires = time.Now().Add(time.Duration(c.MaxAge) * time.Second)
	case c.MaxAge < 0:
		e.expires = time.Unix(1, 0)
	default:
		e.expires = c.Expires
	}
	j.put(e)
}

// put stores an entry in place of the one with the same name, host and path.
func (j *jar) put(e entry) {
	j.entries = slices.DeleteFunc(j.entries, func(o entry) bool {
		return o.cookie.Name == e.cookie.Name && (o.host == "" || o.host == e.host && o.below == e.below && o.path == e.path)
	})
	if !e.expired() {
		j.entries = append(j.entries, e)
	}
}

// give adds a cookie that is sent to every host and path, in place of all others with its name.
func (j *jar) give(name, value string) {
	j.remove(name)
	j.put(entry{cookie: &http.Cookie{Name: name, Value: value}, path: "/"})
}

func (j *jar) remove(name string) {
	j.entries = slices.DeleteFunc(j.entries, func(e entry) bool { return e.cookie.Name == name })
}

// named returns the cookie with the name that was set last.
func (j *jar) named(name string) *http.Cookie {
	for _, e := range slices.Backward(j.entries) {
		if e.cookie.Name == name && !e.expired() {
			return e.cookie
		}
	}
	return nil
}

// sent lists the cookies for a request: longer paths first, then by name, so that the order is always the same.
func (j *jar) sent(host, path string, https bool) []*http.Cookie {
	j.entries = slices.DeleteFunc(j.entries, entry.expired)
	var list []entry
	for _, e := range j.entries {
		if e.goesTo(host, path, https) {
			list = append(list, e)
		}
	}
	slices.SortStableFunc(list, func(a, b entry) int {
		if n := len(b.path) - len(a.path); n != 0 {
			return n
		}
		return strings.Compare(a.cookie.Name, b.cookie.Name)
	})
	cookies := make([]*http.Cookie, len(list))
	for i, e := range list {
		cookies[i] = e.cookie
	}
	return cookies
}

func (e entry) expired() bool { return !e.expires.IsZero() && !time.Now().Before(e.expires) }

func (e entry) goesTo(host, path string, https bool) bool {
	name := hostname(host)
	if e.host != "" && e.host != name && !(e.below && domainMatches(name, e.host)) {
		return false
	}
	if e.cookie.Secure && !https && !onThisMachine(name) {
		return false
	}
	rest, ok := strings.CutPrefix(path, e.path)
	return ok && (rest == "" || rest[0] == '/' || strings.HasSuffix(e.path, "/"))
}

// domainMatches reports whether host is domain or a name below it.
func domainMatches(host, domain string) bool {
	return host == domain || strings.HasSuffix(host, "."+domain)
}

// onThisMachine reports whether browsers trust a host without HTTPS (W3C Secure Contexts, section 3.1).
func onThisMachine(host string) bool {
	ip, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && ip.IsLoopback() || domainMatches(host, "localhost")
}

// hostname returns a Host header without its port, in lower case.
func hostname(host string) string {
	name, _, ok := secure.SplitHost(host)
	if !ok {
		name = host
	}
	return strings.ToLower(name)
}
