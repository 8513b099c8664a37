package secure

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// InsecureOff as the value of a field of [Headers] leaves that header out.
// The comment of each field says what it protects from.
const InsecureOff = "insecure-off"

// ClearSiteData is the value of a Clear-Site-Data header for the answer to a
// logout: browsers drop what they keep of the site. They do so over https
// only.
const ClearSiteData = `"cache", "cookies", "storage"`

// Headers are the security headers of an application, a blueprint or a route,
// under the names of Flask-Talisman's options. The zero value is OWASP's
// recommended set; each field says its default. Compile it once with
// [Headers.Compile].
type Headers struct {
	// StrictTransportSecurityMaxAge is how long browsers use https only,
	// default two years (63072000 s). Only https answers to a host name that
	// is neither local nor an address carry the header.
	StrictTransportSecurityMaxAge time.Duration
	// StrictTransportSecurityExcludeSubdomains leaves includeSubDomains out.
	StrictTransportSecurityExcludeSubdomains bool
	// StrictTransportSecurityPreload asks for a place in the browsers' own
	// list, which takes months to leave. It needs a year and subdomains.
	StrictTransportSecurityPreload bool
	// InsecureNoStrictTransportSecurity leaves the header out: the first
	// request of each visit can be read and changed on the way.
	InsecureNoStrictTransportSecurity bool

	// ContentSecurityPolicy limits what a page loads and runs; nil is
	// [DefaultCSP]. InsecureNoContentSecurityPolicy leaves it out: injected
	// scripts run.
	ContentSecurityPolicy           CSP
	InsecureNoContentSecurityPolicy bool
	// ContentSecurityPolicyReportOnly is a second policy that browsers report
	// and do not enforce; nil is none. It needs report-uri or report-to.
	ContentSecurityPolicyReportOnly CSP

	// XContentTypeOptions stops browsers from guessing types, default
	// "nosniff".
	XContentTypeOptions string
	// ReferrerPolicy is what other sites learn of the address a visitor comes
	// from, default "same-origin": nothing. A list with commas gives
	// fall-backs for older browsers.
	ReferrerPolicy string
	// CrossOriginOpenerPolicy cuts the tie to windows of other sites, default
	// "same-origin".
	CrossOriginOpenerPolicy string
	// CrossOriginResourcePolicy stops other sites from embedding answers,
	// default "same-origin". A public image or script needs "cross-origin".
	CrossOriginResourcePolicy string
	// CrossOriginEmbedderPolicy isolates the page from resources that did not
	// opt in, default none, because it breaks images from other sites.
	CrossOriginEmbedderPolicy string

	// FrameOptions stops old browsers from framing pages, "DENY" (default) or
	// "SAMEORIGIN". New ones go by the CSP's frame-ancestors. HTML only.
	FrameOptions string
	// PermissionsPolicy closes browser features; nil is
	// [DefaultPermissionsPolicy]. A value is an allowlist of the header:
	// "()", "*", "(self)", `(self "https://maps.example.com")`. HTML only.
	PermissionsPolicy map[string]string
	// InsecureNoPermissionsPolicy leaves the header out: injected code and
	// frames can ask for the camera, the location and so on.
	InsecureNoPermissionsPolicy bool
	// DocumentPolicy sets the header of that name, default none. HTML only.
	DocumentPolicy string
	// XPermittedCrossDomainPolicies is for Flash and PDF readers, default
	// none is sent; "none" is OWASP's value. HTML only.
	XPermittedCrossDomainPolicies string
	// XDNSPrefetchControl is "off" to stop browsers from looking up the hosts
	// of a page's links before they are followed, default not sent. HTML only.
	XDNSPrefetchControl string
	// ForceFileSave sends X-Download-Options: noopen. HTML only.
	ForceFileSave bool

	// ReportingEndpoints names URLs for report-to, default none. HTML only.
	ReportingEndpoints map[string]string

	// CacheControl of an answer that read the session, default "no-store". An
	// answer that has a Cache-Control of its own keeps it.
	CacheControl string
}

// An Answer is what [HeaderSet.Apply] has to know of the answer at hand.
type Answer struct {
	HTML        bool   // the Content-Type is text/html or application/xhtml+xml
	HTTPS       bool   // the client uses TLS: Origin.HTTPS
	SessionRead bool   // the session was read or written
	Nonce       string // of NewNonce, "" when the page used none
	Loopback    bool   // the host is local or an address: IsLocalHost
}

var errHeaders = errors.New("secure: headers")

