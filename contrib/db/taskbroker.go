package db

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/uptrace/bun"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/tasks"
)

// Tasks returns a broker that keeps tasks in this database, for [tasks.Config]:
//
//	database := db.New(db.Config{URL: cfg.DatabaseURL})
//	queue := tasks.NewQueue(tasks.Config{Broker: database.Tasks()})
//	app.Extend(database, queue)
//
// A task that a request enqueues belongs to the request's transaction. When the request has none yet, the task is
// written at the commit stage, together with those of other requests, which is faster and as durable. Outside of a
// request it belongs to the transaction of [WithTx].
//
// The tables begin with dewar_task and are made at the first use. When the program's database user must not make
// tables, call [TaskBroker.CreateTables] elsewhere. On SQLite all processes must be on one machine.
func (d *Database) Tasks() *TaskBroker {
	b := &TaskBroker{
		tables: &tables{database: d, what: "tasks", name: "dewar_task", first: "dewar_task_once", create: taskTables},
		wake:   make(chan struct{}),
	}
	b.enqueues, b.settles = &taskWriter{b: b}, &taskWriter{b: b}
	return b
}

// A TaskBroker keeps tasks in the database. Make it with [Database.Tasks].
type TaskBroker struct {
	*tables
	// On SQLite, where there is one writer, both are the same after the first use.
	enqueues, settles *taskWriter
	one               sync.Once

	statements sync.Map    // of *taskStatement, by their texts
	fresh      atomic.Bool // some may not be prepared

	mu   sync.Mutex
	wake chan struct{} // is closed when this process has enqueued something
}

var _ tasks.Broker = (*TaskBroker)(nil)

// Capabilities says that the database can do all that brokers can.
func (b *TaskBroker) Capabilities() tasks.Capabilities {
	return tasks.Capabilities{Transaction: true, Delay: true, Priority: true, Unique: true, Groups: true, Schedules: true, Results: true, Inspect: true}
}

// CreateTables makes the tables unless they exist.
func (b *TaskBroker) CreateTables(ctx context.Context) error { return b.ready(ctx) }

type taskTxKey struct{}

// WithTx returns a context with which tasks are enqueued in the transaction tx, for work outside of a request:
//
//	err := database.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
//		…
//		_, err := send.EnqueueContext(db.WithTx(ctx, tx), Welcome{User: id})
//		return err
//	})
func WithTx(ctx context.Context, tx bun.Tx) context.Context {
	return context.WithValue(ctx, taskTxKey{}, tx.Tx)
}

// Enqueue accepts tasks. See [Database.Tasks] for the transaction.
func (b *TaskBroker) Enqueue(ctx context.Context, list ...*tasks.Task) error {
	return b.accept(ctx, &taskOp{enqueue: list})
}

// EnqueueGroup accepts the tasks of a group.
func (b *TaskBroker) EnqueueGroup(ctx context.Context, g *tasks.Group) error {
	return b.accept(ctx, &taskOp{group: g})
}

// accept writes tasks in the transaction they belong to, or in one of their own.
func (b *TaskBroker) accept(ctx context.Context, op *taskOp) error {
	if err := op.check(); err != nil {
		return err
	}
	if tx, ok := ctx.Value(taskTxKey{}).(*sql.Tx); ok {
		return b.within(ctx, tx, op)
	}
	c, ok := tasks.RequestOf(ctx)
	if !ok || isSafe(c.Method()) {
		return b.write(ctx, op)
	}
	_, begun := b.database.key.Get(c)
	if !begun && !op.unique() {
		c.AddTransaction(taskCommit{b, c, op})
		return nil
	}
	if _, err := b.database.requestTx(c); err != nil {
		return err
	}
	return b.inRequest(ctx, c, op)
}

// inRequest writes tasks in the request's transaction, whose commit wakes the workers of this process.
func (b *TaskBroker) inRequest(ctx context.Context, c *dewar.Context, op *taskOp) error {
	held := b.database.key.Value(c)
	held.committed = b.wakeUp
	return b.within(ctx, held.tx.Tx, op)
}

