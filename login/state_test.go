package login_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/login"
	"github.com/dewar-go/dewar/session"
)

// What a request knows of its login: the record, the user's id for log lines, and one signal for whoever asks.
func TestThisSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var r login.Record
		var found bool
		var id string
		s := newSite(t, setup{login: withLoaders(), routes: func(app *dewar.App) {
			app.Get("/this", func(c *dewar.Context) error {
				r, found = login.ThisSession(c)
				id = c.UserID()
				return c.NoContent()
			})
		}})
		accessed := 0
		s.manager.Signals.UserAccessed.Connect(func(login.Event) { accessed++ })
		s.Get("/this")
		if found || id != "" || accessed != 1 {
			t.Errorf("a visitor: %v, id %q, %d signals", found, id, accessed)
		}
		send(s.Client, "GET", "/this", "Authorization", "Bearer token of ann")
		if found || id != "ann" {
			t.Errorf("a user with a token: %v, id %q", found, id)
		}
		s.Header.Set("User-Agent", agent)
		s.in("ann")
		began := time.Now()
		time.Sleep(2 * time.Minute)
		q := s.NewRequest("GET", "/this", nil)
		q.RemoteAddr = "192.0.2.7:1" // the network of a phone changed
		s.Do(q)
		if !found || id != "ann" || r.User != "ann" || !r.Created.Equal(began) || !r.Seen.Equal(time.Now()) || r.Address != "192.0.2.7" ||
			r.Agent != agent || !slices.Equal(r.Methods, []string{"pwd"}) || r.Level != login.Full {
			t.Errorf("a user: %v, id %q, %+v", found, id, r)
		}
		list, err := s.manager.Sessions(t.Context(), "ann")
		if err != nil || len(list) != 1 || list[0].Address != "192.0.2.7" || !list[0].Seen.Equal(time.Now()) {
			t.Errorf("as it is stored: %+v, %v", list, err)
		}
		s.Session(func(v *session.Session) {
			if fresh, _ := session.Value[bool](v, "_fresh"); fresh {
				t.Error("the session says fresh, the record does not")
			}
		})
		s.in("ann", "level", "pending")
		if s.Get("/this"); id != "" {
			t.Errorf("half a login has the id %q in log lines", id)
		}
		s.Session(func(v *session.Session) {
			if v.Has("_fresh") {
				t.Error("half a login says whether it is fresh")
			}
		})
	})
}

// The events under OWASP's names, and what causes each.
func TestEvents(t *testing.T) {
	var s *site
	want := func(what string, names ...string) {
		t.Helper()
		if !slices.Equal(s.events, names) {
			t.Errorf("%s: %v, want %v", what, s.events, names)
		}
		s.events = nil
	}
	s = newSite(t, setup{})
	s.in("ann", "remember", "1")
	want("a login", "authn_token_created", "authn_login_success", "session_created")
	copied, remembered := s.replay("session"), s.replay("remember_token")
	s.post("/confirm")
	want("a password again", "session_renewed")
	isUser(t, copied, "nobody")
	want("a cookie from before", "session_use_after_expire")
	isUser(t, remembered, "ann")
	want("a remember cookie", "authn_login_success", "session_created")
	id := ""
	for _, l := range sessionsOf(t, s.Client) {
		if !l.Current {
			id = l.ID
		}
	}
	s.post("/end", "id", id)
	want("another login ended", "session_expired")
	s.post("/end-others")
	want("all others ended", "authn_token_created", "authn_token_revoked", "session_renewed")
	s.post("/logout")
	want("a logout", "session_expired")
	s.in("ann")
	s.events = nil
	s.post("/end-all")
	want("all ended", "authn_token_revoked", "session_expired")
	s.in("ann")
	s.events = nil
	s.users["ann"].disabled = true
	s.who("nobody")
	want("a disabled user", "session_expired")
	s.who("nobody")
	want("and again", "session_use_after_expire")
}

// A user loader that fails is a 503, also while a remember cookie is looked at.
func TestLoaderFails(t *testing.T) {
	for name, err := range map[string]error{"down": errDown, "not found": login.ErrNotFound} {
		broken := newSite(t, setup{login: login.Config{Store: login.NewMemory()}, fail: func() error { return err }})
		broken.in("ann", "remember", "1")
		broken.failing = true
		want := map[string]int{"down": 503, "not found": 200}[name]
		for _, c := range []string{"session", "remember_token"} {
			if resp := broken.replay(c).Get("/who"); resp.Status != want {
				t.Errorf("%s, by the %s: %d, want %d", name, c, resp.Status, want)
			}
		}
	}
}
