package redis_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/contrib/redis"
	"github.com/dewar-go/dewar/dewartest"
	"github.com/dewar-go/dewar/limit"
	"github.com/dewar-go/dewar/limit/limittest"
)

var strategies = []limit.Strategy{limit.FixedWindow, limit.SlidingWindow, limit.GCRA}

func TestMain(m *testing.M) {
	if url := os.Getenv("DEWAR_TEST_TASK_WORKER"); url != "" {
		killedWorker(url)
		return
	}
	if url := os.Getenv("DEWAR_TEST_LIMIT_CHILD"); url != "" {
		os.Exit(limitChild(url))
	}
	os.Exit(m.Run())
}

func TestLimits(t *testing.T) {
	s := open(t, redis.Config{URL: url(t)})
	if err := limittest.TestStore(t.Context(), s.Limits(prefix(t, s))); err != nil {
		t.Fatal(err)
	}
}

// A restarted Redis has forgotten the scripts.
func TestLimitsScriptsForgotten(t *testing.T) {
	port := freePort(t)
	ownServer(t, "--port", port)
	s := open(t, redis.Config{URL: "redis://127.0.0.1:" + port})
	store := s.Limits("")
	for _, strategy := range strategies {
		h := limit.Hit{Key: "k" + strategy.String(), Strategy: strategy, Amount: 2, Window: time.Hour, Cost: 1}
		for want := range int64(2) {
			if err := s.Client().ScriptFlush(t.Context()).Err(); err != nil {
				t.Fatal(err)
			}
			if st, err := store.Take(t.Context(), h); err != nil || st.Remaining != 1-want {
				t.Fatalf("%v: %+v, %v", strategy, st, err)
			}
		}
	}
}

// The scripts count exactly as the store in memory does, whatever happens in
// whatever order, at the ends of windows and with numbers beyond a double's.
func TestLimitsCountAsMemory(t *testing.T) {
	s := open(t, redis.Config{URL: url(t)})
	seed := rand.Uint64()
	rnd := rand.New(rand.NewPCG(seed, 1))
	for _, strategy := range []limit.Strategy{limit.SlidingWindow, limit.GCRA} {
		for _, row := range []struct {
			amount int64
			window time.Duration
		}{
			{1, time.Minute}, {3, time.Second}, {7, time.Hour}, {100, 24 * time.Hour}, {limit.MaxAmount, time.Second},
			{limit.MaxAmount, limit.MaxWindow}, {999_999_937, limit.MaxWindow}, {1, limit.MaxWindow},
		} {
			now := time.Now().Truncate(row.window)
			store := s.LimitsAt(prefix(t, s), func() time.Time { return now })
			memory := limit.NewMemory(limit.MemoryOptions{})
			type charge struct {
				hit         limit.Hit
				ours, model limit.State
			}
			var charges []charge
			for i := range 60 {
				h := limit.Hit{Key: "k", Strategy: strategy, Amount: row.amount, Window: row.window, Now: now}
				h.Cost = rnd.Int64N(row.amount/int64(1+rnd.IntN(5))+2) + rnd.Int64N(2) - rnd.Int64N(2)
				ours, err := store.Take(t.Context(), h)
				model, _ := memory.Take(t.Context(), h)
				h.Cost = max(0, h.Cost)
				if err != nil || ours != model {
					t.Fatalf("seed %d, %v %d/%v, step %d, cost %d:\n got %+v, %v\nwant %+v", seed, strategy, row.amount, row.window, i, h.Cost, ours, err, model)
				}
				if ours.Allowed && h.Cost > 0 {
					charges = append(charges, charge{h, ours, model})
				}
				if len(charges) > 0 && rnd.IntN(3) == 0 {
					j := rnd.IntN(len(charges))
					c := charges[j]
					charges = slices.Delete(charges, j, j+1)
					c.hit.Now = now
					if err := store.Give(t.Context(), c.hit, c.ours); err != nil {
						t.Fatal(err)
					}
					_ = memory.Give(t.Context(), c.hit, c.model)
				}
				if rnd.IntN(2) == 0 {
					// Times after the year 2262 have no nanoseconds in an int64.
					step := time.Duration(rnd.Int64N(int64(min(row.window, 400*24*time.Hour)))) / time.Duration(1+rnd.IntN(10))
					now = now.Add(step.Truncate(time.Microsecond))
				}
			}
		}
	}
}

// A clock that is set back must not stretch a window.
func TestLimitsClockSetBack(t *testing.T) {
	s := open(t, redis.Config{URL: url(t)})
	now := time.Now()
	store := s.LimitsAt(prefix(t, s), func() time.Time { return now })
	for _, strategy := range []limit.Strategy{limit.SlidingWindow, limit.GCRA} {
		h := limit.Hit{Key: "k", Strategy: strategy, Amount: 5, Window: time.Hour, Cost: 5}
		h.Key += strategy.String()
		now = time.Now()
		if st, err := store.Take(t.Context(), h); err != nil || !st.Allowed {
			t.Fatalf("%+v, %v", st, err)
		}
		now = now.Add(-10000 * time.Hour)
		if st, err := store.Take(t.Context(), h); err != nil || st.Allowed || st.Reset > 2*time.Hour || st.RetryAfter > 2*time.Hour {
			t.Errorf("%v: %+v, %v", strategy, st, err)
		}
	}
}

