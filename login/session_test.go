package login_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/dewartest"
	"github.com/dewar-go/dewar/login"
	"github.com/dewar-go/dewar/session"
)

// TestFixation: what an attacker planted in a visitor's browser is worth nothing once the visitor has logged in.
func TestFixation(t *testing.T) {
	stores(t, func(t *testing.T, set setup) {
		s := newSite(t, set)
		token := s.Get("/token").Text
		planted := s.replay("session")
		before := s.Cookie("session").Value
		s.in("ann")
		if s.Cookie("session").Value == before {
			t.Error("the session has the id of before the login")
		}
		isUser(t, planted, "nobody")
		s.SecFetchSite = "" // an old browser: the token decides
		if resp := s.PostForm("/form", url.Values{"csrf_token": {token}}); resp.Status != 400 {
			t.Errorf("a CSRF token from before the login: %d, want 400", resp.Status)
		}
		if resp := s.PostForm("/form", url.Values{"csrf_token": {s.Get("/token").Text}}); resp.Status != 200 {
			t.Errorf("a CSRF token from after the login: %d", resp.Status)
		}
	})
}

// TestPrivilegeChange: a role, a confirmed password: the ids from before are worth nothing.
func TestPrivilegeChange(t *testing.T) {
	stores(t, func(t *testing.T, set setup) {
		for _, target := range []string{"/renew", "/confirm"} {
			s := newSite(t, set)
			s.in("ann")
			token, old := s.Get("/token").Text, s.replay("session")
			s.post(target)
			s.who("ann fresh")
			isUser(t, old, "nobody")
			s.SecFetchSite = ""
			if resp := s.PostForm("/form", url.Values{"csrf_token": {token}}); resp.Status != 400 {
				t.Errorf("%s: a CSRF token from before: %d, want 400", target, resp.Status)
			}
		}
	})
}

// TestCSRFOnLogin: no other site logs a visitor in as the attacker.
func TestCSRFOnLogin(t *testing.T) {
	s := newSite(t, setup{})
	s.SecFetchSite = "cross-site"
	if resp := s.PostForm("/login", url.Values{"id": {"ann"}}); resp.Status != 403 {
		t.Errorf("a form of another site: %d, want 403", resp.Status)
	}
	s.SecFetchSite = "same-origin"
	s.who("nobody")
	s.Get("/token")
	s.SecFetchSite = ""
	if resp := s.PostForm("/login", url.Values{"id": {"ann"}}); resp.Status != 400 {
		t.Errorf("a form without a token: %d, want 400", resp.Status)
	}
}

// TestReplay: a copied cookie is anonymous after everything that ends a login.
func TestReplay(t *testing.T) {
	for name, end := range map[string]func(s *site){
		"logout":          func(s *site) { s.post("/logout") },
		"end all":         func(s *site) { s.post("/end-all") },
		"password change": func(s *site) { s.post("/end-others"); s.who("ann fresh") },
		"disabled": func(s *site) {
			s.users["ann"].disabled = true
			s.who("nobody")
			s.users["ann"].disabled = false // what has ended does not come back
		},
		"deleted": func(s *site) {
			ann := s.users["ann"]
			delete(s.users, "ann")
			s.who("nobody")
			s.users["ann"] = ann
		},
		"ended by an administrator": func(s *site) {
			if err := s.manager.EndUser(s.t.Context(), "ann"); err != nil {
				s.t.Fatal(err)
			}
			s.who("nobody")
		},
	} {
		t.Run(name, func(t *testing.T) {
			stores(t, func(t *testing.T, set setup) {
				s := newSite(t, set)
				s.in("ann", "remember", "1")
				other := s.Another() // of the same user
				s.logIn(other, "ann", "remember", "1")
				copied, remembered := s.replay("session"), s.replay("remember_token")
				end(s)
				isUser(t, copied, "nobody")
				isUser(t, remembered, "nobody")
				if name != "logout" {
					isUser(t, other, "nobody")
				} else {
					isUser(t, other, "ann fresh")
				}
			})
		})
	}
}

func TestOut(t *testing.T) {
	s := newSite(t, setup{})
	var out []string
	s.manager.Signals.UserLoggedOut.Connect(func(e login.Event) { out = append(out, e.User.GetID()) })
	s.in("ann", "remember", "1")
	s.Session(func(v *session.Session) { v.Set("cart", 3) })
	resp := s.PostForm("/logout", nil)
	if got := resp.Header.Get("Clear-Site-Data"); got != `"cache", "storage"` {
		t.Errorf("Clear-Site-Data: %q", got)
	}
	if s.Cookie("session") != nil || s.Cookie("remember_token") != nil {
		t.Error("logging out leaves cookies")
	}
	if len(out) != 1 || !s.emitted(dewar.EventSessionExpired) {
		t.Errorf("signals %v, events %v", out, s.events)
	}
	if resp := s.PostForm("/logout", nil); resp.Status != 204 {
		t.Errorf("logging out twice: %d", resp.Status)
	}
}

