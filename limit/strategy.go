package limit

import (
	"fmt"
	"math/bits"
)

// A Strategy is a way to count.
type Strategy uint8

const (
	// FixedWindow counts in windows that begin with a client's first request:
	// at most the amount in each. Two bursts may meet where one window ends and
	// the next begins, so a stretch as long as the window may hold up to twice
	// the amount. It is Flask-Limiter's "fixed-window", and the default there
	// and here: cheapest, easy to explain.
	FixedWindow Strategy = iota
	// SlidingWindow adds to the count of the current window that of the window
	// before, by the part of it that is still within one window's length:
	// Flask-Limiter's "sliding-window-counter". At most the amount in each
	// window (they begin at multiples of their length since 1970), and that sum
	// never above the amount, so that there is no second burst where windows
	// meet. It takes what came before as evenly spread; when it was not, a
	// stretch as long as the window may hold more than the amount, though less
	// than twice.
	SlidingWindow
	// GCRA is the generic cell rate algorithm, a leaky bucket kept in one
	// number: the amount may come at once, and comes back piece by piece, one
	// every window/amount. A stretch of length d holds at most the amount times
	// (1 + d/window). It suits clients that come steadily.
	GCRA
)

var strategies = [...]string{FixedWindow: "fixed-window", SlidingWindow: "sliding-window-counter", GCRA: "gcra"}

// String gives the name as Flask-Limiter's settings have it.
func (s Strategy) String() string {
	if int(s) < len(strategies) {
		return strategies[s]
	}
	return fmt.Sprintf("strategy(%d)", uint8(s))
}

// ParseStrategy reads a strategy's name: "fixed-window",
// "sliding-window-counter" or "gcra"; "" is the default, [FixedWindow].
// Flask-Limiter's "moving-window", which keeps the time of every request, is not
// offered: "sliding-window-counter" keeps two numbers.
func ParseStrategy(name string) (Strategy, error) {
	if name == "" {
		return FixedWindow, nil
	}
	for s, n := range strategies {
		if n == name {
			return Strategy(s), nil
		}
	}
	return 0, fmt.Errorf("limit: there is no strategy %q; use fixed-window, sliding-window-counter or gcra", name)
}

// UnmarshalText is [ParseStrategy], for configuration.
func (s *Strategy) UnmarshalText(text []byte) (err error) {
	*s, err = ParseStrategy(string(text))
	return err
}

// MarshalText gives the name.
func (s Strategy) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// A counter is the [Numbers] behind a key.
type counter struct {
	at            int64
	count, before int64
}

// terms are what a counter is read with.
type terms struct {
	strategy       Strategy
	amount, window int64
}

func (h *Hit) terms() terms { return terms{h.Strategy, h.Amount, int64(h.Window)} }

// settle brings the counter to now: windows that are over are dropped. A clock
// that was set back must not stretch a window, so no time lies further ahead
// than it could.
func (c *counter) settle(t terms, now int64) {
	switch t.strategy {
	case SlidingWindow:
		start := now - now%t.window
		switch {
		case c.at == start-t.window:
			c.before, c.count = c.count, 0
		case c.at < start:
			c.before, c.count = 0, 0
		}
		c.at = start
	case GCRA:
		c.at = min(max(c.at, now), now+t.amount*t.interval())
	default:
		if now >= c.at {
			c.at, c.count = now+t.window, 0
		}
		c.at = min(c.at, now+t.window)
	}
}

// interval is the time between two pieces of GCRA, rounded up so that rounding
// never lets more through.
func (t terms) interval() int64 { return (t.window + t.amount - 1) / t.amount }

