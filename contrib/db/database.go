package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"sync"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/schema"

	"github.com/dewar-go/dewar"
)

// A Database is one database, opened once. Make it with [New]; its methods are
// safe for concurrent use. It is a [dewar.Extension].
type Database struct {
	config Config
	key    dewar.Key[*requestTx]

	mu      sync.Mutex
	state   state
	dialect Dialect
	shown   string
	reader  *bun.DB
	writer  *bun.DB
}

type state int

const (
	unopened state = iota
	opened
	closed
)

// ErrNotOpen is returned by everything that needs connections before
// [Database.Open] (which an App calls at its start) and after
// [Database.Close].
var ErrNotOpen = errors.New("db: the database is not open")

// New returns a Database. It opens nothing; mistakes in the configuration are
// reported by [Database.Open], or by the App when it is extended.
func New(c Config) *Database {
	return &Database{config: c, key: dewar.NewKey[*requestTx]("_db")}
}

// pools are the open connections. On a server both are the same.
type pools struct {
	reader, writer *sql.DB
	dialect        func() schema.Dialect
}

// Open connects, looks whether the database answers, and brings the schema up
// to date. Its errors name the database without its password, and say what to
// do. An App calls it at its start; a second call does nothing.
func (d *Database) Open(ctx context.Context) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch d.state {
	case opened:
		return nil
	case closed:
		return errors.New("db: the database was closed: make a new one")
	}
	t, err := d.config.target()
	if err != nil {
		return d.mistake(err)
	}
	var p *pools
	switch t.dialect {
	case SQLite:
		p, err = openSQLite(t, &d.config)
	case Postgres:
		p, err = openPostgres(t)
	case MySQL:
		p, err = openMySQL(t)
	}
	if err != nil {
		return d.mistake(err)
	}
	if err := d.prepare(ctx, t, p); err != nil {
		return errors.Join(err, p.close())
	}
	if p.reader == p.writer {
		// Not before: migrating needs a second connection, for the lock.
		limitPool(p.reader, &d.config)
	}
	// bun asks the server for its version here, so it comes after the ping.
	d.reader = bun.NewDB(p.reader, p.dialect())
	d.writer = d.reader
	if p.writer != p.reader {
		d.writer = bun.NewDB(p.writer, p.dialect())
	}
	hook := &queryLog{log: d.logger(), backslash: t.dialect == MySQL}
	d.reader = d.reader.WithQueryHook(hook)
	d.writer = d.writer.WithQueryHook(hook)
	d.state, d.dialect, d.shown = opened, t.dialect, t.shown
	return nil
}

// prepare brings a database that was just opened to life.
func (d *Database) prepare(ctx context.Context, t *target, p *pools) error {
	if err := ping(ctx, p); err != nil {
		return d.unreachable(t, err)
	}
	if d.config.Migrations == nil {
		return nil
	}
	return migrate(ctx, t, p.writer, d.config.Migrations, d.logger())
}

// ping opens one connection of each pool. SQLite's writer goes first: it is the
// one that may switch the file to its write-ahead log.
func ping(ctx context.Context, p *pools) error {
	ctx, cancel := context.WithTimeout(ctx, 2*connectTimeout)
	defer cancel()
	if err := p.writer.PingContext(ctx); err != nil {
		return err
	}
	if p.reader == p.writer {
		return nil
	}
	return p.reader.PingContext(ctx)
}

func (p *pools) close() error {
	if p.reader == p.writer {
		return p.reader.Close()
	}
	return errors.Join(p.reader.Close(), p.writer.Close())
}

// Close ends all connections; requests that still use one get errors. It can
// be called more than once. An App calls it after its last request.
func (d *Database) Close(context.Context) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	was := d.state
	d.state = closed
	if was != opened {
		return nil
	}
	// The writer is closed last: on SQLite the last connection to close moves
	// the log into the file.
	err := d.reader.Close()
	if d.writer != d.reader {
		err = errors.Join(err, d.writer.Close())
	}
	if err != nil {
		return fmt.Errorf("db: closing %s: %w", d.shown, err)
	}
	return nil
}

// Dialect says which kind of database is open, "" when none is.
func (d *Database) Dialect() Dialect {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.state != opened {
		return ""
	}
	return d.dialect
}

// String names the open database without its password.
func (d *Database) String() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.state != opened {
		return "db.Database(not open)"
	}
	return d.shown
}

// Reader is the pool for reading, outside any transaction. On SQLite it cannot
// write. It panics with [ErrNotOpen] when the database is not open, which is a
// mistake in the program: nothing is served before the start.
func (d *Database) Reader() *bun.DB {
	reader, _, err := d.open()
	if err != nil {
		panic(err)
	}
	return reader
}

// InTx calls do within a transaction, which is committed when it returns nil
// and rolled back when it returns an error or panics. It is for work outside a
// request: a command, a task, a test. Within a request, use [Database.Tx].
func (d *Database) InTx(ctx context.Context, do func(context.Context, bun.Tx) error) error {
	_, writer, err := d.open()
	if err != nil {
		return err
	}
	return writer.RunInTx(ctx, nil, do)
}

// Ping reports whether the database answers, within five seconds; for health
// checks.
func (d *Database) Ping(ctx context.Context) error {
	reader, _, err := d.open()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	// A ping of SQLite's driver touches nothing; a query does.
	var one int
	if err := reader.QueryRowContext(ctx, "SELECT 1").Scan(&one); err != nil {
		return fmt.Errorf("db: %s does not answer: %w", d, err)
	}
	return nil
}

// open returns the pools while there are any.
func (d *Database) open() (reader, writer *bun.DB, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.state != opened {
		return nil, nil, ErrNotOpen
	}
	return d.reader, d.writer, nil
}

func (d *Database) logger() *slog.Logger {
	if d.config.Logger != nil {
		return d.config.Logger
	}
	return slog.Default()
}

// limitPool applies the limits for a server's pool.
func limitPool(pool *sql.DB, c *Config) {
	pool.SetMaxOpenConns(orDefault(c.MaxOpen, defaultMaxOpen))
	pool.SetMaxIdleConns(orDefault(c.MaxIdle, defaultMaxIdle))
	pool.SetConnMaxLifetime(orDefault(c.MaxLifetime, defaultMaxLifetime))
}
