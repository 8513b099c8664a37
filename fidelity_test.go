package dewar_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/dewartest"
	"github.com/dewar-go/dewar/secure"
)

// fidelityUser has Python's properties as Go methods.
type fidelityUser struct{ Name string }

func (fidelityUser) IsAdmin() bool               { return false }
func (*fidelityUser) IsActive() bool             { return true }
func (fidelityUser) Pages() int                  { return 3 }
func (fidelityUser) Tags() []string              { return []string{"a", "b"} }
func (fidelityUser) Nothing() *fidelityUser      { return nil }
func (fidelityUser) Total() (int, error)         { return 7, nil }
func (fidelityUser) Broken() (int, error)        { return 0, errors.New("no total") }
func (fidelityUser) Can(what string) bool        { return what == "read" }
func (u fidelityUser) Self() fidelityUser        { return u }
func (fidelityUser) Map() map[string]int         { return map[string]int{"x": 1} }
func (u fidelityUser) Text() fmt.Stringer        { return fidelityText(u.Name) }
func (fidelityUser) Any() any                    { return 0 }
func (fidelityUser) Save() error                 { return nil }
func (fidelityUser) Both() (string, int)         { return "x", 1 }
func (fidelityUser) Many(names ...string) string { return fmt.Sprint(len(names)) }

type fidelityText string

func (t fidelityText) String() string { return "<" + string(t) + ">" }

