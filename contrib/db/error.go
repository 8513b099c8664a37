package db

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"syscall"

	"github.com/go-sql-driver/mysql"
	"github.com/jackc/pgx/v5/pgconn"
	sqlite3 "modernc.org/sqlite/lib"
)

// mistake returns an error about the configuration that names the setting to change.
func (d *Database) mistake(err error) error {
	return fmt.Errorf("db: %w (set by %s)", err, d.config.name())
}

// unreachable returns the error for a database that does not answer although its URL is well formed. Drivers' errors
// are long and may span lines, so it holds only their reason.
func (d *Database) unreachable(t *target, err error) error {
	hint := "is it running?"
	switch {
	case t.dialect == SQLite:
		hint = "is it a SQLite file that this user may write?"
	case refused(err):
		hint = "check the user name, the password and the database's name"
	}
	return fmt.Errorf("db: database at %s cannot be reached: %s; %s (set by %s)", t.shown, reason(err), hint, d.config.name())
}

// reason returns the cause of a failed connection on one line.
func reason(err error) string {
	var pg *pgconn.PgError
	var my *mysql.MySQLError
	var op *net.OpError
	var dns *net.DNSError
	var errno syscall.Errno
	switch {
	case errors.As(err, &pg):
		return pg.Message
	case errors.As(err, &my):
		return my.Message
	case errors.As(err, &dns):
		return "host " + dns.Name + " is unknown"
	case errors.As(err, &errno):
		return errno.Error()
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &op) && op.Timeout():
		return fmt.Sprintf("no answer within %s", connectTimeout)
	case errors.As(err, &op):
		return op.Err.Error()
	}
	return strings.Join(strings.Fields(err.Error()), " ")
}

// refused reports whether the server answered and refused the connection.
func refused(err error) bool {
	return postgresCode(err) != "" || mysqlCode(err) != 0
}

// IsUnique reports whether err comes from a UNIQUE or PRIMARY KEY constraint: the row exists already, perhaps since a
// moment ago. On PostgreSQL the transaction cannot be used after it. End the request, or run the statement in a
// savepoint (bun.IDB.RunInTx within a transaction).
func IsUnique(err error) bool {
	switch sqliteCode(err) {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY:
		return true
	}
	return postgresCode(err) == "23505" || mysqlCode(err) == 1062
}

// IsForeignKey reports whether err comes from a FOREIGN KEY constraint: a row that is referred to is missing, or a row
// to delete is still referred to.
func IsForeignKey(err error) bool {
	if sqliteCode(err) == sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY {
		return true
	}
	switch mysqlCode(err) {
	case 1216, 1217, 1451, 1452:
		return true
	}
	return postgresCode(err) == "23503"
}

// IsRetryable reports whether the transaction failed because of another one (a deadlock, a serialization failure, a
// lock that was not free in time). Running all of it again may succeed.
func IsRetryable(err error) bool {
	switch sqliteCode(err) & 0xff {
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return true
	}
	switch mysqlCode(err) {
	case 1205, 1213:
		return true
	}
	switch postgresCode(err) {
	case "40001", "40P01", "55P03":
		return true
	}
	return false
}
