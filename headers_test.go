package dewar_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/dewartest"
	"github.com/dewar-go/dewar/secure"
)

// TestHeadersOnEveryAnswer asks for every kind of answer that the app writes.
func TestHeadersOnEveryAnswer(t *testing.T) {
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/theirs/own" {
			w.Header().Set("Content-Security-Policy", "default-src 'none'")
		}
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, "theirs")
	}))
	defer other.Close()
	app, _ := newApp(t)
	app.Get("/page", func(c *dewar.Context) error { return c.HTML("<p>page") })
	app.Get("/text", text("text")).Name("text")
	app.Get("/json", func(c *dewar.Context) error { return c.JSON(1) }).Name("json")
	app.Get("/empty", func(c *dewar.Context) error { return c.NoContent() }).Name("empty")
	app.Get("/go", func(c *dewar.Context) error { return c.Redirect(dewar.To("text")) }).Name("go")
	app.Get("/slash/", text("x")).Name("slash")
	app.Get("/fails", func(*dewar.Context) error { return dewar.StatusError(418) }).Name("fails")
	app.Get("/own-fails", func(*dewar.Context) error { return dewar.StatusError(410) }).Name("own-fails")
	app.OnError(410, func(c *dewar.Context, _ *dewar.HTTPError) error { return c.HTML("<p>gone") })
	app.Get("/panics", func(*dewar.Context) error { panic("x") }).Name("panics")
	app.Get("/stream", func(c *dewar.Context) error {
		return c.Stream("text/plain", func(w io.Writer) error { _, err := io.WriteString(w, "x"); return err })
	}).Name("stream")
	app.Get("/cached", func(c *dewar.Context) error {
		if c.NotModified("a", time.Time{}) {
			return nil
		}
		return c.HTML("x")
	}).Name("cached")
	app.Get("/refused", text("x")).Name("refused").Guard(dewar.GuardFunc(dewar.StagePermission, "no", func(*dewar.Context) error { return dewar.StatusError(403) }))
	app.Get("/elsewhere", text("x")).Name("elsewhere").Guard(dewar.GuardFunc(dewar.StagePermission, "sign in", func(c *dewar.Context) error { return c.Redirect(dewar.To("text")) }))
	app.Mount("/mounted", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, "<p>mounted") }))
	app.Get("/wrapped", func(c *dewar.Context) error { return c.HTML("x") }).Name("wrapped").Wrap(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { http.Error(w, "<p>no", 402) })
	})
	app.Fallback(other.URL)
	client := dewartest.New(t, app)
	for _, row := range []struct {
		method, target, host string
		status               int
		html                 bool
	}{
		{"GET", "/page", "", 200, true},
		{"HEAD", "/page", "", 200, true},
		{"OPTIONS", "/page", "", 200, false},
		{"GET", "/text", "", 200, false},
		{"GET", "/json", "", 200, false},
		{"GET", "/empty", "", 204, false},
		{"GET", "/go", "", 303, true},
		{"GET", "/slash", "", 308, true},
		{"GET", "/fails", "", 418, true},
		{"GET", "/own-fails", "", 410, true},
		{"GET", "/panics", "", 500, true},
		{"GET", "/stream", "", 200, false},
		{"GET", "/cached", "", 304, false},
		{"GET", "/refused", "", 403, true},
		{"GET", "/elsewhere", "", 303, true},
		{"GET", "/static/style.css", "", 200, false},
		{"GET", "/static/none.css", "", 404, true},
		{"GET", "/mounted/x", "", 200, false},
		{"GET", "/wrapped", "", 402, false},
		{"GET", "/theirs", "", 200, true},
		{"GET", "/theirs/own", "", 200, true},
		{"TRACE", "/page", "", 405, true},
		{"GET", "/page", "evil.example", 400, true},
		{"GET", "/a%00b", "", 400, true},
		{"GET", "/" + strings.Repeat("a", 9000), "", 414, true},
	} {
		r := client.NewRequest(row.method, row.target, nil)
		if row.host != "" {
			r.Host = row.host
		}
		r.Header.Set("If-None-Match", `"a"`)
		resp := client.Do(r)
		name := row.method + " " + row.target[:min(len(row.target), 20)]
		if resp.Status != row.status {
			t.Errorf("%s: got %d, want %d", name, resp.Status, row.status)
		}
		want := map[string]string{
			"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin",
			"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
		}
		if row.html {
			want["X-Frame-Options"] = "DENY"
		}
		theirs := strings.HasPrefix(row.target, "/theirs")
		if theirs { // what changes nothing in a page
			want = map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "strict-origin-when-cross-origin", "X-Frame-Options": "SAMEORIGIN"}
		}
		for header, value := range want {
			if got := resp.Header.Get(header); got != value {
				t.Errorf("%s: %s is %q", name, header, got)
			}
		}
		csp := resp.Header.Get("Content-Security-Policy")
		switch {
		case row.status == 304:
			if csp != "" {
				t.Errorf("%s: a 304 has the policy %q", name, csp)
			}
		case row.target == "/theirs/own":
			if csp != "default-src 'none'" {
				t.Errorf("%s: the other application's policy became %q", name, csp)
			}
		case theirs:
			if csp != "" {
				t.Errorf("%s: the other application's page got the policy %q", name, csp)
			}
		case !strings.Contains(csp, "frame-ancestors 'none'") || !strings.Contains(csp, "object-src 'none'"):
			t.Errorf("%s: policy %q", name, csp)
		}
		if row.html && !theirs && !strings.Contains(resp.Header.Get("Permissions-Policy"), "camera=()") {
			t.Errorf("%s: Permissions-Policy %q", name, resp.Header.Get("Permissions-Policy"))
		}
		for _, header := range []string{"Server", "X-Powered-By", "Strict-Transport-Security"} {
			if got := resp.Header.Get(header); got != "" {
				t.Errorf("%s: %s is %q", name, header, got)
			}
		}
	}
}

