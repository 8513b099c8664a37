package routing

import (
	"strings"
	"unicode/utf8"
)

// A span is the pattern of a built-in converter in a form that needs no regular expression.
type span struct {
	kind     spanKind
	min, max int // number of characters of a text; max < 0 is no limit
	signed   bool
	items    []string
}

type spanKind uint8

const (
	spanText spanKind = iota
	spanPath
	spanDigits
	spanFloat
	spanUUID
	spanAny
)

// A spanner is a converter that has a span.
type spanner interface{ span() *span }

// ends returns the least and the greatest index where a value that begins at p can end. Every character boundary
// between them is possible too. It is not for spanUUID and spanAny.
func (sp *span) ends(s string, p int) (lo, hi int, ok bool) {
	switch sp.kind {
	case spanText:
		lo = p
		for range sp.min {
			n := textRune(s, lo)
			if n == 0 {
				return 0, 0, false
			}
			lo += n
		}
		if sp.max < 0 {
			if i := strings.IndexByte(s[lo:], '/'); i >= 0 {
				return lo, lo + i, true
			}
			return lo, len(s), true
		}
		hi = lo
		for range sp.max - sp.min {
			n := textRune(s, hi)
			if n == 0 {
				break
			}
			hi += n
		}
		return lo, hi, true
	case spanPath:
		n := textRune(s, p)
		if n == 0 {
			return 0, 0, false
		}
		lo = p + n
		// Python's "." does not match a line feed.
		if i := strings.IndexByte(s[lo:], '\n'); i >= 0 {
			return lo, lo + i, true
		}
		return lo, len(s), true
	case spanDigits:
		if sp.signed && p < len(s) && s[p] == '-' {
			p++
		}
		return digitRun(s, p)
	case spanFloat:
		if sp.signed && p < len(s) && s[p] == '-' {
			p++
		}
		_, dot, ok := digitRun(s, p)
		if !ok || dot >= len(s) || s[dot] != '.' {
			return 0, 0, false
		}
		return digitRun(s, dot+1)
	}
	return 0, 0, false
}

// textRune returns the length of the character at p, or 0 for a slash or the end.
func textRune(s string, p int) int {
	if p >= len(s) || s[p] == '/' {
		return 0
	}
	if s[p] < utf8.RuneSelf {
		return 1
	}
	_, n := utf8.DecodeRuneInString(s[p:])
	return n
}

// digitRun returns the ends of the first and of the last digit from p on.
func digitRun(s string, p int) (lo, hi int, ok bool) {
	hi = p
	for hi < len(s) {
		n := 1
		if c := s[hi]; c >= utf8.RuneSelf {
			var r rune
			r, n = utf8.DecodeRuneInString(s[hi:])
			if _, digit := digitValue(r); !digit {
				break
			}
		} else if c < '0' || c > '9' {
			break
		}
		hi += n
		if lo == 0 {
			lo = hi
		}
	}
	return lo, hi, hi > p
}

// allDigits reports whether s consists of digits.
func allDigits(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < '0' || c > '9' {
			_, hi, ok := digitRun(s, 0)
			return ok && hi == len(s)
		}
	}
	return s != ""
}

// An elemMatcher matches a text against the elements of a part as a backtracking regular expression does: texts and
// numbers as long as possible, paths as short as possible. It remembers failures, so that its time does not grow
// exponentially.
type elemMatcher struct {
	elems []elem
	s     string
	base  int // index in m of the first variable
	steps int
	// several says that there are at least two variables. Then dead holds for each element the ends from which the rest
	// did not match.
	several bool
	dead    [8]interval
	more    []interval // the elements that dead has no place for
	// failed has a bit for each element and index from which the rest did not match. It is made after hardSteps steps.
	failed []uint64
}

// hardSteps is the number of steps after which a matcher with several variables uses failed.
const hardSteps = 256

type interval struct{ lo, hi int }

