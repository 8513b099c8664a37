package login_test

import (
	"encoding/json"
	"log/slog"
	"net"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/dewartest"
	"github.com/dewar-go/dewar/login"
	"github.com/dewar-go/dewar/session"
	"github.com/dewar-go/dewar/sign"
)

// sharing is an app beside Flask with the views the tests need.
func sharing(t *testing.T, cfg dewar.Config) *dewartest.Client {
	t.Helper()
	if !cfg.SecretKey.IsSet() {
		cfg.SecretKey = dewar.NewSecret(key)
	}
	cfg.Logger = slog.New(slog.DiscardHandler)
	cfg.InstanceDir = t.TempDir()
	app := dewar.New(cfg)
	app.Extend(login.New(func(_ *dewar.Context, id string) (*account, error) {
		if id == "gone" {
			return nil, nil
		}
		return &account{name: id}, nil
	}, login.Config{}))
	app.Get("/token", func(c *dewar.Context) error {
		token, err := c.CSRFToken()
		if err != nil {
			return err
		}
		return c.Text(token)
	})
	app.Post("/form", func(c *dewar.Context) error { return c.Text("taken") })
	app.Post("/login", func(c *dewar.Context) error {
		if err := login.In(c, &account{name: c.Form("id")}, login.Options{Remember: c.Form("remember") != "", Level: login.Level(c.Form("level"))}); err != nil {
			return err
		}
		return c.NoContent()
	})
	app.Post("/logout", func(c *dewar.Context) error {
		if err := login.Out(c); err != nil {
			return err
		}
		return c.NoContent()
	})
	app.Get("/user", func(c *dewar.Context) error {
		u, ok := login.User[*account](c)
		switch {
		case !ok:
			return c.Text("nobody")
		case login.IsFresh(c):
			return c.Text(u.name + " fresh")
		}
		return c.Text(u.name)
	})
	app.Get("/sessions", func(c *dewar.Context) error {
		_, err := login.Sessions(c)
		return err
	})
	app.Get("/end-all", login.EndAll)
	return dewartest.New(t, app)
}

func TestBesideFlask(t *testing.T) {
	cl := sharing(t, dewar.Config{Flask: &dewar.FlaskSharing{}})
	cl.Header.Set("User-Agent", "A")
	if got := cl.Get("/user").Text; got != "nobody" {
		t.Errorf("before: %q", got)
	}
	cl.PostForm("/login", url.Values{"id": {"a|42"}, "remember": {"1"}})
	if got := cl.Get("/user").Text; got != "a|42 fresh" {
		t.Errorf("after signing in: %q", got)
	}
	cl.Header.Set("User-Agent", "B")
	if got := cl.Get("/user").Text; got != "a|42" {
		t.Errorf("in another browser: %q, want a user who is not fresh", got)
	}
	cl.Header.Set("User-Agent", "A")
	if got := cl.Get("/user").Text; got != "a|42" {
		t.Errorf("back again: %q, want a user who is no longer fresh", got)
	}
	remember := cl.Cookie("remember_token")
	cl.ClearCookies()
	cl.SetCookie("remember_token", remember.Value)
	if got := cl.Get("/user").Text; got != "a|42" {
		t.Errorf("remembered: %q", got)
	}
	cl.PostForm("/logout", nil)
	if cl.Cookie("remember_token") != nil || cl.Cookie("session") != nil {
		t.Error("signing out leaves cookies behind")
	}
	cl.Session(func(s *session.Session) { s.Set("_user_id", 42) })
	if got := cl.Get("/user").Text; got != "42" {
		t.Errorf("a number for an id: %q", got)
	}
	cl.Session(func(s *session.Session) { s.Clear(); s.Set("_remember", "clear") })
	cl.SetCookie("remember_token", remember.Value)
	if got := cl.Get("/user").Text; got != "nobody" {
		t.Errorf("signed out, with the cookie still there: %q", got)
	}
	cl.ClearCookies()
	cl.SetCookie("remember_token", "1"+remember.Value)
	if got := cl.Get("/user").Text; got != "nobody" {
		t.Errorf("a forged remember cookie signs in %q", got)
	}
}

