package permit_test

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/dewartest"
	"github.com/dewar-go/dewar/login"
	"github.com/dewar-go/dewar/permit"
)

type account struct {
	login.UserMixin
	name  string
	roles []string
}

func (a *account) GetID() string   { return a.name }
func (a *account) Roles() []string { return a.roles }

type post struct {
	author                    string
	published, locked, broken bool
}

var users = map[string]*account{
	"ann": {name: "ann"}, "bob": {name: "bob"}, "eve": {name: "eve", roles: []string{"editor"}},
	"mal": {name: "mal", roles: []string{"editor", "banned"}},
}

var posts = map[string]*post{
	"draft": {author: "ann"}, "public": {author: "ann", published: true}, "locked": {author: "ann", published: true, locked: true},
	"broken": {author: "ann", published: true, broken: true},
}

var errRule = errors.New("the database is down")

func rules(p *permit.Policies) {
	owner := permit.Owner("author", func(a *account) string { return a.name }, func(p *post) string { return p.author })
	permit.On(p, "view",
		permit.Allow("published", func(_ *dewar.Context, _ *account, p *post) (bool, error) { return p.published, nil }).
			Visitors().Where(func(*account) permit.Condition { return permit.SQL("published = ?", true) }),
		owner)
	permit.On(p, "edit", owner,
		permit.Allow("editor", func(_ *dewar.Context, a *account, _ *post) (bool, error) {
			return slices.Contains(a.roles, "editor"), nil
		}),
		permit.Deny("locked", "The thread is locked.", func(_ *dewar.Context, _ *account, p *post) (bool, error) { return p.locked, nil }),
		permit.Deny("broken", "", func(_ *dewar.Context, _ *account, p *post) (bool, error) {
			if p.broken {
				return false, errRule
			}
			return false, nil
		}))
	permit.On(p, "list", owner.Where(func(a *account) permit.Condition { return permit.SQL("author = ?", a.name) }).Visitors(),
		permit.Deny("locked", "", func(_ *dewar.Context, _ *account, p *post) (bool, error) { return p.locked, nil }).
			Where(func(*account) permit.Condition { return permit.SQL("locked = ?", true) }))
	permit.On(p, "empty", owner.Where(func(*account) permit.Condition { return permit.SQL(" ") }))
	permit.On(p, "panic", permit.Allow("x", func(*dewar.Context, *account, *post) (bool, error) { panic("x") }))
}

type site struct {
	*dewartest.Client
	events []string
}

func newSite(t *testing.T, config permit.Config) *site {
	t.Helper()
	s := &site{}
	app := dewar.New(dewar.Config{InstanceDir: t.TempDir(), Logger: slog.New(slog.DiscardHandler), Templates: fstest.MapFS{
		"can.html": {Data: []byte("{{ can('edit', post) }} {{ can('view', post) }}")}, "value.html": {Data: []byte("{{ can('edit', value) }} {{ can('view', value) }}")}, "unknown.html": {Data: []byte("{{ can('sell', post) }}")},
	}})
	policies := permit.New(config)
	rules(policies)
	app.Extend(login.New(func(_ *dewar.Context, id string) (*account, error) { return users[id], nil }, login.Config{LoginView: "/login"}), policies)
	app.Signals.SecurityEvent.Connect(func(e dewar.SecurityEvent) {
		if e.Name == dewar.EventAccessDenied {
			s.events = append(s.events, e.User+" "+e.Detail)
		}
	})
	app.Post("/login/<name>", func(c *dewar.Context) error {
		if err := login.In(c, users[c.Str("name")]); err != nil {
			return err
		}
		return c.NoContent()
	}).Guard(permit.Public)
	editors := permit.NewPermission(permit.RoleNeed("editor"), permit.UserNeed("ann")).Except(permit.RoleNeed("banned"))
	app.Get("/editors", func(c *dewar.Context) error {
		if !editors.Can(c) {
			return errRule
		}
		return c.Text("in")
	}).Guard(editors.Require())
	app.Post("/become/<name>", func(c *dewar.Context) error {
		before := editors.Can(c)
		if err := login.In(c, users[c.Str("name")]); err != nil {
			return err
		}
		return c.Text(fmt.Sprint(before, editors.Can(c)))
	}).Guard(permit.Public)
	app.Get("/can", func(c *dewar.Context) error {
		if editors.Can(c) {
			return c.Text("yes")
		}
		return c.Text("no")
	}).Guard(permit.Public)
	app.Get("/<action>/<name>", func(c *dewar.Context) error {
		if err := permit.Check(c, c.Str("action"), posts[c.Str("name")]); err != nil {
			return err
		}
		return c.Text("allowed")
	}).Guard(permit.Public)
	app.Get("/template/<name>/<template>", func(c *dewar.Context) error {
		return c.Render(c.Str("template"), dewar.Vars{"post": posts[c.Str("name")], "value": *posts[c.Str("name")]})
	}).Guard(permit.Public)
	app.Get("/where/<action>", func(c *dewar.Context) error {
		where, err := permit.Where[*post](c, c.Str("action"))
		if err != nil {
			return err
		}
		return c.JSON(where)
	}).Guard(permit.Public)
	s.Client = dewartest.New(t, app)
	return s
}

