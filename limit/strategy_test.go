package limit

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

var allStrategies = []Strategy{FixedWindow, SlidingWindow, GCRA}

// epoch is a round beginning for aligned windows.
var epoch = time.Unix(1_800_000_000, 0)

// admission is a charge that was let through and kept.
type admission struct {
	at   int64 // after epoch
	cost int64
}

// checkPromise holds a strategy to what its comment says of the admissions.
func checkPromise(t *testing.T, s Strategy, amount int64, window time.Duration, list []admission) {
	t.Helper()
	w := int64(window)
	slices.SortFunc(list, func(a, b admission) int { return int(a.at - b.at) })
	within := func(from, to int64) (sum int64) {
		for _, a := range list {
			if from <= a.at && a.at < to {
				sum += a.cost
			}
		}
		return sum
	}
	var windowEnd int64
	for i, a := range list {
		switch s {
		case FixedWindow:
			// Windows begin with the first admission after the one before.
			if i == 0 || a.at >= windowEnd {
				windowEnd = a.at + w
				if got := within(a.at, windowEnd); got > amount {
					t.Fatalf("%v: %d in the window from %v, want %d at most", s, got, time.Duration(a.at), amount)
				}
			}
		case SlidingWindow:
			start := a.at - (a.at+epoch.UnixNano())%w
			before, now := within(start-w, start), within(start, a.at+1)
			// The part of the window before that is still within one window.
			if weighted := float64(before)*float64(w-(a.at-start))/float64(w) + float64(now); weighted > float64(amount) {
				t.Fatalf("%v: the weighted sum at %v is %v, want %d at most", s, time.Duration(a.at), weighted, amount)
			}
			if got := within(a.at, a.at+w); got >= 2*amount && amount > 1 {
				t.Fatalf("%v: %d in one stretch, want less than %d", s, got, 2*amount)
			}
		case GCRA:
			var sum int64
			for _, b := range list[i:] {
				sum += b.cost
				// In whole numbers: rounding is part of what is tried.
				if sum*w > amount*(w+b.at-a.at) {
					t.Fatalf("%v: %d within %v, want less", s, sum, time.Duration(b.at-a.at))
				}
			}
		}
	}
}

// TestPromise tries random traffic on each strategy.
func TestPromise(t *testing.T) {
	for _, s := range allStrategies {
		t.Run(s.String(), func(t *testing.T) {
			for seed := range uint64(60) {
				r := rand.New(rand.NewPCG(seed, 1))
				amount := 1 + r.Int64N(9)
				window := time.Duration(1+r.IntN(100)) * time.Second
				if seed%3 == 0 {
					window += time.Duration(r.IntN(1000)) // nothing divides
				}
				m := NewMemory(MemoryOptions{})
				var list []admission
				now := int64(0)
				for range 400 {
					if r.IntN(4) == 0 { // bursts between
						now += r.Int64N(int64(window))
					}
					h := Hit{Key: "k", Strategy: s, Amount: amount, Window: window, Cost: 1 + r.Int64N(min(3, amount)), Now: epoch.Add(time.Duration(now))}
					before, _ := m.Take(t.Context(), Hit{Key: "k", Strategy: s, Amount: amount, Window: window, Now: h.Now})
					st, err := m.Take(t.Context(), h)
					if err != nil {
						t.Fatal(err)
					}
					if st.Allowed != (h.Cost <= before.Remaining) {
						t.Fatalf("seed %d: a cost of %d with %d remaining: %+v", seed, h.Cost, before.Remaining, st)
					}
					if !st.Allowed {
						// Retry-After is neither too late nor too early.
						h.Now = h.Now.Add(st.RetryAfter - 1)
						if early, _ := m.Take(t.Context(), h); early.Allowed {
							t.Fatalf("seed %d: passes before its RetryAfter of %v", seed, st.RetryAfter)
						}
						h.Now = h.Now.Add(1)
						if in, _ := m.Take(t.Context(), h); !in.Allowed {
							t.Fatalf("seed %d: does not pass after its RetryAfter of %v", seed, st.RetryAfter)
						}
						now += int64(st.RetryAfter)
					}
					list = append(list, admission{now, h.Cost})
				}
				checkPromise(t, s, amount, window, list)
			}
		})
	}
}

// TestPromiseWithGive tries traffic of which a part is taken back: what is kept
// must hold to the promise, and taking back must be worth something.
func TestPromiseWithGive(t *testing.T) {
	for _, s := range allStrategies {
		t.Run(s.String(), func(t *testing.T) {
			for seed := range uint64(40) {
				r := rand.New(rand.NewPCG(seed, 2))
				amount, window := 2+r.Int64N(6), time.Minute
				m := NewMemory(MemoryOptions{})
				type pending struct {
					h     Hit
					s     State
					index int
				}
				var list []admission
				var open []pending
				now := int64(0)
				for range 300 {
					now += r.Int64N(int64(window) / 4)
					h := Hit{Key: "k", Strategy: s, Amount: amount, Window: window, Cost: 1, Now: epoch.Add(time.Duration(now))}
					if st, _ := m.Take(t.Context(), h); st.Allowed {
						list = append(list, admission{now, 1})
						open = append(open, pending{h, st, len(list) - 1})
					}
					if len(open) > 0 && r.IntN(3) == 0 {
						p := open[r.IntN(len(open))]
						p.h.Now = h.Now
						if err := m.Give(t.Context(), p.h, p.s); err != nil {
							t.Fatal(err)
						}
						list[p.index].cost = 0
						open = slices.DeleteFunc(open, func(q pending) bool { return q.index == p.index })
					}
				}
				if s != FixedWindow && s != GCRA {
					checkPromise(t, s, amount, window, list)
				}
				// With charges taken away the windows begin with a charge that is
				// no longer in the list, and a piece of GCRA may have flowed off in
				// part: what holds in any case is the bound of two windows.
				for i, a := range list {
					var sum int64
					for _, b := range list[i:] {
						if b.at-a.at < int64(window) {
							sum += b.cost
						}
					}
					if sum > 2*amount {
						t.Fatalf("seed %d: %d kept in one window, want %d at most", seed, sum, 2*amount)
					}
				}
			}
		})
	}
}

