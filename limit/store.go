package limit

import (
	"context"
	"time"
)

// A Store keeps counters. It is safe for concurrent use. Each method is one atomic step, in Redis one script for each
// [Strategy]. An error means that the store does not answer; a limit that is reached is no error. Package limittest
// tests implementations.
type Store interface {
	// Take charges h.Cost to the counter when that much is left, and returns the state of the counter afterwards. A
	// cost that does not fit is not charged at all. A cost of zero changes nothing.
	Take(ctx context.Context, h Hit) (State, error)
	// Give takes a charge back. h is the argument of Take, s its result. It does nothing when the window of the charge
	// is over.
	Give(ctx context.Context, h Hit, s State) error
	// Clear forgets the counters with these keys.
	Clear(ctx context.Context, keys ...string) error
}

// A Hit is a question to a [Store].
type Hit struct {
	// Key names the counter. The limiter's keys are Flask-Limiter's,
	// "LIMITER/<subject>/<scope>/<amount>/<multiples>/<unit>". When the strategy is not [FixedWindow], its name is
	// added.
	Key string
	// Strategy is the way to count. It is always the same for a key.
	Strategy Strategy
	// Amount is how much the window allows. Window is its length, above zero. Both are always the same for a key.
	Amount int64
	Window time.Duration
	// Cost is the amount to charge, 0 or more.
	Cost int64
	// Now is the time by the limiter's clock. A store that several machines share may use its own clock.
	Now time.Time
}

// A State is the state of a counter.
type State struct {
	// Allowed says that the cost fitted and was charged.
	Allowed bool
	// Remaining is the amount that can still be charged now.
	Remaining int64
	// Reset is the time until the counter is as good as new.
	Reset time.Duration
	// RetryAfter is the time until the same cost may fit, or a cost of 1 when the cost was 0. It is 0 when that fits
	// now.
	RetryAfter time.Duration
	// Mark is the store's own: Give needs it to find the charge.
	Mark int64
}
