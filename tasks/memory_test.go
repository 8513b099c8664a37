package tasks_test

import (
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
