// Package cache keeps what is expensive to make: values of the program, and whole pages.
//
//	var orders = cache.Of(store, "orders", time.Minute, func(ctx context.Context, user int) ([]Order, error) {
//		return loadOrders(ctx, user)
//	})
//
//	list, err := orders.Get(c.Context(), 42)
//	err = orders.Delete(ctx, 42) // the orders of 42 have changed
//
// A [Store] is in memory ([NewMemory]) or in Redis (contrib/redis).
//
// # What a Get does
//
// A value younger than its time to live is returned as it is. An older one that is still kept
// (Options.Stale) is returned as well, and one caller loads it anew behind it. When there is none,
// one caller loads it and the others of this process wait for that; each process loads for
// itself. A load goes on when the caller who began it goes away. When it fails the callers get its
// error, and what is stale is kept.
//
// A load that ends in [ErrNotFound] is remembered for a short time too (Options.Negative). No other
// error is.
//
// # Invalidation
//
// Delete, Clear and [Invalidate] hold in all processes at once. One that comes while a value is loaded
// wins: what was loaded before it is not used. Call them behind the commit of what they tell of: a load
// in between would keep the old value.
//
// # Keys and values
//
// A key is any value that encoding/json writes; two keys are one when their JSON is. So its fields are
// exported, without a tag that leaves them out, and its texts are UTF-8. Values are kept
// as JSON, or by Options.Marshal; a type whose fields change needs another name or a Clear, and one
// of another name has another key. With Options.Keys they are encrypted for their key.
//
// # When the store is down
//
// Values are loaded as if they were not there, a few at a time, and for a second no
// request waits for the store again. With Options.Spare the last value that this process saw is shown instead, and with
// Options.FailWhenDown Get returns the store's error.
//
// # For those who know Flask-Caching
//
//	@cached                       [Pages]
//	@memoize                      [Of]
//	delete_memoized(f, x)         Cache.Delete
//	delete_memoized(f)            Cache.Clear
//	cache.get, set, delete        Cache.Peek, Cache.Put, Cache.Delete
//	cache_none                    Options.Negative
//	CACHE_DEFAULT_TIMEOUT         the time to live of each cache
//	CACHE_THRESHOLD               the size of [NewMemory]
//	CACHE_KEY_PREFIX              [WithPrefix]
package cache

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"regexp"
	"time"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/sign"
)

// A Store keeps bytes for a time. It may lose any of them at any time. Its methods may be
// called by several goroutines at once, and neither keep nor change the slices they are given.
type Store interface {
	// Get returns what is kept under each key, nil for nothing.
	Get(ctx context.Context, keys ...string) ([][]byte, error)
	// Set keeps a value for so long.
	Set(ctx context.Context, key string, value []byte, ttl time.Duration) error
	// Swap is Set where exactly old is kept, nil for nothing. It reports whether it did.
	Swap(ctx context.Context, key string, old, value []byte, ttl time.Duration) (bool, error)
	// Delete forgets what is kept.
	Delete(ctx context.Context, keys ...string) error
}

// ErrNotFound is what a load returns, or wraps, for something that does not exist.
var ErrNotFound = errors.New("cache: not found")

