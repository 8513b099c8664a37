package limit

// Numbers are the numbers that a shared [Store] keeps for a key. It changes them in one atomic step of its own, such as
// a script in Redis, and calls [Numbers.State] for the answer of Take. So a store only has to charge. Times are
// nanoseconds since 1970 by the store's clock. The meaning depends on the strategy:
//
//	FixedWindow    At: the window's end, Count: what was charged in it
//	SlidingWindow  At: the window's beginning, Count and Before: what was charged
//	               in it and in the one before
//	GCRA           At: the time when everything charged will have flowed off
type Numbers struct {
	At            int64
	Count, Before int64
}

// State returns the state of a counter with these numbers at h.Now, which is the store's clock. allowed says that the
// cost fitted and was charged.
func (n Numbers) State(h Hit, allowed bool) State {
	c, t := counter{n.At, n.Count, n.Before}, h.terms()
	if t.amount <= 0 || t.window <= 0 {
		return State{Reset: asDuration(t.window), RetryAfter: asDuration(t.window)}
	}
	return c.state(t, max(0, h.Cost), h.Now.UnixNano(), allowed)
}

// GCRAInterval returns the time between two units of [GCRA] in nanoseconds. It is rounded up, so that rounding never
// lets more through. h.Amount must be above zero.
func (h Hit) GCRAInterval() int64 { return h.terms().interval() }
