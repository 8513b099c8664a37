// Package sessiontest tests implementations of [session.Backend].
//
//	func TestBackend(t *testing.T) {
//		sessiontest.TestBackend(t, func(t *testing.T) session.Backend {
//			return mystore.New(connect(t))
//		})
//	}
package sessiontest

import (
	"bytes"
	"crypto/rand"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dewar-go/dewar/session"
)

// TestBackend checks what a [session.ServerStore] relies on: that writes are
// atomic and know their version, that what was deleted stays deleted, and that
// all fields come back, times at least to the second. open returns a backend
// that may be shared with other tests: every record has an id and a user of
// its own.
func TestBackend(t *testing.T, open func(t *testing.T) session.Backend) {
	for name, test := range map[string]func(*testing.T, session.Backend){
		"absent": absent, "round trip": roundTrip, "versions": versions, "touch": touch, "list": list, "one winner": oneWinner, "store": store,
	} {
		t.Run(name, func(t *testing.T) { test(t, open(t)) })
	}
}

func record(user string) session.Record {
	now := time.Now().Truncate(time.Second)
	return session.Record{
		ID: rand.Text(), User: user, Data: []byte("{\"a\":\"\x00\xff'é\"}"),
		Created: now.Add(-time.Hour), Seen: now, Expires: now.Add(time.Hour), Version: 1,
	}
}

func put(t *testing.T, b session.Backend, r session.Record) {
	t.Helper()
	if err := b.Put(t.Context(), r); err != nil {
		t.Fatalf("Put: %v", err)
	}
}

func absent(t *testing.T, b session.Backend) {
	id := rand.Text()
	if _, err := b.Get(t.Context(), id); !errors.Is(err, session.ErrNotFound) {
		t.Errorf("Get of nothing: %v", err)
	}
	if err := b.Delete(t.Context(), id); err != nil {
		t.Errorf("Delete of nothing: %v", err)
	}
	if err := b.Touch(t.Context(), id, time.Now(), time.Now()); err != nil {
		t.Errorf("Touch of nothing: %v", err)
	}
	if _, err := b.Get(t.Context(), id); !errors.Is(err, session.ErrNotFound) {
		t.Errorf("Touch has made a record: %v", err)
	}
	if list, err := b.List(t.Context(), id); len(list) != 0 || err != nil {
		t.Errorf("List of nobody: %v, %v", list, err)
	}
}

func same(a, b session.Record) bool {
	return a.ID == b.ID && a.User == b.User && bytes.Equal(a.Data, b.Data) && a.Version == b.Version &&
		a.Created.Unix() == b.Created.Unix() && a.Seen.Unix() == b.Seen.Unix() && a.Expires.Unix() == b.Expires.Unix()
}

func roundTrip(t *testing.T, b session.Backend) {
	for _, user := range []string{"", rand.Text(), "é|'\"" + rand.Text()} {
		r := record(user)
		put(t, b, r)
		got, err := b.Get(t.Context(), r.ID)
		if err != nil || !same(got, r) {
			t.Errorf("got %+v, %v, want %+v", got, err, r)
		}
		if len(got.Data) > 0 {
			got.Data[0] = 'x' // the caller's own copy
		}
		if again, _ := b.Get(t.Context(), r.ID); !same(again, r) {
			t.Error("a record is changed through what Get returned")
		}
		if err := b.Delete(t.Context(), r.ID); err != nil {
			t.Error(err)
		}
		if _, err := b.Get(t.Context(), r.ID); !errors.Is(err, session.ErrNotFound) {
			t.Errorf("Get after Delete: %v", err)
		}
	}
}

