package limit_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/dewartest"
	"github.com/dewar-go/dewar/limit"
)

// flaky is a store that is down at times.
type flaky struct {
	*limit.Memory
	down  atomic.Bool
	hangs atomic.Bool
	asked atomic.Int64
}

func (f *flaky) fails(ctx context.Context) error {
	f.asked.Add(1)
	if f.hangs.Load() {
		<-ctx.Done()
		return ctx.Err()
	}
	if f.down.Load() {
		return errors.New("connection refused\nFORGED LINE")
	}
	return nil
}

func (f *flaky) Take(ctx context.Context, h limit.Hit) (limit.State, error) {
	if err := f.fails(ctx); err != nil {
		return limit.State{}, err
	}
	return f.Memory.Take(ctx, h)
}

func (f *flaky) Give(ctx context.Context, h limit.Hit, s limit.State) error {
	if err := f.fails(ctx); err != nil {
		return err
	}
	return f.Memory.Give(ctx, h, s)
}

func (f *flaky) Clear(ctx context.Context, keys ...string) error {
	if err := f.fails(ctx); err != nil {
		return err
	}
	return f.Memory.Clear(ctx, keys...)
}

func openFlaky(t *testing.T, o limit.Options) (*dewartest.Client, *flaky, *bytes.Buffer) {
	t.Helper()
	store := &flaky{Memory: limit.NewMemory(limit.MemoryOptions{})}
	o.Store = store
	var log bytes.Buffer
	app := dewar.New(dewar.Config{Logger: slog.New(slog.NewTextHandler(&log, nil))})
	app.Extend(limit.New(o))
	app.Get("/a", hello).Name("a")
	return dewartest.New(t, app), store, &log
}

func TestStoreDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cl, store, log := openFlaky(t, limit.Options{Default: "3/hour"})
		want(t, "up", statuses(cl, "/a", 2), "200 200")
		store.down.Store(true)
		want(t, "down: counted here", statuses(cl, "/a", 5), "200 200 200 429 429")
		if n := strings.Count(log.String(), "does not answer"); n != 1 {
			t.Errorf("%d warnings, want 1:\n%s", n, log)
		}
		if strings.Contains(log.String(), "\nFORGED") {
			t.Error("the store's words began a line of the log")
		}
		asked := store.asked.Load()
		statuses(cl, "/a", 5)
		if store.asked.Load() != asked {
			t.Error("a store that is down is asked for each request")
		}
		time.Sleep(time.Second)
		statuses(cl, "/a", 5)
		if got := store.asked.Load() - asked; got != 1 {
			t.Errorf("asked %d times after a second, want once", got)
		}
		store.down.Store(false)
		time.Sleep(30 * time.Second)
		want(t, "up again: its counter goes on", statuses(cl, "/a", 2), "200 429")
		if n := strings.Count(log.String(), "answers again"); n != 1 {
			t.Errorf("%d times back, want 1", n)
		}
		// One that comes and goes does not fill the log.
		for range 5 {
			store.down.Store(true)
			statuses(cl, "/a", 1)
			store.down.Store(false)
			time.Sleep(2 * time.Second)
			statuses(cl, "/a", 1)
		}
		if n := strings.Count(log.String(), "does not answer"); n > 2 {
			t.Errorf("%d warnings within a minute", n)
		}
	})
}

func TestStoreHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cl, store, _ := openFlaky(t, limit.Options{Default: "1/hour", StoreTimeout: 100 * time.Millisecond})
		store.hangs.Store(true)
		start := time.Now()
		want(t, "hanging", statuses(cl, "/a", 3), "200 429 429")
		if took := time.Since(start); took != 100*time.Millisecond {
			t.Errorf("three requests waited %v, want the timeout once", took)
		}
	})
}

// TestClientGoesAway: a request that was cancelled is counted, and the store is
// not taken for down.
func TestClientGoesAway(t *testing.T) {
	cl, store, log := openFlaky(t, limit.Options{Default: "1/hour"})
	r := cl.NewRequest("GET", "/a", nil)
	ctx, cancel := context.WithCancel(r.Context())
	cancel()
	cl.Do(r.WithContext(ctx))
	want(t, "afterwards", statuses(cl, "/a", 1), "429")
	if store.Len() != 1 || strings.Contains(log.String(), "does not answer") {
		t.Errorf("%d counters in the store; log:\n%s", store.Len(), log)
	}
}

// TestGoesBackToItsStore: a charge is given back where it was made.
func TestGoesBackToItsStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cl, store, _ := openFlaky(t, limit.Options{Default: "2/hour", DefaultRule: limit.Rule{
			DeductWhen: func(c *dewar.Context, _ int) bool { return c.Request().Header.Get("Keep") != "" },
		}})
		statuses(cl, "/a", 5)
		store.down.Store(true)
		statuses(cl, "/a", 5)
		cl.Header.Set("Keep", "yes")
		want(t, "down", statuses(cl, "/a", 3), "200 200 429")
		store.down.Store(false)
		time.Sleep(time.Second)
		want(t, "up", statuses(cl, "/a", 3), "200 200 429")
	})
}

// TestSynctestWindows lets the real clock's place be taken.
func TestSynctestWindows(t *testing.T) {
	for _, row := range []struct {
		s    limit.Strategy
		want string
	}{
		{limit.FixedWindow, "200 200 429 / 429 / 200 200 429"},
		{limit.SlidingWindow, "200 200 429 / 429 / 429 200 429"},
		{limit.GCRA, "200 200 429 / 200 429 / 200 429"},
	} {
		t.Run(row.s.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cl, _ := open(t, limit.Options{Default: "2/minute", Strategy: row.s}, func(app *dewar.App, l *limit.Limiter) { app.Get("/a", hello).Name("a") })
				got := statuses(cl, "/a", 3)
				time.Sleep(30 * time.Second)
				if row.s == limit.GCRA {
					got += " / " + statuses(cl, "/a", 2)
				} else {
					got += " / " + statuses(cl, "/a", 1)
				}
				time.Sleep(30 * time.Second)
				switch row.s {
				case limit.SlidingWindow: // all of the window before still counts
					got += " / " + statuses(cl, "/a", 1)
					time.Sleep(30 * time.Second)
					got += " " + statuses(cl, "/a", 2)
				case limit.GCRA:
					got += " / " + statuses(cl, "/a", 2)
				default:
					got += " / " + statuses(cl, "/a", 3)
				}
				want(t, "statuses", got, row.want)
			})
		})
	}
}
