package dewar_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/dewartest"
	"github.com/dewar-go/dewar/secure"
)

// proxied has the app believe the client's X-Forwarded headers.
func proxied(c *dewar.Config) {
	c.ServerName, c.TrustedHosts = "shop.example.com", []string{"shop.example.com"}
	c.Proxies = secure.ProxyConfig{Trusted: []string{"127.0.0.1/32"}, For: 1, Proto: 1, Host: 1, Prefix: 1}
}

func TestPathTargets(t *testing.T) {
	app, _ := newApp(t, proxied)
	var target dewar.Target
	app.Get("/", func(c *dewar.Context) error {
		u, err := c.URL(target)
		if err != nil {
			return c.Text("refused")
		}
		return c.Text(u)
	})
	app.Get("/go", func(c *dewar.Context) error { return c.Redirect(target) })
	app.Get("/root", func(c *dewar.Context) error {
		prefix, err := c.URL(dewar.Path("/"))
		root, err2 := c.URL(dewar.Path("/").External())
		return errors.Join(err, err2, c.Text(prefix+" "+root))
	})
	client := dewartest.New(t, app)
	const whole = "https://shop.example.com"
	rows := []struct {
		name     string
		target   dewar.Target
		relative string // "": refused
		location bool   // a redirect leads there
	}{
		{"path", dewar.Path("/a/b"), "/a/b", true},
		{"query", dewar.Path("/a?x=1"), "/a?x=1", true},
		{"more query before the fragment", dewar.Path("/a?x=1#top").With("y", "2"), "/a?x=1&y=2#top", true},
		{"another fragment", dewar.Path("/a#top").Anchor("end"), "/a#end", true},
		{"space", dewar.Path("/a b"), "/a%20b", true},
		{"empty", dewar.Path(""), "", false},
		{"another host", dewar.Path("//evil.example"), "", false},
		{"another host behind a dot", dewar.Path("/.//evil.example"), "", false},
		{"backslash", dewar.Path("/\\evil.example"), "", false},
		{"encoded slash", dewar.Path("/%2fevil.example"), "", false},
		{"user of another host", dewar.Path("@evil.example/"), "", false},
		{"port of another host", dewar.Path(":80@evil.example/"), "", false},
		{"more of the host's name", dewar.Path(".evil.example/"), "", false},
		{"script", dewar.Path("javascript:alert(1)"), "", false},
		{"whole URL", dewar.Path("https://evil.example/"), "", false},
		{"relative path", dewar.Path("edit"), "", false},
		{"line break", dewar.Path("/a\r\nX: y"), "", false},
	}
	for _, row := range rows {
		for _, prefix := range []string{"", "/shop"} {
			for _, external := range []bool{false, true} {
				client.Header.Set("X-Forwarded-For", "203.0.113.9")
				client.Header.Set("X-Forwarded-Host", "shop.example.com")
				client.Header.Set("X-Forwarded-Proto", "https")
				client.Header.Set("X-Forwarded-Prefix", prefix)
				target = row.target
				want := prefix + row.relative
				if external {
					target = target.External()
					want = whole + want
				}
				if row.relative == "" {
					want = "refused"
				}
				if got := client.Get("/").Text; got != want {
					t.Errorf("%s, prefix %q, external %v: got %q, want %q", row.name, prefix, external, got, want)
				}
				resp := client.Get("/go")
				if row.location != (resp.Status == 303) || row.location && resp.Location() != want {
					t.Errorf("%s, prefix %q: redirect %d to %q, want %q", row.name, prefix, resp.Status, resp.Location(), want)
				}
			}
		}
	}
	if got := client.Get("/root").Text; got != "/shop/ https://shop.example.com/shop/" {
		t.Errorf("prefix and root: %q", got)
	}
	if u, err := app.URL(dewar.Path("//evil.example")); err == nil {
		t.Errorf("outside a request: %q", u)
	}
}

// TestTargetsOfARegistrationTwice asks for URLs of a blueprint registered twice
// from within, from its parent's side and from beside it.
func TestTargetsOfARegistrationTwice(t *testing.T) {
	app, _ := newApp(t)
	var list, detail *dewar.Route
	urls := func(c *dewar.Context) error {
		var out []string
		for _, r := range []*dewar.Route{list, detail} {
			u, err := c.URL(r.To())
			if err != nil {
				return err
			}
			out = append(out, u)
		}
		return c.Text(strings.Join(out, " "))
	}
	inner := dewar.NewBlueprint("inner", dewar.BlueprintOptions{Prefix: "/inner"})
	detail = inner.Get("/", urls).Name("detail")
	beside := dewar.NewBlueprint("beside", dewar.BlueprintOptions{Prefix: "/beside"})
	beside.Get("/", urls).Name("page")
	outer := dewar.NewBlueprint("outer", dewar.BlueprintOptions{})
	list = outer.Get("/", urls).Name("list")
	outer.Register(inner)
	outer.Register(beside)
	app.Register(outer, dewar.Mount{Name: "one", Prefix: "/one"})
	app.Register(outer, dewar.Mount{Name: "two", Prefix: "/two"})
	app.Get("/", urls).Name("index")
	client := dewartest.New(t, app)
	for path, want := range map[string]string{
		"/one/": "/one/ /one/inner/", "/two/": "/two/ /two/inner/",
		"/one/inner/": "/one/ /one/inner/", "/two/inner/": "/two/ /two/inner/",
		"/two/beside/": "/two/ /two/inner/", "/": "/one/ /one/inner/",
	} {
		if got := client.Get(path).Text; got != want {
			t.Errorf("%s: got %q, want %q", path, got, want)
		}
	}
}