// TestFidelityTemplates: what templates of Flask applications write, with what it
// prints there.
func TestFidelityTemplates(t *testing.T) {
	const args = "/v?page=5&tag=a&tag=b&q=h%C3%A9"
	for name, row := range map[string]struct{ target, template, want string }{
		"url_for with request.args":       {"/v?page=5", "{{ url_for('p', id=1, **request.args) }}", "/v/1?page=5"},
		"url_for with a changed dict":     {args, "{% set a = request.args.to_dict() %}{% set _ = a.update({'page': 6}) %}{{ url_for('p', id=1, **a) }}", "/v/1?page=6&tag=a&q=h%C3%A9"},
		"url_for with a changed copy":     {args, "{% set a = request.args.copy() %}{% set _ = a.setlist('page', [6]) %}{{ url_for('p', id=1, **a.to_dict(flat=False)) }}", "/v/1?page=6&tag=a&tag=b&q=h%C3%A9"},
		"url_for with dict()":             {args, "{{ url_for('p', **dict(request.args, id=2, page=7)) }}", "/v/2?page=7&tag=a&q=h%C3%A9"},
		"url_for with view_args":          {"/v/9?page=2", "{{ url_for(request.endpoint, **request.view_args) }}", "/v/9"},
		"url_for with view_args and args": {"/v/9?page=2", "{{ url_for(request.endpoint, **dict(request.view_args, **request.args)) }}", "/v/9?page=2"},
		"url_for with other values":       {"/v", "{{ url_for('v', d={'x': 1}, t=now, l=[now, 1, none], s=u.text, u=none) }}", "/v?d=%7B'x':+1%7D&t=2026-01-02+03:04:05%2B00:00&l=2026-01-02+03:04:05%2B00:00&l=1&s=%3CN%3E"},
		"url_for with an empty anchor":    {"/v", "{{ url_for('v', _anchor='') }} {{ url_for('v', _anchor=none) }} {{ url_for('v', a=1, _anchor='') }}", "/v# /v /v?a=1#"},
		"to_dict":                         {args, "{{ request.args.to_dict() }}", "{'page': '5', 'tag': 'a', 'q': 'hé'}"},
		"keys of args":                    {args, "{% for k in request.args %}{{ k }} {% endfor %}", "page tag q "},
		"items of args":                   {args, "{% for k, v in request.args.items() %}{{ k }}={{ v }} {% endfor %}", "page=5 tag=a q=hé "},
		"hidden fields of args":           {args, "{% for k, v in request.args.items(multi=true) if k != 'page' %}{{ k }}={{ v }} {% endfor %}", "tag=a tag=b q=hé "},
		"session.items":                   {"/v", "{{ session.items() }}", "dict_items([('a', 1), ('b', [1, 2])])"},
		"session in a loop":               {"/v", "{% for k, v in session.items() %}{{ k }}{{ v }}{% endfor %}", "a1b[1, 2]"},
		"session.pop":                     {"/v", "{{ session.pop('a') }}{{ session.pop('a', 'none') }}{{ 'a' in session }}", "1noneFalse"},
		"request.values":                  {args, "{{ request.values['page'] }} {{ request.values.tag }}", "5 a"},
		"query_string":                    {args, "{{ request.query_string.decode() }} {{ request.query_string }}", "page=5&tag=a&tag=b&q=h%C3%A9 b'page=5&tag=a&tag=b&q=h%C3%A9'"},
		"url_rule":                        {"/v/9", "{{ request.url_rule.rule }} {{ request.url_rule }} {{ request.url_rule.endpoint }}", "/v/<int:id> /v/<int:id> p"},
		"user_agent":                      {"/v", "{{ request.user_agent.string }}|{{ request.user_agent }}", "UA/1|UA/1"},
		"is_json":                         {"/v", "{{ request.is_json }}", "False"},
		"no truth in a method":            {"/v", "{% if u.is_admin %}x{% endif %}{% if not u.is_admin %}y{% endif %}{{ 'z' if u.IsAdmin else 'n' }}", "yn"},
		"property of a pointer":           {"/v", "{% if u.is_active %}x{% endif %}", "x"},
		"property and call":               {"/v", "{{ p.pages }} {{ p.pages() }} {{ p.pages + 1 }} {{ p.pages > 2 }} {{ p.pages|string|length }}", "3 3 4 True 1"},
		"property in range":               {"/v", "{% for i in range(p.pages) %}{{ i }}{% endfor %}", "012"},
		"property in a loop":              {"/v", "{% for x in u.tags %}{{ x }}{% endfor %}{{ u.tags|join('-') }}{{ u.tags|length }}{{ u.tags[0] }}{{ u.tags.1 }}", "aba-b2ab"},
		"property in a test":              {"/v", "{{ u.is_admin is true }} {{ u.is_admin is false }} {{ u.pages is number }} {{ u.pages is odd }} {{ u.tags is iterable }} {{ u.nothing is none }} {{ u.is_admin is defined }}", "False True True True True True True"},
		"property with default":           {"/v", "{{ u.pages|default(1) }} {{ u.nope|default('d') }} {{ u.is_admin|default('d', true) }}", "3 d d"},
		"property in comparisons":         {"/v", "{{ u.pages == 3 }} {{ 3 == u.pages }} {{ u.pages in [3] }} {{ 'a' in u.tags }} {{ u.is_admin == false }} {{ u.pages != 3 }}", "True True True True True False"},
		"property of a property":          {"/v", "{{ u.self.pages }} {{ u.self.self.tags|first }} {{ u.self.name }} {{ u.map.x }} {{ u.map['x'] }}", "3 a N 1 1"},
		"property with an error":          {"/v", "{{ u.total }} {{ u.total + 1 }} {{ u.total() }}", "7 8 7"},
		"property in logic":               {"/v", "{{ u.is_admin or 'no' }} {{ u.is_admin and 'yes' }} {{ not u.is_admin }} {{ u.any or 'zero' }}", "no False True zero"},
		"property in an argument":         {"/v", "{{ '%d'|format(u.pages) }} {{ '%s' % u.pages }} {{ 'p' ~ u.pages }} {{ [u.pages, u.is_admin] }} {{ {'a': u.pages} }}", "3 3 p3 [3, False] {'a': 3}"},
		"property in set and with":        {"/v", "{% set n = u.pages %}{{ n }}{% with m = u.is_admin %}{{ m }}{% endwith %}", "3False"},
		"property by map and select":      {"/v", "{{ [u]|map(attribute='pages')|list }} {{ [u]|selectattr('is_admin')|list|length }} {{ [u]|rejectattr('is_admin')|list|length }} {{ [u]|sum(attribute='pages') }} {{ [u]|groupby('pages')|length }}", "[3] 0 1 3 1"},
		"property by attr":                {"/v", "{{ u|attr('pages') }} {{ u['pages'] }} {{ u['is_admin'] }}", "3 3 False"},
		"method with arguments":           {"/v", "{{ u.can('read') }} {{ u.can('write') }} {{ u.many() }} {{ u.many('a', 'b') }}", "True False 0 2"},
		"property of text":                {"/v", "{{ u.text }}", "<N>"},
		"property in a macro":             {"/v", "{% macro m(x, n) %}{{ x.pages }}{{ n }}{% if x.is_admin %}!{% endif %}{% endmacro %}{{ m(u, u.pages) }}", "33"},
		"property in a filter block":      {"/v", "{% filter upper %}a{{ u.pages }}{% endfilter %}{{ u.pages|tojson }}{{ u.tags|tojson }}", `A33["a", "b"]`},
		"own settings":                    {"/v", "{{ config.BOOTSTRAP_BTN_STYLE }} {{ config['BOOTSTRAP_BTN_SIZE'] }} {{ config.get('NO', 'd') }}", "primary sm d"},
		"method of the request":           {"/v", "{{ request.method == 'GET' }} {{ request.path.startswith('/v') }} {{ request.endpoint.split('.')[0] }} {{ 'active' if request.endpoint == 'v' }}", "True True v active"},
		"args in a condition":             {"/v?q=1", "{% if request.args %}y{% endif %}{% if request.args.get('q') == '1' %}z{% endif %}{% if request.form %}n{% endif %}", "yz"},
		"args with a type":                {args, "{{ request.args.get('page', 1, type=int) + 1 }} {{ request.args.get('q', 1, type=int) }}", "6 1"},
	} {
		t.Run(name, func(t *testing.T) {
			app, _ := newApp(t, func(c *dewar.Config) {
				c.Templates = fstest.MapFS{"t.txt": {Data: []byte(row.template)}}
				c.Settings = map[string]any{"BOOTSTRAP_BTN_STYLE": "primary", "BOOTSTRAP_BTN_SIZE": "sm"}
			})
			app.TemplateGlobal("int", func(s string) (int, error) {
				var n int
				_, err := fmt.Sscanf(s, "%d", &n)
				return n, err
			})
			view := func(c *dewar.Context) error {
				c.Session().Set("a", 1)
				c.Session().Set("b", []any{1, 2})
				return c.Render("t.txt", dewar.Vars{"u": &fidelityUser{"N"}, "p": fidelityUser{"P"}, "now": time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)})
			}
			app.Get("/v", view).Name("v")
			app.Get("/v/<int:id>", view).Name("p")
			client := dewartest.New(t, app)
			r := client.NewRequest("GET", row.target, nil)
			r.Header.Set("User-Agent", "UA/1")
			if resp := client.Do(r); resp.Status != 200 || resp.Text != row.want {
				t.Errorf("got %d %q, want %q", resp.Status, resp.Text, row.want)
			}
		})
	}
}

