// Package taskstest has the tests that every [tasks.Broker] must pass, as far as its capabilities go:
//
//	func TestBroker(t *testing.T) {
//		taskstest.Test(t, taskstest.Harness{New: func(t *testing.T) tasks.Broker { … }})
//	}
//
// A test that needs a capability is skipped without it, never by the broker's name.
package taskstest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dewar-go/dewar/tasks"
)

// A Harness says how a broker is tested.
type Harness struct {
	// New returns a broker that is empty. It is required.
	New func(t *testing.T) tasks.Broker
	// Again returns another broker with the same tasks, as another process has it. Default: the same broker.
	Again func(t *testing.T, b tasks.Broker) tasks.Broker
	// Expire makes the leases of all sessions of now run out, as if their workers had been dead for tasks.DeadAfter.
	// Default: the tests of lost leases are skipped.
	Expire func(t *testing.T, b tasks.Broker)
	// Ended is told before a test ends, for what must be awaited. Default: nothing.
	Ended func(t *testing.T, b tasks.Broker)
	// Wrap runs each test, such as in a bubble of package testing/synctest. Default: it is called.
	Wrap func(t *testing.T, f func(t *testing.T))
}

// patience is how long a test waits for what must happen.
const patience = 20 * time.Second

// Test runs the suite.
func Test(t *testing.T, h Harness) {
	if h.Again == nil {
		h.Again = func(_ *testing.T, b tasks.Broker) tasks.Broker { return b }
	}
	if h.Wrap == nil {
		h.Wrap = func(t *testing.T, f func(t *testing.T)) { f(t) }
	}
	can := h.New(t).Capabilities()
	for _, row := range []struct {
		name  string
		needs bool
		test  func(*bench)
	}{
		{"a task goes in and comes out", true, (*bench).roundTrip},
		{"in the order they came", true, (*bench).order},
		{"all or none", true, (*bench).allOrNone},
		{"only from its queues", true, (*bench).queues},
		{"a claim waits for a task", true, (*bench).waits},
		{"a claim ends with its context", true, (*bench).ends},
		{"failed and again", true, (*bench).again},
		{"a claim is settled once", true, (*bench).fence},
		{"given back at the end", true, (*bench).givenBack},
		{"each task once", true, (*bench).once},
		{"no queue starves", true, (*bench).weights},
		{"a queue from end to end", true, (*bench).endToEnd},
		{"a worker that died", h.Expire != nil, (*bench).lost},
		{"a task that kills", h.Expire != nil, (*bench).poison},
		{"later", can.Delay, (*bench).later},
		{"by priority", can.Priority, (*bench).priority},
		{"unique", can.Unique, (*bench).unique},
		{"unique from many sides", can.Unique, (*bench).uniqueRace},
		{"unique after all ends", can.Unique && can.Inspect, (*bench).uniqueEnds},
		{"results and progress", can.Results, (*bench).results},
		{"dead letters", can.Inspect, (*bench).dead},
		{"discarded while it runs", can.Inspect, (*bench).discardRunning},
		{"discarded while it waits", can.Inspect, (*bench).discardWaiting},
		{"lists by pages", can.Inspect, (*bench).lists},
		{"groups end once", can.Groups, (*bench).groups},
		{"groups with dead members", can.Groups && can.Inspect, (*bench).groupsDead},
		{"groups from many sides", can.Groups, (*bench).groupsRace},
		{"groups of lost workers", can.Groups && h.Expire != nil, (*bench).groupsLost},
		{"ticks once", can.Schedules, (*bench).ticks},
	} {
		t.Run(row.name, func(t *testing.T) {
			if !row.needs {
				t.Skip("the broker, or its harness, does not offer this")
			}
			h.Wrap(t, func(t *testing.T) {
				b := h.New(t)
				row.test(&bench{T: t, h: h, b: b, ctx: t.Context()})
				if h.Ended != nil {
					h.Ended(t, b)
				}
			})
		})
	}
}

