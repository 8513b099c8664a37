package db_test

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"github.com/dewar-go/dewar/contrib/db"
	"github.com/dewar-go/dewar/contrib/db/dbtest"
	"github.com/dewar-go/dewar/tasks"
)

// remote is a broker that fails sometimes: before it accepted, or after, when its answer is lost.
type remote struct {
	tasks.Broker
	calls, down atomic.Int32
}

func (r *remote) Capabilities() tasks.Capabilities { return tasks.Capabilities{} }

func (r *remote) Enqueue(ctx context.Context, list ...*tasks.Task) error {
	n := r.calls.Add(1)
	if r.down.Load() > 0 || n%3 == 1 {
		return errors.New("the broker is down")
	}
	err := r.Broker.Enqueue(ctx, list...)
	if n%3 == 2 {
		return errors.New("the answer is lost")
	}
	return err
}

// TestOutbox: what was committed reaches the broker, at least once, with its queue and id; what was not does not.
func TestOutbox(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		d := open(t, db.Config{URL: url})
		r := &remote{Broker: tasks.Memory()}
		q := tasks.NewQueue(tasks.Config{Broker: d.Outbox(r), Logger: slog.New(slog.DiscardHandler)})
		var mu sync.Mutex
		ids, queues := map[string]bool{}, map[string]int{}
		all := make(chan struct{})
		k := tasks.NewWith(q, "k", tasks.Settings{Queue: "mail"}, func(ctx context.Context, _ int) error {
			task, _ := tasks.Current(ctx)
			mu.Lock()
			defer mu.Unlock()
			if !ids[task.ID] {
				queues[task.Queue]++
			}
			if ids[task.ID] = true; len(ids) == 42 {
				select {
				case <-all:
				default:
					close(all)
				}
			}
			return nil
		})
		if !q.Broker().Capabilities().Transaction || !q.Broker().Capabilities().Delay {
			t.Error("the outbox has no transactions or no delays")
		}
		want := map[string]bool{}
		send := func(k tasks.Kind[int], fail error) {
			err := d.InTx(t.Context(), func(ctx context.Context, tx bun.Tx) error {
				id, err := k.EnqueueContext(db.WithTx(ctx, tx), 1)
				if fail == nil {
					want[id] = true
				}
				return errors.Join(err, fail)
			})
			if !errors.Is(err, fail) {
				t.Fatal(err)
			}
		}
		r.down.Store(1) // it is while they are enqueued
		for i := range 40 {
			send(k, nil)
			if i%4 == 0 {
				send(k, errUndone)
			}
		}
		send(k.OnQueue("default"), nil)
		begin := time.Now()
		send(k.In(500*time.Millisecond).Unique(), nil)
		ctx, cancel := context.WithCancel(t.Context())
		ended := newResult(func() error { return q.Work(ctx, tasks.WorkerOptions{Concurrency: 4}) })
		for r.calls.Load() == 0 {
			time.Sleep(time.Millisecond)
		}
		r.down.Store(0)
		select {
		case <-all:
		case <-time.After(30 * time.Second):
			t.Error("not all tasks came")
		}
		for end := time.Now().Add(20 * time.Second); stateCount(t, d.Tasks(), "") > 0 && time.Now().Before(end); {
			time.Sleep(10 * time.Millisecond)
		}
		cancel()
		if err := ended(); err != nil {
			t.Error(err)
		}
		if queues["mail"] != 41 || queues["default"] != 1 || time.Since(begin) < 500*time.Millisecond {
			t.Errorf("the queues had %v", queues)
		}
		for id := range want {
			if !ids[id] {
				t.Errorf("task %s did not come", id)
			}
		}
		if len(ids) != len(want) || stateCount(t, d.Tasks(), "") != 0 {
			t.Errorf("%d tasks came of %d; %d are left", len(ids), len(want), stateCount(t, d.Tasks(), ""))
		}
	})
}

var errUndone = errors.New("undone")
