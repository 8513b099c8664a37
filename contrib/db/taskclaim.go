package db

import (
	"context"
	"database/sql"
	"encoding/json"
	"slices"
	"sync"
	"time"

	"github.com/dewar-go/dewar/tasks"
)

// taskSession is a worker's place.
type taskSession struct {
	b        *TaskBroker
	id       string
	worker   tasks.Worker
	promoted time.Time
	full     bool     // the last claim found something, so that the next one need not look first
	held     sync.Map // the ids of what it has claimed and not settled
	orphans  []string // what the last beat found claimed and not held
}

const (
	// How often a worker that has nothing to do looks for what other processes enqueued. A look at SQLite is a read
	// from memory.
	taskPollSQLite = 100 * time.Millisecond
	taskPollServer = time.Second
	// taskPromote is how often scheduled tasks that are due are made ready, taskPromoted how many at a time.
	taskPromote  = 400 * time.Millisecond
	taskPromoted = 1000
)

// Join makes the process a worker.
func (b *TaskBroker) Join(ctx context.Context, w tasks.Worker) (tasks.Session, error) {
	if err := b.prepare(ctx); err != nil {
		return nil, err
	}
	s := &taskSession{b: b, id: tasks.NewID(), worker: w, full: true}
	return s, b.settles.do(ctx, &taskOp{do: func(ctx context.Context, tx *sql.Tx) error {
		_, err := b.execTx(ctx, tx, "INSERT INTO TABLE_NAME_worker (id, name, seen) VALUES (?, ?, NOW_MS)", s.id, w.Name)
		return err
	}})
}

// Claim takes due tasks.
func (s *taskSession) Claim(ctx context.Context, n int, wait time.Duration) ([]tasks.Claim, error) {
	deadline := time.NewTimer(wait)
	defer deadline.Stop()
	poll := taskPollServer
	if s.b.database.Dialect() == SQLite {
		poll = taskPollSQLite
	}
	for {
		wake := s.b.woken()
		claims, err := s.try(ctx, n)
		s.full = len(claims) > 0
		if err != nil || len(claims) > 0 || wait <= 0 || n <= 0 || ctx.Err() != nil {
			return claims, err
		}
		look := time.NewTimer(tasks.Jitter(poll))
		select {
		case <-wake:
			s.full = true
		case <-look.C:
		case <-deadline.C:
			return nil, nil
		case <-ctx.Done():
			return nil, nil
		}
		look.Stop()
	}
}

// try looks once.
func (s *taskSession) try(ctx context.Context, n int) (claims []tasks.Claim, err error) {
	ctx, cancel := context.WithTimeout(ctx, sessionWait)
	defer cancel()
	if err := s.promote(ctx); err != nil {
		return nil, err
	}
	for _, queue := range s.worker.Order() {
		if n <= len(claims) {
			break
		}
		if !s.full {
			found, err := s.b.exists(ctx, "SELECT 1 FROM TABLE_NAME WHERE state = 0 AND queue = ? LIMIT 1", queue)
			if err != nil {
				return claims, err
			}
			if !found {
				continue
			}
		}
		more, err := s.claim(ctx, queue, n-len(claims))
		for _, c := range more {
			s.held.Store(c.ID, nil)
		}
		claims = append(claims, more...)
		if err != nil {
			// What was claimed is this worker's, and is run.
			return claims, nonEmpty(claims, err)
		}
	}
	return claims, nil
}

func nonEmpty(claims []tasks.Claim, err error) error {
	if len(claims) > 0 {
		return nil
	}
	return err
}

// exists reports whether a query finds a row.
func (b *TaskBroker) exists(ctx context.Context, text string, args ...any) (bool, error) {
	reader, _, err := b.database.open()
	if err != nil {
		return false, err
	}
	var one int
	switch err := reader.DB.QueryRowContext(ctx, b.sql(text), args...).Scan(&one); err {
	case nil:
		return true, nil
	case sql.ErrNoRows:
		return false, nil
	default:
		return false, b.failed(err)
	}
}

// claim takes up to n tasks of a queue.
func (s *taskSession) claim(ctx context.Context, queue string, n int) (claims []tasks.Claim, err error) {
	b := s.b
	switch b.database.Dialect() {
	case SQLite:
		// It joins the group of writes, which outlives ctx.
		var found []tasks.Claim
		err = b.settles.do(ctx, &taskOp{do: func(ctx context.Context, tx *sql.Tx) (err error) {
			found, err = s.take(ctx, func(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
				return b.queryTx(ctx, tx, text, args...)
			}, queue, n)
			return err
		}})
		if err == nil {
			claims = found
		}
	case Postgres:
		_, writer, openErr := b.database.open()
		if openErr != nil {
			return nil, openErr
		}
		claims, err = s.take(ctx, func(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
			return writer.DB.QueryContext(ctx, b.sql(text), args...)
		}, queue, n)
	case MySQL:
		for try := 1; ; try++ {
			err = b.inTx(ctx, func(tx *sql.Tx) (err error) { claims, err = s.selectAndTake(ctx, tx, queue, n); return err })
			if !IsRetryable(err) || try == taskTries {
				break
			}
		}
	}
	if err != nil {
		return nil, b.failed(err)
	}
	return claims, nil
}

