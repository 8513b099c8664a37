// Package accountstest tests implementations of [accounts.Store].
//
//	func TestStore(t *testing.T) {
//		accountstest.TestStore(t, func(t *testing.T) accounts.Store {
//			return mystore.New(connect(t))
//		})
//	}
package accountstest

import (
	"context"
	"crypto/rand"
	"errors"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dewar-go/dewar/accounts"
)

// TestStore checks what [accounts.Accounts] rely on: that rows come back as they were, that a change and the token that it
// spends go together, and that of many who change one account, spend one token or count one try at once exactly one
// succeeds. open returns a store that may be shared with other tests: every row has an id of its own.
func TestStore(t *testing.T, open func(t *testing.T) accounts.Store) {
	for name, test := range map[string]func(*testing.T, accounts.Store){
		"accounts": rows, "spending": spending, "tokens": tokens, "attempts": attempts, "due": due, "one winner": oneWinner,
		"factors": factors, "one winner of factors": factorWinner,
	} {
		t.Run(name, func(t *testing.T) { test(t, open(t)) })
	}
}

func account() *accounts.Account {
	now := time.Now().Truncate(time.Second)
	return &accounts.Account{
		ID: rand.Text(), Email: strings.ToLower(rand.Text()) + "@example.com", PasswordHash: "$argon2id$" + rand.Text(), ShortPassword: true,
		Confirmed: now.Add(-time.Minute), Disabled: true, Roles: []string{"editor", "night shift é'\""}, Created: now.Add(-time.Hour),
		DeleteAt: now.Add(1000 * time.Hour), Version: 3,
	}
}

func token(account string) accounts.Token {
	now := time.Now().Truncate(time.Second)
	return accounts.Token{
		Hash: rand.Text(), Purpose: accounts.PurposeReset, Account: account, SentTo: "é'\"@example.com", PasswordHash: rand.Text(),
		Browser: rand.Text(), Created: now, Expires: now.Add(time.Hour),
	}
}

// equal compares rows whose times may have another zone.
func equal(t *testing.T, got, want any) {
	t.Helper()
	inUTC := func(v any) any {
		p := reflect.New(reflect.TypeOf(v)).Elem()
		p.Set(reflect.ValueOf(v))
		for i := range p.NumField() {
			if at, ok := p.Field(i).Interface().(time.Time); ok && !at.IsZero() {
				p.Field(i).Set(reflect.ValueOf(at.UTC()))
			}
		}
		return p.Interface()
	}
	if got, want = inUTC(got), inUTC(want); !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func fails(t *testing.T, what string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: %v, want %v", what, err, want)
	}
}

func rows(t *testing.T, s accounts.Store) {
	ctx := t.Context()
	full := account()
	bare := &accounts.Account{ID: rand.Text(), Email: strings.ToLower(rand.Text()) + "@example.com", Created: full.Created}
	for _, want := range []*accounts.Account{full, bare} {
		ok(t, s.Add(ctx, want, ""))
		got, err := s.Account(ctx, want.ID)
		ok(t, err)
		equal(t, *got, *want)
		got, err = s.AccountByEmail(ctx, want.Email)
		ok(t, err)
		equal(t, *got, *want)
	}
	_, err := s.Account(ctx, rand.Text())
	fails(t, "no such ID", err, accounts.ErrNotFound)
	_, err = s.AccountByEmail(ctx, strings.ToUpper(full.Email))
	fails(t, "no such address", err, accounts.ErrNotFound)
	twin := account()
	twin.Email = full.Email
	fails(t, "an address twice", s.Add(ctx, twin, ""), accounts.ErrTaken)

	changed := *full
	changed.Email, changed.PasswordHash, changed.Roles, changed.Disabled, changed.Confirmed = "new."+full.Email, "", nil, false, time.Time{}
	ok(t, s.Update(ctx, &changed, ""))
	if changed.Version != full.Version+1 {
		t.Errorf("the version is %d", changed.Version)
	}
	got, err := s.Account(ctx, full.ID)
	ok(t, err)
	equal(t, *got, changed)
	fails(t, "an old version", s.Update(ctx, full, ""), accounts.ErrChanged)
	fails(t, "no such account", s.Update(ctx, account(), ""), accounts.ErrChanged)
	thief := *bare
	thief.Email = changed.Email
	fails(t, "the address of another", s.Update(ctx, &thief, ""), accounts.ErrTaken)
	if thief.Version != bare.Version {
		t.Error("a failed update counts the version up")
	}
	ok(t, s.Add(ctx, twin, "")) // the address is free now

	mine, others := token(full.ID), token(bare.ID)
	ok(t, s.AddToken(ctx, mine))
	ok(t, s.AddToken(ctx, others))
	fails(t, "removing an old version", s.Remove(ctx, full), accounts.ErrChanged)
	ok(t, s.Remove(ctx, &changed))
	_, err = s.Account(ctx, full.ID)
	fails(t, "a removed account", err, accounts.ErrNotFound)
	_, err = s.Token(ctx, mine.Hash)
	fails(t, "its token", err, accounts.ErrNotFound)
	_, err = s.Token(ctx, others.Hash)
	ok(t, err)
}

