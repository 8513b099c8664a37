package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"regexp"
	"time"

	"github.com/dewar-go/dewar/session"
)

// DefaultSessionTable is the name of the table with sessions.
const DefaultSessionTable = "dewar_session"

const (
	// sessionWait bounds a wait for the database. A request that holds SQLite's only writer would otherwise wait for
	// itself for ever.
	sessionWait = 5 * time.Second
	// sessionSweepEvery is how often a process deletes expired sessions, sessionSweep how many at a time.
	sessionSweepEvery = time.Minute
	sessionSweep      = 1000
	// sessionUser is the length in bytes of the longest user id.
	sessionUser = 255
)

// Sessions returns a session store in this database, for [dewar.SessionConfig]. Its table is [DefaultSessionTable]:
//
//	database := db.New(db.Config{URL: cfg.DatabaseURL})
//	app := dewar.New(dewar.Config{
//		Session: dewar.SessionConfig{Store: database.Sessions(session.ServerOptions{})},
//	})
//	app.Extend(database)
//
// Only the SHA-256 of a session's id is stored, so that nobody who reads the database or a backup gets an id that is
// accepted. The values are JSON. While the database is down, requests with a session are answered 503.
//
// On SQLite, list and revoke sessions before the first call of [Database.Tx] in a request: its transaction is the only
// writer, and the store needs one too.
func (d *Database) Sessions(o session.ServerOptions) *session.ServerStore {
	return session.NewServerStore(d.SessionBackend(DefaultSessionTable), o)
}

// SessionBackend returns a backend for sessions in the given table. The table is made at the first use when it does not
// exist. When the program's database user must not make tables, call [Database.CreateSessionTable] elsewhere or use a
// migration. A table name with characters other than a to z, 0 to 9 and the underscore panics.
func (d *Database) SessionBackend(table string) session.Backend {
	if !tableName.MatchString(table) {
		panic(fmt.Sprintf("db: SessionBackend(%q): the table's name must be made of a to z, 0 to 9 and _", table))
	}
	return &sessions{&tables{database: d, what: "sessions", name: table, first: table, create: sessionTables}}
}

