package login_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/dewartest"
	"github.com/dewar-go/dewar/login"
)

// TestRotationOnAnErrorPage: a browser whose first page in a while is an error gets its new remember cookie all the same. With
// the old one its next use would look like a thief's, and end all logins of the user.
func TestRotationOnAnErrorPage(t *testing.T) {
	store := &failingOnce{Store: login.NewMemory()}
	for name, path := range map[string]string{"404": "/gone", "500": "/broken", "a panic": "/panic", "a store that is down": "/who"} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newSite(t, setup{login: login.Config{Store: store}, routes: func(app *dewar.App) {
					answer := func(path string, err error) {
						app.Get(path, func(c *dewar.Context) error {
							login.User[*account](c)
							if err == nil {
								panic("ouch")
							}
							return err
						})
					}
					answer("/gone", dewar.StatusError(404))
					answer("/broken", errors.New("broken"))
					answer("/panic", nil)
				}})
				s.in("ann", "remember", "1")
				for range 3 {
					time.Sleep(31 * time.Minute)
					before := s.Cookie("remember_token").Value
					store.fail = path == "/who"
					if got := s.Get(path); got.Status < 400 || len(got.Header["Set-Cookie"]) > 2 {
						t.Errorf("%d with the cookies %q", got.Status, got.Header["Set-Cookie"])
					}
					if s.Cookie("remember_token").Value == before {
						t.Error("the cookie is not renewed")
					}
				}
				time.Sleep(31 * time.Minute)
				s.who("ann")
				if s.emitted(dewar.EventTokenReuse) {
					t.Error("taken for a theft")
				}
			})
		})
	}
}

// failingOnce fails to add the next session.
type failingOnce struct {
	login.Store
	fail bool
}

func (f *failingOnce) AddSession(ctx context.Context, r login.Record) error {
	if f.fail {
		f.fail = false
		return errors.New("down")
	}
	return f.Store.AddSession(ctx, r)
}

// endingStore runs something behind the next write.
type endingStore struct {
	login.Store
	added, ended func()
}

func (s *endingStore) AddSession(ctx context.Context, r login.Record) error {
	defer take(&s.added)
	return s.Store.AddSession(ctx, r)
}

func (s *endingStore) EndSession(ctx context.Context, id string) (bool, error) {
	defer take(&s.ended)
	return s.Store.EndSession(ctx, id)
}

// TestRenewWhileAllEnds: a login that is renewed while all of its user's are ended does not live on in its successor.
func TestRenewWhileAllEnds(t *testing.T) {
	for _, path := range []string{"/renew", "/confirm"} {
		for _, behind := range []string{"added", "ended"} {
			store := &endingStore{Store: login.NewMemory()}
			s := newSite(t, setup{login: login.Config{Store: store}})
			s.in("ann")
			end := func() { _ = s.manager.EndUser(t.Context(), "ann") }
			if behind == "added" {
				store.added = end
			} else {
				store.ended = end
			}
			s.PostForm(path, nil)
			if list, _ := s.manager.Sessions(t.Context(), "ann"); len(list) > 0 {
				t.Errorf("%s, all ended behind the session was %s: %d live on", path, behind, len(list))
			}
			s.who("nobody")
		}
	}
}

// TestMaxLogins: what a user has of each kind is bounded, the oldest goes, and those of another level and user stay.
func TestMaxLogins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := login.NewMemory()
		s := newSite(t, setup{login: login.Config{MaxLogins: 3, Store: store}})
		bob := s.Another()
		s.logIn(bob, "bob", "remember", "1")
		full := s.Another()
		s.logIn(full, "ann", "remember", "1")
		for range 5 {
			time.Sleep(time.Second)
			s.logIn(s.Another(), "ann", "level", "pending")
		}
		isUser(t, full, "ann fresh")
		for range 5 {
			time.Sleep(time.Second)
			s.logIn(s.Another(), "ann", "remember", "1")
		}
		list, _ := s.manager.Sessions(t.Context(), "ann")
		var levels []string
		for _, r := range list {
			levels = append(levels, string(r.Level))
		}
		slices.Sort(levels)
		if want := "[full full full pending pending pending]"; fmt.Sprint(levels) != want {
			t.Errorf("%v, want %s", levels, want)
		}
		if tokens, _ := store.TokensOf(t.Context(), "ann"); len(tokens) != 3 {
			t.Errorf("%d remember tokens", len(tokens))
		}
		isUser(t, full, "nobody")
		isUser(t, bob, "bob fresh")
		for n := range 101 {
			if _, _, err := s.manager.NewKey(t.Context(), login.Key{User: "ann"}); (err == nil) != (n < 100) {
				t.Fatalf("API key %d: %v", n, err)
			}
		}
		if _, _, err := s.manager.NewKey(t.Context(), login.Key{User: "bob"}); err != nil {
			t.Error(err)
		}
	})
}

