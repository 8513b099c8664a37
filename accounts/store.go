package accounts

import (
	"context"
	"errors"
	"time"
)

// Errors of a [Store].
var (
	// ErrNotFound says that there is no such account or token.
	ErrNotFound = errors.New("accounts: not found")
	// ErrTaken says that another account has the address.
	ErrTaken = errors.New("accounts: the address belongs to another account")
	// ErrChanged says that the account was changed or removed since it was read.
	ErrChanged = errors.New("accounts: the account was changed meanwhile")
	// ErrSpent says that the token was used before, or has expired.
	ErrSpent = errors.New("accounts: the token is spent or expired")
)

// A Purpose is what a token is good for.
type Purpose string

// The purposes.
const (
	PurposeConfirm Purpose = "confirm" // a registration
	PurposeReset   Purpose = "reset"   // a new password
	PurposeEmail   Purpose = "email"   // a new address
	PurposeUndo    Purpose = "undo"    // back to the address from before
	PurposeRestore Purpose = "restore" // no deletion
)

// A Token is what a link in a mail stands for.
type Token struct {
	// Hash is the hexadecimal SHA-256 of the secret in the link.
	Hash string
	// Purpose is what it is good for.
	Purpose Purpose
	// Account is the ID of the account, "" for a registration.
	Account string
	// SentTo is the address that the link was sent to.
	SentTo string
	// PasswordHash is the password of a registration. Browser is the hash of a secret in the session of the browser that
	// registered: no other browser takes the password over.
	PasswordHash, Browser string
	// Created and Expires bound its life.
	Created, Expires time.Time
}

// Attempts count tries that must not become many, such as passwords for one address.
type Attempts struct {
	// Count is the number of tries since the last success.
	Count int
	// Next is when the next try is taken.
	Next time.Time
}

// A Store keeps accounts, the tokens of links and counts of attempts. [NewMemory] is one; contrib/db has one in SQL. It
// is safe for concurrent use. Times are kept to the millisecond or better. Any error but those of this package means
// that it does not answer.
//
// Package accountstest tests a Store.
type Store interface {
	FactorStore

	// Add writes a new account and spends the token with the hash spend, "" for none: both or neither. It fails with
	// [ErrTaken] and [ErrSpent].
	Add(ctx context.Context, a *Account, spend string) error
	// Account returns the account of an ID, or [ErrNotFound].
	Account(ctx context.Context, id string) (*Account, error)
	// AccountByEmail returns the account of a canonical address, or [ErrNotFound].
	AccountByEmail(ctx context.Context, email string) (*Account, error)
	// Update writes all of an account whose Version in the store is still that of a, counts the Version up, in a too, and
	// spends the token with the hash spend, "" for none: all or nothing. It fails with [ErrChanged], [ErrTaken] and
	// [ErrSpent]. Of two calls at once with one token, or one Version, exactly one succeeds.
	Update(ctx context.Context, a *Account, spend string) error
	// Remove removes an account whose Version is still that of a, with its tokens and factors. It fails with
	// [ErrChanged].
	Remove(ctx context.Context, a *Account) error
	// Due returns at most n accounts whose DeleteAt is set and before a time.
	Due(ctx context.Context, before time.Time, n int) ([]*Account, error)

	// AddToken writes a new token.
	AddToken(ctx context.Context, t Token) error
	// Token returns the token of a hash, or [ErrNotFound].
	Token(ctx context.Context, hash string) (Token, error)
	// DeleteTokens removes the tokens of an account that have one of the purposes; without any, all of them.
	DeleteTokens(ctx context.Context, account string, purposes ...Purpose) error
	// DeleteTokensSince removes the tokens of an account that were made at a time or later.
	DeleteTokensSince(ctx context.Context, account string, since time.Time) error

	// Attempts returns the count of a key, zero for none.
	Attempts(ctx context.Context, key string) (Attempts, error)
	// CountAttempts makes from to to in one conditional step and reports whether it did: of two calls at once, one does.
	// The row may be dropped when it expires.
	CountAttempts(ctx context.Context, key string, from, to Attempts, expires time.Time) (bool, error)
	// ClearAttempts forgets a key. No count is no error.
	ClearAttempts(ctx context.Context, key string) error
}
