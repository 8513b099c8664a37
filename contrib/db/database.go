package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/schema"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/dewar-go/dewar"
)

// A Database is one database. Make it with [New]. Its methods are safe for concurrent use. It is a [dewar.Extension].
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

// ErrNotOpen is the error of everything that needs connections before [Database.Open] and after [Database.Close]. An
// App calls Open when it starts.
var ErrNotOpen = errors.New("db: the database is not open")

// New returns a Database. It opens nothing. [Database.Open] reports mistakes in the configuration, and so does an App
// that is extended with it.
func New(c Config) *Database {
	return &Database{config: c, key: dewar.NewKey[*requestTx]("_db")}
}

// pools are the open connections. On a server reader and writer are the same pool.
type pools struct {
	reader, writer *sql.DB
	dialect        func() schema.Dialect
}

// Open connects, checks that the database answers, and runs the pending migrations. Its errors do not show the
// password. An App calls it when it starts. A second call does nothing.
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
		p, err = openPostgres(t, &d.config)
	case MySQL:
		p, err = openMySQL(t, &d.config)
	}
	if err != nil {
		return d.mistake(err)
	}
	if err := d.prepare(ctx, t, p); err != nil {
		return errors.Join(err, p.close())
	}
	if p.reader == p.writer {
		// Not earlier: migrating needs a second connection for the lock.
		limitPool(p.reader, &d.config)
	}
	// Here bun asks the server for its version, so the ping comes first.
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

// prepare checks that the database answers and migrates it.
func (d *Database) prepare(ctx context.Context, t *target, p *pools) error {
	if err := ping(ctx, p); err != nil {
		return d.unreachable(t, err)
	}
	if d.config.Migrations == nil {
		return nil
	}
	return migrate(ctx, t, p.writer, d.config.Migrations, d.logger())
}

// ping opens a connection of each pool. SQLite's writer is first, because it may switch the file to the write-ahead
// log.
func ping(ctx context.Context, p *pools) error {
	ctx, cancel := context.WithTimeout(ctx, 2*connectTimeout)
	defer cancel()
	if err := connect(ctx, p.writer); err != nil {
		return err
	}
	if p.reader == p.writer {
		return nil
	}
	return connect(ctx, p.reader)
}

// connect opens a connection of a pool. SQLite does not wait for its busy_timeout while another process switches a new
// file to the write-ahead log, so that of processes that start together one would fail.
func connect(ctx context.Context, pool *sql.DB) error {
	for {
		err := pool.PingContext(ctx)
		if sqliteCode(err)&0xff != sqlite3.SQLITE_BUSY {
			return err
		}
		select {
		case <-time.After(10 * time.Millisecond):
		case <-ctx.Done():
			return err
		}
	}
}

func (p *pools) close() error {
	if p.reader == p.writer {
		return p.reader.Close()
	}
	return errors.Join(p.reader.Close(), p.writer.Close())
}

// Close closes all connections. Requests that still use one get errors. It may be called more than once. An App calls
// it after its last request.
func (d *Database) Close(context.Context) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	was := d.state
	d.state = closed
	if was != opened {
		return nil
	}
	// The writer is closed last: the last connection that SQLite closes moves the log into the file.
	err := d.reader.Close()
	if d.writer != d.reader {
		err = errors.Join(err, d.writer.Close())
	}
	if err != nil {
		return fmt.Errorf("db: closing %s: %w", d.shown, err)
	}
	return nil
}

// Dialect returns the kind of database that is open, "" when none is.
func (d *Database) Dialect() Dialect {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.state != opened {
		return ""
	}
	return d.dialect
}

// String returns the URL of the open database without its password.
func (d *Database) String() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.state != opened {
		return "db.Database(not open)"
	}
	return d.shown
}

// Reader returns the pool for reading outside of a transaction. On SQLite it cannot write. It panics with [ErrNotOpen]
// when the database is not open, which is a mistake in the program.
func (d *Database) Reader() *bun.DB {
	reader, _, err := d.open()
	if err != nil {
		panic(err)
	}
	return reader
}

// InTx calls do in a transaction. It commits when do returns nil, and rolls back when do returns an error or panics. It
// is for work outside of a request: a command, a task, a test. In a request use [Database.Tx].
func (d *Database) InTx(ctx context.Context, do func(context.Context, bun.Tx) error) error {
	_, writer, err := d.open()
	if err != nil {
		return err
	}
	return writer.RunInTx(ctx, nil, do)
}

// Ping returns an error when the database does not answer within five seconds. It is for health checks.
func (d *Database) Ping(ctx context.Context) error {
	reader, _, err := d.open()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	// SQLite's driver does nothing for a ping, so run a query.
	var one int
	if err := reader.QueryRowContext(ctx, "SELECT 1").Scan(&one); err != nil {
		return fmt.Errorf("db: %s does not answer: %w", d, err)
	}
	return nil
}

// open returns the pools, or ErrNotOpen.
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

// limitPool sets the limits of a server's pool.
func limitPool(pool *sql.DB, c *Config) {
	pool.SetMaxOpenConns(orDefault(c.MaxOpen, defaultMaxOpen))
	pool.SetMaxIdleConns(orDefault(c.MaxIdle, defaultMaxIdle))
	pool.SetConnMaxLifetime(orDefault(c.MaxLifetime, defaultMaxLifetime))
}