// Every key goes away by itself, also one that something left without an
// expiry: it would lock somebody out for ever.
func TestLimitsExpire(t *testing.T) {
	s := open(t, redis.Config{URL: url(t)})
	p := prefix(t, s)
	store := s.Limits(p)
	for _, strategy := range strategies {
		h := limit.Hit{Key: strategy.String(), Strategy: strategy, Amount: 5, Window: time.Hour, Cost: 2}
		st, err := store.Take(t.Context(), h)
		if err != nil {
			t.Fatal(err)
		}
		lives := func(after string) {
			t.Helper()
			if ttl := s.Client().PTTL(t.Context(), p+h.Key).Val(); ttl < 20*time.Minute || ttl > 2*time.Hour {
				t.Errorf("%v lives for %v after %s", strategy, ttl, after)
			}
		}
		lives("a charge")
		h.Cost = 1
		if err := store.Give(t.Context(), h, st); err != nil {
			t.Fatal(err)
		}
		if strategy != limit.GCRA {
			lives("giving back")
		}
		for _, cost := range []int64{1, 5, 0} {
			s.Client().Persist(t.Context(), p+h.Key)
			h.Cost = cost
			if _, err := store.Take(t.Context(), h); err != nil {
				t.Fatal(err)
			}
			if strategy == limit.FixedWindow || cost == 1 {
				lives(fmt.Sprint("a cost of ", cost, " on a key without an expiry"))
			}
		}
	}
	// A fixed window ends when its key expires.
	h := limit.Hit{Key: "over", Amount: 1, Window: time.Hour, Cost: 1}
	for _, want := range []bool{true, false} {
		if st, err := store.Take(t.Context(), h); err != nil || st.Allowed != want {
			t.Fatalf("%+v, %v, want %v", st, err, want)
		}
	}
	mark, _ := store.Take(t.Context(), limit.Hit{Key: "other", Amount: 1, Window: time.Hour, Cost: 1})
	mark.Mark -= int64(time.Hour) // of the window before
	if err := s.Client().PExpire(t.Context(), p+h.Key, time.Millisecond).Err(); err != nil {
		t.Fatal(err)
	}
	for s.Client().Exists(t.Context(), p+h.Key).Val() > 0 {
	}
	if st, err := store.Take(t.Context(), h); err != nil || !st.Allowed || st.Reset > time.Hour || st.Reset < 59*time.Minute {
		t.Errorf("the next window: %+v, %v", st, err)
	}
	if err := store.Give(t.Context(), h, mark); err != nil {
		t.Fatal(err)
	}
	if st, err := store.Take(t.Context(), h); err != nil || st.Allowed {
		t.Errorf("a charge of the window before was given back to this one: %+v, %v", st, err)
	}
}

const (
	childProcesses = 4
	childRoutines  = 25
	childTries     = 20
)

// limitChild is one of several processes that charge the same counters. It
// prints how often it passed.
func limitChild(url string) int {
	s := redis.New(redis.Config{URL: url, PoolSize: childRoutines, PoolTimeout: time.Minute})
	store := s.Limits(os.Getenv("DEWAR_TEST_LIMIT_PREFIX"))
	var passed [3]atomic.Int64
	var failed atomic.Int64
	var group sync.WaitGroup
	for range childRoutines {
		group.Go(func() {
			for range childTries {
				for i, strategy := range strategies {
					st, err := store.Take(context.Background(), limit.Hit{Key: strategy.String(), Strategy: strategy, Amount: 500, Window: 24 * time.Hour, Cost: 1})
					if err != nil {
						failed.Add(1)
					} else if st.Allowed {
						passed[i].Add(1)
					}
				}
			}
		})
	}
	group.Wait()
	fmt.Println(passed[0].Load(), passed[1].Load(), passed[2].Load(), failed.Load())
	return 0
}

