package taskstest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/dewar-go/dewar/tasks"
)

// endToEnd runs two workers of two processes, whose handlers fail, panic and snooze.
func (t *bench) endToEnd() {
	const n = 60
	var mu sync.Mutex
	ran := map[int]int{}
	finished := make(chan struct{})
	make := func(b tasks.Broker) (*tasks.Queue, tasks.Kind[int]) {
		q := tasks.NewQueue(tasks.Config{Broker: b, Logger: slog.New(slog.DiscardHandler)})
		return q, tasks.NewWith(q, "count", tasks.Settings{Backoff: func(int) time.Duration { return 0 }}, func(_ context.Context, i int) error {
			mu.Lock()
			defer mu.Unlock()
			ran[i]++
			first := ran[i] == 1
			switch {
			case first && i%5 == 0:
				return errors.New("fails once")
			case first && i%5 == 1:
				panic("panics once")
			case first && i%5 == 2:
				return tasks.Snooze(0)
			}
			done := 0
			for i, times := range ran {
				if times == 2 || i%5 > 2 {
					done++
				}
			}
			if done == n {
				close(finished)
			}
			return nil
		})
	}
	ctx, cancel := context.WithCancel(t.ctx)
	defer cancel()
	var workers sync.WaitGroup
	var kind tasks.Kind[int]
	for _, b := range []tasks.Broker{t.b, t.h.Again(t.T, t.b)} {
		q, k := make(b)
		kind = k
		workers.Go(func() {
			if err := q.Work(ctx, tasks.WorkerOptions{Concurrency: 3}); err != nil {
				t.Error(err)
			}
		})
	}
	for i := range n {
		if _, err := kind.EnqueueContext(t.ctx, i); err != nil {
			t.Error(err)
		}
	}
	select {
	case <-finished:
	case <-time.After(2 * patience):
		t.Error("not all tasks ran")
	}
	cancel()
	workers.Wait()
	mu.Lock()
	defer mu.Unlock()
	for i := range n {
		if want := map[bool]int{true: 1, false: 2}[i%5 > 2]; ran[i] != want {
			t.Errorf("task %d ran %d times, want %d", i, ran[i], want)
		}
	}
	t.none(t.join())
}

func (t *bench) lost() {
	t.enqueue(t.task(1), t.task(2))
	dying, other := t.join(), t.joinAt(t.h.Again(t.T, t.b))
	claims := t.claim(dying, 2)
	_, err := other.Beat(t.ctx)
	t.must(err)
	t.none(other)
	t.h.Expire(t.T, t.b)
	next := t.join()
	_, err = next.Beat(t.ctx)
	t.must(err)
	again := t.claim(next, 2)
	for _, c := range again {
		if c.Lost != 1 || c.Failures != 0 || c.Attempt != 2 {
			t.Errorf("lost %d, failures %d, attempt %d", c.Lost, c.Failures, c.Attempt)
		}
	}
	t.lostErr(dying.Settle(t.ctx, claims[0], tasks.Outcome{Verdict: tasks.Done}))
	if t.b.Capabilities().Results {
		t.lostErr(dying.Progress(t.ctx, claims[0], tasks.Progress{Done: 1}))
	}
	if _, err := dying.Beat(t.ctx); !errors.Is(err, tasks.ErrLost) {
		t.Errorf("the beat of a dead worker: %v", err)
	}
	t.must(dying.Close(t.ctx)) // and gives back nothing of the other's
	t.done(next, again...)
	t.none(next)
}

func (t *bench) poison() {
	task := t.task(1)
	id := task.ID
	t.enqueue(task, t.task(2))
	s := t.join()
	for i := range tasks.MaxLost {
		for _, c := range t.claim(s, 2-min(i, 1)) {
			if string(c.Args) == "2" {
				t.done(s, c)
			}
		}
		t.h.Expire(t.T, t.b)
		s = t.join()
		_, err := s.Beat(t.ctx)
		t.must(err)
	}
	t.none(s)
	if t.b.Capabilities().Inspect {
		info, err := t.b.Lookup(t.ctx, id)
		t.must(err)
		if info.State != tasks.Dead || info.Lost != tasks.MaxLost || len(info.Errors) == 0 {
			t.Errorf("%+v", info)
		}
	}
}

