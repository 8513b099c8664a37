package limit

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/dewar-go/dewar"
)

// Exceeded says that a limit was reached. Error handlers find it in the 429 answer with errors.As. [Counter.Take]
// returns it.
type Exceeded struct {
	// Limit is the limit that was reached.
	Limit Limit
	// Scope is what it belongs to: "default", "application", "route", the name
	// of a shared scope or of a counter.
	Scope string
	// RetryAfter is the time until the same request may pass.
	RetryAfter time.Duration
}

// Error names the limit and the wait. It does not name the client.
func (e *Exceeded) Error() string {
	return fmt.Sprintf("limit: %s limit of %s reached, try again in %v", e.Scope, e.Limit, e.RetryAfter.Round(time.Millisecond))
}

// statusOf returns the status of an answer: the one that was sent, or else the one that err stands for.
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
