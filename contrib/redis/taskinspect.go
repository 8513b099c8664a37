package redis

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"github.com/dewar-go/dewar/tasks"
)

var taskStates = []tasks.State{tasks.Waiting, tasks.Scheduled, tasks.Running, tasks.Held, tasks.Finished, tasks.Dead}

func (b *TaskBroker) queues(ctx context.Context) ([]string, error) {
	names, err := b.server.Client().SMembers(ctx, b.prefix+"q").Result()
	slices.Sort(names)
	return names, err
}

func (b *TaskBroker) index(state tasks.State, queue string) string {
	return b.prefix + "i:" + string(state) + ":" + queue
}

// Stats counts tasks by queue. Queues without tasks are left out.
func (b *TaskBroker) Stats(ctx context.Context) ([]tasks.QueueStats, error) {
	queues, err := b.queues(ctx)
	if err != nil {
		return nil, b.wrap("counting tasks", err)
	}
	var list []tasks.QueueStats
	for _, queue := range queues {
		pipe := b.server.Client().Pipeline()
		now := pipe.Time(ctx)
		count := map[tasks.State]*goredis.IntCmd{}
		for _, state := range taskStates {
			count[state] = pipe.ZCard(ctx, b.index(state, queue))
		}
		first := pipe.ZRange(ctx, b.prefix+"r:"+queue, 0, 0)
		if _, err := pipe.Exec(ctx); err != nil {
			return nil, b.wrap("counting tasks", err)
		}
		n := func(s tasks.State) int { return int(count[s].Val()) }
		q := tasks.QueueStats{Queue: queue, Waiting: n(tasks.Waiting), Scheduled: n(tasks.Scheduled) + n(tasks.Held), Running: n(tasks.Running), Dead: n(tasks.Dead)}
		if q.Waiting+q.Scheduled+q.Running+q.Dead == 0 {
			continue
		}
		if len(first.Val()) == 1 {
			t, err := b.server.Client().HMGet(ctx, b.prefix+"t:"+first.Val()[0], "due", "enqueued").Result()
			if err != nil {
				return nil, b.wrap("counting tasks", err)
			}
			if since := max(number(t[0]), number(t[1])); since > 0 {
				q.Oldest = max(0, now.Val().Sub(time.UnixMilli(int64(since))))
			}
		}
		list = append(list, q)
	}
	return list, nil
}

// List returns tasks, the oldest first. A kind or a group is looked for among all tasks of the queue and the state.
func (b *TaskBroker) List(ctx context.Context, f tasks.Filter) ([]tasks.Info, error) {
	limit := f.Limit
	if limit < 1 || limit > tasks.MaxList {
		limit = tasks.MaxList
	}
	queues, states := []string{f.Queue}, []tasks.State{f.State}
	if f.Queue == "" {
		var err error
		if queues, err = b.queues(ctx); err != nil {
			return nil, b.wrap("listing tasks", err)
		}
	}
	if f.State == "" {
		states = taskStates
	}
	var list []tasks.Info
	for after := f.After; ; {
		ids, err := b.page(ctx, queues, states, after)
		if err != nil || len(ids) == 0 {
			return list, b.wrap("listing tasks", err)
		}
		after = ids[len(ids)-1]
		found, err := b.load(ctx, ids...)
		if err != nil {
			return nil, err
		}
		for _, i := range found {
			if (f.State == "" || f.State == i.State) && (f.Kind == "" || f.Kind == i.Kind) && (f.Group == "" || f.Group == i.Group) {
				if list = append(list, i); len(list) == limit {
					return list, nil
				}
			}
		}
	}
}

// page returns the next ids in order, at most tasks.MaxList.
func (b *TaskBroker) page(ctx context.Context, queues []string, states []tasks.State, after string) ([]string, error) {
	from := "-"
	if after != "" {
		from = "(" + after
	}
	pipe := b.server.Client().Pipeline()
	var parts []*goredis.StringSliceCmd
	for _, queue := range queues {
		for _, state := range states {
			parts = append(parts, pipe.ZRangeByLex(ctx, b.index(state, queue), &goredis.ZRangeBy{Min: from, Max: "+", Count: tasks.MaxList}))
		}
	}
	if len(parts) == 0 {
		return nil, nil
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return nil, err
	}
	var ids []string
	for _, part := range parts {
		ids = append(ids, part.Val()...)
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	return ids[:min(len(ids), tasks.MaxList)], nil
}

// Lookup returns a task, or tasks.ErrNotFound.
func (b *TaskBroker) Lookup(ctx context.Context, id string) (tasks.Info, error) {
	list, err := b.load(ctx, id)
	if err != nil {
		return tasks.Info{}, err
	}
	if len(list) == 0 {
		return tasks.Info{}, tasks.ErrNotFound
	}
	return list[0], nil
}

// load reads tasks. Those that are gone are left out.
func (b *TaskBroker) load(ctx context.Context, ids ...string) ([]tasks.Info, error) {
	pipe := b.server.Client().Pipeline()
	names := pipe.HGetAll(ctx, b.prefix+"wn")
	var found []*goredis.MapStringStringCmd
	for _, id := range ids {
		found = append(found, pipe.HGetAll(ctx, b.prefix+"t:"+id))
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return nil, b.wrap("reading tasks", err)
	}
	var list []tasks.Info
	for _, cmd := range found {
		h := cmd.Val()
		if len(h) == 0 {
			continue
		}
		t, err := tasks.DecodeTask([]byte(h["e"]))
		if err != nil {
			return nil, b.wrap("reading a task", err)
		}
		t.Attempt, t.Failures, t.Lost = number(h["attempt"]), number(h["failures"]), number(h["lost"])
		i := tasks.Info{Task: *t, State: tasks.State(h["state"]), Started: milli(h["started"]), Ended: milli(h["ended"]), Worker: names.Val()[h["worker"]]}
		if i.State == tasks.Scheduled {
			i.RunAt = milli(h["due"])
		}
		if h["result"] != "" {
			i.Result = json.RawMessage(h["result"])
		}
		if h["progress"] != "" {
			if err := json.Unmarshal([]byte(h["progress"]), &i.Progress); err != nil {
				return nil, b.wrap("reading the progress of "+strconv.Quote(t.ID), err)
			}
		}
		for line := range strings.Lines(h["errors"]) {
			var e struct {
				Attempt int
				At      int64
				Error   string
			}
			if err := json.Unmarshal([]byte(line), &e); err != nil {
				return nil, b.wrap("reading the errors of "+strconv.Quote(t.ID), err)
			}
			i.Errors = append(i.Errors, tasks.Failure{Attempt: e.Attempt, At: time.UnixMilli(e.At), Error: e.Error})
		}
		list = append(list, i)
	}
	return list, nil
}
