package secure

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// maxPreflightHeaders bounds Access-Control-Request-Headers, in bytes.
const maxPreflightHeaders = 4096

// CORSOptions say which other origins may read answers. Attach a CORS to
// routes, not to patterns of paths.
type CORSOptions struct {
	// Origins are the allowed origins, each whole: "https://app.example.com".
	// There are no patterns. "*" alone allows every origin, and only without
	// Credentials. "null" is refused: any sandboxed page has that origin.
	Origins []string
	// Methods beyond GET, HEAD and POST, which need no permission.
	Methods []string
	// AllowHeaders are request headers beyond the simple ones.
	AllowHeaders []string
	// ExposeHeaders are answer headers that scripts may read.
	ExposeHeaders []string
	// Credentials lets the browser send cookies and show the answer.
	Credentials bool
	// MaxAge is how long browsers keep a preflight's answer, default none is
	// sent (browsers then keep it 5 seconds). Browsers cap it at 2 hours or a
	// day.
	MaxAge time.Duration
	// AllowPrivateNetwork answers the preflight of a public page that calls a
	// private address. Off by default (CVE-2024-6221).
	AllowPrivateNetwork bool
}

// CORS applies one [CORSOptions]. It is safe for concurrent use.
type CORS struct {
	origins     map[webOrigin]struct{}
	all         bool
	methods     map[string]struct{}
	headers     map[string]struct{}
	allowed     []string // the value slices of the answer's headers
	allowedHdrs []string
	exposed     []string
	maxAge      []string
	credentials bool
	private     bool
}

