package qr

// rate returns the penalty of a code (7.8.3 of the standard): runs, blocks, patterns that look like a finder, and an
// uneven share of dark modules make a code hard to read.
func (c *code) rate() int {
	n, total, dark := c.size, 0, 0
	column := make([]bool, n)
	for i := range n {
		for y := range n {
			column[y] = c.dark[y][i]
			if c.dark[y][i] {
				dark++
			}
		}
		total += rateLine(c.dark[i]) + rateLine(column)
	}
	for y := range n - 1 {
		for x := range n - 1 {
			if d := c.dark[y][x]; d == c.dark[y][x+1] && d == c.dark[y+1][x] && d == c.dark[y+1][x+1] {
				total += 3
			}
		}
	}
	return total + rateShare(dark, n*n)
}

// rateShare rates the share of dark modules: 10 for each full 5 % away from one half.
func rateShare(dark, all int) int {
	away := 20*dark - 10*all
	return 10 * (max(away, -away) / all)
}

// rateLine rates a row or column: 3 for a run of five and 1 for each module more; 40 for 1:1:3:1:1 beside four light
// modules, to which the border counts.
func rateLine(line []bool) int {
	total, run := 0, 0
	for i, d := range line {
		if i > 0 && d != line[i-1] {
			run = 0
		}
		if run++; run == 5 {
			total += 3
		} else if run > 5 {
			total++
		}
	}
	at := func(i int) bool { return i >= 0 && i < len(line) && line[i] }
	for i := range len(line) - 6 {
		if !at(i) || at(i+1) || !at(i+2) || !at(i+3) || !at(i+4) || at(i+5) || !at(i+6) {
			continue
		}
		if before := at(i-1) || at(i-2) || at(i-3) || at(i-4); !before {
			total += 40
		}
		if after := at(i+7) || at(i+8) || at(i+9) || at(i+10); !after {
			total += 40
		}
	}
	return total
}
