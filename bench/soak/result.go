package main

import (
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
	Spilled   int64    `json:"spilled_bytes"` // the most that waited in temporary files
	Attackers []ending `json:"attackers"`
}

// slower is how many times longer the slowest hundredth waited.
func (r *result) slower() float64 { return r.During.P99 / r.Before.P99 }

// grown is the memory over that at rest, in MB.
func (r *result) grown() float64 { return float64(r.Peak-r.Rest) / 1e6 }

func (r result) String() string {
	return fmt.Sprintf("%-6s %-16s p99 %7.1f -> %7.1f ms (x%5.1f)  p50 %6.1f -> %6.1f  max %7.1f  failed %d/%d  memory %+7.1f MB  files %.0f MB  busy %.2f  %s",
		r.Server, r.Attack, r.Before.P99, r.During.P99, r.slower(), r.Before.P50, r.During.P50, r.During.Max,
		r.During.Failed, r.During.Requests, r.grown(), float64(r.Spilled)/1e6, r.Busy, endings(r.Attackers))
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

// A row is one attack on one server. Of what else runs on the machine a
// measurement has more or less, never nothing: the latencies are those of the
// round with the lowest p99, without the attack and with it, and the factor is
// between these two. Memory is the highest of the rounds.
type row struct {
	Server string   `json:"server"`
	Attack string   `json:"attack"`
	Title  string   `json:"title"`
	Before latency  `json:"before"`
	During latency  `json:"during"`
	Slower float64  `json:"p99_factor"`
	Grown  float64  `json:"memory_over_rest_mb"`
	Files  float64  `json:"waiting_in_files_mb"`
	Failed int      `json:"failed"` // requests of the normal client, all rounds
	Of     int      `json:"of"`
	Ends   []ending `json:"attackers"` // of the round whose During it is
	Rounds []result `json:"rounds"`
}

func summarize(results []result) (rows []row) {
	for _, a := range attacks {
		for _, server := range []string{"dewar", "gin", "flask"} {
			w := row{Server: server, Attack: a.name, Title: a.title}
			for _, r := range results {
				if r.Server != server || r.Attack != a.name {
					continue
				}
				if len(w.Rounds) == 0 || r.Before.P99 < w.Before.P99 {
					w.Before = r.Before
				}
				if len(w.Rounds) == 0 || r.During.P99 < w.During.P99 {
					w.During, w.Ends = r.During, r.Attackers
				}
				w.Grown = max(w.Grown, r.grown())
				w.Files = max(w.Files, float64(r.Spilled)/1e6)
				w.Failed += r.During.Failed
				w.Of += r.During.Requests
				w.Rounds = append(w.Rounds, r)
			}
			if len(w.Rounds) == 0 {
				continue
			}
			w.Slower = w.During.P99 / w.Before.P99
			rows = append(rows, w)
		}
	}
	return rows
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
		fmt.Fprintf(&b, "| %s | %s | %.1f → %.1f | %.1f → %.1f | %.1f | %s | %.0f MB | %s |\n", title, w.Server,
			w.Before.P50, w.During.P50, w.Before.P99, w.During.P99, w.Slower, unserved(w.Failed, w.Of), w.Grown, endings(w.Ends))
	}
	return b.String()
}

func unserved(n, of int) string {
	if n == 0 {
		return "none"
	}
	return fmt.Sprintf("%d of %d", n, of)
}

// The bounds that Dewar is held to.
const (
	maxSlower = 5   // times the p99 without the attack
	maxGrown  = 100 // MB over rest
	maxFiles  = 270 // MB of answers that wait in files
	// At the limit of open files a newcomer waits by design, in ms.
	maxQueued = 1000
)

// judge says where Dewar is past its bounds.
func judge(rows []row) error {
	var problems []error
	for _, w := range rows {
		if w.Server != "dewar" {
			continue
		}
		limited := slices.ContainsFunc(attacks, func(a attack) bool { return a.name == w.Attack && a.files > 0 })
		if limited && w.During.P99 > maxQueued {
			problems = append(problems, fmt.Errorf("%s: the normal client's p99 is %.0f ms, more than %d", w.Attack, w.During.P99, maxQueued))
		}
		if w.Slower > maxSlower && !limited {
			problems = append(problems, fmt.Errorf("%s: the normal client's p99 is %.1f times what it is without, more than %d", w.Attack, w.Slower, maxSlower))
		}
		if w.Grown > maxGrown {
			problems = append(problems, fmt.Errorf("%s: %.0f MB over rest, more than %d", w.Attack, w.Grown, maxGrown))
		}
		if w.Files > maxFiles {
			problems = append(problems, fmt.Errorf("%s: %.0f MB wait in files, more than %d", w.Attack, w.Files, maxFiles))
		}
		if w.Failed > 0 {
			problems = append(problems, fmt.Errorf("%s: %d of the normal client's %d requests failed", w.Attack, w.Failed, w.Of))
		}
	}
	return errors.Join(problems...)
}
