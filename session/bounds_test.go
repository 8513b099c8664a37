package session_test

import (
	"context"
	"crypto/sha512"
	"strings"
	"testing"
	"time"

	"github.com/dewar-go/dewar/session"
	"github.com/dewar-go/dewar/sign"
)

// key is the same for all stores.
var key = sign.GenerateKey()

func cookieStore(t *testing.T, o session.CookieOptions) *session.CookieStore {
	t.Helper()
	ring, err := sign.NewKeyRing(key)
	if err != nil {
		t.Fatal(err)
	}
	return session.NewCookieStore(ring, o)
}

// TestCookieOptionsCount: each option makes another cookie than the default does.
func TestCookieOptionsCount(t *testing.T) {
	values := map[string]any{"text": strings.Repeat("a", 200)}
	encode := func(o session.CookieOptions) string {
		v, err := cookieStore(t, o).Encode(values)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	clock := func() time.Time { return time.Unix(1_800_000_000, 0) }
	plain := encode(session.CookieOptions{Now: clock})
	for name, o := range map[string]session.CookieOptions{
		"salt": {Now: clock, Salt: "other"}, "digest": {Now: clock, Digest: sha512.New}, "compressed": {Now: clock, CompressAbove: 10},
	} {
		other := encode(o)
		if other == plain {
			t.Errorf("%s: the same cookie", name)
		}
		s, err := cookieStore(t, o).Load(context.Background(), other)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if v, _ := s.Get("text"); v != values["text"] {
			t.Errorf("%s: %v", name, v)
		}
	}
	if !strings.HasPrefix(encode(session.CookieOptions{Now: clock, CompressAbove: 10}), ".") || strings.HasPrefix(plain, ".") {
		t.Error("compression does not follow CompressAbove")
	}
	if empty, err := cookieStore(t, session.CookieOptions{}).Encode(nil); err != nil || !strings.HasPrefix(empty, "e30") {
		t.Errorf("no values: %q, %v", empty, err)
	}
}

func record(id, user string, data ...byte) session.Record {
	return session.Record{ID: id, User: user, Data: data, Version: 1, Expires: time.Now().Add(time.Hour)}
}

// TestMemoryKeepsACopy: what the caller does with its bytes afterwards changes nothing.
func TestMemoryKeepsACopy(t *testing.T) {
	ctx, m := context.Background(), session.NewMemoryBackend(session.MemoryOptions{})
	r := record("a", "", 'x')
	if err := m.Put(ctx, r); err != nil {
		t.Fatal(err)
	}
	r.Data[0] = 'y'
	if got, err := m.Get(ctx, "a"); err != nil || string(got.Data) != "x" {
		t.Errorf("%q, %v", got.Data, err)
	}
}

// TestMemoryDropsVisitorsFirst: a flood of visitors signs nobody out, and of equals the one goes
// that was not used for longest.
func TestMemoryDropsVisitorsFirst(t *testing.T) {
	ctx, m := context.Background(), session.NewMemoryBackend(session.MemoryOptions{MaxSessions: 3})
	put := func(id, user string) {
		t.Helper()
		if err := m.Put(ctx, record(id, user)); err != nil {
			t.Fatal(err)
		}
	}
	has := func(want string) {
		t.Helper()
		var got []string
		for _, id := range []string{"m1", "m2", "m3", "v1", "v2", "v3"} {
			if _, err := m.Get(ctx, id); err == nil {
				got = append(got, id)
			}
		}
		if strings.Join(got, " ") != want {
			t.Fatalf("kept %v, want %s", got, want)
		}
	}
	put("m1", "ada")
	put("v1", "")
	put("v2", "")
	if err := m.Touch(ctx, "v1", time.Now(), time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	put("v3", "")
	has("m1 v1 v3") // v2 was not used for longest
	put("m2", "bob")
	has("m1 m2 v3")
	put("m3", "eve")
	has("m2 m3 v3") // the last visitor may be about to sign in
}

// TestUseLifetimeCounts: the application's lifetime is that of its sessions.
func TestUseLifetimeCounts(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	backend := session.NewMemoryBackend(session.MemoryOptions{})
	store := session.NewServerStore(backend, session.ServerOptions{Now: func() time.Time { return now }})
	if err := store.UseLifetime(time.Hour); err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	s := session.New()
	s.SetPermanent(true)
	s.Set("x", 1)
	id, err := store.Save(ctx, s)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := store.Save(ctx, s); again != id || err != nil {
		t.Errorf("saved again under %q (%v), was %q", again, err, id)
	}
	now = now.Add(59 * time.Minute)
	if got, err := store.Load(ctx, id); err != nil || !got.Has("x") {
		t.Errorf("within the lifetime: %v", err)
	}
	now = now.Add(2 * time.Hour)
	if got, err := store.Load(ctx, id); err != nil || got.Has("x") {
		t.Errorf("behind the lifetime it is there still (%v)", err)
	}
}
