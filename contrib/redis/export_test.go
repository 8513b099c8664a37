package redis

import (
	"context"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"github.com/dewar-go/dewar/limit"
	"github.com/dewar-go/dewar/tasks"
)

// LimitsAt is Limits by a clock of the test's own instead of Redis'.
func (s *Server) LimitsAt(prefix string, now func() time.Time) limit.Store {
	return &limits{server: s, prefix: prefix, now: now}
}

// ExpireWorkers makes the leases of all sessions run out.
func ExpireWorkers(ctx context.Context, b *TaskBroker) error {
	ids, err := b.server.Client().ZRange(ctx, b.prefix+"w", 0, -1).Result()
	for _, id := range ids {
		if err == nil {
			err = b.server.Client().ZAddXX(ctx, b.prefix+"w", goredis.Z{Score: 1, Member: id}).Err()
		}
	}
	return err
}

// Durability is what the warning at Join says.
func (b *TaskBroker) Durability(ctx context.Context) string { return b.durability(ctx) }

// Forget makes a session forget a claim, as when the answer was lost.
func Forget(s tasks.Session, id string) { delete(s.(*taskSession).held, id) }
