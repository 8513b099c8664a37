package session_test

import (
	"testing"

	"github.com/dewar-go/dewar/session"
	"github.com/dewar-go/dewar/session/sessiontest"
)

func TestMemoryBackend(t *testing.T) {
	sessiontest.TestBackend(t, func(*testing.T) session.Backend { return session.NewMemoryBackend(session.MemoryOptions{}) })
}
