package main

import (
	"context"
	"log/slog"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/uptrace/bun"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/contrib/db/dbtest"
	"github.com/dewar-go/dewar/dewartest"
	"github.com/dewar-go/dewar/session"
)

func TestRegister(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		client := newClient(t, dsn)
		wantPage(t, client.Get("/auth/register"), 200, "<h1>Register</h1>", `name="csrf_token"`)
		wantRedirect(t, client.PostForm("/auth/register", url.Values{"username": {"ada"}, "password": {"a secret"}}), "/auth/login")
		query(t, dsn, func(ctx context.Context, tx bun.Tx) error {
			var hash string
			err := tx.QueryRowContext(ctx, "SELECT password FROM "+quoted(dsn, "user")+" WHERE username = 'ada'").Scan(&hash)
			if !strings.HasPrefix(hash, "$argon2id$") {
				t.Errorf("the password is stored as %q", hash)
			}
			return err
		})
		// The same name again, and names that only look like it.
		wantPage(t, client.PostForm("/auth/register", url.Values{"username": {"ada"}, "password": {"x"}}), 422, "User ada is already registered.")
		for _, other := range []string{"Ada", "adá", "ada2"} {
			wantRedirect(t, client.PostForm("/auth/register", url.Values{"username": {other}, "password": {"x"}}), "/auth/login")
		}
	})
}

func quoted(dsn, name string) string {
	if strings.HasPrefix(dsn, "mysql:") {
		return "`" + name + "`"
	}
	return `"` + name + `"`
}

func TestRegisterValidates(t *testing.T) {
	client := newClient(t, dbtest.SQLite(t))
	tests := []struct{ name, username, password, want string }{
		{"nothing", "", "", "Username is required."},
		{"no username", " ", "x", "Username is required."},
		{"no password", "a", "", "Password is required."},
		{"long username", strings.Repeat("ü", maxUsername+1), "x", "Username is limited to 80 characters."},
		{"long password", "a", strings.Repeat("x", maxPassword+1), "Password is limited to 256 characters."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			resp := client.PostForm("/auth/register", url.Values{"username": {tt.username}, "password": {tt.password}})
			wantPage(t, resp, 422, tt.want)
			if tt.username == "a" {
				wantPage(t, resp, 422, `value="a"`) // what was typed is still there
			}
		})
	}
	// The message was shown, and is gone.
	wantNot(t, client.Get("/auth/register"), "is required")
}

// TestRegisterRace: of many who ask for one name at once, one gets it.
func TestRegisterRace(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		client := newClient(t, dsn)
		var mu sync.Mutex
		got := map[int]int{}
		var wg sync.WaitGroup
		for range 6 {
			visitor := client.Another()
			wg.Go(func() {
				resp := visitor.PostForm("/auth/register", url.Values{"username": {"ada"}, "password": {"x"}})
				mu.Lock()
				defer mu.Unlock()
				got[resp.Status]++
				if resp.Status == 422 && !strings.Contains(resp.Text, "already registered") {
					t.Errorf("unexpected page:\n%s", resp.Text)
				}
			})
		}
		wg.Wait()
		if got[303] != 1 || got[422] != 5 {
			t.Errorf("statuses %v, want one 303 and five 422", got)
		}
	})
}

func TestLogin(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		client := newClient(t, dsn)
		wantPage(t, client.Get("/"), 200, "Log In", "Register")
		member(t, client, "ada")
		wantPage(t, client.Get("/"), 200, "<span>ada</span>", "Log Out")
		client.Session(func(s *session.Session) {
			if id, ok := session.Value[string](s, session.UserKey); !ok || id != "1" {
				t.Errorf("the user's id is %q, %v", id, ok)
			}
		})
		wantRedirect(t, client.PostForm("/auth/logout", nil), "/")
		wantNot(t, client.Get("/"), "<span>ada</span>")
		client.Session(func(s *session.Session) {
			if s.Has(session.UserKey) {
				t.Error("the session still names the user")
			}
		})
	})
}

// TestStorableNames: what the databases do not take does not get to them.
func TestStorableNames(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		client := newClient(t, dsn)
		wantPage(t, client.PostForm("/auth/register", url.Values{"username": {"a\x00b"}, "password": {"x"}}), 400, "That did not work")
		wantPage(t, client.PostForm("/auth/login", url.Values{"username": {"a\x00b"}, "password": {"x"}}), 400, "That did not work")
		wantRedirect(t, client.PostForm("/auth/register", url.Values{"username": {"a\xffb"}, "password": {"x"}}), "/auth/login")
	})
}

func TestLoginRevealsNoNames_CVE_2024_39329(t *testing.T) {
	client := newClient(t, dbtest.SQLite(t))
	member(t, client, "ada")
	client.ClearCookies()
	for _, form := range []url.Values{
		{"username": {"nobody"}, "password": {"a long secret"}},
		{"username": {"ada"}, "password": {"wrong"}},
		{"username": {"ada"}, "password": {""}},
		{"username": {"ada' OR '1'='1"}, "password": {"x' OR '1'='1"}},
		{"username": {"ada"}, "password": {strings.Repeat("x", 100_000)}},
	} {
		// One message for all, so that nobody learns which names there are.
		wantPage(t, client.PostForm("/auth/login", form), 422, "Incorrect username or password.")
	}
	wantNot(t, client.Get("/"), "Log Out")
}

