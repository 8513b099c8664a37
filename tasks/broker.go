package tasks

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/dewar-go/dewar"
)

// A Broker keeps tasks until they are done. Its methods are safe for concurrent use. Every broker passes the suite of
// package taskstest, as far as its [Capabilities] go.
//
// What a method accepted is durable when it returns nil, in the way the broker's manual says. A method ends by itself
// when its server does not answer: brokers give every call a deadline.
//
// Brokers that cannot do a part embed [Unsupported].
type Broker interface {
	// Capabilities says what the broker can do. It does not change.
	Capabilities() Capabilities

	// Enqueue accepts tasks, all or none. With Capabilities.Transaction they belong to the transaction that ctx
	// carries, or to the request's ([RequestOf]), if there is one. A task whose Unique another waiting or running one
	// has is left out, which is no error; its ID is set to "".
	Enqueue(ctx context.Context, list ...*Task) error

	// Join makes the calling process a worker.
	Join(ctx context.Context, w Worker) (Session, error)

	// EnqueueGroup accepts members and the task that ends them, in one step.
	EnqueueGroup(ctx context.Context, g *Group) error

	// Schedules returns the stored times of all periodic tasks.
	Schedules(ctx context.Context) ([]ScheduleState, error)
	// Advance sets the stored time of s.Name to next and enqueues t (nil for none), in one step, when the stored time
	// is still s.Next (zero when there is none), and reports whether it was.
	Advance(ctx context.Context, s ScheduleState, next time.Time, t *Task) (bool, error)

	// Stats counts tasks by queue.
	Stats(ctx context.Context) ([]QueueStats, error)
	// List returns tasks, the oldest first.
	List(ctx context.Context, f Filter) ([]Info, error)
	// Lookup returns a task, or ErrNotFound.
	Lookup(ctx context.Context, id string) (Info, error)
	// Replay makes a dead task wait again, with no failures. The error is ErrNotFound when it is not dead, and
	// ErrDuplicate when its Unique is in use.
	Replay(ctx context.Context, id string) error
	// Discard removes a task that waits or is dead, and asks for the end of one that runs. A member of a group counts
	// as failed.
	Discard(ctx context.Context, id string) error
}

// Capabilities say what a broker can do.
type Capabilities struct {
	Transaction bool // Enqueue joins the transaction of the request
	Delay       bool // RunAt, and retries that wait
	Priority    bool
	Unique      bool
	Groups      bool
	Schedules   bool
	Results     bool // progress, results, and Lookup of what is done
	Inspect     bool // Stats, List, Lookup, Replay, Discard
}

// A Worker says who joins.
type Worker struct {
	// Name is for people, such as host and process. It need not be unique.
	Name string
	// Queues are the queues to take from. Each broker serves them by their weights.
	Queues []QueueShare
}

// A QueueShare is a queue and its weight beside the others, from 1.
type QueueShare struct {
	Name   string
	Weight int
}

// The times of leases. A worker beats every BeatEvery. One that has not for DeadAfter by the broker's clock is dead.
// One whose own beats fail for GiveUpAfter by its monotonic clock ends its tasks before others may take them.
const (
	BeatEvery   = 5 * time.Second
	GiveUpAfter = 18 * time.Second
	DeadAfter   = 25 * time.Second
	// MaxLost is how many workers a task may lose before it is dead.
	MaxLost = 3
)

// A Session is a worker's place at the broker: the lease of all that it has claimed.
type Session interface {
	// Claim takes up to n due tasks. When there are none it waits for as long as wait, or until ctx is done, and then
	// returns none. Each claim adds one to Attempt.
	Claim(ctx context.Context, n int, wait time.Duration) ([]Claim, error)
	// Settle ends a claim. ErrLost says that it is not this worker's any more; nothing is changed then.
	Settle(ctx context.Context, c Claim, o Outcome) error
	// Progress notes how far a task is. ErrLost as for Settle.
	Progress(ctx context.Context, c Claim, p Progress) error
	// Beat renews the lease. It returns the ids of the claimed tasks that were discarded meanwhile. ErrLost says that
	// the session is dead, and everything it claimed lost: the worker joins again. Beat also finds the tasks of
	// workers that died.
	Beat(ctx context.Context) (discarded []string, err error)
	// Close gives back what is still claimed, with no attempt counted, and leaves. With a context that is done already
	// it only frees what it holds in this process: the lease is lost.
	Close(ctx context.Context) error
}

// A Claim is a task that is this worker's to run.
type Claim struct {
	Task
	// Handle is the broker's own.
	Handle any
}

// A Verdict is the kind of an [Outcome].
type Verdict int

