package dewar_test

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/dewartest"
	"github.com/dewar-go/dewar/internal/debugtrace"
)

const marker = `"'><img src=x onerror=alert(1)><script>1</script>`

// debugApp has a route for each kind of failure.
func debugApp(t *testing.T, change ...func(*dewar.Config)) *dewar.App {
	t.Helper()
	cfg := dewar.Config{
		Debug: true, InstanceDir: t.TempDir(), Logger: slog.New(slog.DiscardHandler),
		Templates: fstest.MapFS{
			"page.html":   {Data: []byte("<!doctype html><title>A page</title><body><p>{{ text }}</p></body>")},
			"broken.html": {Data: []byte("<p>one</p>\n<p>{{ 1 + nothing.at_all }}</p>\n")},
			"outer.html":  {Data: []byte("{% include 'broken.html' %}")},
		},
	}
	for _, f := range change {
		f(&cfg)
	}
	app := dewar.New(cfg)
	app.Get("/panic", func(c *dewar.Context) error { panic("out of cheese") })
	app.Get("/index", func(c *dewar.Context) error { var list []int; return c.Text(fmt.Sprint(list[3])) })
	app.Get("/error", failingView)
	app.Get("/template", func(c *dewar.Context) error { return c.Render("outer.html", nil) })
	app.Get("/page", func(c *dewar.Context) error {
		c.Session().Set("colour", c.Query("colour"))
		c.Log().Debug("a line of the log", "who", "ada")
		return c.Render("page.html", dewar.Vars{"text": c.Query("text")})
	})
	app.Get("/part", func(c *dewar.Context) error { return c.HTML("<li>one</li>") })
	app.Post("/orders", func(c *dewar.Context) error { return errors.New("no stock for " + c.Form("item")) }).InsecureNoCSRF()
	app.Get("/orders/<int:id>", func(c *dewar.Context) error { return errors.New("no order") })
	app.Get("/slash/", func(c *dewar.Context) error { return c.Text("here") })
	app.Get("/queries", func(c *dewar.Context) error {
		trace := debugtrace.From(c.Context())
		for range 6 {
			trace.Add(debugtrace.Span{Kind: debugtrace.SQL, Text: "SELECT name FROM users WHERE id = ?", Place: "/src/app/users.go:12"}, time.Now())
		}
		return c.Render("page.html", nil)
	})
	return app
}

func failingView(*dewar.Context) error { return fmt.Errorf("load: %w", io.ErrUnexpectedEOF) }

func browser(t *testing.T, app *dewar.App) *dewartest.Client {
	t.Helper()
	client := dewartest.New(t, app)
	client.Header.Set("Accept", "text/html,*/*")
	return client
}

func TestDebugPage(t *testing.T) {
	client := browser(t, debugApp(t))
	for _, row := range []struct {
		path string
		want []string
	}{
		{"/panic", []string{"500 Internal Server Error", "out of cheese", "debug_test.go", `panic(&#34;out of cheese&#34;)`, "of libraries"}},
		{"/index", []string{"index out of range [3]", "list[3]"}},
		{"/error", []string{"load: unexpected EOF", "*errors.errorString", "failingView", "fmt.Errorf(&#34;load: %w&#34;"}},
		{"/template", []string{"broken.html, line 2", "nothing.at_all", "^", "reached through outer.html:1"}},
		{"/orders/12", []string{"/orders/&lt;int:id&gt;", "&lt;id&gt;", "no order"}},
		{"/ordres/12", []string{"404 Not Found", "Rules, the nearest first"}},
		{"/orders", []string{"405", "exists for POST"}},
	} {
		resp := client.Get(row.path)
		page := resp.Text
		for _, want := range row.want {
			if !strings.Contains(strings.ReplaceAll(page, "&quot;", "&#34;"), want) {
				t.Errorf("%s: no %q in\n%s", row.path, want, page)
			}
		}
		if kind := resp.Header.Get("Content-Type"); kind != "text/html; charset=utf-8" {
			t.Errorf("%s: %s", row.path, kind)
		}
	}
}

// TestDebugPageAsText: what asks for no page gets text, and a program that asks for JSON the problem with its cause.
func TestDebugPageAsText(t *testing.T) {
	client := browser(t, debugApp(t))
	client.Header.Set("Accept", "*/*")
	resp := client.Get("/index")
	if !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/plain") || !strings.Contains(resp.Text, "> app.Get(\"/index\"") || resp.Status != 500 {
		t.Errorf("%d %v\n%s", resp.Status, resp.Header, resp.Text)
	}
	client.Header.Set("Accept", "application/json")
	if resp := client.Get("/error"); !strings.Contains(resp.Text, `"cause":"load: unexpected EOF"`) {
		t.Error(resp.Text)
	}
}

