package redis

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"github.com/dewar-go/dewar/tasks"
)

// DefaultTaskPrefix begins the keys of tasks. The braces are the hash tag that keeps them in one slot of a cluster.
const DefaultTaskPrefix = "{tasks}:"

// TaskBroker keeps tasks in Redis. Make it with [Server.Tasks].
type TaskBroker struct {
	server *Server
	prefix string
	warned sync.Once
}

// Tasks returns a broker of tasks that begins its keys with prefix, by default DefaultTaskPrefix. It can do all that
// brokers can, but its Enqueue is no part of a database's transaction. See "Tasks" in the package comment for what is
// durable.
func (s *Server) Tasks(prefix string) *TaskBroker {
	if prefix == "" {
		prefix = DefaultTaskPrefix
	}
	return &TaskBroker{server: s, prefix: prefix}
}

// Capabilities says what the broker can do.
func (*TaskBroker) Capabilities() tasks.Capabilities {
	return tasks.Capabilities{Delay: true, Priority: true, Unique: true, Groups: true, Schedules: true, Results: true, Inspect: true}
}

func (b *TaskBroker) run(ctx context.Context, script *goredis.Script, args ...any) *goredis.Cmd {
	return script.Run(ctx, b.server.Client(), []string{b.prefix}, args...)
}

func (b *TaskBroker) wrap(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("redis: %s at %s: %w", what, b.server.name, err)
}

// taskArgs appends the taskFields arguments of a script's add.
func taskArgs(args []any, t *tasks.Task) ([]any, error) {
	data, err := t.Encode()
	if err != nil {
		return nil, err
	}
	due := int64(0)
	if !t.RunAt.IsZero() {
		due = t.RunAt.UnixMilli()
	}
	return append(args, t.ID, data, t.Queue, int(t.Priority), t.Unique, t.Group, due, t.Enqueued.UnixMilli()), nil
}

// Enqueue accepts tasks, all or none, in one script.
func (b *TaskBroker) Enqueue(ctx context.Context, list ...*tasks.Task) error {
	if len(list) == 0 {
		return nil
	}
	args := make([]any, 0, taskFields*len(list))
	var err error
	for _, t := range list {
		if args, err = taskArgs(args, t); err != nil {
			return err
		}
	}
	return b.add(b.run(ctx, taskEnqueue, args...), list)
}

// add takes the id from the tasks that were left out.
func (b *TaskBroker) add(cmd *goredis.Cmd, list []*tasks.Task) error {
	taken, err := cmd.Int64Slice()
	for i, n := range taken {
		if n == 0 {
			list[i].ID = ""
		}
	}
	return b.wrap("enqueueing tasks", err)
}

// EnqueueGroup accepts members and the task that ends them, in one script.
func (b *TaskBroker) EnqueueGroup(ctx context.Context, g *tasks.Group) error {
	args, err := taskArgs([]any{g.ID, g.Anyway}, g.End)
	for _, t := range g.Members {
		if err == nil {
			args, err = taskArgs(args, t)
		}
	}
	if err != nil {
		return err
	}
	return b.add(b.run(ctx, taskGroup, args...), g.Members)
}

// Schedules returns the stored times of all periodic tasks.
func (b *TaskBroker) Schedules(ctx context.Context) ([]tasks.ScheduleState, error) {
	pipe := b.server.Client().Pipeline()
	next, spec := pipe.HGetAll(ctx, b.prefix+"next"), pipe.HGetAll(ctx, b.prefix+"spec")
	if _, err := pipe.Exec(ctx); err != nil {
		return nil, b.wrap("reading schedules", err)
	}
	var list []tasks.ScheduleState
	for name, at := range next.Val() {
		list = append(list, tasks.ScheduleState{Name: name, Spec: spec.Val()[name], Next: milli(at)})
	}
	return list, nil
}

// Advance compares and sets the time of a schedule, and enqueues t, in one script.
func (b *TaskBroker) Advance(ctx context.Context, s tasks.ScheduleState, next time.Time, t *tasks.Task) (bool, error) {
	seen := ""
	if !s.Next.IsZero() {
		seen = strconv.FormatInt(s.Next.UnixMilli(), 10)
	}
	args := []any{s.Name, s.Spec, seen, next.UnixMilli()}
	if t != nil {
		var err error
		if args, err = taskArgs(args, t); err != nil {
			return false, err
		}
	}
	ok, err := b.run(ctx, taskAdvance, args...).Bool()
	return ok, b.wrap("advancing a schedule", err)
}

// Replay makes a dead task wait again.
func (b *TaskBroker) Replay(ctx context.Context, id string) error {
	n, err := b.run(ctx, taskReplay, id).Int()
	switch {
	case err != nil:
		return b.wrap("replaying a task", err)
	case n == 2:
		return tasks.ErrDuplicate
	case n == 0:
		return tasks.ErrNotFound
	}
	return nil
}

// Discard removes a task, or asks for the end of one that runs.
func (b *TaskBroker) Discard(ctx context.Context, id string) error {
	ok, err := b.run(ctx, taskDiscard, id).Bool()
	if err == nil && !ok {
		return tasks.ErrNotFound
	}
	return b.wrap("discarding a task", err)
}

// durability returns what is missing for tasks to outlive a crash of the server, "" for nothing.
func (b *TaskBroker) durability(ctx context.Context) string {
	values := map[string]string{}
	for _, name := range []string{"appendonly", "appendfsync", "maxmemory-policy"} {
		got, err := b.server.Client().ConfigGet(ctx, name).Result()
		if err != nil {
			var refused goredis.Error
			if errors.As(err, &refused) {
				return "CONFIG GET is refused, so that nobody knows whether appendonly is yes and appendfsync always"
			}
			return "" // the server is away, which others report
		}
		values[name] = got[name]
	}
	var missing []string
	if values["appendonly"] != "yes" {
		missing = append(missing, "appendonly is not yes: a restart loses tasks since the last snapshot")
	} else if values["appendfsync"] != "always" {
		missing = append(missing, "appendfsync is not always: a crash of the machine loses the last second's tasks")
	}
	if strings.HasPrefix(values["maxmemory-policy"], "allkeys") {
		missing = append(missing, "maxmemory-policy is "+values["maxmemory-policy"]+": a full memory evicts tasks; use noeviction")
	}
	return strings.Join(missing, "; ")
}

func (b *TaskBroker) warn(ctx context.Context) {
	b.warned.Do(func() {
		if text := b.durability(ctx); text != "" {
			slog.WarnContext(ctx, "redis: tasks at "+b.server.name+" are not durable: "+text)
		}
	})
}

func milli(s string) time.Time {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n == 0 {
		return time.Time{}
	}
	return time.UnixMilli(n)
}
