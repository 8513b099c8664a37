package dewar_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/dewartest"
	"github.com/dewar-go/dewar/secure"
)

// TestOwnFilesNeedNoNonce: where 'self' is allowed a nonce stands at the page's own scripts and styles and at files of
// other hosts, and a page without those is the same for everybody.
func TestOwnFilesNeedNoNonce(t *testing.T) {
	const own = `<link rel="stylesheet" href="{{ url_for('static', filename='a.css') }}"><script src='/static/a.js'></script>`
	for _, row := range []struct {
		name, page string
		headers    secure.Headers
		route      secure.Headers
		nonces     int
	}{
		{name: "own files", page: own},
		{name: "an inline script", page: own + "<script>1</script>", nonces: 1},
		{name: "an inline style", page: own + "<style>a{}</style>", nonces: 1},
		{name: "another host", page: `<script src="https://cdn.example/a.js"></script>`, nonces: 1},
		{name: "another host without a scheme", page: `<script src="//cdn.example/a.js"></script>`, nonces: 1},
		{name: "a backslash", page: `<script src="/\cdn.example/a.js"></script>`, nonces: 1},
		{name: "a relative path", page: `<script src="a.js"></script>`, nonces: 1},
		{name: "a policy of nonces alone", page: own, nonces: 2, headers: secure.Headers{ContentSecurityPolicy: secure.DefaultCSP().With("script-src", secure.CSPNonce)}},
		{name: "strict-dynamic", page: own, nonces: 2, headers: secure.Headers{ContentSecurityPolicy: secure.DefaultCSP().Add("script-src", "'strict-dynamic'")}},
		{name: "a second policy", page: own, nonces: 2, headers: secure.Headers{ContentSecurityPolicyReportOnly: secure.CSP{"style-src": {secure.CSPNonce}, "report-uri": {"/csp"}}}},
		{name: "a route's policy", page: own, nonces: 2, route: secure.Headers{ContentSecurityPolicy: secure.CSP{"style-src": {secure.CSPNonce}}}},
	} {
		app, _ := newApp(t, func(c *dewar.Config) {
			c.Headers = row.headers
			c.Static = fstest.MapFS{"a.css": {Data: []byte("a{}")}, "a.js": {Data: []byte("1")}}
			c.Templates = fstest.MapFS{"page.html": {Data: []byte(row.page)}}
		})
		app.Get("/", func(c *dewar.Context) error { return c.Render("page.html", nil) }).Headers(row.route)
		page := dewartest.New(t, app).Get("/")
		if n := strings.Count(page.Text, "nonce="); n != row.nonces {
			t.Errorf("%s: %d nonces, want %d:\n%s", row.name, n, row.nonces, page.Text)
		}
		if tagged := page.Header.Get("Etag") != ""; tagged != (row.nonces == 0) {
			t.Errorf("%s: an ETag is there: %v", row.name, tagged)
		}
	}
}