func (t *bench) later() {
	begin := time.Now()
	soon, far := begin.Add(700*time.Millisecond), begin.Add(time.Hour)
	t.enqueue(t.task(1, func(k *tasks.Task) { k.RunAt = far }), t.task(2, func(k *tasks.Task) { k.RunAt = soon }), t.task(3, func(k *tasks.Task) { k.RunAt = begin.Add(-time.Hour) }))
	s := t.join()
	if c := t.claim(s, 1)[0]; string(c.Args) != "3" {
		t.Fatalf("task %s came first", c.Args)
	}
	c := t.claim(s, 1)[0]
	if string(c.Args) != "2" || time.Since(begin) < 650*time.Millisecond {
		t.Errorf("task %s came after %v", c.Args, time.Since(begin))
	}
	failed := time.Now()
	t.settle(s, c, tasks.Outcome{Verdict: tasks.Failed, After: 600 * time.Millisecond})
	if t.b.Capabilities().Inspect {
		info, err := t.b.Lookup(t.ctx, c.ID)
		t.must(err)
		if due := info.RunAt.Sub(failed); info.State != tasks.Scheduled || due < 550*time.Millisecond || due > 10*time.Second {
			t.Errorf("after a failure it is %s, due in %v", info.State, due)
		}
	}
	if c = t.claim(s, 1)[0]; string(c.Args) != "2" || time.Since(failed) < 550*time.Millisecond {
		t.Errorf("task %s came again after %v", c.Args, time.Since(failed))
	}
	t.none(s)
}

func (t *bench) priority() {
	for i, p := range []tasks.Priority{tasks.Bulk, tasks.Low, tasks.Normal, tasks.Urgent} {
		t.enqueue(t.task(i, func(k *tasks.Task) { k.Priority = p }))
	}
	s := t.join()
	for i := range 4 {
		c := t.claim(s, 1)[0]
		if string(c.Args) != fmt.Sprint(3-i) || c.Priority != tasks.Priority(i-1) {
			t.Errorf("as number %d came task %s of priority %d", i, c.Args, c.Priority)
		}
		t.settle(s, c, tasks.Outcome{Verdict: []tasks.Verdict{tasks.Done, tasks.Failed, tasks.Done, tasks.Again}[i]})
		if i == 1 { // it keeps its level
			t.enqueue(t.task(10))
			t.done(s, t.claim(s, 1)...)
			t.done(s, t.claim(s, 1)...)
		}
	}
	t.enqueue(t.task(11))
	if c := t.claim(s, 1)[0]; string(c.Args) != "11" {
		t.Errorf("a snoozed task of the lowest priority came first")
	}
}

func (t *bench) unique() {
	key := func(s string) func(*tasks.Task) { return func(k *tasks.Task) { k.Unique = s } }
	first, second, other := t.task(1, key("a")), t.task(2, key("a")), t.task(3, key("b"))
	t.enqueue(first)
	t.enqueue(second, other, t.task(4))
	if first.ID == "" || second.ID != "" || other.ID == "" {
		t.Errorf("ids: %q, %q, %q", first.ID, second.ID, other.ID)
	}
	s := t.join()
	claims := t.claim(s, 3)
	t.enqueue(t.task(5, key("a"))) // one runs
	t.none(s)
	for _, c := range claims {
		t.settle(s, c, tasks.Outcome{Verdict: tasks.Failed})
	}
	t.enqueue(t.task(6, key("a"))) // one waits
	claims = t.claim(s, 3)
	t.none(s)
	t.done(s, claims...)
	t.enqueue(t.task(7, key("a")))
	if c := t.claim(s, 1)[0]; string(c.Args) != "7" {
		t.Errorf("task %s came", c.Args)
	}
}

