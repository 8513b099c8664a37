package tasks_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dewar-go/dewar/tasks"
)

// newQueue returns a queue over a broker in memory that logs to the buffer.
func newQueue(b tasks.Broker) (*tasks.Queue, *log) {
	l := &log{}
	return tasks.NewQueue(tasks.Config{Broker: b, Workers: -1, Logger: slog.New(slog.NewTextHandler(l, nil))}), l
}

type log struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *log) Write(p []byte) (int, error) { l.mu.Lock(); defer l.mu.Unlock(); return l.b.Write(p) }
func (l *log) String() string              { l.mu.Lock(); defer l.mu.Unlock(); return l.b.String() }

// work runs a worker until stop is called, which returns its error.
func work(t *testing.T, q *tasks.Queue, o tasks.WorkerOptions) (stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- q.Work(ctx, o) }()
	return func() error { cancel(); return <-ended }
}

func enqueue[A any](t *testing.T, k tasks.Kind[A], args A) string {
	t.Helper()
	id, err := k.EnqueueContext(t.Context(), args)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func lookup(t *testing.T, q *tasks.Queue, id string) tasks.Info {
	t.Helper()
	info, err := q.Lookup(t.Context(), id)
	if err != nil && !errors.Is(err, tasks.ErrNotFound) {
		t.Fatal(err)
	}
	return info
}

// TestOutcomes: what a handler says decides when its task runs again, and whether.
func TestOutcomes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q, l := newQueue(tasks.Memory())
		var runs []time.Duration
		begin := time.Now()
		k := tasks.NewWith(q, "k", tasks.Settings{MaxAttempts: 3, Backoff: func(n int) time.Duration { return time.Duration(n) * time.Minute }}, func(_ context.Context, do string) error {
			runs = append(runs, time.Since(begin).Round(time.Second))
			switch {
			case do == "panic":
				panic("boo")
			case do == "nil pointer":
				var p *int
				*p = 1
			case do == "fatal":
				return fmt.Errorf("wrapped: %w", tasks.Fatal(errors.New("wrong")))
			case do == "after":
				return tasks.RetryAfter(time.Hour, errors.New("busy"))
			case do == "snooze" && len(runs) < 6:
				return tasks.Snooze(10 * time.Minute)
			case do == "fail":
				return errors.New("no")
			}
			return nil
		})
		stop := work(t, q, tasks.WorkerOptions{Concurrency: 1})
		for _, row := range []struct {
			do    string
			runs  []time.Duration
			state tasks.State
			err   string
		}{
			{"fine", []time.Duration{0}, "", ""},
			{"fail", []time.Duration{0, time.Minute, 3 * time.Minute}, tasks.Dead, "no"},
			{"panic", []time.Duration{0, time.Minute, 3 * time.Minute}, tasks.Dead, "panic: boo"},
			{"nil pointer", []time.Duration{0, time.Minute, 3 * time.Minute}, tasks.Dead, "panic: runtime error: invalid memory address or nil pointer dereference"},
			{"fatal", []time.Duration{0}, tasks.Dead, "wrapped: wrong"},
			{"after", []time.Duration{0, time.Hour, 2 * time.Hour}, tasks.Dead, "busy"},
			{"snooze", []time.Duration{0, 10 * time.Minute, 20 * time.Minute, 30 * time.Minute, 40 * time.Minute, 50 * time.Minute}, "", ""},
		} {
			begin, runs = time.Now(), nil
			id := enqueue(t, k, row.do)
			time.Sleep(row.runs[len(row.runs)-1] + 5*time.Minute)
			info := lookup(t, q, id)
			if fmt.Sprint(runs) != fmt.Sprint(row.runs) || info.State != row.state {
				t.Errorf("%s: ran at %v, want %v; it is %q", row.do, runs, row.runs, info.State)
			}
			if row.err != "" && info.Errors[len(info.Errors)-1].Error != row.err {
				t.Errorf("%s: %+v", row.do, info.Errors)
			}
		}
		if err := stop(); err != nil {
			t.Error(err)
		}
		if text := l.String(); !strings.Contains(text, "worker_test.go") || !strings.Contains(text, `msg="task dead"`) {
			t.Errorf("the log has no stack, or no death:\n%s", text)
		}
	})
}

