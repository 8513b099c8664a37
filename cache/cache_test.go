package cache_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dewar-go/dewar/cache"
	"github.com/dewar-go/dewar/cache/cachetest"
	"github.com/dewar-go/dewar/sign"
)

func TestMemory(t *testing.T) {
	cachetest.TestStore(t, cache.NewMemory(0))
	t.Run("with a prefix", func(t *testing.T) {
		inner := cache.NewMemory(0)
		cachetest.TestStore(t, cache.WithPrefix(inner, "app:"))
		if values, _ := inner.Get(context.Background(), "app:swap", "swap"); values[0] == nil || values[1] != nil {
			t.Errorf("%q", values)
		}
	})
}

// TestMemoryIsBounded: what was not used for longest goes first.
func TestMemoryIsBounded(t *testing.T) {
	ctx, m := context.Background(), cache.NewMemory(10_000)
	value := make([]byte, 800)
	for n := range 100 {
		if err := m.Set(ctx, string(rune('a'+n%26))+strings.Repeat("x", n), value, time.Hour); err != nil {
			t.Fatal(err)
		}
	}
	if m.Len() > 10 || m.Len() < 5 {
		t.Errorf("%d values", m.Len())
	}
	m = cache.NewMemory(3_500)
	for _, key := range []string{"a", "b", "c"} {
		_ = m.Set(ctx, key, value, time.Hour)
	}
	_, _ = m.Get(ctx, "a")
	_ = m.Set(ctx, "d", value, time.Hour)
	if got, _ := m.Get(ctx, "a", "b", "c", "d"); got[0] == nil || got[1] != nil || got[2] == nil || got[3] == nil {
		t.Errorf("kept %v %v %v %v", got[0] != nil, got[1] != nil, got[2] != nil, got[3] != nil)
	}
	_ = m.Set(ctx, "huge", make([]byte, 5_000), time.Hour)
	if m.Len() != 3 {
		t.Errorf("%d values beside one that is larger than all", m.Len())
	}
}

type loads struct {
	n     atomic.Int64
	value atomic.Int64
	err   error
	wait  chan struct{} // nil: a load ends at once
}

func (l *loads) load(ctx context.Context, _ string) (int64, error) {
	l.n.Add(1)
	v := l.value.Load()
	if l.wait != nil {
		select {
		case <-l.wait:
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
	return v, l.err
}

func quiet(o cache.Options[string]) cache.Options[string] {
	o.Logger = slog.New(slog.DiscardHandler)
	return o
}

func mustGet(t *testing.T, c *cache.Cache[string, int64], key string, want int64) {
	t.Helper()
	if v, err := c.Get(context.Background(), key); v != want || err != nil {
		t.Fatalf("got %d, %v; want %d", v, err, want)
	}
}

func TestGet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l loads
		c := cache.New(cache.NewMemory(0), "n", quiet(cache.Options[string]{TTL: time.Minute}), l.load)
		mustGet(t, c, "a", 0)
		l.value.Store(1)
		mustGet(t, c, "a", 0) // fresh
		mustGet(t, c, "b", 1) // another key
		time.Sleep(61 * time.Second)
		mustGet(t, c, "a", 0) // stale, and loaded behind it
		synctest.Wait()
		mustGet(t, c, "a", 1)
		l.value.Store(2)
		time.Sleep(3 * time.Minute)
		mustGet(t, c, "a", 2) // too old to be shown
		if l.n.Load() != 4 {
			t.Errorf("%d loads", l.n.Load())
		}
		if _, ok, err := c.Peek(context.Background(), "absent"); ok || err != nil || l.n.Load() != 4 {
			t.Errorf("Peek: %v, %v", ok, err)
		}
		if err := c.Put(context.Background(), "a", 9); err != nil {
			t.Fatal(err)
		}
		mustGet(t, c, "a", 9)
		if v, ok, err := c.Peek(context.Background(), "a"); v != 9 || !ok || err != nil {
			t.Errorf("Peek: %v, %v, %v", v, ok, err)
		}
	})
}

// TestStampede: a thousand who want a cold key cause one load.
func TestStampede(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := loads{wait: make(chan struct{})}
		l.value.Store(7)
		c := cache.New(cache.NewMemory(0), "n", quiet(cache.Options[string]{TTL: time.Minute}), l.load)
		var wg sync.WaitGroup
		for range 1000 {
			wg.Go(func() {
				if v, err := c.Get(context.Background(), "k"); v != 7 || err != nil {
					t.Errorf("%d, %v", v, err)
				}
			})
		}
		synctest.Wait()
		close(l.wait)
		wg.Wait()
		if l.n.Load() != 1 {
			t.Errorf("%d loads", l.n.Load())
		}
	})
}

