package outbound

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// A script answers calls with what stands in it, the last over and over.
type script struct {
	steps  []step
	bodies []string
	times  []time.Time
}

type step struct {
	status     int
	retryAfter string
	err        error
}

func (s *script) RoundTrip(req *http.Request) (*http.Response, error) {
	b := ""
	if req.Body != nil {
		all, _ := io.ReadAll(req.Body)
		b = string(all)
	}
	s.bodies, s.times = append(s.bodies, b), append(s.times, time.Now())
	at := s.steps[0]
	if len(s.steps) > 1 {
		s.steps = s.steps[1:]
	}
	if at.err != nil {
		return nil, at.err
	}
	return &http.Response{StatusCode: at.status, Header: http.Header{"Retry-After": {at.retryAfter}}, Body: io.NopCloser(strings.NewReader("ok"))}, nil
}

func scripted(cfg Config, steps ...step) (*http.Client, *script) {
	s := &script{steps: steps}
	cfg.base, cfg.Logger = s, slog.New(slog.DiscardHandler)
	c, err := New(cfg)
	if err != nil {
		panic(err)
	}
	return c, s
}

func TestRetries(t *testing.T) {
	reset, refused := errors.New("connection reset"), &RefusedError{"x", "y", "z"}
	for _, row := range []struct {
		name, method string
		header       string
		rewindable   bool
		steps        []step
		tries        int
		status       int
	}{
		{"fails once", "GET", "", true, []step{{err: reset}, {status: 200}}, 2, 200},
		{"503 once", "GET", "", true, []step{{status: 503}, {status: 200}}, 2, 200},
		{"429, 502", "HEAD", "", true, []step{{status: 429}, {status: 502}, {status: 200}}, 3, 200},
		{"always 504", "DELETE", "", true, []step{{status: 504}}, 3, 504},
		{"500 is final", "GET", "", true, []step{{status: 500}}, 1, 500},
		{"404 is final", "GET", "", true, []step{{status: 404}}, 1, 404},
		{"POST", "POST", "", true, []step{{status: 503}}, 1, 503},
		{"POST with a key", "POST", "k", true, []step{{status: 503}, {status: 200}}, 2, 200},
		{"PUT", "PUT", "", true, []step{{err: reset}, {status: 200}}, 2, 200},
		{"PUT of a stream", "PUT", "", false, []step{{err: reset}}, 1, 0},
		{"refused", "GET", "", true, []step{{err: refused}}, 1, 0},
		{"Retry-After", "GET", "", true, []step{{status: 503, retryAfter: "7"}, {status: 200}}, 2, 200},
		{"Retry-After behind the deadline", "GET", "", true, []step{{status: 503, retryAfter: "60"}}, 1, 503},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				client, s := scripted(Config{}, row.steps...)
				var body io.Reader = strings.NewReader("text")
				if !row.rewindable {
					body = io.MultiReader(body)
				}
				req, _ := http.NewRequestWithContext(context.Background(), row.method, "https://a.example/", body)
				if row.header != "" {
					req.Header.Set("Idempotency-Key", row.header)
				}
				resp, err := client.Do(req)
				status := 0
				if err == nil {
					status = resp.StatusCode
					_ = resp.Body.Close()
				}
				if len(s.bodies) != row.tries || status != row.status {
					t.Errorf("%d tries, status %d, %v", len(s.bodies), status, err)
				}
				for _, b := range s.bodies {
					if b != "text" {
						t.Errorf("the body was %q", b)
					}
				}
				if row.name == "Retry-After" && s.times[1].Sub(s.times[0]) < 7*time.Second {
					t.Errorf("it waited %v", s.times[1].Sub(s.times[0]))
				}
			})
		})
	}
}

// TestCallerLeaves: who does not wait any more is not waited for.
func TestCallerLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, s := scripted(Config{}, step{status: 503, retryAfter: "20"})
		ctx, cancel := context.WithCancel(context.Background())
		time.AfterFunc(time.Second, cancel)
		start := time.Now()
		req, _ := http.NewRequestWithContext(ctx, http.MethodGet, "https://a.example/", nil)
		resp, err := client.Do(req)
		if err == nil {
			_ = resp.Body.Close()
		}
		if !errors.Is(err, context.Canceled) || len(s.times) != 1 || time.Since(start) != time.Second {
			t.Errorf("%v after %v and %d tries", err, time.Since(start), len(s.times))
		}
	})
}

