package dewar_test

import (
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/dewartest"
	"github.com/dewar-go/dewar/secure"
)

// A template that forgot its nonce and its token has them all the same.
func TestTemplatesGetNonceAndToken(t *testing.T) {
	app, _ := newApp(t, func(c *dewar.Config) {
		c.Templates = mapFS("page.html", `<script>f({{ own }})</script><form method="post"></form><form method="post" action="http://localhost/x"></form><form method="post" action="https://other.example/"></form>`)
	})
	app.Get("/", func(c *dewar.Context) error { return c.Render("page.html", dewar.Vars{"own": "</script>"}) })
	app.Post("/", func(c *dewar.Context) error { return c.Text("posted") })
	client := dewartest.New(t, app)
	page := client.Get("/")
	nonce := regexp.MustCompile(`<script nonce="([^"]+)">f\("\\u003c\\/script\\u003e"\)</script>`).FindStringSubmatch(page.Text)
	if nonce == nil || !strings.Contains(page.Header.Get("Content-Security-Policy"), "'nonce-"+nonce[1]+"'") {
		t.Fatalf("%s\n%s", page.Header.Get("Content-Security-Policy"), page.Text)
	}
	fields := regexp.MustCompile(`<input type="hidden" name="csrf_token" value="([^"]+)">`).FindAllStringSubmatch(page.Text, -1)
	if len(fields) != 2 || !strings.HasSuffix(page.Text, `action="https://other.example/"></form>`) {
		t.Fatal(page.Text)
	}
	if page.Header.Get("ETag") != "" || page.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("a page with a token may be kept: %v", page.Header)
	}
	if got := client.PostForm("/", url.Values{"csrf_token": {fields[0][1]}}); got.Text != "posted" {
		t.Errorf("the token is refused: %d %s", got.Status, got.Text)
	}
}

// A page without scripts and forms of its own stays one that may be kept.
func TestTemplatesWithoutNonceHaveETags(t *testing.T) {
	if got := render(t, `<p title="{{ own }}">{{ own }}</p><form><input></form>`, nil); got.Header.Get("ETag") == "" || strings.Contains(got.Text, "nonce") || strings.Contains(got.Text, "csrf") {
		t.Errorf("%v %s", got.Header, got.Text)
	}
}

// A policy without a nonce gets none.
func TestTemplatesWithoutNoncePolicy(t *testing.T) {
	app, _ := newApp(t, func(c *dewar.Config) {
		c.Templates = mapFS("page.html", `<script>f()</script>`)
		c.Headers = secure.Headers{ContentSecurityPolicy: secure.DefaultCSP().With("script-src", "'self'").With("style-src", "'self'")}
	})
	app.Get("/", func(c *dewar.Context) error { return c.Render("page.html", nil) })
	if got := dewartest.New(t, app).Get("/").Text; got != `<script>f()</script>` {
		t.Error(got)
	}
}
