package db

import (
	"cmp"
	"net"
	"testing"

	"github.com/dewar-go/dewar/tasks"
)

// ParseForTest is what parseURL makes of a URL.
func ParseForTest(raw, dir string, shared bool) (map[string]string, error) {
	t, err := parseURL(raw, dir, shared)
	if err != nil {
		return nil, err
	}
	host := cmp.Or(t.socket, t.host)
	if t.socket == "" {
		host, _, _ = net.SplitHostPort(t.host)
	}
	name := map[Dialect]string{SQLite: "sqlite", Postgres: "postgresql", MySQL: "mysql"}[t.dialect]
	return map[string]string{"name": name, "user": t.user, "password": t.password, "database": cmp.Or(t.path, t.database), "host": host}, nil
}

// ExpireWorkers makes all workers of now dead.
func ExpireWorkers(t *testing.T, b *TaskBroker) {
	t.Helper()
	if _, err := b.exec(t.Context(), "UPDATE TABLE_NAME_worker SET seen = seen - ?", 2*tasks.DeadAfter.Milliseconds()); err != nil {
		t.Fatal(err)
	}
}
