package db

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/uptrace/bun/dialect/pgdialect"
	"github.com/uptrace/bun/schema"

	"github.com/dewar-go/dewar/jinja"
)

// postgresOptions are the options that a PostgreSQL URL may have.
var postgresOptions = []string{
	"sslmode", "sslrootcert", "sslcert", "sslkey", "sslsni", "application_name",
	"search_path", "target_session_attrs", "channel_binding", "options", "client_encoding", "connect_timeout",
}

func openPostgres(t *target, c *Config) (*pools, error) {
	if err := t.onlyOptions(postgresOptions...); err != nil {
		return nil, err
	}
	if encoding := t.query.Get("client_encoding"); encoding != "" {
		if !strings.EqualFold(strings.ReplaceAll(encoding, "-", ""), "utf8") {
			return nil, fmt.Errorf("%s: option client_encoding of the database URL can only be utf8: leave it out", t.shown)
		}
		t.query.Del("client_encoding")
	}
	if t.remote() && !c.InsecurePlainConnection {
		switch mode := t.query.Get("sslmode"); mode {
		case "":
			t.query.Set("sslmode", "verify-full")
		case "disable", "allow", "prefer", "require":
			return nil, fmt.Errorf("%s: sslmode=%s does not check whom the program talks to: leave it out, or write verify-full, with sslrootcert=FILE for an authority of your own; InsecurePlainConnection of db.Config takes it as it is", t.shown, mode)
		}
	}
	u := url.URL{Scheme: "postgres", Host: t.host, Path: "/" + t.database}
	if t.socket != "" {
		t.query.Set("host", t.socket)
		t.query.Set("port", t.port)
	}
	u.RawQuery = t.query.Encode()
	if t.password != "" {
		u.User = url.UserPassword(t.user, t.password)
	} else if t.user != "" {
		u.User = url.User(t.user)
	}
	config, err := pgx.ParseConfig(u.String())
	if err != nil {
		// pgx hides the password, but not texts that it does not recognise as one.
		return nil, fmt.Errorf("%s: the database URL has an option that PostgreSQL does not take (sslmode is one of disable, allow, prefer, require, verify-ca, verify-full; certificate files must exist)", t.shown)
	}
	if config.ConnectTimeout <= 0 || !t.query.Has("connect_timeout") { // pgx has a default of its own
		config.ConnectTimeout = connectTimeout
	}
	if config.RuntimeParams["application_name"] == "" {
		config.RuntimeParams["application_name"] = "dewar"
	}
	// A transaction that is never ended must not hold its locks for ever.
	config.RuntimeParams["idle_in_transaction_session_timeout"] = fmt.Sprint(idleInTransaction.Milliseconds())
	config.RuntimeParams["timezone"] = "UTC"

	var options []stdlib.OptionOpenDB
	if c.SQLAlchemy {
		// A timestamp without a time zone is naive, as it is to SQLAlchemy.
		options = append(options, stdlib.OptionAfterConnect(func(_ context.Context, conn *pgx.Conn) error {
			conn.TypeMap().RegisterType(&pgtype.Type{Name: "timestamp", OID: pgtype.TimestampOID, Codec: &pgtype.TimestampCodec{ScanLocation: jinja.Naive}})
			return nil
		}))
	}
	if c.Password != nil {
		options = append(options, stdlib.OptionBeforeConnect(func(ctx context.Context, conn *pgx.ConnConfig) (err error) {
			conn.Password, err = c.Password(ctx)
			return err
		}))
	}
	pool := stdlib.OpenDB(*config, options...)
	return &pools{reader: pool, writer: pool, dialect: func() schema.Dialect { return pgdialect.New() }}, nil
}

// idleInTransaction is how long the server keeps a transaction that does nothing.
const idleInTransaction = 60 * time.Second

// postgresCode returns the SQLSTATE of an error of PostgreSQL, or "".
func postgresCode(err error) string {
	var e *pgconn.PgError
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}
