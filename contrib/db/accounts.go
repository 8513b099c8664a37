package db

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"github.com/dewar-go/dewar/accounts"
)

// DefaultAccountTable is the name of the table with accounts. Those beside it have it with "_token", "_attempt" and
// "_factor" behind it.
const DefaultAccountTable = "dewar_account"

// Accounts returns a store for package accounts in this database. Its tables are [DefaultAccountTable] and those beside
// it:
//
//	database := db.New(db.Config{URL: cfg.DatabaseURL})
//	app.Extend(database, accounts.New(accounts.Config{Store: database.Accounts(), Login: login.Config{Store: database.Logins()}, …}))
//
// The application's own rows refer to the column id, which is bytes: 26 letters and digits. On SQLite it needs the only
// writer, as [Database.Logins] does.
func (d *Database) Accounts() accounts.Store { return d.AccountStore(DefaultAccountTable) }

// AccountStore is [Database.Accounts] with another table name. The tables are made at the first use when they do not
// exist; when the program's database user must not make tables, call [Database.CreateAccountTables] elsewhere or use a
// migration. A table name with characters other than a to z, 0 to 9 and the underscore panics.
func (d *Database) AccountStore(table string) accounts.Store {
	if !tableName.MatchString(table) {
		panic(fmt.Sprintf("db: AccountStore(%q): the table's name must be made of a to z, 0 to 9 and _", table))
	}
	return &accountStore{&tables{database: d, what: "accounts", name: table, first: table + "_attempt", create: accountTables}}
}

// CreateAccountTables makes the tables for [Database.AccountStore] unless they exist.
func (d *Database) CreateAccountTables(ctx context.Context, table string) error {
	return d.AccountStore(table).(*accountStore).ready(ctx)
}

// accountStore is a store with one row for each account, token and count. Columns are as those of logins.
type accountStore struct{ *tables }