// take claims in one statement.
func (s *taskSession) take(ctx context.Context, query func(context.Context, string, ...any) (*sql.Rows, error), queue string, n int) (claims []tasks.Claim, err error) {
	rows, err := query(ctx, `WITH due AS (SELECT id FROM TABLE_NAME WHERE state = 0 AND queue = ? ORDER BY rank_ms, id LIMIT ? LOCK_FREE)
		UPDATE TABLE_NAME SET state = 1, worker = ?, attempt = attempt + 1, started = NOW_MS FROM due WHERE TABLE_NAME.id = due.id
		RETURNING TABLE_NAME.id, TABLE_NAME.kind, data, attempt, failures, lost, rank_ms`, queue, n, s.id)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	return scanClaims(rows, 0)
}

// selectAndTake claims in two statements, where an UPDATE returns no rows.
func (s *taskSession) selectAndTake(ctx context.Context, tx *sql.Tx, queue string, n int) ([]tasks.Claim, error) {
	rows, err := s.b.queryTx(ctx, tx, `SELECT id, kind, data, attempt, failures, lost, rank_ms FROM TABLE_NAME
		WHERE state = 0 AND queue = ? ORDER BY rank_ms, id LIMIT ? LOCK_FREE`, queue, n)
	if err != nil {
		return nil, err
	}
	claims, err := scanClaims(rows, 1)
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(claims))
	for i, c := range claims {
		ids[i] = c.ID
	}
	slices.Sort(ids)
	return claims, inChunks(ids, func(in string, part []any) error {
		_, err := s.b.execTx(ctx, tx, "UPDATE TABLE_NAME SET state = 1, worker = ?, attempt = attempt + 1, started = NOW_MS WHERE id IN "+in, append([]any{s.id}, part...)...)
		return err
	})
}

// scanClaims reads claims, whose attempts the row does not count yet by so many.
func scanClaims(rows *sql.Rows, more int) (claims []tasks.Claim, err error) {
	defer rows.Close()
	var ranks []int64
	for rows.Next() {
		var c tasks.Claim
		var id, kind string
		var data []byte
		var attempt, failures, lost int
		var rank int64
		if err := rows.Scan(&id, &kind, &data, &attempt, &failures, &lost, &rank); err != nil {
			return nil, err
		}
		c.Task = taskOf(id, kind, data)
		c.Attempt, c.Failures, c.Lost = attempt+more, failures, lost
		at, _ := slices.BinarySearch(ranks, rank)
		for at < len(ranks) && ranks[at] == rank && claims[at].ID < c.ID {
			at++
		}
		ranks, claims = slices.Insert(ranks, at, rank), slices.Insert(claims, at, c)
	}
	return claims, rows.Err()
}

// taskOf decodes the row of a task. One that cannot be decoded has its bytes as arguments, which no handler can read,
// so that it is dead with them.
func taskOf(id, kind string, data []byte) (t tasks.Task) {
	if err := json.Unmarshal(data, &t); err != nil {
		t = tasks.Task{Version: 1, Args: data}
	}
	t.ID, t.Kind = id, kind
	return t
}

// promote makes scheduled tasks that are due ready, now and then.
func (s *taskSession) promote(ctx context.Context) error {
	if time.Since(s.promoted) < taskPromote {
		return nil
	}
	due, err := s.b.exists(ctx, "SELECT 1 FROM TABLE_NAME WHERE state = 2 AND run_at <= NOW_MS LIMIT 1")
	if err != nil {
		return err
	}
	more := false
	if due {
		err = s.b.settles.do(ctx, &taskOp{do: func(ctx context.Context, tx *sql.Tx) error {
			var ids []string
			err := s.b.each(ctx, tx, func(rows *sql.Rows) error {
				var id string
				err := rows.Scan(&id)
				ids = append(ids, id)
				return err
			}, "SELECT id FROM TABLE_NAME WHERE state = 2 AND run_at <= NOW_MS ORDER BY run_at LIMIT ? LOCK_FREE", taskPromoted)
			if err != nil {
				return err
			}
			more = len(ids) == taskPromoted
			slices.Sort(ids)
			return inChunks(ids, func(in string, part []any) error {
				_, err := s.b.execTx(ctx, tx, "UPDATE TABLE_NAME SET state = 0 WHERE id IN "+in, part...)
				return err
			})
		}})
		s.full = true
	}
	if err == nil && !more {
		s.promoted = time.Now()
	}
	return err
}

// Settle ends a claim.
func (s *taskSession) Settle(ctx context.Context, c tasks.Claim, o tasks.Outcome) error {
	err := s.b.settles.do(ctx, &taskOp{settle: &settlement{s.id, c.ID, c.Attempt, o}})
	if err == nil || err == tasks.ErrLost {
		s.held.Delete(c.ID)
	}
	if err == nil && (c.Group != "" || o.Verdict == tasks.Again && o.After == 0) {
		s.b.wakeUp()
	}
	return err
}

// Progress notes how far a task is.
func (s *taskSession) Progress(ctx context.Context, c tasks.Claim, p tasks.Progress) error {
	data, err := json.Marshal(p)
	if err != nil {
		return err
	}
	op := &taskOp{}
	op.do = func(ctx context.Context, tx *sql.Tx) error {
		n, err := s.b.execTx(ctx, tx, "UPDATE TABLE_NAME SET progress = ? WHERE id = ? AND worker = ? AND attempt = ? AND state = 1", data, c.ID, s.id, c.Attempt)
		if n == 0 && err == nil {
			op.err = tasks.ErrLost
		}
		return err
	}
	return s.b.settles.do(ctx, op)
}
