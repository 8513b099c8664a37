package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/uptrace/bun/dialect/mysqldialect"
	"github.com/uptrace/bun/schema"

	"github.com/dewar-go/dewar/jinja"
)

// openMySQL opens a MariaDB or MySQL server. Several statements in one text stay off, so that an injection cannot
// append one. With clientFoundRows an update counts the rows that it found, as in other databases, even those it did
// not change.
func openMySQL(t *target, c *Config) (*pools, error) {
	if err := t.onlyOptions("tls", "charset"); err != nil {
		return nil, err
	}
	if charset := t.query.Get("charset"); charset != "" && charset != "utf8mb4" && charset != "utf8" {
		return nil, fmt.Errorf("%s: option charset of the database URL can only be utf8mb4: leave it out", t.shown)
	}
	config := mysql.NewConfig()
	config.Net = "tcp"
	config.Addr = t.host
	if t.socket != "" {
		config.Net, config.Addr = "unix", t.socket
	}
	config.User = t.user
	config.Passwd = t.password
	config.DBName = t.database
	config.Collation = "utf8mb4_unicode_ci"
	config.ParseTime = true
	config.Loc = time.UTC
	if c.SQLAlchemy {
		config.Loc = jinja.Naive // no type of MariaDB has a time zone, as SQLAlchemy reads them
	}
	config.MultiStatements = false
	config.ClientFoundRows = true
	config.Timeout = connectTimeout
	// Without strict mode, texts that are too long are cut silently.
	config.Params = map[string]string{
		"sql_mode":  "'STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'",
		"time_zone": "'+00:00'",
	}
	// The driver's own log lines ("bad idle connection") are dropped. Its errors are reported where they are returned.
	config.Logger = log.New(discard{}, "", 0)
	checked := t.remote() && !c.InsecurePlainConnection
	switch mode := t.query.Get("tls"); {
	case mode == "true", mode == "" && checked:
		config.TLSConfig = "true"
	case mode == "":
	case mode != "false" && mode != "preferred" && mode != "skip-verify":
		return nil, fmt.Errorf("%s: option tls of the database URL is true, false, preferred or skip-verify", t.shown)
	case checked:
		return nil, fmt.Errorf("%s: tls=%s does not check whom the program talks to: leave it out, or write true; InsecurePlainConnection of db.Config takes it as it is", t.shown, mode)
	default:
		config.TLSConfig = mode
	}
	if c.Password != nil {
		err := config.Apply(mysql.BeforeConnect(func(ctx context.Context, conn *mysql.Config) (err error) {
			conn.Passwd, err = c.Password(ctx)
			return err
		}))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", t.shown, err)
		}
		config.AllowCleartextPasswords = config.TLSConfig == "true" // tokens are sent as they are
	}
	connector, err := mysql.NewConnector(config)
	if err != nil {
		return nil, fmt.Errorf("%s: the driver refuses the database URL", t.shown)
	}
	pool := sql.OpenDB(connector)
	return &pools{reader: pool, writer: pool, dialect: func() schema.Dialect { return mysqldialect.New(mysqldialect.WithTimeLocation("UTC")) }}, nil
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }

// mysqlCode returns the number of an error of MariaDB or MySQL, or 0.
func mysqlCode(err error) uint16 {
	var e *mysql.MySQLError
	if errors.As(err, &e) {
		return e.Number
	}
	return 0
}