func TestBackoff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q, _ := newQueue(tasks.Memory())
		id := enqueue(t, tasks.New(q, "k", func(context.Context, int) error { return errors.New("no") }), 1)
		for i, nominal := 1, time.Second; i < 20; i, nominal = i+1, 2*nominal {
			if n, _ := q.RunDue(t.Context()); n != 1 {
				t.Fatalf("attempt %d: %d", i, n)
			}
			if i == 12 {
				nominal = time.Hour
			}
			nominal = min(nominal, time.Hour)
			d := time.Until(lookup(t, q, id).RunAt)
			if d < nominal/2 || d > nominal*3/2 {
				t.Errorf("after failure %d it waits %v, want about %v", i, d, nominal)
			}
			time.Sleep(d)
		}
		_, _ = q.RunDue(t.Context())
		if info := lookup(t, q, id); info.State != tasks.Dead || info.Failures != 20 {
			t.Errorf("%+v", info)
		}
	})
}

// TestTimeout: the context of a handler ends; one that does not listen loses its place; too many end the worker.
func TestTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q, l := newQueue(tasks.Memory())
		release := make(chan struct{})
		var deaf atomic.Int32
		k := tasks.NewWith(q, "k", tasks.Settings{Timeout: time.Minute, MaxAttempts: 1}, func(ctx context.Context, listens bool) error {
			if listens {
				<-ctx.Done()
				return ctx.Err()
			}
			deaf.Add(1)
			<-release
			return nil
		})
		listening := enqueue(t, k, true)
		ended := make(chan error, 1)
		go func() { ended <- q.Work(context.Background(), tasks.WorkerOptions{Concurrency: 2}) }()
		time.Sleep(61 * time.Second)
		if info := lookup(t, q, listening); info.State != tasks.Dead || info.Errors[0].Error != context.DeadlineExceeded.Error() {
			t.Errorf("%+v", info)
		}
		first := enqueue(t, k, false)
		time.Sleep(80 * time.Second)
		if state := lookup(t, q, first).State; state != tasks.Running {
			t.Errorf("before the grace is over the task is %q", state)
		}
		time.Sleep(20 * time.Second)
		info := lookup(t, q, first)
		if info.State != tasks.Dead || !strings.Contains(info.Errors[0].Error, "did not return") {
			t.Errorf("%+v", info)
		}
		enqueue(t, k, false)
		time.Sleep(2 * time.Minute)
		if err := <-ended; !errors.Is(err, tasks.ErrStuck) {
			t.Errorf("the worker ended with %v", err)
		}
		close(release)
		synctest.Wait()
		if lookup(t, q, first).State != tasks.Dead {
			t.Error("what a stuck handler returned late was heard")
		}
		if !strings.Contains(l.String(), "did not return after its context had ended") {
			t.Error(l)
		}
	})
}

// TestShutdown: running tasks may end; then their context does; what ignores that waits again, and nothing counts.
func TestShutdown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := tasks.Memory()
		q, _ := newQueue(b)
		release := make(chan struct{})
		causes := make(chan error, 1)
		k := tasks.New(q, "k", func(ctx context.Context, how string) error {
			switch how {
			case "slow":
				time.Sleep(20 * time.Second)
				return nil
			case "listens":
				<-ctx.Done()
				causes <- context.Cause(ctx)
				return ctx.Err()
			}
			<-release
			return nil
		})
		ids := map[string]string{}
		for _, how := range []string{"slow", "listens", "deaf"} {
			ids[how] = enqueue(t, k, how)
		}
		stop := work(t, q, tasks.WorkerOptions{Concurrency: 3})
		time.Sleep(time.Second)
		begin := time.Now()
		last := make(chan error, 1)
		go func() { last <- stop() }()
		time.Sleep(time.Second)
		ids["late"] = enqueue(t, k, "late")
		if err := <-last; err != nil || time.Since(begin) > 28*time.Second {
			t.Errorf("it ended with %v after %v", err, time.Since(begin))
		}
		if cause := <-causes; !errors.Is(cause, tasks.ErrShutdown) {
			t.Errorf("the cause is %v", cause)
		}
		for how, want := range map[string]tasks.State{"slow": "", "listens": tasks.Waiting, "deaf": tasks.Waiting, "late": tasks.Waiting} {
			if info := lookup(t, q, ids[how]); info.State != want || info.Failures != 0 || info.Lost != 0 {
				t.Errorf("%s: %+v", how, info)
			}
		}
		close(release)
		synctest.Wait()
		if lookup(t, q, ids["deaf"]).State != tasks.Waiting {
			t.Error("what was given back was finished by the worker that ended")
		}
	})
}

