package compile

import (
	"maps"
	"sync"
	"sync/atomic"
)

// table is a map that is read all the time and changed at start-up: readers
// take no lock, writers copy it.
type table[V any] struct {
	mu sync.Mutex
	p  atomic.Pointer[map[string]V]
}

func (t *table[V]) init(m map[string]V) {
	m = maps.Clone(m)
	if m == nil {
		m = map[string]V{}
	}
	t.p.Store(&m)
}

func (t *table[V]) get(name string) (V, bool) {
	v, ok := (*t.p.Load())[name]
	return v, ok
}

func (t *table[V]) change(f func(m map[string]V)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	m := maps.Clone(*t.p.Load())
	f(m)
	t.p.Store(&m)
}

func (t *table[V]) set(name string, v V) { t.change(func(m map[string]V) { m[name] = v }) }
func (t *table[V]) remove(name string)   { t.change(func(m map[string]V) { delete(m, name) }) }

// all is the current map. It must not be changed.
func (t *table[V]) all() map[string]V { return *t.p.Load() }

func (t *table[V]) names() []string {
	m := t.all()
	out := make([]string, 0, len(m))
	for name := range m {
		out = append(out, name)
	}
	return out
}