var accountTables = map[Dialect][]string{
	SQLite: {
		factorTables[SQLite],
		"CREATE TABLE IF NOT EXISTS TABLE_NAME (id BLOB PRIMARY KEY, email BLOB NOT NULL UNIQUE, password BLOB NOT NULL, short INTEGER NOT NULL, confirmed INTEGER NOT NULL, disabled INTEGER NOT NULL, roles BLOB NOT NULL, created INTEGER NOT NULL, delete_at INTEGER NOT NULL, version INTEGER NOT NULL) WITHOUT ROWID",
		"CREATE TABLE IF NOT EXISTS TABLE_NAME_token (hash BLOB PRIMARY KEY, purpose BLOB NOT NULL, account BLOB NOT NULL, sent_to BLOB NOT NULL, password BLOB NOT NULL, browser BLOB NOT NULL, created INTEGER NOT NULL, expires INTEGER NOT NULL) WITHOUT ROWID",
		"CREATE TABLE IF NOT EXISTS TABLE_NAME_attempt (id BLOB PRIMARY KEY, tries INTEGER NOT NULL, next INTEGER NOT NULL, expires INTEGER NOT NULL) WITHOUT ROWID",
		"CREATE INDEX IF NOT EXISTS TABLE_NAME_delete_at ON TABLE_NAME (delete_at)",
		"CREATE INDEX IF NOT EXISTS TABLE_NAME_token_account ON TABLE_NAME_token (account)",
		"CREATE INDEX IF NOT EXISTS TABLE_NAME_token_expires ON TABLE_NAME_token (expires)",
		"CREATE INDEX IF NOT EXISTS TABLE_NAME_attempt_expires ON TABLE_NAME_attempt (expires)",
	},
	Postgres: {
		factorTables[Postgres],
		"CREATE TABLE IF NOT EXISTS TABLE_NAME (id BYTEA PRIMARY KEY, email BYTEA NOT NULL UNIQUE, password BYTEA NOT NULL, short INTEGER NOT NULL, confirmed BIGINT NOT NULL, disabled INTEGER NOT NULL, roles BYTEA NOT NULL, created BIGINT NOT NULL, delete_at BIGINT NOT NULL, version BIGINT NOT NULL)",
		"CREATE TABLE IF NOT EXISTS TABLE_NAME_token (hash BYTEA PRIMARY KEY, purpose BYTEA NOT NULL, account BYTEA NOT NULL, sent_to BYTEA NOT NULL, password BYTEA NOT NULL, browser BYTEA NOT NULL, created BIGINT NOT NULL, expires BIGINT NOT NULL)",
		"CREATE TABLE IF NOT EXISTS TABLE_NAME_attempt (id BYTEA PRIMARY KEY, tries INTEGER NOT NULL, next BIGINT NOT NULL, expires BIGINT NOT NULL)",
		"CREATE INDEX IF NOT EXISTS TABLE_NAME_delete_at ON TABLE_NAME (delete_at)",
		"CREATE INDEX IF NOT EXISTS TABLE_NAME_token_account ON TABLE_NAME_token (account)",
		"CREATE INDEX IF NOT EXISTS TABLE_NAME_token_expires ON TABLE_NAME_token (expires)",
		"CREATE INDEX IF NOT EXISTS TABLE_NAME_attempt_expires ON TABLE_NAME_attempt (expires)",
	},
	MySQL: {
		factorTables[MySQL],
		"CREATE TABLE IF NOT EXISTS TABLE_NAME (id VARBINARY(64) PRIMARY KEY, email VARBINARY(254) NOT NULL UNIQUE, password VARBINARY(1024) NOT NULL, short TINYINT NOT NULL, confirmed BIGINT NOT NULL, disabled TINYINT NOT NULL, roles VARBINARY(4096) NOT NULL, created BIGINT NOT NULL, delete_at BIGINT NOT NULL, version BIGINT NOT NULL, INDEX TABLE_NAME_delete_at (delete_at))",
		"CREATE TABLE IF NOT EXISTS TABLE_NAME_token (hash VARBINARY(64) PRIMARY KEY, purpose VARBINARY(32) NOT NULL, account VARBINARY(64) NOT NULL, sent_to VARBINARY(254) NOT NULL, password VARBINARY(1024) NOT NULL, browser VARBINARY(64) NOT NULL, created BIGINT NOT NULL, expires BIGINT NOT NULL, INDEX TABLE_NAME_token_account (account), INDEX TABLE_NAME_token_expires (expires))",
		"CREATE TABLE IF NOT EXISTS TABLE_NAME_attempt (id VARBINARY(128) PRIMARY KEY, tries INT NOT NULL, next BIGINT NOT NULL, expires BIGINT NOT NULL, INDEX TABLE_NAME_attempt_expires (expires))",
	},
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}

// change runs statements in a transaction. Each says which error it is to change no row, nil for none.
type change struct {
	text string
	args []any
	none error
}

func (s *accountStore) change(ctx context.Context, list ...change) error {
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
	for _, c := range list {
		result, err := tx.ExecContext(ctx, s.query(c.text), c.args...)
		if IsUnique(err) {
			return accounts.ErrTaken
		}
		if err != nil {
			return s.failed(err)
		}
		if n, err := result.RowsAffected(); err != nil {
			return s.failed(err)
		} else if n == 0 && c.none != nil {
			return c.none
		}
	}
	if err := tx.Commit(); err != nil {
		return s.failed(err)
	}
	return nil
}

// spending puts the spending of a token before a change. Of two transactions at once, the second waits for the row of
// the token and finds it gone.
func spending(hash string, then change) []change {
	if hash == "" {
		return []change{then}
	}
	spend := change{"DELETE FROM TABLE_NAME_token WHERE hash = ? AND expires > ?", []any{[]byte(hash), time.Now().UnixMilli()}, accounts.ErrSpent}
	return []change{spend, then}
}

