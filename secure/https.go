package secure

import (
	"net/http"
	"net/url"
	"strings"
)

// HTTPSTarget is the https address of a request that came in over plain http
// at the origin o, whose host must have passed [Hosts.Allowed]: the same host
// on port 443, the same path below the proxy's prefix, and the same query.
func HTTPSTarget(o Origin, u *url.URL) string {
	host, _, ok := SplitHost(o.Host)
	if !ok {
		host = o.Host
	}
	path := u.RawPath
	if path == "" {
		path = u.EscapedPath()
	}
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	target := "https://" + host + o.Prefix + path
	if u.RawQuery != "" || u.ForceQuery {
		target += "?" + u.RawQuery
	}
	return target
}

// ForceHTTPS hands https requests to next. It redirects GET and HEAD over
// plain http with 308 Permanent Redirect, and refuses other methods with 403:
// their body has crossed the net in the clear already, and a client that
// works by accident is never repaired (Flask-Talisman's 302 turns a POST into
// a GET as well). Hosts that are local are let through. Put [Hosts.Wrap]
// outside, or whoever sends a request chooses the target.
func ForceHTTPS(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		o, _ := RequestOrigin(r)
		switch {
		case o.HTTPS() || IsLocalHost(o.Host):
			next.ServeHTTP(w, r)
		case r.Method == http.MethodGet || r.Method == http.MethodHead:
			http.Redirect(w, r, HTTPSTarget(o, r.URL), http.StatusPermanentRedirect)
		default:
			http.Error(w, "HTTPS Required", http.StatusForbidden)
		}
	})
}
