package db

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"path"
	"slices"

	"github.com/pressly/goose/v3"
	"modernc.org/sqlite"
)

// versionTable is the table in which goose records the migrations that ran.
const versionTable = goose.DefaultTablename

var gooseDialects = map[Dialect]goose.Dialect{
	SQLite:   goose.DialectSQLite3,
	Postgres: goose.DialectPostgres,
	MySQL:    goose.DialectMySQL,
}

// migrate runs the pending migrations of fsys. Without any it takes two short queries. It migrates under a lock, so
// that of several processes that start together one migrates and the others find nothing pending.
func migrate(ctx context.Context, t *target, pool *sql.DB, fsys fs.FS, log *slog.Logger) error {
	fsys, err := dialectFolder(fsys, t.dialect)
	if err != nil {
		return err
	}
	fsys = unmarked{fsys}
	provider, err := goose.NewProvider(gooseDialects[t.dialect], pool, fsys,
		goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()))
	if errors.Is(err, goose.ErrNoMigrations) {
		return fmt.Errorf("db: no migration for %s: the folder holds no file like 00001_name.sql", t.dialect)
	}
	if err != nil {
		return fmt.Errorf("db: migrations: %w", err)
	}
	pending, err := pendingMigrations(ctx, t, pool, provider)
	if err != nil || len(pending) == 0 {
		return err
	}
	if t.dialect == MySQL {
		if err := refuseHalfDone(fsys, pending); err != nil {
			return err
		}
	}
	unlock, err := lockMigrations(ctx, t, pool)
	if err != nil {
		return fmt.Errorf("db: migrating %s: another process holds the migration lock: %s", t.shown, reason(err))
	}
	defer unlock()
	// Another process, perhaps with newer code, may have migrated meanwhile.
	if pending, err = pendingMigrations(ctx, t, pool, provider); err != nil || len(pending) == 0 {
		return err
	}
	results, err := provider.Up(ctx)
	if err != nil {
		return failedMigration(t, err)
	}
	for _, r := range results {
		log.LogAttrs(ctx, slog.LevelInfo, "db migrated",
			slog.String("database", t.shown), slog.String("migration", path.Base(r.Source.Path)), slog.Duration("duration", r.Duration))
	}
	return nil
}

// unmarked is a folder whose SQL files are read without a byte order mark. goose and the databases would take it for a
// part of the first statement.
type unmarked struct{ fs.FS }

func (u unmarked) Open(name string) (fs.File, error) {
	f, err := u.FS.Open(name)
	if err != nil || path.Ext(name) != ".sql" {
		return f, err
	}
	r := bufio.NewReader(f)
	if mark, _ := r.Peek(3); string(mark) == "\ufeff" {
		_, _ = r.Discard(len(mark))
	}
	return unmarkedFile{f, r}, nil
}

type unmarkedFile struct {
	fs.File
	text io.Reader
}

func (f unmarkedFile) Read(p []byte) (int, error) { return f.text.Read(p) }

// dialectFolder returns the folder in fsys for the dialect, or fsys itself when it has no folder for any dialect.
func dialectFolder(fsys fs.FS, dialect Dialect) (fs.FS, error) {
	var found []Dialect
	for d := range gooseDialects {
		if info, err := fs.Stat(fsys, string(d)); err == nil && info.IsDir() {
			found = append(found, d)
		}
	}
	switch {
	case slices.Contains(found, dialect):
		return fs.Sub(fsys, string(dialect))
	case len(found) > 0:
		slices.Sort(found)
		return nil, fmt.Errorf("db: there are migrations for %v but none for %s: add a folder %s", found, dialect, dialect)
	}
	return fsys, nil
}

// pendingMigrations lists the sources that did not run yet. It fails when the database has a migration that the program
// does not know.
func pendingMigrations(ctx context.Context, t *target, pool *sql.DB, p *goose.Provider) ([]*goose.Source, error) {
	applied, err := appliedVersions(ctx, t, pool)
	if err != nil {
		return nil, fmt.Errorf("db: %s: reading which migrations ran: %s", t.shown, reason(err))
	}
	sources := p.ListSources()
	var pending []*goose.Source
	known := map[int64]bool{0: true}
	newest := int64(0)
	for _, s := range sources {
		known[s.Version] = true
		newest = max(newest, s.Version)
		if !applied[s.Version] {
			pending = append(pending, s)
		}
	}
	for version := range applied {
		if !known[version] {
			return nil, fmt.Errorf("db: database at %s is at version %d, newer than this program, which knows versions up to %d: start the newer release, or restore a backup from before it",
				t.shown, slices.Max(keys(applied)), newest)
		}
	}
	if len(pending) > 0 && pending[0].Version < slices.Max(append(keys(applied), 0)) {
		return nil, fmt.Errorf("db: migration %s was added before one that already ran on %s: give it a version above %d",
			path.Base(pending[0].Path), t.shown, slices.Max(keys(applied)))
	}
	return pending, nil
}

func keys(set map[int64]bool) []int64 {
	list := make([]int64, 0, len(set))
	for v := range set {
		list = append(list, v)
	}
	return list
}

// appliedVersions reads goose's table. It returns nil when there is none.
func appliedVersions(ctx context.Context, t *target, pool *sql.DB) (map[int64]bool, error) {
	exists := map[Dialect]string{
		SQLite:   "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = '" + versionTable + "'",
		Postgres: "SELECT count(*) FROM (SELECT to_regclass('" + versionTable + "') AS t) AS x WHERE t IS NOT NULL",
		MySQL:    "SELECT count(*) FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = '" + versionTable + "'",
	}[t.dialect]
	var n int
	if err := pool.QueryRowContext(ctx, exists).Scan(&n); err != nil || n == 0 {
		return nil, err
	}
	rows, err := pool.QueryContext(ctx, "SELECT version_id FROM "+versionTable+" WHERE is_applied")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	applied := map[int64]bool{}
	for rows.Next() {
		var version int64
		if err := rows.Scan(&version); err != nil {
			return nil, err
		}
		applied[version] = true
	}
	return applied, rows.Err()
}

// failedMigration returns an error that says on one line which migration failed and what remains.
func failedMigration(t *target, err error) error {
	var partial *goose.PartialError
	if !errors.As(err, &partial) || partial.Failed == nil {
		return fmt.Errorf("db: migrating %s: %s", t.shown, reason(err))
	}
	cause := reason(partial.Err)
	var lite *sqlite.Error
	if errors.As(partial.Err, &lite) {
		cause = lite.Error()
	}
	return &MigrationError{
		Database: t.shown,
		File:     path.Base(partial.Failed.Source.Path),
		Applied:  len(partial.Applied),
		cause:    cause,
		err:      partial.Err,
	}
}

// A MigrationError says that a migration failed. Nothing of it remains in the database.
type MigrationError struct {
	Database string // the URL without its password
	File     string // the name of the migration's file
	Applied  int    // the number of migrations before it that ran and remain
	cause    string
	err      error
}

// Error returns the message on one line.
func (e *MigrationError) Error() string {
	before := ""
	if e.Applied > 0 {
		before = fmt.Sprintf(", %d before it stay", e.Applied)
	}
	return fmt.Sprintf("db: migration %s failed on %s: %s (nothing of it was kept%s)", e.File, e.Database, e.cause, before)
}

// Unwrap returns the driver's error.
func (e *MigrationError) Unwrap() error { return e.err }