func (t *bench) uniqueRace() {
	brokers := []tasks.Broker{t.b, t.h.Again(t.T, t.b)}
	for round := range 5 {
		var taken atomic.Int32
		var wg sync.WaitGroup
		for i := range 16 {
			wg.Go(func() {
				k := t.task(i, func(k *tasks.Task) { k.Unique = fmt.Sprint("key", round) })
				if err := brokers[i%2].Enqueue(t.ctx, k, t.task(100)); err != nil {
					t.Error(err)
				}
				if k.ID != "" {
					taken.Add(1)
				}
			})
		}
		wg.Wait()
		if n := taken.Load(); n != 1 {
			t.Errorf("%d of 16 were accepted", n)
		}
	}
	s := t.join()
	t.claim(s, 5*17)
	t.none(s)
}

// uniqueEnds: a task that is dead, discarded or given up is in nobody's way.
func (t *bench) uniqueEnds() {
	s := t.join()
	enqueue := func() string {
		k := t.task(1, func(k *tasks.Task) { k.Unique = "key" })
		t.enqueue(k)
		if k.ID == "" {
			t.Fatal("the key is still in use")
		}
		return k.ID
	}
	dead := enqueue()
	t.settle(s, t.claim(s, 1)[0], tasks.Outcome{Verdict: tasks.Buried})
	t.must(t.b.Discard(t.ctx, enqueue()))
	enqueue()
	t.settle(s, t.claim(s, 1)[0], tasks.Outcome{Verdict: tasks.Discarded})
	waiting := enqueue()
	if err := t.b.Replay(t.ctx, dead); !errors.Is(err, tasks.ErrDuplicate) {
		t.Errorf("replayed beside another: %v", err)
	}
	t.wantState(dead, tasks.Dead)
	t.must(t.b.Discard(t.ctx, waiting))
	t.must(t.b.Replay(t.ctx, dead))
	k := t.task(2, func(k *tasks.Task) { k.Unique = "key" })
	if t.enqueue(k); k.ID != "" {
		t.Error("a replayed task does not hold its key")
	}
}

func (t *bench) results() {
	task := t.task(1)
	id := task.ID
	t.enqueue(task, t.task(2))
	t.wantState(id, tasks.Waiting)
	s := t.join()
	claims := t.claim(s, 2)
	t.must(s.Progress(t.ctx, claims[0], tasks.Progress{Done: 3, Total: 7, Note: "é"}))
	info, err := t.b.Lookup(t.ctx, id)
	t.must(err)
	if info.State != tasks.Running || info.Progress == nil || *info.Progress != (tasks.Progress{Done: 3, Total: 7, Note: "é"}) || info.Worker == "" || info.Started.IsZero() {
		t.Errorf("%+v", info)
	}
	t.settle(s, claims[0], tasks.Outcome{Verdict: tasks.Done, Result: json.RawMessage(`{"n":1}`), Keep: time.Hour})
	t.settle(s, claims[1], tasks.Outcome{Verdict: tasks.Done})
	info, err = t.b.Lookup(t.ctx, id)
	t.must(err)
	if info.State != tasks.Finished || string(info.Result) != `{"n":1}` || info.Ended.IsZero() {
		t.Errorf("%+v", info)
	}
	if got := t.state(claims[1].ID); got != "" {
		t.Errorf("a task that keeps nothing is %s", got)
	}
	t.lostErr(s.Progress(t.ctx, claims[0], tasks.Progress{}))
}

