package limit

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/dewar-go/dewar"
)

// BenchmarkMemory is one charge.
func BenchmarkMemory(b *testing.B) {
	for _, s := range allStrategies {
		b.Run(s.String(), func(b *testing.B) {
			m := NewMemory(MemoryOptions{})
			h := Hit{Key: "LIMITER/192.0.2.1/index/1000000000/1/minute", Strategy: s, Amount: MaxAmount, Window: time.Minute, Cost: 1, Now: epoch}
			b.ReportAllocs()
			for b.Loop() {
				m.Take(context.Background(), h)
			}
		})
	}
	b.Run("full of others", func(b *testing.B) {
		m := NewMemory(MemoryOptions{MaxKeys: 10_000})
		keys := make([]string, 1<<16)
		for i := range keys {
			keys[i] = fmt.Sprint("LIMITER/192.0.2.", i, "/index/5/1/minute")
		}
		h := Hit{Amount: 5, Window: time.Minute, Cost: 1, Now: epoch}
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			h.Key = keys[i%len(keys)]
			m.Take(context.Background(), h)
		}
	})
}

// BenchmarkNote is making a counter's key, whose text is the one allocation of
// a check.
func BenchmarkNote(b *testing.B) {
	r, err := newRule("route", "index", "1000000000/minute", Rule{}, &Options{})
	if err != nil {
		b.Fatal(err)
	}
	c := contextOf(b)
	st := &request{}
	b.ReportAllocs()
	for b.Loop() {
		st.charges = st.chargeSpace[:0]
		st.addCharges(r, "", c, epoch, 0)
	}
}

// contextOf is the Context of a request for "/".
func contextOf(tb testing.TB) (c *dewar.Context) {
	app := dewar.New(dewar.Config{Loopback: true, InstanceDir: tb.TempDir(), Logger: slog.New(slog.DiscardHandler)})
	app.Get("/", func(got *dewar.Context) error { c = got; return got.Text("") }).Name("index")
	app.ServeHTTP(httptest.NewRecorder(), localRequest())
	return c
}

func localRequest() *http.Request {
	r := httptest.NewRequest("GET", "http://localhost/", nil)
	r.RemoteAddr = "192.0.2.1:50000"
	return r
}

// BenchmarkRequest is a whole request, with and without limits.
func BenchmarkRequest(b *testing.B) {
	for _, row := range []struct {
		name string
		o    *Options
	}{
		{"no limiter", nil},
		{"one limit", &Options{Default: "1000000000/minute"}},
		{"three limits and headers", &Options{Default: "1000000000/minute; 1000000000/hour", Application: "1000000000/day", Headers: true}},
	} {
		b.Run(row.name, func(b *testing.B) {
			app := dewar.New(dewar.Config{Loopback: true, InstanceDir: b.TempDir(), Logger: slog.New(slog.DiscardHandler)})
			if row.o != nil {
				app.Extend(New(*row.o))
			}
			app.Get("/", func(c *dewar.Context) error { return c.Text("hello") }).Name("index")
			h, err := app.Handler()
			if err != nil {
				b.Fatal(err)
			}
			r, w := localRequest(), &discard{http.Header{}}
			b.ReportAllocs()
			for b.Loop() {
				clear(w.header)
				h.ServeHTTP(w, r)
			}
		})
	}
}

type discard struct{ header http.Header }

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) Write(p []byte) (int, error) { return len(p), nil }
func (d *discard) WriteHeader(int)             {}

// TestAllocations holds a check to its budget.
func TestAllocations(t *testing.T) {
	m := NewMemory(MemoryOptions{})
	h := Hit{Key: "k", Amount: MaxAmount, Window: time.Minute, Cost: 1, Now: epoch}
	m.Take(t.Context(), h)
	if n := testing.AllocsPerRun(100, func() { m.Take(context.Background(), h) }); n != 0 {
		t.Errorf("a charge allocates %v times, want 0", n)
	}
	r, err := newRule("route", "index", "5/minute", Rule{}, &Options{})
	if err != nil {
		t.Fatal(err)
	}
	c, st := contextOf(t), &request{}
	if n := testing.AllocsPerRun(100, func() {
		st.charges = st.chargeSpace[:0]
		st.addCharges(r, "", c, epoch, 0)
	}); n > 1 {
		t.Errorf("a key allocates %v times, want 1", n)
	}
}
