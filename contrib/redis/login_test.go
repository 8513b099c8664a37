package redis_test

import (
	"strings"
	"testing"
	"time"

	"github.com/dewar-go/dewar/contrib/redis"
	"github.com/dewar-go/dewar/login"
	"github.com/dewar-go/dewar/login/logintest"
)

func TestLogins(t *testing.T) {
	s := open(t, redis.Config{URL: url(t)})
	store := s.Logins(prefix(t, s))
	logintest.TestStore(t, func(*testing.T) login.Store { return store })
}

// TestLoginsExpire asks Redis itself: nothing but API keys stays for ever, and no secret is anywhere.
func TestLoginsExpire(t *testing.T) {
	s, ctx := open(t, redis.Config{URL: url(t)}), t.Context()
	prefix := prefix(t, s)
	store, soon := s.Logins(prefix), time.Now().Add(time.Hour)
	for _, err := range []error{
		store.AddSession(ctx, login.Record{ID: "a", User: "ada", Expires: soon}),
		store.AddToken(ctx, login.Token{Selector: "b", User: "ada", Expires: soon}),
		store.AddKey(ctx, login.Key{Prefix: "c", User: "ada", Expires: soon}),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	keys := keys(t, s, prefix)
	if len(keys) != 6 {
		t.Errorf("keys %q, want three rows and three lists", keys)
	}
	for _, key := range keys {
		if left := s.Client().PTTL(ctx, key).Val(); left <= 0 || left > time.Hour {
			t.Errorf("%s is there for %v, want an hour", key, left)
		}
	}
}

// TestLoginsForeignIDs: an id that a client made up finds no row of another kind.
func TestLoginsForeignIDs(t *testing.T) {
	s, ctx := open(t, redis.Config{URL: url(t)}), t.Context()
	prefix := prefix(t, s)
	store := s.Logins(prefix)
	if err := store.AddKey(ctx, login.Key{Prefix: "c", User: "ada"}); err != nil {
		t.Fatal(err)
	}
	for _, key := range keys(t, s, prefix) {
		_, id, _ := strings.Cut(strings.TrimPrefix(key, prefix), ":")
		if _, err := store.Session(ctx, id); err != login.ErrNotFound {
			t.Errorf("Session(%q): %v", id, err)
		}
		if _, err := store.Token(ctx, "s-of:"+id); err != login.ErrNotFound {
			t.Errorf("Token(%q): %v", "s-of:"+id, err)
		}
		if deleted, err := store.DeleteKey(ctx, "", id); deleted || err != nil {
			t.Errorf("DeleteKey of nobody: %v, %v", deleted, err)
		}
	}
}
