package dewar

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// A Transaction is work of one request that becomes lasting, or undone, as a
// whole. It is added with [Context.AddTransaction], usually by an extension for
// a database, and ended by the commit stage.
type Transaction interface {
	Commit(ctx context.Context) error
	Rollback(ctx context.Context) error
}

// AddTransaction puts a transaction under the request's care. After the view
// and the after hooks, and before the first byte of the answer, all of them are
// committed in the order in which they were added. They are rolled back instead
// when the view, a hook or a guard returned an error (also one that an error
// handler answered), when the status is 5xx, or after a panic. A commit that
// fails turns the answer into an error page, rolls the remaining ones back and
// keeps the session as it was, so that a client never sees success for work
// that was lost.
//
// A session kept in its cookie is encoded before the commit, so that one that is
// too large undoes the work. One kept by a server-side store is saved after it:
// when that fails, the answer is an error although the work is done.
//
// An answer that leaves the buffer (a stream, a flush) has sent its status
// before the commit; when the commit fails then, the connection is cut.
func (c *Context) AddTransaction(t Transaction) { c.transactions = append(c.transactions, t) }

// endTransactions is the commit stage.
func (c *Context) endTransactions() (err error) {
	if len(c.transactions) == 0 {
		return nil
	}
	list := c.transactions
	c.transactions = nil
	if c.failed != nil || c.StatusCode() >= 500 {
		c.rollback(list)
		return nil
	}
	for i, t := range list {
		if err = guardPanic(func() error { return t.Commit(c.base) }); err != nil {
			c.rollback(list[i:])
			return fmt.Errorf("dewar: commit: %w", err)
		}
	}
	return nil
}

// rollback undoes transactions in reverse order. The request's context may be
// over by now, and undoing must not depend on it.
func (c *Context) rollback(list []Transaction) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.base), 5*time.Second)
	defer cancel()
	for i := len(list) - 1; i >= 0; i-- {
		err := guardPanic(func() error { return list[i].Rollback(ctx) })
		if err != nil && !errors.Is(err, context.Canceled) {
			c.logError(err, "rollback failed")
		}
	}
}
