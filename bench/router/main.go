// Command router measures Dewar's router beside gin's, echo's, chi's and
// net/http's on the same rules: the time and the allocations to dispatch a
// request to an empty handler, the time to register the rules and the memory
// they take. Routers take turns, see package result.
//
//	cd bench && go run ./router
package main

import (
	"flag"
	"fmt"
	"net/http"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/dewar-go/dewar/bench/internal/process"
	"github.com/dewar-go/dewar/bench/internal/result"
)

func main() {
	rounds := flag.Int("rounds", 5, "rounds; each router is measured once a round")
	quick := flag.Bool("quick", false, "200 rules alone, fewer rounds")
	file := flag.String("json", "", "file for the result")
	flag.Parse()
	runtime.GOMAXPROCS(1) // the collector on the side would count
	set := result.New("router")
	set.Quick(*quick)
	set.Base("dewar")
	sizes := []int{200, 10_000, 100_000}
	if *quick {
		sizes, *rounds = sizes[:1], min(*rounds, 3)
	}
	for _, n := range sizes {
		if err := compare(set, n, *rounds); err != nil {
			fmt.Fprintln(os.Stderr, "router:", err)
			os.Exit(1)
		}
	}
	if err := set.Finish(*file); err != nil {
		fmt.Fprintln(os.Stderr, "router:", err)
		os.Exit(1)
	}
}

// dispatches is how many requests a measurement dispatches: enough for a clock,
// few enough that all routers have their turn within a moment of the machine's.
const dispatches = 100_000

func compare(set *result.Set, n, rounds int) error {
	rules := apiRules(n)
	requests := []struct {
		name string
		list []*http.Request
	}{
		{"static", requestsFor(rules, func(r rule) bool { return !strings.Contains(r.path, "{") })},
		{"one parameter", requestsFor(rules, func(r rule) bool { return strings.Count(r.path, "{") == 1 })},
		{"any rule", requestsFor(rules, func(rule) bool { return true })},
		{"miss", []*http.Request{mustRequest("GET", "/no/such/path/at/all"), mustRequest("GET", "/api/nothing")}},
	}
	label := result.Number(float64(n)) + " rules, "
	var list []peer
	for _, p := range peers {
		if n > 10_000 && p.slow {
			set.Note("%s%s is left out: registering them takes it minutes", label, p.name)
			continue
		}
		list = append(list, p)
	}
	built := map[string]http.Handler{}
	if n > 1000 {
		rounds = min(rounds, 3) // building takes its time
	}
	for round := range rounds {
		for _, p := range result.Turn(list, round) {
			delete(built, p.name)
			built[p.name] = build(set, label, p, rules)
		}
		for _, c := range requests {
			for _, p := range result.Turn(list, round) {
				if err := dispatch(set, label+c.name, p.name, built[p.name], c.list, c.name != "miss"); err != nil {
					return fmt.Errorf("%s%s: %w", label, p.name, err)
				}
			}
		}
	}
	return nil
}

// build makes a router and measures how long it takes and what it keeps.
func build(set *result.Set, label string, p peer, rules []rule) http.Handler {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	start := process.CPU()
	handler := p.build(rules)
	set.Add(label+"build", p.name, "ns a rule", float64((process.CPU()-start).Nanoseconds())/float64(len(rules)))
	runtime.GC()
	runtime.ReadMemStats(&after)
	set.Add(label+"build", p.name, "bytes a rule", float64(after.HeapAlloc-min(before.HeapAlloc, after.HeapAlloc))/float64(len(rules)))
	return handler
}

// dispatch measures the requests of a list in turn.
func dispatch(set *result.Set, name, subject string, handler http.Handler, list []*http.Request, hit bool) error {
	w := &discard{http.Header{}}
	hits = 0
	for _, r := range list {
		handler.ServeHTTP(w, r)
	}
	if hit && hits != len(list) {
		return fmt.Errorf("%s: %d of %d requests reached the handler", name, hits, len(list))
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := process.CPU()
	for i := range dispatches {
		clear(w.h)
		handler.ServeHTTP(w, list[i%len(list)])
	}
	took := process.CPU() - start
	runtime.ReadMemStats(&after)
	set.Bench(name, subject, testing.BenchmarkResult{
		N: dispatches, T: took, MemAllocs: after.Mallocs - before.Mallocs, MemBytes: after.TotalAlloc - before.TotalAlloc,
	})
	return nil
}