// within writes tasks in somebody else's transaction.
func (b *TaskBroker) within(ctx context.Context, tx *sql.Tx, op *taskOp) error {
	if err := b.madeFor(ctx, tx); err != nil {
		return err
	}
	if err := b.apply(ctx, tx, []*taskOp{op}); err != nil {
		return b.failed(err)
	}
	op.committed()
	return op.err
}

// madeFor makes the tables, in the transaction itself on SQLite, whose only writer it is.
func (b *TaskBroker) madeFor(ctx context.Context, tx *sql.Tx) error {
	if b.database.Dialect() != SQLite {
		return b.ready(ctx)
	}
	b.tables.mu.Lock()
	made := b.made
	b.tables.mu.Unlock()
	if made {
		return nil
	}
	for _, statement := range taskTables[SQLite] {
		if _, err := tx.ExecContext(ctx, b.query(statement)); err != nil {
			return b.failed(err)
		}
	}
	return nil
}

// taskCommit writes tasks at the commit stage: in the request's transaction if it has one by now, which is committed
// next, and otherwise in one of their own.
type taskCommit struct {
	b  *TaskBroker
	c  *dewar.Context
	op *taskOp
}

func (t taskCommit) Commit(ctx context.Context) error {
	if _, begun := t.b.database.key.Get(t.c); begun {
		return t.b.inRequest(ctx, t.c, t.op)
	}
	return t.b.write(ctx, t.op)
}

func (taskCommit) Rollback(context.Context) error { return nil }

func (b *TaskBroker) wakeUp() {
	b.mu.Lock()
	defer b.mu.Unlock()
	close(b.wake)
	b.wake = make(chan struct{})
}

// woken returns a channel that is closed at the next wakeUp.
func (b *TaskBroker) woken() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.wake
}

// write writes tasks in a transaction that this process's other writes share.
func (b *TaskBroker) write(ctx context.Context, op *taskOp) error {
	if err := b.prepare(ctx); err != nil {
		return err
	}
	if err := b.enqueues.do(ctx, op); err != nil {
		return err
	}
	b.wakeUp()
	return nil
}

// prepare makes the tables, and one writer of two on SQLite.
func (b *TaskBroker) prepare(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, sessionWait)
	defer cancel()
	if err := b.ready(ctx); err != nil {
		return err
	}
	b.one.Do(func() {
		if b.database.Dialect() == SQLite {
			b.settles = b.enqueues
		}
	})
	return nil
}

// begin begins a transaction of the broker's own.
func (b *TaskBroker) begin(ctx context.Context) (*sql.Tx, error) {
	_, writer, err := b.database.open()
	if err != nil {
		return nil, err
	}
	var options *sql.TxOptions
	if b.database.Dialect() == MySQL {
		// At REPEATABLE READ the locks between rows let claims and inserts wait for each other.
		options = &sql.TxOptions{Isolation: sql.LevelReadCommitted}
	}
	tx, err := writer.DB.BeginTx(ctx, options)
	if err != nil && ctx.Err() != nil && b.database.Dialect() == SQLite {
		return nil, fmt.Errorf("%w: the only writer is busy; within a request enqueue with its Context, within InTx with db.WithTx", err)
	}
	return tx, err
}

// sql returns the text of a statement for the database in use. Beside what tables.query does, NOW_MS is the database's
// clock in milliseconds of Unix time, and LOCK_FREE and LOCK lock the rows of a SELECT, without those that are locked and
// with waiting for them.
func (b *TaskBroker) sql(text string) string { return b.statement(text).text }

// taskStatement is a statement for the database in use.
type taskStatement struct {
	text     string
	prepared atomic.Pointer[sql.Stmt] // nil until it is
}

