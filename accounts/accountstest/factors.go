package accountstest

import (
	"crypto/rand"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dewar-go/dewar/accounts"
)

func factorRow(account string) *accounts.Factors {
	now := time.Now().Truncate(time.Second)
	f := &accounts.Factors{
		Account: account, Secret: []byte("a\x00\xff é'"), Pending: []byte(strings.Repeat("p", 255)), PendingUntil: now.Add(time.Minute), LastStep: 1 << 40,
		Enrolled: now.Add(-time.Hour), Used: now,
	}
	for range 10 {
		f.Recovery = append(f.Recovery, strings.Repeat("0", 55)+rand.Text())
	}
	return f
}

func factors(t *testing.T, s accounts.Store) {
	ctx := t.Context()
	a := account()
	ok(t, s.Add(ctx, a, ""))
	none, err := s.Factors(ctx, a.ID)
	ok(t, err)
	equal(t, *none, accounts.Factors{Account: a.ID})
	want, other := factorRow(a.ID), factorRow(rand.Text())
	ok(t, s.SaveFactors(ctx, other))
	ok(t, s.SaveFactors(ctx, want))
	got, err := s.Factors(ctx, a.ID)
	ok(t, err)
	equal(t, *got, *want)
	if want.Version != 1 {
		t.Errorf("the version of a new row is %d", want.Version)
	}
	for _, version := range []int64{0, 2} {
		stale := factorRow(a.ID)
		stale.Version = version
		if err := s.SaveFactors(ctx, stale); !errors.Is(err, accounts.ErrChanged) || stale.Version != version {
			t.Errorf("the version %d in place of 1: %v", version, err)
		}
	}
	// What a change may do: take one code, and all.
	got.Recovery = got.Recovery[1:]
	ok(t, s.SaveFactors(ctx, got))
	again, err := s.Factors(ctx, a.ID)
	ok(t, err)
	equal(t, *again, *got)
	empty := accounts.Factors{Account: a.ID, Version: got.Version}
	ok(t, s.SaveFactors(ctx, &empty))
	again, err = s.Factors(ctx, a.ID)
	ok(t, err)
	equal(t, *again, empty)
	ok(t, s.Remove(ctx, a))
	again, err = s.Factors(ctx, a.ID)
	ok(t, err)
	equal(t, *again, accounts.Factors{Account: a.ID})
	again, err = s.Factors(ctx, other.Account)
	ok(t, err)
	equal(t, *again, *other)
}

// factorWinner: of many who write one version of a row, the first one too, one succeeds, so that a code is spent once.
func factorWinner(t *testing.T, s accounts.Store) {
	for range 10 {
		f := accounts.Factors{Account: rand.Text()}
		for version := range int64(3) {
			var wg sync.WaitGroup
			var won atomic.Int64
			for step := range int64(8) {
				wg.Go(func() {
					mine := f
					mine.Version, mine.LastStep = version, 100*version+step
					switch err := s.SaveFactors(t.Context(), &mine); {
					case err == nil:
						won.Add(1)
					case !errors.Is(err, accounts.ErrChanged):
						t.Error(err)
					}
				})
			}
			wg.Wait()
			if n := won.Load(); n != 1 {
				t.Fatalf("%d winners of version %d", n, version)
			}
		}
	}
}
