// Command router measures Dewar's router beside gin's, echo's, chi's and
// net/http's on the same rules: the time and the allocations to dispatch a
// request to an empty handler, the time to register the rules and the memory
// they take. Routers take turns, several rounds long, and the medians and the
// ratios to Dewar are printed, since on a shared machine no time means anything
// by itself.
//
//	cd bench && go run ./router
package main

import (
	"flag"
	"fmt"
	"net/http"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

func main() {
	rounds := flag.Int("rounds", 5, "rounds; each router is measured once a round")
	large := flag.Bool("large", true, "also measure 10,000 and 100,000 rules")
	flag.Parse()
	sizes := []int{200}
	if *large {
		sizes = append(sizes, 10_000, 100_000)
	}
	fmt.Printf("%s %s/%s, %d processors, median of %d rounds\n", runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), *rounds)
	for _, n := range sizes {
		if err := compare(n, *rounds); err != nil {
			fmt.Fprintln(os.Stderr, "router:", err)
			os.Exit(1)
		}
	}
}

// A result is one router's figures over all rounds.
type result struct {
	build, bytes []float64
	cases        map[string]*figures
}

type figures struct{ ns, allocs []float64 }

func compare(n, rounds int) error {
	rules := apiRules(n)
	requests := map[string][]*http.Request{
		"static":  requestsFor(rules, func(r rule) bool { return !strings.Contains(r.path, "{") }),
		"1 param": requestsFor(rules, func(r rule) bool { return strings.Count(r.path, "{") == 1 }),
		"all":     requestsFor(rules, func(rule) bool { return true }),
		"miss":    {mustRequest("GET", "/no/such/path/at/all"), mustRequest("GET", "/api/nothing")},
	}
	results := map[string]*result{}
	for round := range rounds {
		for i := range peers {
			p := peers[(i+round)%len(peers)] // nobody is always first
			res := results[p.name]
			if res == nil {
				res = &result{cases: map[string]*figures{}}
				results[p.name] = res
			}
			if n > 10_000 && p.slow {
				continue
			}
			if err := measure(p, rules, requests, res); err != nil {
				return fmt.Errorf("%s with %d rules: %w", p.name, n, err)
			}
		}
	}
	show(n, requests, results)
	return nil
}

func measure(p peer, rules []rule, requests map[string][]*http.Request, res *result) error {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	start := time.Now()
	handler := p.build(rules)
	res.build = append(res.build, float64(time.Since(start).Microseconds())/1000)
	runtime.GC()
	runtime.ReadMemStats(&after)
	res.bytes = append(res.bytes, float64(after.HeapAlloc-min(before.HeapAlloc, after.HeapAlloc))/float64(len(rules)))
	for name, list := range requests {
		hits = 0
		w := &discard{http.Header{}}
		for _, r := range list {
			handler.ServeHTTP(w, r)
		}
		if want := len(list); name != "miss" && hits != want {
			return fmt.Errorf("%s: %d of %d requests reached the handler", name, hits, want)
		}
		b := testing.Benchmark(func(b *testing.B) {
			b.ReportAllocs()
			for i := range b.N {
				clear(w.h)
				handler.ServeHTTP(w, list[i%len(list)])
			}
		})
		f := res.cases[name]
		if f == nil {
			f = &figures{}
			res.cases[name] = f
		}
		f.ns = append(f.ns, float64(b.T.Nanoseconds())/float64(b.N))
		f.allocs = append(f.allocs, float64(b.AllocsPerOp()))
	}
	return nil
}

func show(n int, requests map[string][]*http.Request, results map[string]*result) {
	fmt.Printf("\n%d rules: ns a dispatch (allocations), and how many times Dewar's\n\n| router |", n)
	names := []string{"static", "1 param", "all", "miss"}
	for _, name := range names {
		fmt.Printf(" %s |", name)
	}
	fmt.Printf(" register | bytes a rule |\n|---|%s---|---|\n", strings.Repeat("---|", len(names)))
	for _, p := range peers {
		res := results[p.name]
		if len(res.build) == 0 {
			continue
		}
		fmt.Printf("| %s |", p.name)
		for _, name := range names {
			ns := median(res.cases[name].ns)
			fmt.Printf(" %.0f (%.0f) %.2fx |", ns, median(res.cases[name].allocs), ns/median(results["dewar"].cases[name].ns))
		}
		fmt.Printf(" %.1f ms | %.0f |\n", median(res.build), median(res.bytes))
	}
}

func median(list []float64) float64 {
	sorted := slices.Sorted(slices.Values(list))
	if len(sorted) == 0 {
		return 0
	}
	return sorted[len(sorted)/2]
}