// TestDebugAccess: what debug mode shows is for this machine alone.
func TestDebugAccess(t *testing.T) {
	app := debugApp(t, func(c *dewar.Config) {
		c.TrustedHosts = []string{"localhost", "127.0.0.1", "[::1]", "evil.example", "192.0.2.7"}
	})
	id := browser(t, app).Get("/page").Header.Get("X-Debug-Id")
	if id == "" {
		t.Fatal("the page has no X-Debug-Id")
	}
	for _, row := range []struct {
		name, peer, host, header string
		shown                    bool
	}{
		{"this machine", "127.0.0.1:4000", "localhost", "", true},
		{"by address", "127.0.0.1:4000", "127.0.0.1:5000", "", true},
		{"by IPv6", "[::1]:4000", "[::1]:5000", "", true},
		{"IPv4 within IPv6", "[::ffff:127.0.0.1]:4000", "localhost", "", true},
		{"another machine", "192.0.2.7:4000", "localhost", "", false},
		{"rebound name", "127.0.0.1:4000", "evil.example", "", false},
		{"address of the network", "127.0.0.1:4000", "192.0.2.7", "", false},
		{"X-Forwarded-For", "127.0.0.1:4000", "localhost", "X-Forwarded-For", false},
		{"X-Forwarded-Host", "127.0.0.1:4000", "localhost", "X-Forwarded-Host", false},
		{"Forwarded", "127.0.0.1:4000", "localhost", "Forwarded", false},
		{"Via", "127.0.0.1:4000", "localhost", "Via", false},
		{"X-Real-IP", "127.0.0.1:4000", "localhost", "X-Real-IP", false},
		{"HTTP/1.0, as a proxy speaks that adds no header", "127.0.0.1:4000", "localhost", "HTTP/1.0", false},
		{"no address", "@", "localhost", "", false},
	} {
		client := browser(t, app)
		ask := func(path string) *dewartest.Response {
			r := client.NewRequest("GET", path, nil)
			r.RemoteAddr, r.Host = row.peer, row.host
			switch row.header {
			case "":
			case "HTTP/1.0":
				r.Proto, r.ProtoMinor = row.header, 0
			default:
				r.Header.Set(row.header, "127.0.0.1")
			}
			return client.Do(r)
		}
		for path, secret := range map[string]string{
			"/panic": "out of cheese", "/error": "unexpected EOF", "/nowhere": "/orders/", "/page": "debug-base", "/-/debug/": "The last requests", "/-/debug/" + id: "/page",
		} {
			if resp := ask(path); strings.Contains(resp.Text, secret) != row.shown {
				t.Errorf("%s: GET %s tells %q is %v, want %v: %d\n%s", row.name, path, secret, !row.shown, row.shown, resp.Status, resp.Text)
			}
		}
	}
}

// TestDebugTellsNoSecret plants one in every place where a request or a program has them, and looks for it in all that
// debug mode shows.
func TestDebugTellsNoSecret(t *testing.T) {
	const secret = "s3cr3t-of-the-test-0123456789abcdef"
	app := debugApp(t, func(c *dewar.Config) {
		c.SecretKey = dewar.NewSecret(secret)
		c.Settings = map[string]any{"MAIL_PASSWORD": secret, "API": dewar.NewSecret(secret), "DATABASE": "postgres://shop:" + secret + "@db/shop"}
	})
	app.Post("/all", func(c *dewar.Context) error {
		c.Session().Set("api_token", secret)
		c.Session().Set("user", map[string]any{"password": secret})
		c.Log().Info("sign in", "password", secret)
		c.SetCookie(http.Cookie{Name: "remember", Value: secret})
		trace := debugtrace.From(c.Context())
		trace.Add(debugtrace.Span{Kind: debugtrace.SQL, Text: "SELECT 1 WHERE password = '" + secret + "'"}, time.Now())
		if c.Query("ok") != "" {
			return c.Render("page.html", dewar.Vars{"password": secret, "key": dewar.NewSecret(secret), "text": "fine"})
		}
		c.FormValues()
		return fmt.Errorf("cannot reach postgres://shop:%s@db/shop with token=%s", secret, secret)
	}).InsecureNoCSRF()
	client := browser(t, app)
	client.Header.Set("Authorization", "Bearer "+secret)
	client.Header.Set("X-Api-Key", secret)
	client.SetCookie("remember", secret)
	form := "password=" + secret + "&csrf_token=" + secret
	for _, accept := range []string{"text/html", "*/*", "application/json"} {
		client.Header.Set("Accept", accept)
		for _, path := range []string{"/all", "/all?ok=1&token=" + secret, "/all?token=" + secret} {
			r := client.NewRequest("POST", path, strings.NewReader(form))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			resp := client.Do(r)
			if strings.Contains(resp.Text, secret) {
				t.Errorf("%s %s tells it:\n%s", accept, path, resp.Text)
			}
			id := resp.Header.Get("X-Debug-Id")
			for _, panel := range []string{"", "/sql", "/request", "/session", "/headers", "/templates", "/config", "/checks"} {
				if page := client.Get("/-/debug/" + id + panel); page.Status != 200 || strings.Contains(page.Text, secret) {
					t.Errorf("the panel %q of %s: %d\n%s", panel, path, page.Status, page.Text)
				}
			}
		}
	}
}

