package db

import (
	"context"
	"database/sql"
	"errors"
	"runtime"
	"sync"
	"time"

	"github.com/dewar-go/dewar/tasks"
)

// A taskOp is something to write: one of enqueue, group, settle and do.
type taskOp struct {
	enqueue []*tasks.Task
	outbox  bool // enqueue is for another broker
	group   *tasks.Group
	settle  *settlement
	do      func(context.Context, *sql.Tx) error

	ctx  context.Context
	err  error         // of this one alone, while the transaction goes on
	left []*tasks.Task // left out because of their unique key
	done chan error
}

func (o *taskOp) list() []*tasks.Task {
	if o.group != nil {
		return append([]*tasks.Task{o.group.End}, o.group.Members...)
	}
	return o.enqueue
}

func (o *taskOp) check() error {
	for _, t := range o.list() {
		if err := t.Check(); err != nil {
			return err
		}
	}
	return nil
}

// committed tells the callers which tasks were left out.
func (o *taskOp) committed() {
	for _, t := range o.left {
		t.ID = ""
	}
}

// unique reports whether the caller must hear what became of a unique task.
func (o *taskOp) unique() bool {
	if o.outbox {
		return false
	}
	for _, t := range o.enqueue {
		if t.Unique != "" {
			return true
		}
	}
	return false
}

// A taskWriter writes what callers bring, one transaction at a time: what comes while one is committed goes together
// into the next. So one sync of the disk is enough for many, and nobody waits longer than for two.
type taskWriter struct {
	b       *TaskBroker
	mu      sync.Mutex
	waiting []*taskOp
	busy    bool
}

const (
	// taskBatch bounds the operations of a transaction.
	taskBatch = 500
	// taskTries is how often a transaction is run that another one made fail.
	taskTries = 8
)

// do writes op, and returns when it is committed. When ctx ends before, op may be written or not.
func (w *taskWriter) do(ctx context.Context, op *taskOp) error {
	op.ctx, op.done = ctx, make(chan error, 1)
	w.mu.Lock()
	w.waiting = append(w.waiting, op)
	if !w.busy {
		w.busy = true
		go w.run() //nolint:gosec // it writes for others too, and outlives ctx
	}
	w.mu.Unlock()
	select {
	case err := <-op.done:
		return err
	case <-ctx.Done():
		return w.b.failed(ctx.Err())
	}
}

func (w *taskWriter) run() {
	for {
		runtime.Gosched() // so that those who are about to come are in the same transaction
		w.mu.Lock()
		n := min(len(w.waiting), taskBatch)
		if n == 0 {
			w.busy = false
			w.mu.Unlock()
			return
		}
		batch := make([]*taskOp, 0, n)
		for _, op := range w.waiting[:n] {
			if op.ctx.Err() == nil {
				batch = append(batch, op)
			}
		}
		w.waiting = w.waiting[n:]
		if len(w.waiting) == 0 {
			w.waiting = nil
		}
		w.mu.Unlock()
		w.write(batch)
		if w.b.fresh.Load() {
			ctx, cancel := context.WithTimeout(context.Background(), sessionWait)
			w.b.prepareAll(ctx)
			cancel()
		}
	}
}

// write writes a batch. When it fails for a reason that may be one operation's, each is written alone.
func (w *taskWriter) write(batch []*taskOp) {
	if len(batch) == 0 {
		return
	}
	err := w.transact(batch)
	if err != nil && len(batch) > 1 && oneOfMany(err) {
		for _, op := range batch {
			w.write([]*taskOp{op})
		}
		return
	}
	for _, op := range batch {
		if err != nil {
			op.done <- w.b.failed(err)
		} else {
			op.committed()
			op.done <- op.err
		}
	}
}

// oneOfMany reports whether err is about a statement, and not about the database.
func oneOfMany(err error) bool {
	return postgresCode(err) != "" || mysqlCode(err) != 0 || IsUnique(err) || sqliteCode(err)&0xff == sqliteTooBig
}

const sqliteTooBig = 18

// transact runs a batch in a transaction, again when another transaction was in the way.
func (w *taskWriter) transact(batch []*taskOp) error {
	ctx, cancel := context.WithTimeout(context.Background(), sessionWait)
	defer cancel()
	for try := 1; ; try++ {
		err := w.b.inTx(ctx, func(tx *sql.Tx) error { return w.b.apply(ctx, tx, batch) })
		if err == nil || !IsRetryable(err) || try == taskTries || ctx.Err() != nil {
			return err
		}
		time.Sleep(tasks.Jitter(time.Duration(try) * 5 * time.Millisecond))
	}
}

// inTx calls do in a transaction of the broker's own.
func (b *TaskBroker) inTx(ctx context.Context, do func(*sql.Tx) error) error {
	tx, err := b.begin(ctx)
	if err != nil {
		return err
	}
	if err := do(tx); err != nil {
		return errors.Join(err, ignoreDone(tx.Rollback()))
	}
	return tx.Commit()
}

func ignoreDone(err error) error {
	if errors.Is(err, sql.ErrTxDone) {
		return nil
	}
	return err
}

// apply writes operations: all inserts together, all settlements together, then the rest.
func (b *TaskBroker) apply(ctx context.Context, tx *sql.Tx, batch []*taskOp) error {
	var rows []taskRow
	var settlements []*taskOp
	for _, op := range batch {
		op.err, op.left = nil, nil
		for _, t := range op.enqueue {
			rows = append(rows, taskRow{t, taskWaiting, op.outbox})
		}
		if op.group != nil {
			rows = append(rows, taskRow{op.group.End, taskHeld, false})
			for _, t := range op.group.Members {
				rows = append(rows, taskRow{t, taskWaiting, false})
			}
			if err := b.insertGroup(ctx, tx, op.group); err != nil {
				return err
			}
		}
		if op.settle != nil {
			settlements = append(settlements, op)
		}
	}
	left, err := b.insert(ctx, tx, rows)
	if err != nil {
		return err
	}
	for _, op := range batch {
		for _, t := range op.enqueue {
			if left[t] {
				op.left = append(op.left, t)
			}
		}
	}
	if err := b.settle(ctx, tx, settlements); err != nil {
		return err
	}
	for _, op := range batch {
		if op.do != nil {
			if err := op.do(ctx, tx); err != nil {
				return err
			}
		}
	}
	return nil
}