// NewCORS checks o. Its error names every wrong origin, method and header,
// and "*" together with credentials, which would let any site read what its
// visitors can (CVE-2018-20744, CVE-2019-25211, CVE-2024-25124).
func NewCORS(o CORSOptions) (*CORS, error) {
	c := &CORS{origins: map[webOrigin]struct{}{}, methods: map[string]struct{}{}, headers: map[string]struct{}{},
		credentials: o.Credentials, private: o.AllowPrivateNetwork}
	var errs []error
	fail := func(format string, args ...any) { errs = append(errs, fmt.Errorf("secure: CORS: "+format, args...)) }
	for _, s := range o.Origins {
		if s == "*" {
			c.all = true
			continue
		}
		origin, err := parseWebOrigin(s)
		if err != nil {
			fail("origin %q: %w", s, err)
			continue
		}
		c.origins[origin] = struct{}{}
	}
	if c.all && o.Credentials {
		fail("origin \"*\" with credentials lets every site read the answers as the visitor; list the origins")
	}
	if c.all && len(c.origins) > 0 {
		fail("origin \"*\" stands beside others; list the origins or allow all")
	}
	if len(o.Origins) == 0 {
		fail("no origin is allowed; leave CORS out instead")
	}
	for _, m := range o.Methods {
		if plainToken(m) != nil || m == "*" {
			fail("%q is not a method", m)
		}
		c.methods[m] = struct{}{}
	}
	for _, h := range o.AllowHeaders {
		if plainToken(h) != nil || h == "*" {
			fail("%q is not the name of a header; list the headers", h)
		}
		c.headers[strings.ToLower(h)] = struct{}{}
	}
	for _, h := range o.ExposeHeaders {
		if plainToken(h) != nil || h == "*" && o.Credentials {
			fail("%q is not the name of a header; list the headers", h)
		}
	}
	if o.MaxAge < 0 {
		fail("MaxAge is negative")
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	c.allowed, c.allowedHdrs, c.exposed = joined(o.Methods), joined(o.AllowHeaders), joined(o.ExposeHeaders)
	if o.MaxAge > 0 {
		c.maxAge = []string{strconv.FormatInt(int64(o.MaxAge/time.Second), 10)}
	}
	return c, nil
}

func joined(names []string) []string {
	if len(names) == 0 {
		return nil
	}
	return []string{strings.Join(names, ", ")}
}

// A CORSResult is what [CORS.Apply] found.
type CORSResult struct {
	// CrossOrigin: the request has an Origin header.
	CrossOrigin bool
	// Allowed: its origin is one of the allowed ones.
	Allowed bool
	// Preflight: it asks for permission only. Answer 204 No Content without
	// calling the view; a refusal differs only in the headers that are
	// missing.
	Preflight bool
	// Any: the origin is allowed because every one is.
	Any bool
	// Credentials: it is allowed to send cookies.
	Credentials bool
	// RefusedMethod and RefusedHeader are what a preflight of an allowed origin
	// asked for in vain: what Methods or AllowHeaders would have to name.
	RefusedMethod, RefusedHeader string
}

var (
	corsTrue = []string{"true"}
	corsAny  = []string{"*"}
)

// Apply sets the headers of the answer to r in h: Vary always, for a request
// without Origin too, since a cache must not give one origin's answer to
// another, and the permissions where the origin is allowed. Call it before
// limits and permissions are checked, so that their refusals can be read. It
// never repeats anything of the request but an allowed origin.
func (c *CORS) Apply(h http.Header, r *http.Request) CORSResult {
	method, hasMethod := single(r.Header["Access-Control-Request-Method"])
	origin, hasOrigin := single(r.Header["Origin"])
	result := CORSResult{CrossOrigin: hasOrigin, Preflight: hasOrigin && hasMethod && r.Method == http.MethodOptions}
	if r.Method == http.MethodOptions {
		AddVary(h, "Origin, Access-Control-Request-Method, Access-Control-Request-Headers")
	} else {
		AddVary(h, "Origin")
	}
	if !hasOrigin {
		return result
	}
	if c.all {
		result.Allowed, result.Any = true, true
		h["Access-Control-Allow-Origin"] = corsAny
	} else {
		parsed, err := parseWebOrigin(origin)
		if err != nil {
			return result
		}
		if _, ok := c.origins[parsed]; !ok {
			return result
		}
		result.Allowed = true
		h["Access-Control-Allow-Origin"] = []string{origin}
	}
	if c.credentials {
		result.Credentials = true
		h["Access-Control-Allow-Credentials"] = corsTrue
	}
	if result.Preflight {
		c.preflight(h, r, method, &result)
	} else if c.exposed != nil {
		h["Access-Control-Expose-Headers"] = c.exposed
	}
	return result
}

// preflight answers with the whole configured lists, never with what was
// asked for.
func (c *CORS) preflight(h http.Header, r *http.Request, method string, result *CORSResult) {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost:
	default:
		if _, ok := c.methods[method]; !ok {
			result.RefusedMethod = shownToken(method)
			return
		}
	}
	if refused, ok := c.headersAllowed(r.Header["Access-Control-Request-Headers"]); !ok {
		result.RefusedHeader = shownToken(refused)
		return
	}
	if c.allowed != nil {
		h["Access-Control-Allow-Methods"] = c.allowed
	}
	if c.allowedHdrs != nil {
		h["Access-Control-Allow-Headers"] = c.allowedHdrs
	}
	if c.maxAge != nil {
		h["Access-Control-Max-Age"] = c.maxAge
	}
	if c.private {
		AddVary(h, "Access-Control-Request-Private-Network")
		if value, _ := single(r.Header["Access-Control-Request-Private-Network"]); value == "true" {
			h["Access-Control-Allow-Private-Network"] = corsTrue
		}
	}
}

// shownToken is a name that a log may show, "" for anything else.
func shownToken(s string) string {
	if len(s) > 64 {
		return ""
	}
	for i := range len(s) {
		if !isToken(s[i]) {
			return ""
		}
	}
	return s
}

// headersAllowed goes through the names without a list of them: a hostile
// preflight has thousands (CVE-2025-47908). It returns the first one that is not
// allowed, "" when that is too long for a name.
func (c *CORS) headersAllowed(lines []string) (refused string, ok bool) {
	total := 0
	for _, line := range lines {
		if total += len(line); total > maxPreflightHeaders {
			return "", false
		}
		for rest, more := line, true; more; {
			var name string
			name, rest, more = strings.Cut(rest, ",")
			name = strings.Trim(name, " \t")
			if name == "" {
				continue
			}
			var buf [64]byte
			if len(name) > len(buf) {
				return "", false
			}
			if _, ok := c.headers[string(appendLower(buf[:0], name))]; !ok {
				return name, false
			}
		}
	}
	return "", true
}

// Wrap applies c to every answer of next and answers preflights itself.
func (c *CORS) Wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if c.Apply(w.Header(), r).Preflight {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		next.ServeHTTP(w, r)
	})
}
