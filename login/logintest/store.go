// Package logintest tests implementations of [login.Store].
//
//	func TestStore(t *testing.T) {
//		logintest.TestStore(t, func(t *testing.T) login.Store {
//			return mystore.New(connect(t))
//		})
//	}
package logintest

import (
	"crypto/rand"
	"errors"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dewar-go/dewar/login"
)

// TestStore checks what a [login.Manager] relies on: that rows come back as they were, that what was ended stays ended,
// that users are told apart, and that of many who rotate a token or end a login at once exactly one does. open returns a
// store that may be shared with other tests: every row has an id and a user of its own.
func TestStore(t *testing.T, open func(t *testing.T) login.Store) {
	for name, test := range map[string]func(*testing.T, login.Store){
		"sessions": sessions, "tokens": tokens, "tokens of": tokensOf, "keys": keys, "end user": endUser, "absent": absent, "one winner": oneWinner,
	} {
		t.Run(name, func(t *testing.T) { test(t, open(t)) })
	}
}

func record(user string) login.Record {
	now := time.Now().Truncate(time.Second)
	return login.Record{
		ID: rand.Text(), User: user, Level: login.Full, Methods: []string{"pwd", "otp"}, Token: rand.Text()[:22],
		Address: "2001:db8::1", Agent: "Agent/1 'é\"", Created: now.Add(-time.Hour), Seen: now, Proved: now.Add(-time.Minute),
		Expires: now.Add(time.Hour),
	}
}

func token(user string) login.Token {
	now := time.Now().Truncate(time.Second)
	return login.Token{Selector: rand.Text()[:22], User: user, Hash: rand.Text(), Methods: []string{"pwd", "otp"}, Rotated: now, Expires: now.Add(time.Hour)}
}

