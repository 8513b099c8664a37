package dewar_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/dewartest"
	"github.com/dewar-go/dewar/session"
)

// newApp makes an app that logs into the returned buffer.
func newApp(t *testing.T, change ...func(*dewar.Config)) (*dewar.App, *bytes.Buffer) {
	t.Helper()
	log := &bytes.Buffer{}
	cfg := dewar.Config{
		Name:        "test",
		InstanceDir: t.TempDir(),
		Logger:      slog.New(slog.NewTextHandler(log, nil)),
		Templates: fstest.MapFS{
			"base.html": {Data: []byte(`<title>{% block title %}{% endblock %}</title>{% for c, m in get_flashed_messages(with_categories=true) %}[{{ c }}:{{ m }}]{% endfor %}{% block body %}{% endblock %}`)},
			"page.html": {Data: []byte(`{% extends "base.html" %}{% block title %}{{ title }}{% endblock %}{% block body %}<a href="{{ url_for('index'|lower) }}">{{ g.user }}|{{ request.form['title'] }}|{{ session.name }}|{{ request.endpoint }}</a>{% endblock %}`)},
			"fail.html": {Data: []byte(`before{{ missing.attribute.deep }}after`)},
			"form.html": {Data: []byte(`{{ csrf_token() }}`)},
		},
		Static: fstest.MapFS{
			"style.css":    {Data: []byte("p{}")},
			".secret":      {Data: []byte("x")},
			"sub/.git/cfg": {Data: []byte("x")},
		},
	}
	for _, f := range change {
		f(&cfg)
	}
	return dewar.New(cfg), log
}

func text(s string) dewar.View {
	return func(c *dewar.Context) error { return c.Text(s) }
}

func TestHello(t *testing.T) {
	app, _ := newApp(t)
	app.Get("/", text("Hello, World!"))
	resp := dewartest.New(t, app).Get("/")
	if resp.Status != 200 || resp.Text != "Hello, World!" {
		t.Fatalf("got %d %q", resp.Status, resp.Text)
	}
	for name, want := range map[string]string{
		"Content-Type":           "text/plain; charset=utf-8",
		"Content-Length":         "13",
		"X-Content-Type-Options": "nosniff",
		"Referrer-Policy":        "same-origin",
	} {
		if got := resp.Header.Get(name); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	if csp := resp.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "frame-ancestors 'none'") {
		t.Errorf("Content-Security-Policy: %q", csp)
	}
	if hsts := resp.Header.Get("Strict-Transport-Security"); hsts != "" {
		t.Errorf("HSTS on a loopback address: %q", hsts)
	}
	if n := len(resp.Header); n > 8 {
		t.Errorf("%d header keys: a ninth makes net/http's map grow: %v", n, resp.Header)
	}
}

func TestOrderOfALife(t *testing.T) {
	app, _ := newApp(t)
	var trace []string
	say := func(s string) { trace = append(trace, s) }
	hook := func(s string) func(*dewar.Context) error {
		return func(*dewar.Context) error { say(s); return nil }
	}
	wrap := func(s string) dewar.Middleware {
		return func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				say(s + " in")
				next.ServeHTTP(w, r)
				say(s + " out")
			})
		}
	}
	guard := func(stage dewar.Stage, s string) dewar.Guard {
		return dewar.GuardFunc(stage, s, func(*dewar.Context) error { say(s); return nil })
	}
	inner := dewar.NewBlueprint("inner", dewar.BlueprintOptions{Prefix: "/in"})
	inner.Before(hook("inner before"))
	inner.After(hook("inner after"))
	inner.Teardown(func(*dewar.Context, error) { say("inner teardown") })
	inner.Guard(guard(dewar.StageLimit, "inner limit"))
	inner.Wrap(wrap("inner"))
	inner.Get("/x", func(c *dewar.Context) error { say("view"); return c.Text("x") }).
		Guard(guard(dewar.StageCORS, "route cors")).Wrap(wrap("route"))
	outer := dewar.NewBlueprint("outer", dewar.BlueprintOptions{Prefix: "/out"})
	outer.Before(hook("outer before"))
	outer.After(hook("outer after"))
	outer.Guard(guard(dewar.StagePermission, "outer permission"))
	outer.Register(inner)
	app.Before(hook("app before"))
	app.After(hook("app after 1"))
	app.After(hook("app after 2"))
	app.Guard(guard(dewar.StagePermission, "app permission"))
	app.Wrap(wrap("app"))
	app.Teardown(func(*dewar.Context, error) { say("app teardown") })
	app.Register(outer)
	dewartest.New(t, app).Get("/out/in/x")
	want := []string{
		"route cors", "inner limit", "app permission", "outer permission",
		"app in", "inner in", "route in",
		"app before", "outer before", "inner before", "view",
		"inner after", "outer after", "app after 2", "app after 1",
		"route out", "inner out", "app out",
		"inner teardown", "app teardown",
	}
	if !slices.Equal(trace, want) {
		t.Errorf("got  %q\nwant %q", trace, want)
	}
}

