package tasks

import (
	"cmp"
	"container/heap"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"sync"
	"time"
)

// Memory returns a broker that keeps tasks in the memory of the process: for tests, and for work that may be lost when
// the process ends. It can do all that brokers can, but its Enqueue knows no transactions: tasks of a request come to
// it at the commit stage. It goes by the clock of package time, so that package testing/synctest works with it.
func Memory() Broker {
	return &memory{
		tasks: map[string]*memoryTask{}, ready: map[string]*memoryHeap{}, unique: map[string]string{},
		groups: map[string]*memoryGroup{}, schedules: map[string]ScheduleState{}, wake: make(chan struct{}),
	}
}

type memory struct {
	mu        sync.Mutex
	tasks     map[string]*memoryTask
	ready     map[string]*memoryHeap // by queue
	later     memoryHeap             // scheduled, by RunAt
	unique    map[string]string      // the key's task
	groups    map[string]*memoryGroup
	schedules map[string]ScheduleState
	wake      chan struct{} // is closed when a task becomes ready
}

type memoryTask struct {
	Task
	state    State
	due      time.Time // when it becomes ready
	rank     int64
	session  *memorySession
	started  time.Time
	ended    time.Time
	until    time.Time // a finished one is kept so long
	progress *Progress
	result   json.RawMessage
	errors   []Failure
	discard  bool
}

type memoryGroup struct {
	left, failed int
	end          string
	anyway       bool
}

// memoryHeap has tasks in the order of key, with those that left for elsewhere among them.
type memoryHeap struct {
	list []*memoryTask
	key  func(*memoryTask) int64
}

func (h *memoryHeap) Len() int { return len(h.list) }
func (h *memoryHeap) Less(i, j int) bool {
	a, b := h.list[i], h.list[j]
	return cmp.Or(cmp.Compare(h.key(a), h.key(b)), cmp.Compare(a.ID, b.ID)) < 0
}
func (h *memoryHeap) Swap(i, j int) { h.list[i], h.list[j] = h.list[j], h.list[i] }
func (h *memoryHeap) Push(x any)    { h.list = append(h.list, x.(*memoryTask)) }
func (h *memoryHeap) Pop() any {
	last := len(h.list) - 1
	x := h.list[last]
	h.list[last] = nil
	h.list = h.list[:last]
	return x
}

func (*memory) Capabilities() Capabilities {
	return Capabilities{Delay: true, Priority: true, Unique: true, Groups: true, Schedules: true, Results: true, Inspect: true}
}