// The verdicts.
const (
	Done      Verdict = iota + 1 // it succeeded
	Failed                       // it runs again after After; Failures counts one more
	Again                        // it runs again after After; nothing is counted
	Buried                       // it is dead: kept, and not run until somebody replays it
	Discarded                    // it is gone
)

// An Outcome is how a claim ended.
type Outcome struct {
	Verdict Verdict
	// After is how long Failed and Again wait.
	After time.Duration
	// Error is why Failed and Buried, at most MaxError bytes.
	Error string
	// Result and Keep are of Done: the result, and how long it can be looked up. Keep 0 keeps nothing.
	Result json.RawMessage
	Keep   time.Duration
}

// Progress is how far a task is.
type Progress struct {
	Done  int64  `json:"done"`
	Total int64  `json:"total,omitempty"` // 0 when it is not known
	Note  string `json:"note,omitempty"`  // at most 200 bytes
}

// A Group is tasks of which one runs after all others.
type Group struct {
	ID      string
	Members []*Task
	End     *Task
	// Anyway runs End although members are dead. Otherwise End is dead with the first dead member's group.
	Anyway bool
}

// A ScheduleState is what a broker keeps of a periodic task.
type ScheduleState struct {
	Name string
	Spec string    // for people
	Next time.Time // to the millisecond
}

// A State is where a task is.
type State string

// The states.
const (
	Waiting   State = "waiting"
	Scheduled State = "scheduled" // due later
	Running   State = "running"
	Held      State = "held" // ends a group that is not done
	Finished  State = "finished"
	Dead      State = "dead"
)

// QueueStats counts the tasks of a queue.
type QueueStats struct {
	Queue                             string
	Waiting, Scheduled, Running, Dead int
	// Oldest is how long the first waiting task has been due.
	Oldest time.Duration
}

// A Filter chooses tasks. Zero fields choose all.
type Filter struct {
	State State
	Queue string
	Kind  string
	Group string
	// After is the id behind which the list begins.
	After string
	// Limit bounds the list. Default and most: 100.
	Limit int
}

// Info is a task as people see it. Its RunAt is when it is due next.
type Info struct {
	Task
	State State
	// Worker runs it, by its name.
	Worker string
	// Started is when its last attempt began, Ended when it was finished or dead.
	Started, Ended time.Time
	Progress       *Progress
	Result         json.RawMessage
	// Errors are the last five.
	Errors []Failure
}

// A Failure is why an attempt failed.
type Failure struct {
	Attempt int       `json:"attempt"`
	At      time.Time `json:"at"`
	Error   string    `json:"error"`
}

// Errors of brokers.
var (
	// ErrLost says that a claim is another worker's by now, or nobody's.
	ErrLost = errors.New("tasks: the lease is lost: the worker was taken for dead, or the task was given to another")
	// ErrNotFound says that there is no such task.
	ErrNotFound = errors.New("tasks: there is no such task")
	// ErrDuplicate says that another task has the same unique key.
	ErrDuplicate = errors.New("tasks: a task with the same unique key waits or runs")
	// ErrUnsupported says that the broker cannot do this.
	ErrUnsupported = errors.New("tasks: the broker does not offer this; see its Capabilities")
)

// Unsupported is embedded by brokers that offer neither groups nor schedules nor inspection.
type Unsupported struct{}

func (Unsupported) EnqueueGroup(context.Context, *Group) error { return ErrUnsupported }
func (Unsupported) Schedules(context.Context) ([]ScheduleState, error) {
	return nil, ErrUnsupported
}
func (Unsupported) Advance(context.Context, ScheduleState, time.Time, *Task) (bool, error) {
	return false, ErrUnsupported
}
func (Unsupported) Stats(context.Context) ([]QueueStats, error)  { return nil, ErrUnsupported }
func (Unsupported) List(context.Context, Filter) ([]Info, error) { return nil, ErrUnsupported }
func (Unsupported) Lookup(context.Context, string) (Info, error) { return Info{}, ErrUnsupported }
func (Unsupported) Replay(context.Context, string) error         { return ErrUnsupported }
func (Unsupported) Discard(context.Context, string) error        { return ErrUnsupported }

type requestKey struct{}

// withRequest returns the request's context with the Context in it.
func withRequest(c *dewar.Context) context.Context {
	return context.WithValue(dewar.RequestContext(c), requestKey{}, c)
}

// RequestOf returns the request in which a task is enqueued. It is for brokers with Capabilities.Transaction.
func RequestOf(ctx context.Context) (*dewar.Context, bool) {
	c, ok := ctx.Value(requestKey{}).(*dewar.Context)
	return c, ok
}
