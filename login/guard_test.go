package login_test

import (
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/dewartest"
	"github.com/dewar-go/dewar/login"
	"github.com/dewar-go/dewar/secure"
)

// TestOpenRedirect: the ways to write another site that have fooled other frameworks, as the "next" of a login.
func TestOpenRedirect(t *testing.T) {
	s := newSite(t, setup{login: login.Config{LoginView: "login"}})
	for _, next := range []string{
		"https://evil.example", "http://evil.example/", "//evil.example", "///evil.example", "/////evil.example", // Flask-User, Flask-Unchained
		`\\evil.example`, `/\evil.example`, `\/evil.example`, `/\/evil.example`, `\\\evil.example`, // browsers read \ as /
		"https:evil.example", "https:/evil.example", "javascript:alert(1)", "data:text/html,x",
		"/\t/evil.example", "\t//evil.example", " //evil.example", "/\r\n/evil.example", "/%09/evil.example", // browsers drop them
		"/%2Fevil.example", "/%5Cevil.example", "//evil%2f..", "/.//evil.example", "/..//evil.example", // cleaned or decoded later
		"//evil.example@localhost", "@evil.example", "evil.example", "http:///evil.example", "/\x00/evil.example", "%2F%2Fevil.example",
	} {
		for _, where := range []string{"query", "form"} {
			target, form := "/login", url.Values{"id": {"ann"}, "go": {"1"}}
			if where == "query" {
				target += "?next=" + url.QueryEscape(next)
			} else {
				form.Set("next", next)
			}
			resp := s.PostForm(target, form)
			if strings.Contains(resp.Location(), "evil") || resp.Location() != "/home" && resp.Status != 400 {
				t.Errorf("next=%q in the %s leads to %d %q", next, where, resp.Status, resp.Location())
			}
		}
	}
	for _, next := range []string{"/", "/account?tab=2", "/a%20b", "/ä", "/search?q=https://example.com", "/page#top"} {
		for _, resp := range []*dewartest.Response{
			s.PostForm("/login?next="+url.QueryEscape(next), url.Values{"id": {"ann"}, "go": {"1"}}),
			s.PostForm("/login", url.Values{"id": {"ann"}, "go": {"1"}, "next": {next}}),
		} {
			u, err := url.Parse(resp.Location())
			if want, _ := url.Parse(next); err != nil || u.String() != want.String() {
				t.Errorf("next=%q leads to %q", next, resp.Location())
			}
		}
	}
}

// TestRequired is what Flask-Login's unauthorized does.
func TestRequired(t *testing.T) {
	s := newSite(t, setup{login: login.Config{LoginView: "login"}, routes: func(app *dewar.App) {
		app.Get("/by-hand", func(c *dewar.Context) error { return login.Unauthorized(c) })
	}})
	unauthorized := 0
	s.manager.Signals.UserUnauthorized.Connect(func(login.Event) { unauthorized++ })
	for target, want := range map[string]string{
		"/required": "/login?next=%2Frequired", "/required?a=1&b=%2F": "/login?next=%2Frequired%3Fa%3D1%26b%3D%252F", "/by-hand": "/login?next=%2Fby-hand",
	} {
		if resp := s.Get(target); resp.Status != 302 || resp.Location() != want {
			t.Errorf("%s: %d %s, want %s", target, resp.Status, resp.Location(), want)
		}
	}
	if got := s.Get("/login").Text; !strings.Contains(got, "{message Please log in to access this page. ") {
		t.Errorf("flashed: %s", got)
	}
	if resp := s.PostForm("/required", nil); resp.Status != 302 || resp.Location() != "/login" {
		t.Errorf("a form: %d %s", resp.Status, resp.Location())
	}
	if unauthorized != 4 {
		t.Errorf("%d signals, want 4", unauthorized)
	}
	if resp := send(s.Client, "GET", "/required", "Accept", "application/json"); resp.Status != 401 {
		t.Errorf("a program: %d, want 401", resp.Status)
	}
	if resp := s.Get("/api"); resp.Status != 401 {
		t.Errorf("an API: %d, want 401", resp.Status)
	}
	if resp := send(s.Client, "OPTIONS", "/required", "", ""); resp.Status != 200 {
		t.Errorf("OPTIONS: %d", resp.Status)
	}
	s.in("ann")
	if resp := s.Get("/required"); resp.Text != "in" {
		t.Errorf("a user: %d", resp.Status)
	}
	if !slices.ContainsFunc(s.app.Routes(), func(r dewar.RouteInfo) bool {
		return r.Rule == "/required" && slices.Contains(r.Guards, "login required")
	}) {
		t.Error("the list of routes does not show the guard")
	}
}

