package dewar

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/dewar-go/dewar/secure"
)

const (
	// backgroundTime is how long the work of [Go] may take.
	backgroundTime = time.Minute
	// maxBackground is how much of it may run at a time.
	maxBackground = 1000
)

// Go runs f in a goroutine of its own, for work that the answer does not wait for, such
// as a message to another server:
//
//	dewar.Go(c, func(ctx context.Context) error { return mailer.Send(ctx, message) })
//
// A panic in a goroutine that a view starts with the go statement ends the process, with
// everybody's requests: there is no way to catch it from outside. Here it is logged, as
// is an error, with the request's id and the line that called Go.
//
// f must not use c, which ends with the request; take out of it what f needs. ctx has the
// values of [Context.Context] and does not end with the request, but after a minute.
// At shut-down the work is waited for as requests are, up to
// [Config.ShutdownTimeout]; then ctx ends. When a thousand are running, Go runs f
// before it returns. What must not be lost when the process ends belongs into a
// database or a queue.
func Go(c *Context, f func(ctx context.Context) error) {
	w := &work{
		app: c.app, place: callerLocation(), rule: c.at.rule, id: c.RequestID(),
		secrets: c.secrets(), done: make(chan struct{}),
	}
	ctx, cancel := context.WithTimeout(detached{context.WithoutCancel(c.Context())}, backgroundTime)
	w.cancel = cancel
	if c.app.background.add(w) {
		go w.run(ctx, f)
	} else {
		w.run(ctx, f)
	}
}

// detached is a request's context without the Context, which is over.
type detached struct{ context.Context }

// Value hides the Context.
func (d detached) Value(key any) any {
	if key == (contextKey{}) {
		return nil
	}
	return d.Context.Value(key)
}

// work is one call of [Go]. It holds nothing of the Context.
type work struct {
	app             *App
	place, rule, id string
	secrets         []string
	cancel          context.CancelFunc
	done            chan struct{}
}

func (w *work) run(ctx context.Context, f func(context.Context) error) {
	defer w.app.background.remove(w)
	defer w.cancel()
	defer func() {
		if p := recover(); p != nil {
			err := &PanicError{Value: p, Stack: debug.Stack()}
			w.log(err, slog.String("stack", secure.Redact(string(err.Stack), w.secrets...)))
		}
	}()
	if err := f(ctx); err != nil {
		w.log(err)
	}
}

func (w *work) log(err error, more ...slog.Attr) {
	w.app.log.LogAttrs(context.Background(), slog.LevelError, "work in the background failed", append([]slog.Attr{
		slog.String("error", clipTo(secure.Redact(withCause(err), w.secrets...), maxLoggedError)),
		slog.String("from", w.place), slog.String("rule", w.rule), slog.String("request_id", w.id),
	}, more...)...)
}

// background is the work of [Go] that is under way. The zero value is ready.
type background struct {
	mu      sync.Mutex
	running map[*work]struct{}
	cut     atomic.Bool // the time for it is over
}

// add notes work, and reports whether there is a place for a goroutine.
func (b *background) add(w *work) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.running == nil {
		b.running = map[*work]struct{}{}
	}
	b.running[w] = struct{}{}
	return len(b.running) <= maxBackground
}

func (b *background) remove(w *work) {
	b.mu.Lock()
	delete(b.running, w)
	b.mu.Unlock()
	close(w.done)
}

// all is the work that is under way.
func (b *background) all() (list []*work) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for w := range b.running {
		list = append(list, w)
	}
	return list
}

// end waits for the work to end, and ends its contexts when ctx does. The error names
// where the work came from that did not end by itself.
func (b *background) end(ctx context.Context) error {
	if b.cut.Load() {
		var stop context.CancelFunc
		ctx, stop = context.WithTimeout(ctx, lastWord)
		defer stop()
	}
	for list := b.all(); len(list) > 0; list = b.all() {
		select {
		case <-list[0].done:
		case <-ctx.Done():
			b.cut.Store(true)
			places := make([]string, 0, len(list))
			for _, w := range b.all() {
				w.cancel()
				if len(places) < 10 {
					places = append(places, w.place)
				}
			}
			return fmt.Errorf("dewar: work in the background did not end in time, from %s", strings.Join(places, ", "))
		}
	}
	return nil
}
