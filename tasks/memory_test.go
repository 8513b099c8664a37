package tasks_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dewar-go/dewar/tasks"
	"github.com/dewar-go/dewar/tasks/taskstest"
)

func TestMemory(t *testing.T) {
	taskstest.Test(t, taskstest.Harness{
		New:    func(*testing.T) tasks.Broker { return tasks.Memory() },
		Expire: func(*testing.T, tasks.Broker) { time.Sleep(tasks.DeadAfter + time.Second) },
		Wrap:   func(t *testing.T, f func(*testing.T)) { synctest.Test(t, f) },
	})
}

// TestMemoryAges: a task of the lowest priority is overtaken for a minute and a half, and not for ever.
func TestMemoryAges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q, _ := newQueue(tasks.Memory())
		var first []string
		k := tasks.New(q, "k", func(_ context.Context, s string) error { first = append(first, s); return nil })
		for _, wait := range []time.Duration{89 * time.Second, 91 * time.Second} {
			first = nil
			enqueue(t, k.WithPriority(tasks.Bulk), "bulk")
			time.Sleep(wait)
			enqueue(t, k.WithPriority(tasks.Urgent), "urgent")
			if _, err := q.RunDue(t.Context()); err != nil || len(first) != 2 || (first[0] == "bulk") != (wait > 90*time.Second) {
				t.Errorf("after %v: %v, %v", wait, first, err)
			}
		}
	})
}
