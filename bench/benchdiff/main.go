// Command benchdiff compares two results of one suite, or two folders of
// results, and names what became slower beyond the noise.
//
//	cd bench && go run ./benchdiff old.json new.json
//
// A row that has ratios is judged by them, since the machine may have been
// another one or busy; one without by its samples. It counts as changed when
// the medians are more than -threshold apart (8 %) and the rank-sum test of
// Mann and Whitney finds the samples of the two runs different (p < 0.05);
// rows with fewer than four samples a side count when their extremes do not
// overlap. The exit code is 1 when something of -subject (dewar) regressed.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"github.com/dewar-go/dewar/bench/internal/result"
)

func main() {
	threshold := flag.Float64("threshold", 0.08, "smallest change that counts")
	subject := flag.String("subject", "dewar", "whose regressions give the exit code 1")
	all := flag.Bool("all", false, "also print what did not change")
	flag.Parse()
	if flag.NArg() != 2 {
		fmt.Fprintln(os.Stderr, "usage: benchdiff [flags] OLD NEW (two files, or two folders)")
		os.Exit(2)
	}
	worse, err := run(flag.Arg(0), flag.Arg(1), *threshold, *subject, *all)
	if err != nil {
		fmt.Fprintln(os.Stderr, "benchdiff:", err)
		os.Exit(2)
	}
	if worse > 0 {
		os.Exit(1)
	}
}

func run(before, after string, threshold float64, subject string, all bool) (worse int, err error) {
	pairs := [][2]string{{before, after}}
	if info, err := os.Stat(before); err == nil && info.IsDir() {
		files, err := filepath.Glob(filepath.Join(before, "*.json"))
		if err != nil {
			return 0, err
		}
		pairs = nil
		for _, f := range files {
			other := filepath.Join(after, filepath.Base(f))
			if _, err := os.Stat(other); errors.Is(err, os.ErrNotExist) {
				fmt.Printf("%s: only in %s\n", filepath.Base(f), before)
				continue
			}
			pairs = append(pairs, [2]string{f, other})
		}
	}
	for _, p := range pairs {
		old, err := result.Read(p[0])
		if err != nil {
			return 0, err
		}
		now, err := result.Read(p[1])
		if err != nil {
			return 0, err
		}
		fmt.Printf("%s: %s to %s\n", now.Suite, old.Time.Format("2006-01-02 15:04"), now.Time.Format("2006-01-02 15:04"))
		if old.Machine != now.Machine {
			fmt.Printf("  another machine: %s\n               was %s\n", now.Machine, old.Machine)
		}
		if old.Quick || now.Quick {
			fmt.Println("  a quick run has few samples: look at the whole one before believing it")
		}
		for _, c := range compare(old, now, threshold) {
			if c.verdict == same && !all {
				continue
			}
			if c.verdict == regressed && c.now.Subject == subject {
				worse++
			}
			fmt.Println("  " + c.String())
		}
	}
	fmt.Printf("%d of %s regressed\n", worse, subject)
	return worse, nil
}