// TestFirstCallerLeaves: the load goes on for the others.
func TestFirstCallerLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := loads{wait: make(chan struct{})}
		c := cache.New(cache.NewMemory(0), "n", quiet(cache.Options[string]{TTL: time.Minute}), l.load)
		ctx, cancel := context.WithCancel(context.Background())
		left := make(chan error, 1)
		go func() { _, err := c.Get(ctx, "k"); left <- err }()
		synctest.Wait()
		cancel()
		if err := <-left; !errors.Is(err, context.Canceled) {
			t.Errorf("the first: %v", err)
		}
		close(l.wait)
		mustGet(t, c, "k", 0)
		if l.n.Load() != 1 {
			t.Errorf("%d loads", l.n.Load())
		}
	})
}

func TestFailingLoads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, boom := context.Background(), errors.New("boom")
		var log bytes.Buffer
		l := loads{err: boom}
		c := cache.New(cache.NewMemory(0), "n", cache.Options[string]{TTL: time.Minute, Logger: slog.New(slog.NewTextHandler(&log, nil))}, l.load)
		for range 2 { // not remembered
			if _, err := c.Get(ctx, "k"); !errors.Is(err, boom) {
				t.Error(err)
			}
		}
		if l.n.Load() != 2 {
			t.Errorf("%d loads", l.n.Load())
		}
		l.err = nil
		mustGet(t, c, "k", 0)
		l.err = boom
		time.Sleep(90 * time.Second)
		mustGet(t, c, "k", 0) // stale instead of an error
		synctest.Wait()
		mustGet(t, c, "k", 0)
		synctest.Wait()
		if !strings.Contains(log.String(), "boom") {
			t.Error("nothing in the log:", log.String())
		}
		time.Sleep(time.Minute)
		if _, err := c.Get(ctx, "k"); !errors.Is(err, boom) {
			t.Error("behind the stale time:", err)
		}
		panics := cache.New(cache.NewMemory(0), "p", quiet(cache.Options[string]{TTL: time.Minute}), func(context.Context, string) (int, error) { panic("ouch") })
		if _, err := panics.Get(ctx, "k"); err == nil || !strings.Contains(err.Error(), "ouch") {
			t.Error(err)
		}
		exits := cache.New(cache.NewMemory(0), "e", quiet(cache.Options[string]{TTL: time.Minute}), func(context.Context, string) (int, error) { runtime.Goexit(); return 0, nil })
		if _, err := exits.Get(ctx, "k"); err == nil {
			t.Error("Goexit is no error")
		}
		slow := cache.New(cache.NewMemory(0), "s", quiet(cache.Options[string]{TTL: time.Minute, LoadTimeout: time.Second}), func(ctx context.Context, _ string) (int, error) { <-ctx.Done(); return 0, ctx.Err() })
		if _, err := slow.Get(ctx, "k"); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
	})
}

func TestNegative(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := loads{err: cache.ErrNotFound}
		c := cache.New(cache.NewMemory(0), "n", quiet(cache.Options[string]{TTL: time.Minute}), l.load)
		for range 3 {
			if _, err := c.Get(context.Background(), "k"); !errors.Is(err, cache.ErrNotFound) {
				t.Error(err)
			}
		}
		if l.n.Load() != 1 {
			t.Errorf("%d loads", l.n.Load())
		}
		l.err = nil
		time.Sleep(5 * time.Second)
		mustGet(t, c, "k", 0)
	})
}

// TestInvalidation: each way to forget, before and while a value is loaded, in two
// caches that share a store as two processes do.
func TestInvalidation(t *testing.T) {
	ctx := context.Background()
	for name, forget := range map[string]func(*cache.Cache[string, int64], cache.Store) error{
		"delete": func(c *cache.Cache[string, int64], _ cache.Store) error { return c.Delete(ctx, "k") },
		"clear":  func(c *cache.Cache[string, int64], _ cache.Store) error { return c.Clear(ctx) },
		"tag":    func(_ *cache.Cache[string, int64], s cache.Store) error { return cache.Invalidate(ctx, s, "all") },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var l loads
				store := cache.NewMemory(0)
				o := quiet(cache.Options[string]{TTL: time.Minute, Tags: func(k string) []string { return []string{"tag " + k, "all"} }})
				here, there := cache.New(store, "n", o, l.load), cache.New(store, "n", o, l.load)
				mustGet(t, here, "k", 0)
				l.value.Store(1)
				if err := forget(there, store); err != nil {
					t.Fatal(err)
				}
				mustGet(t, here, "k", 1)

				_ = forget(there, store)
				l.wait = make(chan struct{})
				got := make(chan int64, 1)
				go func() { v, _ := here.Get(ctx, "k"); got <- v }()
				synctest.Wait() // it has read 1
				l.value.Store(2)
				if err := forget(there, store); err != nil {
					t.Fatal(err)
				}
				close(l.wait)
				if v := <-got; v != 1 {
					t.Errorf("who asked before: %d", v)
				}
				mustGet(t, here, "k", 2)
				mustGet(t, there, "k", 2)
			})
		})
	}
	t.Run("another tag", func(t *testing.T) {
		var l loads
		store := cache.NewMemory(0)
		c := cache.New(store, "n", quiet(cache.Options[string]{TTL: time.Minute, Tags: func(k string) []string { return []string{k} }}), l.load)
		mustGet(t, c, "a", 0)
		l.value.Store(1)
		if err := cache.Invalidate(ctx, store, "b"); err != nil {
			t.Fatal(err)
		}
		mustGet(t, c, "a", 0)
	})
}

