package login_test

import (
	"context"
	"errors"
	"time"

	"github.com/dewar-go/dewar/login"
)

// countingStore counts questions, and does not answer when it is down.
type countingStore struct {
	login.Store
	sessions, touches, rotations int
	down                         bool
}

var errDown = errors.New("the store is down")

func (s *countingStore) Session(ctx context.Context, id string) (login.Record, error) {
	s.sessions++
	if s.down {
		return login.Record{}, errDown
	}
	return s.Store.Session(ctx, id)
}

func (s *countingStore) TouchSession(ctx context.Context, id string, seen time.Time, address string) error {
	s.touches++
	return s.Store.TouchSession(ctx, id, seen, address)
}

func (s *countingStore) RotateToken(ctx context.Context, selector, from, to string, at time.Time) (bool, error) {
	rotated, err := s.Store.RotateToken(ctx, selector, from, to, at)
	if rotated {
		s.rotations++
	}
	return rotated, err
}
