package vault

import (
	"context"
	"encoding/json"
	"fmt"
	"sync/atomic"
	"time"
)

// A lease is how long something is valid, and when to do something about it.
type lease struct {
	asked     int // seconds that were granted at first; 0: it has no end
	renewable bool
	next      time.Time // when to renew or to fetch again, zero for never
	until     time.Time // the end, zero for none
}

func newLease(seconds int, renewable bool) lease {
	l := lease{asked: seconds, renewable: renewable}
	l.grant(seconds)
	return l
}

// grant counts from now. What is due is due at two thirds, less up to a tenth.
func (l *lease) grant(seconds int) {
	l.next, l.until = time.Time{}, time.Time{}
	if seconds > 0 {
		d := time.Duration(seconds) * time.Second
		l.until = time.Now().Add(d)
		l.next = time.Now().Add(d*2/3 - upTo(d/10))
	}
}

// renewed takes what a renewal granted. It is false when that is less than at first: the longest lifetime is near.
func (l *lease) renewed(seconds int) bool {
	l.grant(seconds)
	return seconds >= l.asked
}

func (l *lease) leased() bool { return l.asked > 0 }

// expireNow has it fetched again at once.
func (l *lease) expireNow() { l.renewable, l.next = false, time.Now() }

// A secret is what a path of Vault holds.
type secret struct {
	path   string
	id     string // of its lease
	lease  lease
	values atomic.Pointer[map[string]any]
	tries  int   // failures in a row
	err    error // the last of them, nil when it is fresh
}

// value returns a value that is a text or a number.
func (s *secret) value(key string) (string, bool) {
	switch v := (*s.values.Load())[key].(type) {
	case string:
		return v, true
	case json.Number:
		return v.String(), true
	}
	return "", false
}

// fetch reads a secret.
func (v *Vault) fetch(ctx context.Context, s *secret) error {
	answer, err := v.client.Logical().ReadWithContext(ctx, s.path)
	if err != nil {
		return fmt.Errorf("vault: %s: %w", s.path, short(err))
	}
	if answer == nil || answer.Data == nil {
		return fmt.Errorf("vault: there is nothing at %s; in a key-value store of version 2 a path has data in it: secret/data/shop", s.path)
	}
	values := answer.Data
	_, versioned := values["metadata"].(map[string]any)
	if inner, ok := values["data"].(map[string]any); ok && versioned {
		values = inner
	} else if versioned && values["data"] == nil {
		return fmt.Errorf("vault: %s: this version is deleted", s.path)
	}
	s.values.Store(&values)
	if s.id = answer.LeaseID; s.id != "" {
		s.lease = newLease(answer.LeaseDuration, answer.Renewable)
		return nil
	}
	// A password that Vault rotates has changed when its time is over; anything else may have whenever it is looked at.
	wait := v.cfg.Poll - upTo(v.cfg.Poll/10)
	if n, ok := values["ttl"].(json.Number); ok {
		if seconds, err := n.Int64(); err == nil && seconds >= 0 && seconds < int64(wait/time.Second) {
			wait = time.Duration(seconds+1) * time.Second
		}
	}
	s.lease = lease{next: time.Now().Add(wait)}
	return nil
}

// refresh renews a secret's lease, or reads it again.
func (v *Vault) refresh(ctx context.Context, s *secret) error {
	if s.lease.renewable {
		answer, err := v.client.Logical().WriteWithContext(ctx, "sys/leases/renew", map[string]any{"lease_id": s.id, "increment": s.lease.asked})
		if err == nil && answer != nil && s.lease.renewed(answer.LeaseDuration) {
			return nil
		}
		if err != nil {
			v.cfg.Logger.Info("vault: a lease was not renewed; the secret is fetched anew", "path", s.path, "err", short(err))
		}
	}
	return v.fetch(ctx, s)
}
