package db

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/dewar-go/dewar/login"
)

// DefaultCredentialTable is the name of the table with the ways into accounts beside passwords. The one of what was used
// once has it with "_spent" behind it.
const DefaultCredentialTable = "dewar_credential"

// Credentials returns a store for contrib/oidc and contrib/passkey in this database, in the table
// [DefaultCredentialTable] and one beside it:
//
//	app.Extend(database, passkey.New(passkey.Config{Credentials: database.Credentials()}))
//
// On SQLite it needs the only writer, as [Database.Logins] does.
func (d *Database) Credentials() login.Credentials { return d.CredentialStore(DefaultCredentialTable) }

// CredentialStore is [Database.Credentials] with another table name. The tables are made at the first use when they do
// not exist; when the program's database user must not make tables, call [Database.CreateCredentialTables] elsewhere. A
// table name with characters other than a to z, 0 to 9 and the underscore panics.
func (d *Database) CredentialStore(table string) login.Credentials {
	if !tableName.MatchString(table) {
		panic(fmt.Sprintf("db: CredentialStore(%q): the table's name must be made of a to z, 0 to 9 and _", table))
	}
	return &credentials{&tables{database: d, what: "credentials", name: table, first: table + "_spent", create: credentialTables}}
}

// CreateCredentialTables makes the tables for [Database.CredentialStore] unless they exist.
func (d *Database) CreateCredentialTables(ctx context.Context, table string) error {
	return d.CredentialStore(table).(*credentials).ready(ctx)
}

// credentials is a store with one row for each. Columns are as those of logins.
type credentials struct{ *tables }

var credentialTables = map[Dialect][]string{
	SQLite: {
		"CREATE TABLE IF NOT EXISTS TABLE_NAME (kind BLOB NOT NULL, id BLOB NOT NULL, user_id BLOB NOT NULL, name BLOB NOT NULL, data BLOB NOT NULL, created INTEGER NOT NULL, used INTEGER NOT NULL, PRIMARY KEY (kind, id)) WITHOUT ROWID",
		"CREATE TABLE IF NOT EXISTS TABLE_NAME_spent (id BLOB PRIMARY KEY, expires INTEGER NOT NULL) WITHOUT ROWID",
		"CREATE INDEX IF NOT EXISTS TABLE_NAME_user ON TABLE_NAME (user_id)",
		"CREATE INDEX IF NOT EXISTS TABLE_NAME_spent_expires ON TABLE_NAME_spent (expires)",
	},
	Postgres: {
		"CREATE TABLE IF NOT EXISTS TABLE_NAME (kind BYTEA NOT NULL, id BYTEA NOT NULL, user_id BYTEA NOT NULL, name BYTEA NOT NULL, data BYTEA NOT NULL, created BIGINT NOT NULL, used BIGINT NOT NULL, PRIMARY KEY (kind, id))",
		"CREATE TABLE IF NOT EXISTS TABLE_NAME_spent (id BYTEA PRIMARY KEY, expires BIGINT NOT NULL)",
		"CREATE INDEX IF NOT EXISTS TABLE_NAME_user ON TABLE_NAME (user_id)",
		"CREATE INDEX IF NOT EXISTS TABLE_NAME_spent_expires ON TABLE_NAME_spent (expires)",
	},
	MySQL: {
		"CREATE TABLE IF NOT EXISTS TABLE_NAME (kind VARBINARY(32) NOT NULL, id VARBINARY(64) NOT NULL, user_id VARBINARY(255) NOT NULL, name VARBINARY(255) NOT NULL, data BLOB NOT NULL, created BIGINT NOT NULL, used BIGINT NOT NULL, PRIMARY KEY (kind, id), INDEX TABLE_NAME_user (user_id))",
		"CREATE TABLE IF NOT EXISTS TABLE_NAME_spent (id VARBINARY(64) PRIMARY KEY, expires BIGINT NOT NULL, INDEX TABLE_NAME_spent_expires (expires))",
	},
}

const credentialColumns = "kind, id, user_id, name, data, created, used"

// AddCredential writes a new one.
func (s *credentials) AddCredential(ctx context.Context, c login.Credential) error {
	_, err := s.exec(ctx, "INSERT INTO TABLE_NAME ("+credentialColumns+") VALUES (?, ?, ?, ?, ?, ?, ?)",
		[]byte(c.Kind), []byte(c.ID), []byte(c.User), []byte(c.Name), bytesOf(c.Data), millis(c.Created), millis(c.Used))
	if IsUnique(err) {
		return login.ErrExists
	}
	return err
}

// bytesOf is data with an empty value for nil, which would be NULL.
func bytesOf(data []byte) []byte {
	if data == nil {
		return []byte{}
	}
	return data
}

