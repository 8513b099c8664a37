// Package dbtest gives a test its own database: a file, or a database on a PostgreSQL or MariaDB server that is dropped
// when the test ends.
//
//	func TestPosts(t *testing.T) {
//		dbtest.Each(t, func(t *testing.T, url string) {
//			database := db.New(db.Config{URL: url, Migrations: migrations})
//			…
//		})
//	}
//
// # Servers
//
// The servers are named by DEWAR_TEST_POSTGRES (default
// postgres://postgres@127.0.0.1:5432/postgres) and DEWAR_TEST_MYSQL (default
// mysql://root@127.0.0.1:3306/test), by users who may make databases. A test
// whose server cannot be reached is skipped and says why; with
// DEWAR_TEST_SERVICES=required it fails.
package dbtest

import (
	"context"
	"crypto/rand"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dewar-go/dewar/contrib/db"
)

// The servers used when the environment names none.
const (
	DefaultPostgres = "postgres://postgres@127.0.0.1:5432/postgres"
	DefaultMySQL    = "mysql://root@127.0.0.1:3306/test"
)

// Each runs f as a subtest on SQLite, PostgreSQL and MariaDB, with the URL of an empty database.
func Each(t *testing.T, f func(t *testing.T, url string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { f(t, SQLite(t)) })
	t.Run("postgres", func(t *testing.T) { f(t, Postgres(t)) })
	t.Run("mysql", func(t *testing.T) { f(t, MySQL(t)) })
}

// SQLite returns the URL of a file that does not exist yet, in the test's
// temporary directory.
func SQLite(t testing.TB) string {
	t.Helper()
	return "sqlite:" + filepath.Join(t.TempDir(), "test.sqlite")
}

// Postgres makes an empty database on the PostgreSQL server and returns its URL.
func Postgres(t testing.TB) string {
	t.Helper()
	return serverDatabase(t, "DEWAR_TEST_POSTGRES", DefaultPostgres, `"`, " WITH (FORCE)")
}

// MySQL makes an empty database on the MariaDB or MySQL server and returns its
// URL.
func MySQL(t testing.TB) string {
	t.Helper()
	return serverDatabase(t, "DEWAR_TEST_MYSQL", DefaultMySQL, "`", "")
}

func serverDatabase(t testing.TB, variable, otherwise, quote, force string) string {
	t.Helper()
	server := os.Getenv(variable)
	if server == "" {
		server = otherwise
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	admin := db.New(db.Config{URL: server, Name: variable, MaxOpen: 1})
	if err := admin.Open(ctx); err != nil {
		if os.Getenv("DEWAR_TEST_SERVICES") == "required" {
			t.Fatalf("%v", err)
		}
		t.Skipf("skipped: %v", err)
	}
	name := "dewar_test_" + strings.ToLower(rand.Text())
	quoted := quote + name + quote
	if _, err := admin.Reader().ExecContext(ctx, "CREATE DATABASE "+quoted); err != nil {
		t.Fatalf("dbtest: %s: creating a database: %v", admin, err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		if _, err := admin.Reader().ExecContext(ctx, "DROP DATABASE "+quoted+force); err != nil {
			t.Errorf("dbtest: %s: dropping %s: %v", admin, name, err)
		}
		if err := admin.Close(ctx); err != nil {
			t.Error(err)
		}
	})
	u, err := url.Parse(server)
	if err != nil {
		t.Fatalf("dbtest: %s is no URL", variable)
	}
	u.Path = "/" + name
	return u.String()
}
