package login

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/dewar-go/dewar"
)

// A Credential is a way into an account beside its password: an identity at an OpenID provider, a passkey. [Credentials]
// keeps it for the packages that know what it means.
type Credential struct {
	// Kind is the package's name for what it is, such as "oidc" or "passkey", at most 32 bytes.
	Kind string
	// ID finds it: at most 64 bytes, unique within its kind.
	ID string
	// User is the user's GetID.
	User string
	// Name is shown to the user, at most 255 bytes.
	Name string
	// Data is what the package keeps with it, at most 16 KiB. It holds no secret of the user's.
	Data []byte
	// Created is when it was made, Used when it was last used, zero for never.
	Created, Used time.Time
}

// ErrExists says that a store has a credential of that kind and ID already, perhaps another user's.
var ErrExists = errors.New("login: the credential exists already")

// ErrLastCredential says that a credential was not removed because the user has no other.
var ErrLastCredential = errors.New("login: it is the last way into the account")

// Credentials keeps each [Credential]. [NewMemoryCredentials] is one; contrib/db has one in SQL. It is safe for concurrent
// use. Times are kept to the millisecond or better.
//
// Package logintest tests it.
type Credentials interface {
	// AddCredential writes a new one. It fails with ErrExists when there is one of its kind and ID: of two calls at once,
	// one does.
	AddCredential(ctx context.Context, c Credential) error
	// Credential returns one, or ErrNotFound.
	Credential(ctx context.Context, kind, id string) (Credential, error)
	// CredentialsOf returns those of a user and of a kind, "" for all kinds, the oldest first.
	CredentialsOf(ctx context.Context, user, kind string) ([]Credential, error)
	// UseCredential sets Used and Data. No credential is no error.
	UseCredential(ctx context.Context, kind, id string, data []byte, at time.Time) error
	// RenameCredential sets the Name of a user's credential. It fails with ErrNotFound when the user has no such one.
	RenameCredential(ctx context.Context, user, kind, id, name string) error
	// RemoveCredential removes a user's credential. It fails with ErrNotFound when the user has no such one, and, unless
	// last is true, with ErrLastCredential when the user has no other of any kind: of two calls at once that would remove
	// the last two, one fails.
	RemoveCredential(ctx context.Context, user, kind, id string, last bool) error
	// RemoveCredentials removes all of a user, whose account is deleted.
	RemoveCredentials(ctx context.Context, user string) error
	// Spend remembers a key, at most 64 bytes, until a time, and reports whether it is the first that does: of two calls
	// at once, one is told so. What is to be used once has its key spent first.
	Spend(ctx context.Context, key string, until time.Time) (first bool, err error)
}

// ByID returns the user with an id, as the app's user loader finds it, or [ErrNotFound]. It does not look at IsActive: [In]
// does.
func ByID(c *dewar.Context, id string) (Account, error) {
	user, err := managerOf(c).load(c, id)
	if err == nil && user == nil {
		err = ErrNotFound
	}
	return user, err
}

type credentialKey struct{ kind, id string }

// MemoryCredentials are [Credentials] in this process, for tests and examples: a restart loses them.
type MemoryCredentials struct {
	mu    sync.Mutex
	list  map[credentialKey]Credential
	spent map[string]time.Time
}

var _ Credentials = (*MemoryCredentials)(nil)

// NewMemoryCredentials returns an empty store.
func NewMemoryCredentials() *MemoryCredentials {
	return &MemoryCredentials{list: map[credentialKey]Credential{}, spent: map[string]time.Time{}}
}

// AddCredential writes a new one.
func (m *MemoryCredentials) AddCredential(_ context.Context, c Credential) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	key := credentialKey{c.Kind, c.ID}
	if _, ok := m.list[key]; ok {
		return ErrExists
	}
	m.list[key] = c
	return nil
}

// Credential returns one, or ErrNotFound.
func (m *MemoryCredentials) Credential(_ context.Context, kind, id string) (Credential, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	c, ok := m.list[credentialKey{kind, id}]
	if !ok {
		return c, ErrNotFound
	}
	return c, nil
}

// CredentialsOf returns those of a user, the oldest first.
func (m *MemoryCredentials) CredentialsOf(_ context.Context, user, kind string) ([]Credential, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.of(user, kind), nil
}

func (m *MemoryCredentials) of(user, kind string) (list []Credential) {
	for _, c := range m.list {
		if c.User == user && (kind == "" || c.Kind == kind) {
			list = append(list, c)
		}
	}
	slices.SortFunc(list, func(a, b Credential) int { return a.Created.Compare(b.Created) })
	return list
}

// change changes a user's credential.
func (m *MemoryCredentials) change(user, kind, id string, f func(*Credential)) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	key := credentialKey{kind, id}
	c, ok := m.list[key]
	if !ok || user != "" && c.User != user {
		return ErrNotFound
	}
	f(&c)
	m.list[key] = c
	return nil
}

// UseCredential sets Used and Data.
func (m *MemoryCredentials) UseCredential(_ context.Context, kind, id string, data []byte, at time.Time) error {
	_ = m.change("", kind, id, func(c *Credential) { c.Data, c.Used = slices.Clone(data), at })
	return nil
}

// RenameCredential sets the Name.
func (m *MemoryCredentials) RenameCredential(_ context.Context, user, kind, id, name string) error {
	return m.change(user, kind, id, func(c *Credential) { c.Name = name })
}

// RemoveCredential removes a user's credential.
func (m *MemoryCredentials) RemoveCredential(_ context.Context, user, kind, id string, last bool) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	key := credentialKey{kind, id}
	if c, ok := m.list[key]; !ok || c.User != user {
		return ErrNotFound
	}
	if !last && len(m.of(user, "")) < 2 {
		return ErrLastCredential
	}
	delete(m.list, key)
	return nil
}

// RemoveCredentials removes all of a user.
func (m *MemoryCredentials) RemoveCredentials(_ context.Context, user string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, c := range m.of(user, "") {
		delete(m.list, credentialKey{c.Kind, c.ID})
	}
	return nil
}

// Spend remembers a key.
func (m *MemoryCredentials) Spend(_ context.Context, key string, until time.Time) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := time.Now()
	for k, t := range m.spent {
		if now.After(t) {
			delete(m.spent, k)
		}
	}
	_, spent := m.spent[key]
	m.spent[key] = until
	return !spent, nil
}