const accountColumns = "email, password, short, confirmed, disabled, roles, created, delete_at"

func accountValues(a *accounts.Account) []any {
	return []any{
		[]byte(a.Email), []byte(a.PasswordHash), flag(a.ShortPassword), millis(a.Confirmed), flag(a.Disabled),
		[]byte(strings.Join(a.Roles, "\n")), millis(a.Created), millis(a.DeleteAt),
	}
}

// Add writes a new account.
func (s *accountStore) Add(ctx context.Context, a *accounts.Account, spend string) error {
	return s.change(ctx, spending(spend, change{
		text: "INSERT INTO TABLE_NAME (" + accountColumns + ", version, id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		args: append(accountValues(a), a.Version, []byte(a.ID)),
	})...)
}

// Update writes an account that was not changed meanwhile.
func (s *accountStore) Update(ctx context.Context, a *accounts.Account, spend string) error {
	err := s.change(ctx, spending(spend, change{
		text: "UPDATE TABLE_NAME SET " + strings.ReplaceAll(accountColumns, ",", " = ?,") + " = ?, version = ? WHERE id = ? AND version = ?",
		args: append(accountValues(a), a.Version+1, []byte(a.ID), a.Version),
		none: accounts.ErrChanged,
	})...)
	if err == nil {
		a.Version++
	}
	return err
}

// Remove removes an account.
func (s *accountStore) Remove(ctx context.Context, a *accounts.Account) error {
	return s.change(ctx,
		change{"DELETE FROM TABLE_NAME WHERE id = ? AND version = ?", []any{[]byte(a.ID), a.Version}, accounts.ErrChanged},
		change{"DELETE FROM TABLE_NAME_token WHERE account = ?", []any{[]byte(a.ID)}, nil},
		change{"DELETE FROM TABLE_NAME_factor WHERE account = ?", []any{[]byte(a.ID)}, nil},
	)
}

// accounts returns the rows of a condition.
func (s *accountStore) accounts(ctx context.Context, where string, args ...any) (list []*accounts.Account, err error) {
	err = s.rows(ctx, "SELECT id, "+accountColumns+", version FROM TABLE_NAME WHERE "+where, args, func(rows *sql.Rows) error {
		var id, email, password, roles []byte
		var short, disabled, confirmed, created, deleteAt, version int64
		err := rows.Scan(&id, &email, &password, &short, &confirmed, &disabled, &roles, &created, &deleteAt, &version)
		a := &accounts.Account{
			ID: string(id), Email: string(email), PasswordHash: string(password), ShortPassword: short != 0, Disabled: disabled != 0,
			Confirmed: fromMillis(confirmed), Created: fromMillis(created), DeleteAt: fromMillis(deleteAt), Version: version,
		}
		if len(roles) > 0 {
			a.Roles = strings.Split(string(roles), "\n")
		}
		list = append(list, a)
		return err
	})
	return list, err
}

func (s *accountStore) account(ctx context.Context, where, key string) (*accounts.Account, error) {
	list, err := s.accounts(ctx, where, []byte(key))
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, accounts.ErrNotFound
	}
	return list[0], nil
}

// Account returns the account of an ID.
func (s *accountStore) Account(ctx context.Context, id string) (*accounts.Account, error) {
	return s.account(ctx, "id = ?", id)
}

// AccountByEmail returns the account of an address.
func (s *accountStore) AccountByEmail(ctx context.Context, email string) (*accounts.Account, error) {
	return s.account(ctx, "email = ?", email)
}

// Due returns accounts to remove.
func (s *accountStore) Due(ctx context.Context, before time.Time, n int) ([]*accounts.Account, error) {
	return s.accounts(ctx, "delete_at > 0 AND delete_at < ? ORDER BY delete_at LIMIT ?", before.UnixMilli(), n)
}