func (s *site) as(t *testing.T, user string) *site {
	t.Helper()
	s.ClearCookies()
	if user != "" {
		if resp := s.Do(s.NewRequest("POST", "/login/"+user, nil)); resp.Status != 204 {
			t.Fatalf("logging in: %d", resp.Status)
		}
	}
	return s
}

// TestCheck is the table of who may do what: 404 where the object may not be seen, so that nobody learns of it, 403 else.
func TestCheck(t *testing.T) {
	s := newSite(t, permit.Config{})
	for _, row := range []struct {
		user, path string
		status     int
		event      string
	}{
		{"", "/view/public", 200, ""}, {"", "/view/draft", 404, " view *permit_test.post: no_rule"},
		{"", "/edit/public", 403, " edit *permit_test.post: no_rule"}, {"", "/edit/draft", 404, " edit *permit_test.post: no_rule"},
		{"ann", "/view/draft", 200, ""}, {"ann", "/edit/draft", 200, ""}, {"ann", "/edit/locked", 403, "ann edit *permit_test.post: locked"},
		{"bob", "/view/draft", 404, "bob view *permit_test.post: no_rule"}, {"bob", "/edit/public", 403, "bob edit *permit_test.post: no_rule"},
		{"eve", "/edit/public", 200, ""}, {"eve", "/edit/locked", 403, "eve edit *permit_test.post: locked"},
		{"ann", "/edit/broken", 403, "ann edit *permit_test.post: error"}, {"ann", "/panic/public", 403, "ann panic *permit_test.post: error"},
	} {
		s.as(t, row.user)
		s.events = nil
		resp := s.Get(row.path)
		if got := strings.Join(s.events, ", "); resp.Status != row.status || got != row.event {
			t.Errorf("%q %s: %d with the events %q, want %d and %q", row.user, row.path, resp.Status, got, row.status, row.event)
		}
		if told := strings.Contains(resp.Text, "The thread is locked."); told != strings.HasSuffix(row.event, "locked") {
			t.Errorf("%q %s: the rule's text is on the page: %v", row.user, row.path, told)
		}
		if strings.Contains(resp.Text, "no_rule") || strings.Contains(resp.Text, errRule.Error()) {
			t.Errorf("%q %s: the page says why:\n%s", row.user, row.path, resp.Text)
		}
	}
	if resp := s.as(t, "ann").Get("/sell/public"); resp.Status != 500 {
		t.Errorf("an action without rules: %d, want 500", resp.Status)
	}
}

// A page for absent and one for forbidden are the same.
func TestForbiddenLooksAbsent(t *testing.T) {
	s := newSite(t, permit.Config{}).as(t, "bob")
	forbidden, absent := s.Get("/view/draft"), s.Get("/no/such/page/at/all")
	if forbidden.Status != absent.Status || forbidden.Text != absent.Text {
		t.Errorf("%d and %d:\n%s\n%s", forbidden.Status, absent.Status, forbidden.Text, absent.Text)
	}
}