// A change and its token go together.
func spending(t *testing.T, s accounts.Store) {
	ctx := t.Context()
	a, b := account(), account()
	ok(t, s.Add(ctx, b, ""))
	registration := token("")
	ok(t, s.AddToken(ctx, registration))
	fails(t, "a token that is none", s.Add(ctx, a, rand.Text()), accounts.ErrSpent)
	_, err := s.Account(ctx, a.ID)
	fails(t, "the account of a token that is none", err, accounts.ErrNotFound)

	taken := account()
	taken.Email = b.Email
	fails(t, "an address that is taken", s.Add(ctx, taken, registration.Hash), accounts.ErrTaken)
	_, err = s.Token(ctx, registration.Hash)
	ok(t, err) // not spent
	ok(t, s.Add(ctx, a, registration.Hash))
	_, err = s.Token(ctx, registration.Hash)
	fails(t, "a spent token", err, accounts.ErrNotFound)

	reset := token(a.ID)
	ok(t, s.AddToken(ctx, reset))
	old := *a
	old.Version--
	fails(t, "an old version", s.Update(ctx, &old, reset.Hash), accounts.ErrChanged)
	_, err = s.Token(ctx, reset.Hash)
	ok(t, err)
	ok(t, s.Update(ctx, a, reset.Hash))
	a.PasswordHash = "another"
	fails(t, "a spent token", s.Update(ctx, a, reset.Hash), accounts.ErrSpent)
	got, err := s.Account(ctx, a.ID)
	ok(t, err)
	if got.PasswordHash == "another" {
		t.Error("a spent token changes the account")
	}
	late := token(a.ID)
	late.Expires = time.Now().Add(-time.Second)
	ok(t, s.AddToken(ctx, late))
	fails(t, "a token that has expired", s.Update(ctx, a, late.Hash), accounts.ErrSpent)
}

func tokens(t *testing.T, s accounts.Store) {
	ctx := t.Context()
	want := token(rand.Text())
	ok(t, s.AddToken(ctx, want))
	got, err := s.Token(ctx, want.Hash)
	ok(t, err)
	equal(t, got, want)
	other, another := token(want.Account), token(rand.Text())
	other.Purpose = accounts.PurposeUndo
	third := token(want.Account)
	third.Purpose = accounts.PurposeEmail
	for _, tok := range []accounts.Token{other, another, third} {
		ok(t, s.AddToken(ctx, tok))
	}
	left := func(what string, want map[string]bool) {
		t.Helper()
		for hash, there := range want {
			if _, err := s.Token(ctx, hash); (err == nil) != there {
				t.Errorf("%s: %v, want it there: %v", what, err, there)
			}
		}
	}
	ok(t, s.DeleteTokens(ctx, want.Account, accounts.PurposeReset, accounts.PurposeEmail))
	left("two purposes", map[string]bool{want.Hash: false, third.Hash: false, other.Hash: true, another.Hash: true})
	older := token(want.Account)
	older.Created = other.Created.Add(-time.Second)
	ok(t, s.AddToken(ctx, older))
	ok(t, s.DeleteTokensSince(ctx, want.Account, other.Created))
	left("the newer ones", map[string]bool{other.Hash: false, older.Hash: true, another.Hash: true})
	ok(t, s.DeleteTokens(ctx, want.Account))
	left("all of an account", map[string]bool{older.Hash: false})
	left("all", map[string]bool{other.Hash: false, another.Hash: true})
}

