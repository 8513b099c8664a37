package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/dewar-go/dewar/login"
)

// DefaultLoginTable is the name of the table with logins. Those of remember tokens and API keys have it with "_token" and
// "_key" behind it.
const DefaultLoginTable = "dewar_login"

// Logins returns a store for package login in this database. Its tables are [DefaultLoginTable] and two beside it:
//
//	database := db.New(db.Config{URL: cfg.DatabaseURL})
//	app.Extend(database, login.New(loadUser, login.Config{Store: database.Logins()}))
//
// They hold no secret, only hashes. While the database is down, requests that ask who is logged in are answered 503.
//
// On SQLite, log in and out before the first call of [Database.Tx] in a request: its transaction is the only writer, and
// the store needs one too.
func (d *Database) Logins() login.Store { return d.LoginStore(DefaultLoginTable) }

// LoginStore is [Database.Logins] with another table name. The tables are made at the first use when they do not exist; when
// the program's database user must not make tables, call [Database.CreateLoginTables] elsewhere or use a migration. A
// table name with characters other than a to z, 0 to 9 and the underscore panics.
func (d *Database) LoginStore(table string) login.Store {
	if !tableName.MatchString(table) {
		panic(fmt.Sprintf("db: LoginStore(%q): the table's name must be made of a to z, 0 to 9 and _", table))
	}
	return &logins{&tables{database: d, what: "logins", name: table, first: table + "_key", create: loginTables}}
}

// CreateLoginTables makes the tables for [Database.LoginStore] unless they exist.
func (d *Database) CreateLoginTables(ctx context.Context, table string) error {
	return d.LoginStore(table).(*logins).ready(ctx)
}

// logins is a store with one row for each login, token and key. Ids, users and texts are bytes, so that no collation
// takes two for one; times are Unix time in milliseconds, 0 for none.
type logins struct{ *tables }