// TestAnotherUserInTheSession: what the session holds of one user is not the next one's, beside Flask too.
func TestAnotherUserInTheSession(t *testing.T) {
	for name, flask := range map[string]*dewar.FlaskSharing{"alone": nil, "beside Flask": {}} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t, setup{config: dewar.Config{Flask: flask}, routes: func(app *dewar.App) {
				app.Get("/keep/<word>", func(c *dewar.Context) error { c.Session().Set("word", c.Str("word")); return c.NoContent() })
				app.Get("/word", func(c *dewar.Context) error { word, _ := c.Session().Get("word"); return c.Text(fmt.Sprint(word)) })
			}})
			s.Get("/keep/visitor")
			s.in("ann")
			if got := s.Get("/word").Text; got != "visitor" {
				t.Errorf("a visitor's: %q", got)
			}
			s.in("ann")
			if got := s.Get("/word").Text; got != "visitor" {
				t.Errorf("the same user's: %q", got)
			}
			s.in("bob")
			if got := s.Get("/word").Text; got != "<nil>" {
				t.Errorf("another user's: %q", got)
			}
		})
	}
}

// TestEnded: a stream finds out that its login has ended, in whichever way.
func TestEnded(t *testing.T) {
	for name, row := range map[string]struct {
		end  func(*site)
		key  bool
		want bool
	}{
		"nothing":   {func(*site) {}, false, false},
		"logout":    {func(s *site) { s.post("/logout") }, false, true},
		"all ended": {func(s *site) { _ = s.manager.EndUser(s.t.Context(), "ann") }, false, true},
		"renewed":   {func(s *site) { s.post("/renew") }, false, true},
		"disabled":  {func(s *site) { s.users["ann"] = &account{name: "ann", disabled: true} }, false, true},
		"deleted":   {func(s *site) { delete(s.users, "ann") }, false, true},
		"idle":      {func(*site) { time.Sleep(31 * time.Minute) }, false, true},
		"a key":     {func(*site) {}, true, false},
		"a deleted key": {func(s *site) {
			k, _ := s.manager.Keys(s.t.Context(), "ann")
			_ = s.manager.DeleteKey(s.t.Context(), "ann", k[0].Prefix)
		}, true, true},
		"a late key": {func(*site) { time.Sleep(2 * time.Hour) }, true, true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began, ended := make(chan bool), make(chan bool)
				s := newSite(t, setup{login: login.Config{Loaders: []login.Loader{login.APIKeys()}}, routes: func(app *dewar.App) {
					app.Get("/stream", func(c *dewar.Context) error {
						began <- true
						<-began
						gone, err := login.Ended(c)
						ended <- gone
						return errors.Join(err, c.NoContent())
					}).Guard(login.Required)
				}})
				r := s.NewRequest("GET", "/stream", nil)
				if row.key {
					text, _, err := s.manager.NewKey(t.Context(), login.Key{User: "ann", Expires: time.Now().Add(time.Hour)})
					if err != nil {
						t.Fatal(err)
					}
					r.Header.Set("X-API-Key", text)
				} else {
					s.in("ann")
				}
				stream := s.replay("session")
				if row.key {
					stream = s.Another()
				}
				go stream.Do(r)
				<-began
				row.end(s)
				began <- true
				if got := <-ended; got != row.want {
					t.Errorf("ended is %v", got)
				}
			})
		})
	}
	s := newSite(t, setup{routes: func(app *dewar.App) {
		app.Get("/ended", func(c *dewar.Context) error {
			gone, err := login.Ended(c)
			return errors.Join(err, c.Text(fmt.Sprint(gone)))
		})
	}})
	if got := s.Get("/ended").Text; got != "true" {
		t.Errorf("nobody: %s", got)
	}
}

