// Package limittest tests implementations of [limit.Store].
//
//	func TestStore(t *testing.T) {
//		if err := limittest.TestStore(t.Context(), newStore(t)); err != nil {
//			t.Fatal(err)
//		}
//	}
//
// It works with stores that use the time they are given and with stores that have a clock of their own. It does not
// wait: all windows are hours.
package limittest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/dewar-go/dewar/limit"
)

// TestStore tests a store. Its error lists everything that is wrong. It uses keys that nobody else has and clears them
// afterwards. With a store that has a clock of its own it may fail at the turn of an hour, when aligned windows end
// between two questions.
func TestStore(ctx context.Context, store limit.Store) error {
	var all []error
	now := time.Now()
	for _, s := range []limit.Strategy{limit.FixedWindow, limit.SlidingWindow, limit.GCRA} {
		try := &attempt{ctx: ctx, store: store, strategy: s, now: now, prefix: "LIMITER/" + rand.Text() + "/"}
		for _, step := range []struct {
			name string
			f    func(*attempt)
		}{
			{"counting", counting}, {"cost", cost}, {"looking", looking}, {"giving back", giving},
			{"clearing", clearing}, {"amount of zero", zero}, {"many at once", together},
		} {
			try.name = step.name
			step.f(try)
		}
		if err := store.Clear(ctx, try.keys...); err != nil {
			try.failf("Clear: %v", err)
		}
		all = append(all, try.errs...)
	}
	return errors.Join(all...)
}

// attempt is the test of one strategy.
type attempt struct {
	ctx      context.Context
	store    limit.Store
	strategy limit.Strategy
	now      time.Time
	prefix   string
	name     string
	keys     []string
	errs     []error
}

func (a *attempt) failf(format string, args ...any) {
	a.errs = append(a.errs, fmt.Errorf("limittest: %v: %s: %s", a.strategy, a.name, fmt.Sprintf(format, args...)))
}

// hit returns a question about a counter of this step.
func (a *attempt) hit(counter string, amount, cost int64) limit.Hit {
	key := fmt.Sprintf("%s%s %s/%d/1/hour", a.prefix, a.name, counter, amount)
	a.keys = append(a.keys, key)
	return limit.Hit{Key: key, Strategy: a.strategy, Amount: amount, Window: time.Hour, Cost: cost, Now: a.now}
}

// expect calls Take and compares the result.
func (a *attempt) expect(h limit.Hit, allowed bool, remaining int64) limit.State {
	s, err := a.store.Take(a.ctx, h)
	switch {
	case err != nil:
		a.failf("Take: %v", err)
	case s.Allowed != allowed || s.Remaining != remaining:
		a.failf("Take of %d of %d: allowed %v with %d remaining, want %v with %d", h.Cost, h.Amount, s.Allowed, s.Remaining, allowed, remaining)
	case !allowed && h.Cost <= h.Amount && (s.RetryAfter <= 0 || s.RetryAfter > 2*h.Window):
		a.failf("RetryAfter is %v", s.RetryAfter)
	case allowed && h.Cost > 0 && (s.RetryAfter != 0 || s.Reset <= 0 || s.Reset > 2*h.Window):
		a.failf("RetryAfter is %v and Reset %v after a charge that fitted", s.RetryAfter, s.Reset)
	}
	return s
}

func counting(a *attempt) {
	for i := range int64(3) {
		a.expect(a.hit("one", 3, 1), true, 2-i)
	}
	a.expect(a.hit("one", 3, 1), false, 0)
	a.expect(a.hit("one", 3, 1), false, 0)
	a.expect(a.hit("another", 3, 1), true, 2)
}

func cost(a *attempt) {
	a.expect(a.hit("one", 10, 7), true, 3)
	a.expect(a.hit("one", 10, 4), false, 3) // a cost that does not fit is not charged
	a.expect(a.hit("one", 10, 3), true, 0)
	a.expect(a.hit("never", 10, 11), false, 10)
	a.expect(a.hit("large", limit.MaxAmount, limit.MaxAmount), true, 0)
}

func looking(a *attempt) {
	a.expect(a.hit("one", 2, 0), true, 2)
	a.expect(a.hit("one", 2, 2), true, 0)
	if s := a.expect(a.hit("one", 2, 0), true, 0); s.RetryAfter <= 0 {
		a.failf("RetryAfter of a counter with nothing left is %v", s.RetryAfter)
	}
}

func giving(a *attempt) {
	h := a.hit("one", 2, 2)
	s := a.expect(h, true, 0)
	if err := a.store.Give(a.ctx, h, s); err != nil {
		a.failf("Give: %v", err)
	}
	h = a.hit("one", 2, 1)
	a.expect(h, true, 1)
	refused := a.hit("refused", 2, 3)
	s = a.expect(refused, false, 2)
	if err := a.store.Give(a.ctx, refused, s); err != nil {
		a.failf("Give: %v", err)
	}
	a.expect(a.hit("refused", 2, 0), true, 2)
}

func clearing(a *attempt) {
	h, other := a.hit("one", 1, 1), a.hit("two", 1, 1)
	a.expect(h, true, 0)
	a.expect(other, true, 0)
	if err := a.store.Clear(a.ctx, h.Key, a.prefix+"nothing"); err != nil {
		a.failf("Clear: %v", err)
	}
	if err := a.store.Clear(a.ctx); err != nil {
		a.failf("Clear of nothing: %v", err)
	}
	a.expect(a.hit("one", 1, 1), true, 0)
	a.expect(a.hit("two", 1, 1), false, 0)
}

func zero(a *attempt) { a.expect(a.hit("one", 0, 1), false, 0) }

func together(a *attempt) {
	h := a.hit("one", 50, 1)
	var passed, failed atomic.Int64
	var group sync.WaitGroup
	for range 10 {
		group.Go(func() {
			for range 10 {
				s, err := a.store.Take(a.ctx, h)
				switch {
				case err != nil:
					failed.Add(1)
				case s.Allowed:
					passed.Add(1)
				}
			}
		})
	}
	group.Wait()
	if passed.Load() != 50 || failed.Load() != 0 {
		a.failf("%d of 100 passed and %d failed, want 50 and 0", passed.Load(), failed.Load())
	}
}
