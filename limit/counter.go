package limit

import (
	"context"
	"fmt"
)

// A Counter is a limit that the program charges itself. It is for what a guard cannot count: by a field of a form, in a
// background task, outside of HTTP. It uses the limiter's store and its fallback.
type Counter struct {
	limiter *Limiter
	rule    *rule
}

// Counter makes a counter. name consists of letters, digits and "._:-". Only the Strategy of how is used. Like
// [Limiter.Guard] it panics when something is wrong. Counters and scopes with the same name must have the same limits.
//
//	attempts := limiter.Counter("login", "5/minute; 20/hour")
//	if err := attempts.Take(c.Context(), account, 1); err != nil { … }
func (l *Limiter) Counter(name, limits string, how ...Rule) *Counter {
	g := l.Shared(name, limits, how...).(ruleGuard)
	return &Counter{l, g.rule}
}

// Take charges cost to the subject. When a limit is reached the error is an [Exceeded], and nothing stays charged.
func (k *Counter) Take(ctx context.Context, subject string, cost int64) error {
	if cost < 0 {
		return fmt.Errorf("limit: a cost of %d is below zero", cost)
	}
	return k.each(ctx, subject, cost, func(s State) bool { return s.Allowed })
}

// Test returns an [Exceeded] error when a cost of 1 would not fit now. It charges nothing.
func (k *Counter) Test(ctx context.Context, subject string) error {
	return k.each(ctx, subject, 0, func(s State) bool { return s.Remaining > 0 })
}

func (k *Counter) each(ctx context.Context, subject string, cost int64, passes func(State) bool) error {
	if k.limiter.opts.InsecureDisabled {
		return nil
	}
	store, now := k.limiter.store, k.limiter.opts.Now()
	charges := make([]charge, 0, len(k.rule.policies))
	for i := range k.rule.policies {
		p := &k.rule.policies[i]
		ch := charge{policy: p, hit: Hit{
			Key: k.key(subject, p), Strategy: k.rule.strategy, Amount: p.Amount, Window: p.Window(), Cost: cost, Now: now,
		}}
		ch.state, ch.local = store.take(ctx, ch.hit)
		if passes(ch.state) {
			charges = append(charges, ch)
			continue
		}
		for _, charged := range charges {
			store.give(ctx, charged.local, charged.hit, charged.state)
		}
		return &Exceeded{Limit: p.Limit, Scope: k.rule.kind, RetryAfter: ch.state.RetryAfter}
	}
	return nil
}

// Clear forgets what was charged to the subject, such as failed attempts after a successful one. It fails when the
// store does not answer.
func (k *Counter) Clear(ctx context.Context, subject string) error {
	keys := make([]string, len(k.rule.policies))
	for i := range keys {
		keys[i] = k.key(subject, &k.rule.policies[i])
	}
	if err := k.limiter.store.clear(ctx, keys...); err != nil {
		return fmt.Errorf("limit: clearing the counter %q: %w", k.rule.scope, err)
	}
	return nil
}

func (k *Counter) key(subject string, p *policy) string {
	var space [192]byte
	b := append(space[:0], "LIMITER/"...)
	if prefix := k.limiter.opts.KeyPrefix; prefix != "" {
		b = append(append(b, prefix...), '/')
	}
	b = append(appendSubject(b, subject), '/')
	b = append(b, k.rule.scope...)
	return string(append(b, p.tail...))
}
