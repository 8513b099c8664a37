package db

import (
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun/dialect/sqlitedialect"
	"github.com/uptrace/bun/schema"
	"modernc.org/sqlite"
)

// sqliteBusy is how long a connection waits for the lock of another process before it fails with SQLITE_BUSY. In this
// process there is one writer, which requests wait for in the pool.
const sqliteBusy = 10 * time.Second

// openSQLite opens two pools on one file: readers, which cannot write, and one writer. The writer's transactions take
// the write lock when they begin, so that none fails half-way because another got it first.
func openSQLite(t *target, c *Config) (*pools, error) {
	made, err := sqliteFile(t.path)
	if err != nil {
		return nil, err
	}
	// With FULL a commit returns only after the log is on disk, so that committed data survives a power cut. SQLite
	// checks foreign keys only when asked to.
	common := []string{
		fmt.Sprintf("busy_timeout(%d)", sqliteBusy.Milliseconds()),
		"synchronous(FULL)",
		"foreign_keys(1)",
		"trusted_schema(0)",
	}
	// The journal mode is stored in the file and holds for all programs that use it. With WAL, reading goes on while
	// one connection writes.
	writing := common
	if c.WAL || made && !c.SQLAlchemy {
		writing = append(slices.Clone(common), "journal_mode(WAL)")
	}
	writer, err := sqlitePool(t.path, url.Values{"_pragma": writing, "_txlock": {"immediate"}})
	if err != nil {
		return nil, err
	}
	writer.SetMaxOpenConns(1)
	writer.SetMaxIdleConns(1)

	reader, err := sqlitePool(t.path, url.Values{"_pragma": append(slices.Clone(common), "query_only(1)")})
	if err != nil {
		return nil, errors.Join(err, writer.Close())
	}
	// A reader's cache takes up to 2 MiB. SQLite also uses the system's page cache, so a few readers are enough.
	reader.SetMaxOpenConns(orDefault(c.MaxOpen, 4))
	reader.SetMaxIdleConns(orDefault(c.MaxIdle, 2))
	p := &pools{reader: reader, writer: writer, dialect: func() schema.Dialect { return sqlitedialect.New() }}
	if c.SQLAlchemy {
		p.dialect = func() schema.Dialect { return newSharedSQLite() }
	}
	return p, nil
}

// sqlitePool opens the file at path. The driver cuts its options off at the first question mark, so path is escaped as
// a URI.
func sqlitePool(path string, options url.Values) (*sql.DB, error) {
	uri := url.URL{Scheme: "file", Path: filepath.ToSlash(path), RawQuery: options.Encode()}
	if !filepath.IsAbs(path) {
		uri = url.URL{Scheme: "file", Opaque: (&url.URL{Path: filepath.ToSlash(path)}).EscapedPath(), RawQuery: options.Encode()}
	}
	return sql.Open("sqlite", uri.String())
}

// sqliteFile makes the folder and the file of a database and checks that both can be written, because SQLite says only
// "unable to open database file". made says that the file was missing or empty.
func sqliteFile(path string) (made bool, err error) {
	if err := notInRoot(path); err != nil {
		return false, err
	}
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return false, fmt.Errorf("the folder of database sqlite:%s cannot be made: %w", path, err)
	}
	info, err := os.Stat(path)
	if err == nil && info.IsDir() {
		return false, fmt.Errorf("database sqlite:%s is a directory: name a file in it", path)
	}
	// Every connection writes the log beside the database, so the folder must be writable even when the file exists.
	probe, probeErr := os.CreateTemp(dir, ".dewar-*")
	if probeErr != nil {
		return false, fmt.Errorf("the folder %s of the database cannot be written: %w", dir, errors.Unwrap(probeErr))
	}
	return err != nil || info.Size() == 0, errors.Join(probe.Close(), os.Remove(probe.Name()), sqliteMode(path))
}

// notInRoot returns an error for a path that would make a file or folder in the root folder: a relative path was
// probably meant.
func notInRoot(path string) error {
	if !filepath.IsAbs(path) {
		return nil
	}
	root := filepath.VolumeName(path) + string(filepath.Separator)
	first, _, _ := strings.Cut(path[len(root):], string(filepath.Separator))
	if _, err := os.Stat(root + first); err == nil {
		return nil
	}
	return fmt.Errorf("database sqlite:%s would be made in the root folder, since three slashes begin an absolute path: write sqlite:%s for one in the instance folder (Flask-SQLAlchemy's sqlite:///%s is that in an app with Config.Flask), or make %s first", path, path[len(root):], path[len(root):], root+first)
}

// sqliteMode makes the file before SQLite does, with a mode that lets nobody else read it.
func sqliteMode(path string) error {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("database sqlite:%s cannot be written: %w", path, errors.Unwrap(err))
	}
	return file.Close()
}

// sqliteCode returns the extended result code of an error of SQLite, or 0.
func sqliteCode(err error) int {
	var e *sqlite.Error
	if errors.As(err, &e) {
		return e.Code()
	}
	return 0
}
