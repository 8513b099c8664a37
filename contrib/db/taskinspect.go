package db

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/dewar-go/dewar/tasks"
)

var taskStates = map[tasks.State]int{
	tasks.Waiting: taskWaiting, tasks.Running: taskRunning, tasks.Scheduled: taskScheduled, tasks.Held: taskHeld, tasks.Finished: taskFinished, tasks.Dead: taskDead,
}

// Stats counts tasks by queue. Held ones count as scheduled.
func (b *TaskBroker) Stats(ctx context.Context) ([]tasks.QueueStats, error) {
	by := map[string]*tasks.QueueStats{}
	err := b.rows(ctx, b.sql(`SELECT queue, state, COUNT(*), MIN(run_at) - NOW_MS FROM TABLE_NAME GROUP BY queue, state
		UNION ALL SELECT queue, state, COUNT(*), 0 FROM TABLE_NAME_end WHERE state = 5 GROUP BY queue, state`), nil, func(rows *sql.Rows) error {
		var queue string
		var state, n int
		var due int64
		if err := rows.Scan(&queue, &state, &n, &due); err != nil {
			return err
		}
		if by[queue] == nil {
			by[queue] = &tasks.QueueStats{Queue: queue}
		}
		switch s := by[queue]; state {
		case taskWaiting:
			s.Waiting, s.Oldest = n, max(-time.Duration(due)*time.Millisecond, 0)
		case taskScheduled, taskHeld:
			s.Scheduled += n
		case taskRunning:
			s.Running = n
		case taskDead:
			s.Dead = n
		}
		return nil
	})
	var list []tasks.QueueStats
	for _, name := range slices.Sorted(maps.Keys(by)) {
		list = append(list, *by[name])
	}
	return list, err
}

const (
	taskColumns    = "SELECT t.id, t.kind, t.data, t.state, t.attempt, t.failures, t.lost, t.enqueued, t.started, t.progress, t.errors, NULL, 0, w.name, t.run_at FROM TABLE_NAME t LEFT JOIN TABLE_NAME_worker w ON w.id = t.worker"
	taskEndColumns = "SELECT t.id, t.kind, t.data, t.state, t.attempt, t.failures, t.lost, t.enqueued, t.started, t.progress, t.errors, t.result, t.ended, NULL, 0 FROM TABLE_NAME_end t"
)