// list returns the rows of a condition, the oldest first.
func (s *credentials) list(ctx context.Context, where string, args ...any) (list []login.Credential, err error) {
	err = s.rows(ctx, "SELECT "+credentialColumns+" FROM TABLE_NAME WHERE "+where+" ORDER BY created, kind, id", args, func(rows *sql.Rows) error {
		var kind, id, user, name, data []byte
		var created, used int64
		err := rows.Scan(&kind, &id, &user, &name, &data, &created, &used)
		list = append(list, login.Credential{
			Kind: string(kind), ID: string(id), User: string(user), Name: string(name), Data: bytesOf(data),
			Created: fromMillis(created), Used: fromMillis(used),
		})
		return err
	})
	return list, err
}

// Credential returns one.
func (s *credentials) Credential(ctx context.Context, kind, id string) (login.Credential, error) {
	list, err := s.list(ctx, "kind = ? AND id = ?", []byte(kind), []byte(id))
	if err == nil && len(list) == 0 {
		err = login.ErrNotFound
	}
	if err != nil {
		return login.Credential{}, err
	}
	return list[0], nil
}

// CredentialsOf returns those of a user.
func (s *credentials) CredentialsOf(ctx context.Context, user, kind string) ([]login.Credential, error) {
	if kind == "" {
		return s.list(ctx, "user_id = ?", []byte(user))
	}
	return s.list(ctx, "user_id = ? AND kind = ?", []byte(user), []byte(kind))
}

// UseCredential sets Used and Data.
func (s *credentials) UseCredential(ctx context.Context, kind, id string, data []byte, at time.Time) error {
	_, err := s.exec(ctx, "UPDATE TABLE_NAME SET data = ?, used = ? WHERE kind = ? AND id = ?", bytesOf(data), millis(at), []byte(kind), []byte(id))
	return err
}

// RenameCredential sets the Name. MariaDB counts no row that has the name already, so that the row is looked for first.
func (s *credentials) RenameCredential(ctx context.Context, user, kind, id, name string) error {
	c, err := s.Credential(ctx, kind, id)
	if err == nil && c.User != user {
		err = login.ErrNotFound
	}
	if err != nil {
		return err
	}
	_, err = s.exec(ctx, "UPDATE TABLE_NAME SET name = ? WHERE kind = ? AND id = ? AND user_id = ?", []byte(name), []byte(kind), []byte(id), []byte(user))
	return err
}

// RemoveCredential removes a user's credential. The lock on all of the user's rows has two calls at once wait for each
// other.
func (s *credentials) RemoveCredential(ctx context.Context, user, kind, id string, last bool) error {
	_, writer, ctx, cancel, err := s.pools(ctx)
	if err != nil {
		return err
	}
	defer cancel()
	tx, err := writer.BeginTx(ctx, nil)
	if err != nil {
		return s.failed(err)
	}
	defer func() { _ = tx.Rollback() }()
	lock := " FOR UPDATE"
	if s.database.Dialect() == SQLite { // whose transaction is the only writer
		lock = ""
	}
	rows, err := tx.QueryContext(ctx, s.query("SELECT kind, id FROM TABLE_NAME WHERE user_id = ? ORDER BY kind, id"+lock), []byte(user))
	if err != nil {
		return s.failed(err)
	}
	defer rows.Close()
	found, others := false, 0
	for rows.Next() {
		var k, i []byte
		if err := rows.Scan(&k, &i); err != nil {
			return s.failed(err)
		}
		if string(k) == kind && string(i) == id {
			found = true
		} else {
			others++
		}
	}
	switch err := rows.Err(); {
	case err != nil:
		return s.failed(err)
	case !found:
		return login.ErrNotFound
	case !last && others == 0:
		return login.ErrLastCredential
	}
	if _, err := tx.ExecContext(ctx, s.query("DELETE FROM TABLE_NAME WHERE kind = ? AND id = ?"), []byte(kind), []byte(id)); err != nil {
		return s.failed(err)
	}
	if err := tx.Commit(); err != nil {
		return s.failed(err)
	}
	return nil
}

// RemoveCredentials removes all of a user.
func (s *credentials) RemoveCredentials(ctx context.Context, user string) error {
	_, err := s.exec(ctx, "DELETE FROM TABLE_NAME WHERE user_id = ?", []byte(user))
	return err
}

// Spend remembers a key.
func (s *credentials) Spend(ctx context.Context, key string, until time.Time) (bool, error) {
	s.sweep(ctx, map[string]string{s.name + "_spent": "id"})
	_, err := s.exec(ctx, "INSERT INTO TABLE_NAME_spent (id, expires) VALUES (?, ?)", []byte(key), millis(until))
	if IsUnique(err) {
		return false, nil
	}
	return err == nil, err
}
