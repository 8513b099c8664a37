package tasks

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"
)

// WorkerOptions say what a worker does.
type WorkerOptions struct {
	// Queues are what it takes from. Default: all queues of the registered kinds, with one weight.
	Queues []QueueShare
	// Concurrency is how many tasks run at once. Default: 8.
	Concurrency int

	now <-chan struct{} // ends the wait for running tasks
}

const (
	claimWait   = time.Second
	stuckAfter  = 30 * time.Second // how long a handler may ignore the end of its context
	lastGrace   = 2 * time.Second  // the same at shut-down
	unknownWait = 30 * time.Second
	unknownFor  = time.Hour // a rolling deploy is over by then
	callTimeout = 5 * time.Second
)

// Causes of the end of a handler's context.
var (
	// ErrShutdown says that the process ends. The task waits again, with no attempt counted.
	ErrShutdown  = errors.New("tasks: the worker ends")
	errDiscarded = errors.New("tasks: the task was cancelled")
	errStuck     = errors.New("tasks: the handler did not return after its context had ended")
)

// Work runs tasks until ctx is done, and lets the running ones end then, for Config.ShutdownTimeout. It goes on while
// the broker cannot be reached. The error is about the options, or ErrStuck.
func (q *Queue) Work(ctx context.Context, o WorkerOptions) error {
	shares, err := q.shares(o.Queues)
	if err != nil {
		return err
	}
	q.mu.Lock()
	q.frozen = true
	q.mu.Unlock()
	host, _ := os.Hostname()
	n := cmp.Or(max(o.Concurrency, 0), 8)
	w := &worker{
		queue: q, slots: make(chan struct{}, n), maxStuck: cmp.Or(q.config.MaxStuck, n), tooMany: make(chan struct{}),
		now: o.now, who: Worker{Name: clip(fmt.Sprintf("%s:%d", host, os.Getpid()), 100), Queues: shares},
	}
	ctx, cancel := context.WithCancel(ctx)
	var scheduler sync.WaitGroup
	scheduler.Go(func() { q.schedule(ctx) })
	defer scheduler.Wait()
	defer cancel()
	for ctx.Err() == nil {
		session, err := w.join(ctx)
		if err != nil {
			return nil // ctx is done
		}
		switch err := w.serve(ctx, session); {
		case errors.Is(err, ErrLost):
			q.log().Error("the worker's lease is lost: its tasks are ended here, and run again by whoever takes them", "worker", w.who.Name)
		case err != nil:
			return err
		}
	}
	return nil
}

// A worker runs claimed tasks.
type worker struct {
	queue    *Queue
	who      Worker
	now      <-chan struct{}
	slots    chan struct{} // holds one for each place that is taken
	stuck    atomic.Int32
	maxStuck int
	tooMany  chan struct{} // is closed when there are maxStuck
	troubled atomic.Bool   // the broker's last answer was an error, and it was logged
}

// join begins a session. It tries until ctx is done.
func (w *worker) join(ctx context.Context) (Session, error) {
	for failures := 1; ; failures++ {
		session, err := w.queue.config.Broker.Join(ctx, w.who)
		w.trouble(ctx, err)
		if err == nil {
			return session, nil
		}
		if pause(ctx, failures) != nil {
			return nil, ctx.Err()
		}
	}
}

