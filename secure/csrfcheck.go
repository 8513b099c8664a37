package secure

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
)

// Check decides about a request with the origin o, in this order:
//
//   - GET, HEAD, OPTIONS and TRACE pass. Every other method is unsafe.
//   - Sec-Fetch-Site "same-origin" or "none" passes. Any other value passes
//     only for a configured Origin: "same-site" is foreign.
//   - Without Sec-Fetch-Site, an Origin header passes when it is the origin o
//     itself, scheme, host and port, or a configured one. "null" is foreign.
//   - With neither header, a request without an ambient credential passes:
//     no browser added anything to it that its sender does not have.
//   - With neither header and with one, it needs the session's token: in a
//     header, which is looked at before the body, or in the form.
//
// o.Host must have passed [Hosts.Allowed]. ambient says whether the request
// carries a credential that browsers add by themselves; see
// [AmbientCredential]. state and form are called only when a token decides,
// form only when no header has one: a nil form means that the body is not
// read here (a streamed upload), and an error of form is returned as it is.
//
// What is refused gives a [CSRFError]. The content type does not matter: a
// JSON body sent as text/plain is refused like any other (CVE-2021-32677).
func (c *CSRF) Check(r *http.Request, o Origin, ambient bool, state func() TokenState, form func() (url.Values, error)) error {
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodTrace, "":
		return nil
	}
	if decided, err := c.checkSource(r, o); decided || err != nil {
		return err
	}
	if !ambient {
		return nil
	}
	return c.checkToken(r, state, form)
}

// CheckOrigin applies the part of the rule that needs no token to a request of
// any method. A WebSocket handshake, a GET that browsers send across sites
// with cookies and without CORS, must pass it (CVE-2019-13611).
func (c *CSRF) CheckOrigin(r *http.Request, o Origin) error {
	_, err := c.checkSource(r, o)
	return err
}

// checkSource judges the headers that only a browser sets. decided is false
// when there are none.
func (c *CSRF) checkSource(r *http.Request, o Origin) (decided bool, err error) {
	site, hasSite := single(r.Header["Sec-Fetch-Site"])
	origin, hasOrigin := single(r.Header["Origin"])
	if hasSite {
		if site == "same-origin" || site == "none" {
			return true, nil
		}
		if hasOrigin && c.isTrusted(origin) {
			return true, nil
		}
		return true, &CSRFError{Reason: CSRFForeignSite}
	}
	if !hasOrigin {
		return false, nil
	}
	if SameOrigin(origin, o) || c.isTrusted(origin) {
		return true, nil
	}
	return true, &CSRFError{Reason: CSRFForeignOrigin}
}

// single returns the value of a header that must occur once. Two lines give a
// value that nothing accepts.
func single(values []string) (string, bool) {
	switch {
	case len(values) > 1:
		return "", true
	case len(values) == 1 && values[0] != "":
		return values[0], true
	}
	return "", false
}

func (c *CSRF) isTrusted(origin string) bool {
	if len(c.trusted) == 0 {
		return false
	}
	parsed, err := parseWebOrigin(origin)
	if err != nil {
		return false
	}
	_, ok := c.trusted[parsed]
	return ok
}

// SameOrigin compares an Origin header with where the request came in: the
// scheme too, which a comparison of hosts alone forgets (CVE-2025-47909).
func SameOrigin(origin string, o Origin) bool {
	if scheme, host, ok := strings.Cut(origin, "://"); ok && scheme == o.Scheme && host == o.Host {
		_, _, ok := SplitHost(host)
		return ok && (scheme == "http" || scheme == "https")
	}
	a, err := parseWebOrigin(origin)
	if err != nil || o.Scheme != "http" && o.Scheme != "https" {
		return false
	}
	b, err := newWebOrigin(o.Scheme, o.Host)
	return err == nil && a == b
}

func (c *CSRF) checkToken(r *http.Request, state func() TokenState, form func() (url.Values, error)) error {
	token := ""
	for _, name := range c.headers {
		if values := r.Header[name]; len(values) > 0 && values[0] != "" {
			token = values[0]
			break
		}
	}
	if token == "" && form != nil {
		values, err := form()
		if err != nil {
			return err
		}
		token = c.formToken(values)
	}
	if token == "" {
		return &CSRFError{Reason: CSRFTokenMissing}
	}
	var secret string
	if s := state(); s != nil {
		secret, _ = s.CSRFSecret()
	}
	if secret == "" || len(secret) > maxSecret {
		return &CSRFError{Reason: CSRFSessionTokenMissing}
	}
	if len(token) > maxToken {
		return &CSRFError{Reason: CSRFTokenInvalid}
	}
	return c.codec.check(token, secret)
}

// formToken finds the token under the field's name or, for a form with a
// prefix, under the first name in order that ends with it.
func (c *CSRF) formToken(form url.Values) string {
	if token := form.Get(c.field); token != "" {
		return token
	}
	found := ""
	for name, values := range form {
		if strings.HasSuffix(name, c.field) && len(values) > 0 && values[0] != "" && (found == "" || name < found) {
			found = name
		}
	}
	if found == "" {
		return ""
	}
	return form.Get(found)
}

// AmbientCredential reports whether r carries something that browsers add to
// a request no matter which site caused it: a cookie, a client certificate,
// or an Authorization of a scheme that browsers answer by themselves. A
// bearer token is not ambient: only a script of the site knows it.
func AmbientCredential(r *http.Request) bool {
	if len(r.Header["Cookie"]) > 0 || r.TLS != nil && len(r.TLS.PeerCertificates) > 0 {
		return true
	}
	for _, value := range r.Header["Authorization"] {
		scheme, _, _ := strings.Cut(strings.TrimLeft(value, " "), " ")
		if !strings.EqualFold(scheme, "Bearer") && !strings.EqualFold(scheme, "DPoP") {
			return true
		}
	}
	return false
}

// Wrap checks every request before next. state returns the session of a
// request, nil when it has none. The form is parsed with the methods of
// net/http: bound the body before, with [http.MaxBytesHandler] for one. A form
// that cannot be read is answered 400. What
// is refused is answered with the status and text of the [CSRFError].
func (c *CSRF) Wrap(next http.Handler, state func(*http.Request) TokenState) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		o, _ := RequestOrigin(r)
		err := c.Check(r, o, AmbientCredential(r), func() TokenState { return state(r) }, func() (url.Values, error) {
			if err := r.ParseForm(); err != nil {
				return nil, err
			}
			if err := r.ParseMultipartForm(1 << 20); err != nil && !errors.Is(err, http.ErrNotMultipart) {
				return nil, err
			}
			return r.PostForm, nil
		})
		var refused *CSRFError
		switch {
		case err == nil:
			next.ServeHTTP(w, r)
		case errors.As(err, &refused):
			AddVary(w.Header(), CSRFVary)
			http.Error(w, refused.Reason.String(), refused.StatusCode())
		default:
			http.Error(w, "Bad Request", http.StatusBadRequest)
		}
	})
}