// used is how much of the amount is taken, for a settled counter. The sliding
// window's part of the window before is rounded up.
func (c *counter) used(t terms, now int64) int64 {
	switch t.strategy {
	case SlidingWindow:
		if c.before == 0 {
			return c.count
		}
		hi, lo := bits.Mul64(uint64(c.before), uint64(t.window-(now-c.at)))
		part, rest := bits.Div64(hi, lo, uint64(t.window))
		if rest > 0 {
			part++
		}
		return c.count + int64(part)
	case GCRA:
		i := t.interval()
		return (c.at - now + i - 1) / i
	}
	return c.count
}

// take is [Store.Take] on one counter.
func (c *counter) take(t terms, cost, now int64) State {
	if t.amount <= 0 || t.window <= 0 {
		return State{Reset: asDuration(t.window), RetryAfter: asDuration(t.window)}
	}
	cost = max(0, cost) // giving back is not for whoever asks
	c.settle(t, now)
	allowed := cost <= t.amount-c.used(t, now)
	if t.strategy == GCRA {
		// To the nanosecond, where used counts whole pieces.
		i := t.interval()
		allowed = cost <= t.amount && c.at-now+cost*i <= t.amount*i
	}
	switch {
	case !allowed:
	case t.strategy == GCRA:
		c.at += cost * t.interval()
	default:
		c.count += cost
	}
	return c.state(t, cost, now, allowed)
}

// state says how a settled counter stands after it was asked for a cost.
func (c *counter) state(t terms, cost, now int64, allowed bool) State {
	s := State{Allowed: allowed, Remaining: max(0, t.amount-c.used(t, now)), Reset: asDuration(c.end(t) - now), Mark: c.at}
	switch {
	case !allowed:
		s.RetryAfter = asDuration(c.wait(t, cost, now))
	case cost == 0 && s.Remaining == 0:
		s.RetryAfter = asDuration(c.wait(t, 1, now))
	}
	return s
}

// give is [Store.Give] on one counter.
func (c *counter) give(t terms, cost, mark, now int64) {
	if t.amount <= 0 || t.window <= 0 || cost <= 0 {
		return
	}
	c.settle(t, now)
	switch {
	case t.strategy == GCRA:
		// What has flowed off since was let through already.
		if back := min(cost*t.interval(), mark-now); back > 0 {
			c.at = max(now, c.at-back)
		}
	case c.at == mark:
		c.count = max(0, c.count-cost)
	case t.strategy == SlidingWindow && c.at == mark+t.window:
		c.before = max(0, c.before-cost)
	}
}

// wait is the time until a cost that was refused may fit. One above the amount
// never does; it is told to wait for the end.
func (c *counter) wait(t terms, cost, now int64) int64 {
	if cost > t.amount {
		return max(1, c.end(t)-now)
	}
	switch t.strategy {
	case GCRA:
		return c.at + (cost-t.amount)*t.interval() - now
	case SlidingWindow:
		gone := now - c.at
		if c.count+cost <= t.amount {
			return fades(c.before, t.amount-c.count-cost, t.window) - gone
		}
		return t.window - gone + fades(c.count, t.amount-cost, t.window)
	}
	return c.at - now
}

// fades is the time after which no more than room is left of the count of the
// window before.
func fades(count, room, window int64) int64 {
	if count <= room {
		return 0
	}
	hi, lo := bits.Mul64(uint64(room), uint64(window))
	part, _ := bits.Div64(hi, lo, uint64(count))
	return window - int64(part)
}

// end is when the counter will be as good as new.
func (c *counter) end(t terms) int64 {
	if t.strategy != SlidingWindow {
		return c.at
	}
	switch {
	case c.count > 0:
		return c.at + 2*t.window
	case c.before > 0:
		return c.at + t.window
	}
	return c.at
}

// over reports whether nothing is lost when the counter is forgotten.
func (c *counter) over(t terms, now int64) bool { return now >= c.end(t) }

// share is the part of the amount that is taken, 0 to 1.
func (c *counter) share(t terms, now int64) float64 {
	settled := *c
	settled.settle(t, now)
	return float64(settled.used(t, now)) / float64(t.amount)
}
