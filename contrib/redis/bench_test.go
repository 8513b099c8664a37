package redis_test

import (
	"crypto/rand"
	"os"
	"testing"
	"time"

	"github.com/dewar-go/dewar/contrib/redis"
	"github.com/dewar-go/dewar/limit"
)

// BenchmarkLimits is one charge in Redis, beside what a round trip costs.
func BenchmarkLimits(b *testing.B) {
	url := os.Getenv("DEWAR_TEST_REDIS")
	if url == "" {
		url = "redis://127.0.0.1:6379/0"
	}
	s := redis.New(redis.Config{URL: url})
	b.Cleanup(func() { s.Close(b.Context()) })
	if err := s.Open(b.Context()); err != nil {
		b.Skip(err)
	}
	b.Run("ping", func(b *testing.B) {
		for b.Loop() {
			if err := s.Client().Ping(b.Context()).Err(); err != nil {
				b.Fatal(err)
			}
		}
	})
	store := s.Limits("dewar-bench:" + rand.Text() + ":")
	for _, strategy := range strategies {
		b.Run(strategy.String(), func(b *testing.B) {
			h := limit.Hit{Key: strategy.String(), Strategy: strategy, Amount: limit.MaxAmount, Window: time.Minute, Cost: 1}
			b.ReportAllocs()
			for b.Loop() {
				if st, err := store.Take(b.Context(), h); err != nil || !st.Allowed {
					b.Fatal(st, err)
				}
			}
			if err := store.Clear(b.Context(), h.Key); err != nil {
				b.Fatal(err)
			}
		})
	}
}