// TestKeysApart: names, types and keys do not run into each other.
func TestKeysApart(t *testing.T) {
	ctx, store := context.Background(), cache.NewMemory(0)
	load := func(text string) func(context.Context, string) (string, error) {
		return func(_ context.Context, k string) (string, error) { return text + k, nil }
	}
	a, b := cache.Of(store, "a", time.Minute, load("1")), cache.Of(store, "b", time.Minute, load("2"))
	long := strings.Repeat("k", 500)
	for _, key := range []string{"", "x", "x\x00", "é", long, long + "k"} {
		for n, c := range []*cache.Cache[string, string]{a, b, a} {
			if v, err := c.Get(ctx, key); err != nil || v != []string{"1", "2", "1"}[n]+key {
				t.Errorf("%q: %q, %v", key, v, err)
			}
		}
	}
	bytesOf := cache.Of(store, "a", time.Minute, func(context.Context, string) ([]byte, error) { return []byte("b"), nil })
	if v, err := bytesOf.Get(ctx, "x"); string(v) != "b" || err != nil {
		t.Errorf("another type: %q, %v", v, err)
	}
	bad := cache.Of(store, "c", time.Minute, func(context.Context, func()) (int, error) { return 0, nil })
	if _, err := bad.Get(ctx, nil); err == nil || !strings.Contains(err.Error(), "no JSON") {
		t.Error(err)
	}
}

// TestSealed: what is kept cannot be read, changed, or put under another key.
func TestSealed(t *testing.T) {
	ctx, store := context.Background(), cache.NewMemory(0)
	ring := func() *sign.KeyRing {
		r, err := sign.NewKeyRing(sign.GenerateKey())
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	o := quiet(cache.Options[string]{TTL: time.Minute, Keys: ring()})
	n := 0
	load := func(context.Context, string) (string, error) { n++; return "SECRET", nil }
	spy := &spyStore{Store: store}
	c := cache.New(spy, "s", o, load)
	for range 2 {
		if v, err := c.Get(ctx, "a"); v != "SECRET" || err != nil {
			t.Fatal(v, err)
		}
	}
	_, _ = c.Get(ctx, "b")
	if n != 2 {
		t.Fatalf("%d loads", n)
	}
	var entries []string
	for key, value := range spy.all {
		if bytes.Contains(value, []byte("SECRET")) {
			t.Errorf("%q is kept as it is", key)
		}
		if strings.HasPrefix(key, "e") {
			entries = append(entries, key)
		}
	}
	if len(entries) != 2 {
		t.Fatalf("entries: %q", entries)
	}
	_ = store.Set(ctx, entries[0], spy.all[entries[1]], time.Minute) // exchanged
	_, _ = c.Get(ctx, "a")
	_, _ = c.Get(ctx, "b")
	if n != 3 {
		t.Errorf("%d loads behind an exchange", n)
	}
	o.Keys = ring()
	if v, err := cache.New(spy, "s", o, load).Get(ctx, "a"); v != "SECRET" || err != nil || n != 4 {
		t.Errorf("another ring: %v, %v, %d loads", v, err, n)
	}
}

// spyStore notes what is set.
type spyStore struct {
	cache.Store
	all map[string][]byte
}

func (s *spyStore) Swap(ctx context.Context, key string, old, value []byte, ttl time.Duration) (bool, error) {
	if s.all == nil {
		s.all = map[string][]byte{}
	}
	s.all[key] = bytes.Clone(value)
	return s.Store.Swap(ctx, key, old, value, ttl)
}

// TestStoreDown: values are loaded, a few at a time, and the store is left alone for a
// second; or its error is returned.
func TestStoreDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := context.Background()
		store := &downStore{Store: cache.NewMemory(0), err: errors.New("no route")}
		l := loads{wait: make(chan struct{})}
		c := cache.New(store, "n", quiet(cache.Options[string]{TTL: time.Minute}), l.load)
		var wg sync.WaitGroup
		for n := range 100 {
			wg.Go(func() {
				if _, err := c.Get(ctx, strings.Repeat("k", n)); err != nil {
					t.Error(err)
				}
			})
		}
		synctest.Wait()
		if n := l.n.Load(); n != 8 {
			t.Errorf("%d loads at once", n)
		}
		close(l.wait)
		wg.Wait()
		asked := store.asked.Load()
		mustGet(t, c, "later", 0)
		if store.asked.Load() != asked {
			t.Error("the store is asked within the second")
		}
		time.Sleep(time.Second)
		store.err = nil
		mustGet(t, c, "k", 0)
		before := l.n.Load()
		mustGet(t, c, "k", 0)
		if l.n.Load() != before {
			t.Error("the store is back, and not used")
		}
		store.err = errors.New("no route")
		o := quiet(cache.Options[string]{TTL: time.Minute, FailWhenDown: true})
		if _, err := cache.New(store, "f", o, l.load).Get(ctx, "k"); !errors.Is(err, store.err) {
			t.Error(err)
		}
	})
}

