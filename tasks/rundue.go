package tasks

import (
	"context"
	"errors"
)

// RunDue runs the tasks of all queues that are due, and those that they make due, one after another in the calling
// goroutine. It returns how many attempts there were, and the errors of those that failed. It is for tests, with
// Config.Workers -1:
//
//	client.PostForm("/sign-up", form)
//	if n, err := queue.RunDue(ctx); n != 1 || err != nil { … }
//
// A failed task waits as it would otherwise; in a bubble of package testing/synctest, [time.Sleep] makes it due.
func (q *Queue) RunDue(ctx context.Context) (attempts int, err error) {
	shares, err := q.shares(nil)
	if err != nil {
		return 0, err
	}
	session, err := q.config.Broker.Join(ctx, Worker{Name: "RunDue", Queues: shares})
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, session.Close(ctx)) }()
	var failed error
	for {
		claims, err := session.Claim(ctx, 1, 0)
		if err != nil || len(claims) == 0 {
			return attempts, errors.Join(failed, err)
		}
		attempts++
		o := q.runHere(ctx, session, claims[0])
		if o.Error != "" {
			failed = errors.Join(failed, errors.New(o.Error))
		}
		if err := session.Settle(ctx, claims[0], o); err != nil {
			return attempts, errors.Join(failed, err)
		}
	}
}

// runHere runs a claim in the calling goroutine.
func (q *Queue) runHere(ctx context.Context, session Session, c Claim) Outcome {
	base, cancel := context.WithCancelCause(ctx)
	a := &attempt{claim: c, session: session, cancel: cancel}
	w := &tenure{worker: &worker{queue: q}, session: session}
	o, _ := w.run(context.WithValue(base, currentKey{}, a), a)
	cancel(nil)
	return o
}
