package accounts

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"time"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/limit"
)

// How tries for one account slow down: after freeTries the next waits a second, then two, four, up to maxWait. A count is
// forgotten after forgetTries without one.
const (
	freeTries   = 5
	maxWait     = 15 * time.Minute
	forgetTries = 24 * time.Hour
)

// waitAfter is how long the next try waits after n without success.
func waitAfter(n int) time.Duration {
	if n < freeTries {
		return 0
	}
	return min(time.Second<<min(n-freeTries, 20), maxWait)
}

// try counts a try for a key before anything is done that costs or tells something. With a wait above zero it must not be
// made, and is not counted. The count goes up in one conditional step: of many tries at once, no more pass than of as
// many one after the other (CVE-2019-5421).
func (a *Accounts) try(ctx context.Context, key string) (wait time.Duration, err error) {
	for range 100 { // another try won
		from, err := a.cfg.Store.Attempts(ctx, key)
		if err != nil {
			return 0, unavailable(err)
		}
		now := time.Now()
		if from.Next.After(now) {
			return from.Next.Sub(now), nil
		}
		to := Attempts{Count: from.Count + 1}
		if from.Count > 0 && now.Sub(from.Next) > forgetTries {
			to.Count = 1
		}
		to.Next = now.Add(waitAfter(to.Count))
		counted, err := a.cfg.Store.CountAttempts(ctx, key, from, to, to.Next.Add(forgetTries))
		if err != nil {
			return 0, unavailable(err)
		}
		if counted {
			return 0, nil
		}
	}
	return time.Second, nil
}

// succeeded forgets the tries of a key. Those of the client's address stay.
func (a *Accounts) succeeded(ctx context.Context, key string) error {
	if err := a.cfg.Store.ClearAttempts(ctx, key); err != nil {
		return unavailable(err)
	}
	return nil
}

// fromAddress counts a request of the client's address that tries an account: 20 a minute, and 10 accounts in ten
// minutes.
func (a *Accounts) fromAddress(c *dewar.Context, account string) (wait time.Duration, err error) {
	address := limit.Address(c)
	if wait, err = taken(a.perAddress.Take(c.Context(), address, 1)); wait > 0 || err != nil {
		return wait, err
	}
	if wait, err = taken(a.perPair.Take(c.Context(), address+" "+account, 1)); wait > 0 || err != nil {
		return 0, err // counted before
	}
	return taken(a.perAccounts.Take(c.Context(), address, 1))
}

// taken is the wait that a limit asks for.
func taken(err error) (time.Duration, error) {
	if e, ok := errors.AsType[*limit.Exceeded](err); ok {
		return e.RetryAfter, nil
	}
	return 0, err
}

// accountKey is the key of an address for tries. It is the same whether there is such an account or not, and does not
// tell it.
func accountKey(email string) string { return "account:" + hash(email) }

func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}
