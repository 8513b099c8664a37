package login_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/dewartest"
	"github.com/dewar-go/dewar/login"
)

func TestRemember(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t, setup{})
		s.in("ann", "remember", "1")
		first := s.Cookie("remember_token")
		if !first.HttpOnly || first.SameSite != http.SameSiteLaxMode || first.Path != "/" {
			t.Errorf("the cookie: %v", first)
		}
		time.Sleep(31 * time.Minute) // the login is over
		session := s.Cookie("session").Value
		s.who("ann")
		if s.Cookie("session").Value == session {
			t.Error("the remembered login has the session id of before")
		}
		if second := s.Cookie("remember_token"); second.Value == first.Value || second.Value[:22] != first.Value[:22] {
			t.Errorf("an old verifier is not rotated, or the selector is: %s, %s", first.Value, second.Value)
		} else if !second.Expires.Equal(first.Expires) {
			t.Errorf("use moves the end from %v to %v", first.Expires, second.Expires)
		}
		for range 31 * 24 {
			time.Sleep(time.Hour)
			s.who(map[bool]string{true: "ann", false: "nobody"}[time.Now().Before(first.Expires)])
		}
	})
}

// Over HTTPS the cookie is bound to the host and Secure.
func TestRememberOverHTTPS(t *testing.T) {
	s := newSite(t, setup{config: dewar.Config{TrustedHosts: []string{"example.com"}}})
	s.Host = "localhost"
	r := s.NewRequest("POST", "https://localhost/login", strings.NewReader("id=ann&remember=1"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	s.Do(r)
	if c := s.Cookie("__Host-remember_token"); c == nil || !c.Secure || c.Path != "/" || c.Domain != "" {
		t.Errorf("the cookie: %v", c)
	}
}

// TestTwoTabs: within a minute of a rotation the verifier from before still logs in, in however many tabs, and the cookie of the
// browser is not touched.
func TestTwoTabs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		counter := &countingStore{Store: login.NewMemory()}
		s := newSite(t, setup{login: login.Config{Store: counter}})
		s.in("ann", "remember", "1")
		time.Sleep(31 * time.Minute)
		var tabs []*dewartest.Client
		for range 20 {
			tabs = append(tabs, s.replay("remember_token"))
		}
		isUser(t, tabs[0], "ann")
		rotated := tabs[0].Cookie("remember_token").Value
		for _, tab := range tabs[1:] {
			old := tab.Cookie("remember_token").Value
			isUser(t, tab, "ann")
			if got := tab.Cookie("remember_token").Value; got != old {
				t.Errorf("a tab that came later has the cookie %s", got)
			}
		}
		if counter.rotations != 1 {
			t.Errorf("%d rotations, want 1", counter.rotations)
		}
		// The browser has the new cookie, and five minutes have not passed.
		again := s.Another()
		again.SetCookie("remember_token", rotated)
		isUser(t, again, "ann")
		if counter.rotations != 1 {
			t.Error("a fresh verifier is rotated")
		}
	})
}

// TestTheft: a verifier that was replaced more than a minute ago is in two hands. Everything of the user ends.
func TestTheft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t, setup{})
		reused := 0
		s.manager.Signals.TokenReused.Connect(func(e login.Event) {
			if e.User.GetID() == "ann" {
				reused++
			}
		})
		s.in("ann", "remember", "1")
		thief, desktop, bob := s.replay("remember_token"), s.Another(), s.Another()
		time.Sleep(31 * time.Minute)
		s.who("ann") // and rotates
		s.logIn(desktop, "ann", "remember", "1")
		s.logIn(bob, "bob")
		time.Sleep(time.Minute + time.Second)
		isUser(t, thief, "nobody")
		s.who("nobody")
		isUser(t, desktop, "nobody")
		isUser(t, bob, "bob fresh")
		isUser(t, s.replay("remember_token"), "nobody")
		if reused != 1 || !s.emitted(dewar.EventTokenReuse) {
			t.Errorf("%d signals, events %v", reused, s.events)
		}
	})
}

