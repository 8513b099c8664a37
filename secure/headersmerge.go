package secure

import (
	"cmp"
	"maps"
)

// Merge returns h with what o sets in its place: every field of o that is not
// its zero value. The directives of o's policies and the features of its
// PermissionsPolicy replace those of the same name and leave the others. It is
// how the headers of a blueprint or a route follow those of the application:
//
//	embed, err := app.Merge(secure.Headers{
//		FrameOptions:          "SAMEORIGIN",
//		ContentSecurityPolicy: secure.CSP{"frame-ancestors": {"'self'"}},
//	}).Compile()
func (h Headers) Merge(o Headers) Headers {
	set := func(to *string, from string) { *to = cmp.Or(from, *to) }
	h.StrictTransportSecurityMaxAge = cmp.Or(o.StrictTransportSecurityMaxAge, h.StrictTransportSecurityMaxAge)
	h.StrictTransportSecurityExcludeSubdomains = h.StrictTransportSecurityExcludeSubdomains || o.StrictTransportSecurityExcludeSubdomains
	h.StrictTransportSecurityPreload = h.StrictTransportSecurityPreload || o.StrictTransportSecurityPreload
	h.InsecureNoStrictTransportSecurity = h.InsecureNoStrictTransportSecurity || o.InsecureNoStrictTransportSecurity
	h.InsecureNoContentSecurityPolicy = h.InsecureNoContentSecurityPolicy || o.InsecureNoContentSecurityPolicy
	h.InsecureNoPermissionsPolicy = h.InsecureNoPermissionsPolicy || o.InsecureNoPermissionsPolicy
	h.ForceFileSave = h.ForceFileSave || o.ForceFileSave
	set(&h.XContentTypeOptions, o.XContentTypeOptions)
	set(&h.ReferrerPolicy, o.ReferrerPolicy)
	set(&h.CrossOriginOpenerPolicy, o.CrossOriginOpenerPolicy)
	set(&h.CrossOriginResourcePolicy, o.CrossOriginResourcePolicy)
	set(&h.CrossOriginEmbedderPolicy, o.CrossOriginEmbedderPolicy)
	set(&h.FrameOptions, o.FrameOptions)
	set(&h.DocumentPolicy, o.DocumentPolicy)
	set(&h.XPermittedCrossDomainPolicies, o.XPermittedCrossDomainPolicies)
	set(&h.XDNSPrefetchControl, o.XDNSPrefetchControl)
	set(&h.CacheControl, o.CacheControl)
	if o.ContentSecurityPolicy != nil {
		base := h.ContentSecurityPolicy
		if base == nil {
			base = DefaultCSP()
		}
		h.ContentSecurityPolicy = base.Merge(o.ContentSecurityPolicy)
	}
	if o.ContentSecurityPolicyReportOnly != nil {
		h.ContentSecurityPolicyReportOnly = h.ContentSecurityPolicyReportOnly.Merge(o.ContentSecurityPolicyReportOnly)
	}
	if o.PermissionsPolicy != nil {
		base := h.PermissionsPolicy
		if base == nil {
			base = DefaultPermissionsPolicy()
		}
		h.PermissionsPolicy = overlay(base, o.PermissionsPolicy)
	}
	if o.ReportingEndpoints != nil {
		h.ReportingEndpoints = overlay(h.ReportingEndpoints, o.ReportingEndpoints)
	}
	return h
}

func overlay(base, over map[string]string) map[string]string {
	sum := make(map[string]string, len(base)+len(over))
	maps.Copy(sum, base)
	maps.Copy(sum, over)
	return sum
}

// Weaknesses lists the protections that h leaves out, one sentence each with
// the field to change, those of its policy ([CSP.Weaknesses]) included. It is
// nil for the zero value.
func (h Headers) Weaknesses() []string {
	var out []string
	say := func(off bool, sentence string) {
		if off {
			out = append(out, sentence)
		}
	}
	say(h.InsecureNoStrictTransportSecurity, "InsecureNoStrictTransportSecurity: the first request of a visit can be read and changed on the way")
	say(h.InsecureNoContentSecurityPolicy, "InsecureNoContentSecurityPolicy: injected scripts run")
	if !h.InsecureNoContentSecurityPolicy && h.ContentSecurityPolicy != nil {
		for _, w := range h.ContentSecurityPolicy.Weaknesses() {
			out = append(out, "ContentSecurityPolicy: "+w)
		}
	}
	say(h.XContentTypeOptions == InsecureOff, "XContentTypeOptions: browsers guess types and run uploads as scripts")
	say(h.ReferrerPolicy == InsecureOff || h.ReferrerPolicy == "unsafe-url", "ReferrerPolicy: other sites learn whole addresses")
	say(h.CrossOriginOpenerPolicy == InsecureOff || h.CrossOriginOpenerPolicy == "unsafe-none", "CrossOriginOpenerPolicy: other sites hold on to the site's windows")
	say(h.CrossOriginResourcePolicy == InsecureOff || h.CrossOriginResourcePolicy == "cross-origin", "CrossOriginResourcePolicy: other sites embed the site's answers")
	say(h.FrameOptions == InsecureOff, "FrameOptions: old browsers show the site in other sites' frames")
	say(h.InsecureNoPermissionsPolicy, "InsecureNoPermissionsPolicy: injected code and frames can ask for camera and location")
	say(h.CacheControl == InsecureOff, "CacheControl: answers made for one session may be stored")
	return out
}