func attempts(t *testing.T, s accounts.Store) {
	ctx, key, now := t.Context(), "account:"+rand.Text(), time.Now().Truncate(time.Second)
	var none accounts.Attempts
	got, err := s.Attempts(ctx, key)
	ok(t, err)
	equal(t, got, none)
	one, two := accounts.Attempts{Count: 1, Next: now}, accounts.Attempts{Count: 2, Next: now.Add(time.Minute)}
	count := func(from, to accounts.Attempts, want bool) {
		t.Helper()
		if counted, err := s.CountAttempts(ctx, key, from, to, now.Add(time.Hour)); err != nil || counted != want {
			t.Errorf("from %+v to %+v: %v, %v, want %v", from, to, counted, err, want)
		}
	}
	count(one, two, false)
	count(none, one, true)
	count(none, one, false)
	count(accounts.Attempts{Count: 1, Next: now.Add(time.Second)}, two, false)
	count(one, two, true)
	count(one, two, false)
	got, err = s.Attempts(ctx, key)
	ok(t, err)
	equal(t, got, two)
	other, err := s.Attempts(ctx, key+"2")
	ok(t, err)
	equal(t, other, none)
	ok(t, s.ClearAttempts(ctx, key))
	ok(t, s.ClearAttempts(ctx, key))
	count(none, one, true)
}

func due(t *testing.T, s accounts.Store) {
	ctx, long := t.Context(), time.Now().Add(-20*365*24*time.Hour).Truncate(time.Second)
	gone, late, stays := account(), account(), account()
	gone.DeleteAt, late.DeleteAt, stays.DeleteAt = long.Add(-time.Hour), long.Add(time.Hour), time.Time{}
	for _, a := range []*accounts.Account{gone, late, stays} {
		ok(t, s.Add(ctx, a, ""))
	}
	list, err := s.Due(ctx, long, 10)
	ok(t, err)
	if len(list) != 1 || list[0].ID != gone.ID {
		t.Errorf("due: %+v", list)
	}
	if list, err = s.Due(ctx, long.Add(2*time.Hour), 1); err != nil || len(list) != 1 {
		t.Errorf("at most one: %d, %v", len(list), err)
	}
	for _, a := range []*accounts.Account{gone, late, stays} {
		ok(t, s.Remove(ctx, a))
	}
}

// oneWinner has many do the same at once.
func oneWinner(t *testing.T, s accounts.Store) {
	const times, many = 5, 12
	race := func(what string, do func(ctx context.Context, n int) error, lost ...error) {
		t.Helper()
		var wins atomic.Int64
		var wg sync.WaitGroup
		start := make(chan struct{})
		for n := range many {
			wg.Go(func() {
				<-start
				err := do(t.Context(), n)
				for _, l := range lost {
					if errors.Is(err, l) {
						return
					}
				}
				if err != nil {
					t.Errorf("%s: %v", what, err)
					return
				}
				wins.Add(1)
			})
		}
		close(start)
		wg.Wait()
		if n := wins.Load(); n != 1 {
			t.Errorf("%s: %d of %d succeeded, want 1", what, n, many)
		}
	}
	for range times {
		ctx, a := t.Context(), account()
		registration := token("")
		ok(t, s.AddToken(ctx, registration))
		race("one registration", func(ctx context.Context, _ int) error { return s.Add(ctx, account(), registration.Hash) }, accounts.ErrSpent)

		registrations := make([]accounts.Token, many)
		for i := range registrations {
			registrations[i] = token("")
			ok(t, s.AddToken(ctx, registrations[i]))
		}
		race("registrations of one address", func(ctx context.Context, n int) error {
			twin := *a
			twin.ID = rand.Text()
			return s.Add(ctx, &twin, registrations[n].Hash)
		}, accounts.ErrTaken)

		a = account()
		ok(t, s.Add(ctx, a, ""))
		reset := token(a.ID)
		ok(t, s.AddToken(ctx, reset))
		race("one link", func(ctx context.Context, _ int) error {
			mine := *a
			mine.PasswordHash = rand.Text()
			return s.Update(ctx, &mine, reset.Hash)
		}, accounts.ErrSpent, accounts.ErrChanged)
		a, err := s.Account(ctx, a.ID)
		ok(t, err)
		race("one version", func(ctx context.Context, _ int) error {
			mine := *a
			return s.Update(ctx, &mine, "")
		}, accounts.ErrChanged)

		lost := errors.New("another won")
		race("one count", func(ctx context.Context, n int) error {
			counted, err := s.CountAttempts(ctx, a.ID, accounts.Attempts{}, accounts.Attempts{Count: n + 1, Next: time.UnixMilli(1)}, time.Now().Add(time.Hour))
			if err == nil && !counted {
				err = lost
			}
			return err
		}, lost)
	}
}