// TestFidelityImportThroughParents: a macro of a parent is imported from its child, and
// check has nothing to say.
func TestFidelityImportThroughParents(t *testing.T) {
	app, _ := newApp(t, func(c *dewar.Config) {
		c.Templates = fstest.MapFS{
			"base.html":  {Data: []byte("{% macro m() %}a{% endmacro %}{% block b %}{% endblock %}")},
			"child.html": {Data: []byte(`{% extends "base.html" %}`)},
			"page.html":  {Data: []byte(`{% from "child.html" import m %}{{ m() }}`)},
			"page2.html": {Data: []byte(`{% import "child.html" as c %}{{ c.m() }}`)},
		}
	})
	app.Get("/<name>", func(c *dewar.Context) error { return c.Render(c.Str("name"), nil) })
	client := dewartest.New(t, app)
	for _, name := range []string{"page.html", "page2.html"} {
		if resp := client.Get("/" + name); resp.Text != "a" {
			t.Errorf("%s: got %d %q", name, resp.Status, resp.Text)
		}
	}
	for _, f := range app.Check() {
		t.Errorf("%+v", f)
	}
}

// TestFidelityErrorHandlers: a handler by code before one for all errors, and the
// error's status for its answer.
func TestFidelityErrorHandlers(t *testing.T) {
	app, _ := newApp(t)
	dewar.OnErrorAs(app, func(c *dewar.Context, _ *dewar.HTTPError) error { return c.Text("any") })
	app.OnError(404, func(c *dewar.Context, _ *dewar.HTTPError) error { return c.Text("404") })
	app.Get("/gone", func(*dewar.Context) error { return dewar.StatusError(410) })
	app.Post("/post", text("x"))
	client := dewartest.New(t, app)
	for target, want := range map[string]string{"/nope": "404 404", "/gone": "410 any", "/post": "405 any"} {
		if resp := client.Get(target); fmt.Sprint(resp.Status, " ", resp.Text) != want {
			t.Errorf("%s: got %d %q, want %s", target, resp.Status, resp.Text, want)
		}
	}
}

// sqlState is an error of a database with its state.
type sqlState string

func (s sqlState) Error() string    { return "ERROR: invalid byte sequence for encoding \"UTF8\": 0x00" }
func (s sqlState) SQLState() string { return string(s) }

// TestFidelityTextOfDatabases: a text that a database cannot hold is the client's
// mistake; other errors of databases are not.
func TestFidelityTextOfDatabases(t *testing.T) {
	app, _ := newApp(t)
	app.Get("/<state>", func(c *dewar.Context) error { return fmt.Errorf("insert: %w", sqlState(c.Str("state"))) })
	client := dewartest.New(t, app)
	for state, want := range map[string]int{"22021": 400, "22P05": 400, "23505": 500} {
		if resp := client.Get("/" + state); resp.Status != want || strings.Contains(resp.Text, "0x00") {
			t.Errorf("%s: got %d %q", state, resp.Status, resp.Text)
		}
	}
}

