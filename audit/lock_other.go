//go:build !unix || solaris || aix

package audit

import "os"

// lock does nothing: the system has no flock. The documentation of File says so.
func lock(*os.File) error { return nil }
