package limit

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/dewar-go/dewar"
)

// Exceeded says that a limit was reached. It is the cause of the 429 answer, for
// error handlers (errors.As), and what [Counter.Take] returns.
type Exceeded struct {
	// Limit is the limit that was reached.
	Limit Limit
	// Scope is what it belongs to: "default", "application", "route", the name
	// of a shared scope or of a counter.
	Scope string
	// RetryAfter is the time until the same request may pass.
	RetryAfter time.Duration
}

// Error names the limit and the wait, and nobody's address.
func (e *Exceeded) Error() string {
	return fmt.Sprintf("limit: %s limit of %s reached, try again in %v", e.Scope, e.Limit, e.RetryAfter.Round(time.Millisecond))
}

// statusOf is an answer's status: as it was sent, else what the error stands
// for.
func statusOf(seen int, err error) int {
	if seen != 0 {
		return seen
	}
	if err == nil {
		return http.StatusFound
	}
	var he *dewar.HTTPError
	if errors.As(err, &he) {
		return he.Code
	}
	return http.StatusInternalServerError
}
