package db

import (
	"context"
	"database/sql"
	"encoding/json"
	"strings"
	"time"

	"github.com/dewar-go/dewar/tasks"
)

// A taskRow is a task to insert, in a state: taskWaiting, which becomes taskScheduled when it is due later, or taskHeld.
type taskRow struct {
	*tasks.Task
	state int
	// outbox keeps it for another broker: its own queue is in the data alone, and its unique key is the broker's to
	// judge.
	outbox bool
}

// insert inserts tasks, and returns those that are left out because of their unique key.
func (b *TaskBroker) insert(ctx context.Context, tx *sql.Tx, rows []taskRow) (left map[*tasks.Task]bool, err error) {
	now := time.Now()
	err = chunks(rows, func(part []taskRow) error {
		var text strings.Builder
		text.WriteString("TABLE_NAME (id, kind, queue, state, rank_ms, run_at, enqueued, unique_key, group_id, data) VALUES ")
		args := make([]any, 0, 9*len(part))
		for i, r := range part {
			if i > 0 {
				text.WriteByte(',')
			}
			text.WriteString("(?,?,?,?,NOW_MS+?,NOW_MS+?,NOW_MS,?,?,?)")
			delay := time.Duration(0)
			if r.RunAt.After(now) {
				delay = r.RunAt.Sub(now) // what this process's clock and the database's agree upon
			}
			state := r.state
			if state == taskWaiting && delay > 0 {
				state = taskScheduled
			}
			data, err := json.Marshal(r.Task)
			if err != nil {
				return err
			}
			queue, unique := r.Queue, r.Unique
			if r.outbox {
				queue, unique = outboxQueue, ""
			}
			args = append(args, r.ID, r.Kind, queue, state, (delay + time.Duration(r.Priority)*tasks.Ageing).Milliseconds(), delay.Milliseconds(),
				orNull(unique), orNull(r.Group), data)
		}
		n, err := b.insertNew(ctx, tx, text.String(), args...)
		if err != nil || n == int64(len(part)) {
			return err
		}
		if left == nil {
			left = map[*tasks.Task]bool{}
		}
		ids := make([]string, len(part))
		byID := map[string]*tasks.Task{}
		for i, r := range part {
			left[r.Task], ids[i], byID[r.ID] = true, r.ID, r.Task
		}
		return inChunks(ids, func(in string, some []any) error {
			return b.each(ctx, tx, func(rows *sql.Rows) error {
				var id string
				err := rows.Scan(&id)
				delete(left, byID[id])
				return err
			}, "SELECT id FROM TABLE_NAME WHERE id IN "+in, some...)
		})
	})
	return left, err
}

// insertNew inserts rows whose keys are not there yet, and returns how many.
func (b *TaskBroker) insertNew(ctx context.Context, tx *sql.Tx, into string, args ...any) (int64, error) {
	if b.database.Dialect() == MySQL {
		return b.execTx(ctx, tx, "INSERT IGNORE INTO "+into, args...)
	}
	return b.execTx(ctx, tx, "INSERT INTO "+into+" ON CONFLICT DO NOTHING", args...)
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func (b *TaskBroker) insertGroup(ctx context.Context, tx *sql.Tx, g *tasks.Group) error {
	anyway := 0
	if g.Anyway {
		anyway = 1
	}
	_, err := b.execTx(ctx, tx, "INSERT INTO TABLE_NAME_group (id, end_id, left_over, failed, anyway) VALUES (?, ?, ?, 0, ?)", g.ID, g.End.ID, len(g.Members), anyway)
	return err
}