func TestErrors(t *testing.T) {
	type missing struct{ error }
	app, log := newApp(t)
	app.Get("/", text("index")).Name("index")
	app.Get("/abort", func(*dewar.Context) error { return &dewar.HTTPError{Code: 404, Detail: "No such post."} })
	app.Get("/gone", func(*dewar.Context) error { return dewar.StatusError(410) })
	app.Get("/typed", func(*dewar.Context) error { return fmt.Errorf("wrapped: %w", missing{errors.New("x")}) })
	app.Get("/plain", func(*dewar.Context) error { return errors.New("secret cause") })
	app.Get("/panic", func(*dewar.Context) error { panic("secret panic") })
	app.Get("/half", func(c *dewar.Context) error {
		c.SetHeader("X-Half", "1")
		if _, err := io.WriteString(c.Writer(), "half a page"); err != nil {
			return err
		}
		return dewar.StatusError(500)
	})
	app.Get("/template", func(c *dewar.Context) error { return c.Render("fail.html", nil) })
	app.Get("/silent", func(*dewar.Context) error { return nil })
	app.OnError(410, func(c *dewar.Context, e *dewar.HTTPError) error { return c.Text("gone: " + e.Detail) })
	dewar.OnErrorAs(app, func(c *dewar.Context, e missing) error { return c.Status(418).Text("typed") })
	client := dewartest.New(t, app)
	rows := []struct {
		path   string
		status int
		text   string
	}{
		{"/abort", 404, "No such post."},
		{"/nowhere", 404, "Not Found"},
		{"/gone", 410, "gone: "},
		{"/typed", 418, "typed"},
		{"/plain", 500, "Internal Server Error"},
		{"/panic", 500, "Internal Server Error"},
		{"/half", 500, "Internal Server Error"},
		{"/template", 500, "Internal Server Error"},
		{"/silent", 500, "Internal Server Error"},
	}
	for _, row := range rows {
		t.Run(row.path, func(t *testing.T) {
			resp := client.Get(row.path)
			if resp.Status != row.status || !strings.Contains(resp.Text, row.text) {
				t.Errorf("got %d %q", resp.Status, resp.Text)
			}
			if strings.Contains(resp.Text, "secret") || strings.Contains(resp.Text, "half a page") || strings.Contains(resp.Text, "before") {
				t.Errorf("the page shows what it must not: %q", resp.Text)
			}
			if resp.Header.Get("X-Half") != "" {
				t.Error("a header of the failed answer was sent")
			}
		})
	}
	for _, want := range []string{"secret cause", "secret panic", "app_test.go", "without an answer"} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("the log does not say %q", want)
		}
	}
	r := client.NewRequest("GET", "/plain", nil)
	r.Header.Set("Accept", "application/json")
	resp := client.Do(r)
	if got := resp.Header.Get("Content-Type"); got != "application/problem+json" || !strings.Contains(resp.Text, `"status":500`) {
		t.Errorf("got %q %q", got, resp.Text)
	}
}

