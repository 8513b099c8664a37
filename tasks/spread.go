package tasks

import (
	"math/rand/v2"
	"time"
)

// backoff is the default of Settings.Backoff. Chance keeps tasks apart that failed together.
func backoff(failures int) time.Duration {
	d := time.Hour
	if failures < 12 {
		d = time.Second << max(failures-1, 0)
	}
	return d/2 + rand.N(d) //nolint:gosec // only spreads times
}

// Order returns the names of the worker's queues in an order of chance, in which each is before the others as often as
// its weight says. Brokers claim in this order, so that no queue starves another.
func (w Worker) Order() []string {
	left, sum := append([]QueueShare(nil), w.Queues...), 0
	for _, s := range left {
		sum += s.Weight
	}
	names := make([]string, 0, len(left))
	for len(left) > 0 {
		i, at := 0, rand.IntN(max(sum, 1)) //nolint:gosec // only spreads work
		for ; i < len(left)-1 && at >= left[i].Weight; i++ {
			at -= left[i].Weight
		}
		names = append(names, left[i].Name)
		sum -= left[i].Weight
		left = append(left[:i], left[i+1:]...)
	}
	return names
}

// Jitter returns a time from half of d to d, for brokers that look for tasks now and then.
func Jitter(d time.Duration) time.Duration {
	return d/2 + rand.N(max(d/2, 1)) //nolint:gosec // only spreads times
}