func (b *TaskBroker) statement(text string) *taskStatement {
	if known, ok := b.statements.Load(text); ok {
		return known.(*taskStatement)
	}
	now, lockFree, lock := "CAST(unixepoch('subsec') * 1000 AS INTEGER)", "", ""
	switch b.database.Dialect() {
	case Postgres:
		now, lockFree, lock = "(extract(epoch FROM clock_timestamp()) * 1000)::bigint", "FOR UPDATE SKIP LOCKED", "FOR UPDATE"
	case MySQL:
		now, lockFree, lock = "CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED)", "FOR UPDATE SKIP LOCKED", "FOR UPDATE"
	}
	s := &taskStatement{text: b.query(strings.NewReplacer("NOW_MS", now, "LOCK_FREE", lockFree, "LOCK", lock).Replace(text))}
	known, _ := b.statements.LoadOrStore(text, s)
	b.fresh.Store(true)
	return known.(*taskStatement)
}

// prepareAll prepares the statements that were used for the first time. It is called outside of transactions, since the
// pool may have one connection. PostgreSQL's driver prepares by itself.
func (b *TaskBroker) prepareAll(ctx context.Context) {
	_, writer, err := b.database.open()
	if err != nil || !b.fresh.CompareAndSwap(true, false) || b.database.Dialect() == Postgres {
		return
	}
	b.statements.Range(func(_, known any) bool {
		s := known.(*taskStatement)
		if s.prepared.Load() == nil {
			if prepared, err := writer.DB.PrepareContext(ctx, s.text); err == nil {
				s.prepared.Store(prepared) // open as long as the pool
			}
		}
		return true
	})
}

func (b *TaskBroker) execTx(ctx context.Context, tx *sql.Tx, text string, args ...any) (n int64, err error) {
	var result sql.Result
	if s := b.statement(text); s.prepared.Load() != nil {
		result, err = tx.StmtContext(ctx, s.prepared.Load()).ExecContext(ctx, args...) //nolint:sqlclosecheck // it is closed with tx
	} else {
		result, err = tx.ExecContext(ctx, s.text, args...)
	}
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

func (b *TaskBroker) queryTx(ctx context.Context, tx *sql.Tx, text string, args ...any) (*sql.Rows, error) {
	s := b.statement(text)
	if prepared := s.prepared.Load(); prepared != nil {
		return tx.StmtContext(ctx, prepared).QueryContext(ctx, args...) //nolint:sqlclosecheck // it is closed with tx
	}
	return tx.QueryContext(ctx, s.text, args...)
}

// each calls scan for each row of a query in a transaction.
func (b *TaskBroker) each(ctx context.Context, tx *sql.Tx, scan func(*sql.Rows) error, text string, args ...any) error {
	rows, err := b.queryTx(ctx, tx, text, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// chunks cuts a list into parts of 64, 16, 4 and 1, so that there are few texts of statements, and calls f with each.
func chunks[T any](list []T, f func(part []T) error) error {
	for n := 64; len(list) > 0; {
		if len(list) < n {
			n /= 4
			continue
		}
		if err := f(list[:n]); err != nil {
			return err
		}
		list = list[n:]
	}
	return nil
}

// inChunks is chunks for IN, where naming an id twice does not matter: parts of 1, 8 and 64, filled with the last one.
func inChunks(ids []string, f func(in string, ids []any) error) error {
	for len(ids) > 0 {
		n := 1
		for n < len(ids) && n < 64 {
			n *= 8
		}
		part := make([]any, n)
		for i := range part {
			part[i] = ids[min(i, len(ids)-1)]
		}
		if err := f("("+marks(n)+")", part); err != nil {
			return err
		}
		ids = ids[min(n, len(ids)):]
	}
	return nil
}

// marks returns n question marks, for IN.
func marks(n int) string { return "?" + strings.Repeat(",?", n-1) }

func fromMilli(ms sql.NullInt64) time.Time {
	if !ms.Valid || ms.Int64 == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms.Int64)
}