func TestBlueprintAnswersItsOwn404(t *testing.T) {
	app, _ := newApp(t)
	bp := dewar.NewBlueprint("api", dewar.BlueprintOptions{Prefix: "/api/<int:version>"})
	bp.Get("/users", text("users"))
	bp.OnError(404, func(c *dewar.Context, _ *dewar.HTTPError) error { return c.Text("api 404") })
	bp.OnError(405, func(c *dewar.Context, _ *dewar.HTTPError) error { return c.Text("api 405") })
	app.Register(bp)
	app.OnError(404, func(c *dewar.Context, _ *dewar.HTTPError) error { return c.Text("app 404") })
	client := dewartest.New(t, app)
	for path, want := range map[string]string{
		"/api/1/users": "users", "/api/1/nothing": "api 404", "/apix": "app 404", "/api": "app 404", "/": "app 404",
	} {
		if got := client.Get(path).Text; got != want {
			t.Errorf("%s: got %q, want %q", path, got, want)
		}
	}
	resp := client.PostForm("/api/1/users", nil)
	if resp.Text != "api 405" || resp.Status != 405 || resp.Header.Get("Allow") != "GET, HEAD, OPTIONS" {
		t.Errorf("got %d %q Allow %q", resp.Status, resp.Text, resp.Header.Get("Allow"))
	}
	resp = client.Do(client.NewRequest("OPTIONS", "/api/1/users", nil))
	if resp.Status != 200 || resp.Header.Get("Allow") != "GET, HEAD, OPTIONS" || resp.Text != "" {
		t.Errorf("OPTIONS: %d %q %q", resp.Status, resp.Header.Get("Allow"), resp.Text)
	}
}

func TestTemplatesSeeTheRequest(t *testing.T) {
	user := dewar.NewKey[string]("user")
	app, _ := newApp(t)
	app.Get("/", func(c *dewar.Context) error {
		c.Flash("saved")
		c.Flash("careful", "warning")
		c.Session().Set("name", "Zoë")
		return c.Redirect(dewar.To("page"))
	}).Name("index")
	app.Route("/page", func(c *dewar.Context) error {
		user.Set(c, "<ada>")
		return c.Render("page.html", dewar.Vars{"title": "T & U"})
	}, "GET", "POST").Name("page")
	client := dewartest.New(t, app)
	if resp := client.Get("/"); resp.Status != 303 || resp.Location() != "/page" {
		t.Fatalf("got %d to %q", resp.Status, resp.Location())
	}
	resp := client.PostForm("/page", url.Values{"title": {"a<b"}})
	want := `<title>T &amp; U</title>[message:saved][warning:careful]<a href="/">&lt;ada&gt;|a&lt;b|Zoë|page</a>`
	if resp.Text != want {
		t.Errorf("got  %s\nwant %s", resp.Text, want)
	}
	if resp.Header.Get("Vary") != "Sec-Fetch-Site, Origin, Cookie" && !strings.Contains(resp.Header.Get("Vary"), "Cookie") {
		t.Errorf("Vary: %q", resp.Header["Vary"])
	}
	if got := resp.Header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("Cache-Control: %q", got)
	}
	resp = client.Get("/page")
	if strings.Contains(resp.Text, "saved") {
		t.Error("a message was shown twice")
	}
}

