package db

import (
	"context"
	"database/sql"
	"strings"

	"github.com/dewar-go/dewar/accounts"
)

// factorTables are the statements that make the table of second factors, one row for each account.
var factorTables = map[Dialect]string{
	SQLite:   "CREATE TABLE IF NOT EXISTS TABLE_NAME_factor (account BLOB PRIMARY KEY, secret BLOB NOT NULL, pending BLOB NOT NULL, pending_until INTEGER NOT NULL, last_step INTEGER NOT NULL, enrolled INTEGER NOT NULL, used INTEGER NOT NULL, recovery BLOB NOT NULL, version INTEGER NOT NULL) WITHOUT ROWID",
	Postgres: "CREATE TABLE IF NOT EXISTS TABLE_NAME_factor (account BYTEA PRIMARY KEY, secret BYTEA NOT NULL, pending BYTEA NOT NULL, pending_until BIGINT NOT NULL, last_step BIGINT NOT NULL, enrolled BIGINT NOT NULL, used BIGINT NOT NULL, recovery BYTEA NOT NULL, version BIGINT NOT NULL)",
	MySQL:    "CREATE TABLE IF NOT EXISTS TABLE_NAME_factor (account VARBINARY(64) PRIMARY KEY, secret VARBINARY(255) NOT NULL, pending VARBINARY(255) NOT NULL, pending_until BIGINT NOT NULL, last_step BIGINT NOT NULL, enrolled BIGINT NOT NULL, used BIGINT NOT NULL, recovery VARBINARY(1024) NOT NULL, version BIGINT NOT NULL)",
}

const factorColumns = "secret, pending, pending_until, last_step, enrolled, used, recovery"

// Factors returns the row of an account.
func (s *accountStore) Factors(ctx context.Context, account string) (*accounts.Factors, error) {
	f := &accounts.Factors{Account: account}
	err := s.rows(ctx, "SELECT "+factorColumns+", version FROM TABLE_NAME_factor WHERE account = ?", []any{[]byte(account)}, func(rows *sql.Rows) error {
		var secret, pending, recovery []byte
		var pendingUntil, enrolled, used int64
		err := rows.Scan(&secret, &pending, &pendingUntil, &f.LastStep, &enrolled, &used, &recovery, &f.Version)
		if len(secret) > 0 {
			f.Secret = secret
		}
		if len(pending) > 0 {
			f.Pending = pending
		}
		if len(recovery) > 0 {
			f.Recovery = strings.Fields(string(recovery))
		}
		f.PendingUntil, f.Enrolled, f.Used = fromMillis(pendingUntil), fromMillis(enrolled), fromMillis(used)
		return err
	})
	return f, err
}

// SaveFactors writes a row that was not changed meanwhile. The condition and the count of rows decide between two at once.
func (s *accountStore) SaveFactors(ctx context.Context, f *accounts.Factors) error {
	bytes := func(b []byte) []byte { return append([]byte{}, b...) } // never NULL
	args := []any{
		bytes(f.Secret), bytes(f.Pending), millis(f.PendingUntil), f.LastStep, millis(f.Enrolled), millis(f.Used),
		[]byte(strings.Join(f.Recovery, " ")), f.Version + 1, []byte(f.Account),
	}
	if f.Version == 0 {
		_, err := s.exec(ctx, "INSERT INTO TABLE_NAME_factor ("+factorColumns+", version, account) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", args...)
		if IsUnique(err) {
			return accounts.ErrChanged
		}
		if err != nil {
			return err
		}
	} else {
		n, err := s.exec(ctx, "UPDATE TABLE_NAME_factor SET "+strings.ReplaceAll(factorColumns, ",", " = ?,")+" = ?, version = ? WHERE account = ? AND version = ?",
			append(args, f.Version)...)
		if err != nil {
			return err
		}
		if n == 0 {
			return accounts.ErrChanged
		}
	}
	f.Version++
	return nil
}
