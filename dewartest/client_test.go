package dewartest_test

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/dewartest"
)

// newApp answers with the cookies it got, and sets those of the header X-Set.
func newApp(t *testing.T) *dewar.App {
	app := dewar.New(dewar.Config{InstanceDir: t.TempDir(), TrustedHosts: []string{"example.com", ".example.com"}})
	view := func(c *dewar.Context) error {
		if line := c.Request().Header.Get("X-Set"); line != "" {
			c.Writer().Header().Add("Set-Cookie", line)
		}
		return c.Text(c.Request().Header.Get("Cookie"))
	}
	app.Get("/", view).Name("root")
	app.Get("/<path:p>", view).Name("below")
	return app
}

func ask(client *dewartest.Client, host, target, set string) string {
	client.Host = host
	r := client.NewRequest("GET", target, nil)
	if set != "" {
		r.Header.Set("X-Set", set)
	}
	return client.Do(r).Text
}

func TestCookies(t *testing.T) {
	client := dewartest.New(t, newApp(t))
	type request struct{ host, target, want string }
	rows := []struct {
		name         string
		host, target string // that set it
		set          string
		requests     []request
	}{
		{"host alone", "example.com", "/a", "k=v; Path=/", []request{
			{"example.com", "/b", "k=v"}, {"example.com:8080", "/b", "k=v"}, {"shop.example.com", "/b", ""}, {"localhost", "/b", ""}}},
		{"domain", "shop.example.com", "/", "k=v; Path=/; Domain=.Example.com", []request{
			{"example.com", "/", "k=v"}, {"a.b.example.com", "/", "k=v"}, {"localhost", "/", ""}}},
		{"another domain", "shop.example.com", "/", "k=v; Path=/; Domain=cart.example.com", []request{{"cart.example.com", "/", ""}}},
		{"path", "localhost", "/x", "k=v; Path=/shop", []request{
			{"localhost", "/shop", "k=v"}, {"localhost", "/shop/cart", "k=v"}, {"localhost", "/shopping", ""}, {"localhost", "/", ""}}},
		{"path of the page", "localhost", "/shop/cart", "k=v", []request{{"localhost", "/shop/pay", "k=v"}, {"localhost", "/", ""}}},
		{"path of the root", "localhost", "/shop", "k=v", []request{{"localhost", "/", "k=v"}}},
		{"Secure", "example.com", "https://example.com/", "k=v; Path=/; Secure", []request{
			{"example.com", "https://example.com/", "k=v"}, {"example.com", "/", ""}}},
		{"Secure over plain HTTP", "example.com", "/", "k=v; Path=/; Secure", []request{{"example.com", "https://example.com/", ""}}},
		{"Secure on this machine", "localhost", "/", "k=v; Path=/; Secure", []request{{"localhost", "/", "k=v"}}},
		{"__Host-", "localhost", "/", "__Host-k=v; Path=/; Secure", []request{{"localhost", "/", "__Host-k=v"}}},
		{"__Host- without Secure", "localhost", "/", "__Host-k=v; Path=/", []request{{"localhost", "/", ""}}},
		{"__Host- with a path", "localhost", "/", "__Host-k=v; Path=/a; Secure", []request{{"localhost", "/a", ""}}},
		{"SameSite=None without Secure", "localhost", "/", "k=v; Path=/; SameSite=None", []request{{"localhost", "/", ""}}},
		{"expired", "localhost", "/", "k=v; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT", []request{{"localhost", "/", ""}}},
		{"Max-Age before Expires", "localhost", "/", "k=v; Path=/; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT", []request{{"localhost", "/", "k=v"}}},
	}
	for _, row := range rows {
		client.ClearCookies()
		ask(client, row.host, row.target, row.set)
		for _, r := range row.requests {
			if got := ask(client, r.host, r.target, ""); got != r.want {
				t.Errorf("%s: %s%s got %q, want %q", row.name, r.host, r.target, got, r.want)
			}
		}
	}
}

func TestCookiesOfOneName(t *testing.T) {
	client := dewartest.New(t, newApp(t))
	ask(client, "localhost", "/", "k=outer; Path=/")
	ask(client, "localhost", "/", "k=inner; Path=/shop")
	if got := ask(client, "localhost", "/shop", ""); got != "k=inner; k=outer" {
		t.Errorf("two paths: %q", got)
	}
	ask(client, "localhost", "/", "k=; Path=/; Max-Age=0")
	if got := ask(client, "localhost", "/shop", ""); got != "k=inner" {
		t.Errorf("a cookie of another path was deleted, or none: %q", got)
	}
	client.SetCookie("k", "given")
	if got := ask(client, "shop.example.com", "/any", ""); got != "k=given" {
		t.Errorf("a given cookie: %q", got)
	}
	if c := client.Cookie("k"); c == nil || c.Value != "given" {
		t.Errorf("got %v", c)
	}
	ask(client, "localhost", "/", "k=; Path=/; Max-Age=0")
	if c := client.Cookie("k"); c != nil {
		t.Errorf("a given cookie cannot be deleted: %v", c)
	}
}

func TestCookiesExpire(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := dewartest.New(t, newApp(t))
		ask(client, "localhost", "/", "k=v; Path=/; Max-Age=60")
		time.Sleep(59 * time.Second)
		if got := ask(client, "localhost", "/", ""); got != "k=v" {
			t.Errorf("after 59 s: %q", got)
		}
		time.Sleep(time.Second)
		if got := ask(client, "localhost", "/", ""); got != "" || client.Cookie("k") != nil {
			t.Errorf("after 60 s: %q", got)
		}
	})
}

func TestRedirectsKeepTheScheme(t *testing.T) {
	app := newApp(t)
	app.Get("/go", func(c *dewar.Context) error { return c.Redirect(dewar.Path("/to")) })
	app.Get("/to", func(c *dewar.Context) error { return c.Text(c.Scheme()) })
	client := dewartest.New(t, app)
	client.FollowRedirects = true
	for target, want := range map[string]string{"/go": "http", "https://localhost/go": "https"} {
		if resp := client.Get(target); resp.Status != http.StatusOK || strings.TrimSpace(resp.Text) != want {
			t.Errorf("%s: got %d %q", target, resp.Status, resp.Text)
		}
	}
}
