package db_test

import (
	"testing"

	"github.com/dewar-go/dewar/contrib/db"
	"github.com/dewar-go/dewar/contrib/db/dbtest"
	"github.com/dewar-go/dewar/tasks"
	"github.com/dewar-go/dewar/tasks/taskstest"
)

func TestTaskBroker(t *testing.T) {
	for name, url := range map[string]func(testing.TB) string{"sqlite": dbtest.SQLite, "postgres": dbtest.Postgres, "mysql": dbtest.MySQL} {
		t.Run(name, func(t *testing.T) {
			at := map[tasks.Broker]string{}
			open := func(t *testing.T, url string) tasks.Broker {
				b := open(t, db.Config{URL: url}).Tasks()
				at[b] = url
				return b
			}
			taskstest.Test(t, taskstest.Harness{
				New:    func(t *testing.T) tasks.Broker { return open(t, url(t)) },
				Again:  func(t *testing.T, b tasks.Broker) tasks.Broker { return open(t, at[b]) },
				Expire: func(t *testing.T, b tasks.Broker) { db.ExpireWorkers(t, b.(*db.TaskBroker)) },
			})
		})
	}
}