func versions(t *testing.T, b session.Backend) {
	r := record(rand.Text())
	put(t, b, r)
	if err := b.Put(t.Context(), r); !errors.Is(err, session.ErrConflict) {
		t.Errorf("a second version 1: %v", err)
	}
	next := r
	next.Version, next.Data, next.User = 2, []byte("2"), rand.Text()
	put(t, b, next)
	if err := b.Put(t.Context(), next); !errors.Is(err, session.ErrConflict) {
		t.Errorf("a second version 2: %v", err)
	}
	skipped := r
	skipped.Version = 4
	if err := b.Put(t.Context(), skipped); !errors.Is(err, session.ErrConflict) {
		t.Errorf("version 4 after 2: %v", err)
	}
	if got, err := b.Get(t.Context(), r.ID); err != nil || !same(got, next) {
		t.Errorf("got %+v, %v, want %+v", got, err, next)
	}
	// What was revoked does not come back.
	if err := b.Delete(t.Context(), r.ID); err != nil {
		t.Fatal(err)
	}
	next.Version = 3
	if err := b.Put(t.Context(), next); !errors.Is(err, session.ErrNotFound) {
		t.Errorf("a write after Delete: %v", err)
	}
	if _, err := b.Get(t.Context(), r.ID); !errors.Is(err, session.ErrNotFound) {
		t.Errorf("a deleted record is back: %v", err)
	}
}

func touch(t *testing.T, b session.Backend) {
	r := record(rand.Text())
	put(t, b, r)
	r.Seen, r.Expires = r.Seen.Add(time.Minute), r.Expires.Add(2*time.Minute)
	if err := b.Touch(t.Context(), r.ID, r.Seen, r.Expires); err != nil {
		t.Fatal(err)
	}
	if got, err := b.Get(t.Context(), r.ID); err != nil || !same(got, r) {
		t.Errorf("got %+v, %v, want %+v", got, err, r)
	}
	r.Version, r.Data = 2, []byte("2") // Touch is no write
	put(t, b, r)
}

func list(t *testing.T, b session.Backend) {
	user, other := rand.Text(), rand.Text()
	mine := []session.Record{record(user), record(user), record(user)}
	for _, r := range append(slices.Clone(mine), record(other), record("")) {
		put(t, b, r)
	}
	check := func(want ...session.Record) {
		t.Helper()
		got, err := b.List(t.Context(), user)
		if err != nil || len(got) != len(want) {
			t.Fatalf("%d records, %v, want %d", len(got), err, len(want))
		}
		for _, r := range got {
			i := slices.IndexFunc(want, func(w session.Record) bool { return w.ID == r.ID })
			if i < 0 || r.Created.Unix() != want[i].Created.Unix() || r.Seen.Unix() != want[i].Seen.Unix() {
				t.Errorf("got %+v", r)
			}
		}
	}
	check(mine...)
	if err := b.Delete(t.Context(), mine[0].ID); err != nil {
		t.Fatal(err)
	}
	check(mine[1:]...)
	moved := mine[1]
	moved.User, moved.Version = other, 2
	put(t, b, moved)
	check(mine[2])
}

// oneWinner lets several requests write the same next version.
func oneWinner(t *testing.T, b session.Backend) {
	r := record("")
	put(t, b, r)
	for version := int64(2); version < 6; version++ {
		var won atomic.Int32
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				next := r
				next.Version = version
				switch err := b.Put(t.Context(), next); {
				case err == nil:
					won.Add(1)
				case !errors.Is(err, session.ErrConflict):
					t.Errorf("Put: %v", err)
				}
			})
		}
		wg.Wait()
		if won.Load() != 1 {
			t.Errorf("version %d was written %d times", version, won.Load())
		}
	}
}

// store uses the backend as an application does.
func store(t *testing.T, b session.Backend) {
	st := session.NewServerStore(b, session.ServerOptions{})
	user := rand.Text()
	s := session.New()
	s.Set("cart", []any{1})
	visitor, err := st.Save(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	s, err = st.Load(t.Context(), visitor)
	if err != nil {
		t.Fatal(err)
	}
	s.Set(session.UserKey, user)
	member, err := st.Save(t.Context(), s)
	if err != nil || member == visitor {
		t.Fatalf("the id stays the same at login, %v", err)
	}
	if s, err := st.Load(t.Context(), visitor); err != nil || s.Len() != 0 {
		t.Errorf("the old id is still good, %v", err)
	}
	s, err = st.Load(t.Context(), member)
	if cart, ok := session.Value[[]int](s, "cart"); err != nil || !ok || !slices.Equal(cart, []int{1}) {
		t.Errorf("got %v, %v, %v", cart, ok, err)
	}
	if err := st.RevokeUser(t.Context(), user, nil); err != nil {
		t.Fatal(err)
	}
	s.Set("late", true)
	if value, err := st.Save(t.Context(), s); value != "" || err != nil {
		t.Errorf("a revoked session is saved as %q, %v", value, err)
	}
}
