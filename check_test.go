package dewar_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/dewartest"
	"github.com/dewar-go/dewar/secure"
	"github.com/dewar-go/dewar/sign"
)

// checked makes an app in the open with all that is required there.
func checked(t *testing.T, change func(*dewar.Config), files ...string) *dewar.App {
	t.Helper()
	cfg := dewar.Config{
		SecretKey: dewar.NewSecret(sign.GenerateKey()), TrustedHosts: []string{"example.com"},
		InstanceDir: t.TempDir(), Logger: slog.New(slog.DiscardHandler),
	}
	templates := fstest.MapFS{}
	for i := 0; i < len(files); i += 2 {
		templates[files[i]] = &fstest.MapFile{Data: []byte(files[i+1])}
	}
	cfg.Templates = templates
	if change != nil {
		change(&cfg)
	}
	return dewar.New(cfg)
}

// found shows findings as "id severity subject".
func found(list []dewar.Finding) (out []string) {
	for _, f := range list {
		out = append(out, f.ID+" "+f.Severity.String()+" "+f.Subject)
	}
	return out
}

// TestCheckForeignRules: a variable in the notation of another router is text
// here, which is said.
func TestCheckForeignRules(t *testing.T) {
	for rule, want := range map[string]string{
		"/u/:id": "<id>", "/v/{id}": "<id>", "/v/{id:[0-9]+}": "<id>", "/files/{path...}": "<path:path>", "/files/*path": "<path:path>", "/files/*": "<path:path>",
		"/u/:id?": "<id>", "/a/<int:id>": "", "/v1/items:batch": "", "/a/:": "", "/{}": "", "/a*": "", "/:1": "", "/": "",
	} {
		var log bytes.Buffer
		app := checked(t, func(c *dewar.Config) { c.Logger = slog.New(slog.NewTextHandler(&log, nil)) })
		if strings.Contains(rule, "<") {
			dewar.Get1(app, rule, func(*dewar.Context, int) error { return nil }).Name("x")
		} else {
			app.Get(rule, text("x")).Name("x")
		}
		findings := app.Check()
		if want == "" {
			if len(findings) > 0 || log.Len() > 0 {
				t.Errorf("%s: %v %s", rule, findings, log.String())
			}
			continue
		}
		if len(findings) != 1 || findings[0].ID != "rule-syntax" || findings[0].Severity != dewar.SeverityWarning ||
			!strings.Contains(findings[0].Remedy, "write "+want+" ") || !strings.Contains(findings[0].Source, "check_test.go:") {
			t.Errorf("%s: %+v", rule, findings)
		}
		if !strings.Contains(log.String(), "rule-syntax") {
			t.Errorf("%s: nothing in the log at the start", rule)
		}
	}
}

