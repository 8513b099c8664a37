package limit

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// The header names as net/http keeps them.
const (
	headerLimit     = "X-Ratelimit-Limit"
	headerRemaining = "X-Ratelimit-Remaining"
	headerReset     = "X-Ratelimit-Reset"
	headerStandard  = "Ratelimit"
	headerPolicy    = "Ratelimit-Policy"
)

// setHeaders tells how the request's limits stand.
func (l *Limiter) setHeaders(h http.Header, st *request) {
	if len(st.charges) == 0 {
		return
	}
	if l.opts.Headers {
		ch := st.shown()
		h[headerLimit] = []string{strconv.FormatInt(ch.hit.Amount, 10)}
		h[headerRemaining] = []string{strconv.FormatInt(ch.state.Remaining, 10)}
		// Rounded up: a client that waits for it never comes too early.
		at := ch.hit.Now.Add(ch.state.Reset)
		reset := at.Unix()
		if at.Nanosecond() > 0 {
			reset++
		}
		h[headerReset] = []string{strconv.FormatInt(reset, 10)}
	}
	if l.opts.StandardHeaders {
		var policy, standing strings.Builder
		for i := range st.charges {
			ch := &st.charges[i]
			if i > 0 {
				policy.WriteString(", ")
				standing.WriteString(", ")
			}
			policy.WriteString(ch.policy.full)
			standing.WriteString(ch.policy.name)
			standing.WriteString(";r=")
			standing.WriteString(strconv.FormatInt(ch.state.Remaining, 10))
			standing.WriteString(";t=")
			wait := ch.state.Reset
			if !ch.state.Allowed {
				wait = ch.state.RetryAfter
			}
			standing.WriteString(seconds(wait))
		}
		h[headerPolicy] = []string{policy.String()}
		h[headerStandard] = []string{standing.String()}
	}
}

// seconds rounds up to whole seconds, one at least.
func seconds(d time.Duration) string {
	return strconv.FormatInt(max(1, int64((d+time.Second-1)/time.Second)), 10)
}