// bench is one test.
type bench struct {
	*testing.T
	h   Harness
	b   tasks.Broker
	ctx context.Context
}

func (t *bench) must(err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// task makes a task with the arguments n.
func (t *bench) task(n int, change ...func(*tasks.Task)) *tasks.Task {
	task := &tasks.Task{ID: tasks.NewID(), Kind: "test", Version: 1, Args: json.RawMessage(fmt.Sprint(n)), Queue: tasks.DefaultQueue, Enqueued: time.Now()}
	for _, f := range change {
		f(task)
	}
	return task
}

func (t *bench) enqueue(list ...*tasks.Task) {
	t.Helper()
	t.must(t.b.Enqueue(t.ctx, list...))
}

func (t *bench) join(queues ...string) tasks.Session {
	t.Helper()
	return t.joinAt(t.b, queues...)
}

func (t *bench) joinAt(b tasks.Broker, queues ...string) tasks.Session {
	t.Helper()
	w := tasks.Worker{Name: "test"}
	if len(queues) == 0 {
		queues = []string{tasks.DefaultQueue}
	}
	for _, q := range queues {
		w.Queues = append(w.Queues, tasks.QueueShare{Name: q, Weight: 1})
	}
	s, err := b.Join(t.ctx, w)
	t.must(err)
	return s
}

// claim takes n tasks, which must come.
func (t *bench) claim(s tasks.Session, n int) (claims []tasks.Claim) {
	t.Helper()
	for end := time.Now().Add(patience); len(claims) < n; {
		more, err := s.Claim(t.ctx, n-len(claims), time.Second)
		t.must(err)
		if claims = append(claims, more...); time.Now().After(end) {
			t.Fatalf("%d tasks came instead of %d", len(claims), n)
		}
	}
	return claims
}

func (t *bench) none(s tasks.Session) {
	t.Helper()
	claims, err := s.Claim(t.ctx, 10, 0)
	t.must(err)
	if len(claims) > 0 {
		t.Fatalf("there are tasks: %s %s", claims[0].Kind, claims[0].Args)
	}
}

func (t *bench) settle(s tasks.Session, c tasks.Claim, o tasks.Outcome) {
	t.Helper()
	t.must(s.Settle(t.ctx, c, o))
}

func (t *bench) done(s tasks.Session, list ...tasks.Claim) {
	t.Helper()
	for _, c := range list {
		t.settle(s, c, tasks.Outcome{Verdict: tasks.Done})
	}
}

func (t *bench) lostErr(err error) {
	t.Helper()
	if !errors.Is(err, tasks.ErrLost) {
		t.Fatalf("the error is %v, and not ErrLost", err)
	}
}

// state is where a task is, "" when it is nowhere.
func (t *bench) state(id string) tasks.State {
	t.Helper()
	info, err := t.b.Lookup(t.ctx, id)
	if errors.Is(err, tasks.ErrNotFound) {
		return ""
	}
	t.must(err)
	return info.State
}

func (t *bench) wantState(id string, want tasks.State) {
	t.Helper()
	if got := t.state(id); got != want {
		t.Fatalf("the task is %q, want %q", got, want)
	}
}

func (t *bench) roundTrip() {
	sent := t.task(0, func(k *tasks.Task) {
		k.Kind, k.Version, k.Args = "send 手紙 'x' \\ %", 7, json.RawMessage(`{"a":"é\u0000\\\"'?$1%s","b":[1,null],"big":9007199254740993}`)
		k.RequestID, k.Trace = "request-1", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
	})
	want := *sent
	t.enqueue(sent)
	large := t.task(0, func(k *tasks.Task) { k.Args = json.RawMessage(`"` + strings.Repeat("x", tasks.MaxArgs-2) + `"`) })
	t.enqueue(large)
	s := t.join()
	for _, got := range t.claim(s, 2) {
		if got.ID == large.ID {
			if len(got.Args) != tasks.MaxArgs {
				t.Errorf("%d bytes of arguments came", len(got.Args))
			}
			continue
		}
		if got.ID != want.ID || got.Kind != want.Kind || got.Version != want.Version || string(got.Args) != string(want.Args) || got.Queue != want.Queue ||
			got.RequestID != want.RequestID || got.Trace != want.Trace || got.Attempt != 1 || got.Failures != 0 || got.Lost != 0 || got.Enqueued.Sub(want.Enqueued).Abs() > time.Second {
			t.Errorf("got %+v,\nwant %+v", got.Task, want)
		}
		t.done(s, got)
	}
	t.none(s)
	t.must(s.Close(t.ctx))
}

func (t *bench) order() {
	var list []*tasks.Task
	for i := range 20 {
		list = append(list, t.task(i))
	}
	t.enqueue(list...)
	s := t.join()
	var got []string
	for len(got) < 20 {
		for _, c := range t.claim(s, 1) {
			got = append(got, string(c.Args))
			t.done(s, c)
		}
	}
	if !slices.IsSortedFunc(got, func(a, b string) int { return len(a) - len(b) }) || got[0] != "0" || got[19] != "19" {
		t.Errorf("the order is %v", got)
	}
}

func (t *bench) allOrNone() {
	for name, change := range map[string]func(*tasks.Task){
		"too long": func(k *tasks.Task) { k.Args = json.RawMessage(`"` + strings.Repeat("x", tasks.MaxArgs) + `"`) },
		"no JSON":  func(k *tasks.Task) { k.Args = json.RawMessage(`{`) },
		"no kind":  func(k *tasks.Task) { k.Kind = "" },
		"no queue": func(k *tasks.Task) { k.Queue = "a'b" },
		"no id":    func(k *tasks.Task) { k.ID = "" },
	} {
		if err := t.b.Enqueue(t.ctx, t.task(1), t.task(2, change)); err == nil || !strings.HasPrefix(err.Error(), "tasks: ") {
			t.Errorf("%s: %v", name, err)
		}
	}
	t.none(t.join())
	t.must(t.b.Enqueue(t.ctx)) // nothing at all
}

func (t *bench) queues() {
	t.enqueue(t.task(1, func(k *tasks.Task) { k.Queue = "mail" }), t.task(2, func(k *tasks.Task) { k.Queue = "other" }))
	other, mail := t.join("other", "third"), t.join("mail")
	if c := t.claim(other, 1); string(c[0].Args) != "2" {
		t.Errorf("%s came from %s", c[0].Args, c[0].Queue)
	}
	t.none(other)
	if c := t.claim(mail, 1); string(c[0].Args) != "1" || c[0].Queue != "mail" {
		t.Errorf("%s came from %s", c[0].Args, c[0].Queue)
	}
}

func (t *bench) waits() {
	s := t.join()
	got := make(chan []tasks.Claim, 1)
	go func() {
		claims, err := s.Claim(t.ctx, 1, patience)
		if err != nil {
			t.Error(err)
		}
		got <- claims
	}()
	t.enqueue(t.task(1))
	if claims := <-got; len(claims) != 1 {
		t.Error("the task did not come to who waited")
	} else {
		t.done(s, claims[0])
	}
}

func (t *bench) ends() {
	s := t.join()
	ctx, cancel := context.WithCancel(t.ctx)
	ended := make(chan struct{})
	go func() { defer close(ended); _, _ = s.Claim(ctx, 1, time.Hour) }() // with an error or without
	cancel()
	select {
	case <-ended:
	case <-time.After(patience):
		t.Fatal("the claim goes on")
	}
	t.enqueue(t.task(1))
	t.done(s, t.claim(s, 1)...)
}

func (t *bench) again() {
	t.enqueue(t.task(1))
	s := t.join()
	c := t.claim(s, 1)[0]
	t.settle(s, c, tasks.Outcome{Verdict: tasks.Failed, Error: "first"})
	c = t.claim(s, 1)[0]
	if c.Failures != 1 || c.Attempt != 2 {
		t.Fatalf("after a failure: attempt %d, %d failures", c.Attempt, c.Failures)
	}
	t.settle(s, c, tasks.Outcome{Verdict: tasks.Again})
	c = t.claim(s, 1)[0]
	if c.Failures != 1 || c.Attempt != 3 || string(c.Args) != "1" {
		t.Fatalf("after a snooze: attempt %d, %d failures, %s", c.Attempt, c.Failures, c.Args)
	}
	t.done(s, c)
	t.none(s)
}

func (t *bench) fence() {
	t.enqueue(t.task(1), t.task(2))
	s, other := t.join(), t.joinAt(t.h.Again(t.T, t.b))
	claims := t.claim(s, 2)
	t.lostErr(other.Settle(t.ctx, claims[0], tasks.Outcome{Verdict: tasks.Done}))
	t.settle(s, claims[0], tasks.Outcome{Verdict: tasks.Failed})
	t.lostErr(s.Settle(t.ctx, claims[0], tasks.Outcome{Verdict: tasks.Done}))
	second := t.claim(s, 1)[0]
	t.lostErr(s.Settle(t.ctx, claims[0], tasks.Outcome{Verdict: tasks.Buried})) // an attempt that is over
	t.done(s, second, claims[1])
	t.lostErr(s.Settle(t.ctx, claims[1], tasks.Outcome{Verdict: tasks.Done}))
	t.none(other)
}

func (t *bench) givenBack() {
	t.enqueue(t.task(1), t.task(2), t.task(3))
	s := t.join()
	t.done(s, t.claim(s, 2)[0])
	t.must(s.Close(t.ctx))
	next := t.join()
	for _, c := range t.claim(next, 2) {
		if c.Failures != 0 || c.Lost != 0 {
			t.Errorf("given back with %d failures and %d lost", c.Failures, c.Lost)
		}
		t.done(next, c)
	}
	t.none(next)
}

// once lets several workers, of two processes, claim and settle at the same time.
func (t *bench) once() {
	const producers, each, workers = 4, 60, 6
	var mu sync.Mutex
	seen := map[string]int{}
	var making, working sync.WaitGroup
	for p := range producers {
		making.Go(func() {
			for i := range each {
				if err := t.b.Enqueue(t.ctx, t.task(p*each+i)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	brokers := []tasks.Broker{t.b, t.h.Again(t.T, t.b)}
	end := time.Now().Add(patience)
	for w := range workers {
		s := t.joinAt(brokers[w%2])
		working.Go(func() {
			for time.Now().Before(end) {
				claims, err := s.Claim(t.ctx, 1+w, 50*time.Millisecond)
				if err != nil {
					t.Error(err)
					return
				}
				for _, c := range claims {
					if err := s.Settle(t.ctx, c, tasks.Outcome{Verdict: tasks.Done}); err != nil {
						t.Error(err)
					}
				}
				mu.Lock()
				for _, c := range claims {
					seen[string(c.Args)]++
				}
				n := len(seen)
				mu.Unlock()
				if n == producers*each {
					return
				}
			}
		})
	}
	making.Wait()
	working.Wait()
	for i := range producers * each {
		if n := seen[fmt.Sprint(i)]; n != 1 {
			t.Errorf("task %d ran %d times", i, n)
		}
	}
}

func (t *bench) weights() {
	var list []*tasks.Task
	for i := range 300 {
		list = append(list, t.task(i, func(k *tasks.Task) { k.Queue = []string{"a", "b", "c"}[i%3] }))
	}
	t.enqueue(list...)
	s := t.join("a", "b", "c")
	seen := map[string]int{}
	for range 100 {
		c := t.claim(s, 1)[0]
		seen[c.Queue]++
		t.done(s, c)
	}
	// Of 100 draws with a chance of a third, fewer than 5 come once in 10^11 times.
	if seen["a"] < 5 || seen["b"] < 5 || seen["c"] < 5 {
		t.Errorf("the queues' tasks ran %v times", seen)
	}
}