// loginTables are the statements that make the tables.
var loginTables = map[Dialect][]string{
	SQLite: {
		"CREATE TABLE IF NOT EXISTS TABLE_NAME (id BLOB PRIMARY KEY, user_id BLOB NOT NULL, level BLOB NOT NULL, methods BLOB NOT NULL, token BLOB NOT NULL, address BLOB NOT NULL, agent BLOB NOT NULL, created INTEGER NOT NULL, seen INTEGER NOT NULL, proved INTEGER NOT NULL, expires INTEGER NOT NULL) WITHOUT ROWID",
		"CREATE TABLE IF NOT EXISTS TABLE_NAME_token (selector BLOB PRIMARY KEY, user_id BLOB NOT NULL, hash BLOB NOT NULL, previous BLOB NOT NULL, methods BLOB NOT NULL, rotated INTEGER NOT NULL, expires INTEGER NOT NULL) WITHOUT ROWID",
		"CREATE TABLE IF NOT EXISTS TABLE_NAME_key (prefix BLOB PRIMARY KEY, user_id BLOB NOT NULL, hash BLOB NOT NULL, name BLOB NOT NULL, scopes BLOB NOT NULL, created INTEGER NOT NULL, used INTEGER NOT NULL, expires INTEGER NOT NULL) WITHOUT ROWID",
		"CREATE INDEX IF NOT EXISTS TABLE_NAME_user ON TABLE_NAME (user_id)",
		"CREATE INDEX IF NOT EXISTS TABLE_NAME_expires ON TABLE_NAME (expires)",
		"CREATE INDEX IF NOT EXISTS TABLE_NAME_token_user ON TABLE_NAME_token (user_id)",
		"CREATE INDEX IF NOT EXISTS TABLE_NAME_token_expires ON TABLE_NAME_token (expires)",
		"CREATE INDEX IF NOT EXISTS TABLE_NAME_key_user ON TABLE_NAME_key (user_id)",
	},
	Postgres: {
		"CREATE TABLE IF NOT EXISTS TABLE_NAME (id BYTEA PRIMARY KEY, user_id BYTEA NOT NULL, level BYTEA NOT NULL, methods BYTEA NOT NULL, token BYTEA NOT NULL, address BYTEA NOT NULL, agent BYTEA NOT NULL, created BIGINT NOT NULL, seen BIGINT NOT NULL, proved BIGINT NOT NULL, expires BIGINT NOT NULL)",
		"CREATE TABLE IF NOT EXISTS TABLE_NAME_token (selector BYTEA PRIMARY KEY, user_id BYTEA NOT NULL, hash BYTEA NOT NULL, previous BYTEA NOT NULL, methods BYTEA NOT NULL, rotated BIGINT NOT NULL, expires BIGINT NOT NULL)",
		"CREATE TABLE IF NOT EXISTS TABLE_NAME_key (prefix BYTEA PRIMARY KEY, user_id BYTEA NOT NULL, hash BYTEA NOT NULL, name BYTEA NOT NULL, scopes BYTEA NOT NULL, created BIGINT NOT NULL, used BIGINT NOT NULL, expires BIGINT NOT NULL)",
		"CREATE INDEX IF NOT EXISTS TABLE_NAME_user ON TABLE_NAME (user_id)",
		"CREATE INDEX IF NOT EXISTS TABLE_NAME_expires ON TABLE_NAME (expires)",
		"CREATE INDEX IF NOT EXISTS TABLE_NAME_token_user ON TABLE_NAME_token (user_id)",
		"CREATE INDEX IF NOT EXISTS TABLE_NAME_token_expires ON TABLE_NAME_token (expires)",
		"CREATE INDEX IF NOT EXISTS TABLE_NAME_key_user ON TABLE_NAME_key (user_id)",
	},
	MySQL: {
		"CREATE TABLE IF NOT EXISTS TABLE_NAME (id VARBINARY(64) PRIMARY KEY, user_id VARBINARY(255) NOT NULL, level VARBINARY(32) NOT NULL, methods VARBINARY(255) NOT NULL, token VARBINARY(64) NOT NULL, address VARBINARY(64) NOT NULL, agent VARBINARY(1024) NOT NULL, created BIGINT NOT NULL, seen BIGINT NOT NULL, proved BIGINT NOT NULL, expires BIGINT NOT NULL, INDEX TABLE_NAME_user (user_id), INDEX TABLE_NAME_expires (expires))",
		"CREATE TABLE IF NOT EXISTS TABLE_NAME_token (selector VARBINARY(64) PRIMARY KEY, user_id VARBINARY(255) NOT NULL, hash VARBINARY(64) NOT NULL, previous VARBINARY(64) NOT NULL, methods VARBINARY(255) NOT NULL, rotated BIGINT NOT NULL, expires BIGINT NOT NULL, INDEX TABLE_NAME_token_user (user_id), INDEX TABLE_NAME_token_expires (expires))",
		"CREATE TABLE IF NOT EXISTS TABLE_NAME_key (prefix VARBINARY(64) PRIMARY KEY, user_id VARBINARY(255) NOT NULL, hash VARBINARY(64) NOT NULL, name VARBINARY(255) NOT NULL, scopes VARBINARY(1024) NOT NULL, created BIGINT NOT NULL, used BIGINT NOT NULL, expires BIGINT NOT NULL, INDEX TABLE_NAME_key_user (user_id))",
	},
}

func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func fromMillis(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms)
}

// one is rows for at most one row, with login.ErrNotFound for none.
func (s *logins) one(ctx context.Context, text, key string, scan func(*sql.Rows) error) error {
	found := false
	err := s.rows(ctx, text, []any{[]byte(key)}, func(rows *sql.Rows) error { found = true; return scan(rows) })
	if err == nil && !found {
		return login.ErrNotFound
	}
	return err
}

const loginColumns = "id, user_id, level, methods, token, address, agent, created, seen, proved, expires"

// AddSession writes a new record.
func (s *logins) AddSession(ctx context.Context, r login.Record) error {
	s.sweep(ctx, map[string]string{s.name: "id", s.name + "_token": "selector"})
	_, err := s.exec(ctx, "INSERT INTO TABLE_NAME ("+loginColumns+") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		[]byte(r.ID), []byte(r.User), []byte(r.Level), []byte(strings.Join(r.Methods, " ")), []byte(r.Token), []byte(r.Address), []byte(r.Agent),
		millis(r.Created), millis(r.Seen), millis(r.Proved), millis(r.Expires))
	return err
}

