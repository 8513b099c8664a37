package db

import (
	"cmp"
	"net"
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
