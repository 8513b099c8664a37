package limit

import (
	"net/http"
	"time"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/secure"
)

// request is what the limiter knows of one request.
type request struct {
	rules    []*rule
	charges  []charge
	exempt   bool
	refused  *charge               // in charges; the limit that was reached
	pending  bool                  // charges wait for the answer's status
	acquired []*secure.Concurrency // places to give back

	ruleSpace   [4]*rule
	chargeSpace [3]charge
}

// charge is one limit that was asked for a request.
type charge struct {
	rule   *rule
	policy *policy
	hit    Hit
	state  State
	local  bool // answered by the local store, since the other is down
	kept   bool // the cost was charged and not given back
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

// apply charges a request to its limits, the shortest window first, and stops at
// the first that is reached. What it had charged by then is given back: a request
// that is refused must not use up another limit, or the next one would be told to
// wait for the wrong window.
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
			st.note(r, l.opts.KeyPrefix, c, now, first)
		}
	}
	for i := first; i < len(st.charges); i++ {
		ch := &st.charges[i]
		ch.state, ch.local = l.store.take(c.Context(), ch.hit)
		ch.kept = ch.state.Allowed
		if ch.rule.DeductWhen != nil && ch.kept {
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
	// Early, for an answer that streams; what drops the headers of a failed
	// answer is followed by finish.
	l.setHeaders(c.Writer().Header(), st)
	return nil
}

// note adds a rule's limits to the charges from first on, which are sorted by
// window. One counter is charged once, however many guards name it: with the
// highest cost.
func (st *request) note(r *rule, prefix string, c *dewar.Context, now time.Time, first int) {
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

// shown is the charge that X-RateLimit headers tell of, as Flask-Limiter chooses
// it: the limit that was reached; otherwise the shortest window, a route's own
// limit before a shared one.
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

// Current is the limit that the request's X-RateLimit headers tell of, and how
// its counter stood after the request was charged: Flask-Limiter's
// current_limit. The last result is false when no limit was asked.
func (l *Limiter) Current(c *dewar.Context) (Limit, State, bool) {
	st, ok := l.state.Get(c)
	if !ok || len(st.charges) == 0 {
		return Limit{}, State{}, false
	}
	ch := st.shown()
	return ch.policy.Limit, ch.state, true
}

// refusal makes the answer to a request that reached a limit.
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

// finish decides about charges that wait for the status, and puts the headers on
// the answer that is about to be sent.
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

// teardown decides what finish could not: nothing was answered.
func (l *Limiter) teardown(c *dewar.Context, err error) {
	if st, ok := l.state.Get(c); ok && st.pending {
		l.deduct(c, st, statusOf(c.StatusCode(), err))
	}
}

// deduct gives back what DeductWhen does not want charged.
func (l *Limiter) deduct(c *dewar.Context, st *request, status int) {
	if !st.pending {
		return
	}
	st.pending = false
	for i := range st.charges {
		ch := &st.charges[i]
		if ch.kept && ch.rule.DeductWhen != nil && !ch.rule.DeductWhen(c, status) {
			l.giveBack(c, ch)
		}
	}
}

// giveBack takes a charge back.
func (l *Limiter) giveBack(c *dewar.Context, ch *charge) {
	if !ch.kept || ch.hit.Cost == 0 {
		return
	}
	ch.kept = false
	h := ch.hit
	h.Now = l.opts.Now()
	l.store.give(c.Context(), ch.local, h, ch.state)
	ch.state.Remaining = min(h.Amount, ch.state.Remaining+h.Cost)
}

// release gives places back, whatever happened.
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
