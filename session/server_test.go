package session_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dewar-go/dewar/session"
)

// A clock that tests turn.
type clock struct{ t time.Time }

func newClock() *clock                { return &clock{time.Unix(vectorTime, 0)} }
func (c *clock) now() time.Time       { return c.t }
func (c *clock) pass(d time.Duration) { c.t = c.t.Add(d) }
func sid(t *testing.T, store session.Store, s *session.Session) string {
	t.Helper()
	id, err := store.Save(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func load(t *testing.T, store session.Store, id string) *session.Session {
	t.Helper()
	s, err := store.Load(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestCVE_2024_38513 is fixation: an id that the store did not give out is
// never adopted, not even one of the right form.
func TestCVE_2024_38513(t *testing.T) {
	backend := session.NewMemoryBackend(session.MemoryOptions{})
	store := session.NewServerStore(backend, session.ServerOptions{})
	for _, chosen := range []string{"mine", strings.Repeat("A", 43), strings.Repeat("A", 10_000), strings.Repeat("é", 21) + "A", "'; drop table sessions --"} {
		s := load(t, store, chosen)
		if !s.IsNew() || s.Err() == nil || s.Len() != 0 {
			t.Errorf("%.20q is a session", chosen)
		}
		s.Set("a", 1)
		if id := sid(t, store, s); id == chosen || len(id) != 43 {
			t.Errorf("%.20q is adopted as %q", chosen, id)
		}
		if s := load(t, store, chosen); !s.IsNew() {
			t.Errorf("%.20q is a session now", chosen)
		}
	}
}

// TestOnlyHashesAtRest: no id in a backend is one that a server accepts.
func TestOnlyHashesAtRest(t *testing.T) {
	backend := session.NewMemoryBackend(session.MemoryOptions{})
	store := session.NewServerStore(backend, session.ServerOptions{})
	s := session.New()
	s.Set("_user_id", "42")
	id := sid(t, store, s)
	records, _ := backend.List(t.Context(), "42")
	if len(records) != 1 || records[0].ID == id || strings.Contains(fmt.Sprintf("%+v", records[0]), id) {
		t.Fatalf("%+v", records)
	}
	if s := load(t, store, records[0].ID); !s.IsNew() {
		t.Error("the hash is an id")
	}
	if _, err := backend.Get(t.Context(), id); !errors.Is(err, session.ErrNotFound) {
		t.Error("the id is stored")
	}
}

func TestServerTimeouts(t *testing.T) {
	c := newClock()
	o := session.ServerOptions{Idle: 30 * time.Minute, Absolute: 2 * time.Hour, Now: c.now}
	store := session.NewServerStore(session.NewMemoryBackend(session.MemoryOptions{ServerOptions: session.ServerOptions{Now: c.now}}), o)
	id := sid(t, store, filled())
	for range 5 { // in use it lasts
		c.pass(24 * time.Minute)
		if load(t, store, id).Len() == 0 {
			t.Fatal("a session in use has ended")
		}
	}
	c.pass(time.Second) // two hours and a second
	if s := load(t, store, id); s.Len() != 0 || s.Err() == nil {
		t.Error("a session outlives its absolute time")
	}
	id = sid(t, store, filled())
	c.pass(30 * time.Minute)
	if load(t, store, id).Len() == 0 {
		t.Fatal("a session has ended early")
	}
	c.pass(30*time.Minute + time.Second)
	if load(t, store, id).Len() != 0 {
		t.Error("a session outlives its idle time")
	}
	c.pass(-10 * time.Minute)
	if load(t, store, id).Len() != 0 {
		t.Error("an expired session comes back")
	}
}

// TestRenew: the id changes when asked for and when the user does, and the old
// one is worth nothing then.
func TestRenew(t *testing.T) {
	c := newClock()
	store := session.NewServerStore(session.NewMemoryBackend(session.MemoryOptions{ServerOptions: session.ServerOptions{Now: c.now}}), session.ServerOptions{Absolute: time.Hour, Now: c.now})
	s := session.New()
	s.Set("cart", 1)
	first := sid(t, store, s)
	c.pass(50 * time.Minute)

	for how, change := range map[string]func(s *session.Session){
		"Renew": (*session.Session).Renew, "login": func(s *session.Session) { s.Set("_user_id", "42") },
	} {
		before := sid(t, store, load(t, store, first))
		if before != first {
			t.Fatal("the id changes by itself")
		}
		s := load(t, store, first)
		change(s)
		second := sid(t, store, s)
		if second == first || load(t, store, first).Len() != 0 {
			t.Errorf("%s: the old id is still good", how)
		}
		s = load(t, store, second)
		if v, _ := session.Value[int](s, "cart"); v != 1 {
			t.Errorf("%s: the values are lost", how)
		}
		if again := sid(t, store, s); again != second {
			t.Errorf("%s: the id changes again", how)
		}
		c.pass(30 * time.Minute) // the absolute time starts anew
		if load(t, store, second).Len() == 0 {
			t.Errorf("%s: the time did not start anew", how)
		}
		s.Delete("_user_id")
		s.Set("x", how)
		first = sid(t, store, s)
	}
}

// TestRevoked: what was revoked while a request had it does not come back when
// that request saves.
func TestRevoked(t *testing.T) {
	store := session.NewMemoryStore(session.MemoryOptions{})
	for how, change := range map[string]func(s *session.Session){
		"set": func(s *session.Session) { s.Set("b", 1) }, "renew": (*session.Session).Renew, "user": func(s *session.Session) { s.Set("_user_id", "7") },
	} {
		id := sid(t, store, filled())
		slow := load(t, store, id)
		if err := store.Delete(t.Context(), load(t, store, id)); err != nil {
			t.Fatal(err)
		}
		change(slow)
		if value, err := store.Save(t.Context(), slow); value != "" || err != nil {
			t.Errorf("%s: saved as %q, %v", how, value, err)
		}
		if load(t, store, id).Len() != 0 {
			t.Errorf("%s: it is back", how)
		}
	}
	if err := store.Delete(t.Context(), session.New()); err != nil {
		t.Error(err)
	}
}

// TestConcurrentWrites: two requests change one session, and neither loses
// what the other has written under another name.
func TestConcurrentWrites(t *testing.T) {
	store := session.NewMemoryStore(session.MemoryOptions{})
	id := sid(t, store, filled())
	a, b, c := load(t, store, id), load(t, store, id), load(t, store, id)
	a.Set("a", 1)
	a.Delete("n")
	v, _ := b.Get("map")
	v.(map[string]any)["b"] = 2
	b.Flash("", "from b")
	c.Get("list") // reads only
	for _, s := range []*session.Session{a, b, c} {
		if sid(t, store, s) != id {
			t.Fatal("the id changed")
		}
	}
	s := load(t, store, id)
	if v, _ := session.Value[int](s, "a"); v != 1 || s.Has("n") || len(s.Flashes()) != 1 {
		t.Errorf("lost: %v", s.Keys())
	}
	if m, _ := session.Value[map[string]any](s, "map"); m["b"] != 2 {
		t.Errorf("lost: %v", m)
	}
	// Clear clears what the other wrote too.
	a, b = load(t, store, id), load(t, store, id)
	a.Set("late", 1)
	b.Clear()
	b.Set("only", 1)
	sid(t, store, a)
	sid(t, store, b)
	if got := load(t, store, id).Keys(); !slices.Equal(got, []string{"only"}) {
		t.Errorf("after Clear: %v", got)
	}

	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			s, err := store.Load(context.Background(), id)
			if err != nil {
				t.Error(err)
				return
			}
			s.Set(fmt.Sprint("worker ", i), i)
			if _, err := store.Save(context.Background(), s); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if got := load(t, store, id).Len(); got != 9 {
		t.Errorf("%d values of 9", got)
	}
}

func TestListAndRevoke(t *testing.T) {
	c := newClock()
	store := session.NewServerStore(session.NewMemoryBackend(session.MemoryOptions{ServerOptions: session.ServerOptions{Now: c.now}}), session.ServerOptions{Idle: time.Hour, Now: c.now})
	var ids []string
	for i := range 3 {
		s := session.New()
		s.Set("_user_id", "42")
		s.Set("device", i)
		ids = append(ids, sid(t, store, s))
		c.pass(time.Minute)
	}
	s := session.New()
	s.Set("_user_id", 43) // Flask-Login has strings, others may not
	sid(t, store, s)

	current := load(t, store, ids[1])
	list, err := store.List(t.Context(), "42", current)
	if err != nil || len(list) != 3 {
		t.Fatalf("%v, %v", list, err)
	}
	n := 0
	for _, info := range list {
		if info.Current {
			n++
		}
		if slices.Contains(ids, info.ID) {
			t.Error("the list shows ids")
		}
	}
	if n != 1 || !list[0].Current || !list[0].Seen.Equal(c.now()) {
		t.Errorf("%+v", list)
	}
	if err := store.RevokeUser(t.Context(), "42", current); err != nil {
		t.Fatal(err)
	}
	for i, id := range ids {
		if alive := load(t, store, id).Len() > 0; alive != (i == 1) {
			t.Errorf("session %d lives: %v", i, alive)
		}
	}
	if err := store.RevokeUser(t.Context(), "42", nil); err != nil || load(t, store, ids[1]).Len() != 0 {
		t.Errorf("still there, %v", err)
	}
	if list, _ := store.List(t.Context(), "43", nil); len(list) != 1 {
		t.Errorf("43 has %v", list)
	}
	if list, _ := store.List(t.Context(), "", nil); list != nil {
		t.Errorf("nobody has %v", list)
	}
	c.pass(2 * time.Hour)
	if list, _ := store.List(t.Context(), "43", nil); len(list) != 0 {
		t.Errorf("expired sessions are listed: %v", list)
	}
}

// TestMemoryIsBounded: a flood of visitors drops visitors and no user.
func TestMemoryIsBounded(t *testing.T) {
	c := newClock()
	backend := session.NewMemoryBackend(session.MemoryOptions{MaxSessions: 10, ServerOptions: session.ServerOptions{Now: c.now}})
	store := session.NewServerStore(backend, session.ServerOptions{Now: c.now})
	member := session.New()
	member.Set("_user_id", "42")
	memberID := sid(t, store, member)
	var last string
	for range 100 {
		c.pass(time.Second)
		last = sid(t, store, filled())
	}
	if backend.Len() != 10 || load(t, store, memberID).Len() == 0 || load(t, store, last).Len() == 0 {
		t.Errorf("%d sessions", backend.Len())
	}
	for i := range 20 {
		c.pass(time.Second)
		s := session.New()
		s.Set("_user_id", fmt.Sprint(i))
		last = sid(t, store, s)
	}
	if backend.Len() != 10 || load(t, store, last).Len() == 0 {
		t.Errorf("%d sessions", backend.Len())
	}
	visitor := sid(t, store, filled())
	if load(t, store, visitor).Len() == 0 || backend.Len() != 10 {
		t.Error("a visitor cannot begin to sign in")
	}
	c.pass(365 * 24 * time.Hour)
	sid(t, store, filled())
	if backend.Len() != 1 {
		t.Errorf("%d sessions, all but one expired", backend.Len())
	}
}

// A broken backend fails in every way.
type broken struct {
	session.Backend
	err error
}

func (b *broken) Get(ctx context.Context, id string) (session.Record, error) {
	if b.err != nil {
		return session.Record{}, b.err
	}
	return b.Backend.Get(ctx, id)
}

func (b *broken) Put(ctx context.Context, r session.Record) error {
	if b.err != nil {
		return b.err
	}
	return b.Backend.Put(ctx, r)
}

func (b *broken) Delete(ctx context.Context, id string) error {
	if b.err != nil {
		return b.err
	}
	return b.Backend.Delete(ctx, id)
}

func (b *broken) List(ctx context.Context, user string) ([]session.Record, error) {
	if b.err != nil {
		return nil, b.err
	}
	return b.Backend.List(ctx, user)
}

// TestUnavailable: a store that is down is an error and no empty session, and
// works again by itself.
func TestUnavailable(t *testing.T) {
	down := errors.New("connection refused")
	b := &broken{Backend: session.NewMemoryBackend(session.MemoryOptions{})}
	store := session.NewServerStore(b, session.ServerOptions{})
	id := sid(t, store, filled())
	s, renewed := load(t, store, id), load(t, store, id)
	s.Set("x", 1)
	renewed.Renew()
	b.err = down
	for what, err := range map[string]error{
		"Load":   func() error { _, err := store.Load(t.Context(), id); return err }(),
		"Save":   func() error { _, err := store.Save(t.Context(), s); return err }(),
		"new":    func() error { _, err := store.Save(t.Context(), filled()); return err }(),
		"renew":  func() error { _, err := store.Save(t.Context(), renewed); return err }(),
		"Delete": store.Delete(t.Context(), s),
		"List":   func() error { _, err := store.List(t.Context(), "42", nil); return err }(),
		"Revoke": store.RevokeUser(t.Context(), "42", nil),
	} {
		if !errors.Is(err, session.ErrUnavailable) || !errors.Is(err, down) || !strings.HasPrefix(fmt.Sprint(err), "session: ") {
			t.Errorf("%s: %v", what, err)
		}
	}
	// Nobody's cookie needs no store.
	if s, err := store.Load(t.Context(), ""); err != nil || s.Len() != 0 {
		t.Error(err)
	}
	b.err = nil
	if sid(t, store, s) != id || !load(t, store, id).Has("x") {
		t.Error("it does not recover")
	}
	b.err = session.ErrConflict
	s.Set("x", 2)
	if _, err := store.Save(t.Context(), s); err == nil {
		t.Error("endless conflict is success")
	}
}

// TestMalformedRecord: what a backend holds may be anything; it is an empty
// session then.
func TestMalformedRecord(t *testing.T) {
	backend := session.NewMemoryBackend(session.MemoryOptions{})
	store := session.NewServerStore(backend, session.ServerOptions{})
	s := session.New()
	s.Set("_user_id", "42")
	id := sid(t, store, s)
	records, _ := backend.List(t.Context(), "42")
	r := records[0]
	for i, data := range []string{"", "{", "[1]", "null", `{"a":{" u":"x"}}`, "\x80\x04\x95pickle"} {
		r.Data, r.Version = []byte(data), int64(i+2)
		if err := backend.Put(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		s := load(t, store, id)
		if s.Len() != 0 || s.Err() == nil || !s.IsNew() {
			t.Errorf("%q: %v, %v", data, s.Keys(), s.Err())
		}
		s.Set("a", 1)
		if next := sid(t, store, s); next == id || load(t, store, next).Len() != 1 {
			t.Errorf("%q: saved as the old id", data)
		}
	}
}

// TestAnonymousWhenDown: everybody is a visitor while the backend is down, and
// keeps the cookie until it is back.
func TestAnonymousWhenDown(t *testing.T) {
	b := &broken{Backend: session.NewMemoryBackend(session.MemoryOptions{})}
	store := session.NewServerStore(b, session.ServerOptions{AnonymousWhenDown: true})
	id := sid(t, store, filled())
	b.err = errors.New("connection refused")
	s := load(t, store, id)
	if s.Len() != 0 || !errors.Is(s.Err(), session.ErrUnavailable) {
		t.Errorf("got %v, %v", s.Keys(), s.Err())
	}
	if st := s.State(false); !st.New { // no cookie of the client is deleted
		t.Errorf("%+v", st)
	}
	s.Set("a", 1)
	if value, err := store.Save(t.Context(), s); value != "" || err != nil {
		t.Errorf("saved %q, %v", value, err)
	}
	// What was loaded before it went down is lost with an error.
	b.err = nil
	s = load(t, store, id)
	s.Set("a", 1)
	b.err = errors.New("connection refused")
	if _, err := store.Save(t.Context(), s); !errors.Is(err, session.ErrUnavailable) {
		t.Error(err)
	}
	b.err = nil
	if load(t, store, id).Len() == 0 {
		t.Error("the session is not back")
	}
}

// TestMemoryIsBoundedInBytes: large sessions count for more.
func TestMemoryIsBoundedInBytes(t *testing.T) {
	backend := session.NewMemoryBackend(session.MemoryOptions{MaxBytes: 10_000})
	store := session.NewServerStore(backend, session.ServerOptions{})
	var last string
	for range 20 {
		s := session.New()
		s.Set("large", strings.Repeat("x", 3000))
		last = sid(t, store, s)
	}
	if backend.Len() != 3 || load(t, store, last).Len() != 1 {
		t.Errorf("%d sessions", backend.Len())
	}
	// One that is changed, and one that is gone, give their bytes back.
	s := load(t, store, last)
	s.Set("large", "small")
	sid(t, store, s)
	for range 2 {
		if err := store.Delete(t.Context(), load(t, store, last)); err != nil {
			t.Fatal(err)
		}
	}
	s = session.New()
	s.Set("large", strings.Repeat("x", 3500))
	sid(t, store, s)
	if backend.Len() != 3 {
		t.Errorf("%d sessions", backend.Len())
	}
}
