//go:build unix

package dewar

import (
	"math"
	"syscall"
)

// openFiles is how many files, connections included, the process may have open;
// 0 where there is no such limit.
func openFiles() int {
	var limit syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit) != nil || limit.Cur > math.MaxInt32 {
		return 0
	}
	return int(limit.Cur)
}