func TestCheckDeviations(t *testing.T) {
	for _, row := range []struct {
		name   string
		config func(*dewar.Config)
		app    func(*dewar.App)
		want   []string
	}{
		{name: "the defaults"},
		{name: "a route without CSRF", app: func(app *dewar.App) {
			app.Post("/hook", text("x")).Name("hook").InsecureNoCSRF()
			app.Get("/read", text("x")).Name("read").InsecureNoCSRF() // nothing to protect
		}, want: []string{"no-csrf warning route /hook (hook)"}},
		{name: "a large body", app: func(app *dewar.App) { app.Post("/up", text("x")).Name("up").MaxBody(1 << 30) },
			want: []string{"large-body note route /up (up)"}},
		{name: "headers of a part", app: func(app *dewar.App) {
			app.Get("/", text("x")).Name("index").Headers(secure.Headers{CrossOriginResourcePolicy: secure.InsecureOff})
			bp := dewar.NewBlueprint("shop", dewar.BlueprintOptions{Prefix: "/shop"})
			bp.Get("/", text("x")).Name("index")
			bp.Headers(secure.Headers{InsecureNoContentSecurityPolicy: true})
			app.Register(bp)
		}, want: []string{`header-off warning blueprint "shop": Headers.InsecureNoContentSecurityPolicy`, "header-off warning route /: Headers.CrossOriginResourcePolicy"}},
		{name: "settings", config: func(c *dewar.Config) {
			c.InsecurePlainHTTP = true
			c.Headers = secure.Headers{FrameOptions: secure.InsecureOff, InsecureNoPermissionsPolicy: true,
				ContentSecurityPolicy: secure.DefaultCSP().Merge(secure.CSP{"script-src": {"'unsafe-inline'"}})}
			c.CSRFTrustedOrigins = []string{"https://a.example", "http://b.example"}
			c.Session.CookieSameSite, c.Session.CookieDomain = "None", "example.com"
			c.MaxContentLength = 1 << 30
		}, want: []string{
			"trusted-origin warning Config.CSRFTrustedOrigins", "csp-unsafe warning Config.Headers.ContentSecurityPolicy",
			"header-off warning Config.Headers.FrameOptions", "header-off warning Config.Headers.InsecureNoPermissionsPolicy",
			"plain-http warning Config.InsecurePlainHTTP", "cookie-samesite warning Config.Session.CookieSameSite",
			"trusted-origin note Config.CSRFTrustedOrigins", "large-body note Config.MaxContentLength", "cookie-domain note Config.Session.CookieDomain",
		}},
		{name: "a policy that is wide", config: func(c *dewar.Config) {
			c.Headers.ContentSecurityPolicy = secure.DefaultCSP().Merge(secure.CSP{"script-src": {"https:"}, "base-uri": {"https://a.example"}})
			c.Headers.StrictTransportSecurityMaxAge = time.Hour
		}, want: []string{"csp-base warning Config.Headers.ContentSecurityPolicy", "csp-schemes warning Config.Headers.ContentSecurityPolicy",
			"hsts-short warning Config.Headers.StrictTransportSecurityMaxAge"}},
		{name: "proxies without a scheme", config: func(c *dewar.Config) { c.Proxies = secure.ProxyConfig{Trusted: []string{"10.0.0.1"}, For: 1} },
			want: []string{"proxies-scheme warning Config.Proxies.Proto"}},
		{name: "a forgotten guard", app: func(app *dewar.App) {
			signedIn := dewar.GuardFunc(dewar.StagePermission, "login", func(*dewar.Context) error { return nil })
			bp := dewar.NewBlueprint("blog", dewar.BlueprintOptions{Prefix: "/blog"})
			bp.Post("/create", text("x")).Name("create").Guard(signedIn)
			bp.Post("/update", text("x")).Name("update")
			bp.Post("/login", text("x")).Name("login")
			bp.Get("/", text("x")).Name("index")
			app.Register(bp)
			app.Post("/other", text("x")).Name("other")
		}, want: []string{"missing-guard warning route /blog/update (blog.update)"}},
		{name: "GET deletes", app: func(app *dewar.App) {
			app.Get("/a", text("x")).Name("delete_post")
			app.Post("/b", text("x")).Name("delete_user")
			app.Get("/c", text("x")).Name("undeleted")
		}, want: []string{"get-changes warning route /a (delete_post)"}},
		{name: "CORS", app: func(app *dewar.App) {
			signedIn := dewar.GuardFunc(dewar.StagePermission, "login", func(*dewar.Context) error { return nil })
			app.Get("/a", text("x")).Name("a").Guard(dewar.CORS(secure.CORSOptions{Origins: []string{"*"}}))
			app.Get("/b", text("x")).Name("b").Guard(signedIn, dewar.CORS(secure.CORSOptions{Origins: []string{"*"}}))
			app.Get("/c", text("x")).Name("c").Guard(dewar.CORS(secure.CORSOptions{Origins: []string{"http://a.example", "https://b.example"}}))
		}, want: []string{"cors-open warning CORS of route /b (b)", "cors-open warning CORS of route /c (c)", "cors-open note CORS of route /a (a)"}},
		{name: "a short key", config: func(c *dewar.Config) {
			c.SecretKey, c.Flask = dewar.NewSecret("dev"), &dewar.FlaskSharing{InsecureShortKey: true}
		}, want: []string{"short-key warning Config.Flask.InsecureShortKey", "flask-sharing note Config.Flask"}},
		{name: "nothing that is required", config: func(c *dewar.Config) { c.SecretKey, c.TrustedHosts = dewar.Secret{}, nil },
			want: []string{"configuration error configuration", "configuration error configuration"}},
		{name: "an extension", app: func(app *dewar.App) { app.Extend(finder{}) }, want: []string{"found warning it"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			app := checked(t, row.config)
			if row.app != nil {
				row.app(app)
			}
			list := app.Check()
			if got := found(list); !slices.Equal(got, row.want) {
				t.Errorf("got  %q\nwant %q", got, row.want)
			}
			for _, f := range list {
				if f.Message == "" || f.ID != "found" && !strings.Contains(f.Source, "check_test.go:") {
					t.Errorf("%+v", f)
				}
			}
			if again := app.Check(); !slices.Equal(again, list) {
				t.Errorf("the second time: %+v", again)
			}
		})
	}
}

type finder struct{}

func (finder) Init(*dewar.App) error { return nil }
func (finder) Check() []dewar.Finding {
	return []dewar.Finding{{ID: "found", Subject: "it", Message: "it is wrong"}}
}

