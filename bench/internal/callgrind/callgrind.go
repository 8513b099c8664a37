// Package callgrind counts the instructions of a piece of work with valgrind's
// callgrind. On a machine that is shared, times of two programs that differ by a
// few per cent say nothing; the count is the same each time, whatever else runs.
//
// It is no time: a mispredicted jump or a cache miss counts for nothing, and the
// processor that callgrind plays has no instructions for SHA, so that a hash counts
// for much more than it takes.
package callgrind

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
)

// ErrMissing says that there is no valgrind here.
var ErrMissing = errors.New("instructions are not counted: valgrind is missing; on Debian: apt-get install valgrind")

// Available reports what is missing, nil when nothing is.
func Available() error {
	if _, err := exec.LookPath("valgrind"); err != nil {
		return ErrMissing
	}
	return nil
}

var collected = regexp.MustCompile(`Collected : (\d+)`)

// PerRound returns the instructions of one round of work. It runs this very
// program under callgrind with the arguments for n rounds and for 3n, so that what
// it takes to start does not count. The collector is off.
func PerRound(n int, args func(rounds int) []string) (float64, error) {
	self, err := os.Executable()
	if err != nil {
		return 0, err
	}
	var total [2]float64
	for i, rounds := range []int{n, 3 * n} {
		argv := append([]string{"--tool=callgrind", "--callgrind-out-file=/dev/null", self}, args(rounds)...)
		cmd := exec.Command("valgrind", argv...)
		// Signals that stop a goroutine are more than callgrind can follow.
		cmd.Env = append(os.Environ(), "GOMAXPROCS=1", "GOGC=off", "GODEBUG=asyncpreemptoff=1")
		out, err := cmd.CombinedOutput()
		if err != nil {
			return 0, fmt.Errorf("callgrind: %w: %.400s", err, bytes.TrimSpace(out))
		}
		m := collected.FindSubmatch(out)
		if m == nil {
			return 0, fmt.Errorf("callgrind said nothing of what it collected: %.400s", bytes.TrimSpace(out))
		}
		if total[i], err = strconv.ParseFloat(string(m[1]), 64); err != nil {
			return 0, err
		}
	}
	return (total[1] - total[0]) / float64(2*n), nil
}
