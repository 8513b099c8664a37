package session

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// A Store loads and saves sessions. value is what the client's cookie holds;
// the cookie's name, attributes and headers are the caller's.
//
// A Store is safe for concurrent use.
type Store interface {
	// Load returns the session of a cookie's value. Nothing, and anything
	// malformed, forged, unknown or expired, is a new empty session, whose
	// Err says why. An error means that the store cannot be reached; it wraps
	// [ErrUnavailable].
	Load(ctx context.Context, value string) (*Session, error)
	// Save keeps the session and returns the cookie's new value. The empty
	// value means that the client's cookie is to be deleted: the session is
	// empty, or it was revoked since it was loaded. It fails with a
	// *TooLargeError, with an error about a value that cannot be encoded, or
	// with one that wraps [ErrUnavailable].
	Save(ctx context.Context, s *Session) (value string, err error)
	// Delete revokes the session. A cookie store cannot: what was signed
	// stays valid until it expires.
	Delete(ctx context.Context, s *Session) error
}

// ErrUnavailable is in the chain of every error about a store that cannot be
// reached.
var ErrUnavailable = errors.New("session: the session store is unavailable")

// ErrExpired and ErrUnknown are reasons that [Session.Err] gives of a session
// that is no longer one: its time is over, or the server knows it no more, as
// after a logout. A signed cookie's time gives a sign.SignatureExpired.
var (
	ErrExpired = errors.New("session: the session has expired")
	ErrUnknown = errors.New("session: the session id is unknown or revoked")
)

// A TooLargeError says that a session is larger than its store allows.
type TooLargeError struct {
	// Size and Limit are in bytes.
	Size, Limit int
	// Largest are the names of the largest values, the largest first.
	Largest []string
}

func (e *TooLargeError) Error() string {
	return fmt.Sprintf("session: the session has %d bytes and may have %d; its largest values are %s;"+
		" keep what is large in a database and its key in the session, or use a server-side store", e.Size, e.Limit, strings.Join(e.Largest, ", "))
}

// tooLarge reports the largest names of a session.
func tooLarge(s *Session, size, limit int) error {
	e := &TooLargeError{Size: size, Limit: limit}
	var sizes [3]int
	for name, v := range s.load() {
		b, _ := s.codec.Marshal(v)
		for i := range sizes {
			if len(b) > sizes[i] {
				copy(sizes[i+1:], sizes[i:])
				sizes[i] = len(b)
				if len(e.Largest) < len(sizes) {
					e.Largest = append(e.Largest, "")
				}
				copy(e.Largest[i+1:], e.Largest[i:])
				e.Largest[i] = fmt.Sprintf("%q (%d bytes)", name, len(b))
				break
			}
		}
	}
	return e
}

// newSession returns a session for a client that has none, or whose session
// was not accepted for the given reason.
func newSession(codec TaggedJSON, reason error) *Session {
	s := New()
	s.codec, s.err = codec, reason
	return s
}

// encode returns the values of a session in their encoded form.
func (s *Session) encode() ([]byte, error) {
	b, err := s.codec.Marshal(s.load())
	if err == nil {
		return b, nil
	}
	for name, v := range s.values {
		if _, valueErr := s.codec.Marshal(v); valueErr != nil {
			return nil, fmt.Errorf("session: the value of %q, a %T, cannot be saved: %w", name, v, valueErr)
		}
	}
	return nil, err
}

// saved notes that the store has the session as it is now.
func (s *Session) saved() {
	s.modified, s.renewed, s.cleared, s.isNew = false, false, false, false
	s.changed, s.watched, s.payload = nil, nil, ""
}