func list(c *dewar.Context) error { return c.Text("x") }

// Calls of url_for in templates are held against the rules.
func TestCheckURLs(t *testing.T) {
	for _, row := range []struct {
		call string
		want string // is in the message; "" without a finding
	}{
		{"url_for('user', id=1)", ""},
		{"url_for('user', id=x)", ""},
		{"url_for('user', id=x, page=2, _anchor='a')", ""},
		{"url_for('user', **x)", ""},
		{"url_for('user')", "Did you forget to specify values ['id']"},
		{"url_for('user', page=x)", "Did you forget to specify values ['id']"},
		{"url_for('usr', id=1)", "Did you mean 'user' instead"},
		{"url_for('user', id=x, _where='a')", ""}, // a query parameter, as in Flask
		{"url_for('user', id=x, _externl=true)", "unknown option _externl; did you mean _external?"},
		{"url_for('user', id='abc')", "abc"},
		{"url_for('list')", ""},
		{"url_for('list', page=2)", ""},
		{"url_for('shop.item', id=1)", ""},
		{"url_for('.item', id=1)", ""},
		{"url_for('.user', id=1)", ""},
		{"url_for('.item')", "Did you forget"},
		{"url_for('.none')", `no blueprint has an endpoint ".none"`},
		{"url_for('site.about', x=1)", ""}, // its language comes from url_defaults
		{"url_for('static', filename='a.css')", ""},
	} {
		t.Run(row.call, func(t *testing.T) {
			app := checked(t, func(c *dewar.Config) { c.Static = mapFS("a.css", "") }, "t.html", "{{ "+row.call+" }}")
			app.Get("/user/<int:id>", text("x")).Name("user")
			app.Get("/list", list).Name("list").Defaults(map[string]any{"page": 1})
			app.Get("/list/<int:page>", list).Name("list")
			shop := dewar.NewBlueprint("shop", dewar.BlueprintOptions{Prefix: "/shop"})
			shop.Get("/<int:id>", text("x")).Name("item")
			app.Register(shop)
			site := dewar.NewBlueprint("site", dewar.BlueprintOptions{Prefix: "/<lang>"})
			site.Get("/about", text("x")).Name("about")
			site.URLDefaults(func(*dewar.Context, string, map[string]any) {})
			app.Register(site)
			found := app.Check()
			switch {
			case row.want == "" && len(found) > 0, row.want != "" && len(found) != 1:
				t.Errorf("%+v", found)
			case row.want != "" && (!strings.Contains(found[0].Message, row.want) || found[0].Source != "t.html:1:4" || found[0].ID != "unknown-endpoint"):
				t.Errorf("%+v does not say %q", found[0], row.want)
			}
		})
	}
}

// What the check calls an error stops the start, with everything in one error;
// a warning does not.
func TestCheckAtStart(t *testing.T) {
	app := checked(t, nil,
		"a.html", "{{ url_for('nowhere') }}", "b.html", "{% include 'c.html' %}{{ x|safe }}",
		"d.html", "{% extends 'e.html' %}{% block titel %}{% endblock %}", "e.html", "{% block title %}{% endblock %}")
	_, err := app.Handler()
	if err == nil {
		t.Fatal("it started")
	}
	for _, want := range []string{"2 mistakes", "template a.html:1:4: url_for: Could not build", `template b.html:1:4: include: there is no template "c.html"`} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %q", err, want)
		}
	}
	if strings.Contains(err.Error(), "safe") || strings.Contains(err.Error(), "titel") {
		t.Errorf("%v stops for less than an error", err)
	}
	if got, want := found(app.Check()), []string{
		"unknown-endpoint error template a.html", "unknown-template error template b.html",
		"dead-block warning template d.html", "safe-filter note template b.html",
	}; !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// What cannot be escaped when a page is rendered stops the start, in macros too.
