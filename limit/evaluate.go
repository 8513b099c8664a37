package limit

import (
	"net/http"
	"time"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/secure"
)

// request is the limiter's state of one request.
type request struct {
	rules    []*rule
	charges  []charge
	exempt   bool
	refused  *charge               // the charge that reached its limit, an element of charges
	pending  bool                  // a charge waits for the answer's status
	acquired []*secure.Concurrency // the places that the request occupies

	ruleSpace   [4]*rule
	chargeSpace [3]charge
}

// charge is the charge of a request to one limit.
type charge struct {
	rule    *rule
	policy  *policy
	hit     Hit
	state   State
	local   bool // the local store answered, because the other is down
	charged bool // the cost is charged and was not given back
}

func (l *Limiter) request(c *dewar.Context) *request {
	st, ok := l.state.Get(c)
	if !ok {
		st = &request{}
		st.rules, st.charges = st.ruleSpace[:0], st.chargeSpace[:0]
		l.state.Set(c, st)
	}
	return st
}

// apply charges a request to its limits, the shortest window first. It stops at the first limit that is reached. Then
// the charges made before are given back: a refused request must not use up another limit, or the next request would be
// told to wait for the wrong window.
func (l *Limiter) apply(c *dewar.Context, st *request, rules ...*rule) error {
	if len(rules) == 0 || st.refused != nil {
		return nil
	}
	if !l.opts.LimitStatic && l.isStatic(c) || l.opts.Filter != nil && l.opts.Filter(c) {
		return nil
	}
	first := len(st.charges)
	now := l.opts.Now()
	for _, r := range rules {
		if r.holds(c) {
			st.addCharges(r, l.opts.KeyPrefix, c, now, first)
		}
	}
	for i := first; i < len(st.charges); i++ {
		ch := &st.charges[i]
		ch.state, ch.local = l.store.take(c.Context(), ch.hit)
		ch.charged = ch.state.Allowed
		if ch.rule.DeductWhen != nil && ch.charged {
			st.pending = true
		}
		if !ch.state.Allowed {
			st.charges = st.charges[:i+1]
			st.refused = ch
			for j := range st.charges {
				l.giveBack(c, &st.charges[j])
			}
			l.setHeaders(c.Writer().Header(), st)
			return l.refusal(c, st)
		}
	}
	// Set the headers now, for an answer that streams. If the answer fails, its headers are dropped and finish sets
	// them again.
	l.setHeaders(c.Writer().Header(), st)
	return nil
}

// addCharges adds the limits of a rule to the charges. Those from index first on are sorted by window. Each counter is
// charged once, whatever the number of guards, with the highest cost.
func (st *request) addCharges(r *rule, prefix string, c *dewar.Context, now time.Time, first int) {
	var space [192]byte
	base := r.appendKey(space[:0], prefix, c)
	cost := r.cost(c)
next:
	for i := range r.policies {
		p := &r.policies[i]
		key := append(base, p.tail...)
		for j := range st.charges {
			if have := &st.charges[j]; have.hit.Key == string(key) {
				if j >= first && cost > have.hit.Cost {
					have.hit.Cost, have.rule, have.policy = cost, r, p
				}
				continue next
			}
		}
		st.charges = append(st.charges, charge{rule: r, policy: p, hit: Hit{
			Key: string(key), Strategy: r.strategy, Amount: p.Amount, Window: p.Window(), Cost: cost, Now: now,
		}})
		for j := len(st.charges) - 1; j > first && st.charges[j].hit.Window < st.charges[j-1].hit.Window; j-- {
			st.charges[j], st.charges[j-1] = st.charges[j-1], st.charges[j]
		}
	}
}

// shown returns the charge that the X-RateLimit headers describe, as Flask-Limiter chooses it: the limit that was
// reached, or else the shortest window, a route's own limit before a shared one.
func (st *request) shown() *charge {
	if st.refused != nil {
		return st.refused
	}
	var best *charge
	for i := range st.charges {
		ch := &st.charges[i]
		if best == nil || best.rule.scope != "" && ch.rule.scope == "" ||
			(best.rule.scope == "") == (ch.rule.scope == "") && ch.hit.Window < best.hit.Window {
			best = ch
		}
	}
	return best
}

// Current returns the limit that the X-RateLimit headers of the request describe, and its state after the request was
// charged. It is Flask-Limiter's current_limit. The last result is false when no limit applied.
func (l *Limiter) Current(c *dewar.Context) (Limit, State, bool) {
	st, ok := l.state.Get(c)
	if !ok || len(st.charges) == 0 {
		return Limit{}, State{}, false
	}
	ch := st.shown()
	return ch.policy.Limit, ch.state, true
}

// refusal returns the error for a request that reached a limit.
func (l *Limiter) refusal(c *dewar.Context, st *request) error {
	ch := st.refused
	e := &Exceeded{Limit: ch.policy.Limit, Scope: ch.rule.kind, RetryAfter: ch.state.RetryAfter}
	if ch.rule.OnBreach != nil {
		if err := ch.rule.OnBreach(c, e); err != nil {
			return err
		}
	}
	he := &dewar.HTTPError{Code: http.StatusTooManyRequests, Detail: ch.rule.Message, Err: e, Header: http.Header{}}
	if he.Detail == "" {
		he.Detail = ch.policy.text
	}
	l.setHeaders(he.Header, st)
	he.Header.Set("Retry-After", seconds(ch.state.RetryAfter))
	return he
}

// finish decides the charges that wait for the answer's status, and sets the headers.
func (l *Limiter) finish(c *dewar.Context) {
	st, ok := l.state.Get(c)
	if !ok {
		return
	}
	status := c.StatusCode()
	changed := st.pending && status != 0
	if changed {
		l.deduct(c, st, status)
	}
	if h := c.Writer().Header(); changed || !l.hasHeaders(h) {
		l.setHeaders(h, st)
	}
}

// teardown decides the charges that finish did not, because nothing was answered.
func (l *Limiter) teardown(c *dewar.Context, err error) {
	if st, ok := l.state.Get(c); ok && st.pending {
		l.deduct(c, st, statusOf(c.StatusCode(), err))
	}
}

// deduct gives back the charges that DeductWhen does not count.
func (l *Limiter) deduct(c *dewar.Context, st *request, status int) {
	if !st.pending {
		return
	}
	st.pending = false
	for i := range st.charges {
		ch := &st.charges[i]
		if ch.charged && ch.rule.DeductWhen != nil && !ch.rule.DeductWhen(c, status) {
			l.giveBack(c, ch)
		}
	}
}

// giveBack gives a charge back to its store.
func (l *Limiter) giveBack(c *dewar.Context, ch *charge) {
	if !ch.charged || ch.hit.Cost == 0 {
		return
	}
	ch.charged = false
	h := ch.hit
	h.Now = l.opts.Now()
	l.store.give(c.Context(), ch.local, h, ch.state)
	ch.state.Remaining = min(h.Amount, ch.state.Remaining+h.Cost)
}

// release frees the places of the request, whatever happened.
func (l *Limiter) release(c *dewar.Context) {
	st, ok := l.state.Get(c)
	if !ok {
		return
	}
	for _, place := range st.acquired {
		place.Release()
	}
	st.acquired = nil
}
