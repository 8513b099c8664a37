package session

import (
	"context"
	"errors"
	"time"
)

// A Record is a session in a [Backend].
type Record struct {
	// ID is the hexadecimal SHA-256 of the id in the client's cookie. Whoever reads the backend learns no id that a
	// server accepts.
	ID string
	// User is the user that the session belongs to, "" for a visitor.
	User string
	// Data holds the values as tagged JSON. Nothing in it is executed.
	Data []byte
	// Created is when the id was given out. Seen is when it was last used, to the minute. Expires is when the record
	// may be dropped.
	Created, Seen, Expires time.Time
	// Version counts the writes: 1 after the first.
	Version int64
}

// Errors of a [Backend]. Any other error means that it does not answer.
var (
	// ErrNotFound says that there is no record of that id.
	ErrNotFound = errors.New("session: no such session")
	// ErrConflict says that the record was written by another request.
	ErrConflict = errors.New("session: the session was changed by another request")
)

// A Backend keeps the records of a [ServerStore]. It is safe for concurrent use. It may drop a record after Expires;
// the store checks the times itself.
type Backend interface {
	// Get returns the record of an id, or ErrNotFound.
	Get(ctx context.Context, id string) (Record, error)
	// Put writes a record in one atomic step. A record of version 1 must not exist yet; a record of version n replaces
	// version n-1. Otherwise the error is ErrConflict, or ErrNotFound when n is above 1 and there is no record. So a
	// revoked session never comes back.
	Put(ctx context.Context, r Record) error
	// Touch sets Seen and Expires of a record. A record that does not exist is no error.
	Touch(ctx context.Context, id string, seen, expires time.Time) error
	// Delete removes a record. A record that does not exist is no error.
	Delete(ctx context.Context, id string) error
	// List returns the records of a user, in any order, without Data.
	List(ctx context.Context, user string) ([]Record, error)
}
