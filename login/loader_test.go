package login_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/dewartest"
	"github.com/dewar-go/dewar/login"
)

func withLoaders() login.Config {
	return login.Config{LoginView: "login", Loaders: []login.Loader{
		login.APIKeys(),
		login.BasicAuth(`my "site"`, func(_ *dewar.Context, name, password string) (string, error) {
			if password != "right" {
				return name, login.ErrCredential
			}
			return name, nil
		}),
		login.BearerAuth(func(_ context.Context, token string) (string, error) {
			switch token {
			case "token of ann":
				return "ann", nil
			case "token of nobody":
				return "nobody", nil
			}
			return "", login.ErrCredential
		}),
	}}
}

// send sends a request with a header.
func send(c *dewartest.Client, method, target, name, value string) *dewartest.Response {
	r := c.NewRequest(method, target, nil)
	if name != "" {
		r.Header.Set(name, value)
	}
	return c.Do(r)
}

// TestLoaders: keys, tokens and passwords of a request, right, wrong and absent; no session is made.
func TestLoaders(t *testing.T) {
	s := newSite(t, setup{login: withLoaders()})
	text, made, err := s.manager.NewKey(t.Context(), login.Key{User: "ann", Name: "backup", Scopes: []string{"read"}})
	if err != nil {
		t.Fatal(err)
	}
	gone, _, _ := s.manager.NewKey(t.Context(), login.Key{User: "ann", Expires: time.Now().Add(-time.Hour)})
	disabled, _, _ := s.manager.NewKey(t.Context(), login.Key{User: "bob"})
	s.users["bob"].disabled = true
	loaded := 0
	s.manager.Signals.UserLoadedFromRequest.Connect(func(login.Event) { loaded++ })
	const basic = "Authorization"
	for _, row := range []struct {
		name, header, value, want string
	}{
		{"nothing", "", "", "nobody"},
		{"key", "X-API-Key", text, "ann"},
		{"key as a bearer", basic, "Bearer " + text, "ann"},
		{"another secret", "X-API-Key", text[:20] + flip(text[20:21]) + text[21:], "nobody"},
		{"expired key", "X-API-Key", gone, "nobody"},
		{"key of a disabled user", "X-API-Key", disabled, "nobody"},
		{"no key", "X-API-Key", "secret", "nobody"},
		{"long key", "X-API-Key", strings.Repeat("k", 5000), "nobody"},
		{"basic", basic, "Basic YW5uOnJpZ2h0", "ann"},
		{"basic with the wrong password", basic, "Basic YW5uOndyb25n", "nobody"},
		{"basic of a disabled user", basic, "Basic Ym9iOnJpZ2h0", "nobody"},
		{"bearer", basic, "Bearer token of ann", "ann"},
		{"bearer of nobody", basic, "Bearer token of nobody", "nobody"},
		{"wrong bearer", basic, "Bearer x", "nobody"},
		{"long bearer", basic, "Bearer " + strings.Repeat("x", 9000), "nobody"},
		{"another scheme", basic, "Digest x", "nobody"},
	} {
		s.ClearCookies()
		resp := send(s.Client, "GET", "/who", row.header, row.value)
		if resp.Text != row.want || resp.Header["Set-Cookie"] != nil {
			t.Errorf("%s: %q, cookies %v, want %q and none", row.name, resp.Text, resp.Header["Set-Cookie"], row.want)
		}
		want := 401
		if row.want != "nobody" {
			want = 200
		}
		if resp := send(s.Client, "GET", "/api", row.header, row.value); resp.Status != want {
			t.Errorf("%s: the API answers %d, want %d", row.name, resp.Status, want)
		}
		if resp := send(s.Client, "GET", "/fresh", row.header, row.value); resp.Status == 200 {
			t.Errorf("%s: is fresh", row.name)
		}
	}
	if resp := send(s.Client, "GET", "/api", "", ""); strings.Join(resp.Header["Www-Authenticate"], ", ") != `Bearer, Basic realm="my \"site\"", charset="UTF-8", Bearer` {
		t.Errorf("challenges: %q", resp.Header["Www-Authenticate"])
	}
	if loaded == 0 || !s.emitted(dewar.EventLoginFail) {
		t.Errorf("%d signals, events %v", loaded, s.events)
	}

	keys, err := s.manager.Keys(t.Context(), "ann")
	if err != nil || len(keys) != 2 {
		t.Fatalf("%d keys, %v", len(keys), err)
	}
	for _, k := range keys {
		if k.Prefix == made.Prefix && (k.Used.IsZero() || k.Name != "backup" || strings.Contains(text, k.Hash) || !strings.HasPrefix(text, k.Prefix)) {
			t.Errorf("the key as it is kept: %+v", k)
		}
	}
	if err := s.manager.DeleteKey(t.Context(), "bob", made.Prefix); err == nil {
		t.Error("another user deletes the key")
	}
	if err := s.manager.DeleteKey(t.Context(), "ann", made.Prefix); err != nil {
		t.Error(err)
	}
	if resp := send(s.Client, "GET", "/api", "X-API-Key", text); resp.Status != 401 {
		t.Errorf("a deleted key: %d", resp.Status)
	}
}

