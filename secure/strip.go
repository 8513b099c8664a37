package secure

import (
	"net/http"
	"strings"
)

// forwardedPrefixes begin headers that a proxy or a delivery network sets
// about the client, in lower case with hyphens.
var forwardedPrefixes = []string{"x-forward", "x-original-", "x-appengine-", "cf-"}

// forwardedNames are the others. Each has been believed by some framework
// when it came from anyone: CVE-2020-28483, CVE-2023-41338, CVE-2026-45045.
var forwardedNames = map[string]struct{}{
	"ali-cdn-real-ip":           {},
	"cdn-src-ip":                {},
	"client-ip":                 {},
	"cluster-client-ip":         {},
	"do-connecting-ip":          {},
	"fastly-client-ip":          {},
	"fly-client-ip":             {},
	"forwarded":                 {},
	"forwarded-for":             {},
	"forwarded-proto":           {},
	"incap-client-ip":           {},
	"front-end-https":           {},
	"proxy":                     {}, // becomes HTTP_PROXY in CGI programs
	"proxy-client-ip":           {},
	"true-client-ip":            {},
	"wl-proxy-client-ip":        {},
	"x-azure-clientip":          {},
	"x-azure-socketip":          {},
	"x-client-ip":               {},
	"x-client-cert":             {},
	"x-cluster-client-ip":       {},
	"x-envoy-external-address":  {},
	"x-host":                    {},
	"x-https":                   {},
	"x-http-host-override":      {},
	"x-nf-client-connection-ip": {},
	"x-proxyuser-ip":            {},
	"x-real-ip":                 {},
	"x-real-port":               {},
	"x-remote-addr":             {},
	"x-remote-ip":               {},
	"x-rewrite-url":             {},
	"x-scheme":                  {},
	"x-script-name":             {},
	"x-sucuri-clientip":         {},
	"x-vercel-forwarded-for":    {},
	"x-url-scheme":              {},
}

// isForwarded reports whether a header key says something about the client
// that only a proxy can know. It is asked for every header of every request,
// so the first letters decide most of them.
func isForwarded(key string) bool {
	if len(key) < 3 {
		return false
	}
	switch second := key[1] | 0x20; key[0] | 0x20 {
	case 'x':
		if key[1] != '-' && key[1] != '_' {
			return false
		}
	case 'a': // not Accept
		if second != 'l' {
			return false
		}
	case 'c': // not Cookie, Connection, Content-Type, Cache-Control
		if second != 'f' && second != 'l' && second != 'd' {
			return false
		}
	case 'd':
		if second != 'o' {
			return false
		}
	case 'i': // not If-None-Match
		if second != 'n' {
			return false
		}
	case 'f', 't', 'w':
	case 'p':
		if second != 'r' {
			return false
		}
	default:
		return false
	}
	var buf [maxForwardedKey]byte
	if len(key) > len(buf) {
		key = key[:len(buf)]
	}
	name := appendLower(buf[:0], key)
	for i, c := range name {
		if c == '_' {
			name[i] = '-'
		}
	}
	for _, prefix := range forwardedPrefixes {
		if len(name) >= len(prefix) && string(name[:len(prefix)]) == prefix {
			return true
		}
	}
	_, ok := forwardedNames[string(name)]
	return ok
}

const maxForwardedKey = 64

func hasForwarded(h http.Header) bool {
	for key := range h {
		if isForwarded(key) {
			return true
		}
	}
	return false
}

// strip deletes the forwarded headers of h and then sets those of keep.
func strip(h, keep http.Header) {
	for key := range h {
		if isForwarded(key) {
			delete(h, key)
		}
	}
	for key, values := range keep {
		h[key] = values
	}
}

// ForwardedHeader reports whether a header of this name, in any case and with
// hyphens or underscores, is one that [Proxies.Resolve] strips unless it
// believes it. A program that calls others on behalf of a client should not
// hand these on either.
func ForwardedHeader(name string) bool { return isForwarded(strings.TrimSpace(name)) }
