package tasks

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/dewar-go/dewar"
)

// Settings are those of a kind of task. The zero value of each is useful.
type Settings struct {
	// Queue is where its tasks wait. Default: DefaultQueue.
	Queue string
	// Priority is their level. Default: Normal.
	Priority Priority
	// MaxAttempts is how often a task is tried before it is dead. Default: 20, which takes about half a day.
	MaxAttempts int
	// Timeout is how long an attempt may take; then its context ends. Default: 30 minutes.
	Timeout time.Duration
	// Backoff returns how long a task waits after so many failures, from 1. Default: 1 second, doubled each time up to
	// an hour, half of it by chance.
	Backoff func(failures int) time.Duration
	// Keep is how long [Queue.Lookup] finds a task after it succeeded. Default: not at all, and a day when the handler
	// called [SetResult].
	Keep time.Duration
	// Version is the version of the arguments' type. Raise it when older arguments would be misread, and say in
	// Upgrade how each older version becomes the next. Default: 1.
	Version int
	// Upgrade[n] turns arguments of version n into those of version n+1. All from 1 to Version-1 are required.
	Upgrade map[int]func(json.RawMessage) (json.RawMessage, error)
}

// definition is a registered kind.
type definition struct {
	queue    *Queue
	name     string
	place    string
	settings Settings
	run      func(context.Context, json.RawMessage) error
}

// A Kind is a registered kind of task, with how its next task is enqueued. It is a value: In, At and the other methods
// return a changed copy.
type Kind[A any] struct {
	definition *definition
	how        how
}

// how is what one task has that differs from others of its kind.
type how struct {
	at       time.Time
	in       time.Duration
	queue    string
	priority *Priority
	unique   bool
	keys     []string
}

// New registers a kind of task: its name, which stored tasks refer to, and the function that runs them. Arguments are
// JSON; a field that is not exported is not in them. The context ends with Settings.Timeout, when the task is
// cancelled, when the worker has lost its lease, and when the process ends. [Current] returns the task.
//
// The function may be called more than once for a task (see the package comment), by several goroutines at once for
// different tasks. Its error is a failed attempt unless it is of [Fatal], [RetryAfter] or [Snooze]. A panic is a failed
// attempt too.
//
// A name that is registered already panics, and so does a type that JSON cannot hold.
func New[A any](q *Queue, name string, f func(context.Context, A) error) Kind[A] {
	return newKind(q, name, Settings{}, f)
}

// NewWith is New with settings.
func NewWith[A any](q *Queue, name string, s Settings, f func(context.Context, A) error) Kind[A] {
	return newKind(q, name, s, f)
}

func newKind[A any](q *Queue, name string, s Settings, f func(context.Context, A) error) Kind[A] {
	d := &definition{queue: q, name: name, place: place(1), settings: s}
	s.Queue = cmp.Or(s.Queue, DefaultQueue)
	s.Version = cmp.Or(s.Version, 1)
	s.MaxAttempts = cmp.Or(s.MaxAttempts, 20)
	s.Timeout = cmp.Or(s.Timeout, 30*time.Minute)
	if s.Backoff == nil {
		s.Backoff = backoff
	}
	d.settings = s
	d.run = func(ctx context.Context, data json.RawMessage) error {
		var args A
		if err := json.Unmarshal(data, &args); err != nil {
			return &badArgs{err}
		}
		return f(ctx, args)
	}
	k := Kind[A]{definition: d}
	var zero A
	t, err := k.With(zero).task(context.Background(), nil)
	if err == nil {
		err = t.Check()
	}
	for v := 1; v < s.Version; v++ {
		if s.Upgrade[v] == nil {
			err = fmt.Errorf("its version is %d, and Upgrade[%d] is missing", s.Version, v)
		}
	}
	if s.MaxAttempts < 0 || s.Timeout < 0 || s.Keep < 0 {
		err = errors.New("a setting is negative")
	}
	if f == nil {
		err = errors.New("its function is nil")
	}
	if err != nil {
		panic(fmt.Sprintf("tasks: New(%q) at %s: %s", name, d.place, strings.TrimPrefix(err.Error(), "tasks: ")))
	}
	q.register(d)
	return k
}

// In delays the task, at least that long.
func (k Kind[A]) In(d time.Duration) Kind[A] {
	k.how.in, k.how.at = d, time.Time{}
	return k
}

// At delays the task until t. A time that is over is now.
func (k Kind[A]) At(t time.Time) Kind[A] {
	k.how.in, k.how.at = 0, t
	return k
}

// OnQueue puts the task into another queue than its kind's.
func (k Kind[A]) OnQueue(name string) Kind[A] {
	k.how.queue = name
	return k
}

// WithPriority gives the task another priority than its kind's.
func (k Kind[A]) WithPriority(p Priority) Kind[A] {
	k.how.priority = &p
	return k
}

