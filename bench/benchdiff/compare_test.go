package main

import (
	"math"
	"testing"

	"github.com/dewar-go/dewar/bench/internal/result"
)

// The values are counted by hand from the 70 and 252 orders.
func TestRankSum(t *testing.T) {
	for _, row := range []struct {
		a, b []float64
		want float64
	}{
		{[]float64{1, 2, 3, 4}, []float64{5, 6, 7, 8}, 2.0 / 70},
		{[]float64{5, 6, 7, 8}, []float64{1, 2, 3, 4}, 2.0 / 70},
		{[]float64{1, 3, 5, 7}, []float64{2, 4, 6, 8}, 0.6857142857142857},
		{[]float64{1, 2, 3, 4, 5}, []float64{4.5, 6, 7, 8, 9}, 4.0 / 252},
	} {
		if got := rankSum(row.a, row.b); math.Abs(got-row.want) > 1e-9 {
			t.Errorf("%v, %v: %v, want %v", row.a, row.b, got, row.want)
		}
	}
}

func TestCompare(t *testing.T) {
	run := func(unit string, ours, theirs []float64) *result.Run {
		set := result.New("x")
		for i := range ours {
			set.Add("a", "dewar", unit, ours[i])
			set.Add("a", "gin", unit, theirs[i])
		}
		set.Base("gin")
		return set.Run()
	}
	even := []float64{10, 10, 10, 10, 10}
	for _, row := range []struct {
		name        string
		unit        string
		before, now []float64
		peer        []float64
		want        verdict
	}{
		{"slower", "ns", []float64{10, 11, 10, 11, 10}, []float64{13, 14, 13, 14, 13}, even, regressed},
		{"faster", "ns", []float64{13, 14, 13, 14, 13}, []float64{10, 11, 10, 11, 10}, even, improved},
		{"less throughput", "req/s", []float64{13, 14, 13, 14, 13}, []float64{10, 11, 10, 11, 10}, even, regressed},
		{"within the threshold", "ns", []float64{100, 101, 102, 103, 104}, []float64{105, 106, 107, 108, 109}, even, same},
		{"within the noise", "ns", []float64{10, 30, 20, 15, 25}, []float64{14, 34, 24, 19, 23}, even, same},
		{"the machine is slower", "ns", []float64{10, 11, 10, 11, 10}, []float64{20, 22, 20, 22, 20}, []float64{20, 20, 20, 20, 20}, same},
		{"few samples apart", "ns", []float64{10, 11}, []float64{20, 21}, even, regressed},
		{"few samples overlapping", "ns", []float64{10, 16}, []float64{15, 21}, even, same},
	} {
		old := run(row.unit, row.before, even)
		for _, c := range compare(old, run(row.unit, row.now, row.peer), 0.08) {
			if c.now.Subject == "dewar" && c.verdict != row.want {
				t.Errorf("%s: %v", row.name, c)
			}
		}
	}
}
