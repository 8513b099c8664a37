package session

import (
	"context"
	"errors"
	"time"
)

// A Record is a session as a [Backend] keeps it.
type Record struct {
	// ID is the hexadecimal SHA-256 of the id in the client's cookie. Whoever
	// reads the backend learns no id that a server would accept.
	ID string
	// User is whom the session belongs to, "" for a visitor.
	User string
	// Data are the values as tagged JSON. Nothing in it is ever run.
	Data []byte
	// Created is when the id was given out, Seen when it was last used, to the
	// minute, and Expires when the record may be dropped.
	Created, Seen, Expires time.Time
	// Version counts the writes: 1 after the first.
	Version int64
}

// Errors that a [Backend] returns. Any other error means that it cannot be
// reached.
var (
	// ErrNotFound says that there is no record of that id.
	ErrNotFound = errors.New("session: no such session")
	// ErrConflict says that the record was written by another request.
	ErrConflict = errors.New("session: the session was changed by another request")
)

// A Backend is what a [ServerStore] keeps its records in. It is safe for
// concurrent use. It may drop a record after Expires; the store looks at the
// times itself.
type Backend interface {
	// Get returns the record of an id, or ErrNotFound.
	Get(ctx context.Context, id string) (Record, error)
	// Put writes a record in one atomic step. A record of version 1 must not
	// exist yet; one of version n replaces that of version n-1. Otherwise it
	// is ErrConflict, or ErrNotFound when n is above 1 and there is none, so
	// that a revoked session never comes back.
	Put(ctx context.Context, r Record) error
	// Touch sets Seen and Expires of a record. It is no error when there is
	// none.
	Touch(ctx context.Context, id string, seen, expires time.Time) error
	// Delete removes a record. It is no error when there is none.
	Delete(ctx context.Context, id string) error
	// List returns the records of a user, in any order, without Data.
	List(ctx context.Context, user string) ([]Record, error)
}
