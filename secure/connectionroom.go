package secure

import (
	"cmp"
	"slices"
	"time"
)

// How long a connection's client may be waited for, whatever comes: before its
// place is taken, and before the room of its answers is. The latter makes those
// who come back as soon as they are cut off come back less often, since they make
// the program write a long answer each time.
const (
	atLeast     = 100 * time.Millisecond
	atLeastHeld = 5 * time.Second
)

// take takes n places, and makes room where that was too many.
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
			time.Sleep(rest)
			continue
		}
		// A few at a time, since to find them is some work.
		for _, s := range list[:min(len(list), 1+c.limits.Places/64)] {
			if s.waited >= atLeast && s.still() {
				c.evicted.Add(1)
				c.close(s.connection)
			}
		}
	}
}

// room makes room for answers that are to wait, and reports whether there is
// enough now.
func (c *Connections) room() bool {
	if c.limits.Backlog <= 0 || c.backlog.Load() <= c.limits.Backlog {
		return true
	}
	c.making.Lock()
	defer c.making.Unlock()
	list := c.worst(func(s *standing) float64 { return s.rate / float64(s.held) })
	for _, s := range list {
		if c.backlog.Load() <= c.limits.Backlog {
			break
		}
		if s.held > 0 && s.waited >= atLeastHeld && s.still() {
			c.evicted.Add(1)
			c.close(s.connection)
		}
	}
	return c.backlog.Load() <= c.limits.Backlog
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