// Options are the settings of a cache.
type Options[K any] struct {
	// TTL is how long a value is fresh. It is required, and with Stale at most 30 days. Of
	// each value it is up to a tenth shorter, so that those made at once do not end at
	// once.
	TTL time.Duration
	// Stale is how long a value is kept behind its TTL, to be shown while another is
	// loaded, or instead of one that cannot be. Default: TTL; negative for not at all.
	Stale time.Duration
	// Negative is for how long ErrNotFound is remembered. Default: 5 s; negative for
	// not at all.
	Negative time.Duration
	// LoadTimeout is how long a load may take. Default: 30 s.
	LoadTimeout time.Duration
	// MaxValue bounds an encoded value, in bytes. A larger one is returned and not kept.
	// Default: 1 MiB.
	MaxValue int
	// Tags names what a value depends on, for [Invalidate].
	Tags func(key K) []string
	// Keys, when set, encrypts what is kept, bound to its key: AES-256-GCM.
	Keys *sign.KeyRing
	// Spare, when set, has a copy of each value that Get found in the store, and is asked while the store does not answer: what it
	// has is shown until its TTL and Stale are over, and nothing is loaded. What was invalidated and not asked for since
	// is shown again. Caches may share one. Default: none.
	Spare *Memory
	// FailWhenDown returns the store's error instead of loading.
	FailWhenDown bool
	// Marshal and Unmarshal are for values that JSON does not suit. Default:
	// encoding/json. Never take one that runs what it reads, as pickle does.
	Marshal   func(v any) ([]byte, error)
	Unmarshal func(data []byte, v any) error
	// Logger gets what goes wrong behind a Get. Default: slog.Default().
	Logger *slog.Logger
}

// A Cache keeps values of type V under keys of type K.
type Cache[K, V any] struct {
	entries entries
	prefix  string
	load    func(context.Context, K) (V, error)
	options Options[K]
}

// Of makes a cache. The name, of letters, digits, "_", "-" and ".", keeps it apart from
// others in the store; the type of the values is part of it. It panics for another name or a
// ttl that is not positive.
func Of[K, V any](store Store, name string, ttl time.Duration, load func(context.Context, K) (V, error)) *Cache[K, V] {
	return New(store, name, Options[K]{TTL: ttl}, load)
}

