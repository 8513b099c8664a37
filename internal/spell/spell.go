// Package spell suggests the name that somebody probably meant.
package spell

// Distance returns the number of edits that turn a into b: changing, adding or dropping a byte, or swapping two
// neighbours (optimal string alignment). The cost is len(a) * len(b).
func Distance(a, b string) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range len(a) {
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			row[j+1] = min(last[j]+cost, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}

// Nearest returns the one of names that is nearest to the unknown name. The distance must be at most 2 and less than
// half of the length of name. It is "" when none is near, and for a name longer than 100 bytes.
func Nearest(name string, names []string) string {
	if len(name) > 100 {
		return ""
	}
	best, least := "", min(3, (len(name)+1)/2)
	for _, n := range names {
		if d := len(n) - len(name); d > 2 || d < -2 {
			continue
		}
		if d := Distance(name, n); d < least {
			best, least = n, d
		}
	}
	return best
}
