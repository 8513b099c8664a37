package limit

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/secure"
)

// Concurrency bounds how many requests are served at once by all routes it is put on. Other requests are answered 503
// with Retry-After, before anything is counted. A server that takes more than it can serve answers nobody in time. A
// request's place is free when the request has ended, whatever happened. A hijacked connection ends when its view
// returns. Concurrency panics, naming the line, when atOnce is below 1.
//
// [Options.Concurrency] does the same for the whole app.
func (l *Limiter) Concurrency(atOnce int) dewar.Guard {
	places, err := secure.NewConcurrency(atOnce, l.opts.RetryAfter)
	if err != nil {
		panic(fmt.Sprintf("limit: Concurrency(%d) at %s: want 1 or more", atOnce, callerLocation()))
	}
	l.mu.Lock()
	l.counting = true
	l.mu.Unlock()
	return capGuard{l, places, atOnce}
}

type capGuard struct {
	limiter *Limiter
	places  *secure.Concurrency
	atOnce  int
}

func (g capGuard) Stage() dewar.Stage { return stageCap }
func (g capGuard) Name() string       { return fmt.Sprintf("at most %d at once", g.atOnce) }

var errBusy = errors.New("limit: too many requests at once")

func (g capGuard) Check(c *dewar.Context) error {
	if err := g.limiter.installed(); err != nil {
		return err
	}
	if g.limiter.opts.InsecureDisabled {
		return nil
	}
	if !g.places.Acquire() {
		he := &dewar.HTTPError{Code: http.StatusServiceUnavailable, Err: errBusy, Header: http.Header{}}
		g.places.SetRetryAfter(he.Header)
		// The client waits, and should not hold a connection meanwhile.
		he.Header["Connection"] = []string{"close"}
		return he
	}
	st := g.limiter.request(c)
	st.acquired = append(st.acquired, g.places)
	return nil
}
