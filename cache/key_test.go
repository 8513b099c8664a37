package cache_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dewar-go/dewar/cache"
)

type (
	id    int //nolint:unused // a part of embedsID
	plain struct {
		User int
		When time.Time
		Addr netip.Addr
	}
	embedded struct{ plain }
	hidden   struct{ user, org int } //nolint:unused // what JSON leaves out
	leftOut  struct{ User, Org int }
	tagged   struct {
		User int `json:"-"`
	}
	embedsID struct{ id } //nolint:unused // as above
	nested   struct{ All []map[string]*hidden }
	tree     struct{ Left, Right *tree }
	own      struct{ user int }
)

func (o own) MarshalText() ([]byte, error) { return fmt.Append(nil, o.user), nil }

// made reports whether a cache with keys of type K may be made.
func made[K any]() (problem any) {
	defer func() { problem = recover() }()
	cache.Of(cache.NewMemory(0), "keys", time.Minute, func(context.Context, K) (int, error) { return 0, nil })
	return nil
}

// TestKeysThatLookAlike: keys that differ only in what JSON leaves out would share an entry, and users what is theirs.
func TestKeysThatLookAlike(t *testing.T) {
	for name, problem := range map[string]any{
		"int": made[int](), "plain": made[plain](), "embedded": made[embedded](), "two fields": made[leftOut](), "tree": made[tree](), "its own text": made[own](), "raw": made[json.RawMessage](),
	} {
		if problem != nil {
			t.Errorf("%s: %v", name, problem)
		}
	}
	for name, problem := range map[string]any{
		"hidden": made[hidden](), "pointer": made[*hidden](), "tagged": made[tagged](), "embedded number": made[embedsID](), "nested": made[nested](), "array": made[[2]hidden](),
	} {
		if problem == nil || !strings.Contains(fmt.Sprint(problem), "JSON leaves out") {
			t.Errorf("%s: %v", name, problem)
		}
	}
	c := cache.Of(cache.NewMemory(0), "texts", time.Minute, func(_ context.Context, k string) (string, error) { return k, nil })
	for key, ok := range map[string]bool{"a\xff": false, "a\xfe": false, "a\ufffd": true, `a\ufffd`: true, `a\\ufffd`: true, "\\\xff": false} {
		if got, err := c.Get(t.Context(), key); ok != (err == nil) || ok && got != key {
			t.Errorf("%q: %q, %v", key, got, err)
		}
	}
}

// TestValuesOfBefore: what an earlier program kept in another shape is loaded anew.
func TestValuesOfBefore(t *testing.T) {
	store := cache.NewMemory(0)
	tags := func(list ...string) cache.Options[int] {
		return cache.Options[int]{TTL: time.Minute, Tags: func(int) []string { return list }, Unmarshal: json.Unmarshal, Marshal: json.Marshal}
	}
	broken := tags("a", "b")
	broken.Marshal = func(any) ([]byte, error) { return []byte("{"), nil }
	if v, err := cache.New(store, "n", broken, func(context.Context, int) (int, error) { return 1, nil }).Get(t.Context(), 1); err == nil {
		t.Errorf("%d from a value that cannot be read", v)
	}
	for _, o := range []cache.Options[int]{tags("a", "b"), tags("a"), tags("a", "b", "c"), tags()} {
		runs := 0
		c := cache.New(store, "n", o, func(context.Context, int) (int, error) { runs++; return 7, nil })
		for range 2 {
			if v, err := c.Get(t.Context(), 1); v != 7 || err != nil {
				t.Errorf("%d, %v", v, err)
			}
		}
		if runs != 1 {
			t.Errorf("%d runs", runs)
		}
	}
}

// TestDeleteAndALoadWithoutEnd: a load that does not look at its deadline keeps nothing that was deleted meanwhile.
func TestDeleteAndALoadWithoutEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := cache.New(cache.NewMemory(0), "slow", cache.Options[int]{TTL: time.Hour, LoadTimeout: time.Second}, func(context.Context, int) (string, error) {
			time.Sleep(time.Minute)
			return "old", nil
		})
		go func() { _, _ = c.Get(t.Context(), 1) }()
		synctest.Wait()
		if err := c.Delete(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Minute)
		if v, ok, err := c.Peek(t.Context(), 1); ok || err != nil {
			t.Errorf("%q, %v", v, err)
		}
	})
}

// TestValueLargerThanTheStore: it is not kept, and nothing else goes for it.
func TestValueLargerThanTheStore(t *testing.T) {
	m := cache.NewMemory(10_000)
	_ = m.Set(t.Context(), "a", []byte("a"), time.Minute)
	_ = m.Set(t.Context(), "b", []byte("b"), time.Minute)
	_ = m.Set(t.Context(), "b", make([]byte, 20_000), time.Minute)
	got, _ := m.Get(t.Context(), "a", "b")
	if string(got[0]) != "a" || got[1] != nil {
		t.Errorf("%q", got)
	}
}
