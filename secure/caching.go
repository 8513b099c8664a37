package secure

import (
	"net/http"
	"strings"
)

// KeepPrivate keeps an answer that is for one client, such as one that sets a cookie,
// out of shared caches: a Set-Cookie does not (RFC 9111, section 7.3). It reports
// whether the answer asked to be in one.
//
// Cache-Control loses public and s-maxage and becomes private, so that its max-age
// speaks to the browser alone; no-store stays. One with a quoted text, as in
// private="Set-Cookie", becomes no-store: it lets caches keep the rest, and many keep
// all. Headers that only caches of CDNs and proxies read are removed:
// Surrogate-Control, CDN-Cache-Control and those that end like it, Edge-Control,
// X-Accel-Expires. An answer that says nothing of caches, and has no Expires or
// Last-Modified from which one could guess, is left as it is.
func KeepPrivate(h http.Header) (shared bool) {
	for name := range h {
		if forSharedCaches(name) {
			delete(h, name)
			shared = true
		}
	}
	lines := strings.Join(h["Cache-Control"], ",")
	if lines == "no-store" {
		return shared
	}
	if strings.TrimSpace(lines) == "" {
		if shared || h["Expires"] != nil || h["Last-Modified"] != nil {
			h["Cache-Control"] = []string{"private"}
		}
		return shared || h["Expires"] != nil
	}
	var kept []string
	private, noStore, fresh := false, false, h["Expires"] != nil
	for directive := range strings.SplitSeq(lines, ",") {
		directive = strings.TrimSpace(directive)
		name, _, _ := strings.Cut(directive, "=")
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "":
			continue
		case "public", "s-maxage":
			shared = true
			continue
		case "max-age", "immutable":
			fresh = true
		case "no-store":
			noStore = true
		case "private":
			private = true
			continue
		}
		kept = append(kept, directive)
	}
	quoted := strings.Contains(lines, `"`)
	switch {
	case quoted, noStore && shared:
		h["Cache-Control"] = []string{"no-store"}
	case !noStore && (shared || !private || len(h["Cache-Control"]) > 1):
		h["Cache-Control"] = []string{strings.Join(append([]string{"private"}, kept...), ", ")}
	}
	return shared || quoted || fresh && !private && !noStore
}

// forSharedCaches reports whether a header speaks to shared caches alone.
func forSharedCaches(name string) bool {
	const cdn = "cdn-cache-control"
	return len(name) >= len(cdn) && strings.EqualFold(name[len(name)-len(cdn):], cdn) ||
		strings.EqualFold(name, "Surrogate-Control") || strings.EqualFold(name, "Edge-Control") || strings.EqualFold(name, "X-Accel-Expires")
}
