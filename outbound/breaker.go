package outbound

import (
	"sync"
	"time"
)

const (
	window    = 10 * time.Second // in which failures are counted
	enough    = 10               // calls before a breaker opens
	openFor   = 5 * time.Second
	maxHosts  = 1024 // breakers that are kept
	halfBelow = 2    // a breaker opens when failures times this reach the calls
)

// An outcome is what became of an attempt.
type outcome int

const (
	succeeded outcome = iota
	failed
	unknown // the caller went away
)

// breakers has one for each host. Hosts may be chosen by users, so their number is bounded:
// past it those without a call in the window are forgotten, and failing that all.
type breakers struct {
	mu    sync.Mutex
	hosts map[string]*breaker
}

// breaker counts in a window that begins with the first call behind the last one.
type breaker struct {
	began         time.Time
	calls, failed int
	openTill      time.Time // zero: closed
	probing       bool      // the one call behind openTill is under way
}

// enter asks to make a call. The function that it returns takes the outcome.
func (b *breakers) enter(host string) (func(outcome), error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	br := b.hosts[host]
	if br == nil {
		b.makeRoom(now)
		br = &breaker{}
		b.hosts[host] = br
	}
	if now.Sub(br.began) > window && br.openTill.IsZero() {
		*br = breaker{began: now}
	}
	if !br.openTill.IsZero() {
		if now.Before(br.openTill) || br.probing {
			return nil, ErrBreakerOpen
		}
		br.probing = true
	}
	probe := br.probing // it is this call: no other may enter
	return func(o outcome) {
		b.mu.Lock()
		defer b.mu.Unlock()
		br.end(o, probe, time.Now())
	}, nil
}

func (br *breaker) end(o outcome, probe bool, now time.Time) {
	switch {
	case probe && o == succeeded:
		*br = breaker{began: now}
	case probe && o == failed:
		br.probing, br.openTill = false, now.Add(openFor)
	case probe: // nothing was learnt: the next call decides
		br.probing = false
	case o != unknown:
		br.calls++
		if o == failed {
			br.failed++
		}
		if br.openTill.IsZero() && br.calls >= enough && br.failed*halfBelow >= br.calls {
			br.openTill = now.Add(openFor)
		}
	}
}

func (b *breakers) makeRoom(now time.Time) {
	if len(b.hosts) < maxHosts {
		return
	}
	for host, br := range b.hosts {
		if now.Sub(br.began) > window && now.After(br.openTill) {
			delete(b.hosts, host)
		}
	}
	if len(b.hosts) >= maxHosts {
		clear(b.hosts)
	}
}