func scanLogin(rows *sql.Rows) (r login.Record, err error) {
	var id, user, level, methods, token, address, agent []byte
	var created, seen, proved, expires int64
	err = rows.Scan(&id, &user, &level, &methods, &token, &address, &agent, &created, &seen, &proved, &expires)
	r = login.Record{
		ID: string(id), User: string(user), Level: login.Level(level), Token: string(token), Address: string(address), Agent: string(agent),
		Created: fromMillis(created), Seen: fromMillis(seen), Proved: fromMillis(proved), Expires: fromMillis(expires),
	}
	if len(methods) > 0 {
		r.Methods = strings.Fields(string(methods))
	}
	return r, err
}

// Session returns the record of an id.
func (s *logins) Session(ctx context.Context, id string) (r login.Record, err error) {
	err = s.one(ctx, "SELECT "+loginColumns+" FROM TABLE_NAME WHERE id = ?", id, func(rows *sql.Rows) (err error) {
		r, err = scanLogin(rows)
		return err
	})
	return r, err
}

// TouchSession sets Seen and Address.
func (s *logins) TouchSession(ctx context.Context, id string, seen time.Time, address string) error {
	_, err := s.exec(ctx, "UPDATE TABLE_NAME SET seen = ?, address = ? WHERE id = ?", millis(seen), []byte(address), []byte(id))
	return err
}

// StaleSession makes Proved zero.
func (s *logins) StaleSession(ctx context.Context, id string) error {
	_, err := s.exec(ctx, "UPDATE TABLE_NAME SET proved = 0 WHERE id = ?", []byte(id))
	return err
}

// EndSession removes a record.
func (s *logins) EndSession(ctx context.Context, id string) (bool, error) {
	n, err := s.exec(ctx, "DELETE FROM TABLE_NAME WHERE id = ?", []byte(id))
	return n > 0, err
}

// SessionsOf returns the records of a user, the last used first.
func (s *logins) SessionsOf(ctx context.Context, user string) (list []login.Record, err error) {
	err = s.rows(ctx, "SELECT "+loginColumns+" FROM TABLE_NAME WHERE user_id = ? ORDER BY seen DESC, id", []any{[]byte(user)}, func(rows *sql.Rows) error {
		r, err := scanLogin(rows)
		list = append(list, r)
		return err
	})
	return list, err
}

// AddToken writes a new token.
func (s *logins) AddToken(ctx context.Context, t login.Token) error {
	_, err := s.exec(ctx, "INSERT INTO TABLE_NAME_token ("+tokenColumns+") VALUES (?, ?, ?, ?, ?, ?, ?)",
		[]byte(t.Selector), []byte(t.User), []byte(t.Hash), []byte(t.Previous), []byte(strings.Join(t.Methods, " ")), millis(t.Rotated), millis(t.Expires))
	return err
}

const tokenColumns = "selector, user_id, hash, previous, methods, rotated, expires"

func scanToken(rows *sql.Rows) (t login.Token, err error) {
	var selector, user, hash, previous, methods []byte
	var rotated, expires int64
	err = rows.Scan(&selector, &user, &hash, &previous, &methods, &rotated, &expires)
	t = login.Token{
		Selector: string(selector), User: string(user), Hash: string(hash), Previous: string(previous),
		Rotated: fromMillis(rotated), Expires: fromMillis(expires),
	}
	if len(methods) > 0 {
		t.Methods = strings.Fields(string(methods))
	}
	return t, err
}

// Token returns the token of a selector.
func (s *logins) Token(ctx context.Context, selector string) (t login.Token, err error) {
	err = s.one(ctx, "SELECT "+tokenColumns+" FROM TABLE_NAME_token WHERE selector = ?", selector, func(rows *sql.Rows) (err error) {
		t, err = scanToken(rows)
		return err
	})
	return t, err
}

