package cache

import (
	"bytes"
	"container/list"
	"context"
	"fmt"
	"sync"
	"time"
)

// Memory is a [Store] in this process, of bounded size. What was not used for longest
// goes first.
type Memory struct {
	limit int64

	mu    sync.Mutex
	items map[string]*list.Element // of *item
	order list.List                // the last used first
	size  int64
}

type item struct {
	key   string
	value []byte
	ends  time.Time
}

// overhead is what an item takes beside its key and value, in bytes, roughly.
const overhead = 200

// NewMemory makes a store of at most so many bytes. Default, for 0: 64 MiB. A value that
// alone is larger is not kept.
func NewMemory(limit int64) *Memory {
	if limit < 0 {
		panic(fmt.Sprintf("cache: a store of %d bytes", limit))
	}
	return &Memory{limit: defaultTo(limit, 64<<20), items: map[string]*list.Element{}}
}

// Len is how many items there are, those whose time has ended included.
func (m *Memory) Len() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.items)
}

// Get returns what is kept. It is not to be changed.
func (m *Memory) Get(_ context.Context, keys ...string) ([][]byte, error) {
	values := make([][]byte, len(keys))
	now := time.Now()
	m.mu.Lock()
	defer m.mu.Unlock()
	for i, key := range keys {
		values[i] = m.value(key, now)
	}
	return values, nil
}

// value finds an item whose time has not ended, and counts as a use.
func (m *Memory) value(key string, now time.Time) []byte {
	e, ok := m.items[key]
	if !ok {
		return nil
	}
	it := e.Value.(*item)
	if !now.Before(it.ends) {
		m.remove(e)
		return nil
	}
	m.order.MoveToFront(e)
	return it.value
}

// Set keeps a value.
func (m *Memory) Set(_ context.Context, key string, value []byte, ttl time.Duration) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.set(key, value, time.Now().Add(ttl))
	return nil
}

// Swap keeps a value where old is kept.
func (m *Memory) Swap(_ context.Context, key string, old, value []byte, ttl time.Duration) (bool, error) {
	now := time.Now()
	m.mu.Lock()
	defer m.mu.Unlock()
	if is := m.value(key, now); !bytes.Equal(is, old) || (is == nil) != (old == nil) {
		return false, nil
	}
	m.set(key, value, now.Add(ttl))
	return true, nil
}

// Delete forgets what is kept.
func (m *Memory) Delete(_ context.Context, keys ...string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, key := range keys {
		if e, ok := m.items[key]; ok {
			m.remove(e)
		}
	}
	return nil
}

func (m *Memory) set(key string, value []byte, ends time.Time) {
	if e, ok := m.items[key]; ok {
		m.remove(e)
	}
	it := &item{key, bytes.Clone(value), ends}
	if it.size() > m.limit {
		return
	}
	m.items[key] = m.order.PushFront(it)
	m.size += it.size()
	for m.size > m.limit {
		m.remove(m.order.Back())
	}
}

func (m *Memory) remove(e *list.Element) {
	it := m.order.Remove(e).(*item)
	delete(m.items, it.key)
	m.size -= it.size()
}

func (it *item) size() int64 { return int64(len(it.key)+len(it.value)) + overhead }

// WithPrefix is a store whose keys all begin with prefix, for applications, or versions of
// one, that share a server.
func WithPrefix(store Store, prefix string) Store { return prefixed{store, prefix} }

type prefixed struct {
	store  Store
	prefix string
}

func (p prefixed) own(keys []string) []string {
	own := make([]string, len(keys))
	for i, k := range keys {
		own[i] = p.prefix + k
	}
	return own
}

func (p prefixed) Get(ctx context.Context, keys ...string) ([][]byte, error) {
	return p.store.Get(ctx, p.own(keys)...)
}

func (p prefixed) Set(ctx context.Context, key string, value []byte, ttl time.Duration) error {
	return p.store.Set(ctx, p.prefix+key, value, ttl)
}

func (p prefixed) Swap(ctx context.Context, key string, old, value []byte, ttl time.Duration) (bool, error) {
	return p.store.Swap(ctx, p.prefix+key, old, value, ttl)
}

func (p prefixed) Delete(ctx context.Context, keys ...string) error {
	return p.store.Delete(ctx, p.own(keys)...)
}
