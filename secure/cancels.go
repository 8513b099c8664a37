package secure

import (
	"net/http"
	"sync"
	"time"
)

// How many requests the client of an HTTP/2 connection may cancel at once, and
// how many more each second. A browser that leaves a page cancels some dozens;
// a search field that asks at each key, a few a second.
const (
	cancelBurst  = 100
	cancelSecond = 10
)

// cancels counts the requests that the client of a connection cancels.
type cancels struct {
	mu      sync.Mutex
	credit  float64 // requests that it may still cancel
	counted time.Time
}

// cancelled reports whether the client has cancelled a request, and ends the
// connection of one that did so too often.
func (c *Connections) cancelled(r *http.Request) bool {
	if r.Context().Err() == nil {
		return false
	}
	if n, ok := r.Context().Value(connectionKey{}).(*connection); ok && !n.mayCancel() {
		if _, open := c.all.Load(n.conn); open {
			c.resets.Add(1)
			c.close(n)
		}
	}
	return true
}

// mayCancel counts a cancelled request.
func (n *connection) mayCancel() bool {
	k := n.cancels.Load()
	if k == nil {
		k = &cancels{credit: cancelBurst, counted: time.Now()}
		if !n.cancels.CompareAndSwap(nil, k) {
			k = n.cancels.Load()
		}
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	now := time.Now()
	k.credit = min(cancelBurst, k.credit+now.Sub(k.counted).Seconds()*cancelSecond) - 1
	k.counted = now
	return k.credit > 0
}
