package dewar_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dewar-go/dewar"
)

// TestGo: work in the background outlives its request with the request's values, has a
// deadline of its own, knows nothing of the Context, and takes the process with it in no
// way that it ends.
func TestGo(t *testing.T) {
	type key struct{}
	synctest.Test(t, func(t *testing.T) {
		app, log := newApp(t, func(c *dewar.Config) { c.Loopback = true })
		app.Wrap(func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), key{}, "kept")))
			})
		})
		var ids []string
		start := func(path string, f func(context.Context) error) {
			app.Get(path, func(c *dewar.Context) error {
				ids = append(ids, c.RequestID())
				dewar.Go(c, f)
				return c.NoContent()
			})
		}
		var ended atomic.Bool
		start("/works", func(ctx context.Context) error {
			began := time.Now()
			_, found := dewar.FromRequest((&http.Request{}).WithContext(ctx))
			if at, ok := ctx.Deadline(); !ok || at.Sub(began) != time.Minute || found || ctx.Value(key{}) != "kept" {
				t.Errorf("deadline %v, value %v, Context %t", at.Sub(began), ctx.Value(key{}), found)
			}
			time.Sleep(10 * time.Second)
			ended.Store(ctx.Err() == nil)
			return nil
		})
		start("/panics", func(context.Context) error { panic("out of luck, token planted-secret-1") })
		start("/aborts", func(context.Context) error { panic(http.ErrAbortHandler) })
		start("/fails", func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() })
		handler, err := app.Handler()
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range []string{"/works", "/panics", "/aborts", "/fails"} {
			ctx, cancel := context.WithCancel(t.Context())
			r := httptest.NewRequestWithContext(ctx, "GET", "http://localhost"+path, nil)
			r.Header.Set("Authorization", "Bearer planted-secret-1")
			handler.ServeHTTP(httptest.NewRecorder(), r)
			cancel()
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		if !ended.Load() {
			t.Error("it did not outlive the request")
		}
		for i, says := range []string{"", "out of luck, token [secret]", "abort Handler", "context deadline exceeded"} {
			found := false
			for line := range strings.Lines(log.String()) {
				found = found || strings.Contains(line, "work in the background failed") && strings.Contains(line, says) &&
					strings.Contains(line, "background_test.go:") && strings.Contains(line, ids[i])
			}
			if found != (i > 0) {
				t.Errorf("%q is not in %s", says, log)
			}
		}
		if strings.Contains(log.String(), "planted-secret-1") {
			t.Errorf("a secret: %s", log)
		}
	})
}

// TestGoAtTheEnd: closing an app waits for work in the background before what that uses is
// closed, and no longer than it may.
func TestGoAtTheEnd(t *testing.T) {
	for _, row := range []struct {
		name        string
		takes, most time.Duration
		cut         bool
	}{
		{"in time", 5 * time.Second, 10 * time.Second, false},
		{"late", 20 * time.Second, 10 * time.Second, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				app, _ := newApp(t, func(c *dewar.Config) { c.Loopback = true })
				var done, closed atomic.Bool
				app.Get("/", func(c *dewar.Context) error {
					dewar.Go(c, func(ctx context.Context) error {
						select {
						case <-time.After(row.takes):
							done.Store(!closed.Load())
						case <-ctx.Done():
						}
						return nil
					})
					return c.NoContent()
				})
				app.OnClose(func(context.Context) error { closed.Store(true); return nil })
				handler, err := app.Handler()
				if err != nil {
					t.Fatal(err)
				}
				handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "http://localhost/", nil))
				ctx, cancel := context.WithTimeout(t.Context(), row.most)
				defer cancel()
				start := time.Now()
				err = app.Close(ctx)
				if took := time.Since(start); took != min(row.takes, row.most) || done.Load() == row.cut || (err != nil) != row.cut || !closed.Load() {
					t.Errorf("after %v: %v, done %t", took, err, done.Load())
				}
				if row.cut && !strings.Contains(err.Error(), "background_test.go:") {
					t.Errorf("it does not say where: %v", err)
				}
			})
		})
	}
}

// TestGoIsCutAtShutdown: Serve ends the context of what takes too long.
func TestGoIsCutAtShutdown(t *testing.T) {
	app, _ := newApp(t, func(c *dewar.Config) { c.ShutdownTimeout = time.Millisecond })
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	cause := make(chan error, 1)
	app.Get("/", func(c *dewar.Context) error {
		dewar.Go(c, func(ctx context.Context) error {
			stop()
			<-ctx.Done()
			cause <- ctx.Err()
			return nil
		})
		return c.NoContent()
	})
	served := make(chan error, 1)
	go func() { served <- app.Serve(ctx, listener) }()
	resp, err := http.Get("http://" + listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if err := <-served; err != nil {
		t.Log(err) // it may be late once more
	}
	if err := <-cause; !errors.Is(err, context.Canceled) {
		t.Errorf("its context ended with %v", err)
	}
}
