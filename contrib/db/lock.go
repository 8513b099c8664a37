package db

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"net/url"
	"strconv"
	"time"
)

// migrationWait is how long a process waits while another one migrates.
const migrationWait = 60 * time.Second

// lockMigrations takes the lock that lets one process at a time migrate a database. The lock belongs to a connection,
// so that it is released when the process dies.
func lockMigrations(ctx context.Context, t *target, pool *sql.DB) (unlock func(), err error) {
	switch t.dialect {
	case Postgres:
		// An advisory lock belongs to the database of the connection.
		key := int64(binary.BigEndian.Uint64(lockName(versionTable)))
		return lockOnConn(ctx, pool, "SELECT pg_advisory_lock($1)", "SELECT pg_advisory_unlock($1)", key)
	case MySQL:
		// A named lock belongs to the server, so the database is part of the name.
		name := hex.EncodeToString(lockName(versionTable, t.database)[:16])
		wait := strconv.Itoa(int(migrationWait / time.Second))
		return lockOnConn(ctx, pool, "SELECT GET_LOCK(?, "+wait+") = 1", "SELECT RELEASE_LOCK(?)", name)
	default:
		return lockFile(ctx, t.path+"-migrate")
	}
}

func lockName(parts ...string) []byte {
	h := sha256.New()
	h.Write([]byte("dewar contrib/db migrations"))
	for _, p := range parts {
		h.Write([]byte{0})
		h.Write([]byte(p))
	}
	return h.Sum(nil)
}

// errLockTimeout stands for the result 0 of MariaDB's GET_LOCK.
var errLockTimeout = errors.New("no lock within " + migrationWait.String())

func lockOnConn(ctx context.Context, pool *sql.DB, lock, unlock string, key any) (func(), error) {
	ctx, cancel := context.WithTimeout(ctx, migrationWait)
	defer cancel()
	conn, err := pool.Conn(ctx)
	if err != nil {
		return nil, err
	}
	var got any
	if err := conn.QueryRowContext(ctx, lock, key).Scan(&got); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	if n, ok := got.(int64); ok && n != 1 {
		return nil, errors.Join(errLockTimeout, conn.Close())
	}
	return func() {
		// When this fails the connection is broken, and the lock is released with it.
		_, _ = conn.ExecContext(context.Background(), unlock, key)
		_ = conn.Close()
	}, nil
}

// lockFile locks an empty file beside a SQLite database with SQLite's own locks, which work wherever the database
// works. The database itself cannot be locked, because goose writes to it. The file is not removed: when it is removed
// while others wait for it, two of them could get the lock.
func lockFile(ctx context.Context, path string) (func(), error) {
	if err := sqliteMode(path); err != nil {
		return nil, err
	}
	options := url.Values{
		"_pragma": {"busy_timeout(" + strconv.Itoa(int(migrationWait.Milliseconds())) + ")"},
		"_txlock": {"exclusive"},
	}
	pool, err := sqlitePool(path, options)
	if err != nil {
		return nil, err
	}
	tx, err := pool.BeginTx(ctx, nil)
	if err != nil {
		return nil, errors.Join(err, pool.Close())
	}
	return func() {
		_ = tx.Rollback()
		_ = pool.Close()
	}, nil
}
