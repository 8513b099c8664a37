package secure

import (
	"net/http"
	"strings"
	"testing"
)

func TestKeepPrivate(t *testing.T) {
	for _, row := range []struct {
		name, headers, want string
		shared              bool
	}{
		{"nothing", "", "", false},
		{"public", "Cache-Control: public, max-age=60", "Cache-Control: private, max-age=60", true},
		{"max-age alone", "Cache-Control: max-age=60", "Cache-Control: private, max-age=60", true},
		{"s-maxage", "Cache-Control: s-maxage=60", "Cache-Control: private", true},
		{"in other letters", "Cache-Control: PUBLIC , S-MaxAge = 9,Max-Age=5", "Cache-Control: private, Max-Age=5", true},
		{"for ever", "Cache-Control: public, max-age=31536000, immutable", "Cache-Control: private, max-age=31536000, immutable", true},
		{"several lines", "Cache-Control: private\nCache-Control: public, max-age=60", "Cache-Control: private, max-age=60", true},
		{"private already", "Cache-Control: private, max-age=60", "Cache-Control: private, max-age=60", false},
		{"private and s-maxage", "Cache-Control: private, s-maxage=60", "Cache-Control: private", true},
		{"no-store already", "Cache-Control: no-store, max-age=0", "Cache-Control: no-store, max-age=0", false},
		{"no-store and public", "Cache-Control: public, no-store", "Cache-Control: no-store", true},
		{"no-cache", "Cache-Control: no-cache", "Cache-Control: private, no-cache", false},
		{"a qualified private", `Cache-Control: private="Set-Cookie", max-age=60`, "Cache-Control: no-store", true},
		{"a qualified no-cache", `Cache-Control: no-cache="a, private"`, "Cache-Control: no-store", true},
		{"Expires", "Expires: Thu, 01 Jan 2099 00:00:00 GMT", "Cache-Control: private\nExpires: Thu, 01 Jan 2099 00:00:00 GMT", true},
		{"Last-Modified", "Last-Modified: Thu, 01 Jan 2009 00:00:00 GMT", "Cache-Control: private\nLast-Modified: Thu, 01 Jan 2009 00:00:00 GMT", false},
		{"Surrogate-Control", "Surrogate-Control: max-age=60", "Cache-Control: private", true},
		{"CDNs", "CDN-Cache-Control: max-age=60\nCloudflare-CDN-Cache-Control: max-age=60\nEdge-Control: cache-maxage=60\nX-Accel-Expires: 60\nCache-Control: no-store", "Cache-Control: no-store", true},
	} {
		t.Run(row.name, func(t *testing.T) {
			h := http.Header{}
			for line := range strings.Lines(row.headers) {
				name, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
				h.Add(name, value)
			}
			shared := KeepPrivate(h)
			var b strings.Builder
			_ = h.Write(&b)
			if got := strings.TrimSpace(strings.ReplaceAll(b.String(), "\r", "")); got != row.want || shared != row.shared {
				t.Errorf("got %q (%t), want %q (%t)", got, shared, row.want, row.shared)
			}
		})
	}
}
