package dewar

import (
	"slices"
	"sync"
	"sync/atomic"
)

// A Signal tells any number of receivers that something happened. It is
// Flask's (blinker's) signal with a type: receivers get a T and return
// nothing. The zero value is ready to use. A signal without receivers costs
// one atomic load to send.
type Signal[T any] struct {
	mu        sync.Mutex
	receivers atomic.Pointer[[]*func(T)]
}

// Connect adds a receiver and returns the function that removes it again.
// Receivers are called in the order in which they were connected, in the
// sender's goroutine; one that panics is treated as the sender's own panic.
// Signals may be connected at any time, also while requests are served.
func (s *Signal[T]) Connect(receive func(T)) (disconnect func()) {
	entry := &receive
	s.change(func(list []*func(T)) []*func(T) { return append(list, entry) })
	return func() {
		s.change(func(list []*func(T)) []*func(T) {
			return slices.DeleteFunc(list, func(e *func(T)) bool { return e == entry })
		})
	}
}

// connected says whether a Send would reach anybody: asked first where making
// the value costs something.
func (s *Signal[T]) connected() bool {
	list := s.receivers.Load()
	return list != nil && len(*list) > 0
}

// Send calls every receiver with v.
func (s *Signal[T]) Send(v T) {
	list := s.receivers.Load()
	if list == nil {
		return
	}
	for _, receive := range *list {
		(*receive)(v)
	}
}

// change replaces the list, so that a Send that is under way keeps the old one.
func (s *Signal[T]) change(f func([]*func(T)) []*func(T)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []*func(T)
	if old := s.receivers.Load(); old != nil {
		list = slices.Clone(*old)
	}
	list = f(list)
	s.receivers.Store(&list)
}

// Signals are the events an app announces, under Flask's names.
type Signals struct {
	RequestStarted     Signal[*Context]       // past the gate and matched, before the guards
	RequestFinished    Signal[*Context]       // after the after hooks, before the commit stage
	RequestTearingDown Signal[*Context]       // after the answer, always
	Exception          Signal[ExceptionEvent] // an error no handler took: it becomes a 500
	BeforeRender       Signal[RenderEvent]    // before a template renders
	TemplateRendered   Signal[RenderEvent]    // after a template rendered without an error
	MessageFlashed     Signal[FlashEvent]     // a message was flashed
	SecurityEvent      Signal[SecurityEvent]  // a request was refused, somebody signed in, and the like
}

// ExceptionEvent is what [Signals.Exception] sends.
type ExceptionEvent struct {
	Context *Context
	Err     error
}

// RenderEvent is what the template signals send.
type RenderEvent struct {
	Context  *Context
	Template string
	Vars     any
}

// FlashEvent is what [Signals.MessageFlashed] sends.
type FlashEvent struct {
	Context           *Context
	Category, Message string
}