func flip(c string) string {
	if c == "a" {
		return "b"
	}
	return "a"
}

// TestCSRFOfLoaders: a key or token in a header is nothing that a browser adds by itself; Basic is.
func TestCSRFOfLoaders(t *testing.T) {
	s := newSite(t, setup{login: withLoaders()})
	text, _, err := s.manager.NewKey(t.Context(), login.Key{User: "ann"})
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		name, site, header, value string
		want                      int
	}{
		{"key of a program", "", "X-API-Key", text, 200},
		{"token of a program", "", "Authorization", "Bearer token of ann", 200},
		{"Basic of a program or an old browser", "", "Authorization", "Basic YW5uOnJpZ2h0", 400},
		{"Basic from another site", "cross-site", "Authorization", "Basic YW5uOnJpZ2h0", 403},
		{"Basic from the site", "same-origin", "Authorization", "Basic YW5uOnJpZ2h0", 200},
	} {
		s.SecFetchSite = row.site
		if resp := send(s.Client, "POST", "/required", row.header, row.value); resp.Status != row.want {
			t.Errorf("%s: %d, want %d", row.name, resp.Status, row.want)
		}
	}
}

// A key is looked up and noted once a minute at most, and its scopes are there for views.
func TestUsedKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := login.NewMemory()
		config := withLoaders()
		config.Store = store
		s := newSite(t, setup{login: config, routes: func(app *dewar.App) {
			app.Get("/scopes", func(c *dewar.Context) error {
				k, ok := login.UsedKey(c)
				if !ok {
					return c.Text("none")
				}
				return c.Text(strings.Join(k.Scopes, " "))
			})
		}})
		text, made, err := s.manager.NewKey(t.Context(), login.Key{User: "ann", Scopes: []string{"read", "write"}})
		if err != nil {
			t.Fatal(err)
		}
		if got := send(s.Client, "GET", "/scopes", "X-API-Key", text).Text; got != "read write" {
			t.Errorf("scopes %q", got)
		}
		if got := s.Get("/scopes").Text; got != "none" {
			t.Errorf("without a key: %q", got)
		}
		used := func() time.Time {
			k, err := store.Key(t.Context(), made.Prefix)
			if err != nil {
				t.Fatal(err)
			}
			return k.Used
		}
		first := used()
		time.Sleep(59 * time.Second)
		send(s.Client, "GET", "/scopes", "X-API-Key", text)
		if !used().Equal(first) {
			t.Error("noted again within a minute")
		}
		time.Sleep(time.Second)
		send(s.Client, "GET", "/scopes", "X-API-Key", text)
		if used().Equal(first) {
			t.Error("not noted after a minute")
		}
	})
}

func TestNewKeyMistakes(t *testing.T) {
	s := newSite(t, setup{})
	for name, k := range map[string]login.Key{
		"no user": {}, "long user": {User: strings.Repeat("u", 256)}, "long name": {User: "ann", Name: strings.Repeat("n", 101)},
		"scope with a space": {User: "ann", Scopes: []string{"a b"}}, "empty scope": {User: "ann", Scopes: []string{""}},
		"long scopes": {User: "ann", Scopes: []string{strings.Repeat("s", 1001)}},
	} {
		if _, _, err := s.manager.NewKey(t.Context(), k); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func FuzzAPIKey(f *testing.F) {
	f.Add("")
	f.Add("key_" + strings.Repeat("a", 8) + "_" + strings.Repeat("a", 59))
	f.Fuzz(func(t *testing.T, text string) {
		if prefix, ok := login.ParseKey(text); ok && (len(prefix) != 12 || !strings.HasPrefix(text, prefix+"_") || len(text) != 72) {
			t.Errorf("%q has the prefix %q", text, prefix)
		}
	})
}
