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

// A part is the pattern of one segment of a rule. When a variable may hold slashes, it is the pattern of the rest of
// the path. Rules whose first parts have equal keys share a branch of the tree.
type part struct {
	static   bool
	content  string // the text of a static part
	key      string // what two equal dynamic parts have in common
	final    bool   // matches the rest of the path
	suffixed bool   // final, and the rule ends with a slash
	weight   weighting

	kind  partKind
	elems []elem         // the pattern
	re    *regexp.Regexp // used instead of elems when a converter has a pattern of its own
	group []int          // for each variable its group in re
	vars  int            // number of variables
}

type partKind uint8

const (
	partElems  partKind = iota // any literals and variables
	partText                   // one <string> without bounds: any segment that is not empty
	partDigits                 // one <int>
	partRegexp
)

// weighting orders the dynamic parts of a segment: more static texts first, then longer ones, then more variables, then
// lighter converters.
type weighting struct {
	static []int // lengths of the static pieces
	args   []int // weights of the converters
}

func (w weighting) compare(v weighting) int {
	if c := cmp.Compare(len(v.static), len(w.static)); c != 0 {
		return c
	}
	if c := slices.Compare(v.static, w.static); c != 0 { // longer texts first
		return c
	}
	if c := cmp.Compare(len(v.args), len(w.args)); c != 0 {
		return c
	}
	return slices.Compare(w.args, v.args)
}

// An elem is a literal or a variable of a dynamic part.
type elem struct {
	lit  string
	span *span // nil for a literal
}

// A partBuilder builds one part.
type partBuilder struct {
	text    strings.Builder // the static text so far
	pattern strings.Builder // the regular expression so far
	elems   []elem
	weight  weighting
	vars    int
	final   bool
	group   []int // for each variable its capturing group
	groups  int   // number of capturing groups, those in converters' patterns included
	custom  bool  // a converter has a pattern of its own
}

func (b *partBuilder) static(text string) {
	b.text.WriteString(text)
	b.pattern.WriteString(regexp.QuoteMeta(text))
	b.literal(text)
	b.weight.static = append(b.weight.static, utf8.RuneCountInString(text))
}

// literal appends text to the elements. It extends a literal that comes last.
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

// maxVariables is the greatest number of variables in one part.
const maxVariables = 256

// finish returns the part. last says that the rule ends with it.
func (b *partBuilder) finish(last bool) (*part, error) {
	if b.vars > maxVariables {
		return nil, fmt.Errorf("%d variables in one segment, at most %d are possible", b.vars, maxVariables)
	}
	p := &part{weight: b.weight, final: b.final, vars: b.vars}
	if b.vars == 0 {
		p.static = true
		// Equal texts of many rules share their memory, so that comparisons find it in the cache.
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
