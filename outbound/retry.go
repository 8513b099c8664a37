package outbound

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// firstWait is the longest wait before the first retry; it doubles with each.
const firstWait = 200 * time.Millisecond

// attempts tries a call until its answer is final, and says how often.
func (c *caller) attempts(req *http.Request) (*http.Response, int, error) {
	c.budget.earn()
	for tries := 1; ; tries++ {
		resp, err := c.once(req)
		if tries > c.Retries || !repeatable(req) || !passing(resp, err) || req.Context().Err() != nil {
			return resp, tries, err
		}
		wait := rand.N(firstWait << (tries - 1)) //nolint:gosec // spread, no secret
		if resp != nil {
			wait = max(wait, retryAfter(resp.Header.Get("Retry-After"), time.Now()))
		}
		if end, ok := req.Context().Deadline(); ok && time.Until(end) <= wait || !c.budget.spend() {
			return resp, tries, err
		}
		next, again := rewound(req)
		if again != nil {
			return resp, tries, err
		}
		if resp != nil {
			_, _ = io.CopyN(io.Discard, resp.Body, 4<<10) // what is short is read, so that the connection stays
			_ = resp.Body.Close()
		}
		if stopped := sleep(req.Context(), wait); stopped != nil {
			closeBody(next)
			return nil, tries, stopped
		}
		req = next
	}
}

// repeatable reports whether a request may be made twice.
func repeatable(req *http.Request) bool {
	switch req.Method {
	case "", http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodPut, http.MethodDelete:
	default:
		if req.Header.Get("Idempotency-Key") == "" {
			return false
		}
	}
	return req.Body == nil || req.Body == http.NoBody || req.GetBody != nil
}

// passing reports whether another attempt may end better.
func passing(resp *http.Response, err error) bool {
	if err != nil {
		_, refused := errors.AsType[*RefusedError](err)
		return !refused && !errors.Is(err, ErrBreakerOpen) && !errors.Is(err, ErrTooLarge) && !untrusted(err)
	}
	switch resp.StatusCode {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// rewound is the request with its body from the beginning.
func rewound(req *http.Request) (*http.Request, error) {
	next := req.Clone(req.Context())
	if req.GetBody == nil || req.Body == nil || req.Body == http.NoBody {
		return next, nil
	}
	body, err := req.GetBody()
	next.Body = body
	return next, err
}

// retryAfter reads seconds or a date (RFC 9110, section 10.2.3); 0 for anything else.
func retryAfter(text string, now time.Time) time.Duration {
	if n, err := strconv.ParseUint(text, 10, 31); err == nil {
		return time.Duration(n) * time.Second //nolint:gosec // 31 bits
	}
	if t, err := http.ParseTime(text); err == nil {
		return max(t.Sub(now), 0)
	}
	return 0
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// budget bounds retries to a tenth of the calls, so that a service that is down does not
// get three times its load. It is counted in tenths.
type budget struct {
	mu   sync.Mutex
	left int
}

const (
	fullBudget = 100 // ten retries
	retryCosts = 10
)

func (b *budget) earn() {
	b.mu.Lock()
	b.left = min(b.left+1, fullBudget)
	b.mu.Unlock()
}

func (b *budget) spend() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.left < retryCosts {
		return false
	}
	b.left -= retryCosts
	return true
}
