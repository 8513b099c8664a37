package routing

// A sequence is compared with other texts as Python's difflib.SequenceMatcher does (Ratcliff and Obershelp): find the
// longest common block, then compare what is left of it and right of it.
type sequence struct {
	text  []rune
	index map[rune][]int // positions of each character
	count map[rune]int
}

func newSequence(text string) *sequence {
	s := &sequence{text: []rune(text), index: map[rune][]int{}, count: map[rune]int{}}
	for i, r := range s.text {
		s.index[r] = append(s.index[r], i)
		s.count[r]++
	}
	// Characters that make up more than 1 % of a long text do not begin a block (difflib's autojunk).
	if n := len(s.text); n >= 200 {
		for r, at := range s.index {
			if len(at) > n/100+1 {
				delete(s.index, r)
			}
		}
	}
	return s
}

// ratio returns twice the number of matching characters divided by the length of both texts.
func (s *sequence) ratio(other string) float64 {
	a, b := []rune(other), s.text
	if len(a)+len(b) == 0 {
		return 1
	}
	type area struct{ alo, ahi, blo, bhi int }
	matches := 0
	queue := []area{{0, len(a), 0, len(b)}}
	for len(queue) > 0 {
		q := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		i, j, k := s.longest(a, q.alo, q.ahi, q.blo, q.bhi)
		if k == 0 {
			continue
		}
		matches += k
		if q.alo < i && q.blo < j {
			queue = append(queue, area{q.alo, i, q.blo, j})
		}
		if i+k < q.ahi && j+k < q.bhi {
			queue = append(queue, area{i + k, q.ahi, j + k, q.bhi})
		}
	}
	return 2 * float64(matches) / float64(len(a)+len(b))
}

// longest finds the longest block that a[alo:ahi] and text[blo:bhi] have in common. Among equals it is the earliest in
// a, then the earliest in text.
func (s *sequence) longest(a []rune, alo, ahi, blo, bhi int) (i, j, size int) {
	b := s.text
	i, j = alo, blo
	lengths := map[int]int{}
	for x := alo; x < ahi; x++ {
		next := map[int]int{}
		for _, y := range s.index[a[x]] {
			if y < blo {
				continue
			}
			if y >= bhi {
				break
			}
			k := lengths[y-1] + 1
			next[y] = k
			if k > size {
				i, j, size = x-k+1, y-k+1, k
			}
		}
		lengths = next
	}
	// A block may continue over characters that do not begin one.
	for i > alo && j > blo && a[i-1] == b[j-1] {
		i, j, size = i-1, j-1, size+1
	}
	for i+size < ahi && j+size < bhi && a[i+size] == b[j+size] {
		size++
	}
	return i, j, size
}

// ratioBound is cheap and never below ratio: it counts common characters wherever they are.
func (s *sequence) ratioBound(other string) float64 {
	n, length := 0, 0
	used := map[rune]int{}
	for _, r := range other {
		length++
		if used[r] < s.count[r] {
			used[r]++
			n++
		}
	}
	if length+len(s.text) == 0 {
		return 1
	}
	return 2 * float64(n) / float64(length+len(s.text))
}