// What a signed cookie cannot do is refused, not pretended.
func TestBesideFlaskLimits(t *testing.T) {
	cl := sharing(t, dewar.Config{Flask: &dewar.FlaskSharing{}})
	if resp := cl.PostForm("/login", url.Values{"id": {"ann"}, "level": {"pending"}}); resp.Status != 500 {
		t.Errorf("a level: %d", resp.Status)
	}
	cl.PostForm("/login", url.Values{"id": {"ann"}})
	for _, target := range []string{"/sessions", "/end-all"} {
		if resp := cl.Get(target); resp.Status != 500 {
			t.Errorf("%s: %d", target, resp.Status)
		}
	}
	cl.Session(func(s *session.Session) { s.Set("_user_id", "gone") })
	if got := cl.Get("/user").Text; got != "nobody" {
		t.Errorf("a user who is gone: %q", got)
	}
}

// As Flask-Login's strong protection: another browser ends the login, but not one whose session is permanent.
func TestBesideFlaskStrong(t *testing.T) {
	for _, permanent := range []bool{false, true} {
		s := newSite(t, setup{config: dewar.Config{Flask: &dewar.FlaskSharing{}}, login: login.Config{SessionProtection: login.Strong}})
		s.Header.Set("User-Agent", "A")
		s.in("ann", "remember", "1")
		s.Session(func(v *session.Session) { v.SetPermanent(permanent) })
		s.Header.Set("User-Agent", "B")
		s.who(map[bool]string{true: "ann", false: "nobody"}[permanent])
		if there := s.Cookie("remember_token") != nil; there != permanent {
			t.Errorf("permanent %v: the remember cookie is there: %v", permanent, there)
		}
	}
}

// A key was replaced: Flask-Login and Flask-WTF, which do not read
// SECRET_KEY_FALLBACKS, would sign everybody out and refuse every form that is
// open. Here both survive, and retiring the old key ends them.
func TestRotationKeepsRememberCookiesAndTokens(t *testing.T) {
	oldKey, newKey := dewar.NewSecret(sign.GenerateKey()), dewar.NewSecret(sign.GenerateKey())
	for _, shared := range []*dewar.FlaskSharing{{}, nil} {
		before := sharing(t, dewar.Config{SecretKey: oldKey, Flask: shared})
		var remember string
		if shared != nil {
			before.PostForm("/login", url.Values{"id": {"42"}, "remember": {"1"}})
			remember = before.Cookie("remember_token").Value
		}
		token := before.Get("/token").Text
		cookie := before.Cookie("session").Value

		rotated := sharing(t, dewar.Config{SecretKey: newKey, SecretKeyFallbacks: []dewar.Secret{oldKey}, Flask: shared})
		retired := sharing(t, dewar.Config{SecretKey: newKey, Flask: shared})
		for name, cl := range map[string]*dewartest.Client{"rotated": rotated, "retired": retired} {
			cl.SecFetchSite = "" // an old browser: the token decides
			cl.SetCookie("session", cookie)
			resp := cl.PostForm("/form", url.Values{"csrf_token": {token}})
			if want := map[string]int{"rotated": 200, "retired": 400}[name]; resp.Status != want {
				t.Errorf("sharing %v, %s: the token gives %d, want %d", shared != nil, name, resp.Status, want)
			}
			if shared == nil {
				continue
			}
			cl.ClearCookies()
			cl.SetCookie("remember_token", remember)
			if got, want := cl.Get("/user").Text, map[string]string{"rotated": "42", "retired": "nobody"}[name]; got != want {
				t.Errorf("%s: the remember cookie is %q, want %q", name, got, want)
			}
		}
	}
}

// The mark of the browser is Flask-Login's, byte for byte; a text of the header
// is what WSGI reads as Latin-1.
func TestMarksTheBrowser(t *testing.T) {
	text, err := os.ReadFile("testdata/browsermarks.json")
	if err != nil {
		t.Fatal(err)
	}
	var rows []struct {
		Address, ID string
		Agent       *string
	}
	if err := json.Unmarshal(text, &rows); err != nil || len(rows) == 0 {
		t.Fatal(len(rows), err)
	}
	cl := sharing(t, dewar.Config{Flask: &dewar.FlaskSharing{}})
	for _, row := range rows {
		r := cl.NewRequest("POST", "/login", strings.NewReader("id=42"))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.RemoteAddr = net.JoinHostPort(row.Address, "1")
		if row.Agent != nil {
			var latin1 []byte
			for _, c := range *row.Agent {
				latin1 = append(latin1, byte(c))
			}
			r.Header.Set("User-Agent", string(latin1))
		}
		cl.Do(r)
		cl.Session(func(s *session.Session) {
			if id, _ := session.Value[string](s, "_id"); id != row.ID {
				t.Errorf("%s %q: got %s, want %s", row.Address, *row.Agent, id, row.ID)
			}
		})
	}
}