func TestCheckEscapesAtStart(t *testing.T) {
	app := checked(t, nil,
		"macros.html", "{% macro go(x) %}\n<a href=\"javascript:f('{{ x }}')\">go</a>{% endmacro %}",
		"a.html", "{% import 'macros.html' as m %}{{ m.go(x) }}", "b.html", "{% import 'macros.html' as m %}{{ m.go(y) }}",
		"c.html", "<script>{% include 'part.html' %}</script>", "part.html", "if (a<b) f({{ x }})")
	_, err := app.Handler()
	if err == nil || !strings.Contains(err.Error(), "template macros.html:2:") || !strings.Contains(err.Error(), "an output cannot stand here") {
		t.Errorf("it starts, or says another thing: %v", err)
	}
	if got, want := found(app.Check()), []string{"undecided-context error template macros.html"}; !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// Declared variables are checked at the start, save where a context processor
// may add names.
// TestCheckTemplateVar: one variable's attributes are checked, other names are not.
func TestCheckTemplateVar(t *testing.T) {
	app := dewar.New(dewar.Config{Templates: folder("t.html", "{{ other }}\n{{ post.titel }}"), Logger: slog.New(slog.DiscardHandler)})
	dewar.TemplateVar(app, "t.html", "post", struct{ Title string }{})
	var got []string
	for _, f := range app.Check() {
		if f.ID == "undefined-attribute" || f.ID == "undefined-name" {
			got = append(got, f.Source+" "+f.Message+" "+f.Remedy)
		}
	}
	if want := []string{`t.html:2:8 post has no field or method "titel" did you mean "Title"?`}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

func TestCheckTemplateVars(t *testing.T) {
	type page struct{ Title string }
	source := "{{ title }}{{ request.path }}{{ g.user }}{{ session.x }}{{ config }}{{ url_for('static', filename='x') }}{{ get_flashed_messages() }}{{ titel }}{{ post.titel }}"
	build := func(processor bool) []string {
		app := checked(t, func(c *dewar.Config) { c.Static = mapFS("x", "") }, "t.html", source)
		app.TemplateVars("t.html", map[string]any{"title": "", "post": page{}})
		if processor {
			app.ContextProcessor(func(*dewar.Context) dewar.Vars { return nil })
		}
		return found(app.Check())
	}
	if got, want := build(false), []string{"undefined-name warning template t.html", "undefined-attribute warning template t.html"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := build(true), []string{"undefined-attribute warning template t.html"}; !slices.Equal(got, want) {
		t.Errorf("with a context processor: got %q, want %q", got, want)
	}
}

// In debug mode a template that has changed is checked again.
func TestCheckReloaded(t *testing.T) {
	files := fstest.MapFS{"t.html": {Data: []byte("first"), ModTime: time.Unix(1e9, 0)}}
	app, log := newApp(t, func(c *dewar.Config) { c.Debug, c.Templates = true, files })
	app.Get("/", func(c *dewar.Context) error { return c.Render("t.html", nil) })
	client := dewartest.New(t, app)
	if resp := client.Get("/"); resp.Text != "first" {
		t.Fatal(resp.Text)
	}
	files["t.html"] = &fstest.MapFile{Data: []byte("second{% if false %}{% include 'none.html' %}{% endif %}"), ModTime: time.Unix(1e9+1, 0)}
	if resp := client.Get("/"); resp.Text != "second" {
		t.Fatal(resp.Text)
	}
	if !strings.Contains(log.String(), "none.html") || !strings.Contains(log.String(), "unknown-template") {
		t.Errorf("the log says %s", log)
	}
}

// A folder of templates that is not there is one mistake, not two.
func TestCheckWithoutFolder(t *testing.T) {
	app := checked(t, func(c *dewar.Config) { c.Templates = missingFS{} })
	_, err := app.Handler()
	if !errors.Is(err, fs.ErrNotExist) || strings.Count(err.Error(), "open missing") != 1 {
		t.Errorf("%v", err)
	}
}

type missingFS struct{}

func (missingFS) Open(string) (fs.File, error) {
	return nil, &fs.PathError{Op: "open", Path: "missing", Err: fs.ErrNotExist}
}

// TestTemplatesThatHaveNotMoved: beside another application, what its templates
// name is a warning unless a template is declared, or used by one that is.
func TestTemplatesThatHaveNotMoved(t *testing.T) {
	files := []string{"flask.html", "{{ url_for('account') }}{{ 1|moment }}", "cached.html", "{% cache 60 %}{% endcache %}", "page.html", "{{ user }}"}
	for name, change := range map[string]func(*dewar.Config, *dewar.App){
		"fallback": func(_ *dewar.Config, app *dewar.App) { app.Fallback("http://127.0.0.1:1") },
		"sharing":  nil,
	} {
		var log bytes.Buffer
		app := checked(t, func(c *dewar.Config) {
			c.Logger = slog.New(slog.NewTextHandler(&log, nil))
			if name == "sharing" {
				c.Flask = &dewar.FlaskSharing{}
			}
		}, files...)
		if change != nil {
			change(nil, app)
		}
		app.TemplateVars("page.html", []string{"user"})
		if _, err := app.Handler(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for _, id := range []string{"unknown-endpoint", "unknown-filter", "syntax"} {
			if !strings.Contains(log.String(), "id="+id) {
				t.Errorf("%s: no warning of %s in the log:\n%s", name, id, log.String())
			}
		}
	}
	app := checked(t, nil, files...)
	app.Fallback("http://127.0.0.1:1")
	app.TemplateVars("flask.html", nil)
	if _, err := app.Handler(); err == nil || !strings.Contains(err.Error(), "moment") || strings.Contains(err.Error(), "cached.html") {
		t.Errorf("a declared template: %v", err)
	}
	if _, err := checked(t, nil, files...).Handler(); err == nil {
		t.Error("an app of its own starts with mistakes in its templates")
	}
}

// TestCheckNumbers: what the check finds has a number, and what is accepted is
// left out until its day, by number and subject.
func TestCheckNumbers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // it is 1 January 2000
		for _, row := range []struct {
			name     string
			accepted dewar.Acceptance
			loopback bool
			want     []string
		}{
			{"nothing", dewar.Acceptance{}, false, []string{"DW302 route /hook (hook)", "DW903 Config.Accepted[0]"}},
			{"all of the number", dewar.Acceptance{Number: "DW302", Reason: "signed", Until: "2000-01-01"}, false, nil},
			{"the subject", dewar.Acceptance{Number: "DW302", Subject: "route /hook (hook)", Reason: "signed", Until: "2001-01-01"}, false, nil},
			{"another subject", dewar.Acceptance{Number: "DW302", Subject: "route /x (x)", Reason: "signed", Until: "2000-06-01"}, false, []string{"DW302 route /hook (hook)", "DW901 Config.Accepted[0]"}},
			{"another subject, on this machine", dewar.Acceptance{Number: "DW302", Subject: "route /x (x)", Reason: "signed", Until: "2000-06-01"}, true, []string{"DW302 route /hook (hook)"}},
			{"ended", dewar.Acceptance{Number: "DW302", Reason: "signed", Until: "1999-12-31"}, false, []string{"DW302 route /hook (hook)", "DW902 Config.Accepted[0]"}},
			{"no reason", dewar.Acceptance{Number: "DW302", Until: "2000-06-01"}, false, []string{"DW302 route /hook (hook)", "DW903 Config.Accepted[0]"}},
			{"no date", dewar.Acceptance{Number: "DW302", Reason: "signed", Until: "soon"}, false, []string{"DW302 route /hook (hook)", "DW903 Config.Accepted[0]"}},
			{"far away", dewar.Acceptance{Number: "DW302", Reason: "signed", Until: "2001-06-01"}, false, []string{"DW302 route /hook (hook)", "DW903 Config.Accepted[0]"}},
		} {
			app := checked(t, func(c *dewar.Config) { c.Accepted, c.Loopback = []dewar.Acceptance{row.accepted}, row.loopback })
			app.Post("/hook", text("x")).Name("hook").InsecureNoCSRF()
			var got []string
			for _, f := range app.Check() {
				got = append(got, f.Number+" "+f.Subject)
			}
			if !slices.Equal(got, row.want) {
				t.Errorf("%s: %q, want %q", row.name, got, row.want)
			}
		}
	})
	app := checked(t, func(c *dewar.Config) {
		c.SecretKey = dewar.Secret{}
		c.Accepted = []dewar.Acceptance{{Number: "DW100", Reason: "no", Until: time.Now().AddDate(0, 1, 0).Format(time.DateOnly)}}
	})
	if list := app.Check(); len(list) == 0 || list[0].Number != "DW100" {
		t.Errorf("an error was accepted: %+v", list)
	}
}

// BenchmarkCheck is the check of 1,000 routes and 500 templates.
func BenchmarkCheck(b *testing.B) {
	templates := fstest.MapFS{"base.html": {Data: []byte("<main>{% block body %}{% endblock %}</main>")}}
	for i := range 500 {
		page := fmt.Sprintf(`{%% extends "base.html" %%}{%% block body %%}{%% for x in rows %%}<a href="{{ url_for('r%d') }}">{{ x.title|upper }}</a>{%% endfor %%}{%% endblock %%}`, i)
		templates[fmt.Sprintf("page%d.html", i)] = &fstest.MapFile{Data: []byte(page)}
	}
	for b.Loop() {
		app := dewar.New(dewar.Config{SecretKey: dewar.NewSecret(sign.GenerateKey()), TrustedHosts: []string{"example.com"}, Templates: templates, Logger: slog.New(slog.DiscardHandler)})
		for i := range 1000 {
			app.Post(fmt.Sprintf("/r%d/save", i), text("x")).Name(fmt.Sprintf("r%d", i))
		}
		if list := app.Check(); len(list) > 0 {
			b.Fatal(list)
		}
	}
}