var nameRule = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,64}$`)

// New is [Of] with further settings.
func New[K, V any](store Store, name string, o Options[K], load func(context.Context, K) (V, error)) *Cache[K, V] {
	if !nameRule.MatchString(name) {
		panic(fmt.Sprintf("cache: the name %q must be 1 to 64 letters, digits, _, - and .", name))
	}
	if why := keyFault(reflect.TypeFor[K](), nil); why != "" {
		panic(fmt.Sprintf("cache: %s: %s; two keys that differ there would be one", name, why))
	}
	if o.TTL <= 0 || load == nil {
		panic(fmt.Sprintf("cache: %s needs a positive TTL and a function that loads", name))
	}
	o.Stale = max(defaultTo(o.Stale, o.TTL), 0)
	if o.TTL+o.Stale > maxKept {
		panic(fmt.Sprintf("cache: %s keeps values for %v, which is more than %v", name, o.TTL+o.Stale, maxKept))
	}
	o.Negative = max(defaultTo(o.Negative, 5*time.Second), 0)
	o.LoadTimeout = defaultTo(o.LoadTimeout, 30*time.Second)
	o.MaxValue = defaultTo(o.MaxValue, 1<<20)
	if o.Marshal == nil || o.Unmarshal == nil {
		o.Marshal, o.Unmarshal = json.Marshal, json.Unmarshal
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	c := &Cache[K, V]{prefix: name + "\x00" + reflect.TypeFor[V]().String() + "\x00", load: load, options: o}
	c.entries = entries{
		store: store, name: name, flights: map[string]*flight{}, ttl: o.TTL, stale: o.Stale, negative: o.Negative,
		loadTimeout: o.LoadTimeout, maxValue: o.MaxValue, failWhenDown: o.FailWhenDown, spare: o.Spare, log: o.Logger,
		slots: make(chan struct{}, loadsWhenDown),
	}
	if o.Keys != nil {
		c.entries.keys = o.Keys.Derive("cache entry", 32)
	}
	return c
}

func defaultTo[T comparable](v, value T) T {
	var zero T
	if v == zero {
		return value
	}
	return v
}

// place is where the entry of a key is kept, and what it depends on.
func (c *Cache[K, V]) place(key K) (place, error) {
	text, err := keyText(key)
	if err != nil {
		return place{}, fmt.Errorf("cache: %s: the key %T: %w", c.entries.name, key, err)
	}
	p := place{entry: storeKey("e", c.prefix+text), tokens: []string{storeKey("c", c.prefix)}}
	if c.options.Tags != nil {
		for _, tag := range c.options.Tags(key) {
			p.tokens = append(p.tokens, tagKey(tag))
		}
	}
	return p, nil
}

// Get returns the value of a key, loading it when there is none. Callers get values of their own.
// The errors are those of the load, of the caller's context, and with FailWhenDown of the
// store.
func (c *Cache[K, V]) Get(ctx context.Context, key K) (V, error) {
	v, readErr, err := c.get(ctx, key)
	if readErr != nil { // of a type that has changed since, or damaged: it is loaded anew
		if err = c.Delete(ctx, key); err == nil {
			v, readErr, err = c.get(ctx, key)
		}
	}
	if err == nil && readErr != nil {
		err = fmt.Errorf("cache: %s: a value cannot be read back: %w", c.entries.name, readErr)
	}
	return v, err
}

// get is Get. readErr is of a value that cannot be read back.
func (c *Cache[K, V]) get(ctx context.Context, key K) (v V, readErr, err error) {
	p, err := c.place(key)
	if err != nil {
		return v, nil, err
	}
	data, err := c.entries.get(ctx, p, func(ctx context.Context) ([]byte, error) {
		v, err := c.load(ctx, key)
		if err != nil {
			return nil, err
		}
		return c.options.Marshal(v)
	})
	if err != nil {
		return v, nil, err
	}
	if readErr = c.options.Unmarshal(data, &v); readErr != nil {
		v = *new(V)
	}
	return v, readErr, nil
}

// Peek returns the value of a key if one is kept, fresh or stale, and loads nothing.
func (c *Cache[K, V]) Peek(ctx context.Context, key K) (v V, ok bool, err error) {
	p, err := c.place(key)
	if err != nil {
		return v, false, err
	}
	now, err := c.entries.read(ctx, p)
	if err != nil || now.entry == nil || now.entry.negative {
		return v, false, err
	}
	err = c.options.Unmarshal(now.entry.data, &v)
	return v, err == nil, err
}

// Put keeps a value that was made elsewhere.
func (c *Cache[K, V]) Put(ctx context.Context, key K, value V) error {
	p, err := c.place(key)
	if err != nil {
		return err
	}
	data, err := c.options.Marshal(value)
	if err != nil {
		return err
	}
	now, err := c.entries.read(ctx, p)
	if err == nil {
		err = c.entries.write(ctx, p, now, data, false)
	}
	return err
}

// Delete forgets the value of a key.
func (c *Cache[K, V]) Delete(ctx context.Context, key K) error {
	p, err := c.place(key)
	if err != nil {
		return err
	}
	return c.entries.bury(ctx, p)
}

// Clear forgets all values of the cache, in constant time.
func (c *Cache[K, V]) Clear(ctx context.Context) error {
	return renew(ctx, c.entries.store, storeKey("c", c.prefix))
}

// Invalidate forgets all values, of all caches in the store, that have one of the tags, in
// constant time for each.
func Invalidate(ctx context.Context, store Store, tags ...string) error {
	for _, tag := range tags {
		if err := renew(ctx, store, tagKey(tag)); err != nil {
			return err
		}
	}
	return nil
}

// InvalidateAfter is [Invalidate] for what a request changes: once its transactions are committed, and before its
// answer leaves. Before the commit another request could keep what was there before anew. A store that does
// not answer is logged, and the old values are shown until their time ends.
func InvalidateAfter(c *dewar.Context, store Store, tags ...string) {
	dewar.OnAnswer(c, func(dewar.Answer) {
		if err := Invalidate(c.Context(), store, tags...); err != nil {
			c.Log().Error("cache: not invalidated", "tags", tags, "error", err.Error())
		}
	})
}
