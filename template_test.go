package dewar_test

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/dewartest"
	"github.com/dewar-go/dewar/jinja"
)

func render(t *testing.T, source string, set func(*dewar.App)) *dewartest.Response {
	t.Helper()
	app, _ := newApp(t, func(c *dewar.Config) { c.Templates = mapFS("page.html", source) })
	app.Get("/", func(c *dewar.Context) error { return c.Render("page.html", dewar.Vars{"own": "view"}) }).Name("index")
	if set != nil {
		set(app)
	}
	return dewartest.New(t, app).Get("/?q=a+b&q=c")
}

func TestTemplateNames(t *testing.T) {
	rows := []struct{ name, source, want string }{
		{"query", `{{ request.args.q }} {{ request.args['q'] }} {{ request.args.get('x', 'none') }} {{ request.args.getlist('q')|join(',') }}`, "a b a b none a b,c"},
		{"missing field", `[{{ request.form['title'] }}]`, "[]"},
		{"request", `{{ request.method }} {{ request.path }} {{ request.endpoint }} {{ request.host }} {{ request.url }} {{ request.blueprint }}`, "GET / index localhost http://localhost/?q=a+b&amp;q=c None"},
		{"url_for", `{{ url_for('index') }} {{ url_for('index', page=2) }} {{ url_for('static', filename='a b.css') }} {{ url_for('index', _external=True, _anchor='x') }}`, "/ /?page=2 /static/a%20b.css http://localhost/#x"},
		{"config", `{{ config.DEBUG }} {{ config['SESSION_COOKIE_NAME'] }} [{{ config.SECRET_KEY }}]`, "False session []"},
		{"g", `{{ g.nothing is defined }} {{ g.get('x', 1) }} {{ 'x' in g }}`, "False 1 False"},
		{"session", `{{ session.get('x') }} {{ 'x' in session }} {{ session.new }}`, "None False False"},
		{"view", `{{ own }}`, "view"},
		{"dates in JSON", `{{ {"b": at, "a": at.date()}|tojson }}`, `{"a": "Sat, 03 Feb 2024 00:00:00 GMT", "b": "Sat, 03 Feb 2024 04:05:06 GMT"}`},
		{"imported macros see the request", `{% import 'page2.html' as p %}{{ p.m() }}`, "GET"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			app, _ := newApp(t, func(c *dewar.Config) {
				c.Templates = fstest.MapFS{
					"page.html":  {Data: []byte(row.source)},
					"page2.html": {Data: []byte(`{% macro m() %}{{ request.method }}{% endmacro %}`)},
				}
			})
			app.Get("/", func(c *dewar.Context) error {
				return c.Render("page.html", dewar.Vars{"own": "view", "at": time.Date(2024, 2, 3, 4, 5, 6, 0, time.UTC)})
			}).Name("index")
			if got := dewartest.New(t, app).Get("/?q=a+b&q=c").Text; got != row.want {
				t.Errorf("got  %s\nwant %s", got, row.want)
			}
		})
	}
}

func TestTemplateRegistration(t *testing.T) {
	got := render(t, `{{ "x"|twice }} {{ 4 is big }} {{ site }} {{ who() }} {{ own }} {{ extra }} {{ "y"|shout }}`, func(app *dewar.App) {
		app.TemplateFilter("twice", func(s string) string { return s + s })
		app.TemplateTest("big", func(n int) bool { return n > 3 })
		app.TemplateGlobal("site", "Dewar & co")
		app.TemplateGlobal("who", func(st jinja.State) string { return st.Data().(*dewar.Context).Endpoint() })
		app.ContextProcessor(func(*dewar.Context) dewar.Vars {
			return dewar.Vars{"own": "processor", "extra": "processor"}
		})
		bp := dewar.NewBlueprint("bp", dewar.BlueprintOptions{})
		bp.TemplateFilter("shout", strings.ToUpper)
		bp.ContextProcessor(func(*dewar.Context) dewar.Vars { return dewar.Vars{"extra": "not here"} })
		app.Register(bp)
	})
	if want := "xx True Dewar &amp; co index view processor Y"; got.Text != want {
		t.Errorf("got %q, want %q", got.Text, want)
	}
}

func TestTemplateMistakesAreFoundAtStart(t *testing.T) {
	app, _ := newApp(t, func(c *dewar.Config) {
		c.Loopback = true
		c.Templates = fstest.MapFS{"a.html": {Data: []byte("{% for %}")}, "b.html": {Data: []byte("{{ x|nothing }}")}, "logo.png": {Data: []byte("{%")}}
	})
	app.TemplateFilter("bad", 7)
	_, err := app.Handler()
	if err == nil || !strings.Contains(err.Error(), `"bad" at`) {
		t.Errorf("filter: %v", err)
	}
	app, _ = newApp(t, func(c *dewar.Config) {
		c.Loopback = true
		c.Templates = fstest.MapFS{"a.html": {Data: []byte("x\n{% for %}")}, "b.html": {Data: []byte("{{ x|nothing }}")}, "logo.png": {Data: []byte("{%")}}
	})
	_, err = app.Handler()
	for _, want := range []string{"a.html", "b.html", "No filter named 'nothing'"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %q", err, want)
		}
	}
}

func TestBlueprintTemplatesComeAfterTheApps(t *testing.T) {
	app, _ := newApp(t, func(c *dewar.Config) { c.Templates = mapFS("shared.html", "app's") })
	bp := dewar.NewBlueprint("bp", dewar.BlueprintOptions{
		Prefix:    "/bp",
		Templates: fstest.MapFS{"shared.html": {Data: []byte("blueprint's")}, "own.html": {Data: []byte("own {{ url_for('.static', filename='x.js') }}")}},
		Static:    mapFS("x.js", "1"),
	})
	bp.Get("/shared", func(c *dewar.Context) error { return c.Render("shared.html", nil) })
	bp.Get("/own", func(c *dewar.Context) error { return c.Render("own.html", nil) })
	app.Register(bp)
	client := dewartest.New(t, app)
	for path, want := range map[string]string{"/bp/shared": "app's", "/bp/own": "own /bp/static/x.js?v=6b86b273ff34fce1", "/bp/static/x.js": "1"} {
		if got := client.Get(path).Text; got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
}

func TestNonceIsNamedWhenUsed(t *testing.T) {
	resp := render(t, `<script nonce="{{ csp_nonce() }}"></script>{{ csp_nonce() }}`, nil)
	_, rest, _ := strings.Cut(resp.Text, `nonce="`)
	nonce, _, _ := strings.Cut(rest, `"`)
	if len(nonce) < 16 || strings.Count(resp.Text, nonce) != 2 || !strings.Contains(resp.Header.Get("Content-Security-Policy"), "'nonce-"+nonce+"'") {
		t.Errorf("nonce %q, policy %q", nonce, resp.Header.Get("Content-Security-Policy"))
	}
	if resp := render(t, "x", nil); strings.Contains(resp.Header.Get("Content-Security-Policy"), "nonce-") {
		t.Error("a page without a script has a nonce")
	}
}