// TestIdleAndAbsolute: a login ends after half an hour without use, and after twelve hours in any case.
func TestIdleAndAbsolute(t *testing.T) {
	stores(t, func(t *testing.T, set setup) {
		synctest.Test(t, func(t *testing.T) {
			s := newSite(t, set)
			s.in("ann")
			time.Sleep(29 * time.Minute)
			s.who("ann fresh")
			time.Sleep(30*time.Minute + time.Second)
			s.who("nobody")
			if !s.emitted(dewar.EventSessionUseExpired) {
				t.Errorf("events: %v", s.events)
			}
			s.in("ann")
			began := time.Now()
			for time.Since(began) < 12*time.Hour-20*time.Minute {
				time.Sleep(20 * time.Minute)
				s.who("ann fresh")
			}
			s.post("/renew") // does not move the absolute end
			time.Sleep(20*time.Minute + time.Second)
			s.who("nobody")
		})
	})
}

// Last seen is written once a minute at most.
func TestLastSeen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		counter := &countingStore{Store: login.NewMemory()}
		s := newSite(t, setup{login: login.Config{Store: counter}})
		s.in("ann")
		for range 20 {
			time.Sleep(10 * time.Second)
			s.who("ann fresh")
		}
		if counter.touches != 3 {
			t.Errorf("200 s of steady use wrote last seen %d times, want 3", counter.touches)
		}
	})
}

// A store that is down is a 503: nobody is taken for a visitor.
func TestStoreDown(t *testing.T) {
	counter := &countingStore{Store: login.NewMemory()}
	s := newSite(t, setup{login: login.Config{Store: counter}})
	s.in("ann")
	counter.down = true
	for _, target := range []string{"/who", "/required", "/template"} {
		if resp := s.Get(target); resp.Status != 503 {
			t.Errorf("%s: %d, want 503", target, resp.Status)
		}
	}
	if resp := s.Get("/plain"); resp.Status != 200 {
		t.Errorf("a page that does not ask: %d", resp.Status)
	}
}

type listed struct {
	ID, User, Address, Agent string
	Current                  bool
}

func sessionsOf(t *testing.T, c *dewartest.Client) (list []listed) {
	t.Helper()
	if err := c.Get("/sessions").JSON(&list); err != nil {
		t.Fatal(err)
	}
	return list
}

// TestSessions: a user lists the logins, ends one, and all others; another user's cannot be ended.
func TestSessions(t *testing.T) {
	s := newSite(t, setup{})
	s.Header.Set("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0")
	s.in("ann")
	phone, tablet, bob := s.Another(), s.Another(), s.Another()
	phone.Header.Set("User-Agent", "phone")
	s.logIn(phone, "ann", "remember", "1")
	s.logIn(tablet, "ann")
	s.logIn(bob, "bob")
	s.logIn(s.Another(), "ann", "level", "pending")
	list := sessionsOf(t, s.Client)
	if len(list) != 3 {
		t.Fatalf("%d logins, want 3: %+v", len(list), list)
	}
	current, theirs := 0, ""
	for _, l := range list {
		if l.Current {
			current++
			continue
		}
		if l.Agent == "phone" {
			theirs = l.ID
		}
		if l.Address != "127.0.0.1" || l.User != "ann" {
			t.Errorf("a login: %+v", l)
		}
	}
	if current != 1 || theirs == "" {
		t.Fatalf("%d are the current one; %+v", current, list)
	}
	if resp := s.PostForm("/end", url.Values{"id": {sessionsOf(t, bob)[0].ID}}); resp.Status != 404 {
		t.Errorf("another user's login: %d", resp.Status)
	}
	isUser(t, bob, "bob fresh")
	s.post("/end", "id", theirs)
	isUser(t, phone, "nobody") // nor does its remember cookie bring it back
	isUser(t, tablet, "ann fresh")
	s.post("/end-others")
	isUser(t, tablet, "nobody")
	s.who("ann fresh")
	if list = sessionsOf(t, s.Client); len(list) != 1 || !list[0].Current {
		t.Errorf("after ending the others: %+v", list)
	}
}

// TestEndOthersKeepsRemembering: who changes the password stays remembered in this browser, by a new cookie.
func TestEndOthersKeepsRemembering(t *testing.T) {
	s := newSite(t, setup{})
	s.in("ann", "remember", "1")
	old := s.replay("remember_token")
	s.post("/end-others")
	remembered := s.replay("remember_token")
	isUser(t, remembered, "ann")
	isUser(t, old, "nobody")
}

