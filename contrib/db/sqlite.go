package db

import (
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/uptrace/bun/dialect/sqlitedialect"
	"github.com/uptrace/bun/schema"
	"modernc.org/sqlite"
)

// sqliteBusy is how long a connection waits for a lock that another process
// holds, before it gives up with SQLITE_BUSY. Inside this process there is one
// writer, which others wait for in the pool.
const sqliteBusy = 10 * time.Second

// openSQLite opens two pools on one file: readers, which cannot write, and one
// writer whose transactions take the write lock at once, so that none of them
// fails half-way because another got there first.
func openSQLite(t *target, c *Config) (*pools, error) {
	if err := sqliteFolder(t.path); err != nil {
		return nil, err
	}
	// WAL lets readers go on while one writes. FULL makes the log reach the
	// disk before a commit returns: what was acknowledged survives a power
	// cut. Foreign keys are off in SQLite unless asked for.
	common := []string{
		fmt.Sprintf("busy_timeout(%d)", sqliteBusy.Milliseconds()),
		"journal_mode(WAL)",
		"synchronous(FULL)",
		"foreign_keys(1)",
		"trusted_schema(0)",
	}
	writer, err := sqlitePool(t.path, url.Values{"_pragma": common, "_txlock": {"immediate"}})
	if err != nil {
		return nil, err
	}
	writer.SetMaxOpenConns(1)
	writer.SetMaxIdleConns(1)

	reader, err := sqlitePool(t.path, url.Values{"_pragma": append(common, "query_only(1)")})
	if err != nil {
		return nil, errors.Join(err, writer.Close())
	}
	// A reader's cache is up to 2 MiB, and SQLite reads from the page cache of
	// the system: a few go a long way.
	reader.SetMaxOpenConns(orDefault(c.MaxOpen, 4))
	reader.SetMaxIdleConns(orDefault(c.MaxIdle, 2))
	return &pools{reader: reader, writer: writer, dialect: func() schema.Dialect { return sqlitedialect.New() }}, nil
}

// sqlitePool opens the file at path. The driver cuts its options off at the
// first question mark, so the path is escaped as the URI that SQLite reads.
func sqlitePool(path string, options url.Values) (*sql.DB, error) {
	uri := url.URL{Scheme: "file", Path: filepath.ToSlash(path), RawQuery: options.Encode()}
	if !filepath.IsAbs(path) {
		uri = url.URL{Scheme: "file", Opaque: (&url.URL{Path: filepath.ToSlash(path)}).EscapedPath(), RawQuery: options.Encode()}
	}
	return sql.Open("sqlite", uri.String())
}

// sqliteFolder makes the folder of a database file and looks whether a file can
// be written there: SQLite says only "unable to open database file".
func sqliteFolder(path string) error {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("the folder of database sqlite:%s cannot be made: %w", path, err)
	}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return fmt.Errorf("database sqlite:%s is a directory: name a file in it", path)
	}
	// The log beside the database is written by every connection, so the
	// folder has to be writable whether or not the file is there already.
	probe, err := os.CreateTemp(dir, ".dewar-*")
	if err != nil {
		return fmt.Errorf("the folder %s of the database cannot be written: %w", dir, errors.Unwrap(err))
	}
	return errors.Join(probe.Close(), os.Remove(probe.Name()), sqliteMode(path))
}

// sqliteMode makes the file before SQLite does, so that nobody else on the
// machine can read it.
func sqliteMode(path string) error {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("database sqlite:%s cannot be written: %w", path, errors.Unwrap(err))
	}
	return file.Close()
}

// sqliteCode is the extended result code of an error from SQLite, 0 of others.
func sqliteCode(err error) int {
	var e *sqlite.Error
	if errors.As(err, &e) {
		return e.Code()
	}
	return 0
}
