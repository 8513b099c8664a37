package tasks

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"time"
)

// onceKept is how long a key is remembered.
const onceKept = 7 * 24 * time.Hour

// Once reports whether the key is new, and remembers it with the transaction, for seven days. Without a key it is the
// id of the task that ctx belongs to. So what a handler does in one transaction is done once, however often it runs:
//
//	err := database.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
//		first, err := tasks.Once(ctx, tx, "")
//		if err != nil || !first {
//			return err
//		}
//		…
//	})
//
// tx is a transaction of the database whose broker is in use (contrib/db), of [sql.Tx] or bun. When two run at the same
// time, one of them gets an error, and finds the key when it is tried again.
func Once(ctx context.Context, tx interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}, key string) (first bool, err error) {
	if key == "" {
		t, ok := Current(ctx)
		if !ok {
			return false, errNoTask
		}
		key = t.ID
	}
	sum := sha256.Sum256([]byte(key))
	// The values are a hash and a number, so that no database's way to write placeholders is needed.
	result, err := tx.ExecContext(ctx, fmt.Sprintf(`INSERT INTO dewar_task_once (id, expires) SELECT '%[1]s', %[2]d FROM (SELECT 1 AS one) AS row_of_one
		WHERE NOT EXISTS (SELECT 1 FROM dewar_task_once WHERE id = '%[1]s')`, hex.EncodeToString(sum[:]), time.Now().Add(onceKept).UnixMilli()))
	if err != nil {
		return false, fmt.Errorf("tasks: Once: %w", err)
	}
	n, err := result.RowsAffected()
	return n == 1, err
}
