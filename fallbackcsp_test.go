package dewar_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/dewartest"
	"github.com/dewar-go/dewar/internal/csplearn"
	"github.com/dewar-go/dewar/secure"
)

// page answers with HTML, and tells what was posted.
func page(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPost {
		io.WriteString(w, "posted")
		return
	}
	w.Header().Set("Content-Type", "text/html")
	io.WriteString(w, `<script src="https://cdn.example/x.js"></script>`)
}

// What the other application's pages do works behind Dewar: no header that is
// added forbids it, unless that was asked for.
func TestFallbackAddsNoPolicy(t *testing.T) {
	strict := secure.Headers{ContentSecurityPolicy: secure.CSP{"img-src": {"'none'"}}, ReferrerPolicy: "no-referrer", PermissionsPolicy: map[string]string{"camera": "()"}}
	for _, row := range []struct {
		name     string
		app, own secure.Headers
		want     map[string]string
	}{
		{"nothing set", secure.Headers{}, secure.Headers{}, map[string]string{
			"Content-Security-Policy": "", "Content-Security-Policy-Report-Only": "", "Permissions-Policy": "", "X-Frame-Options": "SAMEORIGIN", "X-Content-Type-Options": "nosniff",
			"Referrer-Policy": "strict-origin-when-cross-origin", "Cross-Origin-Opener-Policy": "same-origin-allow-popups", "Cross-Origin-Resource-Policy": "cross-origin",
		}},
		{"the app's own", strict, secure.Headers{}, map[string]string{"Content-Security-Policy": "", "Referrer-Policy": "no-referrer", "Permissions-Policy": ""}},
		{"a policy", secure.Headers{}, secure.Headers{ContentSecurityPolicy: secure.CSP{"img-src": {"*"}}}, map[string]string{
			"Content-Security-Policy": "default-src 'self'; script-src 'self'; style-src 'self'; img-src *; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
		}},
		{"a policy beside the app's", strict, secure.Headers{ContentSecurityPolicy: secure.CSP{"font-src": {"*"}}}, map[string]string{
			"Content-Security-Policy": "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'none'; font-src *; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
		}},
	} {
		other := httptest.NewServer(http.HandlerFunc(page))
		defer other.Close()
		app := dewar.New(dewar.Config{InstanceDir: t.TempDir(), Logger: slog.New(slog.DiscardHandler), Headers: row.app})
		app.Fallback(other.URL).Headers(row.own)
		app.Get("/here", func(c *dewar.Context) error { return c.Text("here") })
		cl := dewartest.New(t, app)
		resp := cl.Get("/")
		for name, want := range row.want {
			if got := resp.Header.Get(name); got != want {
				t.Errorf("%s: %s: %q, want %q", row.name, name, got, want)
			}
		}
		if cl.Get("/here").Header.Get("Content-Security-Policy") == "" {
			t.Errorf("%s: a page of this app has no policy", row.name)
		}
		noted := slices.ContainsFunc(app.Check(), func(f dewar.Finding) bool { return f.ID == "fallback-csp" && f.Severity == dewar.SeverityNote })
		if noted != (row.own.ContentSecurityPolicy == nil) {
			t.Errorf("%s: the check says that there is no policy: %v", row.name, noted)
		}
	}
}

func TestLearnCSP(t *testing.T) {
	const path = "/_dewar/csp-reports"
	const report = `{"csp-report":{"document-uri":"http://localhost/a","effective-directive":"img-src","blocked-uri":"https://i.example/x","disposition":"report"}}`
	learn := func(debug, asked, policy bool) (*dewartest.Client, string) {
		other := httptest.NewServer(http.HandlerFunc(page))
		t.Cleanup(other.Close)
		dir := t.TempDir()
		app := dewar.New(dewar.Config{InstanceDir: dir, Logger: slog.New(slog.DiscardHandler), Debug: debug})
		f := app.Fallback(other.URL)
		if asked {
			f.LearnCSP()
		}
		if policy {
			f.Headers(secure.Headers{ContentSecurityPolicy: secure.DefaultCSP()})
		}
		return dewartest.New(t, app), filepath.Join(dir, csplearn.File)
	}
	for _, row := range []struct {
		name                       string
		debug, asked, policy, want bool
	}{
		{"in debug mode", true, false, false, true}, {"asked for", false, true, false, true}, {"neither", false, false, false, false},
		{"in debug mode with a policy", true, false, true, false}, {"asked for with a policy", false, true, true, true},
	} {
		cl, file := learn(row.debug, row.asked, row.policy)
		got := cl.Get("/a").Header.Get("Content-Security-Policy-Report-Only")
		if strings.Contains(got, "report-uri "+path) != row.want || strings.Contains(got, "nonce") {
			t.Errorf("%s: %q", row.name, got)
		}
		r := cl.NewRequest("POST", path, strings.NewReader(report))
		r.Header.Set("Content-Type", "application/csp-report")
		resp := cl.Do(r)
		if took := resp.Status == 204; took != row.want || !took && resp.Text != "posted" {
			t.Errorf("%s: a report: %d %s", row.name, resp.Status, resp.Text)
		}
		findings, err := csplearn.Read(file)
		if (err == nil) != row.want || row.want && len(findings.Sources) != 2 {
			t.Errorf("%s: %v %+v", row.name, err, findings)
		}
	}
	// Only a browser on a page of the site can report.
	for _, row := range []struct {
		name, fetchSite, origin string
		status                  int
	}{
		{"same origin", "same-origin", "", 204}, {"an older browser", "", "http://localhost", 204}, {"another site", "cross-site", "http://localhost", 403},
		{"a subdomain", "same-site", "", 403}, {"another origin", "", "http://evil.example", 403}, {"no browser", "", "", 403},
	} {
		cl, _ := learn(false, true, false)
		cl.Get("/a")
		cl.SecFetchSite = row.fetchSite
		r := cl.NewRequest("POST", path, strings.NewReader(report))
		r.Header.Set("Content-Type", "application/csp-report")
		r.Header.Del("Sec-Fetch-Site")
		if row.fetchSite != "" {
			r.Header.Set("Sec-Fetch-Site", row.fetchSite)
		}
		r.Header.Set("Origin", row.origin)
		if resp := cl.Do(r); resp.Status != row.status {
			t.Errorf("%s: %d, want %d", row.name, resp.Status, row.status)
		}
	}
}