func TestRequire(t *testing.T) {
	s := newSite(t, permit.Config{})
	if resp := s.Get("/editors"); resp.Status != 302 || resp.Location() != "/login?next=%2Feditors" {
		t.Errorf("a visitor: %d %s", resp.Status, resp.Location())
	}
	for user, may := range map[string]bool{"ann": true, "eve": true, "bob": false, "mal": false} {
		s.as(t, user)
		s.events = nil
		resp := s.Get("/editors")
		if want := map[bool]int{true: 200, false: 403}[may]; resp.Status != want {
			t.Errorf("%s: %d, want %d", user, resp.Status, want)
		}
		if (len(s.events) == 0) != may {
			t.Errorf("%s: events %v", user, s.events)
		}
		if got := s.Get("/can").Text; (got == "yes") != may {
			t.Errorf("%s: Can says %s", user, got)
		}
	}
	if got := s.as(t, "eve").Do(s.NewRequest("POST", "/become/bob", nil)).Text; got != "true false" {
		t.Errorf("a view that logs in somebody else keeps the first one's roles: %s", got)
	}
	if got := s.as(t, "").Get("/can").Text; got != "no" {
		t.Errorf("a visitor: Can says %s", got)
	}
}

func TestProvide(t *testing.T) {
	calls, fails := 0, false
	s := newSite(t, permit.Config{Provide: func(_ *dewar.Context, u login.Account) ([]permit.Need, error) {
		calls++
		if fails {
			return nil, errRule
		}
		if u.GetID() == "bob" {
			return []permit.Need{permit.RoleNeed("editor")}, nil
		}
		return nil, nil
	}})
	s.Get("/editors")
	if calls != 0 {
		t.Error("asked for a visitor")
	}
	s.as(t, "bob")
	if resp := s.Get("/editors?twice=1"); resp.Status != 200 || calls != 1 {
		t.Errorf("a role of Provide: %d after %d calls", resp.Status, calls)
	}
	fails = true
	for _, target := range []string{"/editors", "/can"} {
		if resp := s.Get(target); resp.Status != 503 {
			t.Errorf("%s without an answer: %d, want 503", target, resp.Status)
		}
	}
}

func TestTemplates(t *testing.T) {
	s := newSite(t, permit.Config{}).as(t, "ann")
	s.events = nil
	if got := s.Get("/template/locked/can.html").Text; got != "False True" {
		t.Errorf("got %q", got)
	}
	if got := s.Get("/template/locked/value.html").Text; got != "False True" {
		t.Errorf("a value, where the rules take a pointer: %q", got)
	}
	if len(s.events) > 0 {
		t.Errorf("a question is an event: %v", s.events)
	}
	if resp := s.Get("/template/locked/unknown.html"); resp.Status != 500 {
		t.Errorf("an action without rules: %d", resp.Status)
	}
}

func TestWhere(t *testing.T) {
	s := newSite(t, permit.Config{})
	for user, want := range map[string]string{
		"": `{"SQL":"((published = ?))","Args":[true]}`, "ann": `{"SQL":"((published = ?) OR (author = ?))","Args":[true,"ann"]}`,
	} {
		if got := strings.TrimSpace(s.as(t, user).Get("/where/view").Text); got != want {
			t.Errorf("%q: %s, want %s", user, got, want)
		}
	}
	if got, want := strings.TrimSpace(s.as(t, "ann").Get("/where/list").Text), `{"SQL":"((author = ?)) AND NOT ((locked = ?))","Args":["ann",true]}`; got != want {
		t.Errorf("with a denial: %s, want %s", got, want)
	}
	for _, action := range []string{"edit", "sell", "empty"} {
		if resp := s.as(t, "ann").Get("/where/" + action); resp.Status != 500 {
			t.Errorf("%s, which has rules without a condition or none: %d", action, resp.Status)
		}
	}
	if resp := s.as(t, "").Get("/where/list"); resp.Status != 500 || resp.Aborted {
		t.Errorf("a condition that panics: %d", resp.Status)
	}
}