// Unique leaves the task out while another one of its kind with the same key waits or runs. Without a key the arguments
// are it. One that is done, dead or discarded is in nobody's way.
func (k Kind[A]) Unique(key ...string) Kind[A] {
	k.how.unique, k.how.keys = true, key
	return k
}

// Enqueue enqueues a task in a request and returns its id. Where the broker is the database, the task belongs to the
// request's transaction (see [dewar.Context.AddTransaction]): there is none for a request that failed. Another broker
// gets it at the commit stage, after the transactions that began before; for what must not be lost between the two, use
// the outbox of contrib/db. In a GET, HEAD, OPTIONS or TRACE request, which has no transaction, it is enqueued at once.
//
// The id is "" when Unique left the task out; a broker that gets it at the commit stage leaves it out without saying so.
func (k Kind[A]) Enqueue(c *dewar.Context, args A) (id string, err error) {
	t, err := k.With(args).task(c.Context(), c)
	if err != nil {
		return "", err
	}
	err = k.definition.queue.enqueue(c, func(ctx context.Context) error {
		return k.definition.queue.config.Broker.Enqueue(ctx, t)
	})
	return idOr(t, err)
}

// EnqueueContext is Enqueue outside of a request: in a command, in another task. The task belongs to the transaction
// that ctx carries, if the broker has such (contrib/db's WithTx).
func (k Kind[A]) EnqueueContext(ctx context.Context, args A) (id string, err error) {
	t, err := k.With(args).task(ctx, nil)
	if err != nil {
		return "", err
	}
	return idOr(t, k.definition.queue.config.Broker.Enqueue(ctx, t))
}

func idOr(t *Task, err error) (string, error) {
	if err != nil {
		return "", err
	}
	return t.ID, nil
}

// EnqueueAll enqueues many tasks in one step, all or none.
func (k Kind[A]) EnqueueAll(ctx context.Context, args ...A) error {
	list := make([]*Task, len(args))
	for i, a := range args {
		var err error
		if list[i], err = k.With(a).task(ctx, nil); err != nil {
			return err
		}
	}
	return k.definition.queue.config.Broker.Enqueue(ctx, list...)
}

// With returns a task that is not enqueued yet, for a group or a schedule.
func (k Kind[A]) With(args A) Call { return Call{k.definition, k.how, args} }

// A Call is a task that is not enqueued yet. See [Kind.With].
type Call struct {
	definition *definition
	how        how
	args       any
}

// task makes the task. The request is nil outside of one.
func (k Call) task(ctx context.Context, c *dewar.Context) (*Task, error) {
	d := k.definition
	args, err := json.Marshal(k.args)
	if err != nil {
		return nil, fmt.Errorf("tasks: the arguments of %q: %w", d.name, err)
	}
	now := time.Now()
	t := &Task{
		ID: NewID(), Kind: d.name, Version: d.settings.Version, Args: args, Queue: cmp.Or(k.how.queue, d.settings.Queue),
		Priority: d.settings.Priority, RunAt: k.how.at, Enqueued: now,
	}
	if k.how.in > 0 {
		t.RunAt = now.Add(k.how.in)
	}
	if k.how.priority != nil {
		t.Priority = *k.how.priority
	}
	if k.how.unique {
		t.Unique = uniqueKey(d.name, k.how.keys, args)
	}
	if c != nil {
		t.RequestID = clip(c.RequestID(), 128)
		if trace := c.Request().Header.Get("Traceparent"); traceForm.MatchString(trace) {
			t.Trace = trace
		}
	} else if of, ok := Current(ctx); ok {
		t.RequestID, t.Trace = of.RequestID, of.Trace
	}
	return t, t.Check()
}

// uniqueKey hashes the name and what makes the task unique, each with its length before it.
func uniqueKey(name string, keys []string, args []byte) string {
	h := sha256.New()
	fmt.Fprintf(h, "%d:%s %d", len(name), name, len(keys))
	for _, key := range keys {
		fmt.Fprintf(h, " %d:%s", len(key), key)
	}
	if len(keys) == 0 {
		h.Write(args)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// args returns the arguments of a task in the version that the handler knows.
func (d *definition) args(t *Task) (json.RawMessage, error) {
	args := bytes.Clone(t.Args)
	for v := t.Version; v < d.settings.Version; v++ {
		var err error
		if args, err = d.settings.Upgrade[v](args); err != nil {
			return nil, &badArgs{fmt.Errorf("from version %d: %w", v, err)}
		}
	}
	return args, nil
}

// badArgs are arguments that another attempt cannot read either.
type badArgs struct{ err error }

func (b *badArgs) Error() string { return "tasks: the arguments cannot be read: " + b.err.Error() }
func (b *badArgs) Unwrap() error { return b.err }
