package redis

import (
	"context"
	"errors"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"github.com/dewar-go/dewar/cache"
)

// DefaultCachePrefix begins the keys of [Server.Cache].
const DefaultCachePrefix = "cache:"

// Cache returns a store for package cache in this server, whose keys begin with prefix; "" is
// [DefaultCachePrefix]. Give the server maxmemory and the policy allkeys-lru, and sessions another server:
// it would drop them as well.
func (s *Server) Cache(prefix string) cache.Store {
	if prefix == "" {
		prefix = DefaultCachePrefix
	}
	return cache.WithPrefix(values{s}, prefix)
}

type values struct{ server *Server }

func (v values) fail(err error) error { return (&backend{server: v.server}).fail(err) }

// Get returns what is kept under the keys, in one round trip.
func (v values) Get(ctx context.Context, keys ...string) ([][]byte, error) {
	got, err := v.server.Client().MGet(ctx, keys...).Result()
	if err != nil {
		return nil, v.fail(err)
	}
	list := make([][]byte, len(keys))
	for i, x := range got {
		if text, ok := x.(string); ok {
			list[i] = []byte(text)
		}
	}
	return list, nil
}

// Set keeps a value.
func (v values) Set(ctx context.Context, key string, value []byte, ttl time.Duration) error {
	if err := v.server.Client().Set(ctx, key, value, ttl).Err(); err != nil {
		return v.fail(err)
	}
	return nil
}

// swapScript keeps a value where the one before is the expected one.
var swapScript = goredis.NewScript(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1`)

// Swap keeps a value where old is kept, nothing for nil.
func (v values) Swap(ctx context.Context, key string, old, value []byte, ttl time.Duration) (bool, error) {
	client := v.server.Client()
	if old == nil {
		err := client.SetArgs(ctx, key, value, goredis.SetArgs{Mode: "NX", TTL: ttl}).Err()
		if errors.Is(err, goredis.Nil) {
			return false, nil
		}
		if err != nil {
			return false, v.fail(err)
		}
		return true, nil
	}
	n, err := swapScript.Run(ctx, client, []string{key}, old, value, max(ttl.Milliseconds(), 1)).Int()
	if err != nil {
		return false, v.fail(err)
	}
	return n == 1, nil
}

// Delete forgets what is kept.
func (v values) Delete(ctx context.Context, keys ...string) error {
	if len(keys) == 0 {
		return nil
	}
	if err := v.server.Client().Del(ctx, keys...).Err(); err != nil {
		return v.fail(err)
	}
	return nil
}
