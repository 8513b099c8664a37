package tasks

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"
)

type currentKey struct{}

// attempt is one run of a handler.
type attempt struct {
	claim   Claim
	session Session
	cancel  context.CancelCauseFunc

	mu       sync.Mutex
	ended    bool // somebody settles it
	reported time.Time
	result   json.RawMessage
}

// end reports whether the caller is the first who ends the attempt, and so settles it.
func (a *attempt) end() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	first := !a.ended
	a.ended = true
	return first
}

func (a *attempt) kept() json.RawMessage {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.result
}

// Current returns the task whose handler has ctx. Its ID is the key for effects elsewhere that must not be repeated,
// such as an Idempotency-Key; for a periodic task, RunAt is the time it was due at.
func Current(ctx context.Context) (Task, bool) {
	a, ok := ctx.Value(currentKey{}).(*attempt)
	if !ok {
		return Task{}, false
	}
	return a.claim.Task, true
}

var errNoTask = errors.New("tasks: the context is not that of a task")

// Report notes how far the task is, for [Queue.Lookup]. Within a second of the last note it does nothing, unless done
// is total. The note is cut to 200 bytes. The error is ErrLost when the task is another worker's by now.
func Report(ctx context.Context, done, total int64, note string) error {
	a, ok := ctx.Value(currentKey{}).(*attempt)
	if !ok {
		return errNoTask
	}
	now := time.Now()
	a.mu.Lock()
	due := done == total || now.Sub(a.reported) >= time.Second
	if due {
		a.reported = now
	}
	a.mu.Unlock()
	if !due {
		return nil
	}
	return a.session.Progress(ctx, a.claim, Progress{done, total, clip(note, 200)})
}

// SetResult keeps v, as JSON of at most MaxResult bytes, for [Queue.Lookup] when the handler succeeds.
func SetResult(ctx context.Context, v any) error {
	a, ok := ctx.Value(currentKey{}).(*attempt)
	if !ok {
		return errNoTask
	}
	data, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("tasks: the result of %q: %w", a.claim.Kind, err)
	}
	if len(data) > MaxResult {
		return fmt.Errorf("tasks: the result of %q has %d bytes and may have %d: keep it in the database", a.claim.Kind, len(data), MaxResult)
	}
	a.mu.Lock()
	a.result = data
	a.mu.Unlock()
	return nil
}
