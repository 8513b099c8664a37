package tasks

import (
	"context"
	"fmt"
	"time"
)

// Missed says what becomes of the times of a periodic task at which no worker ran.
type Missed int

// The ways.
const (
	MissedOnce Missed = iota // one task for all of them, as soon as a worker runs
	MissedSkip               // none
	MissedAll                // one for each
)

// A Schedule is when a periodic task runs. Only Spec is required.
type Schedule struct {
	// Spec is five fields as in crontab(5) (minute, hour, day of the month, month, day of the week), with lists, ranges,
	// steps and English names; @hourly, @daily, @weekly, @monthly, @yearly; or "@every 90m".
	Spec string
	// Name tells the schedule apart from others of its kind. Default: the kind's name.
	Name string
	// Location is the time zone of Spec. Default: UTC. Where a change of the clocks leaves a time out it is due right
	// after the change; one that comes twice is due once, but a Spec for every hour runs in both hours.
	Location *time.Location
	// Missed is for times at which no worker ran, or was more than a minute late. Default: MissedOnce.
	Missed Missed
}

// schedule is a registered Schedule.
type schedule struct {
	Schedule
	spec  *spec
	call  Call
	place string
}

// Every runs a task periodically, once for each time among all processes of the application, whichever of them is
// there: the next time is stored at the broker.
//
//	queue.Every("@daily", report.With(Report{}))
//	queue.Every("*/15 8-18 * * mon-fri", poll.With(Poll{}))
//
// A spec that cannot be read panics, and so does a second schedule for the same kind: use [Queue.EverySchedule], which
// has names.
func (q *Queue) Every(spec string, c Call) { q.every(Schedule{Spec: spec}, c, place(0)) }

// EverySchedule is Every with all settings.
func (q *Queue) EverySchedule(s Schedule, c Call) { q.every(s, c, place(0)) }

func (q *Queue) every(s Schedule, c Call, place string) {
	if s.Location == nil {
		s.Location = time.UTC
	}
	if s.Name == "" {
		s.Name = c.definition.name
	}
	parsed, err := parseSpec(s.Spec, s.Location)
	if err == nil && (len(s.Name) > maxKind || c.definition.queue != q) {
		err = fmt.Errorf("the name may have %d bytes, and the kind must be registered with this Queue", maxKind)
	}
	if err == nil {
		_, err = c.task(context.Background(), nil)
	}
	if err != nil {
		panic(fmt.Sprintf("tasks: Every(%q) at %s: %v", s.Spec, place, err))
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, other := range q.schedules {
		if other.Name == s.Name {
			panic(fmt.Sprintf("tasks: Every(%q) at %s: the schedule %q is registered already, at %s: give it another Name", s.Spec, place, s.Name, other.place))
		}
	}
	if q.frozen {
		panic(fmt.Sprintf("tasks: Every(%q) at %s comes after a worker began: register all schedules before", s.Spec, place))
	}
	q.schedules = append(q.schedules, &schedule{s, parsed, c, place})
}

// scheduleLook is the longest time between two looks at the stored times.
const scheduleLook = 10 * time.Second

// schedule enqueues periodic tasks until ctx is done.
func (q *Queue) schedule(ctx context.Context) {
	if len(q.schedules) == 0 || !q.config.Broker.Capabilities().Schedules {
		return
	}
	for failures, failed := 0, false; ctx.Err() == nil; {
		next, err := q.tick(ctx)
		if err == nil {
			failures, failed = 0, false
			wait := min(max(time.Until(next), 0), scheduleLook)
			timer := time.NewTimer(wait)
			select {
			case <-timer.C:
			case <-ctx.Done():
				timer.Stop()
			}
			continue
		}
		if !failed && ctx.Err() == nil {
			failed = true
			q.log().Error("periodic tasks cannot be enqueued; trying again", "error", err.Error())
		}
		failures++
		_ = pause(ctx, failures)
	}
}

// tick enqueues what is due, and returns when the next is.
func (q *Queue) tick(ctx context.Context) (next time.Time, err error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	b := q.config.Broker
	list, err := b.Schedules(ctx)
	if err != nil {
		return next, err
	}
	stored := map[string]ScheduleState{}
	for _, s := range list {
		stored[s.Name] = s
	}
	for _, s := range q.schedules {
		at, err := s.advance(ctx, b, stored[s.Name])
		if err != nil {
			return next, err
		}
		if next.IsZero() || at.Before(next) {
			next = at
		}
	}
	return next, nil
}

// advance enqueues what is due of one schedule, and returns the next time.
func (s *schedule) advance(ctx context.Context, b Broker, stored ScheduleState) (time.Time, error) {
	now := time.Now()
	following := s.spec.Next(now)
	text := s.Spec + " " + s.Location.String()
	state := ScheduleState{Name: s.Name, Spec: text, Next: stored.Next}
	switch {
	case stored.Next.IsZero(), stored.Next.After(now) && stored.Spec != text:
		// It is new, or the program has another spec than the one before.
		if stored.Next.Equal(following) {
			return following, nil
		}
		_, err := b.Advance(ctx, state, following, nil)
		return following, err
	case stored.Next.After(now):
		return stored.Next, nil
	}
	if s.Missed == MissedAll {
		following = s.spec.Next(stored.Next)
	}
	var t *Task
	if s.Missed != MissedSkip || now.Sub(stored.Next) <= time.Minute {
		var err error
		if t, err = s.call.task(ctx, nil); err != nil {
			return now, err
		}
		t.RunAt = stored.Next
	}
	_, err := b.Advance(ctx, state, following, t)
	return following, err
}
