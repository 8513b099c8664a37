package login_test

import (
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/dewartest"
	"github.com/dewar-go/dewar/login"
	"github.com/dewar-go/dewar/login/logintest"
	"github.com/dewar-go/dewar/session"
	"github.com/dewar-go/dewar/sign"
)

// key signs in all tests.
var key = sign.GenerateKey()

type account struct {
	login.UserMixin
	name     string
	disabled bool
}

func (a *account) GetID() string  { return a.name }
func (a *account) IsActive() bool { return !a.disabled }

// site is an app with everything the tests do with logins.
type site struct {
	*dewartest.Client
	t       *testing.T
	app     *dewar.App
	manager *login.Manager
	users   map[string]*account
	loads   int // calls of the user loader
	failing bool
	events  []string
}

// setup is what a test changes of the site.
type setup struct {
	config dewar.Config
	login  login.Config
	routes func(app *dewar.App)
	fail   func() error // what the user loader returns while the site is failing
}

func newSite(t *testing.T, s setup) *site {
	t.Helper()
	st := &site{t: t, users: map[string]*account{"ann": {name: "ann"}, "bob": {name: "bob"}}}
	s.config.SecretKey, s.config.Logger, s.config.InstanceDir = dewar.NewSecret(key), slog.New(slog.DiscardHandler), t.TempDir()
	s.config.Templates = fstest.MapFS{
		"who.html": {Data: []byte(`{{ current_user.is_authenticated }} {{ current_user.is_active }} {{ current_user.is_anonymous }} {{ current_user.get_id() }}`)},
	}
	st.app = dewar.New(s.config)
	st.manager = login.New(func(_ *dewar.Context, id string) (*account, error) {
		st.loads++
		if st.failing {
			return nil, s.fail()
		}
		return st.users[id], nil
	}, s.login)
	st.app.Extend(st.manager)
	st.app.Signals.SecurityEvent.Connect(func(e dewar.SecurityEvent) { st.events = append(st.events, string(e.Name)) })

	app, done := st.app, func(c *dewar.Context, err error) error {
		switch {
		case errors.Is(err, login.ErrInactive):
			return c.Text("inactive")
		case errors.Is(err, login.ErrNotLoggedIn):
			return c.Status(401).Text("nobody is logged in")
		case err != nil:
			return err
		}
		return c.NoContent()
	}
	app.Get("/plain", func(c *dewar.Context) error { return c.Text("plain") })
	app.Get("/who", func(c *dewar.Context) error {
		u, ok := login.User[*account](c)
		if !ok {
			return c.Text("nobody")
		}
		if login.IsFresh(c) {
			return c.Text(u.name + " fresh")
		}
		return c.Text(u.name)
	})
	app.Get("/template", func(c *dewar.Context) error { return c.Render("who.html", nil) })
	app.Get("/token", func(c *dewar.Context) error {
		token, err := c.CSRFToken()
		if err != nil {
			return err
		}
		return c.Text(token)
	})
	app.Post("/form", func(c *dewar.Context) error { return c.Text("taken") })
	app.Get("/login", func(c *dewar.Context) error { return c.Text(fmt.Sprint(c.FlashedMessages())) }).Name("login")
	app.Post("/login", func(c *dewar.Context) error {
		o := login.Options{Remember: c.Form("remember") != "", Level: login.Level(c.Form("level")), NotFresh: c.Form("stale") != "", Methods: []string{"pwd"}}
		if err := login.In(c, st.users[c.Form("id")], o); err != nil || c.Form("go") == "" {
			return done(c, err)
		}
		return c.Redirect(login.Next(c, dewar.Path("/home")))
	})
	app.Post("/logout", func(c *dewar.Context) error { return done(c, login.Out(c)) })
	app.Post("/confirm", func(c *dewar.Context) error { return done(c, login.Confirm(c, "pwd")) })
	app.Post("/renew", func(c *dewar.Context) error { return done(c, login.Renew(c)) })
	app.Post("/end", func(c *dewar.Context) error { return done(c, login.End(c, c.Form("id"))) })
	app.Post("/end-others", func(c *dewar.Context) error { return done(c, login.EndOthers(c)) })
	app.Post("/end-all", func(c *dewar.Context) error { return done(c, login.EndAll(c)) })
	app.Get("/sessions", func(c *dewar.Context) error {
		list, err := login.Sessions(c)
		if err != nil {
			return err
		}
		return c.JSON(list)
	})
	app.Get("/required", func(c *dewar.Context) error { return c.Text("in") }).Guard(login.Required)
	app.Post("/required", func(c *dewar.Context) error { return c.Text("in") }).Guard(login.Required)
	app.Get("/fresh", func(c *dewar.Context) error { return c.Text("in") }).Guard(login.Fresh)
	app.Get("/pending", func(c *dewar.Context) error {
		u, _ := login.UserAt[*account](c, login.Pending)
		return c.Text("second factor of " + u.name)
	}).Guard(login.At(login.Pending))
	app.Get("/recovering", func(c *dewar.Context) error { return c.Text("new password") }).Guard(login.At(login.Recovering))
	app.Get("/api", func(c *dewar.Context) error { return c.Text("in") }).API().Guard(login.Required)
	if s.routes != nil {
		s.routes(app)
	}
	st.Client = dewartest.New(t, app)
	return st
}