func (t *bench) dead() {
	task := t.task(1)
	id := task.ID
	t.enqueue(task)
	s := t.join()
	for i := range tasks.KeptErrors + 2 {
		c := t.claim(s, 1)[0]
		t.settle(s, c, tasks.Outcome{Verdict: tasks.Failed, Error: fmt.Sprint("error ", i)})
	}
	c := t.claim(s, 1)[0]
	t.settle(s, c, tasks.Outcome{Verdict: tasks.Buried, Error: "the last é\x00"})
	t.none(s)
	info, err := t.b.Lookup(t.ctx, id)
	t.must(err)
	if info.State != tasks.Dead || len(info.Errors) != tasks.KeptErrors || info.Errors[4].Error != "the last é\x00" || info.Errors[0].Error != "error 3" ||
		info.Errors[4].Attempt != c.Attempt || info.Failures != tasks.KeptErrors+3 || string(info.Args) != "1" || info.Ended.IsZero() {
		t.Errorf("%+v", info)
	}
	stats, err := t.b.Stats(t.ctx)
	t.must(err)
	if len(stats) != 1 || stats[0].Dead != 1 || stats[0].Waiting+stats[0].Running+stats[0].Scheduled != 0 {
		t.Errorf("%+v", stats)
	}
	t.must(t.b.Replay(t.ctx, id))
	if err := t.b.Replay(t.ctx, id); !errors.Is(err, tasks.ErrNotFound) {
		t.Errorf("replayed twice: %v", err)
	}
	if c = t.claim(s, 1)[0]; c.ID != id || c.Failures != 0 || string(c.Args) != "1" {
		t.Errorf("%+v", c)
	}
	t.settle(s, c, tasks.Outcome{Verdict: tasks.Buried})
	t.must(t.b.Discard(t.ctx, id))
	t.wantState(id, "")
	for _, err := range []error{t.b.Discard(t.ctx, id), t.b.Replay(t.ctx, id)} {
		if !errors.Is(err, tasks.ErrNotFound) {
			t.Errorf("a task that is gone: %v", err)
		}
	}
}

func (t *bench) discardRunning() {
	t.enqueue(t.task(1), t.task(2), t.task(3))
	s := t.join()
	claims := t.claim(s, 3)
	for _, c := range claims[:2] {
		t.must(t.b.Discard(t.ctx, c.ID))
	}
	got, err := s.Beat(t.ctx)
	t.must(err)
	slices.Sort(got)
	if !slices.Equal(got, []string{claims[0].ID, claims[1].ID}) {
		t.Errorf("discarded are %v", got)
	}
	t.settle(s, claims[0], tasks.Outcome{Verdict: tasks.Failed, Error: "cancelled"}) // it does not run again
	t.settle(s, claims[1], tasks.Outcome{Verdict: tasks.Discarded})
	t.none(s)
	t.wantState(claims[0].ID, "")
	t.wantState(claims[1].ID, "")
	t.wantState(claims[2].ID, tasks.Running)
}

func (t *bench) discardWaiting() {
	now, later := t.task(1), t.task(2, func(k *tasks.Task) { k.RunAt = time.Now().Add(time.Hour) })
	t.enqueue(now, later)
	for _, k := range []*tasks.Task{now, later} {
		t.must(t.b.Discard(t.ctx, k.ID))
		t.wantState(k.ID, "")
	}
	t.none(t.join())
}

