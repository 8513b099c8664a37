package db

import (
	"context"
	"database/sql"
	"slices"

	"github.com/dewar-go/dewar/tasks"
)

// taskSweep is how many tasks of dead workers a transaction frees.
const taskSweep = 500

// Beat renews the lease and frees the tasks of dead workers.
func (s *taskSession) Beat(ctx context.Context) (discarded []string, err error) {
	b := s.b
	op := &taskOp{}
	var orphans []string
	op.do = func(ctx context.Context, tx *sql.Tx) error {
		n, err := b.execTx(ctx, tx, "UPDATE TABLE_NAME_worker SET seen = NOW_MS WHERE id = ? AND seen >= NOW_MS - ?", s.id, tasks.DeadAfter.Milliseconds())
		if err != nil {
			return err
		}
		if n == 0 {
			op.err = tasks.ErrLost
			return nil
		}
		discarded, orphans, err = s.inspect(ctx, tx)
		return err
	}
	beaten := b.settles.do(ctx, op)
	if beaten != nil && beaten != tasks.ErrLost {
		return nil, beaten
	}
	if beaten == nil {
		s.giveBack(ctx, orphans)
	}
	b.sweep(ctx, map[string]string{"TABLE_NAME_end": "id", "TABLE_NAME_once": "id"})
	if err := b.rescue(ctx); err != nil && beaten == nil {
		b.database.logger().WarnContext(ctx, "the tasks of dead workers cannot be freed now", "error", err.Error())
	}
	return discarded, beaten
}

// inspect reads which of the worker's tasks were discarded, and which it does not know of: the answer to its claim was
// lost.
func (s *taskSession) inspect(ctx context.Context, tx *sql.Tx) (discarded, orphans []string, err error) {
	err = s.b.each(ctx, tx, func(rows *sql.Rows) error {
		var id string
		var discard int
		if err := rows.Scan(&id, &discard); err != nil {
			return err
		}
		if discard != 0 {
			discarded = append(discarded, id)
		}
		if _, known := s.held.Load(id); !known {
			orphans = append(orphans, id)
		}
		return nil
	}, "SELECT id, discard FROM TABLE_NAME WHERE state = 1 AND worker = ?", s.id)
	return discarded, orphans, err
}

// giveBack makes orphans wait again that were there at the last beat too, so that no claim is under way for them.
func (s *taskSession) giveBack(ctx context.Context, orphans []string) {
	last := s.orphans
	s.orphans = orphans
	for _, id := range orphans {
		if _, known := s.held.Load(id); known || !slices.Contains(last, id) {
			continue
		}
		_ = s.b.settles.do(ctx, &taskOp{do: func(ctx context.Context, tx *sql.Tx) error {
			_, err := s.b.execTx(ctx, tx, "UPDATE TABLE_NAME SET state = 0, worker = NULL WHERE id = ? AND worker = ? AND state = 1", id, s.id)
			return err
		}})
	}
}

const ofTheDead = "state = 1 AND worker NOT IN (SELECT id FROM TABLE_NAME_worker WHERE seen >= NOW_MS - ?)"

// rescue makes the tasks of dead workers wait again, or buries those that lost too many.
func (b *TaskBroker) rescue(ctx context.Context) error {
	dead := tasks.DeadAfter.Milliseconds()
	for {
		found, err := b.exists(ctx, "SELECT 1 FROM TABLE_NAME WHERE "+ofTheDead+" LIMIT 1", dead)
		if err != nil || !found {
			return err
		}
		freed := 0
		err = b.settles.do(ctx, &taskOp{do: func(ctx context.Context, tx *sql.Tx) error {
			freed, err = b.free(ctx, tx)
			return err
		}})
		if err != nil {
			return err
		}
		b.wakeUp()
		if freed < taskSweep {
			// Their rows stay for a day, so that a worker which comes back sees that it was taken for dead.
			_, err := b.exec(ctx, b.sql("DELETE FROM TABLE_NAME_worker WHERE seen < NOW_MS - 86400000"))
			return err
		}
	}
}

// free frees a number of tasks of dead workers, and returns how many there were.
func (b *TaskBroker) free(ctx context.Context, tx *sql.Tx) (int, error) {
	var ids, buried []string
	err := b.each(ctx, tx, func(rows *sql.Rows) error {
		var id string
		err := rows.Scan(&id)
		ids = append(ids, id)
		return err
	}, "SELECT id FROM TABLE_NAME WHERE "+ofTheDead+" ORDER BY id LIMIT ? LOCK_FREE", tasks.DeadAfter.Milliseconds(), taskSweep)
	if err != nil {
		return 0, err
	}
	found, err := b.lockTasks(ctx, tx, ids)
	if err != nil {
		return 0, err
	}
	groups := groupEnds{}
	for _, id := range ids {
		h := found[id]
		if h == nil {
			continue
		}
		h.lost++
		h.fail(tasks.LostWorker)
		switch {
		case h.discard != 0:
		case h.lost >= tasks.MaxLost:
			if err := b.copyToEnd(ctx, tx, id, h, taskDead, nil, taskForever); err != nil {
				return 0, err
			}
		default: // it keeps its place
			if _, err := b.execTx(ctx, tx, "UPDATE TABLE_NAME SET state = 0, worker = NULL, lost = ?, errors = ? WHERE id = ?", h.lost, h.errors, id); err != nil {
				return 0, err
			}
			continue
		}
		buried = append(buried, id)
		groups.add(h.group.String, true)
	}
	if err := b.remove(ctx, tx, buried); err != nil {
		return 0, err
	}
	return len(ids), b.endGroups(ctx, tx, groups)
}

// Close gives back what is claimed, and leaves.
func (s *taskSession) Close(ctx context.Context) error {
	if ctx.Err() != nil {
		return nil
	}
	err := s.b.settles.do(ctx, &taskOp{do: func(ctx context.Context, tx *sql.Tx) error {
		if _, err := s.b.execTx(ctx, tx, "UPDATE TABLE_NAME SET state = 0, worker = NULL WHERE worker = ? AND state = 1", s.id); err != nil {
			return err
		}
		_, err := s.b.execTx(ctx, tx, "DELETE FROM TABLE_NAME_worker WHERE id = ?", s.id)
		return err
	}})
	s.b.wakeUp()
	return err
}
