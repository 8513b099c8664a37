package db_test

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/dewar-go/dewar/contrib/db"
	"github.com/dewar-go/dewar/contrib/db/dbtest"
	"github.com/dewar-go/dewar/tasks"
)

// BenchmarkTasks enqueues from one goroutine and from 64, and runs what is there with 64 slots. "sync" is the floor: one
// write of 512 bytes to a file, and its sync.
func BenchmarkTasks(b *testing.B) {
	b.Run("sync", func(b *testing.B) {
		file, err := os.Create(filepath.Join(b.TempDir(), "file"))
		if err != nil {
			b.Fatal(err)
		}
		defer file.Close()
		for b.Loop() {
			if _, err := file.Write(make([]byte, 512)); err != nil {
				b.Fatal(err)
			}
			if err := file.Sync(); err != nil {
				b.Fatal(err)
			}
		}
	})
	type args struct{ Text string }
	some := args{"seventy bytes of text or so, as much as a handler needs to find its work"}
	for name, url := range map[string]func(testing.TB) string{"sqlite": dbtest.SQLite, "postgres": dbtest.Postgres, "mysql": dbtest.MySQL} {
		setup := func(b *testing.B, run func()) (*tasks.Queue, tasks.Kind[args]) {
			d := db.New(db.Config{URL: url(b)})
			if err := d.Open(b.Context()); err != nil {
				b.Fatal(err)
			}
			b.Cleanup(func() { _ = d.Close(context.Background()) })
			q := tasks.NewQueue(tasks.Config{Broker: d.Tasks(), Logger: slog.New(slog.DiscardHandler)})
			return q, tasks.New(q, "k", func(context.Context, args) error { run(); return nil })
		}
		b.Run(name+"/enqueue", func(b *testing.B) {
			_, k := setup(b, nil)
			for b.Loop() {
				if _, err := k.EnqueueContext(b.Context(), some); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(name+"/enqueue64", func(b *testing.B) {
			_, k := setup(b, nil)
			var left atomic.Int64
			left.Store(int64(b.N))
			var wg sync.WaitGroup
			b.ResetTimer()
			for range 64 {
				wg.Go(func() {
					for left.Add(-1) >= 0 {
						if _, err := k.EnqueueContext(b.Context(), some); err != nil {
							b.Error(err)
						}
					}
				})
			}
			wg.Wait()
		})
		b.Run(name+"/drain", func(b *testing.B) {
			var left atomic.Int64
			left.Store(int64(b.N))
			done := make(chan struct{})
			q, k := setup(b, func() {
				if left.Add(-1) == 0 {
					close(done)
				}
			})
			for n := b.N; n > 0; n -= 1000 {
				list := make([]args, min(n, 1000))
				if err := k.EnqueueAll(b.Context(), list...); err != nil {
					b.Fatal(err)
				}
			}
			ctx, cancel := context.WithCancel(b.Context())
			b.ResetTimer()
			ended := newResult(func() error { return q.Work(ctx, tasks.WorkerOptions{Concurrency: 64}) })
			<-done
			b.StopTimer()
			cancel()
			if err := ended(); err != nil {
				b.Error(err)
			}
		})
	}
}