func TestTypedRoutesAndTargets(t *testing.T) {
	app, _ := newApp(t)
	user := dewar.Get1(app, "/users/<int:id>", func(c *dewar.Context, id int) error {
		return c.Text(fmt.Sprint(id * 2))
	}).Name("user")
	file := dewar.Get2(app, "/f/<name>/<path:rest>", func(c *dewar.Context, name, rest string) error {
		return c.Text(name + "|" + rest)
	}).Name("file")
	bp := dewar.NewBlueprint("shop", dewar.BlueprintOptions{Prefix: "/<lang>/shop"})
	item := dewar.Get1(bp, "/<int:n>", func(c *dewar.Context, n int) error { return c.Text(c.Str("lang") + fmt.Sprint(n)) }).Name("item")
	bp.Get("/next", func(c *dewar.Context) error { return c.Redirect(item.To(7).With("q", "a b").Anchor("top")) })
	app.Register(bp)
	app.Get("/urls", func(c *dewar.Context) error {
		a, err := c.URL(user.To(42))
		if err != nil {
			return err
		}
		b, err := c.URL(file.To("x", "y/z").External())
		if err != nil {
			return err
		}
		d, err := c.URL(dewar.To("user", "id", 3, "page", 2))
		if err != nil {
			return err
		}
		_, bad := c.URL(dewar.To("usr"))
		return c.Text(a + " " + b + " " + d + " " + bad.Error())
	})
	client := dewartest.New(t, app)
	for path, want := range map[string]string{
		"/users/21":                   "42",
		"/f/a/b/c":                    "a|b/c",
		"/de/shop/4":                  "de4",
		"/users/x":                    "",
		"/users/99999999999999999999": "",
	} {
		if got := client.Get(path); want != "" && got.Text != want || want == "" && got.Status != 404 {
			t.Errorf("%s: %d %q", path, got.Status, got.Text)
		}
	}
	if got := client.Get("/de/shop/next").Location(); got != "/de/shop/7?q=a+b#top" {
		t.Errorf("redirect to %q", got)
	}
	got := client.Get("/urls").Text
	if !strings.HasPrefix(got, "/users/42 http://localhost/f/x/y/z /users/3?page=2 ") || !strings.Contains(got, "Did you mean 'user' instead?") {
		t.Errorf("got %q", got)
	}
}

func TestRegistrationMistakesPanic(t *testing.T) {
	rows := map[string]struct {
		do   func(app *dewar.App)
		want []string
	}{
		"duplicate": {func(app *dewar.App) {
			app.Get("/a/<int:x>", text("1"))
			app.Get("/a/<int:y>", text("2"))
			app.Get("/b", text("3"))
		}, []string{"app_test.go:", "/a/<int:y>", "/a/<int:x>"}},
		"malformed": {func(app *dewar.App) { app.Get("/<int:", text("1")); app.Get("/b", text("2")) }, []string{"app_test.go:"}},
		"converter": {func(app *dewar.App) { app.Get("/<nope:x>", text("1")); app.Get("/b", text("2")) }, []string{"nope"}},
		"no slash":  {func(app *dewar.App) { app.Get("a", text("1")) }, []string{"must start with a slash"}},
		"late name": {func(app *dewar.App) { r := app.Get("/a", text("1")); app.Get("/b", text("2")); r.Name("x") }, []string{"is complete"}},
		"nil view":  {func(app *dewar.App) { app.Get("/a", nil) }, []string{"the view is nil"}},
		"typed count": {func(app *dewar.App) {
			dewar.Get1(app, "/a", func(*dewar.Context, int) error { return nil })
			app.Get("/b", text(""))
		}, []string{"0 variables", "takes 1"}},
		"typed kind": {func(app *dewar.App) {
			dewar.Get1(app, "/<x>", func(*dewar.Context, int) error { return nil })
			app.Get("/b", text(""))
		}, []string{"<x> is a string", "argument 1 is a int"}},
		"endpoint twice": {func(app *dewar.App) {
			app.Get("/a", text("1")).Name("x")
			app.Get("/b", text("2")).Name("x")
			app.Get("/c", text("3"))
		}, []string{`endpoint "x"`}},
		"blueprint twice": {func(app *dewar.App) {
			bp := dewar.NewBlueprint("bp", dewar.BlueprintOptions{})
			app.Register(bp)
			app.Register(bp)
		}, []string{"already registered for this blueprint", "Mount"}},
		"blueprint changed": {func(app *dewar.App) {
			bp := dewar.NewBlueprint("bp", dewar.BlueprintOptions{})
			app.Register(bp)
			bp.Get("/x", text("x"))
		}, []string{"was registered at"}},
		"open redirect": {func(app *dewar.App) { app.RedirectRule("/go/<path:to>", "<to>") }, []string{"must be a path of the app"}},
		"key name":      {func(*dewar.App) { dewar.NewKey[int]("a-b") }, []string{"identifier"}},
		"header value":  {func(*dewar.App) { new(dewar.Context).SetHeader("X", "a\r\nSet-Cookie: x") }, []string{"line break"}},
	}
	for name, row := range rows {
		t.Run(name, func(t *testing.T) {
			app, _ := newApp(t)
			defer func() {
				got := fmt.Sprint(recover())
				for _, want := range row.want {
					if !strings.Contains(got, want) {
						t.Errorf("panic %q does not say %q", got, want)
					}
				}
			}()
			row.do(app)
		})
	}
}

