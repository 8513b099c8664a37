package redis_test

import (
	"context"
	mathrand "math/rand/v2"
	"strconv"
	"testing"

	"github.com/dewar-go/dewar/cache/cachetest"
	"github.com/dewar-go/dewar/contrib/redis"
)

func TestCache(t *testing.T) {
	s := open(t, redis.Config{URL: url(t)})
	prefix := "test-" + t.Name() + strconv.FormatUint(mathrand.Uint64(), 36) + ":"
	t.Cleanup(func() {
		keys, _ := s.Client().Keys(context.Background(), prefix+"*").Result()
		if len(keys) > 0 {
			s.Client().Del(context.Background(), keys...)
		}
	})
	cachetest.TestStore(t, s.Cache(prefix))
}