func (m *memory) Enqueue(ctx context.Context, list ...*Task) error {
	for _, t := range list {
		if err := t.Check(); err != nil {
			return err
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, t := range list {
		m.add(t, false)
	}
	return ctx.Err()
}

// add keeps a copy of the task.
func (m *memory) add(t *Task, held bool) {
	if t.Unique != "" {
		if m.unique[t.Unique] != "" {
			t.ID = ""
			return
		}
		m.unique[t.Unique] = t.ID
	}
	kept := &memoryTask{Task: *t, state: Held}
	kept.Args = slices.Clone(t.Args)
	m.tasks[t.ID] = kept
	if !held {
		m.put(kept, t.RunAt)
	}
}

// put makes the task wait, until at if that is later.
func (m *memory) put(t *memoryTask, at time.Time) {
	now := time.Now()
	t.session, t.discard, t.due = nil, false, at
	if at.After(now) {
		t.state = Scheduled
		m.later.key = func(t *memoryTask) int64 { return t.due.UnixNano() }
		heap.Push(&m.later, t)
		return
	}
	t.state, t.rank = Waiting, max(at.UnixMilli(), t.Enqueued.UnixMilli())+int64(t.Priority)*Ageing.Milliseconds()
	h := m.ready[t.Queue]
	if h == nil {
		h = &memoryHeap{key: func(t *memoryTask) int64 { return t.rank }}
		m.ready[t.Queue] = h
	}
	heap.Push(h, t)
	close(m.wake)
	m.wake = make(chan struct{})
}

// promote makes due tasks ready, and returns when the next is due.
func (m *memory) promote(now time.Time) (next time.Time) {
	for len(m.later.list) > 0 {
		t := m.later.list[0]
		if t.state == Scheduled && t.due.After(now) {
			return t.due
		}
		heap.Pop(&m.later)
		if t.state == Scheduled {
			m.put(t, t.due)
		}
	}
	return now.Add(time.Hour)
}

func (m *memory) EnqueueGroup(ctx context.Context, g *Group) error {
	for _, t := range append([]*Task{g.End}, g.Members...) {
		if err := t.Check(); err != nil {
			return err
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.groups[g.ID] = &memoryGroup{left: len(g.Members), end: g.End.ID, anyway: g.Anyway}
	m.add(g.End, true)
	for _, t := range g.Members {
		m.add(t, false)
	}
	return ctx.Err()
}

// left notes that a task is done, dead or gone.
func (m *memory) left(t *memoryTask, failed bool) {
	if t.Unique != "" && m.unique[t.Unique] == t.ID {
		delete(m.unique, t.Unique)
	}
	g := m.groups[t.Group]
	if g == nil || g.end == t.ID {
		return
	}
	if g.left--; failed {
		g.failed++
	}
	if g.left > 0 {
		return
	}
	delete(m.groups, t.Group)
	end := m.tasks[g.end]
	switch {
	case end == nil || end.state != Held: // it was discarded
	case g.failed > 0 && !g.anyway:
		m.bury(end, GroupFailed(g.failed))
	default:
		m.put(end, end.RunAt)
	}
}

func (m *memory) bury(t *memoryTask, why string) {
	t.fail(why)
	t.state, t.session, t.ended = Dead, nil, time.Now()
	m.left(t, true)
}

func (t *memoryTask) fail(why string) {
	if t.errors = append(t.errors, Failure{t.Attempt, time.Now(), why}); len(t.errors) > KeptErrors {
		t.errors = t.errors[1:]
	}
}

func (m *memory) Schedules(context.Context) ([]ScheduleState, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Collect(maps.Values(m.schedules)), nil
}

func (m *memory) Advance(ctx context.Context, s ScheduleState, next time.Time, t *Task) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.schedules[s.Name].Next.Equal(s.Next) {
		return false, nil
	}
	if t != nil {
		if err := t.Check(); err != nil {
			return false, err
		}
		m.add(t, false)
	}
	s.Next = next
	m.schedules[s.Name] = s
	return true, ctx.Err()
}

func (m *memory) Stats(context.Context) ([]QueueStats, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := time.Now()
	m.promote(now)
	by := map[string]*QueueStats{}
	for _, t := range m.tasks {
		s := by[t.Queue]
		if s == nil {
			s = &QueueStats{Queue: t.Queue}
			by[t.Queue] = s
		}
		switch t.state {
		case Waiting:
			s.Waiting++
			s.Oldest = max(s.Oldest, now.Sub(time.UnixMilli(t.rank).Add(-time.Duration(t.Priority)*Ageing)))
		case Scheduled, Held:
			s.Scheduled++
		case Running:
			s.Running++
		case Dead:
			s.Dead++
		}
	}
	var list []QueueStats
	for _, name := range slices.Sorted(maps.Keys(by)) {
		list = append(list, *by[name])
	}
	return list, nil
}

func (m *memory) List(_ context.Context, f Filter) ([]Info, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.promote(time.Now())
	m.forget()
	var list []Info
	for _, id := range slices.Sorted(maps.Keys(m.tasks)) {
		t := m.tasks[id]
		if id > f.After && (f.State == "" || f.State == t.state) && (f.Queue == "" || f.Queue == t.Queue) &&
			(f.Kind == "" || f.Kind == t.Kind) && (f.Group == "" || f.Group == t.Group) {
			if list = append(list, t.info()); len(list) == f.limit() {
				break
			}
		}
	}
	return list, nil
}

func (f Filter) limit() int {
	if f.Limit < 1 || f.Limit > MaxList {
		return MaxList
	}
	return f.Limit
}

func (t *memoryTask) info() Info {
	i := Info{Task: t.Task, State: t.state, Started: t.started, Ended: t.ended, Progress: t.progress, Result: t.result, Errors: slices.Clone(t.errors)}
	if t.state == Scheduled {
		i.RunAt = t.due
	}
	if t.session != nil {
		i.Worker = t.session.worker.Name
	}
	return i
}

func (m *memory) Lookup(_ context.Context, id string) (Info, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.promote(time.Now())
	m.forget()
	if t := m.tasks[id]; t != nil {
		return t.info(), nil
	}
	return Info{}, ErrNotFound
}

// forget drops finished tasks whose time is over.
func (m *memory) forget() {
	now := time.Now()
	maps.DeleteFunc(m.tasks, func(_ string, t *memoryTask) bool { return t.state == Finished && !t.until.After(now) })
}

func (m *memory) Replay(_ context.Context, id string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	t := m.tasks[id]
	if t == nil || t.state != Dead {
		return ErrNotFound
	}
	if t.Unique != "" {
		if m.unique[t.Unique] != "" {
			return ErrDuplicate
		}
		m.unique[t.Unique] = id
	}
	t.Failures, t.Lost, t.ended = 0, 0, time.Time{}
	m.put(t, time.Time{})
	return nil
}

func (m *memory) Discard(_ context.Context, id string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	t := m.tasks[id]
	switch {
	case t == nil || t.state == Finished:
		return ErrNotFound
	case t.state == Running:
		t.discard = true
		return nil
	}
	m.drop(t)
	return nil
}

// drop removes a task without a trace.
func (m *memory) drop(t *memoryTask) {
	delete(m.tasks, t.ID)
	if t.state != Dead {
		m.left(t, true)
	}
	t.state = ""
}