// pause waits between attempts to reach the broker: from 100 ms, doubled up to 5 s.
func pause(ctx context.Context, failures int) error {
	timer := time.NewTimer(min(100*time.Millisecond<<min(failures-1, 6), callTimeout))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// trouble logs the first of the broker's errors in a row, and the end of them.
func (w *worker) trouble(ctx context.Context, err error) {
	switch {
	case err == nil && ctx.Err() == nil && w.troubled.CompareAndSwap(true, false):
		w.queue.log().Info("the broker of the tasks answers again")
	case err != nil && ctx.Err() == nil && w.troubled.CompareAndSwap(false, true):
		w.queue.log().Error("the broker of the tasks fails; trying again", "error", err.Error())
	}
}

// tenure is the time of a session.
type tenure struct {
	*worker
	session Session
	over    context.Context // ends with the lease
	end     context.CancelFunc
	beaten  atomic.Pointer[time.Time] // with the monotonic clock

	mu      sync.Mutex
	running map[string]*attempt
	ended   sync.WaitGroup
}

// serve claims and runs tasks until ctx is done, the lease is lost, or too many handlers are stuck.
func (w *worker) serve(ctx context.Context, session Session) error {
	t := &tenure{worker: w, session: session, running: map[string]*attempt{}}
	t.over, t.end = context.WithCancel(context.Background())
	defer t.end()
	t.beat()
	var beats sync.WaitGroup
	beats.Go(t.beats)
	claiming, stop := context.WithCancel(ctx)
	defer stop()
	defer context.AfterFunc(t.over, stop)()
	failures := 0
	for {
		n := 0
		select {
		case w.slots <- struct{}{}:
			n = 1
		case <-claiming.Done():
		case <-w.tooMany:
		}
		if n == 0 {
			break
		}
		for n < cap(w.slots) && t.tryTake() {
			n++
		}
		var claims []Claim
		var err error
		if time.Since(*t.beaten.Load()) < GiveUpAfter {
			claims, err = session.Claim(claiming, n, claimWait)
			w.trouble(claiming, err)
		} else {
			_ = pause(claiming, 1) // the process slept: let it beat first
		}
		for range n - len(claims) {
			<-w.slots
		}
		for _, c := range claims {
			t.start(c)
		}
		if failures++; err == nil {
			failures = 0
		} else {
			_ = pause(claiming, failures)
		}
	}
	lost := t.over.Err() != nil
	if lost {
		t.cancelAll(ErrLost)
		_ = session.Close(t.over)
	} else {
		t.drain(ctx.Err() == nil)
	}
	t.end()
	beats.Wait()
	switch {
	case lost:
		return ErrLost
	case ctx.Err() == nil:
		return ErrStuck
	}
	return nil
}

func (t *tenure) tryTake() bool {
	select {
	case t.slots <- struct{}{}:
		return true
	default:
		return false
	}
}

// drain lets the running tasks end, and gives the rest back.
func (t *tenure) drain(atOnce bool) {
	ended := make(chan struct{})
	go func() { t.ended.Wait(); close(ended) }()
	wait := func(d time.Duration) {
		timer := time.NewTimer(d)
		defer timer.Stop()
		select {
		case <-ended:
		case <-timer.C:
		case <-t.over.Done():
		case <-t.now:
		}
	}
	if !atOnce {
		wait(t.queue.config.ShutdownTimeout)
	}
	t.cancelAll(ErrShutdown)
	wait(lastGrace)
	t.mu.Lock()
	for id, a := range t.running {
		if a.end() { // what it returns later is nobody's
			t.queue.log().Warn("a task is given back at shut-down", "task", id, "kind", a.claim.Kind)
		}
	}
	t.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), callTimeout)
	defer cancel()
	if err := t.session.Close(ctx); err != nil {
		t.queue.log().Error("the worker could not sign off; its tasks run again when it is taken for dead", "error", err.Error())
	}
}

func (t *tenure) cancelAll(cause error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, a := range t.running {
		a.cancel(cause)
	}
}

func (t *tenure) beat() { now := time.Now(); t.beaten.Store(&now) }

// beats renews the lease until the tenure is over, or ends the tenure.
func (t *tenure) beats() {
	for failures := 0; ; {
		wait := BeatEvery
		if failures > 0 {
			wait = time.Second
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-t.over.Done():
			timer.Stop()
			return
		}
		began := time.Now()
		left := GiveUpAfter - began.Sub(*t.beaten.Load())
		ctx, cancel := context.WithTimeout(t.over, max(min(left, callTimeout), time.Second))
		discarded, err := t.session.Beat(ctx)
		cancel()
		t.trouble(t.over, err)
		switch {
		case err == nil:
			failures = 0
			t.beaten.Store(&began)
		case errors.Is(err, ErrLost) || time.Since(*t.beaten.Load()) > GiveUpAfter:
			t.end()
			return
		default:
			failures++
		}
		for _, id := range discarded {
			t.mu.Lock()
			if a := t.running[id]; a != nil {
				a.cancel(errDiscarded)
			}
			t.mu.Unlock()
		}
	}
}

// start runs a claim in a goroutine.
func (t *tenure) start(c Claim) {
	a := &attempt{claim: c, session: t.session}
	base, cancel := context.WithCancelCause(context.WithValue(context.Background(), currentKey{}, a))
	a.cancel = cancel
	t.mu.Lock()
	t.running[c.ID] = a
	t.mu.Unlock()
	if t.over.Err() != nil {
		cancel(ErrLost)
	}
	t.ended.Add(1)
	go func() {
		defer t.ended.Done()
		o, ok := t.run(base, a)
		if ok {
			t.settle(a, o)
			<-t.slots
		} else {
			t.stuck.Add(-1)
		}
		cancel(nil)
		t.mu.Lock()
		delete(t.running, c.ID)
		t.mu.Unlock()
	}()
}

