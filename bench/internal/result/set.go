package result

import (
	"fmt"
	"os"
	"slices"
	"testing"
	"time"
)

// A Set gathers a suite's samples while it runs.
type Set struct {
	suite string
	quick bool
	notes []string
	order []key
	rows  map[key]*Row
	bases map[string]string // by unit, "" for all
}

type key struct {
	name, subject, unit string
	x                   float64
}

// New begins a suite.
func New(suite string) *Set {
	return &Set{suite: suite, rows: map[key]*Row{}, bases: map[string]string{}}
}

// Quick marks the run as a quick one.
func (s *Set) Quick(quick bool) { s.quick = quick }

// Note keeps a sentence that the reader of the figures must know, and prints it.
func (s *Set) Note(format string, args ...any) {
	note := fmt.Sprintf(format, args...)
	s.notes = append(s.notes, note)
	fmt.Fprintln(os.Stderr, s.suite+": "+note)
}

// Base names the subject that ratios are to. With units, it is the base of
// these units alone.
func (s *Set) Base(subject string, units ...string) {
	if len(units) == 0 {
		units = []string{""}
	}
	for _, u := range units {
		s.bases[u] = subject
	}
}

// Add adds a sample: the figure of one subject in one round. A subject that is
// measured must be measured in every round, so that ratios find their partners.
func (s *Set) Add(name, subject, unit string, value float64) {
	s.row(key{name, subject, unit, 0}).add(value)
}

// At adds a sample of a curve at the place x, which counts xUnit.
func (s *Set) At(name, subject, unit string, x float64, xUnit string, value float64) {
	r := s.row(key{name, subject, unit, x})
	r.XUnit = xUnit
	r.add(value)
}

// Bench adds the time, the bytes and the allocations of a benchmark.
func (s *Set) Bench(name, subject string, b testing.BenchmarkResult) {
	r := s.row(key{name, subject, "ns", 0})
	r.add(float64(b.T.Nanoseconds()) / float64(b.N))
	bytes, allocs := float64(b.AllocedBytesPerOp()), float64(b.AllocsPerOp())
	r.Bytes, r.Allocs = &bytes, &allocs
}

func (s *Set) row(k key) *Row {
	r := s.rows[k]
	if r == nil {
		r = &Row{Case: k.name, Subject: k.subject, Unit: k.unit, X: k.x}
		s.rows[k] = r
		s.order = append(s.order, k)
	}
	return r
}

func (r *Row) add(value float64) { r.Samples = append(r.Samples, value) }

// Run works out medians and ratios.
func (s *Set) Run() *Run {
	run := &Run{Suite: s.suite, Quick: s.quick, Time: time.Now().UTC().Truncate(time.Second), Machine: ThisMachine(), Notes: s.notes}
	for _, k := range s.order {
		r := *s.rows[k]
		r.Median, r.Min, r.Max = spread(r.Samples)
		base := s.bases[k.unit]
		if base == "" {
			base = s.bases[""]
		}
		if b := s.rows[key{k.name, base, k.unit, k.x}]; b != nil {
			r.Base = base
			for i := range min(len(r.Samples), len(b.Samples)) {
				if b.Samples[i] > 0 {
					r.Ratios = append(r.Ratios, r.Samples[i]/b.Samples[i])
				}
			}
			r.Ratio, r.RatioMin, r.RatioMax = spread(r.Ratios)
		}
		run.Rows = append(run.Rows, r)
	}
	return run
}

// Finish prints the tables and writes the run to the file, if one is named.
func (s *Set) Finish(file string) error {
	run := s.Run()
	fmt.Printf("%s: %s\n", run.Suite, run.Machine)
	if err := run.Table(os.Stdout); err != nil {
		return fmt.Errorf("result: %w", err)
	}
	if file == "" {
		return nil
	}
	return run.Write(file)
}

// Turn returns the list from another beginning each round, so that nobody is
// always first.
func Turn[T any](list []T, round int) []T {
	i := round % max(1, len(list))
	return slices.Concat(list[i:], list[:i])
}

// spread is the median, the smallest and the largest of the samples.
func spread(samples []float64) (median, low, high float64) {
	if len(samples) == 0 {
		return 0, 0, 0
	}
	sorted := slices.Sorted(slices.Values(samples))
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2, sorted[0], sorted[n-1]
}
