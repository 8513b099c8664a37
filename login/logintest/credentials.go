package logintest

import (
	"context"
	"crypto/rand"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dewar-go/dewar/login"
)

// TestCredentials checks what packages rely on that keep [login.Credentials]: that rows come back as they were, that
// users are told apart, that one credential stays, and that of many who add, spend or remove at once the right number
// does. open returns a store that may be shared with other tests.
func TestCredentials(t *testing.T, open func(t *testing.T) login.Credentials) {
	for name, test := range map[string]func(*testing.T, login.Credentials){
		"rows": credentialRows, "last": credentialLast, "one winner": credentialWinner,
	} {
		t.Run(name, func(t *testing.T) { test(t, open(t)) })
	}
}

func credential(user, kind string) login.Credential {
	return login.Credential{
		Kind: kind, ID: rand.Text(), User: user, Name: "Ann's 'é\"", Data: []byte("{\"a\":\x00\xff}"),
		Created: time.Now().Truncate(time.Second),
	}
}

func credentialRows(t *testing.T, s login.Credentials) {
	ctx, user := t.Context(), rand.Text()
	first, second := credential(user, "oidc"), credential(user, "passkey")
	second.Created = first.Created.Add(time.Minute)
	second.ID = first.ID // of another kind
	second.Data, second.Name = []byte{}, ""
	foreign := credential(rand.Text(), "oidc")
	for _, c := range []login.Credential{second, first, foreign} {
		ok(t, s.AddCredential(ctx, c))
	}
	taken := first
	taken.User = foreign.User
	if err := s.AddCredential(ctx, taken); !errors.Is(err, login.ErrExists) {
		t.Errorf("a credential of another user: %v, want ErrExists", err)
	}
	for _, row := range []struct {
		kind string
		want []login.Credential
	}{{"", []login.Credential{first, second}}, {"oidc", []login.Credential{first}}, {"passkey", []login.Credential{second}}, {"pass", nil}} {
		list, err := s.CredentialsOf(ctx, user, row.kind)
		ok(t, err)
		if len(list) != len(row.want) {
			t.Fatalf("%d credentials of the kind %q, want %d", len(list), row.kind, len(row.want))
		}
		for i := range list {
			equal(t, list[i], row.want[i])
		}
	}
	first.Data, first.Used, first.Name = []byte("new"), first.Created.Add(time.Hour), "ü"
	ok(t, s.UseCredential(ctx, "oidc", first.ID, first.Data, first.Used))
	ok(t, s.UseCredential(ctx, "oidc", rand.Text(), nil, first.Used))
	for range 2 { // the second changes nothing and succeeds all the same
		ok(t, s.RenameCredential(ctx, user, "oidc", first.ID, first.Name))
	}
	got, err := s.Credential(ctx, "oidc", first.ID)
	ok(t, err)
	equal(t, got, first)
	for what, err := range map[string]error{
		"rename another's": s.RenameCredential(ctx, user, "oidc", foreign.ID, "x"),
		"rename none":      s.RenameCredential(ctx, user, "oidc", rand.Text(), "x"),
		"remove another's": s.RemoveCredential(ctx, user, "oidc", foreign.ID, true),
		"get none":         func() error { _, err := s.Credential(ctx, "passkey", foreign.ID); return err }(),
	} {
		if !errors.Is(err, login.ErrNotFound) {
			t.Errorf("%s: %v, want ErrNotFound", what, err)
		}
	}
	got, err = s.Credential(ctx, "oidc", foreign.ID)
	ok(t, err)
	equal(t, got, foreign)
	ok(t, s.RemoveCredentials(ctx, user))
	for who, want := range map[string]int{user: 0, foreign.User: 1} {
		if list, err := s.CredentialsOf(ctx, who, ""); err != nil || len(list) != want {
			t.Errorf("after all of one user were removed, %d are left (%v), want %d", len(list), err, want)
		}
	}
}

func credentialLast(t *testing.T, s login.Credentials) {
	ctx, user := t.Context(), rand.Text()
	a, b := credential(user, "oidc"), credential(user, "passkey")
	ok(t, s.AddCredential(ctx, a))
	ok(t, s.AddCredential(ctx, b))
	ok(t, s.RemoveCredential(ctx, user, "oidc", a.ID, false))
	if err := s.RemoveCredential(ctx, user, "passkey", b.ID, false); !errors.Is(err, login.ErrLastCredential) {
		t.Errorf("the last one: %v, want ErrLastCredential", err)
	}
	ok(t, s.RemoveCredential(ctx, user, "passkey", b.ID, true))
	if err := s.RemoveCredential(ctx, user, "passkey", b.ID, true); !errors.Is(err, login.ErrNotFound) {
		t.Errorf("one that is gone: %v, want ErrNotFound", err)
	}
}

// credentialWinner does everything from many sides at once.
func credentialWinner(t *testing.T, s login.Credentials) {
	ctx := t.Context()
	for range 5 {
		user, key, same := rand.Text(), rand.Text(), rand.Text()
		a, b := credential(user, "oidc"), credential(user, "passkey")
		ok(t, s.AddCredential(ctx, a))
		ok(t, s.AddCredential(ctx, b))
		var added, spent, removed atomic.Int32
		count := func(n *atomic.Int32, err error, otherwise error) {
			switch {
			case err == nil:
				n.Add(1)
			case !errors.Is(err, otherwise):
				t.Error(err)
			}
		}
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				c := credential(rand.Text(), "oidc")
				c.ID = same
				count(&added, s.AddCredential(ctx, c), login.ErrExists)
				if first, err := s.Spend(ctx, key, time.Now().Add(time.Minute)); err != nil {
					t.Error(err)
				} else if first {
					spent.Add(1)
				}
				mine := a
				if i%2 == 0 {
					mine = b
				}
				count(&removed, removeUnlessLast(ctx, s, mine), login.ErrLastCredential)
			})
		}
		wg.Wait()
		if added.Load() != 1 || spent.Load() != 1 || removed.Load() != 1 {
			t.Errorf("%d added, %d spent, %d removed, want 1 each", added.Load(), spent.Load(), removed.Load())
		}
		if list, err := s.CredentialsOf(ctx, user, ""); err != nil || len(list) != 1 {
			t.Errorf("%d credentials are left (%v), want 1", len(list), err)
		}
	}
}

// removeUnlessLast takes one that is gone for the last one, because another call removed it.
func removeUnlessLast(ctx context.Context, s login.Credentials, c login.Credential) error {
	err := s.RemoveCredential(ctx, c.User, c.Kind, c.ID, false)
	if errors.Is(err, login.ErrNotFound) {
		return login.ErrLastCredential
	}
	return err
}