// TestCancel: a running task that is cancelled is told within a beat, and leaves no trace.
func TestCancel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q, _ := newQueue(tasks.Memory())
		told := make(chan time.Time, 1)
		k := tasks.New(q, "k", func(ctx context.Context, _ int) error { <-ctx.Done(); told <- time.Now(); return ctx.Err() })
		id := enqueue(t, k, 1)
		stop := work(t, q, tasks.WorkerOptions{})
		time.Sleep(time.Hour / 10) // its lease is renewed all the while
		if info := lookup(t, q, id); info.State != tasks.Running || info.Attempt != 1 {
			t.Fatalf("%+v", info)
		}
		begin := time.Now()
		if err := q.Cancel(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		if d := (<-told).Sub(begin); d > tasks.BeatEvery {
			t.Errorf("told after %v", d)
		}
		synctest.Wait()
		if state := lookup(t, q, id).State; state != "" {
			t.Errorf("it is %q", state)
		}
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
}

// flaky fails all calls while it is down.
type flaky struct {
	tasks.Broker
	down atomic.Bool
}

type flakySession struct {
	tasks.Session
	b *flaky
}

var errDown = errors.New("the database is down")

func (b *flaky) Join(ctx context.Context, w tasks.Worker) (tasks.Session, error) {
	if b.down.Load() {
		return nil, errDown
	}
	s, err := b.Broker.Join(ctx, w)
	return &flakySession{s, b}, err
}

func (s *flakySession) Claim(ctx context.Context, n int, wait time.Duration) ([]tasks.Claim, error) {
	if s.b.down.Load() {
		return nil, errDown
	}
	return s.Session.Claim(ctx, n, wait)
}

func (s *flakySession) Settle(ctx context.Context, c tasks.Claim, o tasks.Outcome) error {
	if s.b.down.Load() {
		return errDown
	}
	return s.Session.Settle(ctx, c, o)
}

func (s *flakySession) Beat(ctx context.Context) ([]string, error) {
	if s.b.down.Load() {
		return nil, errDown
	}
	return s.Session.Beat(ctx)
}

// TestBrokerDown: a short absence costs nothing; a long one ends the handlers before others may have their tasks, and
// the worker comes back by itself.
func TestBrokerDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &flaky{Broker: tasks.Memory()}
		q, l := newQueue(b)
		var runs, cut atomic.Int32
		k := tasks.New(q, "k", func(ctx context.Context, d time.Duration) error {
			runs.Add(1)
			select {
			case <-time.After(d):
				return nil
			case <-ctx.Done():
				if errors.Is(context.Cause(ctx), tasks.ErrLost) {
					cut.Add(1)
				}
				return ctx.Err()
			}
		})
		short := enqueue(t, k, 10*time.Second)
		stop := work(t, q, tasks.WorkerOptions{})
		time.Sleep(5 * time.Second)
		b.down.Store(true)
		time.Sleep(12 * time.Second) // the task ends meanwhile
		b.down.Store(false)
		time.Sleep(10 * time.Second)
		if lookup(t, q, short).State != "" || runs.Load() != 1 || cut.Load() != 0 {
			t.Errorf("after a short absence: %d runs, %d cut, %q", runs.Load(), cut.Load(), lookup(t, q, short).State)
		}
		long := enqueue(t, k, 2*time.Minute)
		time.Sleep(5 * time.Second)
		b.down.Store(true)
		time.Sleep(tasks.DeadAfter - 2*time.Second)
		if cut.Load() != 1 {
			t.Error("the handler goes on although others may soon have its task")
		}
		time.Sleep(time.Minute)
		b.down.Store(false)
		time.Sleep(35 * time.Second)
		if info := lookup(t, q, long); info.State != tasks.Running || info.Lost != 1 || info.Failures != 0 {
			t.Errorf("after a long absence: %+v", info)
		}
		time.Sleep(3 * time.Minute)
		if lookup(t, q, long).State != "" {
			t.Error("it did not end")
		}
		if err := stop(); err != nil {
			t.Error(err)
		}
		if n := strings.Count(l.String(), "the database is down"); n < 2 || n > 4 { // a claim may wait at the broker when it goes
			t.Errorf("the log has it %d times:\n%s", n, l)
		}
	})
}

