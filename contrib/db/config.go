package db

import (
	"context"
	"io/fs"
	"log/slog"
	"time"
)

// Config says which database to open and how. The zero value of every field
// but URL is useful.
type Config struct {
	// URL names the database; see the package comment for the forms. It may
	// hold a password, so Config prints without it.
	URL string

	// Password returns the password for each new connection to a server, in place of that of URL: for tokens that are valid
	// for minutes (IAM), and passwords that change while the program runs. It has 5 seconds with the connection. Its error
	// is that of the connection. Default: none.
	Password func(ctx context.Context) (string, error)

	// InsecurePlainConnection lets a connection to another machine go without TLS, or with a certificate that nobody
	// checks: whoever stands between reads and changes everything. Default: false. A server that is not on this machine needs
	// a certificate for its name: of an authority that the system trusts, or for PostgreSQL one of the file
	// sslrootcert. Over a Unix socket and a loopback address nothing is asked.
	InsecurePlainConnection bool

	// Name is the setting that the URL came from, such as "DATABASE_URL".
	// Errors name it as the thing to change. Default: "DATABASE_URL".
	Name string

	// Dir is the folder of relative SQLite paths. Default: the app's instance folder, or the working directory without
	// an app.
	Dir string

	// SQLAlchemy says that a program with SQLAlchemy uses the same database, such as a Flask application. Times of
	// columns without a time zone are read in the location [jinja.Naive], so that templates show them as Flask does. On
	// SQLite it has three more effects. Times are written as SQLAlchemy's DateTime, Date and Time columns hold them: in
	// UTC, without an offset, with six digits. sqlite:///shop.sqlite is relative to Dir, as in Flask-SQLAlchemy. The
	// file keeps its journal mode. Leave it on as long as the data exists. Default: false, and true in an app with
	// [dewar.Config.Flask].
	SQLAlchemy bool

	// WAL switches an existing or shared SQLite file to the write-ahead log, so that reading goes on while one
	// connection writes. The file stays in this mode until somebody switches it back. Every program that uses it must
	// be able to make files beside it. Default: false; only files that this package makes are switched.
	WAL bool

	// Migrations holds goose SQL files, or a folder of them for each of sqlite, postgres and mysql. Default: nil, and
	// nothing is migrated.
	Migrations fs.FS

	// MaxOpen bounds the open connections. A request waits when all are in use. On SQLite it bounds the readers; there
	// is one writer beside them. Default: 20, on SQLite 4.
	MaxOpen int

	// MaxIdle bounds the connections that stay open while they are not used. Default: 5, on SQLite 2.
	MaxIdle int

	// MaxLifetime is how long a connection to a server is used before it is replaced, so that a new address of the
	// server is noticed. SQLite's connections are not replaced. Default: 30 minutes.
	MaxLifetime time.Duration

	// Logger logs each statement at debug level, with its duration. Every literal is replaced by a question mark.
	// Default: the app's logger, or slog.Default without an app.
	Logger *slog.Logger
}

// String returns the URL without its password.
func (c Config) String() string {
	t, err := c.target()
	if err != nil {
		return "db.Config{URL: invalid}"
	}
	return "db.Config{URL: " + t.shown + "}"
}

// GoString returns what String returns, so that %#v shows no password.
func (c Config) GoString() string { return c.String() }

// LogValue returns what String returns.
func (c Config) LogValue() slog.Value { return slog.StringValue(c.String()) }

// target returns the parsed URL.
func (c *Config) target() (*target, error) { return parseURL(c.URL, c.Dir, c.SQLAlchemy) }

func (c *Config) name() string {
	if c.Name != "" {
		return c.Name
	}
	return "DATABASE_URL"
}

const (
	connectTimeout     = 5 * time.Second
	defaultMaxOpen     = 20
	defaultMaxIdle     = 5
	defaultMaxLifetime = 30 * time.Minute
)

func orDefault[T int | time.Duration](value, otherwise T) T {
	if value > 0 {
		return value
	}
	return otherwise
}
