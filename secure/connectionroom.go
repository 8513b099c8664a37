package secure

import (
	"cmp"
	"slices"
	"time"
)

// How long a connection's client may be waited for, whatever comes, before its
// place is taken, and how long answers may wait before their room is. The latter
// makes those who come back as soon as they are cut off come back less often, since
// they make the program write a long answer each time.
const (
	atLeast     = 100 * time.Millisecond
	atLeastHeld = 20 * time.Second
)

// take takes n places, and makes room where that was too many. It waits until there is
// a place, or somebody has had the time that each may be waited for.
func (c *Connections) take(n int64) {
	if c.open.Add(n) <= int64(c.limits.Places) || c.limits.Places <= 0 {
		return
	}
	c.making.Lock()
	defer c.making.Unlock()
	// Who is worst may have sent something while it had its time.
	for range 3 {
		if c.open.Load() <= int64(c.limits.Places) {
			return
		}
		list := c.worst(func(s *standing) float64 { return s.rate / float64(s.places) })
		if len(list) == 0 {
			return
		}
		if rest := atLeast - list[0].waited; rest > 0 {
			// This is where new connections are accepted: the next waits too.
			if c.waitForPlace(rest) {
				return
			}
			continue
		}
		// A few places at a time, since to find them is some work; those of HTTP/2 may have
		// many each.
		few, given := 1+c.limits.Places/64, int64(0)
		for _, s := range list[:min(len(list), few)] {
			if s.waited < atLeast || !s.still() {
				continue
			}
			c.evicted.Add(1)
			c.close(s.connection)
			if given += s.places; given >= int64(few) && c.open.Load() <= int64(c.limits.Places) {
				break
			}
		}
	}
}

// waitForPlace waits for so long at most, and reports whether there is a place then.
func (c *Connections) waitForPlace(most time.Duration) bool {
	timer := time.NewTimer(most)
	defer timer.Stop()
	for c.open.Load() > int64(c.limits.Places) {
		select {
		case <-c.left:
		case <-timer.C:
			return false
		}
	}
	return true
}

// giveUp gives up n places, and tells who waits for one.
func (c *Connections) giveUp(n int64) {
	if n == 0 {
		return
	}
	c.open.Add(-n)
	select {
	case c.left <- struct{}{}:
	default: // it was told already
	}
}

// room makes room for answers that are to wait, and reports whether there is
// enough now. Whoever asks has an answer in memory, so nobody waits here; and when
// there was nobody to take room from, it is a while until there may be somebody.
func (c *Connections) room() bool {
	if c.limits.Backlog <= 0 || c.backlog.Load() <= c.limits.Backlog {
		return true
	}
	now := time.Now()
	if now.UnixNano() < c.full.Load() || !c.clearing.TryLock() {
		return false
	}
	defer c.clearing.Unlock()
	for _, s := range c.worst(func(s *standing) float64 { return s.rate / float64(s.held) }) {
		if c.backlog.Load() <= c.limits.Backlog {
			return true
		}
		if s.held > 0 && now.Sub(s.holds) >= atLeastHeld && s.still() {
			c.evicted.Add(1)
			c.forget(s.connection)
			go s.cut()
		}
	}
	if c.backlog.Load() <= c.limits.Backlog {
		return true
	}
	c.full.Store(now.Add(atLeast).UnixNano())
	return false
}

// worst lists the connections whose clients are waited for, those that are worth
// least first, and of several the one that is waited for longest.
func (c *Connections) worst(worth func(*standing) float64) []standing {
	var list []standing
	now := time.Now()
	c.all.Range(func(_, known any) bool {
		if s, waiting := known.(*connection).standing(now); waiting {
			list = append(list, s)
		}
		return true
	})
	slices.SortFunc(list, func(a, b standing) int {
		return cmp.Or(cmp.Compare(worth(&a), worth(&b)), a.since.Compare(b.since))
	})
	return list
}
