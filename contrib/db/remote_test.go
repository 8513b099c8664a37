package db

import (
	"context"
	"errors"
	"strings"
	"testing"
)

// TestRemoteNeedsTLS: a connection to another machine is encrypted and its server checked, unless the configuration says
// otherwise in so many words.
func TestRemoteNeedsTLS(t *testing.T) {
	for _, row := range []struct {
		url      string
		insecure bool
		refused  bool
	}{
		{"postgres://u:p@127.0.0.1/shop", false, false},
		{"postgres://u:p@127.0.0.1/shop?sslmode=disable", false, false},
		{"postgres://u:p@[::1]/shop?sslmode=prefer", false, false},
		{"postgres://u:p@localhost/shop?sslmode=disable", false, false},
		{"postgres:///shop?host=/run/postgresql&sslmode=disable", false, false},
		{"postgres://u:p@db.example/shop", false, false},
		{"postgres://u:p@db.example/shop?sslmode=verify-full", false, false},
		{"postgres://u:p@db.example/shop?sslmode=verify-ca", false, false},
		{"postgres://u:p@db.example/shop?sslmode=disable", false, true},
		{"postgres://u:p@db.example/shop?sslmode=allow", false, true},
		{"postgres://u:p@db.example/shop?sslmode=prefer", false, true},
		{"postgres://u:p@db.example/shop?sslmode=require", false, true},
		{"postgres://u:p@192.0.2.1/shop?sslmode=disable", false, true},
		{"postgres://u:p@localhost.example/shop?sslmode=disable", false, true},
		{"postgres://u:p@/shop?host=db.example&sslmode=disable", false, true},
		{"postgres://u:p@db.example/shop?sslmode=disable", true, false},
		{"mysql://u:p@127.0.0.1/shop", false, false},
		{"mysql://u:p@localhost/shop?tls=false", false, false},
		{"mysql://u:p@localhost/shop?unix_socket=/run/mysqld/mysqld.sock&tls=false", false, false},
		{"mysql://u:p@db.example/shop", false, false},
		{"mysql://u:p@db.example/shop?tls=true", false, false},
		{"mysql://u:p@db.example/shop?tls=false", false, true},
		{"mysql://u:p@db.example/shop?tls=preferred", false, true},
		{"mysql://u:p@db.example/shop?tls=skip-verify", false, true},
		{"mysql://u:p@db.example/shop?tls=skip-verify", true, false},
	} {
		c := Config{URL: row.url, InsecurePlainConnection: row.insecure}
		target, err := c.target()
		if err != nil {
			t.Fatal(row.url, err)
		}
		open := openPostgres
		if target.dialect == MySQL {
			open = openMySQL
		}
		pools, err := open(target, &c)
		if err == nil {
			_ = pools.close()
		}
		if refused := err != nil && strings.Contains(err.Error(), "InsecurePlainConnection"); refused != row.refused || err != nil && !refused {
			t.Errorf("%s, insecure %v: %v, want refused %v", row.url, row.insecure, err, row.refused)
		}
	}
}

// TestPasswordForEachConnection: the function is asked, its error ends the connection, and its text is in no message.
func TestPasswordForEachConnection(t *testing.T) {
	for _, url := range []string{"postgres://u:old@127.0.0.1:1/shop", "mysql://u:old@127.0.0.1:1/shop"} {
		asked := 0
		c := Config{URL: url, Password: func(context.Context) (string, error) {
			asked++
			return "", errors.New("the token service is down")
		}}
		target, err := c.target()
		if err != nil {
			t.Fatal(err)
		}
		open := openPostgres
		if target.dialect == MySQL {
			open = openMySQL
		}
		pools, err := open(target, &c)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := pools.writer.PingContext(t.Context()); err == nil || !strings.Contains(err.Error(), "the token service is down") {
				t.Errorf("%s: %v", url, err)
			}
		}
		if asked != 2 {
			t.Errorf("%s: asked %d times for 2 connections", url, asked)
		}
		_ = pools.close()
	}
}
