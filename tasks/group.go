package tasks

import (
	"context"
	"errors"

	"github.com/dewar-go/dewar"
)

// GroupOptions say how a group ends. The zero value is useful.
type GroupOptions struct {
	// Anyway runs the last task although members are dead; its handler lists them with [Queue.Broker]'s List, by
	// Filter.Group. Default: false, and then the last task is dead too, and can be replayed.
	Anyway bool
}

// Group enqueues tasks and one that runs when all of them are finished or dead, exactly once for the group. All are
// enqueued in one step, in the request's transaction where the broker is the database. It returns the group's id, which
// all of them have as Task.Group.
//
// A dead member that is replayed belongs to no group any more. The error is ErrUnsupported with a broker that has no
// Capabilities.Groups.
func (q *Queue) Group(c *dewar.Context, end Call, o GroupOptions, members ...Call) (id string, err error) {
	g, err := newGroup(c.Context(), c, end, o, members)
	if err != nil {
		return "", err
	}
	return g.ID, q.enqueue(c, func(ctx context.Context) error { return q.config.Broker.EnqueueGroup(ctx, g) })
}

// GroupContext is Group outside of a request.
func (q *Queue) GroupContext(ctx context.Context, end Call, o GroupOptions, members ...Call) (id string, err error) {
	g, err := newGroup(ctx, nil, end, o, members)
	if err != nil {
		return "", err
	}
	return g.ID, q.config.Broker.EnqueueGroup(ctx, g)
}

func newGroup(ctx context.Context, c *dewar.Context, end Call, o GroupOptions, members []Call) (*Group, error) {
	if len(members) == 0 || len(members) > 10_000 {
		return nil, errors.New("tasks: Group: a group has 1 to 10,000 members")
	}
	g := &Group{ID: NewID(), Anyway: o.Anyway}
	for _, m := range append([]Call{end}, members...) {
		if m.how.unique {
			return nil, errors.New("tasks: Group: no task of a group can be Unique: one that is left out would never be done")
		}
		t, err := m.task(ctx, c)
		if err != nil {
			return nil, err
		}
		t.Group = g.ID
		if g.End == nil {
			g.End = t
		} else {
			g.Members = append(g.Members, t)
		}
	}
	return g, nil
}
