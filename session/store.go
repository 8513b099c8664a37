package session

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// A Store loads and saves sessions. A value is the content of the client's cookie. The caller sets the cookie's name
// and attributes, and the headers.
//
// A Store is safe for concurrent use.
type Store interface {
	// Load returns the session of a cookie's value. For an empty, malformed, forged, unknown or expired value it is a
	// new empty session whose Err gives the reason. The error says that the store does not answer and wraps
	// [ErrUnavailable].
	Load(ctx context.Context, value string) (*Session, error)
	// Save stores the session and returns the cookie's new value. "" means that the client's cookie is to be deleted:
	// the session is empty, or was revoked after it was loaded. The error is a *TooLargeError, is about a value that
	// cannot be encoded, or wraps [ErrUnavailable].
	Save(ctx context.Context, s *Session) (value string, err error)
	// Delete revokes the session. A cookie store cannot: a signed cookie stays valid until it expires.
	Delete(ctx context.Context, s *Session) error
}

// ErrUnavailable is in the chain of every error that says that a store does not answer.
var ErrUnavailable = errors.New("session: the session store is unavailable")

// ErrExpired and ErrUnknown are reasons that [Session.Err] returns: the session's time is over, or the server does not
// know the id, as after a logout. For a signed cookie whose time is over it returns a sign.SignatureExpired.
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

// tooLarge returns the error with the names of the largest values.
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

// newSession returns an empty session. reason is why the client's was not accepted, or nil.
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

// saved marks the session as equal to what the store holds.
func (s *Session) saved() {
	s.modified, s.renewed, s.cleared, s.isNew = false, false, false, false
	s.changed, s.watched, s.payload = nil, nil, ""
}
