// Package cachetest has the tests that every [cache.Store] must pass.
package cachetest

import (
	"bytes"
	"context"
	"runtime"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/dewar-go/dewar/cache"
)

// TestStore tests a store that is empty.
func TestStore(t *testing.T, store cache.Store) {
	ctx := context.Background()
	get := func(t *testing.T, key string) []byte {
		t.Helper()
		values, err := store.Get(ctx, key)
		if err != nil || len(values) != 1 {
			t.Fatalf("%v, %v", values, err)
		}
		return values[0]
	}
	set := func(t *testing.T, key, value string, ttl time.Duration) {
		t.Helper()
		if err := store.Set(ctx, key, []byte(value), ttl); err != nil {
			t.Fatal(err)
		}
	}
	t.Run("get and set", func(t *testing.T) {
		if got := get(t, "absent"); got != nil {
			t.Errorf("%q", got)
		}
		key := "a\x00 é\n"
		set(t, key, "one\x00", time.Hour)
		set(t, "b", "two", time.Hour)
		set(t, "b", "three", time.Hour)
		values, err := store.Get(ctx, key, "absent", "b")
		if err != nil || len(values) != 3 || string(values[0]) != "one\x00" || values[1] != nil || string(values[2]) != "three" {
			t.Errorf("%q, %v", values, err)
		}
		if err := store.Delete(ctx, key, "absent"); err != nil || get(t, key) != nil || get(t, "b") == nil {
			t.Errorf("delete: %v", err)
		}
	})
	t.Run("the caller's bytes", func(t *testing.T) {
		own := []byte("own")
		if err := store.Set(ctx, "own", own, time.Hour); err != nil {
			t.Fatal(err)
		}
		own[0] = 'x'
		if got := get(t, "own"); string(got) != "own" {
			t.Errorf("%q", got)
		}
	})
	t.Run("time", func(t *testing.T) {
		set(t, "short", "x", 30*time.Millisecond)
		set(t, "long", "x", time.Hour)
		for start := time.Now(); get(t, "short") != nil; runtime.Gosched() {
			if time.Since(start) > time.Minute {
				t.Fatal("its time does not end")
			}
		}
		if get(t, "long") == nil {
			t.Error("the time of another has ended")
		}
		if ok, err := store.Swap(ctx, "short", nil, []byte("y"), time.Hour); !ok || err != nil {
			t.Errorf("what has ended is in the way: %v", err)
		}
	})
	t.Run("swap", func(t *testing.T) {
		for _, row := range []struct {
			old, value string
			ok         bool
		}{{"", "1", true}, {"", "2", false}, {"x", "2", false}, {"1", "2", true}, {"1", "3", false}, {"2", "2", true}} {
			var old []byte
			if row.old != "" {
				old = []byte(row.old)
			}
			if ok, err := store.Swap(ctx, "swap", old, []byte(row.value), time.Hour); ok != row.ok || err != nil {
				t.Errorf("%v: %v, %v", row, ok, err)
			}
		}
		if got := get(t, "swap"); !bytes.Equal(got, []byte("2")) {
			t.Errorf("%q", got)
		}
	})
	t.Run("one swap of many", func(t *testing.T) {
		var wg sync.WaitGroup
		won := make(chan string, 16)
		for n := range cap(won) {
			wg.Go(func() {
				value := strconv.Itoa(n)
				if ok, err := store.Swap(ctx, "race", nil, []byte(value), time.Hour); err != nil {
					t.Error(err)
				} else if ok {
					won <- value
				}
			})
		}
		wg.Wait()
		close(won)
		if len(won) != 1 || string(get(t, "race")) != <-won {
			t.Errorf("%d have won", len(won))
		}
	})
	t.Run("a context that has ended", func(t *testing.T) {
		over, cancel := context.WithCancel(ctx)
		cancel()
		if _, err := store.Get(over, "b"); err == nil {
			return // a store in memory need not look
		}
		if get(t, "b") == nil {
			t.Error("it took the value along")
		}
	})
}
