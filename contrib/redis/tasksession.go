package redis

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"github.com/dewar-go/dewar/tasks"
)

// taskSession is a worker's place. The lease is one score in the sorted set of sessions, by Redis's clock.
type taskSession struct {
	b      *TaskBroker
	id     string
	worker tasks.Worker
	wake   *goredis.PubSub

	mu   sync.Mutex     // is held while a claim is on its way
	held map[string]int // the attempts of what has been claimed
}

// Join makes the calling process a worker. It warns once in the log when Redis may lose tasks.
func (b *TaskBroker) Join(ctx context.Context, w tasks.Worker) (tasks.Session, error) {
	b.warn(ctx)
	s := &taskSession{b: b, id: rand.Text(), worker: w, held: map[string]int{}}
	if err := b.run(ctx, taskJoin, s.id, w.Name).Err(); err != nil {
		return nil, b.wrap("joining as a worker", err)
	}
	s.wake = b.server.Client().Subscribe(context.WithoutCancel(ctx), b.prefix+"wake")
	return s, nil
}

// poll is how long a worker waits at most when no message wakes it.
const poll = time.Second

func (s *taskSession) Claim(ctx context.Context, n int, wait time.Duration) ([]tasks.Claim, error) {
	end := time.Now().Add(wait)
	woken := s.wake.Channel()
	for {
		claims, due, err := s.take(ctx, n)
		rest := time.Until(end)
		if err != nil || len(claims) > 0 || n == 0 || rest <= 0 {
			return claims, err
		}
		timer := time.NewTimer(min(rest, due, poll))
		select {
		case _, ok := <-woken:
			if !ok {
				woken = nil
			}
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return nil, nil
		}
		timer.Stop()
	}
}

// take claims what is due, and returns how long until more is.
func (s *taskSession) take(ctx context.Context, n int) ([]tasks.Claim, time.Duration, error) {
	if n == 0 || ctx.Err() != nil {
		return nil, poll, nil
	}
	args := []any{s.id, n}
	for _, queue := range s.worker.Order() {
		args = append(args, queue)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	// The answer holds claims, so the end of ctx does not interrupt it.
	list, err := s.b.run(context.WithoutCancel(ctx), taskClaim, args...).Slice()
	if errors.Is(err, goredis.Nil) {
		return nil, 0, tasks.ErrLost
	}
	if err != nil {
		return nil, 0, s.b.wrap("claiming tasks", err)
	}
	due, _ := list[0].(int64)
	var claims []tasks.Claim
	for i := 1; i+3 < len(list); i += 4 {
		t, err := tasks.DecodeTask([]byte(text(list[i])))
		if err != nil {
			return claims, 0, s.b.wrap("reading a task", err)
		}
		t.Attempt, t.Failures, t.Lost = number(list[i+1]), number(list[i+2]), number(list[i+3])
		s.held[t.ID] = t.Attempt
		claims = append(claims, tasks.Claim{Task: *t})
	}
	return claims, time.Duration(due) * time.Millisecond, nil
}

func text(v any) string { s, _ := v.(string); return s }

func number(v any) int { n, _ := strconv.Atoi(text(v)); return n }

func (s *taskSession) Settle(ctx context.Context, c tasks.Claim, o tasks.Outcome) error {
	why, err := json.Marshal(o.Error)
	if err != nil {
		return fmt.Errorf("redis: the error of a task: %w", err)
	}
	keep := o.Keep.Milliseconds()
	if o.Keep > 0 {
		keep = max(keep, 1)
	}
	ok, err := s.b.run(ctx, taskSettle, s.id, c.ID, c.Attempt, int(o.Verdict), o.After.Milliseconds(), why, []byte(o.Result), keep).Bool()
	if err != nil {
		return s.b.wrap("settling a task", err)
	}
	s.mu.Lock()
	if s.held[c.ID] == c.Attempt {
		delete(s.held, c.ID)
	}
	s.mu.Unlock()
	if !ok {
		return tasks.ErrLost
	}
	return nil
}

func (s *taskSession) Progress(ctx context.Context, c tasks.Claim, p tasks.Progress) error {
	data, err := json.Marshal(p)
	if err != nil {
		return fmt.Errorf("redis: the progress of a task: %w", err)
	}
	ok, err := s.b.run(ctx, taskProgress, s.id, c.ID, c.Attempt, data).Bool()
	if err == nil && !ok {
		return tasks.ErrLost
	}
	return s.b.wrap("noting progress", err)
}

// Beat renews the lease. It also gives back what was claimed by an answer that was lost on its way.
func (s *taskSession) Beat(ctx context.Context) (discarded []string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	list, err := s.b.run(ctx, taskBeat, s.id).StringSlice()
	if errors.Is(err, goredis.Nil) {
		return nil, tasks.ErrLost
	}
	if err != nil {
		return nil, s.b.wrap("renewing the lease", err)
	}
	for i := 0; i+2 < len(list); i += 3 {
		id, attempt := list[i], list[i+1]
		switch {
		case strconv.Itoa(s.held[id]) != attempt:
			if err := s.b.run(ctx, taskSettle, s.id, id, attempt, int(tasks.Again), 0, `""`, "", 0).Err(); err != nil {
				return discarded, s.b.wrap("giving a task back", err)
			}
		case list[i+2] != "":
			discarded = append(discarded, id)
		}
	}
	return discarded, nil
}

func (s *taskSession) Close(ctx context.Context) error {
	err := s.wake.Close()
	if errors.Is(err, goredis.ErrClosed) {
		err = nil
	}
	if ctx.Err() == nil {
		err = errors.Join(err, s.b.run(ctx, taskLeave, s.id).Err())
	}
	return s.b.wrap("leaving as a worker", err)
}
