package redis

import (
	"time"

	"github.com/dewar-go/dewar/limit"
)

// LimitsAt is Limits by a clock of the test's own instead of Redis'.
func (s *Server) LimitsAt(prefix string, now func() time.Time) limit.Store {
	return &limits{server: s, prefix: prefix, now: now}
}
