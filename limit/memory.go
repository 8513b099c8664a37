package limit

import (
	"context"
	"fmt"
	"hash/maphash"
	"math/rand/v2"
	"sync"
	"time"
)

// MemoryOptions are the settings of a [Memory].
type MemoryOptions struct {
	// MaxKeys is the greatest number of counters. One takes about 200 bytes. Default: 100,000. NewMemory panics when it
	// is below zero.
	MaxKeys int
}

// Memory is a [Store] in this process. It starts no goroutine, and its size is
// bounded.
//
// # When it is full
//
// Counters whose window is over are dropped first. Some counters are looked at whenever a new one comes, so that memory
// shrinks again after a wave. When a new counter finds no place, the least used of eight random counters is dropped.
// Used is the part of its amount that is charged.
//
// So to get rid of a counter at its limit, a client must fill the store with counters that are at their limits too.
// That takes as many addresses as the store has places, and as many requests as all their limits together. A flood of
// single requests from many addresses drops its own counters, and those of visitors who lose little by it.
type Memory struct {
	seed   maphash.Seed
	shards []shard
}

// smallShard is the least number of places in a shard. Choosing among eight is useful only when there are many more.
const smallShard = 256

// NewMemory makes a store in memory.
func NewMemory(o MemoryOptions) *Memory {
	if o.MaxKeys < 0 {
		panic(fmt.Sprintf("limit: MemoryOptions.MaxKeys is %d, want 0 for the default or more", o.MaxKeys))
	}
	if o.MaxKeys == 0 {
		o.MaxKeys = 100_000
	}
	n := min(max(1, o.MaxKeys/smallShard), 64)
	m := &Memory{seed: maphash.MakeSeed(), shards: make([]shard, n)}
	for i := range m.shards {
		s := &m.shards[i]
		s.index = map[string]int{}
		s.max = o.MaxKeys / n
		if i < o.MaxKeys%n {
			s.max++
		}
	}
	return m
}

// Take is part of [Store]. It never fails.
func (m *Memory) Take(_ context.Context, h Hit) (State, error) {
	return m.shard(h.Key).take(&h), nil
}

// Give is part of [Store]. It never fails.
func (m *Memory) Give(_ context.Context, h Hit, s State) error {
	m.shard(h.Key).give(&h, s)
	return nil
}

// Clear is part of [Store]. It never fails.
func (m *Memory) Clear(_ context.Context, keys ...string) error {
	for _, key := range keys {
		m.shard(key).clear(key)
	}
	return nil
}

// Reset forgets every counter.
func (m *Memory) Reset() {
	for i := range m.shards {
		s := &m.shards[i]
		s.mu.Lock()
		s.index, s.entries, s.hand = map[string]int{}, nil, 0
		s.mu.Unlock()
	}
}

// Len is the number of counters kept now.
func (m *Memory) Len() int {
	n := 0
	for i := range m.shards {
		s := &m.shards[i]
		s.mu.Lock()
		n += len(s.entries)
		s.mu.Unlock()
	}
	return n
}

func (m *Memory) shard(key string) *shard {
	if len(m.shards) == 1 {
		return &m.shards[0]
	}
	return &m.shards[maphash.String(m.seed, key)%uint64(len(m.shards))]
}

// A shard holds a part of the counters under one lock.
type shard struct {
	mu      sync.Mutex
	index   map[string]int // key to index in entries
	entries []entry
	max     int
	hand    int // index of the next entry that sweep looks at
}

type entry struct {
	key string
	terms
	counter
}

func (s *shard) take(h *Hit) State {
	now := h.Now.UnixNano()
	s.mu.Lock()
	defer s.mu.Unlock()
	i, found := s.index[h.Key]
	if found {
		return s.entries[i].take(h.terms(), h.Cost, now)
	}
	// A counter with nothing charged needs no place.
	e := entry{key: h.Key, terms: h.terms()}
	state := e.take(e.terms, h.Cost, now)
	if !state.Allowed || h.Cost <= 0 {
		if h.Cost <= 0 {
			state.Reset = 0
		}
		return state
	}
	s.sweep(now)
	if len(s.entries) >= s.max {
		s.evict(now)
	}
	s.index[h.Key] = len(s.entries)
	s.entries = append(s.entries, e)
	return state
}

func (s *shard) give(h *Hit, state State) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i, ok := s.index[h.Key]; ok && state.Allowed {
		s.entries[i].give(h.terms(), h.Cost, state.Mark, h.Now.UnixNano())
	}
}

func (s *shard) clear(key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i, ok := s.index[key]; ok {
		s.remove(i)
	}
}

// sweep looks at a few entries and drops those whose window is over. It may drop more entries than are added, so that
// the store shrinks.
func (s *shard) sweep(now int64) {
	for range min(4, len(s.entries)) {
		if s.hand >= len(s.entries) {
			s.hand = 0
		}
		if e := &s.entries[s.hand]; e.over(e.terms, now) {
			s.remove(s.hand)
			if len(s.entries) == 0 {
				return
			}
		} else {
			s.hand++
		}
	}
}

// evict drops the least used of eight random entries.
func (s *shard) evict(now int64) {
	victim, least, soonest := 0, 2.0, int64(0)
	for range 8 {
		i := rand.IntN(len(s.entries)) //nolint:gosec // a sample for eviction, not a secret; it must be cheap
		e := &s.entries[i]
		share, end := 0.0, e.end(e.terms)
		if now < end {
			share = e.share(e.terms, now)
		}
		if share < least || share == least && end < soonest {
			victim, least, soonest = i, share, end
		}
	}
	s.remove(victim)
}

// remove moves the last entry to the place of entry i.
func (s *shard) remove(i int) {
	last := len(s.entries) - 1
	delete(s.index, s.entries[i].key)
	if i != last {
		s.entries[i] = s.entries[last]
		s.index[s.entries[i].key] = i
	}
	s.entries[last] = entry{}
	s.entries = s.entries[:last]
}

func asDuration(ns int64) time.Duration { return time.Duration(max(0, ns)) }