// match tries element i and those after it from index p. v is the number of variables so far.
func (e *elemMatcher) match(m *Match, i, p, v int) bool {
	if i == len(e.elems) {
		return p == len(e.s)
	}
	if !e.several {
		return e.try(m, i, p, v)
	}
	e.steps++
	if e.steps < hardSteps {
		return e.try(m, i, p, v)
	}
	if e.failed == nil {
		e.failed = make([]uint64, (len(e.elems)*(len(e.s)+1)+63)/64)
	}
	state := i*(len(e.s)+1) + p
	if e.failed[state/64]&(1<<(state%64)) != 0 {
		return false
	}
	if e.try(m, i, p, v) {
		return true
	}
	e.failed[state/64] |= 1 << (state % 64)
	return false
}

// try does the work of match.
func (e *elemMatcher) try(m *Match, i, p, v int) bool {
	sp := e.elems[i].span
	if sp == nil {
		lit := e.elems[i].lit
		return strings.HasPrefix(e.s[p:], lit) && e.match(m, i+1, p+len(lit), v)
	}
	switch sp.kind {
	case spanUUID:
		if p+36 > len(e.s) || !isUUID(e.s[p:p+36]) {
			return false
		}
		m.set(e.base+v, e.s[p:p+36])
		return e.match(m, i+1, p+36, v+1)
	case spanAny:
		for _, item := range sp.items {
			if strings.HasPrefix(e.s[p:], item) {
				m.set(e.base+v, item)
				if e.match(m, i+1, p+len(item), v+1) {
					return true
				}
			}
		}
		return false
	}
	lo, hi, ok := sp.ends(e.s, p)
	if !ok {
		return false
	}
	if i == len(e.elems)-1 { // the last element ends where the text does
		if hi != len(e.s) {
			return false
		}
		m.set(e.base+v, e.s[p:])
		return true
	}
	var dead interval
	if e.several {
		dead = *e.deadEnds(i)
	}
	if sp.kind == spanPath {
		for q := lo; q <= hi; {
			if q < dead.hi && q >= dead.lo {
				q = dead.hi
				continue
			}
			if e.match(m, i+1, q, v+1) {
				m.set(e.base+v, e.s[p:q])
				return true
			}
			q += max(1, runeAt(e.s, q))
		}
	} else {
		for q := hi; q >= lo; {
			if q < dead.hi && q >= dead.lo {
				if dead.lo <= lo {
					break
				}
				q = dead.lo
			} else if e.match(m, i+1, q, v+1) {
				m.set(e.base+v, e.s[p:q])
				return true
			}
			if q == 0 {
				break
			}
			q -= runeBefore(e.s, q)
		}
	}
	if e.several {
		*e.deadEnds(i) = union(dead, interval{lo, hi + 1})
	}
	return false
}

func (e *elemMatcher) deadEnds(i int) *interval {
	if i < len(e.dead) {
		return &e.dead[i]
	}
	return &e.more[i-len(e.dead)]
}

// union joins two half-open intervals that touch. Of two that do not it returns the longer.
func union(a, b interval) interval {
	switch {
	case a.hi < b.lo || b.hi < a.lo:
		if a.hi-a.lo > b.hi-b.lo {
			return a
		}
		return b
	}
	return interval{min(a.lo, b.lo), max(a.hi, b.hi)}
}

func runeAt(s string, p int) int {
	if p >= len(s) || s[p] < utf8.RuneSelf {
		return 1
	}
	_, n := utf8.DecodeRuneInString(s[p:])
	return n
}

func runeBefore(s string, p int) int {
	if s[p-1] < utf8.RuneSelf {
		return 1
	}
	_, n := utf8.DecodeLastRuneInString(s[:p])
	return n
}

// match matches text against the part. It stores the variables from index base on.
func (p *part) match(m *Match, text string, base int) bool {
	switch p.kind {
	case partText:
		if text == "" {
			return false
		}
		m.set(base, text)
		return true
	case partDigits:
		if !allDigits(text) {
			return false
		}
		m.set(base, text)
		return true
	case partRegexp:
		groups := p.re.FindStringSubmatchIndex(text)
		if groups == nil {
			return false
		}
		for i, g := range p.group {
			value := ""
			if start := groups[2*g]; start >= 0 {
				value = text[start:groups[2*g+1]]
			}
			m.set(base+i, value)
		}
		return true
	}
	e := elemMatcher{elems: p.elems, s: text, base: base, several: p.vars > 1}
	if len(p.elems) > len(e.dead) {
		e.more = make([]interval, len(p.elems)-len(e.dead))
	}
	return e.match(m, 0, 0, 0)
}
