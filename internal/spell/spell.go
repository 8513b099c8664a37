// Package spell finds the name that was probably meant.
package spell

// Distance is the number of bytes to change, add or drop, or to swap with the
// next, to make b of a (optimal string alignment). Its cost is the product of
// both lengths.
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

// Nearest is the name that was probably meant by one that is not known: the one
// of names with the least distance, which is 2 at most and less than half of the
// name. It is empty where nothing is near, and for a name longer than 100 bytes.
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