func TestCSRF(t *testing.T) {
	app, _ := newApp(t)
	app.Post("/", text("done"))
	app.Post("/hook", text("hooked")).InsecureNoCSRF()
	app.Get("/form", func(c *dewar.Context) error { return c.Render("form.html", nil) })
	rows := []struct {
		name, site, origin string
		cookie, token      bool
		path               string
		status             int
	}{
		{"same origin", "same-origin", "", true, false, "/", 200},
		{"typed address", "none", "", true, false, "/", 200},
		{"cross site", "cross-site", "", true, true, "/", 403},
		{"same site", "same-site", "", true, true, "/", 403},
		{"origin", "", "http://localhost", true, false, "/", 200},
		{"other scheme", "", "https://localhost", true, true, "/", 403},
		{"null origin", "", "null", true, true, "/", 403},
		{"old browser with token", "", "", true, true, "/", 200},
		{"old browser without", "", "", true, false, "/", 400},
		{"program without cookies", "", "", false, false, "/", 200},
		{"exempt", "cross-site", "", true, false, "/hook", 200},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			client := dewartest.New(t, app)
			form := url.Values{}
			if row.cookie {
				token := client.Get("/form").Text
				if row.token {
					form.Set("csrf_token", token)
				}
			}
			client.SecFetchSite = row.site
			if row.origin != "" {
				client.Header.Set("Origin", row.origin)
			}
			if resp := client.PostForm(row.path, form); resp.Status != row.status {
				t.Errorf("got %d, want %d: %s", resp.Status, row.status, resp.Text)
			}
		})
	}
}

func TestStaticFiles(t *testing.T) {
	app, _ := newApp(t)
	client := dewartest.New(t, app)
	resp := client.Get("/static/style.css")
	if resp.Status != 200 || resp.Text != "p{}" || resp.Header.Get("Content-Type") != "text/css; charset=utf-8" || resp.Header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("got %d %q %v", resp.Status, resp.Text, resp.Header)
	}
	r := client.NewRequest("GET", "/static/style.css", nil)
	r.Header.Set("If-None-Match", resp.Header.Get("Etag"))
	if got := client.Do(r); got.Status != 304 || got.Text != "" {
		t.Errorf("conditional: %d %q", got.Status, got.Text)
	}
	for _, path := range []string{"/static/", "/static/.secret", "/static/sub/.git/cfg", "/static/sub", "/static/%2e%2e/app.go", "/static/..%2fapp.go", "/static/nothing"} {
		if got := client.Get(path); got.Status != 404 && got.Status != 400 {
			t.Errorf("%s: %d %q", path, got.Status, got.Text)
		}
	}
}

