package vault

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

// run keeps the login and the secrets fresh until ctx ends.
func (v *Vault) run(ctx context.Context) {
	defer close(v.done)
	timer := time.NewTimer(0)
	defer timer.Stop()
	tries := 0 // logins that failed in a row
	for {
		select {
		case <-ctx.Done():
			return
		case <-v.wake:
		case <-timer.C:
		}
		v.mu.Lock()
		next := v.due(ctx, &tries)
		v.mu.Unlock()
		timer.Reset(time.Until(next))
	}
}

// due does what is due and returns when to come again.
func (v *Vault) due(ctx context.Context, tries *int) (next time.Time) {
	now := time.Now()
	next = now.Add(v.cfg.Poll)
	sooner := func(t time.Time) {
		if !t.IsZero() && t.Before(next) {
			next = t
		}
	}
	if t := v.auth.next; !t.IsZero() && !t.After(now) {
		if err := v.renewLogin(ctx); err != nil {
			v.report(*tries == 0, "the login", err)
			v.auth.next = now.Add(backoff(*tries))
			*tries++
		} else {
			*tries = 0
		}
	}
	for _, s := range v.secrets {
		if t := s.lease.next; !t.IsZero() && !t.After(now) {
			old := s.values.Load()
			if err := v.refresh(ctx, s); err != nil {
				v.report(s.err == nil, s.path, err)
				s.err = err
				if refused(err) && now.Sub(v.since) > time.Minute { // the token may have been revoked: a new one is tried
					v.auth.expireNow()
				}
				s.lease.next = now.Add(backoff(s.tries))
				s.tries++
			} else {
				if s.err != nil {
					v.cfg.Logger.Info("vault: fresh again", "path", s.path)
				}
				s.err, s.tries = nil, 0
				if s.values.Load() != old {
					v.cfg.Logger.Debug("vault: read again", "path", s.path)
				}
			}
		}
		sooner(s.lease.next)
	}
	sooner(v.auth.next)
	v.note()
	return next
}

// report logs the first of several failures in a row.
func (v *Vault) report(first bool, what string, err error) {
	if first && !errors.Is(err, context.Canceled) {
		v.cfg.Logger.Warn("vault: cannot be kept fresh; the last value stays", "what", what, "err", err)
	}
}

// backoff is how long to wait after n failures before this one: 1 second, doubled up to a minute, and half of it by chance.
func backoff(n int) time.Duration {
	d := min(time.Second<<min(n, 6), time.Minute)
	return d - upTo(d/2)
}

// upTo is a part of d by chance, so that many processes do not come at once.
func upTo(d time.Duration) time.Duration {
	return time.Duration(rand.Int64N(int64(d) + 1)) //nolint:gosec // spreads times, guards nothing
}

// health is what Err tells. It is kept apart, so that nobody waits for a server that is asked.
type health struct {
	until  time.Time // the end of the login, zero for none
	errors []error   // of the secrets
}

func (v *Vault) note() {
	h := &health{until: v.auth.until}
	for _, s := range v.secrets {
		if s.err != nil {
			h.errors = append(h.errors, s.err)
		}
	}
	v.health.Store(h)
}

// Err says which secrets could not be read again when it was time, nil when all are fresh. Their last values are in use.
func (v *Vault) Err() error {
	h := v.health.Load()
	if h == nil {
		return nil
	}
	if !h.until.IsZero() && time.Now().After(h.until) {
		return errors.Join(append(h.errors, fmt.Errorf("vault: the login ended at %s and could not be made again", h.until.Format(time.RFC3339)))...)
	}
	return errors.Join(h.errors...)
}