// TokensOf returns the tokens of a user, the last rotated first.
func (s *logins) TokensOf(ctx context.Context, user string) (list []login.Token, err error) {
	err = s.rows(ctx, "SELECT "+tokenColumns+" FROM TABLE_NAME_token WHERE user_id = ? ORDER BY rotated DESC, selector", []any{[]byte(user)}, func(rows *sql.Rows) error {
		t, err := scanToken(rows)
		list = append(list, t)
		return err
	})
	return list, err
}

// RotateToken replaces the hash of a token. The condition and the count of rows decide between two at once.
func (s *logins) RotateToken(ctx context.Context, selector, from, to string, at time.Time) (bool, error) {
	n, err := s.exec(ctx, "UPDATE TABLE_NAME_token SET hash = ?, previous = ?, rotated = ? WHERE selector = ? AND hash = ?",
		[]byte(to), []byte(from), millis(at), []byte(selector), []byte(from))
	return n > 0, err
}

// DeleteToken removes a token.
func (s *logins) DeleteToken(ctx context.Context, selector string) error {
	_, err := s.exec(ctx, "DELETE FROM TABLE_NAME_token WHERE selector = ?", []byte(selector))
	return err
}

// EndUser removes all records and tokens of a user.
func (s *logins) EndUser(ctx context.Context, user, except string) error {
	_, tokens := s.exec(ctx, "DELETE FROM TABLE_NAME_token WHERE user_id = ?", []byte(user))
	_, records := s.exec(ctx, "DELETE FROM TABLE_NAME WHERE user_id = ? AND id <> ?", []byte(user), []byte(except))
	return errors.Join(tokens, records)
}

const keyColumns = "prefix, user_id, hash, name, scopes, created, used, expires"

// AddKey writes a new key.
func (s *logins) AddKey(ctx context.Context, k login.Key) error {
	_, err := s.exec(ctx, "INSERT INTO TABLE_NAME_key ("+keyColumns+") VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		[]byte(k.Prefix), []byte(k.User), []byte(k.Hash), []byte(k.Name), []byte(strings.Join(k.Scopes, " ")),
		millis(k.Created), millis(k.Used), millis(k.Expires))
	return err
}

func scanKey(rows *sql.Rows) (k login.Key, err error) {
	var prefix, user, hash, name, scopes []byte
	var created, used, expires int64
	err = rows.Scan(&prefix, &user, &hash, &name, &scopes, &created, &used, &expires)
	k = login.Key{
		Prefix: string(prefix), User: string(user), Hash: string(hash), Name: string(name),
		Created: fromMillis(created), Used: fromMillis(used), Expires: fromMillis(expires),
	}
	if len(scopes) > 0 {
		k.Scopes = strings.Fields(string(scopes))
	}
	return k, err
}

// Key returns the key of a prefix.
func (s *logins) Key(ctx context.Context, prefix string) (k login.Key, err error) {
	err = s.one(ctx, "SELECT "+keyColumns+" FROM TABLE_NAME_key WHERE prefix = ?", prefix, func(rows *sql.Rows) (err error) {
		k, err = scanKey(rows)
		return err
	})
	return k, err
}

// UseKey sets Used.
func (s *logins) UseKey(ctx context.Context, prefix string, at time.Time) error {
	_, err := s.exec(ctx, "UPDATE TABLE_NAME_key SET used = ? WHERE prefix = ?", millis(at), []byte(prefix))
	return err
}

// KeysOf returns the keys of a user, the newest first.
func (s *logins) KeysOf(ctx context.Context, user string) (list []login.Key, err error) {
	err = s.rows(ctx, "SELECT "+keyColumns+" FROM TABLE_NAME_key WHERE user_id = ? ORDER BY created DESC, prefix", []any{[]byte(user)}, func(rows *sql.Rows) error {
		k, err := scanKey(rows)
		list = append(list, k)
		return err
	})
	return list, err
}

// DeleteKey removes a key of this user.
func (s *logins) DeleteKey(ctx context.Context, user, prefix string) (bool, error) {
	n, err := s.exec(ctx, "DELETE FROM TABLE_NAME_key WHERE prefix = ? AND user_id = ?", []byte(prefix), []byte(user))
	return n > 0, err
}
