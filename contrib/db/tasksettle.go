package db

import (
	"context"
	"database/sql"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/dewar-go/dewar/tasks"
)

// A settlement ends a claim of a worker.
type settlement struct {
	worker  string
	id      string
	attempt int
	outcome tasks.Outcome
}

// A heldTask is what the row of a running task says.
type heldTask struct {
	worker            sql.NullString
	attempt, failures int
	lost, discard     int
	group             sql.NullString
	errors            []byte
}

// lockTasks reads and locks rows that run, in the order of their ids.
func (b *TaskBroker) lockTasks(ctx context.Context, tx *sql.Tx, ids []string) (map[string]*heldTask, error) {
	found := make(map[string]*heldTask, len(ids))
	slices.Sort(ids)
	err := inChunks(ids, func(in string, part []any) error {
		return b.each(ctx, tx, func(rows *sql.Rows) error {
			var id string
			h := new(heldTask)
			err := rows.Scan(&id, &h.worker, &h.attempt, &h.failures, &h.lost, &h.discard, &h.group, &h.errors)
			found[id] = h
			return err
		}, "SELECT id, worker, attempt, failures, lost, discard, group_id, errors FROM TABLE_NAME WHERE id IN "+in+" AND state = 1 ORDER BY id LOCK", part...)
	})
	return found, err
}

// settle ends claims. Those that are not the worker's any more get ErrLost.
func (b *TaskBroker) settle(ctx context.Context, tx *sql.Tx, ops []*taskOp) error {
	if len(ops) == 0 {
		return nil
	}
	ids := make([]string, len(ops))
	for i, op := range ops {
		ids[i] = op.settle.id
	}
	found, err := b.lockTasks(ctx, tx, ids)
	if err != nil {
		return err
	}
	groups := groupEnds{}
	var gone []string
	for _, op := range ops {
		s := op.settle
		h := found[s.id]
		if h == nil || h.worker.String != s.worker || h.attempt != s.attempt {
			op.err = tasks.ErrLost
			continue
		}
		delete(found, s.id) // a second settlement of the same claim is lost
		o := s.outcome
		if h.discard != 0 && o.Verdict != tasks.Done {
			o.Verdict = tasks.Discarded
		}
		switch o.Verdict {
		case tasks.Failed, tasks.Again:
			if err := b.again(ctx, tx, s.id, h, o); err != nil {
				return err
			}
			continue
		case tasks.Buried:
			h.failures++
			h.fail(o.Error)
			if err := b.copyToEnd(ctx, tx, s.id, h, taskDead, nil, taskForever); err != nil {
				return err
			}
		case tasks.Done:
			if o.Keep > 0 {
				if err := b.copyToEnd(ctx, tx, s.id, h, taskFinished, o.Result, o.Keep.Milliseconds()); err != nil {
					return err
				}
			}
		}
		gone = append(gone, s.id)
		groups.add(h.group.String, o.Verdict != tasks.Done)
	}
	if err := b.remove(ctx, tx, gone); err != nil {
		return err
	}
	return b.endGroups(ctx, tx, groups)
}

// remove deletes rows by their primary key, in its order.
func (b *TaskBroker) remove(ctx context.Context, tx *sql.Tx, ids []string) error {
	slices.Sort(ids)
	return inChunks(ids, func(in string, part []any) error {
		_, err := b.execTx(ctx, tx, "DELETE FROM TABLE_NAME WHERE id IN "+in, part...)
		return err
	})
}

// again makes a task wait.
func (b *TaskBroker) again(ctx context.Context, tx *sql.Tx, id string, h *heldTask, o tasks.Outcome) error {
	if o.Verdict == tasks.Failed {
		h.failures++
		h.fail(o.Error)
	}
	state, after := taskWaiting, max(o.After, 0).Milliseconds()
	if after > 0 {
		state = taskScheduled
	}
	// What waited keeps its place by priority: the rank is as far from the time it is due as before.
	_, err := b.execTx(ctx, tx, "UPDATE TABLE_NAME SET state = ?, rank_ms = rank_ms - run_at + NOW_MS + ?, run_at = NOW_MS + ?, failures = ?, lost = ?, errors = ?, worker = NULL WHERE id = ?",
		state, after, after, h.failures, h.lost, h.errors, id)
	return err
}