// TestUnknown: what this binary does not know waits for another, a kind for an hour; bad arguments are dead at once.
func TestUnknown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := tasks.Memory()
		newer, _ := newQueue(b)
		kind := tasks.New(newer, "new kind", func(context.Context, int) error { return nil })
		version := tasks.NewWith(newer, "k", tasks.Settings{Version: 2, Upgrade: map[int]func(json.RawMessage) (json.RawMessage, error){1: nil2}}, func(context.Context, string) error { return nil })
		a, c := enqueue(t, kind, 1), enqueue(t, version, "x")
		older, _ := newQueue(b)
		tasks.New(older, "k", func(context.Context, int) error { t.Error("it ran"); return nil })
		stop := work(t, older, tasks.WorkerOptions{})
		time.Sleep(59 * time.Minute)
		if lookup(t, older, a).State == tasks.Dead {
			t.Error("the unknown kind is dead too early")
		}
		time.Sleep(3 * time.Minute)
		if info := lookup(t, older, a); info.State != tasks.Dead || info.Failures != 1 {
			t.Errorf("the unknown kind: %+v", info)
		}
		time.Sleep(time.Hour)
		if info := lookup(t, older, c); info.State == tasks.Dead || info.Failures != 0 {
			t.Errorf("the newer version: %+v", info)
		}
		if err := stop(); err != nil {
			t.Error(err)
		}
		stop = work(t, newer, tasks.WorkerOptions{})
		time.Sleep(time.Minute)
		if lookup(t, newer, c).State != "" {
			t.Error("the newer version did not run where it is known")
		}
		bad := &tasks.Task{ID: tasks.NewID(), Kind: "k", Version: 2, Args: json.RawMessage(`{"no":"string"}`), Queue: "default", Enqueued: time.Now()}
		if err := b.Enqueue(t.Context(), bad); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		if info := lookup(t, newer, bad.ID); info.State != tasks.Dead || info.Attempt != 1 || string(info.Args) != `{"no":"string"}` {
			t.Errorf("bad arguments: %+v", info)
		}
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
}

func nil2(json.RawMessage) (json.RawMessage, error) { return nil, errors.New("no") }

// TestUpgrade: arguments of older versions pass through each upgrade.
func TestUpgrade(t *testing.T) {
	type v3 struct{ Name, Lang string }
	b := tasks.Memory()
	q, _ := newQueue(b)
	var got []v3
	tasks.NewWith(q, "k", tasks.Settings{Version: 3, MaxAttempts: 1, Upgrade: map[int]func(json.RawMessage) (json.RawMessage, error){
		1: func(data json.RawMessage) (json.RawMessage, error) { // a bare string
			return json.RawMessage(`{"who":` + string(data) + `}`), nil
		},
		2: func(data json.RawMessage) (json.RawMessage, error) {
			var old struct{ Who string }
			if err := json.Unmarshal(data, &old); err != nil {
				return nil, err
			}
			return json.Marshal(v3{old.Who, "en"})
		},
	}}, func(_ context.Context, v v3) error { got = append(got, v); return nil })
	for i, args := range []string{`"ada"`, `{"who":"bob"}`, `{"Name":"eve","Lang":"de","More":1}`, `7`} {
		task := &tasks.Task{ID: tasks.NewID(), Kind: "k", Version: min(i+1, 3), Args: json.RawMessage(args), Queue: "default", Enqueued: time.Now()}
		if args == `7` {
			task.Version = 2
		}
		if err := b.Enqueue(t.Context(), task); err != nil {
			t.Fatal(err)
		}
	}
	n, err := q.RunDue(t.Context())
	if want := "[{ada en} {bob en} {eve de}]"; fmt.Sprint(got) != want || n != 4 || err == nil || !strings.Contains(err.Error(), "from version 2") {
		t.Errorf("%v, %d, %v", got, n, err)
	}
}