func (t *bench) lists() {
	var all []string
	for i := range 25 {
		k := t.task(i, func(k *tasks.Task) { k.Queue, k.Kind = []string{"a", "b"}[i%2], fmt.Sprint("kind ", i%3) })
		if i%5 == 0 {
			k.RunAt = time.Now().Add(time.Hour)
		}
		all = append(all, k.ID)
		t.enqueue(k)
	}
	s := t.join("a", "b")
	running := t.claim(s, 4)
	t.settle(s, running[0], tasks.Outcome{Verdict: tasks.Buried, Error: "x"})
	var got []string
	for after := ""; ; after = got[len(got)-1] {
		page, err := t.b.List(t.ctx, tasks.Filter{After: after, Limit: 7})
		t.must(err)
		if len(page) == 0 {
			break
		}
		for _, i := range page {
			got = append(got, i.ID)
		}
	}
	if !slices.Equal(got, all) {
		t.Errorf("the pages have %d tasks of %d, or in another order", len(got), len(all))
	}
	for _, row := range []struct {
		f    tasks.Filter
		want int
	}{
		{tasks.Filter{State: tasks.Scheduled}, 5}, {tasks.Filter{State: tasks.Running}, 3}, {tasks.Filter{State: tasks.Dead}, 1}, {tasks.Filter{State: tasks.Waiting}, 16},
		{tasks.Filter{State: tasks.Finished}, 0}, {tasks.Filter{Queue: "a"}, 13}, {tasks.Filter{Kind: "kind 2"}, 8}, {tasks.Filter{Queue: "b", Kind: "kind 0"}, 4}, {tasks.Filter{Group: "x"}, 0},
	} {
		list, err := t.b.List(t.ctx, row.f)
		t.must(err)
		if len(list) != row.want {
			t.Errorf("%+v: %d tasks, want %d", row.f, len(list), row.want)
		}
	}
	stats, err := t.b.Stats(t.ctx)
	t.must(err)
	var sum tasks.QueueStats
	for _, q := range stats {
		sum.Waiting += q.Waiting
		sum.Running += q.Running
		sum.Scheduled += q.Scheduled
		sum.Dead += q.Dead
	}
	if len(stats) != 2 || sum.Waiting != 16 || sum.Running != 3 || sum.Scheduled != 5 || sum.Dead != 1 {
		t.Errorf("%+v", stats)
	}
}

func (t *bench) group(n int, anyway bool) (end string) {
	t.Helper()
	g := &tasks.Group{ID: tasks.NewID(), Anyway: anyway}
	in := func(k *tasks.Task) { k.Group = g.ID }
	for i := range n {
		g.Members = append(g.Members, t.task(i, in))
	}
	g.End = t.task(1000, in)
	t.must(t.b.EnqueueGroup(t.ctx, g))
	return g.End.ID
}

func (t *bench) groups() {
	end := t.group(5, false)
	t.enqueue(t.task(7))
	s := t.join()
	claims := t.claim(s, 6)
	t.none(s)
	for i, c := range claims {
		if c.Group != "" && i == 2 { // a failure is not the end of a member
			t.settle(s, c, tasks.Outcome{Verdict: tasks.Failed})
			c = t.claim(s, 1)[0]
		}
		t.done(s, c)
		if i < 4 {
			t.none(s)
		}
	}
	c := t.claim(s, 1)[0]
	if c.ID != end || string(c.Args) != "1000" {
		t.Errorf("the end is %s %s", c.ID, c.Args)
	}
	t.settle(s, c, tasks.Outcome{Verdict: tasks.Failed})
	t.done(s, t.claim(s, 1)...)
	t.none(s)
}

func (t *bench) groupsDead() {
	s := t.join()
	for _, anyway := range []bool{false, true} {
		end := t.group(3, anyway)
		t.wantState(end, tasks.Held)
		claims := t.claim(s, 3)
		t.settle(s, claims[0], tasks.Outcome{Verdict: tasks.Buried, Error: "x"})
		t.must(t.b.Discard(t.ctx, claims[1].ID))
		t.settle(s, claims[1], tasks.Outcome{Verdict: tasks.Again})
		t.done(s, claims[2])
		if anyway {
			t.done(s, t.claim(s, 1)...)
			t.wantState(end, "")
			continue
		}
		t.none(s)
		info, err := t.b.Lookup(t.ctx, end)
		t.must(err)
		if info.State != tasks.Dead || len(info.Errors) != 1 || info.Errors[0].Error != tasks.GroupFailed(2) {
			t.Errorf("%+v", info)
		}
		t.must(t.b.Replay(t.ctx, end))
		t.done(s, t.claim(s, 1)...)
		t.must(t.b.Replay(t.ctx, claims[0].ID)) // it belongs to no group any more
		t.done(s, t.claim(s, 1)...)
	}
	t.none(s)
	list, err := t.b.List(t.ctx, tasks.Filter{State: tasks.Dead})
	t.must(err)
	if len(list) != 1 || list[0].Group == "" {
		t.Errorf("dead are %+v", list)
	}
	// A group whose members are all discarded while they wait.
	end := t.group(2, true)
	waiting, err := t.b.List(t.ctx, tasks.Filter{State: tasks.Waiting})
	t.must(err)
	for _, i := range waiting {
		t.must(t.b.Discard(t.ctx, i.ID))
	}
	if c := t.claim(s, 1)[0]; c.ID != end {
		t.Errorf("%+v", c)
	}
}