// TestHeadersPerPart changes headers for a blueprint, one within it and a route.
func TestHeadersPerPart(t *testing.T) {
	app, _ := newApp(t, func(c *dewar.Config) { c.Headers.ReferrerPolicy = "no-referrer" })
	outer := dewar.NewBlueprint("outer", dewar.BlueprintOptions{Prefix: "/outer"})
	outer.Headers(secure.Headers{FrameOptions: "SAMEORIGIN", ContentSecurityPolicy: secure.CSP{"frame-ancestors": {"'self'"}}})
	inner := dewar.NewBlueprint("inner", dewar.BlueprintOptions{Prefix: "/inner"})
	inner.Headers(secure.Headers{CrossOriginResourcePolicy: "cross-origin", PermissionsPolicy: map[string]string{"camera": "(self)"}})
	page := func(c *dewar.Context) error { return c.HTML("x") }
	inner.Get("/page", page).Headers(secure.Headers{ReferrerPolicy: "origin", ContentSecurityPolicy: secure.CSP{"img-src": {"*"}}})
	inner.Get("/plain", page).Name("plain")
	outer.Register(inner)
	app.Register(outer)
	app.Get("/", page).Name("index")
	client := dewartest.New(t, app)
	for _, row := range []struct{ target, frame, ancestors, resource, camera, referrer, images string }{
		{"/", "DENY", "frame-ancestors 'none'", "same-origin", "camera=()", "no-referrer", ""},
		{"/outer/inner/plain", "SAMEORIGIN", "frame-ancestors 'self'", "cross-origin", "camera=(self)", "no-referrer", ""},
		{"/outer/inner/page", "SAMEORIGIN", "frame-ancestors 'self'", "cross-origin", "camera=(self)", "origin", "img-src *"},
		{"/outer/none", "SAMEORIGIN", "frame-ancestors 'self'", "same-origin", "camera=()", "no-referrer", ""},
	} {
		h := client.Get(row.target).Header
		csp := h.Get("Content-Security-Policy")
		if h.Get("X-Frame-Options") != row.frame || !strings.Contains(csp, row.ancestors) || h.Get("Cross-Origin-Resource-Policy") != row.resource ||
			!strings.Contains(h.Get("Permissions-Policy"), row.camera) || h.Get("Referrer-Policy") != row.referrer ||
			strings.Contains(csp, "img-src") != (row.images != "") || !strings.Contains(csp, row.images) || !strings.Contains(csp, "object-src 'none'") {
			t.Errorf("%s: %v", row.target, h)
		}
	}
}

func TestHeadersPerPartMistakes(t *testing.T) {
	app, _ := newApp(t, func(c *dewar.Config) { c.Loopback = true })
	bp := dewar.NewBlueprint("bp", dewar.BlueprintOptions{Prefix: "/bp"})
	bp.Headers(secure.Headers{FrameOptions: "ALLOWALL"})
	bp.Get("/a", text("a"))
	bp.Get("/b", text("b")).Name("b").Headers(secure.Headers{ContentSecurityPolicy: secure.CSP{"script-src": {"self"}}})
	app.Register(bp)
	app.Get("/c", text("c")).Name("c").Headers(secure.Headers{ReferrerPolicy: "x\r\ny"})
	_, err := app.Handler()
	if err == nil || strings.Count(err.Error(), "ALLOWALL") != 1 || !strings.Contains(err.Error(), "Referrer-Policy") || !strings.Contains(err.Error(), "headers_test.go:") {
		t.Errorf("got %v", err)
	}
}

// TestCSPReportRoute sends a browser's report to the report endpoint of an app.
func TestCSPReportRoute(t *testing.T) {
	reports := &secure.CSPReports{Max: 2}
	app, _ := newApp(t, func(c *dewar.Config) {
		c.Headers.ContentSecurityPolicy = secure.CSP{}.Merge(secure.DefaultCSP()).With("report-uri", "/csp-report")
	})
	app.Post("/csp-report", dewar.Wrap(reports)).InsecureNoCSRF()
	app.Get("/", func(c *dewar.Context) error { return c.HTML("x") }).Name("index")
	client := dewartest.New(t, app)
	if csp := client.Get("/").Header.Get("Content-Security-Policy"); !strings.Contains(csp, "report-uri /csp-report") {
		t.Errorf("policy %q", csp)
	}
	client.SecFetchSite = "cross-site" // a page in a sandbox reports, too
	for i, directive := range []string{"script-src", "img-src", "style-src", "script-src"} {
		r := client.NewRequest("POST", "/csp-report", strings.NewReader(`{"csp-report":{"document-uri":"http://localhost/?token=x","effective-directive":"`+directive+`"}}`))
		r.Header.Set("Content-Type", "application/csp-report")
		if resp := client.Do(r); resp.Status != 204 {
			t.Errorf("%d: got %d %s", i, resp.Status, resp.Text)
		}
	}
	kept := reports.Reports()
	if len(kept) != 2 || strings.Contains(kept[0].Document, "token") {
		t.Errorf("kept %+v", kept)
	}
}
