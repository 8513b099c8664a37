package permit_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/dewartest"
	"github.com/dewar-go/dewar/login"
	"github.com/dewar-go/dewar/permit"
)

// keyed is a site whose users also come with API keys, and a client for each of some keys.
func keyed(t *testing.T, routes func(*dewar.App, *permit.Policies)) (client *dewartest.Client, key func(scopes ...string) string) {
	t.Helper()
	app := dewar.New(dewar.Config{InstanceDir: t.TempDir(), Loopback: true, Logger: slog.New(slog.DiscardHandler)})
	manager := login.New(func(_ *dewar.Context, id string) (*account, error) { return users[id], nil }, login.Config{Loaders: []login.Loader{login.APIKeys()}})
	policies := permit.New(permit.Config{})
	app.Extend(manager, policies)
	routes(app, policies)
	app.Post("/login", func(c *dewar.Context) error {
		if err := login.In(c, users["ann"]); err != nil {
			return err
		}
		return c.NoContent()
	})
	return dewartest.New(t, app), func(scopes ...string) string {
		text, _, err := manager.NewKey(t.Context(), login.Key{User: "ann", Scopes: scopes})
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
}

func send(client *dewartest.Client, method, path, key string) *dewartest.Response {
	r := client.NewRequest(method, path, nil)
	if key != "" {
		r.Header.Set("X-API-Key", key)
	}
	return client.Do(r)
}

// TestOptionsIsGuarded: OPTIONS reaches a mounted handler and a view that takes it, and is no way around the guards.
func TestOptionsIsGuarded(t *testing.T) {
	client, key := keyed(t, func(app *dewar.App, _ *permit.Policies) {
		secret := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "secret") })
		app.Mount("/required", secret).Guard(login.Required)
		app.Mount("/needs", secret).Guard(permit.NewPermission(permit.UserNeed("ann")).Require())
		app.Mount("/scope", secret).Guard(permit.Scope("read"))
		app.Route("/view", func(c *dewar.Context) error { return c.Text("secret") }, "GET", "OPTIONS").Guard(login.Required)
		app.Get("/automatic", func(c *dewar.Context) error { return c.Text("secret") }).Guard(login.Required)
	})
	reader := key("read")
	for _, path := range []string{"/required/x", "/needs/x", "/scope/x", "/view"} {
		for _, method := range []string{"OPTIONS", "GET", "HEAD"} {
			if got := send(client, method, path, ""); got.Status != 401 || strings.Contains(got.Text, "secret") {
				t.Errorf("%s %s: %d %q", method, path, got.Status, got.Text)
			}
		}
		if got := send(client, "OPTIONS", path, reader); got.Text != "secret" {
			t.Errorf("OPTIONS %s with a key: %d %q", path, got.Status, got.Text)
		}
	}
	if got := send(client, "OPTIONS", "/automatic", ""); got.Status != 200 || got.Header.Get("Allow") != "GET, HEAD, OPTIONS" || got.Text != "" {
		t.Errorf("the app's own answer: %d %q %q", got.Status, got.Header.Get("Allow"), got.Text)
	}
}

func TestScope(t *testing.T) {
	client, key := keyed(t, func(app *dewar.App, _ *permit.Policies) {
		app.Get("/orders", func(c *dewar.Context) error { return c.Text("orders") }).Guard(permit.Scope("orders:read"))
	})
	for name, row := range map[string]struct {
		key  string
		want int
	}{
		"nobody": {"", 401}, "the scope": {key("x", "orders:read"), 200}, "another": {key("orders:write"), 403}, "a part of it": {key("orders"), 403}, "none": {key(), 403},
	} {
		if got := send(client, "GET", "/orders", row.key); got.Status != row.want {
			t.Errorf("%s: %d, want %d", name, got.Status, row.want)
		}
	}
	client.PostForm("/login", nil)
	if got := client.Get("/orders"); got.Status != 200 {
		t.Errorf("a user who is logged in: %d", got.Status)
	}
	for _, scope := range []string{"", " ", "a b", " a"} {
		if !panics(func() { permit.Scope(scope) }) {
			t.Errorf("%q is a scope", scope)
		}
	}
}

func panics(f func()) (did bool) {
	defer func() { did = recover() != nil }()
	f()
	return false
}

// other is a type of users that the app does not have.
type other struct {
	login.UserMixin
	banned bool
}

func (other) GetID() string { return "" }

// TestRulesForOtherUsers: a rule for another type of users than the app's fails. It is not asked for the zero value, which no
// Deny knows anything of.
func TestRulesForOtherUsers(t *testing.T) {
	client, key := keyed(t, func(app *dewar.App, p *permit.Policies) {
		permit.On(p, "edit",
			permit.Allow("all", func(*dewar.Context, other, *post) (bool, error) { return true, nil }).Where(func(other) permit.Condition { return permit.All }),
			permit.Deny("banned", "", func(_ *dewar.Context, u other, _ *post) (bool, error) { return u.banned, nil }).Where(func(other) permit.Condition { return permit.None }))
		app.Get("/", func(c *dewar.Context) error {
			where, err := permit.Where[*post](c, "edit")
			return c.Text(fmt.Sprint(permit.Can(c, "edit", posts["public"]).Code, " ", where.SQL, " ", err != nil))
		})
	})
	if got := send(client, "GET", "/", key()); got.Text != "error 1 = 0 true" {
		t.Errorf("%q", got.Text)
	}
}
