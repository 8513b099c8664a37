package limit

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"
)

// Waits between two questions to a store that is down, and between two warnings.
const (
	firstRetry   = time.Second
	longestRetry = 30 * time.Second
	warnEvery    = time.Minute
)

var errDown = errors.New("the store does not answer")

// backedStore asks a store, and the local store while that one is down. Then no client is refused for it and none
// passes uncounted: each process counts for itself.
type backedStore struct {
	store   Store
	local   *Memory // nil when store is a Memory itself
	timeout time.Duration
	now     func() time.Time
	log     *slog.Logger

	mu     sync.Mutex
	down   bool
	wait   time.Duration
	retry  time.Time // when a request may ask the store again
	warned time.Time
}

func newBackedStore(o *Options) *backedStore {
	b := &backedStore{store: o.Store, timeout: o.StoreTimeout, now: o.Now, log: slog.Default()}
	if _, ok := o.Store.(*Memory); ok {
		return b
	}
	if b.local = o.Fallback; b.local == nil {
		b.local = NewMemory(MemoryOptions{})
	}
	return b
}

// take charges h. local says that the local store answered.
func (b *backedStore) take(ctx context.Context, h Hit) (s State, local bool) {
	if b.local == nil {
		s, _ = b.store.Take(ctx, h) // a Memory never fails
		return s, false
	}
	if b.mayAsk() {
		err := b.ask(ctx, func(ctx context.Context) (err error) { s, err = b.store.Take(ctx, h); return err })
		if err == nil {
			return s, false
		}
	}
	s, _ = b.local.Take(ctx, h)
	return s, true
}

// give gives a charge back to the store that took it.
func (b *backedStore) give(ctx context.Context, local bool, h Hit, s State) {
	switch {
	case local:
		_ = b.local.Give(ctx, h, s)
	case b.local == nil:
		_ = b.store.Give(ctx, h, s)
	case b.mayAsk():
		// A charge that cannot be given back ends with its window.
		_ = b.ask(ctx, func(ctx context.Context) error { return b.store.Give(ctx, h, s) })
	}
}

// clear forgets the counters in both stores.
func (b *backedStore) clear(ctx context.Context, keys ...string) error {
	if b.local == nil {
		return b.store.Clear(ctx, keys...)
	}
	_ = b.local.Clear(ctx, keys...)
	if !b.mayAsk() {
		return errDown
	}
	return b.ask(ctx, func(ctx context.Context) error { return b.store.Clear(ctx, keys...) })
}

// mayAsk reports whether the store may be asked. While it is down one request may, now and then.
func (b *backedStore) mayAsk() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.down {
		return true
	}
	now := b.now()
	if now.Before(b.retry) {
		return false
	}
	b.retry = now.Add(b.wait)
	return true
}

// ask asks the store within StoreTimeout. The question does not end with the request: a client that goes away must not
// make the store look down, and must not escape the count.
func (b *backedStore) ask(ctx context.Context, question func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), b.timeout)
	defer cancel()
	err := question(ctx)
	b.setUp(err)
	return err
}

// setUp records whether the store answers, and logs when that changes.
func (b *backedStore) setUp(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.now()
	switch {
	case err == nil && b.down:
		b.down = false
		b.log.Info("limit: the store answers again")
	case err != nil && !b.down:
		b.down, b.wait = true, firstRetry
		b.retry = now.Add(b.wait)
		if b.warned.IsZero() || now.Sub(b.warned) >= warnEvery {
			b.warned = now
			b.log.Warn("limit: the store does not answer; limits are counted in this process until it does", "error", clip(err))
		}
	case err != nil:
		b.wait = min(2*b.wait, longestRetry)
		b.retry = now.Add(b.wait)
	}
}

// clip bounds the length of a store's error.
func clip(err error) string {
	if errors.Is(err, context.DeadlineExceeded) {
		return "it took too long"
	}
	s := err.Error()
	if len(s) > 300 {
		s = s[:300] + "…"
	}
	return s
}