func TestRequiredSettings(t *testing.T) {
	localized := login.Config{
		LoginView: "/login", LoginMessage: "Bitte anmelden", LoginMessageCategory: "info", UseSessionForNext: true,
		LocalizeCallback:    func(_ *dewar.Context, text string) string { return text + "!" },
		BlueprintLoginViews: map[string]string{"admin": "/admin-login", "machine": ""},
	}
	s := newSite(t, setup{login: localized, routes: func(app *dewar.App) {
		for _, name := range []string{"admin", "machine"} {
			bp := dewar.NewBlueprint(name, dewar.BlueprintOptions{Prefix: "/" + name})
			bp.Guard(login.Required)
			bp.Get("/", func(c *dewar.Context) error { return c.Text("in") })
			app.Register(bp)
		}
	}})
	if resp := s.Get("/required?x=1"); resp.Location() != "/login" {
		t.Errorf("with the session for next: %s", resp.Location())
	}
	if got := s.Get("/login").Text; !strings.Contains(got, "{info Bitte anmelden! ") {
		t.Errorf("flashed: %s", got)
	}
	if resp := s.PostForm("/login?next=/elsewhere", url.Values{"id": {"ann"}, "go": {"1"}}); resp.Location() != "/required?x=1" {
		t.Errorf("next from the session: %s", resp.Location())
	}
	if resp := s.PostForm("/login", url.Values{"id": {"ann"}, "go": {"1"}}); resp.Location() != "/home" {
		t.Errorf("next from the session, a second time: %s", resp.Location())
	}
	s.ClearCookies()
	if resp := s.Get("/admin/"); resp.Location() != "/admin-login" {
		t.Errorf("a blueprint's own view: %d %s", resp.Status, resp.Location())
	}
	if resp := s.Get("/machine/"); resp.Status != 401 {
		t.Errorf("a blueprint without a view: %d", resp.Status)
	}

	handlers := newSite(t, setup{login: login.Config{
		UnauthorizedHandler: func(c *dewar.Context) error { return c.Status(418).Text("no") },
		NeedsRefreshHandler: func(c *dewar.Context) error { return c.Status(419).Text("again") },
		AnonymousUser:       func(*dewar.Context) login.Account { return &account{name: "guest"} },
	}})
	if resp := handlers.Get("/required"); resp.Status != 418 {
		t.Errorf("UnauthorizedHandler: %d", resp.Status)
	}
	if got := handlers.Get("/template").Text; !strings.HasSuffix(got, "guest") {
		t.Errorf("AnonymousUser: %q", got)
	}
	handlers.in("ann", "stale", "1")
	if resp := handlers.Get("/fresh"); resp.Status != 419 {
		t.Errorf("NeedsRefreshHandler: %d", resp.Status)
	}

	silent := newSite(t, setup{login: login.Config{LoginView: "login", NoMessages: true}})
	silent.Get("/required")
	if got := silent.Get("/login").Text; got != "[]" {
		t.Errorf("NoMessages flashes %s", got)
	}
}

// Behind a proxy that strips a prefix, "next" has the prefix as Flask's has, and the redirect has it once.
func TestNextBehindAPrefix(t *testing.T) {
	s := newSite(t, setup{
		login: login.Config{LoginView: "login"}, config: dewar.Config{Proxies: secure.ProxyConfig{Trusted: []string{"127.0.0.1"}, For: 1, Proto: 1, Prefix: 1}, TrustedHosts: []string{"localhost"}},
	})
	s.Header.Set("X-Forwarded-Prefix", "/app")
	s.Header.Set("X-Forwarded-For", "192.0.2.1")
	s.Header.Set("X-Forwarded-Proto", "https")
	resp := s.Get("/required")
	if resp.Location() != "/app/login?next=%2Fapp%2Frequired" {
		t.Fatalf("%d %s", resp.Status, resp.Location())
	}
	for next, want := range map[string]string{"/app/required": "/app/required", "/other": "/app/home"} {
		resp = s.PostForm("/login?next="+next, url.Values{"id": {"ann"}, "go": {"1"}})
		if resp.Location() != want {
			t.Errorf("next=%s: %d %s, want %s", next, resp.Status, resp.Location(), want)
		}
	}
}

