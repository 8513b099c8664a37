package main

import (
	"fmt"
	"math"
	"slices"

	"github.com/dewar-go/dewar/bench/internal/result"
)

type verdict string

const (
	same      verdict = "same"
	regressed verdict = "REGRESSED"
	improved  verdict = "improved"
)

// A change is what became of one row.
type change struct {
	now      *result.Row
	by       float64 // 0.1: a tenth worse
	p        float64 // of no difference; NaN where there were too few samples
	verdict  verdict
	byRatios bool
}

// String is the change in a line.
func (c change) String() string {
	what := "figures"
	if c.byRatios {
		what = "ratios to " + c.now.Base
	}
	place := ""
	if c.now.XUnit != "" {
		place = fmt.Sprintf(" at %s %s", result.Number(c.now.X), c.now.XUnit)
	}
	return fmt.Sprintf("%-9s %+.1f %%  %s, %s%s, %s (%s, p=%.3f)", c.verdict, 100*c.by, c.now.Case, c.now.Subject, place, c.now.Unit, what, c.p)
}

// compare judges each row that both runs have. Of rows with a base the base
// itself cannot be judged by ratios, which are all 1: its figures decide.
func compare(old, now *result.Run, threshold float64) []change {
	var list []change
	for i := range now.Rows {
		n := &now.Rows[i]
		at := slices.IndexFunc(old.Rows, func(o result.Row) bool {
			return o.Case == n.Case && o.Subject == n.Subject && o.Unit == n.Unit && o.X == n.X
		})
		if at < 0 {
			continue
		}
		o := &old.Rows[at]
		c := change{now: n, byRatios: n.Base != "" && n.Base == o.Base && n.Base != n.Subject}
		before, after := o.Samples, n.Samples
		if c.byRatios {
			before, after = o.Ratios, n.Ratios
		}
		c.judge(before, after, threshold)
		list = append(list, c)
	}
	return list
}

// judge compares the samples of two runs.
func (c *change) judge(before, after []float64, threshold float64) {
	c.verdict, c.p = same, math.NaN()
	if len(before) == 0 || len(after) == 0 || median(before) == 0 {
		return
	}
	c.by = median(after)/median(before) - 1
	if result.MoreIsBetter(c.now.Unit) {
		c.by = -c.by
	}
	if math.Abs(c.by) <= threshold {
		return
	}
	if len(before) >= 4 && len(after) >= 4 {
		c.p = rankSum(before, after)
		if c.p >= 0.05 {
			return
		}
	} else if slices.Min(before) <= slices.Max(after) && slices.Min(after) <= slices.Max(before) {
		return
	}
	c.verdict = regressed
	if c.by < 0 {
		c.verdict = improved
	}
}

func median(list []float64) float64 {
	s := slices.Sorted(slices.Values(list))
	return (s[(len(s)-1)/2] + s[len(s)/2]) / 2
}

// rankSum is the two-sided probability of the test of Mann and Whitney that two
// samples come from one distribution: exact, by counting the orders in which a
// statistic as extreme comes out. Ties count half.
func rankSum(a, b []float64) float64 {
	n, m := len(a), len(b)
	u := 0.0
	for _, x := range a {
		for _, y := range b {
			switch {
			case x > y:
				u++
			case x == y:
				u += 0.5
			}
		}
	}
	// ways[i][k]: in how many orders of i of a and the b's so far the statistic
	// is k. Adding one b after i of a adds i.
	ways := make([][]float64, n+1)
	for i := range ways {
		ways[i] = make([]float64, n*m+1)
	}
	ways[0][0] = 1
	for i := 1; i <= n; i++ {
		ways[i][0] = 1
	}
	for j := 1; j <= m; j++ {
		next := make([][]float64, n+1)
		for i := range next {
			next[i] = make([]float64, n*m+1)
			for k := range next[i] {
				if k >= i {
					next[i][k] = ways[i][k-i] // the last is a b: it is above i of a
				}
				if i > 0 {
					next[i][k] += next[i-1][k] // the last is an a
				}
			}
		}
		ways = next
	}
	extreme, total := 0.0, 0.0
	middle := float64(n*m) / 2
	for k, w := range ways[n] {
		total += w
		if math.Abs(float64(k)-middle) >= math.Abs(u-middle) {
			extreme += w
		}
	}
	return extreme / total
}