func TestDevice(t *testing.T) {
	for agent, want := range map[string]string{
		"Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0":                                                                  "Firefox on Linux",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0":           "Edge on Windows",
		"Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36":                         "Chrome on Android",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1": "Safari on iPhone",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15":                   "Safari on macOS",
		"curl/8.5.0": "curl", "": "unknown device",
	} {
		if got := (login.Record{Agent: agent}).Device(); got != want {
			t.Errorf("%q: %q, want %q", agent, got, want)
		}
	}
}

// TestSessionProtection: a login in another browser is not fresh any more, or over.
func TestSessionProtection(t *testing.T) {
	for mode, rows := range map[login.Protection][2]string{
		login.Basic: {"ann", "ann"}, login.Strong: {"nobody", "nobody"}, login.InsecureNoProtection: {"ann fresh", "ann fresh"},
	} {
		t.Run(string(mode), func(t *testing.T) {
			s := newSite(t, setup{login: login.Config{SessionProtection: mode}})
			protected := 0
			s.manager.Signals.SessionProtected.Connect(func(login.Event) { protected++ })
			s.Header.Set("User-Agent", "A")
			s.in("ann", "remember", "1")
			thief := s.replay("session", "remember_token")
			thief.Header.Set("User-Agent", "B")
			isUser(t, thief, rows[0])
			isUser(t, thief, rows[1])
			s.who(rows[1])
			if want := map[login.Protection]int{login.Basic: 1, login.Strong: 1}[mode]; protected != want {
				t.Errorf("%d signals, want %d", protected, want)
			}
		})
	}
}

// TestFresh: what a remember cookie brings back is not fresh until the password is entered.
func TestFresh(t *testing.T) {
	s := newSite(t, setup{login: login.Config{LoginView: "login"}, routes: func(app *dewar.App) {
		app.Get("/step-up", func(c *dewar.Context) error { return c.Text("in") }).Guard(login.FreshWithin(time.Hour))
	}})
	var needed, confirmed int
	s.manager.Signals.UserNeedsRefresh.Connect(func(login.Event) { needed++ })
	s.manager.Signals.UserLoginConfirmed.Connect(func(login.Event) { confirmed++ })
	if resp := s.Get("/fresh"); resp.Location() != "/login?next=%2Ffresh" {
		t.Errorf("a visitor: %d %s", resp.Status, resp.Location())
	}
	s.ClearCookies()
	s.in("ann", "stale", "1")
	s.who("ann")
	for _, target := range []string{"/fresh", "/step-up"} {
		if resp := s.Get(target); resp.Status != 302 || !strings.HasPrefix(resp.Location(), "/login?next=%2F") {
			t.Errorf("%s without a fresh login: %d %s", target, resp.Status, resp.Location())
		}
	}
	if got := s.Get("/login").Text; strings.Count(got, login.NeedsRefreshMessage) != 2 {
		t.Errorf("flashed: %s", got)
	}
	s.post("/confirm")
	for _, target := range []string{"/fresh", "/step-up"} {
		if resp := s.Get(target); resp.Text != "in" {
			t.Errorf("%s with a fresh login: %d", target, resp.Status)
		}
	}
	if needed != 2 || confirmed != 1 {
		t.Errorf("%d needs-refresh signals, want 2; %d confirmed, want 1", needed, confirmed)
	}
}

// TestFreshWithin: a password that was entered long ago does not open what asks for a recent one.
func TestFreshWithin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t, setup{routes: func(app *dewar.App) {
			app.Get("/step-up", func(c *dewar.Context) error { return c.Text("in") }).Guard(login.FreshWithin(5 * time.Minute))
		}})
		s.in("ann")
		for _, want := range []int{200, 401} {
			if resp := s.Get("/step-up"); resp.Status != want {
				t.Errorf("got %d, want %d", resp.Status, want)
			}
			time.Sleep(5*time.Minute + time.Second)
			s.post("/renew") // is no proof
		}
	})
}

// TestDisabled: a user who is not active does not log in.
func TestDisabled(t *testing.T) {
	s := newSite(t, setup{})
	s.users["ann"].disabled = true
	if resp := s.PostForm("/login", url.Values{"id": {"ann"}}); resp.Text != "inactive" {
		t.Errorf("%d %q", resp.Status, resp.Text)
	}
	s.who("nobody")
	if !s.emitted(dewar.EventLoginFail) {
		t.Errorf("events: %v", s.events)
	}
}

