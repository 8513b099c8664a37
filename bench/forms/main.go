// Command forms measures package forms: reading a form of ten fields beside parsing by hand, gorilla/schema with
// go-playground/validator, gin's binding, and WTForms on CPython; and rendering it beside a template in which the same
// HTML is written by hand. They take turns, see package result. A request's own cost, which a view that reads nothing
// has, is taken off.
//
//	cd bench && go run ./forms
package main

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"runtime/pprof"
	"strings"
	"testing"

	"github.com/dewar-go/dewar/bench/internal/process"
	"github.com/dewar-go/dewar/bench/internal/result"
)

// body is what the browser sends.
const body = "email=ada%40example.com&password=correct+horse+battery&name=Ada+Lovelace&age=36&birthday=1990-12-10&country=de" +
	"&website=https%3A%2F%2Fexample.com%2Fada&bio=Wrote+the+first+program.%0D%0AAnd+more.&newsletter=y&terms=y"

// A contestant is one thing to measure. Base is the same without the form.
type contestant struct {
	name      string
	run, base func() error
}

func main() {
	rounds := flag.Int("rounds", 9, "rounds; each is measured once a round")
	quick := flag.Bool("quick", false, "fewer rounds")
	file := flag.String("json", "", "file for the result")
	profile := flag.String("cpuprofile", "", "file for a profile of the contestants that -only names")
	only := flag.String("only", "", "a part of the names of the contestants to measure; all when empty")
	runs := flag.Int("runs", 0, "post to the path that -only names so often, and nothing else: the work under callgrind")
	flag.Parse()
	if *runs > 0 {
		if err := postOnly(*only, *runs); err != nil {
			fmt.Fprintln(os.Stderr, "forms:", err)
			os.Exit(1)
		}
		return
	}
	runtime.GOMAXPROCS(1) // the collector on the side would count
	if *quick {
		*rounds = min(*rounds, 3)
	}
	if *profile != "" {
		f, err := os.Create(*profile)
		if err == nil {
			err = pprof.StartCPUProfile(f)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, "forms:", err)
			os.Exit(1)
		}
		defer pprof.StopCPUProfile()
	}
	if err := run(*rounds, *quick, *file, *only); err != nil {
		fmt.Fprintln(os.Stderr, "forms:", err)
		os.Exit(1)
	}
}

// times is how often a contestant runs in a measurement.
const times = 3000

const (
	decoding  = "ten fields decoded and checked"
	rendering = "ten fields rendered"

	byHand       = "Dewar, by hand"
	withForms    = "Dewar, forms"
	withoutClass = "Dewar, forms, without class='wide'"
)

func run(rounds int, quick bool, file, only string) error {
	set := result.New("forms")
	set.Quick(quick)
	set.Base(byHand)
	site, err := newSite()
	if err != nil {
		return err
	}
	groups := []struct {
		name string
		list []contestant
	}{{decoding, append(site.decoders(), peers()...)}, {rendering, site.renderers()}}
	if !quick && only == "" {
		if err := countInstructions(set); err != nil {
			set.Note("%v", err)
		}
	}
	for round := range rounds {
		for _, g := range groups {
			for _, c := range result.Turn(g.list, round) {
				if !strings.Contains(c.name, only) {
					continue
				}
				full, err := measure(c.run)
				if err != nil {
					return fmt.Errorf("%s: %w", c.name, err)
				}
				empty, err := measure(c.base)
				if err != nil {
					return fmt.Errorf("%s: %w", c.name, err)
				}
				full.T -= empty.T
				full.MemAllocs -= empty.MemAllocs
				full.MemBytes -= empty.MemBytes
				set.Bench(g.name, c.name, full)
			}
		}
		if only == "" {
			if err := python(set); err != nil && round == 0 {
				set.Note("WTForms is left out: %v; on Debian: apt-get install python3-flaskext.wtf", err)
			}
		}
	}
	return set.Finish(file)
}

func measure(f func() error) (testing.BenchmarkResult, error) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := process.CPU()
	for range times {
		if err := f(); err != nil {
			return testing.BenchmarkResult{}, err
		}
	}
	took := process.CPU() - start
	runtime.ReadMemStats(&after)
	return testing.BenchmarkResult{N: times, T: took, MemAllocs: after.Mallocs - before.Mallocs, MemBytes: after.TotalAlloc - before.TotalAlloc}, nil
}
