//go:build unix && !solaris && !aix

package audit

import (
	"os"
	"syscall"
)

// lock takes a file for this process. The system gives it back when the process ends.
func lock(f *os.File) error { return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) }
