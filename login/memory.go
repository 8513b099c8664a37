package login

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sync"
	"time"
)

// sweepEvery is how often a Memory drops what has expired.
const sweepEvery = time.Minute

// A Memory is a [Store] in this process: for tests, and for an application that runs as one process and may log
// everybody out when it starts again.
type Memory struct {
	mu       sync.Mutex
	swept    time.Time
	sessions map[string]*Record
	byUser   map[string]map[string]bool // ids of sessions
	tokens   map[string]*Token
	keys     map[string]*Key
}

var _ Store = (*Memory)(nil)

// NewMemory returns an empty store.
func NewMemory() *Memory {
	return &Memory{sessions: map[string]*Record{}, byUser: map[string]map[string]bool{}, tokens: map[string]*Token{}, keys: map[string]*Key{}}
}

// AddSession writes a new record.
func (m *Memory) AddSession(_ context.Context, r Record) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sweep()
	r.Methods = slices.Clone(r.Methods)
	m.sessions[r.ID] = &r
	if m.byUser[r.User] == nil {
		m.byUser[r.User] = map[string]bool{}
	}
	m.byUser[r.User][r.ID] = true
	return nil
}

// sweep drops what has expired, at most every sweepEvery.
func (m *Memory) sweep() {
	now := time.Now()
	if now.Sub(m.swept) < sweepEvery {
		return
	}
	m.swept = now
	for id, r := range m.sessions {
		if now.After(r.Expires) {
			m.end(id)
		}
	}
	maps.DeleteFunc(m.tokens, func(_ string, t *Token) bool { return now.After(t.Expires) })
}

func (m *Memory) end(id string) bool {
	r, ok := m.sessions[id]
	if !ok {
		return false
	}
	delete(m.sessions, id)
	if delete(m.byUser[r.User], id); len(m.byUser[r.User]) == 0 {
		delete(m.byUser, r.User)
	}
	return true
}

// Session returns the record of an id, or ErrNotFound.
func (m *Memory) Session(_ context.Context, id string) (Record, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if r, ok := m.sessions[id]; ok {
		return *r, nil
	}
	return Record{}, ErrNotFound
}

// TouchSession sets Seen and Address.
func (m *Memory) TouchSession(_ context.Context, id string, seen time.Time, address string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if r, ok := m.sessions[id]; ok {
		r.Seen, r.Address = seen, address
	}
	return nil
}

// StaleSession makes Proved zero.
func (m *Memory) StaleSession(_ context.Context, id string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if r, ok := m.sessions[id]; ok {
		r.Proved = time.Time{}
	}
	return nil
}

// EndSession removes a record.
func (m *Memory) EndSession(_ context.Context, id string) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.end(id), nil
}

// SessionsOf returns the records of a user, the last used first.
func (m *Memory) SessionsOf(_ context.Context, user string) ([]Record, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var list []Record
	for id := range m.byUser[user] {
		list = append(list, *m.sessions[id])
	}
	slices.SortFunc(list, func(a, b Record) int { return cmp.Or(b.Seen.Compare(a.Seen), cmp.Compare(a.ID, b.ID)) })
	return list, nil
}

// AddToken writes a new token.
func (m *Memory) AddToken(_ context.Context, t Token) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sweep()
	m.tokens[t.Selector] = &t
	return nil
}

// Token returns the token of a selector, or ErrNotFound.
func (m *Memory) Token(_ context.Context, selector string) (Token, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if t, ok := m.tokens[selector]; ok {
		return *t, nil
	}
	return Token{}, ErrNotFound
}

// TokensOf returns the tokens of a user, the last rotated first.
func (m *Memory) TokensOf(_ context.Context, user string) ([]Token, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var list []Token
	for _, t := range m.tokens {
		if t.User == user {
			list = append(list, *t)
		}
	}
	slices.SortFunc(list, func(a, b Token) int { return cmp.Or(b.Rotated.Compare(a.Rotated), cmp.Compare(a.Selector, b.Selector)) })
	return list, nil
}

// RotateToken replaces the hash of a token.
func (m *Memory) RotateToken(_ context.Context, selector, from, to string, at time.Time) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	t, ok := m.tokens[selector]
	if !ok || t.Hash != from {
		return false, nil
	}
	t.Hash, t.Previous, t.Rotated = to, from, at
	return true, nil
}

// DeleteToken removes a token.
func (m *Memory) DeleteToken(_ context.Context, selector string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.tokens, selector)
	return nil
}

// EndUser removes all records and tokens of a user.
func (m *Memory) EndUser(_ context.Context, user, except string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for id := range maps.Clone(m.byUser[user]) {
		if id != except {
			m.end(id)
		}
	}
	maps.DeleteFunc(m.tokens, func(_ string, t *Token) bool { return t.User == user })
	return nil
}

// AddKey writes a new key.
func (m *Memory) AddKey(_ context.Context, k Key) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	k.Scopes = slices.Clone(k.Scopes)
	m.keys[k.Prefix] = &k
	return nil
}

// Key returns the key of a prefix, or ErrNotFound.
func (m *Memory) Key(_ context.Context, prefix string) (Key, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if k, ok := m.keys[prefix]; ok {
		return *k, nil
	}
	return Key{}, ErrNotFound
}

// UseKey sets Used.
func (m *Memory) UseKey(_ context.Context, prefix string, at time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if k, ok := m.keys[prefix]; ok {
		k.Used = at
	}
	return nil
}

// KeysOf returns the keys of a user, the newest first.
func (m *Memory) KeysOf(_ context.Context, user string) ([]Key, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var list []Key
	for _, k := range m.keys {
		if k.User == user {
			list = append(list, *k)
		}
	}
	slices.SortFunc(list, func(a, b Key) int { return cmp.Or(b.Created.Compare(a.Created), cmp.Compare(a.Prefix, b.Prefix)) })
	return list, nil
}

// DeleteKey removes a key of this user.
func (m *Memory) DeleteKey(_ context.Context, user, prefix string) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	k, ok := m.keys[prefix]
	if ok = ok && k.User == user; ok {
		delete(m.keys, prefix)
	}
	return ok, nil
}
