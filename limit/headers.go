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

// setHeaders sets the headers that describe the request's limits.
func (l *Limiter) setHeaders(h http.Header, st *request) {
	if len(st.charges) == 0 {
		return
	}
	if l.opts.Headers {
		ch := st.shown()
		v := make([]string, 3)
		h[headerLimit], h[headerRemaining], h[headerReset] = v[0:1:1], v[1:2:2], v[2:3:3]
		v[0] = strconv.FormatInt(ch.hit.Amount, 10)
		v[1] = strconv.FormatInt(ch.state.Remaining, 10)
		// Rounded up, so that a client that waits for it is never early.
		at := ch.hit.Now.Add(ch.state.Reset)
		reset := at.Unix()
		if at.Nanosecond() > 0 {
			reset++
		}
		v[2] = strconv.FormatInt(reset, 10)
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

// hasHeaders reports whether the headers that were set early are still there.
func (l *Limiter) hasHeaders(h http.Header) bool {
	return (!l.opts.Headers || h[headerLimit] != nil) && (!l.opts.StandardHeaders || h[headerStandard] != nil)
}

// seconds rounds up to whole seconds, at least 1.
func seconds(d time.Duration) string {
	return strconv.FormatInt(max(1, int64((d+time.Second-1)/time.Second)), 10)
}