// An unknown selector, and whatever is no cookie of ours, is a visitor: nobody is logged out by it.
func TestUnknownRememberCookies(t *testing.T) {
	s := newSite(t, setup{})
	s.in("ann", "remember", "1")
	good := s.Cookie("remember_token").Value
	for _, value := range []string{
		strings.Repeat("A", 22) + "." + good[23:], good[:22], good + "A", good[:22] + "|" + good[23:], "", ".", strings.Repeat(".", 66),
		good[:65] + "_", "ann|" + strings.Repeat("0", 128),
	} {
		other := s.Another()
		other.SetCookie("remember_token", value)
		isUser(t, other, "nobody")
		if got := other.Cookie("remember_token").Value; got != value {
			t.Errorf("%q: the cookie became %q", value, got)
		}
	}
	s.who("ann fresh")
	if s.emitted(dewar.EventTokenReuse) {
		t.Error("taken for a theft")
	}
	isUser(t, s.replay("remember_token"), "ann")
}

// TestTwoUsesAtOnce: of two requests with one old verifier, one rotates, and both are in.
func TestTwoUsesAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &racingStore{Store: login.NewMemory()}
		s := newSite(t, setup{login: login.Config{Store: store}})
		s.in("ann", "remember", "1")
		time.Sleep(31 * time.Minute)
		loser, winner := s.replay("remember_token"), s.replay("remember_token")
		store.between = func() { isUser(t, winner, "ann") }
		old := loser.Cookie("remember_token").Value
		isUser(t, loser, "ann")
		if loser.Cookie("remember_token").Value != old || winner.Cookie("remember_token").Value == old {
			t.Error("the loser has a new cookie, or the winner has not")
		}
		if s.emitted(dewar.EventTokenReuse) {
			t.Error("taken for a theft")
		}
	})
}

// TestEndedWhileRemembered: a logout everywhere that comes between the look at the token and the new login wins.
func TestEndedWhileRemembered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &racingStore{Store: login.NewMemory()}
		s := newSite(t, setup{login: login.Config{Store: store}})
		s.in("ann", "remember", "1")
		time.Sleep(31 * time.Minute)
		late := s.replay("remember_token")
		store.after = func() {
			if err := s.manager.EndUser(t.Context(), "ann"); err != nil {
				t.Error(err)
			}
		}
		isUser(t, late, "nobody")
		if late.Cookie("session") != nil {
			t.Error("the login that came too late has left a session")
		}
		isUser(t, late, "nobody")
	})
}

// A remember cookie is over when the server says so, not when the browser forgets it; and that of a user who is disabled is not
// renewed.
func TestRememberEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t, setup{})
		remembered := 0
		s.manager.Signals.UserLoadedFromCookie.Connect(func(login.Event) { remembered++ })
		s.in("ann", "remember", "1")
		kept, disabled := s.replay("remember_token"), s.replay("remember_token")
		time.Sleep(30*24*time.Hour - time.Minute)
		isUser(t, kept, "ann")
		last := s.Another()
		last.SetCookie("remember_token", kept.Cookie("remember_token").Value)
		time.Sleep(time.Minute + time.Second)
		isUser(t, last, "nobody")
		if remembered != 1 || s.emitted(dewar.EventTokenReuse) {
			t.Errorf("%d signals, want 1; events %v", remembered, s.events)
		}
		s.in("ann", "remember", "1")
		disabled.SetCookie("remember_token", s.Cookie("remember_token").Value)
		time.Sleep(time.Hour)
		s.users["ann"].disabled = true
		isUser(t, disabled, "nobody")
		if got := disabled.Cookie("remember_token").Value; got != s.Cookie("remember_token").Value {
			t.Error("the cookie of a disabled user is renewed")
		}
	})
}

// racingStore lets something happen right before, or right after, the next rotation.
type racingStore struct {
	login.Store
	between, after func()
}

func take(f *func()) {
	if now := *f; now != nil {
		*f = nil
		now()
	}
}

func (s *racingStore) RotateToken(ctx context.Context, selector, from, to string, at time.Time) (bool, error) {
	take(&s.between)
	defer take(&s.after)
	return s.Store.RotateToken(ctx, selector, from, to, at)
}

func FuzzRememberCookie(f *testing.F) {
	for _, seed := range []string{"", ".", strings.Repeat("A", 22) + "." + strings.Repeat("A", 43), strings.Repeat(".", 66)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		selector, verifier, ok := login.ParseRemember(value)
		if ok && selector+"."+verifier != value {
			t.Errorf("%q was read as %q and %q", value, selector, verifier)
		}
	})
}
