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

// mistake is an error of the configuration: it names the setting to change.
func (d *Database) mistake(err error) error {
	return fmt.Errorf("db: %w (set by %s)", err, d.config.name())
}

// unreachable is the error of a database that was named well but does not
// answer. Drivers' errors are long, and some span lines; what went wrong is the
// part that is said.
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

// reason is the short cause of a failed connection.
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

// refused tells an answer from silence: the server is there and says no.
func refused(err error) bool {
	return postgresCode(err) != "" || mysqlCode(err) != 0
}

// IsUnique tells whether err comes from a UNIQUE or PRIMARY KEY constraint: the
// row is there already, perhaps since the moment you looked. On PostgreSQL the
// transaction is of no use after it; end the request, or wrap the statement in
// a savepoint (bun.IDB.RunInTx within a transaction).
func IsUnique(err error) bool {
	switch sqliteCode(err) {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY:
		return true
	}
	return postgresCode(err) == "23505" || mysqlCode(err) == 1062
}

// IsForeignKey tells whether err comes from a FOREIGN KEY constraint: a row
// that is referred to is missing, or one to be deleted is still referred to.
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

// IsRetryable tells whether err means that the whole transaction lost against
// another one (a deadlock, a serialization failure, a lock not had in time) and
// may well succeed when it is run again from its beginning.
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