// equal compares rows whose times may have another zone.
func equal(t *testing.T, got, want any) {
	t.Helper()
	local := func(v any) any {
		p := reflect.New(reflect.TypeOf(v)).Elem()
		p.Set(reflect.ValueOf(v))
		for i := range p.NumField() {
			if at, ok := p.Field(i).Interface().(time.Time); ok && !at.IsZero() {
				p.Field(i).Set(reflect.ValueOf(at.UTC()))
			}
		}
		return p.Interface()
	}
	if got, want = local(got), local(want); !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func sessions(t *testing.T, s login.Store) {
	ctx, user := t.Context(), rand.Text()
	full, bare := record(user), record(user)
	bare.Methods, bare.Token, bare.Agent, bare.Proved, bare.Level = nil, "", "", time.Time{}, login.Pending
	bare.Seen = bare.Seen.Add(-time.Minute)
	for _, r := range []login.Record{full, bare, record(user + "2"), record(rand.Text())} {
		ok(t, s.AddSession(ctx, r))
	}
	for _, want := range []login.Record{full, bare} {
		got, err := s.Session(ctx, want.ID)
		ok(t, err)
		equal(t, got, want)
	}
	list, err := s.SessionsOf(ctx, user)
	ok(t, err)
	if len(list) != 2 {
		t.Fatalf("%d sessions of the user, want 2", len(list))
	}
	equal(t, list[0], full)
	equal(t, list[1], bare)

	full.Seen, full.Address, full.Proved = full.Seen.Add(time.Minute), "192.0.2.1", time.Time{}
	ok(t, s.TouchSession(ctx, full.ID, full.Seen, full.Address))
	ok(t, s.StaleSession(ctx, full.ID))
	got, err := s.Session(ctx, full.ID)
	ok(t, err)
	equal(t, got, full)

	for _, want := range []bool{true, false} {
		if ended, err := s.EndSession(ctx, full.ID); err != nil || ended != want {
			t.Errorf("EndSession: %v, %v, want %v", ended, err, want)
		}
	}
	if _, err := s.Session(ctx, full.ID); !errors.Is(err, login.ErrNotFound) {
		t.Errorf("an ended session: %v", err)
	}
	ok(t, s.TouchSession(ctx, full.ID, time.Now(), ""))
	if _, err := s.Session(ctx, full.ID); !errors.Is(err, login.ErrNotFound) {
		t.Errorf("an ended session came back: %v", err)
	}
}

func tokens(t *testing.T, s login.Store) {
	ctx := t.Context()
	want := token(rand.Text())
	ok(t, s.AddToken(ctx, want))
	got, err := s.Token(ctx, want.Selector)
	ok(t, err)
	equal(t, got, want)

	at := want.Rotated.Add(time.Minute)
	for from, rotates := range map[string]bool{want.Hash + "x": false, "": false} {
		if rotated, err := s.RotateToken(ctx, want.Selector, from, "new", at); err != nil || rotated != rotates {
			t.Errorf("RotateToken from %q: %v, %v", from, rotated, err)
		}
	}
	for _, rotates := range []bool{true, false} {
		if rotated, err := s.RotateToken(ctx, want.Selector, want.Hash, "new", at); err != nil || rotated != rotates {
			t.Errorf("RotateToken: %v, %v, want %v", rotated, err, rotates)
		}
	}
	want.Hash, want.Previous, want.Rotated = "new", want.Hash, at
	got, err = s.Token(ctx, want.Selector)
	ok(t, err)
	equal(t, got, want)
	ok(t, s.DeleteToken(ctx, want.Selector))
	if rotated, err := s.RotateToken(ctx, want.Selector, "new", "newer", at); err != nil || rotated {
		t.Errorf("a deleted token rotates: %v, %v", rotated, err)
	}
}

func tokensOf(t *testing.T, s login.Store) {
	ctx, user := t.Context(), rand.Text()
	var want []login.Token
	for n := range 3 {
		own := token(user)
		own.Rotated = own.Rotated.Add(-time.Duration(n) * time.Minute)
		want = append(want, own)
	}
	for _, row := range []login.Token{want[1], want[2], token(user + "2"), want[0], token(rand.Text())} {
		ok(t, s.AddToken(ctx, row))
	}
	at := want[0].Rotated.Add(time.Minute)
	if rotated, err := s.RotateToken(ctx, want[2].Selector, want[2].Hash, "new", at); !rotated || err != nil {
		t.Fatal(rotated, err)
	}
	want[2].Hash, want[2].Previous, want[2].Rotated = "new", want[2].Hash, at
	ok(t, s.DeleteToken(ctx, want[1].Selector))
	list, err := s.TokensOf(ctx, user)
	ok(t, err)
	if len(list) != 2 {
		t.Fatalf("%d tokens: %+v", len(list), list)
	}
	equal(t, list[0], want[2])
	equal(t, list[1], want[0])
}

func keys(t *testing.T, s login.Store) {
	ctx, user, now := t.Context(), rand.Text(), time.Now().Truncate(time.Second)
	older := login.Key{Prefix: "key_" + rand.Text()[:8], User: user, Hash: rand.Text(), Created: now.Add(-time.Hour)}
	newer := login.Key{
		Prefix: "key_" + rand.Text()[:8], User: user, Hash: rand.Text(), Name: "é'\"", Scopes: []string{"read", "write"},
		Created: now, Expires: now.Add(time.Hour),
	}
	for _, k := range []login.Key{older, newer} {
		ok(t, s.AddKey(ctx, k))
	}
	older.Used = now
	ok(t, s.UseKey(ctx, older.Prefix, now))
	for _, want := range []login.Key{older, newer} {
		got, err := s.Key(ctx, want.Prefix)
		ok(t, err)
		equal(t, got, want)
	}
	list, err := s.KeysOf(ctx, user)
	ok(t, err)
	if len(list) != 2 {
		t.Fatalf("%d keys, want 2", len(list))
	}
	equal(t, list[0], newer)
	equal(t, list[1], older)
	for _, row := range []struct {
		user string
		want bool
	}{{rand.Text(), false}, {user, true}, {user, false}} {
		if deleted, err := s.DeleteKey(ctx, row.user, older.Prefix); err != nil || deleted != row.want {
			t.Errorf("DeleteKey: %v, %v, want %v", deleted, err, row.want)
		}
	}
}

func endUser(t *testing.T, s login.Store) {
	ctx, user, other := t.Context(), rand.Text(), rand.Text()
	kept, gone, theirs := record(user), record(user), record(other)
	own, foreign := token(user), token(other)
	key := login.Key{Prefix: "key_" + rand.Text()[:8], User: user, Hash: rand.Text(), Created: time.Now()}
	for _, r := range []login.Record{kept, gone, theirs} {
		ok(t, s.AddSession(ctx, r))
	}
	ok(t, s.AddToken(ctx, own))
	ok(t, s.AddToken(ctx, foreign))
	ok(t, s.AddKey(ctx, key))
	there := func(id string) bool {
		_, err := s.Session(ctx, id)
		if err != nil && !errors.Is(err, login.ErrNotFound) {
			t.Fatal(err)
		}
		return err == nil
	}
	ok(t, s.EndUser(ctx, user, kept.ID))
	if !there(kept.ID) || there(gone.ID) || !there(theirs.ID) {
		t.Errorf("all but one ended: kept %v, gone %v, another user's %v", there(kept.ID), there(gone.ID), there(theirs.ID))
	}
	if _, err := s.Token(ctx, own.Selector); !errors.Is(err, login.ErrNotFound) {
		t.Errorf("the user's token: %v", err)
	}
	if _, err := s.Token(ctx, foreign.Selector); err != nil {
		t.Errorf("another user's token: %v", err)
	}
	ok(t, s.EndUser(ctx, user, ""))
	if there(kept.ID) {
		t.Error("a session is left")
	}
	if _, err := s.Key(ctx, key.Prefix); err != nil {
		t.Errorf("the API key ended too: %v", err)
	}
}

func absent(t *testing.T, s login.Store) {
	ctx, id := t.Context(), rand.Text()
	_, sessionErr := s.Session(ctx, id)
	_, tokenErr := s.Token(ctx, id[:22])
	_, keyErr := s.Key(ctx, id[:12])
	for _, err := range []error{sessionErr, tokenErr, keyErr} {
		if !errors.Is(err, login.ErrNotFound) {
			t.Errorf("nothing there: %v", err)
		}
	}
	ok(t, s.StaleSession(ctx, id))
	ok(t, s.DeleteToken(ctx, id[:22]))
	ok(t, s.UseKey(ctx, id[:12], time.Now()))
	ok(t, s.EndUser(ctx, id, ""))
}

func oneWinner(t *testing.T, s login.Store) {
	ctx := t.Context()
	for range 5 {
		tok, r := token(rand.Text()), record(rand.Text())
		ok(t, s.AddToken(ctx, tok))
		ok(t, s.AddSession(ctx, r))
		var wg sync.WaitGroup
		var rotations, ends atomic.Int32
		for range 12 {
			wg.Go(func() {
				rotated, err := s.RotateToken(ctx, tok.Selector, tok.Hash, rand.Text(), time.Now())
				if err != nil {
					t.Error(err)
				}
				ended, err := s.EndSession(ctx, r.ID)
				if err != nil {
					t.Error(err)
				}
				if rotated {
					rotations.Add(1)
				}
				if ended {
					ends.Add(1)
				}
			})
		}
		wg.Wait()
		if rotations.Load() != 1 || ends.Load() != 1 {
			t.Errorf("%d rotated one token and %d ended one login, want 1 and 1", rotations.Load(), ends.Load())
		}
	}
}