// stores runs a test with sessions in the cookie and on the server.
func stores(t *testing.T, test func(t *testing.T, s setup)) {
	t.Run("cookie", func(t *testing.T) { test(t, setup{}) })
	t.Run("server", func(t *testing.T) {
		test(t, setup{config: dewar.Config{Session: dewar.SessionConfig{Store: session.NewMemoryStore(session.MemoryOptions{})}}})
	})
}

func (s *site) in(id string, more ...string) {
	s.t.Helper()
	s.logIn(s.Client, id, more...)
}

func (s *site) logIn(c *dewartest.Client, id string, more ...string) {
	s.t.Helper()
	form := url.Values{"id": {id}}
	for i := 0; i < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	if resp := c.PostForm("/login", form); resp.Status != 204 {
		s.t.Fatalf("logging in: %d %s", resp.Status, resp.Text)
	}
}

func (s *site) who(want string) {
	s.t.Helper()
	isUser(s.t, s.Client, want)
}

func isUser(t *testing.T, c *dewartest.Client, want string) {
	t.Helper()
	if resp := c.Get("/who"); resp.Text != want {
		t.Errorf("the user is %q (%d), want %q", resp.Text, resp.Status, want)
	}
}

// post sends an empty form and wants it to succeed.
func (s *site) post(target string, pairs ...string) {
	s.t.Helper()
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	if resp := s.PostForm(target, form); resp.Status != 204 {
		s.t.Fatalf("%s: %d %s", target, resp.Status, resp.Text)
	}
}

// replay is another browser with a copy of this one's session and remember cookies, as a thief has.
func (s *site) replay(names ...string) *dewartest.Client {
	c := s.Another()
	for _, name := range names {
		if cookie := s.Cookie(name); cookie != nil {
			c.SetCookie(name, cookie.Value)
		}
	}
	return c
}

func (s *site) emitted(name dewar.EventName) bool { return slices.Contains(s.events, string(name)) }

func TestMemory(t *testing.T) {
	logintest.TestStore(t, func(*testing.T) login.Store { return login.NewMemory() })
}

func TestMemoryCredentials(t *testing.T) {
	logintest.TestCredentials(t, func(*testing.T) login.Credentials { return login.NewMemoryCredentials() })
}

func TestTemplates(t *testing.T) {
	s := newSite(t, setup{})
	if got := s.Get("/template").Text; got != "False False True " {
		t.Errorf("a visitor: %q", got)
	}
	s.in("ann")
	if got := s.Get("/template").Text; got != "True True False ann" {
		t.Errorf("a user: %q", got)
	}
}

// What pages cost: one look-up of each kind, and none where nobody asks.
func TestLookups(t *testing.T) {
	counter := &countingStore{Store: login.NewMemory()}
	s := newSite(t, setup{login: login.Config{Store: counter}})
	s.in("ann")
	s.loads, counter.sessions = 0, 0
	if resp := s.Get("/plain"); s.loads != 0 || counter.sessions != 0 || strings.Contains(resp.Header.Get("Vary"), "Cookie") {
		t.Errorf("a page that does not ask: %d users, %d records, Vary %q", s.loads, counter.sessions, resp.Header.Get("Vary"))
	}
	s.who("ann fresh")
	if s.loads != 1 || counter.sessions != 1 {
		t.Errorf("a page that asks twice: %d users, %d records, want 1 and 1", s.loads, counter.sessions)
	}
	if counter.touches != 0 {
		t.Errorf("last seen was written %d times within a minute", counter.touches)
	}
}