// TestSpare: while the store is down the last values are shown, nothing is loaded, and what was deleted is not there.
func TestSpare(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &downStore{Store: cache.NewMemory(0)}
		var l loads
		c := cache.New(store, "n", quiet(cache.Options[string]{TTL: time.Minute, Stale: time.Minute, Spare: cache.NewMemory(0)}), l.load)
		other := cache.New(store, "n", quiet(cache.Options[string]{TTL: time.Minute}), l.load)
		seen := func() {
			for _, key := range []string{"a", "b", "c", "d"} {
				for range 2 { // it is the second that finds it
					if _, err := c.Get(t.Context(), key); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
		seen()
		time.Sleep(90 * time.Second) // stale
		seen()
		synctest.Wait()
		seen()
		for _, err := range []error{c.Delete(t.Context(), "b"), other.Delete(t.Context(), "c"), c.Put(t.Context(), "d", 7)} {
			if err != nil {
				t.Fatal(err)
			}
		}
		_, _ = c.Get(t.Context(), "c")
		if v, err := c.Get(t.Context(), "d"); v != 7 || err != nil {
			t.Error(v, err)
		}
		store.err = errors.New("no route")
		for key, wantLoads := range map[string]int64{"a": 0, "d": 0, "b": 1} {
			before := l.n.Load()
			v, err := c.Get(t.Context(), key)
			if err != nil || l.n.Load()-before != wantLoads || key == "d" && v != 7 {
				t.Errorf("%s: %v, %v, %d loads", key, v, err, l.n.Load()-before)
			}
		}
		time.Sleep(3 * time.Minute)
		before := l.n.Load()
		if _, err := c.Get(t.Context(), "a"); err != nil || l.n.Load() != before+1 {
			t.Errorf("behind TTL and Stale: %v, %d loads", err, l.n.Load()-before)
		}
	})
}

type downStore struct {
	cache.Store
	err   error
	asked atomic.Int64
}

func (s *downStore) Get(ctx context.Context, keys ...string) ([][]byte, error) {
	s.asked.Add(1)
	if s.err != nil {
		return nil, s.err
	}
	return s.Store.Get(ctx, keys...)
}

func TestMistakes(t *testing.T) {
	load := func(context.Context, string) (int, error) { return 0, nil }
	for want, f := range map[string]func(){
		"the name":      func() { cache.Of(cache.NewMemory(0), "a b", time.Minute, load) },
		"positive TTL":  func() { cache.Of(cache.NewMemory(0), "a", 0, load) },
		"more than":     func() { cache.Of(cache.NewMemory(0), "a", 16*24*time.Hour, load) },
		"TTL of a view": func() { cache.View(cache.NewMemory(0), -1) },
	} {
		func() {
			defer func() {
				if text, _ := recover().(string); !strings.Contains(text, want) {
					t.Errorf("%q, want %q", text, want)
				}
			}()
			f()
		}()
	}
	big := cache.New(cache.NewMemory(0), "big", quiet(cache.Options[string]{TTL: time.Minute, MaxValue: 10}), func(context.Context, string) (string, error) { return strings.Repeat("x", 20), nil })
	if v, err := big.Get(context.Background(), "k"); len(v) != 20 || err != nil {
		t.Error(v, err)
	}
	if _, ok, _ := big.Peek(context.Background(), "k"); ok {
		t.Error("a value beyond MaxValue is kept")
	}
}