func TestMistakes(t *testing.T) {
	load := func(*dewar.Context, string) (*account, error) { return nil, nil }
	for name, row := range map[string]struct {
		config login.Config
		want   string
	}{
		"protection": {login.Config{SessionProtection: "most"}, "SessionProtection"},
		"time":       {login.Config{Idle: -1}, "Idle"},
		"cookie":     {login.Config{RememberCookieName: "a b"}, "cookie"},
		"loader":     {login.Config{Loaders: []login.Loader{nil}}, "Loaders[0]"},
	} {
		app := dewar.New(dewar.Config{Loopback: true, InstanceDir: t.TempDir()})
		app.Extend(login.New(load, row.config))
		if _, err := app.Handler(); err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	app := dewar.New(dewar.Config{Loopback: true, InstanceDir: t.TempDir()})
	app.Extend(login.New(load, login.Config{}), login.New(load, login.Config{}))
	if _, err := app.Handler(); err == nil || !strings.Contains(err.Error(), "already") {
		t.Errorf("two managers: %v", err)
	}
	app = dewar.New(dewar.Config{Loopback: true, InstanceDir: t.TempDir()})
	app.Extend(login.New(load, login.Config{LoginView: "auth.login"}))
	if _, err := app.Handler(); err == nil || !strings.Contains(err.Error(), "login.Config.LoginView: there is no such endpoint") {
		t.Errorf("a login view that is not there: %v", err)
	}
	func() {
		defer func() {
			if recover() == nil {
				t.Error("FreshWithin(0) does not panic")
			}
		}()
		login.FreshWithin(0)
	}()
	// Without the extension nobody gets past the guard.
	bare := dewar.New(dewar.Config{InstanceDir: t.TempDir(), Logger: slog.New(slog.DiscardHandler)})
	bare.Get("/", func(c *dewar.Context) error { return c.Text("in") }).Guard(login.Required)
	if resp := dewartest.New(t, bare).Get("/"); resp.Status != 500 {
		t.Errorf("without the extension: %d", resp.Status)
	}
}

func TestCheck(t *testing.T) {
	findings := func(config dewar.Config, c login.Config) (ids []string) {
		config.InstanceDir = t.TempDir()
		app := dewar.New(config)
		app.Extend(login.New(func(*dewar.Context, string) (*account, error) { return nil, nil }, c))
		app.Get("/account", func(c *dewar.Context) error { return nil }).Guard(login.Required)
		for _, f := range app.Check() {
			if strings.HasPrefix(f.ID, "login") {
				ids = append(ids, f.ID)
			}
		}
		slices.Sort(ids)
		return ids
	}
	for _, row := range []struct {
		name   string
		config dewar.Config
		login  login.Config
		want   string
	}{
		{"as it should be", dewar.Config{Loopback: true}, login.Config{LoginView: "/login"}, ""},
		{"no view", dewar.Config{Loopback: true}, login.Config{}, "login-no-view"},
		{"view that is not there", dewar.Config{Loopback: true}, login.Config{LoginView: "auth.login"}, "login-view"},
		{"remembered for a year", dewar.Config{Loopback: true}, login.Config{LoginView: "/login", RememberCookieDuration: 365 * 24 * 3600e9}, "login-remember-long"},
		{"no protection", dewar.Config{Loopback: true}, login.Config{LoginView: "/login", SessionProtection: login.InsecureNoProtection}, "login-no-protection"},
		{"plain HTTP, one process", dewar.Config{InsecurePlainHTTP: true}, login.Config{LoginView: "/login"}, "login-memory login-plain"},
	} {
		if got := strings.Join(findings(row.config, row.login), " "); got != row.want {
			t.Errorf("%s: %q, want %q", row.name, got, row.want)
		}
	}
}

// A view that knows where to go from elsewhere says so, and a parameter of the request does not matter.
func TestSetNext(t *testing.T) {
	s := newSite(t, setup{routes: func(app *dewar.App) {
		app.Get("/set", func(c *dewar.Context) error {
			login.SetNext(c, dewar.Path("/there"))
			return c.Redirect(login.Next(c, dewar.Path("/home")))
		})
	}})
	if got := s.Get("/set?next=/elsewhere").Location(); got != "/there" {
		t.Errorf("the next page is %q, want /there", got)
	}
}