// AddToken writes a new token.
func (s *accountStore) AddToken(ctx context.Context, t accounts.Token) error {
	s.sweep(ctx, map[string]string{s.name + "_token": "hash", s.name + "_attempt": "id"})
	_, err := s.exec(ctx, "INSERT INTO TABLE_NAME_token (hash, purpose, account, sent_to, password, browser, created, expires) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		[]byte(t.Hash), []byte(t.Purpose), []byte(t.Account), []byte(t.SentTo), []byte(t.PasswordHash), []byte(t.Browser), millis(t.Created), millis(t.Expires))
	return err
}

// Token returns the token of a hash.
func (s *accountStore) Token(ctx context.Context, hash string) (t accounts.Token, err error) {
	err = s.rows(ctx, "SELECT purpose, account, sent_to, password, browser, created, expires FROM TABLE_NAME_token WHERE hash = ?", []any{[]byte(hash)}, func(rows *sql.Rows) error {
		var purpose, account, sentTo, password, browser []byte
		var created, expires int64
		err := rows.Scan(&purpose, &account, &sentTo, &password, &browser, &created, &expires)
		t = accounts.Token{
			Hash: hash, Purpose: accounts.Purpose(purpose), Account: string(account), SentTo: string(sentTo),
			PasswordHash: string(password), Browser: string(browser), Created: fromMillis(created), Expires: fromMillis(expires),
		}
		return err
	})
	if err == nil && t.Hash == "" {
		err = accounts.ErrNotFound
	}
	return t, err
}

// DeleteTokens removes tokens of an account.
func (s *accountStore) DeleteTokens(ctx context.Context, account string, purposes ...accounts.Purpose) error {
	text, args := "DELETE FROM TABLE_NAME_token WHERE account = ?", []any{[]byte(account)}
	if len(purposes) > 0 {
		text += " AND purpose IN (?" + strings.Repeat(", ?", len(purposes)-1) + ")"
		for _, p := range purposes {
			args = append(args, []byte(p))
		}
	}
	_, err := s.exec(ctx, text, args...)
	return err
}

// DeleteTokensSince removes the newer tokens of an account.
func (s *accountStore) DeleteTokensSince(ctx context.Context, account string, since time.Time) error {
	_, err := s.exec(ctx, "DELETE FROM TABLE_NAME_token WHERE account = ? AND created >= ?", []byte(account), since.UnixMilli())
	return err
}

// Attempts returns the count of a key.
func (s *accountStore) Attempts(ctx context.Context, key string) (n accounts.Attempts, err error) {
	err = s.rows(ctx, "SELECT tries, next FROM TABLE_NAME_attempt WHERE id = ?", []any{[]byte(key)}, func(rows *sql.Rows) error {
		var next int64
		err := rows.Scan(&n.Count, &next)
		n.Next = fromMillis(next)
		return err
	})
	return n, err
}

// CountAttempts replaces a count. The condition and the count of rows decide between two at once.
func (s *accountStore) CountAttempts(ctx context.Context, key string, from, to accounts.Attempts, expires time.Time) (bool, error) {
	if from == (accounts.Attempts{}) {
		_, err := s.exec(ctx, "INSERT INTO TABLE_NAME_attempt (id, tries, next, expires) VALUES (?, ?, ?, ?)",
			[]byte(key), to.Count, millis(to.Next), millis(expires))
		if IsUnique(err) {
			return false, nil
		}
		return err == nil, err
	}
	n, err := s.exec(ctx, "UPDATE TABLE_NAME_attempt SET tries = ?, next = ?, expires = ? WHERE id = ? AND tries = ? AND next = ?",
		to.Count, millis(to.Next), millis(expires), []byte(key), from.Count, millis(from.Next))
	return n > 0, err
}

// ClearAttempts forgets a count.
func (s *accountStore) ClearAttempts(ctx context.Context, key string) error {
	_, err := s.exec(ctx, "DELETE FROM TABLE_NAME_attempt WHERE id = ?", []byte(key))
	return err
}