// List returns tasks by their ids.
func (b *TaskBroker) List(ctx context.Context, f tasks.Filter) (list []tasks.Info, err error) {
	limit := f.Limit
	if limit < 1 || limit > tasks.MaxList {
		limit = tasks.MaxList
	}
	where, args := "t.id > ?", []any{f.After}
	for _, c := range []struct{ column, value string }{{"queue", f.Queue}, {"kind", f.Kind}, {"group_id", f.Group}} {
		if c.value != "" {
			where += " AND t." + c.column + " = ?"
			args = append(args, c.value)
		}
	}
	state, known := taskStates[f.State]
	if f.State != "" {
		if !known {
			return nil, fmt.Errorf("db: tasks: there is no state %q", f.State)
		}
		where += " AND t.state = ?"
		args = append(args, state)
	}
	for i, from := range []string{taskColumns, taskEndColumns} {
		if known && (state >= taskFinished) != (i == 1) {
			continue
		}
		if i == 1 {
			where += " AND t.expires > NOW_MS"
		}
		err = b.rows(ctx, b.sql(from+" WHERE "+where+" ORDER BY t.id LIMIT ?"), append(slices.Clone(args), limit), func(rows *sql.Rows) error {
			info, err := scanInfo(rows)
			list = append(list, info)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	slices.SortFunc(list, func(a, b tasks.Info) int { return strings.Compare(a.ID, b.ID) })
	return list[:min(len(list), limit)], nil
}

// Lookup returns a task.
func (b *TaskBroker) Lookup(ctx context.Context, id string) (info tasks.Info, err error) {
	for i, from := range []string{taskColumns, taskEndColumns, taskColumns} { // it may move between the two, either way
		found, where := false, " WHERE t.id = ?"
		if i == 1 {
			where += " AND t.expires > NOW_MS"
		}
		err = b.rows(ctx, b.sql(from+where), []any{id}, func(rows *sql.Rows) (err error) {
			found = true
			info, err = scanInfo(rows)
			return err
		})
		if err != nil || found {
			return info, err
		}
	}
	return tasks.Info{}, tasks.ErrNotFound
}

func scanInfo(rows *sql.Rows) (info tasks.Info, err error) {
	var id, kind string
	var data, progress, errors, result []byte
	var state, attempt, failures, lost int
	var enqueued, started, ended, due sql.NullInt64
	var worker sql.NullString
	if err := rows.Scan(&id, &kind, &data, &state, &attempt, &failures, &lost, &enqueued, &started, &progress, &errors, &result, &ended, &worker, &due); err != nil {
		return info, err
	}
	info.Task = taskOf(id, kind, data)
	info.Attempt, info.Failures, info.Lost = attempt, failures, lost
	info.Enqueued, info.Started, info.Ended = fromMilli(enqueued), fromMilli(started), fromMilli(ended)
	info.Result, info.Worker = result, worker.String
	if state == taskScheduled {
		info.RunAt = fromMilli(due)
	}
	for name, n := range taskStates {
		if n == state {
			info.State = name
		}
	}
	if len(progress) > 0 {
		info.Progress = new(tasks.Progress)
		if err := json.Unmarshal(progress, info.Progress); err != nil {
			return info, err
		}
	}
	if len(errors) > 0 {
		err = json.Unmarshal(errors, &info.Errors)
	}
	return info, err
}

// Replay makes a dead task wait again.
func (b *TaskBroker) Replay(ctx context.Context, id string) error {
	op := &taskOp{}
	op.do = func(ctx context.Context, tx *sql.Tx) error {
		var data []byte
		switch err := tx.QueryRowContext(ctx, b.sql("SELECT data FROM TABLE_NAME_end WHERE id = ? AND state = 5 LOCK"), id).Scan(&data); err {
		case nil:
		case sql.ErrNoRows:
			op.err = tasks.ErrNotFound
			return nil
		default:
			return err
		}
		t := taskOf(id, "", data)
		n, err := b.insertNew(ctx, tx, `TABLE_NAME (id, kind, queue, state, rank_ms, run_at, enqueued, unique_key, group_id, data, attempt, errors)
			SELECT id, kind, queue, 0, NOW_MS + ?, NOW_MS, enqueued, unique_key, group_id, data, attempt, errors FROM TABLE_NAME_end WHERE id = ?`,
			int64(t.Priority)*tasks.Ageing.Milliseconds(), id)
		if err != nil {
			return err
		}
		if n == 0 {
			op.err = tasks.ErrDuplicate
			return nil
		}
		_, err = b.execTx(ctx, tx, "DELETE FROM TABLE_NAME_end WHERE id = ?", id)
		return err
	}
	return b.write(ctx, op)
}

// Discard removes a task.
func (b *TaskBroker) Discard(ctx context.Context, id string) error {
	op := &taskOp{}
	op.do = func(ctx context.Context, tx *sql.Tx) error {
		var state int
		var group sql.NullString
		switch err := tx.QueryRowContext(ctx, b.sql("SELECT state, group_id FROM TABLE_NAME WHERE id = ? LOCK"), id).Scan(&state, &group); err {
		case nil:
		case sql.ErrNoRows:
			n, err := b.execTx(ctx, tx, "DELETE FROM TABLE_NAME_end WHERE id = ? AND state = 5", id)
			if n == 0 {
				op.err = tasks.ErrNotFound
			}
			return err
		default:
			return err
		}
		if state == taskRunning {
			_, err := b.execTx(ctx, tx, "UPDATE TABLE_NAME SET discard = 1 WHERE id = ?", id)
			return err
		}
		if err := b.remove(ctx, tx, []string{id}); err != nil {
			return err
		}
		groups := groupEnds{}
		if state != taskHeld {
			groups.add(group.String, true)
		}
		return b.endGroups(ctx, tx, groups)
	}
	return b.write(ctx, op)
}

// Schedules returns the stored times of periodic tasks.
func (b *TaskBroker) Schedules(ctx context.Context) (list []tasks.ScheduleState, err error) {
	err = b.rows(ctx, "SELECT name, spec, next_at FROM TABLE_NAME_schedule", nil, func(rows *sql.Rows) error {
		var s tasks.ScheduleState
		var next int64
		err := rows.Scan(&s.Name, &s.Spec, &next)
		s.Next = time.UnixMilli(next)
		list = append(list, s)
		return err
	})
	return list, err
}

// Advance compares and sets the time of a periodic task, and enqueues t in the same transaction.
func (b *TaskBroker) Advance(ctx context.Context, s tasks.ScheduleState, next time.Time, t *tasks.Task) (done bool, err error) {
	return b.advance(ctx, s, next, t, false)
}

func (b *TaskBroker) advance(ctx context.Context, s tasks.ScheduleState, next time.Time, t *tasks.Task, outbox bool) (done bool, err error) {
	if t != nil {
		if err := t.Check(); err != nil {
			return false, err
		}
	}
	err = b.write(ctx, &taskOp{do: func(ctx context.Context, tx *sql.Tx) error {
		var n int64
		var err error
		if s.Next.IsZero() {
			n, err = b.insertNew(ctx, tx, "TABLE_NAME_schedule (name, spec, next_at) VALUES (?, ?, ?)", s.Name, s.Spec, next.UnixMilli())
		} else {
			n, err = b.execTx(ctx, tx, "UPDATE TABLE_NAME_schedule SET spec = ?, next_at = ? WHERE name = ? AND next_at = ?", s.Spec, next.UnixMilli(), s.Name, s.Next.UnixMilli())
		}
		if err != nil {
			return err
		}
		if done = n > 0; !done || t == nil {
			return nil
		}
		_, err = b.insert(ctx, tx, []taskRow{{t, taskWaiting, outbox}})
		return err
	}})
	return done, err
}
