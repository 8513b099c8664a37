package cache

import (
	"math/rand/v2"
	"time"
)

// spread is up to a tenth of a time, so that what was made at once does not end at once. It is
// no secret.
func spread(d time.Duration) time.Duration { return rand.N(d/10 + 1) } //nolint:gosec // as it says
