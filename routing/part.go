package routing

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
	"unique"
)

// A part is what a rule says of one segment, or, when a variable may hold
// slashes, of all the rest of the path. Two rules share a branch of the tree
// as long as their parts have equal keys.
type part struct {
	static   bool
	content  string // the text of a static part
	key      string // identity of a dynamic part
	final    bool   // takes the rest of the path
	suffixed bool   // final, and the rule ends with a slash
	weight   weighting

	kind  partKind
	elems []elem         // what the part consists of
	re    *regexp.Regexp // instead of elems, when a converter brings its own pattern
	group []int          // re's group of each variable
	vars  int            // number of variables
}

type partKind uint8

const (
	partElems  partKind = iota // general: literals and variables
	partText                   // one <string> with no bounds: any segment that is not empty
	partDigits                 // one <int>
	partRegexp
)

// weighting orders the dynamic parts of one segment: more static text first,
// then longer static text, then more variables, then lighter converters.
type weighting struct {
	static []int // lengths of the static pieces
	args   []int // weights of the converters
}

func (w weighting) compare(v weighting) int {
	if c := cmp.Compare(len(v.static), len(w.static)); c != 0 {
		return c
	}
	if c := slices.Compare(v.static, w.static); c != 0 { // longer first
		return c
	}
	if c := cmp.Compare(len(v.args), len(w.args)); c != 0 {
		return c
	}
	return slices.Compare(w.args, v.args)
}

// An elem is a literal or a variable inside a dynamic part.
type elem struct {
	lit  string
	span *span // nil for a literal
}

// A partBuilder collects the pieces of one part.
type partBuilder struct {
	text    strings.Builder // the static text so far
	pattern strings.Builder // the regular expression so far
	elems   []elem
	weight  weighting
	vars    int
	final   bool
	group   []int // number of each variable's capturing group
	groups  int   // capturing groups so far, the converters' own included
	custom  bool  // a converter without a compiled form takes part
}

func (b *partBuilder) static(text string) {
	b.text.WriteString(text)
	b.pattern.WriteString(regexp.QuoteMeta(text))
	b.literal(text)
	b.weight.static = append(b.weight.static, utf8.RuneCountInString(text))
}

// literal appends text to the elements, joining it with a literal before it.
func (b *partBuilder) literal(text string) {
	if n := len(b.elems); n > 0 && b.elems[n-1].span == nil {
		b.elems[n-1].lit += text
		return
	}
	b.elems = append(b.elems, elem{lit: text})
}

// slash appends a slash inside a final part.
func (b *partBuilder) slash() {
	b.pattern.WriteByte('/')
	b.literal("/")
}

func (b *partBuilder) variable(c Converter) error {
	pattern := c.Pattern()
	s, compiled := c.(spanner)
	b.group = append(b.group, b.groups+1)
	b.groups++
	if !compiled {
		re, err := regexp.Compile(pattern)
		if err != nil {
			return err
		}
		b.groups += re.NumSubexp()
	}
	b.pattern.WriteByte('(')
	b.pattern.WriteString(pattern)
	b.pattern.WriteByte(')')
	b.weight.args = append(b.weight.args, weightOf(c))
	b.vars++
	if !partIsolating(c) {
		b.final = true
	}
	if compiled {
		b.elems = append(b.elems, elem{span: s.span()})
	} else {
		b.custom = true
	}
	return nil
}

// maxVariables is the greatest number of variables in one segment, and in the
// whole rest of a path from a path variable on.
const maxVariables = 256

// finish makes the part. last says that the rule ends here.
func (b *partBuilder) finish(last bool) (*part, error) {
	if b.vars > maxVariables {
		return nil, fmt.Errorf("%d variables in one segment, at most %d are possible", b.vars, maxVariables)
	}
	p := &part{weight: b.weight, final: b.final, vars: b.vars}
	if b.vars == 0 {
		p.static = true
		// Equal texts of many rules share their memory, which the matcher's
		// comparisons then find in the cache.
		p.content = unique.Make(b.text.String()).Value()
		return p, nil
	}
	pattern, elems := b.pattern.String(), b.elems
	if last && b.final && strings.HasSuffix(pattern, "/") {
		p.suffixed = true
		pattern = pattern[:len(pattern)-1]
		if !b.custom {
			elems = slices.Clone(elems)
			tail := &elems[len(elems)-1]
			if tail.lit = tail.lit[:len(tail.lit)-1]; tail.lit == "" {
				elems = elems[:len(elems)-1]
			}
		}
	}
	var key strings.Builder
	key.WriteString(pattern)
	for _, w := range b.weight.args {
		key.WriteByte(0)
		key.WriteString(strconv.Itoa(w))
	}
	if p.final {
		key.WriteString("\x00final")
	}
	if p.suffixed {
		key.WriteString("\x00suffixed")
	}
	p.key = key.String()
	if b.custom {
		p.kind = partRegexp
		re, err := regexp.Compile(`\A(?:` + pattern + `)\z`)
		if err != nil {
			return nil, err
		}
		p.re, p.group = re, b.group
		return p, nil
	}
	p.elems = elems
	if len(elems) == 1 && !p.final {
		switch s := elems[0].span; {
		case s.kind == spanText && s.min == 1 && s.max < 0:
			p.kind = partText
		case s.kind == spanDigits && !s.signed:
			p.kind = partDigits
		}
	}
	return p, nil
}
