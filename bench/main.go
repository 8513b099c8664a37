// Command bench measures what it costs to have a Dewar application running:
// the time from starting the process to its first answer, and the memory it
// holds at rest. It builds the examples, starts each several times and prints
// one line for each. Nothing is asserted: the figures depend on the machine.
//
//	make bench
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"time"
)

// rounds is how often each program is started; the median is printed.
const rounds = 9

// A subject is a program to measure.
type subject struct {
	name    string
	pkg     string // below the examples module
	port    int    // the one it is written to use; 0: it takes --port
	warmUps int    // starts that are not counted: the first makes the database
}

var subjects = []subject{
	{"hello", "./hello", 5000, 1},
	{"flaskr", "./flaskr", 0, 1},
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run() error {
	dir, err := os.MkdirTemp("", "dewar-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	fmt.Printf("%s %s/%s, %d processors; median of %d starts\n\n", runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), rounds)
	fmt.Printf("%-8s %14s %12s %14s %10s\n", "program", "first answer", "at rest", "after 1,000", "binary")
	for _, s := range subjects {
		binary := filepath.Join(dir, s.name)
		if err := build(s.pkg, binary); err != nil {
			return err
		}
		f, err := measure(s, binary, filepath.Join(dir, s.name+"-instance"))
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		fmt.Printf("%-8s %11.1f ms %9.1f MB %11.1f MB %7.1f MB\n", s.name, float64(f.firstAnswer)/float64(time.Millisecond),
			megabytes(f.rest), megabytes(f.loaded), megabytes(f.size))
	}
	return nil
}

func megabytes(bytes int64) float64 { return float64(bytes) / (1 << 20) }
