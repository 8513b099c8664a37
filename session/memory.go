package session

import (
	"container/list"
	"context"
	"slices"
	"sync"
	"time"
)

// The defaults of MemoryOptions.
const (
	DefaultMaxSessions = 100_000
	DefaultMaxBytes    = 256 << 20
)

// MemoryOptions are the settings of a store in memory.
type MemoryOptions struct {
	ServerOptions
	// MaxSessions is the greatest number of sessions. Beyond it the least recently used one is dropped, those without a
	// user first, so that a flood of visitors signs nobody out. The default is [DefaultMaxSessions].
	MaxSessions int
	// MaxBytes is the greatest size of all values together, in bytes. Beyond it sessions are dropped as above. The
	// default is [DefaultMaxBytes].
	MaxBytes int64
}

// NewMemoryStore returns a store that keeps sessions in this process. They are lost when it ends. It is for tests and
// for applications that run as one process.
func NewMemoryStore(options MemoryOptions) *ServerStore {
	return NewServerStore(NewMemoryBackend(options), options.ServerOptions)
}

// A MemoryBackend is a [Backend] in memory, of bounded size.
type MemoryBackend struct {
	options MemoryOptions

	mu      sync.Mutex
	records map[string]*list.Element // of *Record
	users   map[string]map[string]bool
	bytes   int64 // of all Data
	// The records in the order of their use, the last used first.
	visitors, members list.List
}

var _ Backend = (*MemoryBackend)(nil)

// NewMemoryBackend returns an empty backend. It uses the bounds and the clock of the options.
func NewMemoryBackend(options MemoryOptions) *MemoryBackend {
	o := options
	if o.MaxSessions <= 0 {
		o.MaxSessions = DefaultMaxSessions
	}
	if o.MaxBytes <= 0 {
		o.MaxBytes = DefaultMaxBytes
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &MemoryBackend{options: o, records: map[string]*list.Element{}, users: map[string]map[string]bool{}}
}

// Get returns the record of an id, or ErrNotFound.
func (m *MemoryBackend) Get(_ context.Context, id string) (Record, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	e, ok := m.records[id]
	if !ok {
		return Record{}, ErrNotFound
	}
	r := *e.Value.(*Record)
	r.Data = slices.Clone(r.Data)
	return r, nil
}

// Put writes a record.
func (m *MemoryBackend) Put(_ context.Context, r Record) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	e, ok := m.records[r.ID]
	switch {
	case ok && e.Value.(*Record).Version != r.Version-1:
		return ErrConflict
	case !ok && r.Version > 1:
		return ErrNotFound
	case ok:
		m.remove(e)
	}
	r.Data = slices.Clone(r.Data)
	m.bytes += int64(len(r.Data))
	m.records[r.ID] = m.queue(r.User).PushFront(&r)
	if r.User != "" {
		if m.users[r.User] == nil {
			m.users[r.User] = map[string]bool{}
		}
		m.users[r.User][r.ID] = true
	}
	m.shrink()
	return nil
}

func (m *MemoryBackend) queue(user string) *list.List {
	if user == "" {
		return &m.visitors
	}
	return &m.members
}

// shrink drops expired records at the end of the queues, and then records beyond the bounds.
func (m *MemoryBackend) shrink() {
	now := m.options.Now()
	for _, queue := range []*list.List{&m.visitors, &m.members} {
		for e := queue.Back(); e != nil && e.Value.(*Record).Expires.Before(now); e = queue.Back() {
			m.remove(e)
		}
	}
	for len(m.records) > m.options.MaxSessions || m.bytes > m.options.MaxBytes && len(m.records) > 1 {
		e := m.visitors.Back()
		// The only visitor's record is the one just written. A visitor must be able to sign in even when members fill
		// the memory.
		if e == nil || m.visitors.Len() == 1 && m.members.Len() > 0 {
			e = m.members.Back()
		}
		m.remove(e)
	}
}

func (m *MemoryBackend) remove(e *list.Element) {
	r := e.Value.(*Record)
	m.queue(r.User).Remove(e)
	delete(m.records, r.ID)
	m.bytes -= int64(len(r.Data))
	if ids := m.users[r.User]; ids != nil {
		if delete(ids, r.ID); len(ids) == 0 {
			delete(m.users, r.User)
		}
	}
}

// Touch sets the times of a record.
func (m *MemoryBackend) Touch(_ context.Context, id string, seen, expires time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if e, ok := m.records[id]; ok {
		r := e.Value.(*Record)
		r.Seen, r.Expires = seen, expires
		m.queue(r.User).MoveToFront(e)
	}
	return nil
}

// Delete removes a record.
func (m *MemoryBackend) Delete(_ context.Context, id string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if e, ok := m.records[id]; ok {
		m.remove(e)
	}
	return nil
}

// List returns the records of a user, the last used first.
func (m *MemoryBackend) List(_ context.Context, user string) ([]Record, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var records []Record
	for id := range m.users[user] {
		r := *m.records[id].Value.(*Record)
		r.Data = nil
		records = append(records, r)
	}
	slices.SortFunc(records, func(a, b Record) int { return b.Seen.Compare(a.Seen) })
	return records, nil
}

// Len returns the number of sessions, expired ones included.
func (m *MemoryBackend) Len() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.records)
}