// TestRetryBudget: a service that is down gets a tenth more, not three times as much.
func TestRetryBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, s := scripted(Config{}, step{status: 429}) // no failure to the breaker
		const calls = 1000
		for range calls {
			_ = get(t, client, "https://a.example/")
		}
		if got := len(s.times) - calls; got < calls/10 || got > calls/10+10 {
			t.Errorf("%d retries", got)
		}
	})
}

func TestBreaker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, s := scripted(Config{Retries: -1}, step{status: 500})
		call := func(host string) error {
			resp, err := client.Get("https://" + host + "/")
			if err == nil {
				_ = resp.Body.Close()
			}
			return err
		}
		for range enough {
			if err := call("a.example"); err != nil {
				t.Fatal(err)
			}
		}
		if err := call("a.example"); !errors.Is(err, ErrBreakerOpen) {
			t.Errorf("open: %v", err)
		}
		if err := call("b.example"); err != nil {
			t.Errorf("another host: %v", err)
		}
		time.Sleep(openFor)
		if err := call("a.example"); err != nil { // the one that decides: 500
			t.Errorf("half open: %v", err)
		}
		if err := call("a.example"); !errors.Is(err, ErrBreakerOpen) {
			t.Errorf("open again: %v", err)
		}
		time.Sleep(openFor)
		s.steps = []step{{status: 200}}
		for n := range 2 {
			if err := call("a.example"); err != nil {
				t.Errorf("closed, call %d: %v", n, err)
			}
		}
	})
}

// TestBreakerForgets: failures long ago do not count, and a caller that went away
// says nothing about the host.
func TestBreakerForgets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := breakers{hosts: map[string]*breaker{}}
		for range enough - 1 {
			done, _ := b.enter("h")
			done(failed)
		}
		for range enough {
			done, _ := b.enter("h")
			done(unknown)
		}
		time.Sleep(window + time.Second)
		done, err := b.enter("h")
		if err != nil {
			t.Fatal(err)
		}
		done(failed)
		if _, err := b.enter("h"); err != nil {
			t.Error(err)
		}
	})
}

// TestBreakerAndTheLate: a call that began before the breaker opened decides nothing in the place of the one that is to.
func TestBreakerAndTheLate(t *testing.T) {
	for _, late := range []outcome{succeeded, failed, unknown} {
		synctest.Test(t, func(t *testing.T) {
			b := breakers{hosts: map[string]*breaker{}}
			before, _ := b.enter("h")
			for range enough {
				done, _ := b.enter("h")
				done(failed)
			}
			time.Sleep(openFor)
			probe, err := b.enter("h")
			if err != nil {
				t.Fatal(err)
			}
			before(late)
			if _, err := b.enter("h"); !errors.Is(err, ErrBreakerOpen) {
				t.Errorf("behind a late %d: %v", late, err)
			}
			probe(succeeded)
			if _, err := b.enter("h"); err != nil {
				t.Errorf("behind the one that decides: %v", err)
			}
		})
	}
}

// TestBreakersAreBounded: a user who chooses hosts does not choose how much is kept.
func TestBreakersAreBounded(t *testing.T) {
	b := breakers{hosts: map[string]*breaker{}}
	for n := range 5 * maxHosts {
		done, _ := b.enter(string(rune('a'+n%26)) + strings.Repeat("x", n))
		done(succeeded)
	}
	if len(b.hosts) > maxHosts {
		t.Errorf("%d breakers", len(b.hosts))
	}
}

// TestCallersThatLeave: they say nothing about the host.
func TestCallersThatLeave(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &caller{Config: Config{base: waits{}}, breakers: breakers{hosts: map[string]*breaker{}}}
		for range 2 * enough {
			ctx, cancel := context.WithCancel(context.Background())
			time.AfterFunc(time.Millisecond, cancel)
			req, _ := http.NewRequestWithContext(ctx, http.MethodGet, "https://a.example/", nil)
			resp, err := c.once(req)
			if err == nil {
				_ = resp.Body.Close()
			}
			if !errors.Is(err, context.Canceled) {
				t.Fatal(err)
			}
		}
	})
}

// waits never answers.
type waits struct{}

func (waits) RoundTrip(req *http.Request) (*http.Response, error) {
	<-req.Context().Done()
	return nil, req.Context().Err()
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	for text, want := range map[string]time.Duration{
		"": 0, "0": 0, "120": 2 * time.Minute, "-1": 0, "1e9": 0, "99999999999999999999": 0,
		"Mon, 30 Nov 2026 12:00:30 GMT": 30 * time.Second, "Mon, 30 Nov 2026 11:00:00 GMT": 0, "soon": 0,
	} {
		if got := retryAfter(text, now); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}