// stamped is an account with the hash of a password.
type stamped struct {
	login.UserMixin
	name, hash string
}

func (s *stamped) GetID() string { return s.name }
func (s *stamped) Stamp() string { return s.hash }

// TestLoginBesideAReset: a login whose old password was looked at before a reset, and which begins when the reset has
// ended all logins, does not come through.
func TestLoginBesideAReset(t *testing.T) {
	for _, when := range []string{"never", "before", "behind"} {
		t.Run(when, func(t *testing.T) {
			store := &endingStore{Store: login.NewMemory()}
			users := map[string]*stamped{"ann": {name: "ann", hash: "old"}}
			app := dewar.New(dewar.Config{Loopback: true, InstanceDir: t.TempDir(), Logger: slog.New(slog.DiscardHandler)})
			manager := login.New(func(_ *dewar.Context, id string) (*stamped, error) { return users[id], nil }, login.Config{Store: store})
			app.Extend(manager)
			reset := func() {
				users["ann"] = &stamped{name: "ann", hash: "new"}
				_ = manager.EndUser(t.Context(), "ann")
			}
			app.Post("/login", func(c *dewar.Context) error {
				found := users["ann"]
				switch when { // the password was right
				case "before":
					reset()
				case "behind":
					store.added = reset
				}
				if err := login.In(c, found, login.Options{Remember: true}); err != nil {
					return c.Status(401).Text(err.Error())
				}
				return c.NoContent()
			})
			app.Get("/who", func(c *dewar.Context) error { return c.Text(login.Current(c).GetID()) })
			client := dewartest.New(t, app)
			want, who := 401, ""
			if when == "never" {
				want, who = 204, "ann"
			}
			if got := client.PostForm("/login", nil); got.Status != want {
				t.Errorf("%d %s, want %d", got.Status, got.Text, want)
			}
			if got := client.Get("/who").Text; got != who {
				t.Errorf("it is %q, want %q", got, who)
			}
			sessions, _ := store.SessionsOf(t.Context(), "ann")
			if tokens, _ := store.TokensOf(t.Context(), "ann"); who == "" && len(sessions)+len(tokens) > 0 {
				t.Errorf("%d logins and %d tokens are left", len(sessions), len(tokens))
			}
		})
	}
}

// TestRotationThatTheBrowserMisses: where a new remember cookie does not reach the browser, the old one stays good.
func TestRotationThatTheBrowserMisses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t, setup{routes: func(app *dewar.App) {
			app.Get("/late", func(c *dewar.Context) error {
				return c.Stream("text/plain", func(w io.Writer) error {
					_, _ = io.WriteString(w, "begun ")
					_ = http.NewResponseController(c.Writer()).Flush()
					_, err := io.WriteString(w, login.Current(c).GetID())
					return err
				})
			})
			app.Get("/socket", func(c *dewar.Context) error {
				user := login.Current(c).GetID()
				for name := range c.Writer().Header() { // as a handler does that writes to the connection
					c.Writer().Header().Del(name)
				}
				return c.Text(user)
			}).WebSocket()
		}})
		s.in("ann", "remember", "1")
		for range 3 {
			for _, path := range []string{"/late", "/socket"} {
				time.Sleep(31 * time.Minute)
				r := s.NewRequest("GET", path, nil)
				if path == "/socket" {
					r.Header.Set("Connection", "Upgrade")
					r.Header.Set("Upgrade", "websocket")
					r.Header.Set("Origin", "http://localhost")
				}
				if got := s.Do(r); !strings.HasSuffix(got.Text, "ann") {
					t.Errorf("%s: %d %q", path, got.Status, got.Text)
				}
			}
		}
		time.Sleep(31 * time.Minute)
		s.who("ann")
		if s.emitted(dewar.EventTokenReuse) {
			t.Error("taken for a theft")
		}
	})
}

// TestPendingIsNoLogin: the signal of a login is for one that is whole.
func TestPendingIsNoLogin(t *testing.T) {
	s, sent := newSite(t, setup{}), 0
	s.manager.Signals.UserLoggedIn.Connect(func(login.Event) { sent++ })
	if s.in("ann", "level", "pending"); sent != 0 {
		t.Errorf("%d signals for a login at the level Pending", sent)
	}
	if s.in("ann"); sent != 1 {
		t.Errorf("%d signals for a full login", sent)
	}
}