// TestDebugEscapes: what a visitor or a program chose is text on every page of debug mode.
func TestDebugEscapes(t *testing.T) {
	app := debugApp(t)
	app.Get("/all/<path:rest>", func(c *dewar.Context) error {
		c.Session().Set(marker, marker)
		c.Log().Info(marker, marker, marker)
		return errors.New(marker)
	})
	app.Get("/rendered", func(c *dewar.Context) error {
		c.Session().Set(marker, marker)
		return c.Render("page.html", dewar.Vars{"text": marker, "panics": badValue{}})
	})
	client := browser(t, app)
	client.Header.Set("X-Marker", marker)
	q := "?" + url.Values{marker: {marker}}.Encode()
	for _, path := range []string{"/all/" + url.PathEscape(marker) + q, "/rendered" + q, "/nowhere/" + url.PathEscape(marker) + q} {
		resp := client.Get(path)
		pages := []string{resp.Text}
		for _, panel := range []string{"", "/sql", "/request", "/session", "/headers", "/templates"} {
			pages = append(pages, client.Get("/-/debug/"+resp.Header.Get("X-Debug-Id")+panel).Text)
		}
		pages = append(pages, client.Get("/-/debug/").Text)
		for _, page := range pages {
			if strings.Contains(page, "<img") || strings.Contains(page, "<script>1") {
				t.Errorf("%s:\n%s", path, page)
			}
		}
	}
}

// badValue is a value whose own method fails.
type badValue struct{}

func (badValue) String() string { panic("no") }

func TestDebugToolbar(t *testing.T) {
	client := browser(t, debugApp(t))
	for _, row := range []struct {
		name, path, header string
		bar                bool
	}{
		{"a page", "/page", "", true},
		{"a part of a page", "/part", "", false},
		{"a page for htmx", "/page", "HX-Request", false},
		{"an error", "/error", "", true},
	} {
		r := client.NewRequest("GET", row.path, nil)
		if row.header != "" {
			r.Header.Set(row.header, "true")
		}
		resp := client.Do(r)
		if got := strings.Contains(resp.Text, "toolbar.js"); got != row.bar || resp.Header.Get("X-Debug-Id") == "" {
			t.Errorf("%s: the bar is there: %v, X-Debug-Id %q", row.name, got, resp.Header.Get("X-Debug-Id"))
		}
	}
	resp := client.Get("/page?colour=teal")
	for panel, want := range map[string][]string{
		"":           {"guard", "view", "page.html", "DEBUG a line of the log who=ada", "commit"},
		"/session":   {"colour", "teal"},
		"/headers":   {"Content-Security-Policy", "(framework)", "(view)"},
		"/templates": {"page.html", "text"},
		"/config":    {"SESSION_COOKIE_NAME"},
		"/routes":    {"/orders/", "/page"},
		"/none":      {"There is no such panel"},
	} {
		page := client.Get("/-/debug/" + resp.Header.Get("X-Debug-Id") + panel)
		for _, want := range want {
			if !strings.Contains(page.Text, want) {
				t.Errorf("the panel %q does not say %q:\n%s", panel, want, page.Text)
			}
		}
	}
	queries := client.Get("/queries")
	if !strings.Contains(queries.Text, "6 queries (repeated)") {
		t.Errorf("the bar does not count queries:\n%s", queries.Text)
	}
	if page := client.Get("/-/debug/" + queries.Header.Get("X-Debug-Id") + "/sql"); !strings.Contains(page.Text, "N+1") {
		t.Error(page.Text)
	}
	for range 30 {
		client.Get("/page")
	}
	if forgotten := client.Get("/-/debug/" + resp.Header.Get("X-Debug-Id")); forgotten.Status != 404 {
		t.Errorf("the request is remembered behind 30 others: %d", forgotten.Status)
	}
	off := browser(t, debugApp(t, func(c *dewar.Config) { c.NoDebugToolbar = true }))
	if page := off.Get("/page"); strings.Contains(page.Text, "toolbar.js") || page.Header.Get("X-Debug-Id") != "" || off.Get("/-/debug/").Status != 404 {
		t.Error("NoDebugToolbar does not turn it off")
	}
	none := browser(t, debugApp(t, func(c *dewar.Config) { c.Debug, c.Loopback = false, true }))
	if page := none.Get("/page"); strings.Contains(page.Text, "toolbar.js") || none.Get("/-/debug/").Status != 404 {
		t.Error("it is there without debug mode")
	}
}

// TestDebugBounds: a page stays small, whatever the request holds.
func TestDebugBounds(t *testing.T) {
	app := debugApp(t)
	app.Get("/large", func(c *dewar.Context) error {
		for i := range 500 {
			c.Log().Info(strings.Repeat("line ", 2000))
			c.Session().Set(fmt.Sprint("key", i), strings.Repeat("<", 5000))
		}
		return errors.New(strings.Repeat("<", 100_000))
	})
	client := browser(t, app)
	if page := client.Get("/large?" + strings.Repeat("a=%3C&", 900)); len(page.Text) > 200<<10 {
		t.Errorf("the page has %d bytes", len(page.Text))
	}
}
