package dewar

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"
)

// untilSignal returns a context that ends with the first interrupt or SIGTERM. A
// second one ends the process, and so does the first once the app is closing for
// another reason.
func (a *App) untilSignal(parent context.Context) (ctx context.Context, stop func()) {
	ctx, cancel := context.WithCancel(parent)
	signals, stopped := make(chan os.Signal, 2), make(chan struct{})
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		for heard := false; ; heard = true {
			select {
			case s := <-signals:
				if heard || a.failed.Load() {
					a.log.Warn("ended at once by a signal", "signal", s.String())
					raise(s)
				}
				cancel()
			case <-stopped:
				return
			}
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		close(stopped)
		cancel()
	}
}

// raise has a signal end this process, whoever else listens to it.
func raise(s os.Signal) {
	signal.Reset(os.Interrupt, syscall.SIGTERM)
	self, err := os.FindProcess(os.Getpid())
	if err == nil {
		err = self.Signal(s)
	}
	if err != nil { // not every system has it
		os.Exit(1)
	}
}

// Shut-down says what it waits for when that takes longer than firstWord, and
// then now and then.
const (
	firstWord    = 200 * time.Millisecond
	nextWord     = 5 * time.Second
	lull         = 500 * time.Millisecond // a connection without a request for so long is closed
	shutdownLook = 100 * time.Millisecond
)

// shutDown lets requests in flight end, and the work that they left in the background,
// for as long as they may.
func (a *App) shutDown(ctx context.Context, server *http.Server) (cut bool) {
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), a.cfg.ShutdownTimeout)
	defer cancel()
	done := make(chan error, 1)
	server.RegisterOnShutdown(a.EndStreams)
	go func() {
		err := server.Shutdown(grace)
		if late := a.background.end(grace); late != nil {
			a.log.Warn("cut off at shut-down", "error", late.Error())
		}
		done <- err
	}()
	word, look := time.NewTimer(firstWord), time.NewTicker(shutdownLook)
	defer word.Stop()
	defer look.Stop()
	for {
		select {
		case err := <-done:
			return err != nil
		case <-look.C:
			a.connections.CloseIdle(lull)
		case <-word.C:
			a.logUnderway(slog.LevelInfo, "shut-down waits for requests")
			word.Reset(nextWord)
		}
	}
}

// logUnderway logs the requests that are under way, by their rules.
func (a *App) logUnderway(level slog.Level, message string) {
	type rule struct {
		name     string
		requests int
		longest  time.Duration
	}
	byName := map[string]*rule{}
	requests := 0
	a.connections.Underway(func(name string, began time.Time) {
		if name == "" {
			name = "(no rule)"
		}
		r := byName[name]
		if r == nil {
			r = &rule{name: name}
			byName[name] = r
		}
		r.requests++
		requests++
		r.longest = max(r.longest, time.Since(began))
	})
	if requests == 0 {
		return
	}
	var rules []*rule
	for _, r := range byName {
		rules = append(rules, r)
	}
	slices.SortFunc(rules, func(a, b *rule) int { return strings.Compare(a.name, b.name) })
	var text []string
	for _, r := range rules {
		text = append(text, fmt.Sprintf("%s: %d for up to %v", r.name, r.requests, r.longest.Round(100*time.Millisecond)))
	}
	a.log.Log(context.Background(), level, message, "requests", requests, "rules", strings.Join(text, "; "), "timeout", a.cfg.ShutdownTimeout)
}

// A closing is work to do when the app shuts down.
type closing struct {
	close func(context.Context) error
	what  string // for messages
}

// lastWord is how long each closing has when the time for all of them is over.
const lastWord = 100 * time.Millisecond

// run closes. What does not end by itself is left behind when the time is over.
func (c closing) run(ctx context.Context) error {
	done := make(chan error, 1)
	go func() { done <- guardPanic(func() error { return c.close(ctx) }) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	select {
	case err := <-done:
		return err
	case <-time.After(lastWord):
		return fmt.Errorf("dewar: %s did not end in time: %w", c.what, ctx.Err())
	}
}

// sayAfter is how long closing may take before the reason for it is logged.
const sayAfter = 100 * time.Millisecond

// closeNow closes the app behind err, the reason for which it ends, if there is
// one. Whoever called Run reports that, but only when everything is closed: where
// that takes its time it is logged before.
func (a *App) closeNow(ctx context.Context, err error) error {
	ends, cancel := context.WithTimeout(context.WithoutCancel(ctx), a.cfg.ShutdownTimeout)
	defer cancel()
	if err != nil {
		a.failed.Store(true)
		said := time.AfterFunc(sayAfter, func() { a.log.Error("the app ends", "error", err.Error()) })
		defer said.Stop()
	}
	closeErr := a.Close(ends)
	switch {
	case closeErr == nil:
		return err
	case err == nil:
		return fmt.Errorf("dewar: shut-down: %w", trimPrefix(closeErr))
	}
	a.log.Error("shut-down", "error", closeErr.Error())
	return err
}

// Close waits for the work of [Go], and runs the functions added with [App.OnClose] and
// the Close methods of extensions, once, the last added first. All run, and the errors of all are
// returned; one that has not ended when ctx is done is left behind with an error
// that says where it was added. [App.Run] and [App.Serve] call it, with a deadline
// of [Config.ShutdownTimeout].
func (a *App) Close(ctx context.Context) error {
	a.closeOnce.Do(func() {
		a.closeErr = a.background.end(ctx) // it uses what is closed now
		for _, c := range slices.Backward(a.closers) {
			a.closeErr = errors.Join(a.closeErr, c.run(ctx))
		}
	})
	return a.closeErr
}
