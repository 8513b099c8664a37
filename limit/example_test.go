package limit_test

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"os"
	"time"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/limit"
)

// Every route may be asked 200 times a day and 50 times an hour by one address;
// the login ten times a minute.
func Example() {
	dir, _ := os.MkdirTemp("", "limit")
	defer os.RemoveAll(dir)
	app := dewar.New(dewar.Config{Loopback: true, InstanceDir: dir, Logger: quiet})
	limiter := limit.New(limit.Options{Default: "200/day; 50/hour", Headers: true})
	app.Extend(limiter)
	app.Get("/", func(c *dewar.Context) error { return c.Text("hello") }).Name("index")
	app.Get("/login", func(c *dewar.Context) error { return c.Text("who are you?") }).Name("login").
		Guard(limiter.Guard("2/minute"))

	for range 3 {
		w := httptest.NewRecorder()
		app.ServeHTTP(w, httptest.NewRequest("GET", "http://localhost/login", nil))
		fmt.Printf("%d %s %q\n", w.Code, w.Header().Get("X-RateLimit-Remaining"), w.Header().Get("Retry-After"))
	}
	// Output:
	// 200 1 ""
	// 200 0 ""
	// 429 0 "60"
}

// Only failures count, for account and address together.
func ExampleRule() {
	limiter := limit.New(limit.Options{})
	guard := limiter.Shared("login", "5/15 minutes", limit.Rule{
		Methods: []string{"POST"},
		Key: limit.Join(limit.Address, func(c *dewar.Context) string {
			return c.Request().Header.Get("X-Account")
		}),
		DeductWhen: func(_ *dewar.Context, status int) bool { return status == 401 },
		Message:    "Too many failed attempts. Wait a quarter of an hour.",
	})
	fmt.Println(guard.Name())
	// Output: limit login 5 per 15 minute
}

func ExampleParse() {
	limits, err := limit.Parse("10 per 2 hours; 100/DAY")
	fmt.Println(limits, err)
	_, err = limit.Parse("10/min")
	fmt.Println(err)
	// Output:
	// [10 per 2 hour 100 per 1 day] <nil>
	// limit: the limit string "10/min": "10/min" has no unit of time; it is one of second, minute, hour, day, month and year, written out
}

// What no guard can see is charged by the program itself.
func ExampleLimiter_Counter() {
	limiter := limit.New(limit.Options{})
	mails := limiter.Counter("mails", "2/day")
	for range 3 {
		err := mails.Take(context.Background(), "joe@example.com", 1)
		var e *limit.Exceeded
		fmt.Println(errors.As(err, &e))
	}
	// Output:
	// false
	// false
	// true
}

// A store alone, in any program.
func ExampleMemory() {
	store := limit.NewMemory(limit.MemoryOptions{})
	limits, _ := limit.Parse("1/minute")
	now := time.Unix(1_800_000_000, 0)
	hit := limit.Hit{
		Key: "192.0.2.1", Strategy: limit.GCRA, Amount: limits[0].Amount, Window: limits[0].Window(), Cost: 1, Now: now,
	}
	for range 2 {
		state, _ := store.Take(context.Background(), hit)
		fmt.Println(state.Allowed, state.RetryAfter)
	}
	// Output:
	// true 0s
	// false 1m0s
}
