package tasks

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/dewar-go/dewar"
)

// Config says where tasks are kept and who runs them. Only Broker is required.
type Config struct {
	// Broker keeps the tasks, such as [Memory] or contrib/db's Database.Tasks.
	Broker Broker
	// Workers is how many tasks the serving process runs at once, beside its requests. Default: 4. -1: none, for an
	// application whose worker processes run all.
	Workers int
	// Queues are what the serving process takes from. Default: all queues of the registered kinds, with one weight.
	Queues []QueueShare
	// ShutdownTimeout is how long running tasks may go on when a worker is told to end. Default: 25 seconds, below the
	// 30 after which most platforms kill.
	ShutdownTimeout time.Duration
	// MaxStuck is how many handlers of a process may ignore the end of their context before the worker ends with
	// ErrStuck, so that the process is started anew. Default: as many as run at once.
	MaxStuck int
	// Logger gets failures and, at debug level, each task. Default: the app's logger, or slog.Default without an app.
	Logger *slog.Logger
}

// A Queue is the tasks of an application: their kinds and schedules, and the broker. Make it with [NewQueue]. It is a
// [dewar.Extension]. Its methods are safe for concurrent use.
type Queue struct {
	config Config

	mu        sync.Mutex
	kinds     map[string]*definition
	schedules []*schedule
	frozen    bool // a worker has begun

	stop func()        // ends the workers of the serving process
	done chan struct{} // they have ended
	err  error
}

// NewQueue returns a Queue. A Config without a Broker panics.
func NewQueue(c Config) *Queue {
	if c.Broker == nil {
		panic("tasks: NewQueue: Config.Broker is nil: set it, for example to tasks.Memory() in a test, or to the Tasks of contrib/db")
	}
	c.Workers = cmp.Or(c.Workers, 4)
	c.ShutdownTimeout = cmp.Or(c.ShutdownTimeout, 25*time.Second)
	return &Queue{config: c, kinds: map[string]*definition{}}
}

// Broker returns the broker.
func (q *Queue) Broker() Broker { return q.config.Broker }

// Init makes the app run tasks while it serves (see Config.Workers). [dewar.App.Extend] calls it.
func (q *Queue) Init(app *dewar.App) error {
	if q.config.Logger == nil {
		q.config.Logger = app.Logger()
	}
	if _, another := dewar.ExtensionOf[*Queue](app); another {
		return errors.New("tasks: the app has a Queue already: register all kinds with one, and give them queues by name")
	}
	q.addCommands(app)
	app.OnStart(func(context.Context) error {
		if q.config.Workers < 0 {
			return nil
		}
		// The worker outlives the start.
		ctx, cancel := context.WithCancel(context.Background())
		q.stop, q.done = cancel, make(chan struct{})
		go func() {
			defer close(q.done)
			q.err = q.Work(ctx, WorkerOptions{Concurrency: q.config.Workers, Queues: q.config.Queues})
			if q.err != nil {
				q.log().Error("tasks are not run any more", "error", q.err.Error())
			}
		}()
		return nil
	})
	return nil
}

// Close lets the running tasks of the serving process end, as long as ctx and Config.ShutdownTimeout allow. What is not
// done then waits again.
func (q *Queue) Close(ctx context.Context) error {
	if q.stop == nil {
		return nil
	}
	q.stop()
	select {
	case <-q.done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("tasks: running tasks did not end in time: %w", ctx.Err())
	}
}

func (q *Queue) log() *slog.Logger {
	if q.config.Logger != nil {
		return q.config.Logger
	}
	return slog.Default()
}

// shares returns the queues to take from.
func (q *Queue) shares(list []QueueShare) ([]QueueShare, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	known := []string{DefaultQueue}
	for _, d := range q.kinds {
		known = append(known, d.settings.Queue)
	}
	slices.Sort(known)
	known = slices.Compact(known)
	if len(list) == 0 {
		for _, name := range known {
			list = append(list, QueueShare{name, 1})
		}
		return list, nil
	}
	for _, s := range list {
		if s.Weight < 1 || !queueForm.MatchString(s.Name) {
			return nil, fmt.Errorf("tasks: the queue %q with weight %d: a queue's name is of a to z, 0 to 9, _ and -, its weight 1 or more", s.Name, s.Weight)
		}
		if !slices.Contains(known, s.Name) {
			q.log().Warn("no kind of task is registered for the queue", "queue", s.Name, "known", strings.Join(known, ", "))
		}
	}
	return list, nil
}

// enqueue hands tasks that a request makes to the broker.
func (q *Queue) enqueue(c *dewar.Context, give func(context.Context) error) error {
	if q.config.Broker.Capabilities().Transaction || isSafe(c.Method()) {
		return give(withRequest(c))
	}
	c.AddTransaction(later(give))
	return nil
}

// later enqueues at the commit stage, so that nothing is enqueued by a request that failed before.
type later func(context.Context) error

func (l later) Commit(ctx context.Context) error { return l(ctx) }
func (later) Rollback(context.Context) error     { return nil }

// isSafe reports whether requests with the method have no transaction (RFC 9110, section 9.2.1).
func isSafe(method string) bool {
	return slices.Contains([]string{"GET", "HEAD", "OPTIONS", "TRACE"}, method)
}

// Lookup returns a task by its id: where it is, how far, its errors and its result. The error is ErrNotFound when it is
// finished and its kind keeps nothing, or discarded.
func (q *Queue) Lookup(ctx context.Context, id string) (Info, error) {
	return q.config.Broker.Lookup(ctx, id)
}

// Cancel discards a task. One that runs has its context ended, within BeatEvery.
func (q *Queue) Cancel(ctx context.Context, id string) error {
	return q.config.Broker.Discard(ctx, id)
}

// Check finds what is registered and cannot work with the broker.
func (q *Queue) Check() []dewar.Finding {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.schedules) > 0 && !q.config.Broker.Capabilities().Schedules {
		return []dewar.Finding{{
			ID: "tasks-schedules", Severity: dewar.SeverityError, Subject: "tasks.Queue.Every", Source: q.schedules[0].place,
			Message: fmt.Sprintf("%T keeps no times of periodic tasks, so that none would run", q.config.Broker),
			Remedy:  "use a broker with Capabilities.Schedules for them, such as contrib/db's",
		}}
	}
	return nil
}

// register adds a kind.
func (q *Queue) register(d *definition) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.frozen {
		panic(fmt.Sprintf("tasks: New(%q) at %s comes after a worker began: register all kinds before", d.name, d.place))
	}
	if other := q.kinds[d.name]; other != nil {
		panic(fmt.Sprintf("tasks: New(%q) at %s: the kind is registered already, at %s", d.name, d.place, other.place))
	}
	q.kinds[d.name] = d
}

// place returns file and line of who called the exported function of this package.
func place(skip int) string {
	_, file, line, ok := runtime.Caller(skip + 2)
	if !ok {
		return "an unknown place"
	}
	return fmt.Sprintf("%s:%d", file, line)
}

// ErrStuck is what a worker ends with when too many handlers ignored the end of their context.
var ErrStuck = errors.New("tasks: too many handlers ignore the end of their context: the process must be started anew")