func TestGive(t *testing.T) {
	for _, s := range allStrategies {
		t.Run(s.String(), func(t *testing.T) {
			m := NewMemory(MemoryOptions{})
			h := Hit{Key: "k", Strategy: s, Amount: 2, Window: time.Minute, Cost: 2, Now: epoch}
			first, _ := m.Take(t.Context(), h)
			if again, _ := m.Take(t.Context(), h); !first.Allowed || again.Allowed {
				t.Fatalf("the first is %+v, the second %+v", first, again)
			}
			m.Give(t.Context(), h, first)
			second, _ := m.Take(t.Context(), h)
			if !second.Allowed {
				t.Fatalf("after giving back: %+v", second)
			}
			// What was charged long ago is not given back to what came since.
			h.Now = h.Now.Add(3 * time.Minute)
			if third, _ := m.Take(t.Context(), h); !third.Allowed {
				t.Fatalf("after three windows: %+v", third)
			}
			m.Give(t.Context(), h, second)
			if fourth, _ := m.Take(t.Context(), h); fourth.Allowed {
				t.Fatal("a charge of a window that is over was given back to a later one")
			}
		})
	}
}

// TestConcurrentPromise sends from many goroutines at once, time running on
// meanwhile.
func TestConcurrentPromise(t *testing.T) {
	for _, s := range allStrategies {
		t.Run(s.String(), func(t *testing.T) {
			const amount, window = 50, time.Second
			m := NewMemory(MemoryOptions{})
			var clock atomic.Int64
			var mu sync.Mutex
			var list []admission
			var group sync.WaitGroup
			for g := range 8 {
				group.Go(func() {
					for range 500 {
						// The store's lock orders charges, not the clock's reads: the
						// time is fixed for a round so that both agree.
						now := clock.Load()
						st, _ := m.Take(context.Background(), Hit{
							Key: "k", Strategy: s, Amount: amount, Window: window, Cost: 1, Now: epoch.Add(time.Duration(now)),
						})
						if st.Allowed {
							mu.Lock()
							list = append(list, admission{now, 1})
							mu.Unlock()
						}
					}
				})
				if g == 3 {
					group.Wait()
					clock.Add(int64(1500 * time.Millisecond))
				}
			}
			group.Wait()
			if len(list) < amount {
				t.Fatalf("only %d were let through", len(list))
			}
			checkPromise(t, s, amount, window, list)
		})
	}
}

// TestClockSetBack: a counter must not lock a client out because the clock was
// ahead once.
func TestClockSetBack(t *testing.T) {
	for _, s := range allStrategies {
		t.Run(s.String(), func(t *testing.T) {
			m := NewMemory(MemoryOptions{})
			h := Hit{Key: "k", Strategy: s, Amount: 1, Window: time.Minute, Cost: 1, Now: epoch.Add(24 * time.Hour)}
			m.Take(t.Context(), h)
			h.Now = epoch
			st, _ := m.Take(t.Context(), h)
			if st.Allowed || st.RetryAfter > 2*time.Minute {
				t.Fatalf("after the clock was set back: %+v", st)
			}
		})
	}
}

func TestZeroAmount(t *testing.T) {
	for _, s := range allStrategies {
		m := NewMemory(MemoryOptions{})
		st, err := m.Take(t.Context(), Hit{Key: "k", Strategy: s, Window: time.Second, Cost: 1, Now: epoch})
		if err != nil || st.Allowed || st.RetryAfter != time.Second || m.Len() != 0 {
			t.Errorf("%v: %+v, %v", s, st, err)
		}
	}
}

func TestLargest(t *testing.T) {
	for _, s := range allStrategies {
		m := NewMemory(MemoryOptions{})
		for _, window := range []time.Duration{time.Second, MaxWindow} {
			h := Hit{Key: window.String(), Strategy: s, Amount: MaxAmount, Window: window, Cost: MaxAmount, Now: epoch}
			if st, _ := m.Take(t.Context(), h); !st.Allowed || st.Remaining != 0 {
				t.Errorf("%v, %v: %+v", s, window, st)
			}
			h.Now = h.Now.Add(window / 2)
			if st, _ := m.Take(t.Context(), h); st.Allowed || st.RetryAfter <= 0 {
				t.Errorf("%v, %v: twice the amount in half a window: %+v", s, window, st)
			}
			h.Now, h.Cost = epoch, 1<<62
			if st, _ := m.Take(t.Context(), h); st.Allowed {
				t.Errorf("%v, %v: a cost beyond the amount passed", s, window)
			}
		}
	}
}

func TestParseStrategy(t *testing.T) {
	for name, want := range map[string]Strategy{"": FixedWindow, "fixed-window": FixedWindow, "sliding-window-counter": SlidingWindow, "gcra": GCRA} {
		var got Strategy
		if err := got.UnmarshalText([]byte(name)); err != nil || got != want {
			t.Errorf("%q: %v, %v", name, got, err)
		}
	}
	if _, err := ParseStrategy("moving-window"); err == nil {
		t.Error("moving-window is taken")
	}
}
