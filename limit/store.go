package limit

import (
	"context"
	"time"
)

// A Store keeps counters. It is safe for concurrent use, and each method is one
// atomic step: in Redis one script for each [Strategy]. An error means that the
// store cannot be asked; a limit that is reached is no error. Package limittest
// holds an implementation to what is expected here.
type Store interface {
	// Take charges h.Cost to the counter when that much is left, and says how
	// the counter stands afterwards. What does not fit is not charged at all. A
	// cost of zero changes nothing.
	Take(ctx context.Context, h Hit) (State, error)
	// Give takes a charge back: h is what Take was asked, and s what it
	// answered. It does nothing when the window that was charged is over.
	Give(ctx context.Context, h Hit, s State) error
	// Clear forgets the counters with these keys.
	Clear(ctx context.Context, keys ...string) error
}

// A Hit is what a [Store] is asked.
type Hit struct {
	// Key names the counter. The limiter's keys are Flask-Limiter's,
	// "LIMITER/<subject>/<scope>/<amount>/<multiples>/<unit>", with the strategy
	// behind them when it is not [FixedWindow].
	Key string
	// Strategy says how is counted. A key always comes with the same one.
	Strategy Strategy
	// Amount is how much the window allows, and Window its length, above zero. A
	// key always comes with the same two.
	Amount int64
	Window time.Duration
	// Cost is how much is asked for, 0 or more.
	Cost int64
	// Now is the time by the limiter's clock. A store that several machines
	// share may use its own.
	Now time.Time
}

// A State is how a counter stands.
type State struct {
	// Allowed says that the cost fitted and was charged.
	Allowed bool
	// Remaining is how much may still be charged now.
	Remaining int64
	// Reset is the time until the counter is as good as new.
	Reset time.Duration
	// RetryAfter is the time until the same cost may fit, or one when nothing
	// was asked for; 0 when that fits now.
	RetryAfter time.Duration
	// Mark belongs to the store: what Give needs to find the charge again.
	Mark int64
}
