package limit

import (
	"fmt"
	"math/bits"
)

// A Strategy is a way to count.
type Strategy uint8

const (
	// FixedWindow counts in windows that begin with a client's first request, at most the amount in each. Two bursts
	// may meet where windows meet, so that any stretch of one window's length may hold up to twice the amount. It is
	// Flask-Limiter's "fixed-window" and the default there and here. It is the cheapest.
	FixedWindow Strategy = iota
	// SlidingWindow adds two counts: that of the current window, and that of the window before, weighted by the part of
	// it that lies within one window's length from now. It is Flask-Limiter's "sliding-window-counter". Windows begin
	// at multiples of their length since 1970. Neither a window nor the sum holds more than the amount, so that no two
	// bursts meet. The window before is taken as evenly filled. When it was not, a stretch of one window's length may
	// hold more than the amount, but less than twice.
	SlidingWindow
	// GCRA is the generic cell rate algorithm, a leaky bucket kept in one number. The whole amount may come at once,
	// and comes back unit by unit, one every window/amount. A stretch of length d holds at most the amount times (1 +
	// d/window). It suits clients that send at a steady rate.
	GCRA
)

var strategies = [...]string{FixedWindow: "fixed-window", SlidingWindow: "sliding-window-counter", GCRA: "gcra"}

// String returns the name in Flask-Limiter's settings.
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

// A counter holds the [Numbers] of a key.
type counter struct {
	at            int64
	count, before int64
}

// terms are the limit that a counter is read with.
type terms struct {
	strategy       Strategy
	amount, window int64
}

func (h *Hit) terms() terms { return terms{h.Strategy, h.Amount, int64(h.Window)} }

// advance moves the counter to now and drops windows that are over. A clock that was set back must not lengthen a
// window, so c.at is at most one window ahead.
func (c *counter) advance(t terms, now int64) {
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

// interval returns the time between two units of GCRA. It is rounded up, so that rounding never lets more through.
func (t terms) interval() int64 { return (t.window + t.amount - 1) / t.amount }

// used returns the part of the amount that is taken, after advance. For a sliding window the share of the window before
// is rounded up.
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
	cost = max(0, cost) // a negative cost would give back
	c.advance(t, now)
	allowed := cost <= t.amount-c.used(t, now)
	if t.strategy == GCRA {
		// Exact to the nanosecond; used counts whole units.
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

// state returns the state after a charge of cost was tried, after advance.
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
	c.advance(t, now)
	switch {
	case t.strategy == GCRA:
		// What has flowed off since the charge was let through already.
		if back := min(cost*t.interval(), mark-now); back > 0 {
			c.at = max(now, c.at-back)
		}
	case c.at == mark:
		c.count = max(0, c.count-cost)
	case t.strategy == SlidingWindow && c.at == mark+t.window:
		c.before = max(0, c.before-cost)
	}
}

// wait returns the time until a refused cost may fit. A cost above the amount never does; for it the end of the counter
// is returned.
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

// fades returns the time after which at most room is left of the weighted count of the window before.
func fades(count, room, window int64) int64 {
	if count <= room {
		return 0
	}
	hi, lo := bits.Mul64(uint64(room), uint64(window))
	part, _ := bits.Div64(hi, lo, uint64(count))
	return window - int64(part)
}

// end returns the time when the counter is as good as new.
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

// over reports whether the counter can be forgotten without losing a charge.
func (c *counter) over(t terms, now int64) bool { return now >= c.end(t) }

// share returns the part of the amount that is taken, 0 to 1.
func (c *counter) share(t terms, now int64) float64 {
	current := *c
	current.advance(t, now)
	return float64(current.used(t, now)) / float64(t.amount)
}