// TestLoginClearsSession_CVE_2024_38513: what somebody planted before the login is gone after
// it (session fixation).
func TestLoginClearsSession_CVE_2024_38513(t *testing.T) {
	client := newClient(t, dbtest.SQLite(t))
	var before string
	client.Get("/auth/login")
	client.Session(func(s *session.Session) {
		s.Set("planted", "x")
		before, _ = s.CSRFSecret()
	})
	member(t, client, "ada")
	client.Get("/")
	client.Session(func(s *session.Session) {
		after, _ := s.CSRFSecret()
		if s.Has("planted") || before == "" || after == before {
			t.Errorf("the session of before lives on: %v", s.Keys())
		}
	})
}

// TestLoginRehashes: an account that a Python application made keeps its
// password, and gets a stronger hash.
func TestLoginRehashes(t *testing.T) {
	dsn := dbtest.SQLite(t)
	client := newClient(t, dsn)
	const old = "pbkdf2:sha256:1000$TGheLLAm$390e2ec7569fb412cfbe8e892d093cbd2ef38573a0437a27ef09fae7eec507ce"
	query(t, dsn, func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO "user" (username, password) VALUES ('ada', ?)`, old)
		return err
	})
	for range 2 {
		wantRedirect(t, client.PostForm("/auth/login", url.Values{"username": {"ada"}, "password": {"old password"}}), "/")
	}
	query(t, dsn, func(ctx context.Context, tx bun.Tx) error {
		var hash string
		err := tx.QueryRowContext(ctx, `SELECT password FROM "user"`).Scan(&hash)
		if hash == old {
			t.Error("the old hash is still there")
		}
		return err
	})
}

func TestLogoutIsPost(t *testing.T) {
	client := newClient(t, dbtest.SQLite(t))
	member(t, client, "ada")
	wantPage(t, client.Get("/auth/logout"), 405, "Not like that")
	wantPage(t, client.Get("/"), 200, "Log Out")
}

// TestDeletedAccount: the login of an account which is gone is a visitor's.
func TestDeletedAccount(t *testing.T) {
	dsn := dbtest.SQLite(t)
	client := member(t, newClient(t, dsn), "ada")
	query(t, dsn, func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM "user"`)
		return err
	})
	wantPage(t, client.Get("/"), 200, "Log In")
	wantLogin(t, client.Get("/create"), "?next=%2Fcreate")
}

// TestLogoutEndsCopies: a copy of the cookie is worth nothing after the logout.
func TestLogoutEndsCopies(t *testing.T) {
	client := member(t, newClient(t, dbtest.SQLite(t)), "ada")
	copied := client.Another()
	copied.SetCookie("session", client.Cookie("session").Value)
	wantPage(t, copied.Get("/"), 200, "Log Out")
	wantRedirect(t, client.PostForm("/auth/logout", nil), "/")
	wantPage(t, copied.Get("/"), 200, "Log In")
}

// TestNext: after the login a visitor is where they wanted to go, and never on another site.
func TestNext(t *testing.T) {
	client := member(t, newClient(t, dbtest.SQLite(t)), "ada")
	form := url.Values{"username": {"ada"}, "password": {"a long secret"}}
	wantRedirect(t, client.PostForm("/auth/login?next=%2Fcreate", form), "/create")
	wantRedirect(t, client.PostForm("/auth/login?next=%2F%2Fevil.example", form), "/")
}

// TestForeignForms: other sites cannot send a form in the user's name.
func TestForeignForms(t *testing.T) {
	client := newClient(t, dbtest.SQLite(t))
	member(t, client, "ada")
	for _, path := range []string{"/create", "/auth/logout", "/1/delete"} {
		for _, site := range []string{"cross-site", "same-site", ""} {
			client.SecFetchSite = site
			if resp := client.PostForm(path, post("forged", "")); resp.Status != 400 && resp.Status != 403 {
				t.Errorf("%s from %q: status %d", path, site, resp.Status)
			}
		}
	}
	client.SecFetchSite = "same-origin"
	page := client.Get("/create")
	wantNot(t, client.Get("/"), "forged")

	// An old browser sends no such header, but the token of the form.
	client.SecFetchSite = ""
	_, rest, _ := strings.Cut(page.Text, `name="csrf_token" value="`)
	token, _, _ := strings.Cut(rest, `"`)
	form := post("with a token", "")
	form.Set("csrf_token", token)
	wantRedirect(t, client.PostForm("/create", form), "/")
}

// TestSecurityEvents: who watches over the blog learns of logins.
func TestSecurityEvents(t *testing.T) {
	t.Setenv("DATABASE_URL", dbtest.SQLite(t))
	app, err := newApp(dewar.Config{InstanceDir: t.TempDir(), Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	var events []string
	app.Signals.SecurityEvent.Connect(func(e dewar.SecurityEvent) { events = append(events, string(e.Name)+" "+e.User) })
	client := member(t, dewartest.New(t, app), "ada")
	client.Another().PostForm("/auth/login", url.Values{"username": {"ada"}, "password": {"wrong"}})
	if got := strings.Join(events, ", "); got != "authn_login_success 1, session_created 1, authn_login_fail ada" {
		t.Errorf("got %s", got)
	}
}
