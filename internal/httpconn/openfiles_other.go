//go:build !unix

package httpconn

// OpenFiles is how many files, connections included, the process may have open;
// 0 where there is no such limit.
func OpenFiles() int { return 0 }