// copyToEnd copies a row to those that are finished or dead. It is deleted after that.
func (b *TaskBroker) copyToEnd(ctx context.Context, tx *sql.Tx, id string, h *heldTask, state int, result []byte, keep int64) error {
	_, err := b.execTx(ctx, tx, `INSERT INTO TABLE_NAME_end (id, kind, queue, state, unique_key, group_id, data, attempt, failures, lost, enqueued, started, progress, errors, result, ended, expires)
		SELECT id, kind, queue, ?, unique_key, group_id, data, attempt, ?, ?, enqueued, started, progress, ?, ?, NOW_MS, NOW_MS + ? FROM TABLE_NAME WHERE id = ?`,
		state, h.failures, h.lost, h.errors, result, keep, id)
	return err
}

// fail adds an error to the last five.
func (h *heldTask) fail(text string) {
	var list []tasks.Failure
	_ = json.Unmarshal(h.errors, &list) // it is this package's own
	if len(text) > tasks.MaxError {
		text = text[:tasks.MaxError]
	}
	if !utf8.ValidString(text) {
		text = strings.ToValidUTF8(text, "\uFFFD")
	}
	list = append(list, tasks.Failure{Attempt: h.attempt, At: time.Now().UTC().Truncate(time.Millisecond), Error: text})
	h.errors, _ = json.Marshal(list[max(len(list)-tasks.KeptErrors, 0):])
}

// groupEnds counts the members that ended, by group.
type groupEnds map[string]*struct{ ended, failed int }

func (g groupEnds) add(group string, failed bool) {
	if group == "" {
		return
	}
	if g[group] == nil {
		g[group] = new(struct{ ended, failed int })
	}
	g[group].ended++
	if failed {
		g[group].failed++
	}
}

// endGroups counts down, in the transaction in which the members ended, and lets the last task run of groups that are
// done.
func (b *TaskBroker) endGroups(ctx context.Context, tx *sql.Tx, groups groupEnds) error {
	for _, id := range slices.Sorted(maps.Keys(groups)) {
		n, err := b.execTx(ctx, tx, "UPDATE TABLE_NAME_group SET left_over = left_over - ?, failed = failed + ? WHERE id = ?", groups[id].ended, groups[id].failed, id)
		if err != nil {
			return err
		}
		if n == 0 {
			continue // the last task of a group itself, or a replayed one
		}
		var end string
		var left, failed, anyway int
		if err := tx.QueryRowContext(ctx, b.sql("SELECT end_id, left_over, failed, anyway FROM TABLE_NAME_group WHERE id = ?"), id).Scan(&end, &left, &failed, &anyway); err != nil {
			return err
		}
		if left > 0 {
			continue
		}
		if _, err := b.execTx(ctx, tx, "DELETE FROM TABLE_NAME_group WHERE id = ?", id); err != nil {
			return err
		}
		if failed > 0 && anyway == 0 {
			err = b.buryHeld(ctx, tx, end, failed)
		} else {
			_, err = b.execTx(ctx, tx, "UPDATE TABLE_NAME SET state = CASE WHEN run_at > NOW_MS THEN 2 ELSE 0 END WHERE id = ? AND state = 3", end)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (b *TaskBroker) buryHeld(ctx context.Context, tx *sql.Tx, id string, failed int) error {
	n, err := b.execTx(ctx, tx, "UPDATE TABLE_NAME SET discard = 0 WHERE id = ? AND state = 3", id)
	if err != nil || n == 0 {
		return err // it was discarded
	}
	h := new(heldTask)
	h.fail(tasks.GroupFailed(failed))
	if err := b.copyToEnd(ctx, tx, id, h, taskDead, nil, taskForever); err != nil {
		return err
	}
	return b.remove(ctx, tx, []string{id})
}
