package accounts

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"
)

// Memory is a [Store] in this process, for tests and trials: a restart forgets all accounts. Make it with [NewMemory].
type Memory struct {
	mu       sync.Mutex
	accounts map[string]Account
	tokens   map[string]Token
	attempts map[string]counted
	factors  map[string]Factors
	swept    time.Time
}

type counted struct {
	Attempts
	expires time.Time
}

// NewMemory makes a store in memory.
func NewMemory() *Memory {
	return &Memory{accounts: map[string]Account{}, tokens: map[string]Token{}, attempts: map[string]counted{}, factors: map[string]Factors{}}
}

func clone(a Account) *Account {
	a.Roles = slices.Clone(a.Roles)
	return &a
}

// taken reports whether another account has the address.
func (m *Memory) taken(a *Account) bool {
	for id, other := range m.accounts {
		if other.Email == a.Email && id != a.ID {
			return true
		}
	}
	return false
}

// spendable reports whether a token can be spent, "" can.
func (m *Memory) spendable(hash string) bool {
	t, ok := m.tokens[hash]
	return hash == "" || ok && time.Now().Before(t.Expires)
}

// Add writes a new account.
func (m *Memory) Add(_ context.Context, a *Account, spend string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case !m.spendable(spend):
		return ErrSpent
	case m.taken(a):
		return ErrTaken
	}
	delete(m.tokens, spend)
	m.accounts[a.ID] = *clone(*a)
	return nil
}

// Account returns the account of an ID.
func (m *Memory) Account(_ context.Context, id string) (*Account, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if a, ok := m.accounts[id]; ok {
		return clone(a), nil
	}
	return nil, ErrNotFound
}

// AccountByEmail returns the account of an address.
func (m *Memory) AccountByEmail(_ context.Context, email string) (*Account, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, a := range m.accounts {
		if a.Email == email {
			return clone(a), nil
		}
	}
	return nil, ErrNotFound
}

// Update writes an account that was not changed meanwhile.
func (m *Memory) Update(_ context.Context, a *Account, spend string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	old, ok := m.accounts[a.ID]
	switch {
	case !m.spendable(spend):
		return ErrSpent
	case !ok || old.Version != a.Version:
		return ErrChanged
	case m.taken(a):
		return ErrTaken
	}
	delete(m.tokens, spend)
	a.Version++
	m.accounts[a.ID] = *clone(*a)
	return nil
}

// Remove removes an account.
func (m *Memory) Remove(_ context.Context, a *Account) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if old, ok := m.accounts[a.ID]; !ok || old.Version != a.Version {
		return ErrChanged
	}
	delete(m.accounts, a.ID)
	delete(m.factors, a.ID)
	maps.DeleteFunc(m.tokens, func(_ string, t Token) bool { return t.Account == a.ID })
	return nil
}

// Due returns accounts to remove.
func (m *Memory) Due(_ context.Context, before time.Time, n int) (list []*Account, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, a := range m.accounts {
		if !a.DeleteAt.IsZero() && a.DeleteAt.Before(before) && len(list) < n {
			list = append(list, clone(a))
		}
	}
	return list, nil
}

// AddToken writes a new token.
func (m *Memory) AddToken(_ context.Context, t Token) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sweep()
	m.tokens[t.Hash] = t
	return nil
}

// Token returns the token of a hash.
func (m *Memory) Token(_ context.Context, hash string) (Token, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if t, ok := m.tokens[hash]; ok {
		return t, nil
	}
	return Token{}, ErrNotFound
}

// DeleteTokens removes tokens of an account.
func (m *Memory) DeleteTokens(_ context.Context, account string, purposes ...Purpose) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	maps.DeleteFunc(m.tokens, func(_ string, t Token) bool {
		return t.Account == account && (len(purposes) == 0 || slices.Contains(purposes, t.Purpose))
	})
	return nil
}

// DeleteTokensSince removes the newer tokens of an account.
func (m *Memory) DeleteTokensSince(_ context.Context, account string, since time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	maps.DeleteFunc(m.tokens, func(_ string, t Token) bool { return t.Account == account && !t.Created.Before(since) })
	return nil
}

// Attempts returns the count of a key.
func (m *Memory) Attempts(_ context.Context, key string) (Attempts, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.attempts[key].Attempts, nil
}

// CountAttempts replaces a count.
func (m *Memory) CountAttempts(_ context.Context, key string, from, to Attempts, expires time.Time) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if now := m.attempts[key]; now.Count != from.Count || !now.Next.Equal(from.Next) {
		return false, nil
	}
	m.sweep()
	m.attempts[key] = counted{to, expires}
	return true, nil
}

// ClearAttempts forgets a count.
func (m *Memory) ClearAttempts(_ context.Context, key string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.attempts, key)
	return nil
}

// sweep drops what has expired, once a minute.
func (m *Memory) sweep() {
	now := time.Now()
	if now.Sub(m.swept) < time.Minute {
		return
	}
	m.swept = now
	maps.DeleteFunc(m.tokens, func(_ string, t Token) bool { return now.After(t.Expires) })
	maps.DeleteFunc(m.attempts, func(_ string, a counted) bool { return now.After(a.expires) })
}
