package db

import (
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

	// Name is the setting that the URL came from, such as "DATABASE_URL".
	// Errors name it as the thing to change. Default: "DATABASE_URL".
	Name string

	// Dir is where a relative SQLite path starts. Default: the instance folder
	// of the app, the working directory without one.
	Dir string

	// SQLAlchemy says that a program with SQLAlchemy uses the same database,
	// such as a Flask application beside which this one runs. On SQLite, times
	// are then written as its DateTime, Date and Time columns hold them (in UTC,
	// without an offset, with six digits), sqlite:///shop.sqlite lies in Dir, as
	// Flask-SQLAlchemy has it, and the file keeps its journal. PostgreSQL and
	// MariaDB need none of that. Default: false, and true in an app with
	// [dewar.Config.Flask]. Leave it on for as long as the data is there.
	SQLAlchemy bool

	// WAL switches a SQLite file to the write-ahead log, with which readers go
	// on while one writes, also when the file is there already or shared: every
	// program that uses it must be able to make files beside it. It stays so
	// until somebody switches it back. Default: false, and only a file that
	// this package makes for itself is switched.
	WAL bool

	// Migrations holds goose SQL files, or one folder of them for each of
	// sqlite, postgres and mysql. Nil: the schema is not this package's.
	Migrations fs.FS

	// MaxOpen limits the connections that are open at a time; a request that
	// finds them all in use waits. On SQLite it limits the readers, beside one
	// writer. Default: 20, on SQLite 4.
	MaxOpen int

	// MaxIdle limits the connections that stay open without work. Default: 5,
	// on SQLite 2.
	MaxIdle int

	// MaxLifetime is how long a server connection is used before it is
	// replaced, so that a change of the server's address is noticed. Default:
	// 30 minutes. SQLite's connections stay.
	MaxLifetime time.Duration

	// Logger gets each statement at debug level, with its duration and with
	// every literal replaced by a question mark. Default: the app's logger,
	// slog.Default without one.
	Logger *slog.Logger
}

// String names the database without its password.
func (c Config) String() string {
	t, err := c.target()
	if err != nil {
		return "db.Config{URL: invalid}"
	}
	return "db.Config{URL: " + t.shown + "}"
}

// GoString is String: a Config printed with %#v keeps its password too.
func (c Config) GoString() string { return c.String() }

// LogValue is String, for slog.
func (c Config) LogValue() slog.Value { return slog.StringValue(c.String()) }

// target is the parsed URL.
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
