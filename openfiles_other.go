//go:build !unix

package dewar

// openFiles is how many files, connections included, the process may have open;
// 0 where there is no such limit.
func openFiles() int { return 0 }
