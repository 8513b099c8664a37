package tasks

import (
	"container/heap"
	"context"
	"fmt"
	"time"
)

// KeptErrors is how many errors of a task a broker keeps.
const KeptErrors = 5

// MaxList is the longest list of [Broker]'s List.
const MaxList = 100

// GroupFailed is the error of the last task of a group with dead members.
func GroupFailed(dead int) string {
	return fmt.Sprintf("tasks: %d of the group's tasks are dead", dead)
}

// LostWorker is the error of an attempt whose worker died.
const LostWorker = "tasks: the worker died, or lost its lease"

type memorySession struct {
	m      *memory
	worker Worker
	beaten time.Time
	closed bool
}

func (m *memory) Join(_ context.Context, w Worker) (Session, error) {
	return &memorySession{m: m, worker: w, beaten: time.Now()}, nil
}

func (s *memorySession) Claim(ctx context.Context, n int, wait time.Duration) ([]Claim, error) {
	timeout := time.NewTimer(wait)
	defer timeout.Stop()
	for {
		now := time.Now()
		s.m.mu.Lock()
		if s.dead(now) {
			s.m.mu.Unlock()
			return nil, ErrLost
		}
		next := s.m.promote(now)
		claims := s.take(n, now)
		wake := s.m.wake
		s.m.mu.Unlock()
		if len(claims) > 0 || n == 0 || wait <= 0 {
			return claims, nil
		}
		due := time.NewTimer(next.Sub(now))
		select {
		case <-wake:
		case <-due.C:
		case <-timeout.C:
			wait = 0
		case <-ctx.Done():
			wait = 0
		}
		due.Stop()
		if wait == 0 {
			return nil, nil
		}
	}
}

func (s *memorySession) take(n int, now time.Time) (claims []Claim) {
	for _, name := range s.worker.Order() {
		h := s.m.ready[name]
		for h != nil && len(h.list) > 0 && len(claims) < n {
			t := heap.Pop(h).(*memoryTask)
			if t.state != Waiting {
				continue
			}
			t.state, t.session, t.started = Running, s, now
			t.Attempt++
			claims = append(claims, Claim{Task: t.Task, Handle: t})
		}
	}
	return claims
}

func (s *memorySession) dead(now time.Time) bool {
	return s.closed || now.Sub(s.beaten) > DeadAfter
}

// held returns the task of a claim that is still this session's.
func (s *memorySession) held(c Claim) *memoryTask {
	t, ok := c.Handle.(*memoryTask)
	if !ok || s.m.tasks[c.ID] != t || t.state != Running || t.session != s || t.Attempt != c.Attempt {
		return nil
	}
	return t
}

func (s *memorySession) Settle(_ context.Context, c Claim, o Outcome) error {
	s.m.mu.Lock()
	defer s.m.mu.Unlock()
	t := s.held(c)
	if t == nil {
		return ErrLost
	}
	now := time.Now()
	if t.discard && o.Verdict != Done {
		o.Verdict = Discarded
	}
	switch o.Verdict {
	case Done:
		if o.Keep > 0 {
			t.state, t.session, t.ended, t.until, t.result = Finished, nil, now, now.Add(o.Keep), o.Result
		} else {
			delete(s.m.tasks, t.ID)
			t.state = ""
		}
		s.m.left(t, false)
	case Failed:
		t.Failures++
		t.fail(o.Error)
		s.m.put(t, now.Add(o.After))
	case Again:
		s.m.put(t, now.Add(o.After))
	case Buried:
		t.Failures++
		s.m.bury(t, o.Error)
	case Discarded:
		s.m.drop(t)
	}
	return nil
}

func (s *memorySession) Progress(_ context.Context, c Claim, p Progress) error {
	s.m.mu.Lock()
	defer s.m.mu.Unlock()
	t := s.held(c)
	if t == nil {
		return ErrLost
	}
	t.progress = &p
	return nil
}

func (s *memorySession) Beat(context.Context) (discarded []string, err error) {
	s.m.mu.Lock()
	defer s.m.mu.Unlock()
	now := time.Now()
	for id, t := range s.m.tasks {
		switch {
		case t.state == Running && t.session == s && t.discard:
			discarded = append(discarded, id)
		case t.state == Running && t.session.dead(now):
			t.Lost++
			if t.Lost >= MaxLost {
				s.m.bury(t, LostWorker)
			} else {
				t.fail(LostWorker)
				s.m.put(t, time.Time{})
			}
		}
	}
	if s.dead(now) {
		return nil, ErrLost
	}
	s.beaten = now
	return discarded, nil
}

func (s *memorySession) Close(ctx context.Context) error {
	s.m.mu.Lock()
	defer s.m.mu.Unlock()
	s.closed = true
	if ctx.Err() != nil {
		return nil
	}
	for _, t := range s.m.tasks {
		if t.state == Running && t.session == s {
			s.m.put(t, time.Time{})
		}
	}
	return nil
}