// TestDenyByDefault: a route that nothing guards stops the start, with its place.
func TestDenyByDefault(t *testing.T) {
	start := func(config permit.Config, route func(app *dewar.App)) error {
		app := dewar.New(dewar.Config{Loopback: true, InstanceDir: t.TempDir(), Static: fstest.MapFS{"a.css": {}}})
		app.Extend(login.New(func(*dewar.Context, string) (*account, error) { return nil, nil }, login.Config{LoginView: "/"}), permit.New(config))
		app.Get("/", func(c *dewar.Context) error { return nil }).Guard(permit.Public)
		app.Get("/mine", func(c *dewar.Context) error { return nil }).Guard(login.Required)
		app.RedirectRule("/old", "/mine")
		app.BuildOnly("/elsewhere", "elsewhere")
		route(app)
		_, err := app.Handler()
		return err
	}
	deny := permit.Config{DenyByDefault: true, Roles: []string{"admin"}}
	open := func(app *dewar.App) { app.Get("/open", func(c *dewar.Context) error { return nil }) }
	role := func(name string) func(app *dewar.App) {
		return func(app *dewar.App) {
			app.Get("/role", func(c *dewar.Context) error { return nil }).
				Guard(permit.NewPermission(permit.UserNeed("x"), permit.RoleNeed(name)).Except(permit.RoleNeed("admin")).Require())
		}
	}
	for _, row := range []struct {
		name   string
		config permit.Config
		route  func(app *dewar.App)
		want   string
	}{
		{"all guarded", deny, func(*dewar.App) {}, ""},
		{"an open route", deny, open, "/open at permit/permit_test.go:"},
		{"an open route, which is allowed", permit.Config{}, open, ""},
		{"a role", deny, role("admin"), ""},
		{"a role that is not there", deny, role("admn"), `there is no role "admn"`},
		{"a role, without a list of roles", permit.Config{}, role("admn"), ""},
	} {
		if err := start(row.config, row.route); (err == nil) != (row.want == "") || err != nil && !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: %v, want %q", row.name, err, row.want)
		}
	}
}

func TestMistakes(t *testing.T) {
	allow := permit.Allow("x", func(*dewar.Context, *account, *post) (bool, error) { return true, nil })
	deny := permit.Deny("x", "", func(*dewar.Context, *account, *post) (bool, error) { return true, nil })
	for name, f := range map[string]func(){
		"no needs":            func() { permit.NewPermission() },
		"empty need":          func() { permit.NewPermission(permit.RoleNeed("")) },
		"zero":                func() { permit.Permission{}.Require() },
		"no rules":            func() { permit.On[*account, *post](permit.New(permit.Config{}), "edit") },
		"no rule that allows": func() { permit.On(permit.New(permit.Config{}), "edit", deny) },
		"no action":           func() { permit.On(permit.New(permit.Config{}), "", allow) },
		"no code":             func() { permit.On(permit.New(permit.Config{}), "edit", permit.Rule[*account, *post]{}) },
		"twice": func() {
			p := permit.New(permit.Config{})
			permit.On(p, "edit", allow)
			permit.On(p, "edit", allow)
		},
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			f()
		}()
	}
	if (permit.Permission{}).Allows([]permit.Need{permit.RoleNeed("admin")}) {
		t.Error("the zero Permission lets somebody pass")
	}
	app := dewar.New(dewar.Config{Loopback: true, InstanceDir: t.TempDir()})
	app.Extend(permit.New(permit.Config{}))
	if _, err := app.Handler(); err == nil || !strings.Contains(err.Error(), "login.Manager") {
		t.Errorf("without login: %v", err)
	}
	bare := dewar.New(dewar.Config{InstanceDir: t.TempDir(), Logger: slog.New(slog.DiscardHandler)})
	bare.Get("/", func(c *dewar.Context) error { return c.Text("in") }).Guard(permit.NewPermission(permit.RoleNeed("a")).Require())
	if resp := dewartest.New(t, bare).Get("/"); resp.Status != 500 {
		t.Errorf("without the extension: %d", resp.Status)
	}
}

func TestPermission(t *testing.T) {
	admin, item := permit.RoleNeed("admin"), permit.ItemNeed("update", "27", "post")
	p := permit.NewPermission(admin).Union(permit.NewPermission(item, permit.ActionNeed("write")).Except(permit.RoleNeed("banned")))
	for _, row := range []struct {
		needs []permit.Need
		want  bool
	}{
		{nil, false}, {[]permit.Need{admin}, true}, {[]permit.Need{item}, true}, {[]permit.Need{permit.ItemNeed("update", "28", "post")}, false},
		{[]permit.Need{admin, permit.RoleNeed("banned")}, false}, {[]permit.Need{permit.ActionNeed("write")}, true},
	} {
		if got := p.Allows(row.needs); got != row.want {
			t.Errorf("%v: %v, want %v", row.needs, got, row.want)
		}
	}
	if got, want := p.String(), "role:admin or update:post:27 or action:write, not role:banned"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
