package routing

import (
	"strings"
	"unicode/utf8"
)

// A span is the compiled form of a built-in converter's pattern: it knows how
// far a value may reach from a position, without a regular expression.
type span struct {
	kind     spanKind
	min, max int // characters of a text; max < 0: no limit
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

// A spanner is a converter that has a compiled form.
type spanner interface{ span() *span }

// ends returns the least and the greatest position where the value that begins
// at p can end. Every character boundary between them is an end as well. It
// does not serve spanUUID and spanAny.
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
		// Python's "." does not take a line feed.
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

// textRune is the length of the character at p, 0 for a slash or the end.
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

// digitRun returns the ends of the first and the last digit from p on.
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

// allDigits reports whether s is a number without a sign.
func allDigits(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < '0' || c > '9' {
			_, hi, ok := digitRun(s, 0)
			return ok && hi == len(s)
		}
	}
	return s != ""
}

// An elemMatcher matches one text against the elements of a part, as a
// backtracking regular expression would: texts and numbers take as much as they
// can, paths as little. It remembers what led nowhere, so that its time does not
// grow exponentially as that of such an expression.
type elemMatcher struct {
	elems []elem
	s     string
	base  int // index of the first variable in m
	steps int
	// several says that there are two variables or more. Then dead has for
	// each element the ends that led nowhere.
	several bool
	dead    [8]interval
	more    []interval // past dead
	// failed has a bit for every element and position that led nowhere. It is
	// made when a text turns out to be hard.
	failed []uint64
}

// hard is the number of steps after which a matcher with several variables
// begins to remember.
const hard = 256

type interval struct{ lo, hi int }

// match tries elements i and following from position p; v counts variables.
func (e *elemMatcher) match(m *Match, i, p, v int) bool {
	if i == len(e.elems) {
		return p == len(e.s)
	}
	if !e.several {
		return e.try(m, i, p, v)
	}
	e.steps++
	if e.steps < hard {
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
	if i == len(e.elems)-1 { // the last one ends where the text does
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

// union joins two half-open intervals that touch, and keeps the longer of two
// that do not.
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

// match matches text against the part and stores its variables from index base
// on.
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
