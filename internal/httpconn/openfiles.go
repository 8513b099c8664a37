//go:build unix

package httpconn

import (
	"math"
	"syscall"
)

// OpenFiles is how many files, connections included, the process may have open;
// 0 where there is no such limit.
func OpenFiles() int {
	var limit syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit) != nil || limit.Cur > math.MaxInt32 {
		return 0
	}
	return int(limit.Cur)
}
