package accounts

import (
	"context"
	"slices"
	"time"
)

// Factors are what an account has beside its password: an authenticator app and recovery codes. A [Store] keeps them in
// one row, so that a code is spent by the one who writes it first.
type Factors struct {
	// Account is the ID of the account.
	Account string
	// Secret is what the app shares with us, encrypted; nil without an app. Pending is that of an app which has not shown
	// a code yet, good until PendingUntil. Each has at most 255 bytes.
	Secret, Pending []byte
	PendingUntil    time.Time
	// LastStep is the step of the last code that was used. Codes of it and of steps before are spent.
	LastStep int64
	// Enrolled is when the app was set up, Used when it was last used.
	Enrolled, Used time.Time
	// Recovery are hashes of the recovery codes that were not used, at most 10 of 81 bytes.
	Recovery []string
	// Version counts the changes of the row, from 1; 0 is a row that the store does not have.
	Version int64
}

// FactorStore keeps [Factors]. Its methods are part of [Store].
type FactorStore interface {
	// Factors returns the row of an account, one with Version 0 when there is none.
	Factors(ctx context.Context, account string) (*Factors, error)
	// SaveFactors writes all of a row whose Version in the store is still that of f, and counts the Version up, in f too.
	// It fails with [ErrChanged]: of two calls at once with one Version, exactly one succeeds. Remove of the Store
	// removes the row.
	SaveFactors(ctx context.Context, f *Factors) error
}

// Factors returns the row of an account.
func (m *Memory) Factors(_ context.Context, account string) (*Factors, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f, ok := m.factors[account]
	if !ok {
		f.Account = account
	}
	f.Recovery = slices.Clone(f.Recovery)
	return &f, nil
}

// SaveFactors writes a row that was not changed meanwhile.
func (m *Memory) SaveFactors(_ context.Context, f *Factors) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.factors[f.Account].Version != f.Version {
		return ErrChanged
	}
	f.Version++
	saved := *f
	saved.Recovery = slices.Clone(f.Recovery)
	m.factors[f.Account] = saved
	return nil
}