// TestKeptPageWithNonce: a page of another request whose scripts would not run is
// refused.
func TestKeptPageWithNonce(t *testing.T) {
	app, _ := newApp(t, func(c *dewar.Config) {
		c.Templates = fstest.MapFS{
			"script.html": {Data: []byte("<script>let a = 1</script>")},
			"style.html":  {Data: []byte("<style>a{}</style>")},
			"plain.html":  {Data: []byte(`<p nonce="x">{{ request.path }}</p>`)},
		}
	})
	kept := map[string]string{}
	app.Get("/page/<name>", func(c *dewar.Context) error {
		name := c.Str("name")
		if kept[name] == "" {
			page, err := c.RenderString(name, nil)
			if err != nil {
				return err
			}
			kept[name] = page
		}
		return c.HTML(kept[name])
	})
	app.Get("/bytes", func(c *dewar.Context) error { return c.Bytes("text/html", []byte(kept["script.html"])) })
	app.Get("/text", func(c *dewar.Context) error { return c.Text(kept["script.html"]) })
	client := dewartest.New(t, app)
	for _, row := range []struct {
		target string
		status int
	}{
		{"/page/script.html", 200}, {"/page/script.html", 500}, {"/page/style.html", 200}, {"/page/style.html", 500},
		{"/page/plain.html", 200}, {"/page/plain.html", 200}, {"/bytes", 500}, {"/text", 200},
	} {
		if resp := client.Get(row.target); resp.Status != row.status {
			t.Errorf("%s: got %d %q", row.target, resp.Status, resp.Text)
		}
	}
}

// TestRefusedPreflightIsLogged: the log says what a page of an allowed origin asked
// for in vain, and nothing that it cannot be called by.
func TestRefusedPreflightIsLogged(t *testing.T) {
	var log bytes.Buffer
	app, _ := newApp(t, func(c *dewar.Config) { c.Logger = slog.New(slog.NewTextHandler(&log, nil)) })
	app.Post("/", text("x")).Guard(dewar.CORS(secure.CORSOptions{Origins: []string{"https://app.example.com"}}))
	client := dewartest.New(t, app)
	for _, row := range []struct{ origin, method, headers, want string }{
		{"https://app.example.com", "POST", "content-type", `name \"Content-Type\" in AllowHeaders`},
		{"https://app.example.com", "POST", "x-a b", ""},
		{"https://app.example.com", "POST", "", ""},
		{"https://other.example.com", "POST", "content-type", ""},
	} {
		log.Reset()
		r := client.NewRequest(http.MethodOptions, "/", nil)
		r.Header.Set("Origin", row.origin)
		r.Header.Set("Access-Control-Request-Method", row.method)
		if row.headers != "" {
			r.Header.Set("Access-Control-Request-Headers", row.headers)
		}
		client.Do(r)
		if got := log.String(); row.want != "" != strings.Contains(got, "of another origin may not send") || !strings.Contains(got, row.want) {
			t.Errorf("%+v: logged %s", row, got)
		}
	}
}

// TestStaticFilesAskForNoUser: a static file that nothing guards runs no guard of the
// session, and is the same for everybody.
func TestStaticFilesAskForNoUser(t *testing.T) {
	app, _ := newApp(t, func(c *dewar.Config) { c.Static = fstest.MapFS{"a.css": {Data: []byte("a{}")}} })
	ran := 0
	app.Guard(stageGuard{dewar.StageSession, func(c *dewar.Context) { ran++; c.Session() }})
	client := dewartest.New(t, app)
	r := client.NewRequest("GET", "/static/a.css", nil)
	r.Header.Set("Cookie", "session=x")
	resp := client.Do(r)
	if resp.Status != 200 || ran != 0 || strings.Contains(strings.Join(resp.Header.Values("Vary"), ","), "Cookie") {
		t.Errorf("got %d, %d guards, Vary %v", resp.Status, ran, resp.Header.Values("Vary"))
	}
	private, _ := newApp(t, func(c *dewar.Config) { c.Static = fstest.MapFS{"a.css": {Data: []byte("a{}")}} })
	private.Guard(stageGuard{dewar.StageSession, func(c *dewar.Context) { ran++ }})
	private.Guard(stageGuard{dewar.StagePermission, func(c *dewar.Context) { ran++ }})
	if dewartest.New(t, private).Get("/static/a.css"); ran != 2 {
		t.Errorf("%d guards ran for files that are guarded, want 2", ran)
	}
}

type stageGuard struct {
	stage dewar.Stage
	check func(*dewar.Context)
}

func (g stageGuard) Stage() dewar.Stage           { return g.stage }
func (g stageGuard) Name() string                 { return "test" }
func (g stageGuard) Check(c *dewar.Context) error { g.check(c); return nil }