// TestLevels: somebody whose second factor is missing, or who came by a mail's link, is anonymous everywhere but at their own
// page.
func TestLevels(t *testing.T) {
	stores(t, func(t *testing.T, set setup) {
		for level, page := range map[string]string{"pending": "/pending", "recovering": "/recovering"} {
			s := newSite(t, set)
			s.in("ann", "level", level)
			s.who("nobody")
			if got := s.Get("/template").Text; got != "False False True " {
				t.Errorf("%s: a template sees %q", level, got)
			}
			for _, target := range []string{"/required", "/fresh", "/api", "/pending", "/recovering"} {
				want := http.StatusUnauthorized
				if target == page {
					want = 200
				}
				if resp := s.Get(target); resp.Status != want {
					t.Errorf("%s at %s: %d, want %d", level, target, resp.Status, want)
				}
			}
			for _, target := range []string{"/confirm", "/renew", "/end-others", "/end-all"} {
				if resp := s.PostForm(target, nil); resp.Status != 401 {
					t.Errorf("%s at %s: %d", level, target, resp.Status)
				}
			}
			s.Session(func(v *session.Session) {
				if _, ok := v.Get(session.UserKey); ok {
					t.Errorf("%s: the session names the user", level)
				}
			})
			half := s.replay("session")
			s.in("ann")
			s.who("ann fresh")
			if resp := half.Get(page); resp.Status != 401 {
				t.Errorf("%s: the half login is still good: %d", level, resp.Status)
			}
			if resp := s.Get(page); resp.Status != 401 {
				t.Errorf("a full login at %s: %d, want 401", page, resp.Status)
			}
		}
	})
}

// TestPendingEnds: a second factor is not waited for longer than ten minutes.
func TestPendingEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t, setup{})
		s.in("ann", "level", "pending")
		time.Sleep(9 * time.Minute)
		if resp := s.Get("/pending"); resp.Status != 200 {
			t.Errorf("after nine minutes: %d", resp.Status)
		}
		time.Sleep(2 * time.Minute)
		if resp := s.Get("/pending"); resp.Status != 401 {
			t.Errorf("after eleven minutes: %d", resp.Status)
		}
	})
}

// Another user in the same browser sees nothing of the first one's session.
func TestNextUserOfTheBrowser(t *testing.T) {
	s := newSite(t, setup{})
	s.Session(func(v *session.Session) { v.Set("cart", 1) })
	s.in("ann", "remember", "1")
	s.Session(func(v *session.Session) {
		if v.Has("cart") == false {
			t.Error("what the visitor collected is gone")
		}
		v.Set("draft", "secret")
	})
	annsToken := s.replay("remember_token")
	s.in("bob")
	s.Session(func(v *session.Session) {
		if v.Has("draft") || v.Has("cart") {
			t.Errorf("bob's session has ann's values: %v", v.Keys())
		}
	})
	isUser(t, annsToken, "nobody")
}

// A session that names somebody else than the login does is nobody's, at every level.
func TestAnotherNameInTheSession(t *testing.T) {
	for _, level := range []string{"", "pending"} {
		s := newSite(t, setup{})
		s.in("ann", "level", level)
		s.Session(func(v *session.Session) { v.Set(session.UserKey, "bob") })
		s.who("nobody")
		if resp := s.Get("/pending"); resp.Status != 401 {
			t.Errorf("%q: the page of the second factor: %d", level, resp.Status)
		}
	}
}

// TestForce: a user who is not active may be logged in by force, for one request.
func TestForce(t *testing.T) {
	var seen string
	s := newSite(t, setup{routes: func(app *dewar.App) {
		app.Post("/force", func(c *dewar.Context) error {
			if err := login.In(c, &account{name: "ann", disabled: true}, login.Options{Force: true, Remember: true, Duration: time.Hour}); err != nil {
				return err
			}
			seen = login.Current(c).GetID()
			return c.NoContent()
		})
		app.Post("/half-remembered", func(c *dewar.Context) error {
			return login.In(c, &account{name: "ann"}, login.Options{Level: login.Pending, Remember: true})
		})
		app.Post("/no-id", func(c *dewar.Context) error { return login.In(c, &account{}) })
	}})
	s.users["ann"].disabled = true
	s.post("/force")
	if left := time.Until(s.Cookie("remember_token").Expires); seen != "ann" || left > time.Hour || left < 50*time.Minute {
		t.Errorf("in the request it is %q; the remember cookie lasts %v", seen, left)
	}
	s.who("nobody")
	for _, target := range []string{"/half-remembered", "/no-id"} {
		if resp := s.PostForm(target, nil); resp.Status != 500 {
			t.Errorf("%s: %d", target, resp.Status)
		}
	}
}
