package dewar_test

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/dewartest"
	"github.com/dewar-go/dewar/routing"
	"github.com/dewar-go/dewar/sign"
)

// part makes a blueprint that answers its errors with its name.
func part(name string, opts dewar.BlueprintOptions) *dewar.Blueprint {
	bp := dewar.NewBlueprint(name, opts)
	bp.Get("/x", text(name)).Name("x")
	for _, code := range []int{404, 405} {
		bp.OnError(code, func(c *dewar.Context, e *dewar.HTTPError) error { return c.Text(fmt.Sprint(name, " ", e.Code)) })
	}
	return bp
}

func TestUnmatchedOnHosts(t *testing.T) {
	app, _ := newApp(t, func(c *dewar.Config) {
		c.HostMatching, c.TrustedHosts = true, []string{".example.com"}
	})
	app.OnError(404, func(c *dewar.Context, _ *dewar.HTTPError) error { return c.Text("app 404") })
	app.Register(part("api", dewar.BlueprintOptions{Prefix: "/v1", Host: "api.example.com"}))
	app.Register(part("tenant", dewar.BlueprintOptions{Prefix: "/v1/users", Host: "<name>.tenants.example.com"}))
	app.Register(part("all", dewar.BlueprintOptions{Prefix: "/all"}))
	client := dewartest.New(t, app)
	for _, row := range []struct{ host, path, want string }{
		{"api.example.com", "/v1/none", "api 404"},
		{"api.example.com", "/v1", "api 404"},
		{"api.example.com", "/v1/users/none", "api 404"},
		{"api.example.com", "/v10", "app 404"},
		{"www.example.com", "/v1/none", "app 404"},
		{"a.tenants.example.com", "/v1/users//none/", "tenant 404"},
		{"a.tenants.example.com", "/v1/none", "app 404"},
		{"api.example.com", "/all/none", "all 404"},
		{"www.example.com", "/all/none", "all 404"},
	} {
		client.Host = row.host
		if got := client.Get(row.path).Text; got != row.want {
			t.Errorf("%s%s: got %q, want %q", row.host, row.path, got, row.want)
		}
	}

	app, _ = newApp(t, func(c *dewar.Config) {
		c.SubdomainMatching, c.ServerName, c.TrustedHosts = true, "example.com", []string{".example.com"}
	})
	app.OnError(404, func(c *dewar.Context, _ *dewar.HTTPError) error { return c.Text("app 404") })
	app.Register(part("shop", dewar.BlueprintOptions{Prefix: "/v1", Subdomain: "shop"}))
	client = dewartest.New(t, app)
	for host, want := range map[string]string{"shop.example.com": "shop 404", "example.com": "app 404", "x.example.com": "app 404"} {
		client.Host = host
		if got := client.Get("/v1/none").Text; got != want {
			t.Errorf("%s: got %q, want %q", host, got, want)
		}
	}
}

func TestUnmatchedKeepsPrefixVariables(t *testing.T) {
	app, _ := newApp(t, func(c *dewar.Config) {
		c.Templates = mapFS("404.html", `{{ g.lang }} {{ url_for('site.about') }} {{ url_for('site.inner.page') }}`)
	})
	lang := dewar.NewKey[string]("lang")
	site := dewar.NewBlueprint("site", dewar.BlueprintOptions{Prefix: "/<lang>/<int:year>"})
	about := site.Get("/about", text("about")).Name("about")
	site.URLValuePreprocessor(func(c *dewar.Context, values routing.Values) error {
		code, _ := values.Get("lang")
		lang.Set(c, code.(string))
		return nil
	})
	site.URLDefaults(func(c *dewar.Context, _ string, values map[string]any) {
		values["lang"], values["year"] = lang.Value(c), c.Int("year")
	})
	site.OnError(404, func(c *dewar.Context, _ *dewar.HTTPError) error { return c.Render("404.html", nil) })
	site.OnError(405, func(c *dewar.Context, _ *dewar.HTTPError) error {
		u, err := c.URL(about.To())
		if err != nil {
			return err
		}
		return c.Text(fmt.Sprint(u, " ", c.Int("year"), " ", c.Str("lang")))
	})
	inner := dewar.NewBlueprint("inner", dewar.BlueprintOptions{Prefix: "/inner"})
	inner.Get("/", text("page")).Name("page")
	site.Register(inner)
	app.Register(site)
	client := dewartest.New(t, app)
	for path, want := range map[string]string{
		"/de/2026/none": "de /de/2026/about /de/2026/inner/", "/de/2026": "de /de/2026/about /de/2026/inner/",
	} {
		if resp := client.Get(path); resp.Status != 404 || resp.Text != want {
			t.Errorf("%s: got %d %q, want %q", path, resp.Status, resp.Text, want)
		}
	}
	if resp := client.Get("/de/2026/inner/none"); resp.Status != 404 || !strings.HasPrefix(resp.Text, "de ") {
		t.Errorf("nested: got %d %q", resp.Status, resp.Text)
	}
	if resp := client.Get("/de/soon/none"); strings.HasPrefix(resp.Text, "de ") {
		t.Error("a prefix that does not match answered")
	}
	for _, path := range []string{"/fr/2025/about", "/fr/2025/inner/"} {
		if resp := client.PostForm(path, nil); resp.Status != 405 || resp.Text != "/fr/2025/about 2025 fr" {
			t.Errorf("POST %s: got %d %q", path, resp.Status, resp.Text)
		}
	}
}