// Compile checks every value and prepares the set. Its error names all that
// is wrong: a value with a line break, a quote or a semicolon where it does
// not belong, an unknown directive, a keyword that the header does not know.
func (h Headers) Compile() (*HeaderSet, error) {
	c := compiler{set: new(HeaderSet)}
	c.keyword(always, "X-Content-Type-Options", h.XContentTypeOptions, "nosniff", "nosniff")
	c.referrer(h.ReferrerPolicy)
	c.keyword(always, "Cross-Origin-Opener-Policy", h.CrossOriginOpenerPolicy, "same-origin",
		"same-origin", "same-origin-allow-popups", "noopener-allow-popups", "unsafe-none")
	c.keyword(always, "Cross-Origin-Resource-Policy", h.CrossOriginResourcePolicy, "same-origin",
		"same-origin", "same-site", "cross-origin")
	c.keyword(always, "Cross-Origin-Embedder-Policy", h.CrossOriginEmbedderPolicy, InsecureOff,
		"require-corp", "credentialless", "unsafe-none")
	c.keyword(html, "X-Frame-Options", h.FrameOptions, "DENY", "DENY", "SAMEORIGIN")
	c.keyword(html, "X-Permitted-Cross-Domain-Policies", h.XPermittedCrossDomainPolicies, InsecureOff,
		"none", "master-only", "by-content-type", "all")
	c.keyword(html, "X-Dns-Prefetch-Control", h.XDNSPrefetchControl, InsecureOff, "off", "on")
	c.free(html, "Document-Policy", h.DocumentPolicy, InsecureOff)
	if h.ForceFileSave {
		c.add(html, "X-Download-Options", "noopen")
	}
	c.permissions(h)
	c.reporting(h.ReportingEndpoints)
	c.hsts(h)
	c.free(session, "Cache-Control", h.CacheControl, "no-store")
	c.policies(h)
	if err := errors.Join(c.errs...); err != nil {
		return nil, err
	}
	return c.set, nil
}

// When a header is sent.
type when int

const (
	always when = iota
	html
	session
)

type compiler struct {
	set  *HeaderSet
	errs []error
}

func (c *compiler) fail(name, format string, args ...any) {
	c.errs = append(c.errs, fmt.Errorf("%w: %s: %s", errHeaders, name, fmt.Sprintf(format, args...)))
}

func (c *compiler) add(w when, name, value string) {
	if err := HeaderValue(value); err != nil {
		c.fail(name, "the value %q has a control character", value)
		return
	}
	f := field{name, []string{value}}
	switch w {
	case always:
		c.set.always = append(c.set.always, f)
	case html:
		c.set.html = append(c.set.html, f)
	case session:
		c.set.session = append(c.set.session, f)
	}
}

// keyword adds a header whose value is one of a few.
func (c *compiler) keyword(w when, name, value, fallback string, known ...string) {
	if value == "" {
		value = fallback
	}
	if value == InsecureOff {
		return
	}
	if !slices.Contains(known, value) {
		c.fail(name, "unknown value %q, want %s or secure.InsecureOff", value, strings.Join(known, ", "))
		return
	}
	c.add(w, name, value)
}

func (c *compiler) free(w when, name, value, fallback string) {
	if value == "" {
		value = fallback
	}
	if value != InsecureOff {
		c.add(w, name, value)
	}
}

func (c *compiler) referrer(value string) {
	known := []string{"no-referrer", "no-referrer-when-downgrade", "origin", "origin-when-cross-origin",
		"same-origin", "strict-origin", "strict-origin-when-cross-origin", "unsafe-url"}
	for part := range strings.SplitSeq(value, ",") {
		if part = strings.TrimSpace(part); value != "" && value != InsecureOff && !slices.Contains(known, part) {
			c.fail("Referrer-Policy", "unknown value %q, want %s or secure.InsecureOff", part, strings.Join(known, ", "))
			return
		}
	}
	c.free(always, "Referrer-Policy", value, "same-origin")
}

func (c *compiler) hsts(h Headers) {
	const name = "Strict-Transport-Security"
	if h.InsecureNoStrictTransportSecurity {
		return
	}
	age := h.StrictTransportSecurityMaxAge
	if age == 0 {
		age = 63072000 * time.Second
	}
	if age < time.Second {
		c.fail(name, "the age %v is below a second; set InsecureNoStrictTransportSecurity to leave the header out", age)
		return
	}
	value := fmt.Sprintf("max-age=%d", age/time.Second)
	if !h.StrictTransportSecurityExcludeSubdomains {
		value += "; includeSubDomains"
	}
	if h.StrictTransportSecurityPreload {
		if age < 365*24*time.Hour || h.StrictTransportSecurityExcludeSubdomains {
			c.fail(name, "preload needs an age of a year or more and subdomains included")
			return
		}
		value += "; preload"
	}
	c.set.hsts = []string{value}
}

func (c *compiler) policies(h Headers) {
	if !h.InsecureNoContentSecurityPolicy {
		p := h.ContentSecurityPolicy
		if p == nil {
			p = DefaultCSP()
		}
		c.policy(&c.set.csp, p)
	}
	if p := h.ContentSecurityPolicyReportOnly; p != nil {
		if p["report-uri"] == nil && p["report-to"] == nil {
			c.fail("Content-Security-Policy-Report-Only", "without report-uri or report-to it does nothing")
		}
		// Browsers ignore these in a policy that is not enforced, with a
		// warning.
		c.policy(&c.set.report, p.Without(upgrade, "sandbox"))
	}
}

func (c *compiler) policy(to *policy, p CSP) {
	if err := p.Check(); err != nil {
		c.errs = append(c.errs, err)
		return
	}
	*to = compilePolicy(p)
}

func (c *compiler) reporting(endpoints map[string]string) {
	const name = "Reporting-Endpoints"
	var parts []string
	for _, key := range slices.Sorted(maps.Keys(endpoints)) {
		if key == "" || !validKey(key) {
			c.fail(name, "%q is not a lower-case name", key)
			continue
		}
		if err := reportURI(endpoints[key]); err != nil || strings.ContainsAny(endpoints[key], `"\`) {
			c.fail(name, "%s: %q is not an http URL or an absolute path", key, endpoints[key])
			continue
		}
		parts = append(parts, key+`="`+endpoints[key]+`"`)
	}
	if len(parts) > 0 {
		c.add(html, name, strings.Join(parts, ", "))
	}
}