// TestRedirectsStayHere covers the classes CVE-2020-28724, CVE-2021-23393,
// CVE-2023-49438 and CVE-2022-40083.
func TestRedirectsStayHere(t *testing.T) {
	app, _ := newApp(t)
	app.Get("/go", func(c *dewar.Context) error { return c.Redirect(dewar.Path(c.Query("to"))) })
	app.Get("/out", func(c *dewar.Context) error { return c.RedirectExternal(c.Query("to")) })
	client := dewartest.New(t, app)
	for to, ok := range map[string]bool{
		"/here?x=1": true, "//evil.example": false, "///evil.example": false, `/\evil.example`: false, "https://evil.example": false,
		"\thttp://evil.example": false, "/\t/evil.example": false, "javascript:alert(1)": false,
	} {
		resp := client.Get("/go?" + url.Values{"to": {to}}.Encode())
		if (resp.Status == 303) != ok || !ok && resp.Location() != "" {
			t.Errorf("%q: %d to %q", to, resp.Status, resp.Location())
		}
	}
	for to, ok := range map[string]bool{"https://other.example/x": true, "javascript:alert(1)": false, "//x": false, "https://x\r\nA: b": false} {
		if resp := client.Get("/out?" + url.Values{"to": {to}}.Encode()); (resp.Status == 303) != ok {
			t.Errorf("external %q: %d", to, resp.Status)
		}
	}
}

func TestSessionCookie(t *testing.T) {
	app, _ := newApp(t)
	app.Get("/set", func(c *dewar.Context) error { c.Session().Set("id", 7); return c.Text("ok") })
	app.Get("/permanent", func(c *dewar.Context) error { c.Session().SetPermanent(true); return c.Text("ok") })
	app.Get("/has", func(c *dewar.Context) error { return c.Text(fmt.Sprint(c.Session().Has("id"))) })
	app.Get("/len", func(c *dewar.Context) error { return c.Text(fmt.Sprint(c.Session().Len())) })
	app.Get("/clear", func(c *dewar.Context) error { c.Session().Clear(); return c.Text("ok") })
	app.Get("/none", text("none"))
	app.Get("/big", func(c *dewar.Context) error {
		noise := make([]byte, 5000)
		_, _ = rand.Read(noise) // compression makes nothing of it
		c.Session().Set("big", noise)
		return c.Text("ok")
	})
	client := dewartest.New(t, app)
	cookie := client.Get("/set").Header.Get("Set-Cookie")
	for _, want := range []string{"session=", "HttpOnly", "SameSite=Lax", "Path=/"} {
		if !strings.Contains(cookie, want) {
			t.Errorf("%q lacks %q", cookie, want)
		}
	}
	if strings.Contains(cookie, "Secure") || strings.Contains(cookie, "Expires") {
		t.Errorf("%q", cookie)
	}
	if got := client.Get("/permanent").Header.Get("Set-Cookie"); !strings.Contains(got, "Expires=") {
		t.Errorf("permanent: %q", got)
	}
	if got := client.Get("/none").Header; got.Get("Set-Cookie") != "" || got.Get("Vary") != "" {
		t.Errorf("a session nobody asked for: %v", got)
	}
	// CVE-2026-27205: asking for a key or the length reads the session.
	for _, path := range []string{"/has", "/len"} {
		if got := client.Get(path).Header.Get("Vary"); got != "Cookie" {
			t.Errorf("%s: Vary %q", path, got)
		}
	}
	client.Session(func(s *session.Session) { s.Set("id", 8) })
	if got := client.Get("/has").Text; got != "true" {
		t.Errorf("got %q", got)
	}
	if got := client.Get("/big"); got.Status != 500 || got.Header.Get("Set-Cookie") != "" {
		t.Errorf("a session past the limit: %d %v", got.Status, got.Header)
	}
	if got := client.Get("/clear").Header.Get("Set-Cookie"); !strings.Contains(got, "Max-Age=0") {
		t.Errorf("cleared: %q", got)
	}
	client.SetCookie("session", "forged.cookie.value")
	if got := client.Get("/has"); got.Status != 200 || got.Text != "false" {
		t.Errorf("forged: %d %q", got.Status, got.Text)
	}
}

func mapFS(name, content string) fstest.MapFS {
	return fstest.MapFS{name: {Data: []byte(content)}}
}
