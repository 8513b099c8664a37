package main

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// A result is one attack on one server, once.
type result struct {
	Server    string   `json:"server"`
	Attack    string   `json:"attack"`
	Round     int      `json:"round"`
	Before    latency  `json:"before"`
	During    latency  `json:"during"`
	Busy      float64  `json:"busy"` // processors used during the attack
	Rest      int64    `json:"rest_bytes"`
	Peak      int64    `json:"peak_bytes"`
	Attackers []ending `json:"attackers"`
}

// slower is how many times longer the slowest hundredth waited.
func (r *result) slower() float64 { return r.During.P99 / r.Before.P99 }

// grown is the memory over that at rest, in MB.
func (r *result) grown() float64 { return float64(r.Peak-r.Rest) / 1e6 }

func (r result) String() string {
	return fmt.Sprintf("%-6s %-16s p99 %7.1f -> %7.1f ms (x%5.1f)  p50 %6.1f -> %6.1f  max %7.1f  failed %d/%d  memory %+7.1f MB  busy %.2f  %s",
		r.Server, r.Attack, r.Before.P99, r.During.P99, r.slower(), r.Before.P50, r.During.P50, r.During.Max,
		r.During.Failed, r.During.Requests, r.grown(), r.Busy, endings(r.Attackers))
}

// endings says in a few words what became of the attackers.
func endings(list []ending) string {
	var parts []string
	for _, e := range list[:min(3, len(list))] {
		parts = append(parts, fmt.Sprintf("%s %s (%.1f s)", count(e.Count), e.How, e.Median))
	}
	return strings.Join(parts, ", ")
}

func count(n int) string {
	s := fmt.Sprint(n)
	if n >= 1000 {
		s = s[:len(s)-3] + "," + s[len(s)-3:]
	}
	return s + " x"
}

// A row is one attack on one server: the median of the rounds, by the factor
// between the two p99, and all of them.
type row struct {
	Server string   `json:"server"`
	Attack string   `json:"attack"`
	Title  string   `json:"title"`
	Slower float64  `json:"p99_factor"`        // median
	Grown  float64  `json:"memory_mb"`         // median, over rest
	Failed float64  `json:"failed_of_hundred"` // all rounds together
	Rounds []result `json:"rounds"`
	median result
}

func summarize(results []result) (rows []row) {
	for _, a := range attacks {
		for _, server := range []string{"dewar", "gin", "flask"} {
			w := row{Server: server, Attack: a.name, Title: a.title}
			failed, requests := 0, 0
			for _, r := range results {
				if r.Server == server && r.Attack == a.name {
					w.Rounds = append(w.Rounds, r)
					failed += r.During.Failed
					requests += r.During.Requests
				}
			}
			if len(w.Rounds) == 0 {
				continue
			}
			w.median = middle(w.Rounds, (*result).slower)
			w.Slower = w.median.slower()
			grown := middle(w.Rounds, (*result).grown)
			w.Grown = grown.grown()
			w.Failed = 100 * float64(failed) / float64(requests)
			rows = append(rows, w)
		}
	}
	return rows
}

func middle(list []result, by func(*result) float64) result {
	list = slices.Clone(list)
	slices.SortFunc(list, func(a, b result) int { return cmp.Compare(by(&a), by(&b)) })
	return list[len(list)/2]
}

// markdown is the table of docs/security.md.
func markdown(rows []row) string {
	var b strings.Builder
	b.WriteString("| attack | server | p50 ms, without → with | p99 ms, without → with | factor | unserved | memory over rest | the attackers |\n|---|---|---|---|---|---|---|---|\n")
	last := ""
	for _, w := range rows {
		title := w.Title
		if title == last {
			title = ""
		}
		last = w.Title
		m := w.median
		fmt.Fprintf(&b, "| %s | %s | %.1f → %.1f | %.1f → %.1f | %.1f | %s | %.0f MB | %s |\n", title, w.Server,
			m.Before.P50, m.During.P50, m.Before.P99, m.During.P99, w.Slower, percent(w.Failed), w.Grown, endings(m.Attackers))
	}
	return b.String()
}

func percent(p float64) string {
	if p == 0 {
		return "none"
	}
	return fmt.Sprintf("%.1f %%", p)
}

// The bounds that Dewar is held to.
const (
	maxSlower = 5   // times the p99 without the attack
	maxGrown  = 100 // MB over rest
)

// judge says where Dewar is past its bounds.
func judge(rows []row) error {
	var problems []error
	for _, w := range rows {
		if w.Server != "dewar" {
			continue
		}
		if w.Slower > maxSlower {
			problems = append(problems, fmt.Errorf("%s: the normal client's p99 is %.1f times what it is without, more than %d", w.Attack, w.Slower, maxSlower))
		}
		if w.Grown > maxGrown {
			problems = append(problems, fmt.Errorf("%s: %.0f MB over rest, more than %d", w.Attack, w.Grown, maxGrown))
		}
		if w.Failed > 0 {
			problems = append(problems, fmt.Errorf("%s: %.1f %% of the normal client's requests failed", w.Attack, w.Failed))
		}
	}
	return errors.Join(problems...)
}