var tableName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,50}$`)

// CreateSessionTable makes the table for [Database.SessionBackend] unless it exists.
func (d *Database) CreateSessionTable(ctx context.Context, table string) error {
	return d.SessionBackend(table).(*sessions).ready(ctx)
}

// sessions is a backend with one row for each record. Times are Unix time in milliseconds, which has no time zone and
// the same precision in all databases.
type sessions struct{ *tables }

// sessionTables are the statements that make the table. Ids and users are bytes, so that no collation takes two users
// for one.
var sessionTables = map[Dialect][]string{
	SQLite: {
		"CREATE TABLE IF NOT EXISTS TABLE_NAME (id BLOB PRIMARY KEY, user_id BLOB NOT NULL, data BLOB NOT NULL, created INTEGER NOT NULL, seen INTEGER NOT NULL, expires INTEGER NOT NULL, version INTEGER NOT NULL) WITHOUT ROWID",
		"CREATE INDEX IF NOT EXISTS TABLE_NAME_user ON TABLE_NAME (user_id)",
		"CREATE INDEX IF NOT EXISTS TABLE_NAME_expires ON TABLE_NAME (expires)",
	},
	Postgres: {
		"CREATE TABLE IF NOT EXISTS TABLE_NAME (id BYTEA PRIMARY KEY, user_id BYTEA NOT NULL, data BYTEA NOT NULL, created BIGINT NOT NULL, seen BIGINT NOT NULL, expires BIGINT NOT NULL, version BIGINT NOT NULL)",
		"CREATE INDEX IF NOT EXISTS TABLE_NAME_user ON TABLE_NAME (user_id)",
		"CREATE INDEX IF NOT EXISTS TABLE_NAME_expires ON TABLE_NAME (expires)",
	},
	MySQL: {
		"CREATE TABLE IF NOT EXISTS TABLE_NAME (id VARBINARY(64) PRIMARY KEY, user_id VARBINARY(255) NOT NULL, data MEDIUMBLOB NOT NULL, created BIGINT NOT NULL, seen BIGINT NOT NULL, expires BIGINT NOT NULL, version BIGINT NOT NULL, INDEX TABLE_NAME_user (user_id), INDEX TABLE_NAME_expires (expires))",
	},
}

// Get returns the record of an id, or session.ErrNotFound.
func (s *sessions) Get(ctx context.Context, id string) (session.Record, error) {
	reader, _, ctx, cancel, err := s.pools(ctx)
	if err != nil {
		return session.Record{}, err
	}
	defer cancel()
	var user []byte
	var created, seen, expires int64
	r := session.Record{ID: id}
	err = reader.QueryRowContext(ctx, s.query("SELECT user_id, data, created, seen, expires, version FROM TABLE_NAME WHERE id = ?"), []byte(id)).
		Scan(&user, &r.Data, &created, &seen, &expires, &r.Version)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return session.Record{}, session.ErrNotFound
	case err != nil:
		return session.Record{}, s.failed(err)
	}
	r.User, r.Created, r.Seen, r.Expires = string(user), time.UnixMilli(created), time.UnixMilli(seen), time.UnixMilli(expires)
	return r, nil
}

// Put writes a record in one atomic step.
func (s *sessions) Put(ctx context.Context, r session.Record) error {
	if len(r.User) > sessionUser {
		return fmt.Errorf("db: sessions: the user's id has %d bytes and may have %d", len(r.User), sessionUser)
	}
	data := r.Data
	if data == nil {
		data = []byte{}
	}
	if r.Version == 1 {
		s.sweep(ctx, map[string]string{s.name: "id"})
		_, err := s.exec(ctx, "INSERT INTO TABLE_NAME (id, user_id, data, created, seen, expires, version) VALUES (?, ?, ?, ?, ?, ?, 1)",
			[]byte(r.ID), []byte(r.User), data, r.Created.UnixMilli(), r.Seen.UnixMilli(), r.Expires.UnixMilli())
		if IsUnique(err) {
			return session.ErrConflict
		}
		return err
	}
	n, err := s.exec(ctx, "UPDATE TABLE_NAME SET user_id = ?, data = ?, created = ?, seen = ?, expires = ?, version = ? WHERE id = ? AND version = ?",
		[]byte(r.User), data, r.Created.UnixMilli(), r.Seen.UnixMilli(), r.Expires.UnixMilli(), r.Version, []byte(r.ID), r.Version-1)
	if err != nil || n > 0 {
		return err
	}
	if _, err := s.Get(ctx, r.ID); err != nil {
		return err
	}
	return session.ErrConflict
}

// Touch sets Seen and Expires of a record.
func (s *sessions) Touch(ctx context.Context, id string, seen, expires time.Time) error {
	_, err := s.exec(ctx, "UPDATE TABLE_NAME SET seen = ?, expires = ? WHERE id = ?", seen.UnixMilli(), expires.UnixMilli(), []byte(id))
	return err
}

// Delete removes a record.
func (s *sessions) Delete(ctx context.Context, id string) error {
	_, err := s.exec(ctx, "DELETE FROM TABLE_NAME WHERE id = ?", []byte(id))
	return err
}

// List returns the records of a user, the last used first, without Data.
func (s *sessions) List(ctx context.Context, user string) ([]session.Record, error) {
	var list []session.Record
	err := s.rows(ctx, "SELECT id, created, seen, expires, version FROM TABLE_NAME WHERE user_id = ? ORDER BY seen DESC", []any{[]byte(user)},
		func(rows *sql.Rows) error {
			var id []byte
			var created, seen, expires int64
			r := session.Record{User: user}
			if err := rows.Scan(&id, &created, &seen, &expires, &r.Version); err != nil {
				return err
			}
			r.ID, r.Created, r.Seen, r.Expires = string(id), time.UnixMilli(created), time.UnixMilli(seen), time.UnixMilli(expires)
			list = append(list, r)
			return nil
		})
	return list, err
}