func (t *bench) groupsRace() {
	brokers := []tasks.Broker{t.b, t.h.Again(t.T, t.b)}
	const groups, members = 6, 12
	for range groups {
		t.group(members, false)
	}
	var mu sync.Mutex
	ends, settled := 0, 0
	stop := time.Now().Add(patience)
	var wg sync.WaitGroup
	for w := range 6 {
		s := t.joinAt(brokers[w%2])
		wg.Go(func() {
			for time.Now().Before(stop) {
				claims, err := s.Claim(t.ctx, 3, 50*time.Millisecond)
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
					if settled++; string(c.Args) == "1000" {
						ends++
					}
				}
				all := settled == groups*(members+1)
				mu.Unlock()
				if all {
					return
				}
			}
		})
	}
	wg.Wait()
	if ends != groups || settled != groups*(members+1) {
		t.Errorf("%d of %d groups ended, %d tasks", ends, groups, settled)
	}
	t.none(t.join())
}

// groupsLost: what dies with its worker three times is a dead member.
func (t *bench) groupsLost() {
	end := t.group(2, true)
	s := t.join()
	for i := range tasks.MaxLost {
		for _, c := range t.claim(s, 2-min(i, 1)) {
			if string(c.Args) == "1" {
				t.done(s, c)
			}
		}
		t.h.Expire(t.T, t.b)
		s = t.join()
		_, err := s.Beat(t.ctx)
		t.must(err)
	}
	if c := t.claim(s, 1)[0]; c.ID != end {
		t.Errorf("%+v", c)
	}
}

func (t *bench) ticks() {
	const processes, rounds = 4, 25
	brokers := []tasks.Broker{t.b, t.h.Again(t.T, t.b)}
	at := time.UnixMilli(1_800_000_000_000)
	var fired atomic.Int32
	var wg sync.WaitGroup
	for p := range processes {
		wg.Go(func() {
			b := brokers[p%2]
			for tick := range rounds {
				seen := at.Add(time.Duration(tick-1) * time.Minute)
				if tick == 0 {
					seen = time.Time{}
				}
				ok, err := b.Advance(t.ctx, tasks.ScheduleState{Name: "tick", Spec: "* * * * *", Next: seen}, at.Add(time.Duration(tick)*time.Minute), t.task(tick))
				if err != nil {
					t.Error(err)
				}
				if ok {
					fired.Add(1)
				}
			}
		})
	}
	wg.Wait()
	if n := fired.Load(); n != rounds {
		t.Errorf("%d of %d ticks", n, rounds)
	}
	ok, err := t.b.Advance(t.ctx, tasks.ScheduleState{Name: "other", Spec: "é"}, at, nil)
	if !ok || err != nil {
		t.Error(ok, err)
	}
	list, err := t.b.Schedules(t.ctx)
	t.must(err)
	slices.SortFunc(list, func(a, b tasks.ScheduleState) int { return len(a.Name) - len(b.Name) })
	if len(list) != 2 || list[1].Name != "other" || list[1].Spec != "é" || !list[0].Next.Equal(at.Add((rounds-1)*time.Minute)) {
		t.Errorf("%+v", list)
	}
	s := t.join()
	t.claim(s, rounds)
	t.none(s)
}
