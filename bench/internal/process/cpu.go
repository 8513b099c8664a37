package process

import (
	"syscall"
	"time"
)

// CPU is the processor time that this process has used. On a shared machine it
// says more than the clock does: others' work is not in it, although their use
// of the caches is.
func CPU() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