// Several processes with many goroutines each never exceed a limit, nor waste
// any of it. (GCRA gives back one piece in three minutes, and the aligned window
// turns at midnight: a run across that may count twice.)
func TestLimitsAcrossProcesses(t *testing.T) {
	s := open(t, redis.Config{URL: url(t)})
	p := prefix(t, s)
	var group sync.WaitGroup
	outs := make([]bytes.Buffer, childProcesses)
	for i := range outs {
		cmd := exec.CommandContext(t.Context(), os.Args[0])
		cmd.Env = append(os.Environ(), "DEWAR_TEST_LIMIT_CHILD="+url(t), "DEWAR_TEST_LIMIT_PREFIX="+p)
		cmd.Stdout, cmd.Stderr = &outs[i], os.Stderr
		group.Go(func() {
			if err := cmd.Run(); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	var sum [4]int
	for i := range outs {
		fields := strings.Fields(outs[i].String())
		if len(fields) != 4 {
			t.Fatalf("a process printed %q", outs[i].String())
		}
		for j, f := range fields {
			n, err := strconv.Atoi(f)
			if err != nil {
				t.Fatal(err)
			}
			sum[j] += n
		}
	}
	if sum[0] != 500 || sum[1] != 500 && sum[1] != 1000 || sum[2] < 500 || sum[2] > 502 || sum[3] != 0 {
		t.Errorf("of %d tries each %v passed and %d failed, want 500 and 0", childProcesses*childRoutines*childTries, sum[:3], sum[3])
	}
}

// Redis is killed and comes back: requests are counted in memory meanwhile, one
// line says so, and nobody is turned away for it.
func TestLimitsDownAndBack(t *testing.T) {
	port := freePort(t)
	kill := startServer(t, "--port", port)
	var now atomic.Int64
	now.Store(time.Now().UnixNano())
	s := redis.New(redis.Config{URL: "redis://127.0.0.1:" + port})
	var log bytes.Buffer
	app := dewar.New(dewar.Config{InstanceDir: t.TempDir(), Logger: slog.New(slog.NewTextHandler(&log, nil))})
	app.Extend(s)
	app.Extend(limit.New(limit.Options{
		Default: "3/hour", Store: s.Limits(""), Headers: true,
		StoreTimeout: 10 * time.Second, // a slow machine is no dead Redis
		Now:          func() time.Time { return time.Unix(0, now.Load()) },
	}))
	app.Get("/", func(c *dewar.Context) error { return c.Text("hello") })
	cl := dewartest.New(t, app)
	get := func(n int) string {
		var list []string
		for range n {
			list = append(list, strconv.Itoa(cl.Get("/").Status))
		}
		return strings.Join(list, " ")
	}
	want := func(when, got, want string) {
		t.Helper()
		if got != want {
			t.Errorf("%s: %s, want %s", when, got, want)
		}
	}
	want("up", get(2), "200 200")
	kill()
	want("down, counted here", get(5), "200 200 200 429 429")
	if n := strings.Count(log.String(), "the store does not answer"); n != 1 {
		t.Errorf("%d warnings, want 1:\n%s", n, &log)
	}
	startServer(t, "--port", port) // without what was in memory: the counters begin again
	want("back, not asked yet", get(1), "429")
	now.Add(int64(2 * time.Second))
	want("back", get(4), "200 200 200 429")
	if n := strings.Count(log.String(), "the store answers again"); n != 1 {
		t.Errorf("%d times back, want 1:\n%s", n, &log)
	}
}

// A Flask application with the same limits counts together with this one: the
// keys and values of fixed windows are those of Python's limits.
func TestLimitsSharedWithFlaskLimiter(t *testing.T) {
	s := open(t, redis.Config{URL: url(t)})
	p := prefix(t, s)
	app := dewar.New(dewar.Config{InstanceDir: t.TempDir(), Logger: slog.New(slog.DiscardHandler)})
	app.Extend(limit.New(limit.Options{Default: "10 per 2 hours", Store: s.Limits(""), KeyPrefix: strings.TrimSuffix(p, ":")}))
	app.Get("/", func(c *dewar.Context) error { return c.Text("hello") }).Name("index")
	cl := dewartest.New(t, app)
	cl.Get("/")
	name := "LIMITER/" + strings.TrimSuffix(p, ":") + "/127.0.0.1/index/10/2/hour"
	t.Cleanup(func() { s.Client().Del(context.Background(), name) })
	if got := s.Client().Get(t.Context(), name).Val(); got != "1" {
		t.Fatalf("%s is %q, want 1; there is %q", name, got, keys(t, s, "LIMITER/"+p[:20]))
	}
	python := exec.CommandContext(t.Context(), "/usr/bin/python3", "-c", `
import sys
from limits import parse
from limits.storage import storage_from_string
from limits.strategies import FixedWindowRateLimiter
storage = storage_from_string(sys.argv[1]) # the limiter does not keep it alive
limiter = FixedWindowRateLimiter(storage)
item = parse("10 per 2 hours")
print(limiter.hit(item, sys.argv[2], "127.0.0.1", "index", cost=8), limiter.get_window_stats(item, sys.argv[2], "127.0.0.1", "index")[1])
`, url(t), strings.TrimSuffix(p, ":"))
	out, err := python.CombinedOutput()
	if err != nil {
		if os.Getenv("DEWAR_TEST_SERVICES") == "required" {
			t.Fatalf("%v\n%s", err, out)
		}
		t.Skipf("python3-limits and python3-redis are needed: %v", err)
	}
	if got := strings.TrimSpace(string(out)); got != "True 1" {
		t.Errorf("Python: %s, want True with 1 remaining", got)
	}
	if a, b := cl.Get("/").Status, cl.Get("/").Status; a != 200 || b != 429 {
		t.Errorf("after Python's eight: %d %d, want 200 429", a, b)
	}
}