// run runs the handler. It reports false when the attempt was ended by the watch, which has freed the slot.
func (t *tenure) run(base context.Context, a *attempt) (Outcome, bool) {
	d, o := t.queue.known(&a.claim.Task)
	if d == nil {
		return o, a.end()
	}
	args, err := d.args(&a.claim.Task)
	began := time.Now()
	if err == nil {
		ctx, cancel := context.WithTimeout(base, d.settings.Timeout)
		watch := time.AfterFunc(d.settings.Timeout+stuckAfter, func() { t.abandon(d, a) })
		err = call(ctx, d, args)
		watch.Stop()
		cancel()
	}
	if !a.end() {
		return o, false
	}
	o = d.outcomeOf(&a.claim.Task, err)
	if err != nil {
		switch context.Cause(base) {
		case errDiscarded:
			o = Outcome{Verdict: Discarded, Error: o.Error}
		case ErrShutdown, ErrLost:
			o = Outcome{Verdict: Again, Error: o.Error}
		}
	} else {
		o.Result, o.Keep = a.kept(), d.settings.Keep
		if o.Result != nil && o.Keep == 0 {
			o.Keep = 24 * time.Hour
		}
	}
	t.queue.logEnd(&a.claim.Task, o, err, time.Since(began))
	return o, true
}

// known returns the definition of a task's kind, or what becomes of the task: it waits for a binary that knows the kind
// or the version of its arguments.
func (q *Queue) known(t *Task) (*definition, Outcome) {
	q.mu.Lock()
	d := q.kinds[t.Kind]
	q.mu.Unlock()
	text := "tasks: no handler is registered for the kind"
	if d != nil {
		if t.Version <= d.settings.Version {
			return d, Outcome{}
		}
		text = fmt.Sprintf("tasks: the arguments have version %d, and the handler knows %d", t.Version, d.settings.Version)
	}
	waiting := t.Enqueued
	if t.RunAt.After(waiting) {
		waiting = t.RunAt
	}
	q.log().Warn(text, "kind", t.Kind, "task", t.ID)
	if d == nil && time.Since(waiting) > unknownFor {
		return nil, Outcome{Verdict: Buried, Error: text}
	}
	return nil, Outcome{Verdict: Again, After: unknownWait, Error: text}
}

// panicked is a panic of a handler.
type panicked struct {
	value any
	stack []byte
}

func (p *panicked) Error() string { return fmt.Sprintf("panic: %v", p.value) }

func call(ctx context.Context, d *definition, args []byte) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &panicked{p, debug.Stack()}
		}
	}()
	return d.run(ctx, args)
}

// abandon counts a handler as stuck: its task fails, its place is free, and the worker ends when there are too many.
func (t *tenure) abandon(d *definition, a *attempt) {
	if !a.end() {
		return
	}
	t.queue.log().Error(errStuck.Error(), "task", a.claim.ID, "kind", a.claim.Kind, "timeout", d.settings.Timeout)
	t.settle(a, d.outcomeOf(&a.claim.Task, errStuck))
	<-t.slots
	if int(t.stuck.Add(1)) == t.maxStuck {
		close(t.tooMany)
	}
}

// settle ends the claim at the broker, and tries until it answers or the lease is over.
func (t *tenure) settle(a *attempt, o Outcome) {
	for failures := 1; ; failures++ {
		ctx, cancel := context.WithTimeout(t.over, 2*callTimeout)
		err := t.session.Settle(ctx, a.claim, o)
		cancel()
		if err == nil {
			return
		}
		lost := errors.Is(err, ErrLost)
		if !lost {
			t.trouble(t.over, err)
			lost = pause(t.over, failures) != nil
		}
		if lost {
			t.queue.log().Warn("a task ended when it was not this worker's any more; it runs again", "task", a.claim.ID, "kind", a.claim.Kind)
			return
		}
	}
}

// logEnd logs how an attempt ended.
func (q *Queue) logEnd(t *Task, o Outcome, err error, took time.Duration) {
	level, message := slog.LevelDebug, "task done"
	switch o.Verdict {
	case Failed:
		level, message = slog.LevelWarn, "task failed"
	case Buried:
		level, message = slog.LevelError, "task dead"
	case Again:
		message = "task runs again"
	case Discarded:
		message = "task cancelled"
	}
	log := q.log()
	if !log.Enabled(context.Background(), level) {
		return
	}
	attrs := []slog.Attr{
		slog.String("kind", t.Kind), slog.String("task", t.ID), slog.Int("attempt", t.Attempt), slog.Duration("took", took),
	}
	if t.RequestID != "" {
		attrs = append(attrs, slog.String("request_id", t.RequestID))
	}
	if o.Error != "" {
		attrs = append(attrs, slog.String("error", o.Error))
	}
	if o.Verdict == Failed {
		attrs = append(attrs, slog.Duration("again_in", o.After))
	}
	var p *panicked
	if errors.As(err, &p) {
		attrs = append(attrs, slog.String("stack", string(p.stack)))
	}
	log.LogAttrs(context.Background(), level, message, attrs...)
}