func TestUnmatchedBelongsToTheOtherMethodsBlueprint(t *testing.T) {
	app, _ := newApp(t)
	app.Register(part("plain", dewar.BlueprintOptions{}))
	app.Register(part("below", dewar.BlueprintOptions{Prefix: "/below"}))
	client := dewartest.New(t, app)
	for path, want := range map[string]string{"/x": "plain 405", "/below/x": "below 405"} {
		if got := client.PostForm(path, nil).Text; got != want {
			t.Errorf("POST %s: got %q, want %q", path, got, want)
		}
	}
}

func TestAPIBlueprint(t *testing.T) {
	build := func(change ...func(*dewar.Config)) *dewar.App {
		app, _ := newApp(t, change...)
		app.Get("/page", text("page"))
		app.Get("/one", text("one")).API()
		api := dewar.NewBlueprint("api", dewar.BlueprintOptions{Prefix: "/api", API: true})
		api.Get("/things", text("things"))
		inner := dewar.NewBlueprint("inner", dewar.BlueprintOptions{Prefix: "/inner"})
		inner.Get("/thing", text("thing"))
		api.Register(inner)
		app.Register(api)
		twice := dewar.NewBlueprint("twice", dewar.BlueprintOptions{Prefix: "/html"})
		twice.Get("/thing", text("thing"))
		app.Register(twice)
		app.Register(twice, dewar.Mount{Name: "data", Prefix: "/data", API: true})
		return app
	}
	app := build()
	client := dewartest.New(t, app)
	client.Header.Set("Accept", "text/html")
	rows := []struct {
		method, path string
		status       int
		api          bool
	}{
		{"GET", "/none", 404, false}, {"GET", "/api/none", 404, true}, {"GET", "/api/inner/none", 404, true},
		{"GET", "/html/none", 404, false}, {"GET", "/data/none", 404, true},
		{"POST", "/page", 405, false}, {"POST", "/one", 405, true}, {"POST", "/api/things", 405, true},
		{"POST", "/api/inner/thing", 405, true}, {"POST", "/html/thing", 405, false}, {"POST", "/data/thing", 405, true},
	}
	for _, row := range rows {
		resp := client.Do(client.NewRequest(row.method, row.path, nil))
		kind := resp.Header.Get("Content-Type")
		if resp.Status != row.status || row.api != strings.Contains(kind, "json") {
			t.Errorf("%s %s: got %d %s", row.method, row.path, resp.Status, kind)
		}
	}
	for _, info := range app.Routes() {
		if want := strings.HasPrefix(info.Rule, "/api") || strings.HasPrefix(info.Rule, "/data") || info.Rule == "/one"; info.API != want {
			t.Errorf("%s: API is %v", info.Rule, info.API)
		}
	}
	handler, err := build(func(c *dewar.Config) {
		c.SecretKey, c.TrustedHosts = dewar.NewSecret(sign.GenerateKey()), []string{"shop.example.com"}
	}).Handler()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		r := httptest.NewRequest(row.method, row.path, nil)
		r.Host = "shop.example.com"
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		want := 308
		if row.api {
			want = 403
		}
		if w.Code != want {
			t.Errorf("plain HTTP, %s %s: got %d, want %d", row.method, row.path, w.Code, want)
		}
	}
}
