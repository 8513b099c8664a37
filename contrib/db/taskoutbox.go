package db

import (
	"context"
	"sync"
	"time"

	"github.com/dewar-go/dewar/tasks"
)

const (
	// outboxQueue is the queue of this database in which tasks wait for their broker.
	outboxQueue = "outbox"
	// outboxBatch is how many are given to the broker at a time, outboxAgain how long after a failure they are.
	outboxBatch = 100
	outboxAgain = 2 * time.Second
)

// Outbox puts this database before a broker that is another server. A task that a request enqueues is written to the
// database in the request's transaction (as with [Database.Tasks]), and given to the broker after it: there is none for
// work that was rolled back, and none is lost when the broker is down.
//
//	queue := tasks.NewQueue(tasks.Config{Broker: database.Outbox(broker)})
//
// Every process that runs tasks gives them on. When one dies in the middle, or an answer of the broker is lost, the
// broker gets a task twice, with the same id. A task for later waits in the database, and so do the times of periodic
// tasks. [tasks.Queue.Lookup] and the lists know of a task when the broker has it. Whether a task is left out for its
// unique key is the broker's to say, so that Enqueue returns its id in any case. Groups go to the broker at once.
func (d *Database) Outbox(b tasks.Broker) tasks.Broker { return &outbox{b, d.Tasks()} }

type outbox struct {
	tasks.Broker
	local *TaskBroker
}

// Capabilities are the broker's, with transactions, delays and schedules.
func (o *outbox) Capabilities() tasks.Capabilities {
	can := o.Broker.Capabilities()
	can.Transaction, can.Delay, can.Schedules = true, true, true
	return can
}

func (o *outbox) Enqueue(ctx context.Context, list ...*tasks.Task) error {
	return o.local.accept(ctx, &taskOp{enqueue: list, outbox: true})
}

func (o *outbox) Schedules(ctx context.Context) ([]tasks.ScheduleState, error) {
	return o.local.Schedules(ctx)
}

func (o *outbox) Advance(ctx context.Context, s tasks.ScheduleState, next time.Time, t *tasks.Task) (bool, error) {
	return o.local.advance(ctx, s, next, t, true)
}

// Join joins the broker, and gives tasks on until the session is closed.
func (o *outbox) Join(ctx context.Context, w tasks.Worker) (tasks.Session, error) {
	here, err := o.local.Join(ctx, tasks.Worker{Name: w.Name, Queues: []tasks.QueueShare{{Name: outboxQueue, Weight: 1}}})
	if err != nil {
		return nil, err
	}
	there, err := o.Broker.Join(ctx, w)
	if err != nil {
		_ = here.Close(ctx)
		return nil, err
	}
	relaying, stop := context.WithCancel(context.Background())
	s := &outboxSession{Session: there, here: here, stop: stop}
	s.relay.Go(func() { o.run(relaying, here) })
	return s, nil
}

// outboxSession is a worker's place at the broker, and the relay's at the database.
type outboxSession struct {
	tasks.Session
	here  tasks.Session
	stop  context.CancelFunc
	relay sync.WaitGroup
}

// Beat renews both leases.
func (s *outboxSession) Beat(ctx context.Context) ([]string, error) {
	discarded, err := s.Session.Beat(ctx)
	if err != nil {
		return nil, err
	}
	_, err = s.here.Beat(ctx)
	return discarded, err
}

func (s *outboxSession) Close(ctx context.Context) error {
	s.stop()
	s.relay.Wait()
	err := s.Session.Close(ctx)
	if here := s.here.Close(ctx); err == nil {
		err = here
	}
	return err
}

// run gives tasks to the broker until ctx is done.
func (o *outbox) run(ctx context.Context, here tasks.Session) {
	failing := false
	for ctx.Err() == nil {
		claims, err := here.Claim(ctx, outboxBatch, time.Second)
		if err == nil && len(claims) > 0 {
			err = o.give(ctx, here, claims)
		}
		if err != nil && ctx.Err() == nil && !failing {
			o.local.database.logger().ErrorContext(ctx, "tasks cannot be given to their broker; trying again", "error", err.Error())
		}
		if failing = err != nil; failing {
			wait := time.NewTimer(tasks.Jitter(outboxAgain))
			select {
			case <-wait.C:
			case <-ctx.Done():
				wait.Stop()
			}
		}
	}
}

// give gives claimed tasks to the broker. What it accepted is done, and the rest waits.
func (o *outbox) give(ctx context.Context, here tasks.Session, claims []tasks.Claim) error {
	list := make([]*tasks.Task, len(claims))
	for i, c := range claims {
		t := c.Task
		t.RunAt, t.Attempt, t.Lost = time.Time{}, 0, 0
		list[i] = &t
	}
	// The end of ctx does not end this: the outcome would be unknown.
	limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*sessionWait)
	defer cancel()
	err := o.Broker.Enqueue(limited, list...)
	outcome := tasks.Outcome{Verdict: tasks.Done}
	if err != nil {
		outcome = tasks.Outcome{Verdict: tasks.Again, After: outboxAgain}
	}
	var settling sync.WaitGroup
	for _, c := range claims {
		settling.Go(func() { _ = here.Settle(limited, c, outcome) }) // one that is lost is given again
	}
	settling.Wait()
	return err
}
