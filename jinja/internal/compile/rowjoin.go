package compile

import (
	"math/bits"

	"github.com/dewar-go/dewar/jinja/internal/value"
)

// # Joining segments
//
// What costs time for each item is not so much what a segment prints as to find out which one is next. Texts are
// therefore put into the segments beside them, and decisions are made one where that is possible: a decision that is all
// that a branch of another consists of, and two that stand side by side and print nothing but short texts. The number of
// the branch that an item takes of the one that comes out of this is made of the numbers of both.

// A combination makes the numbers of the branches of a decision out of those of others: of two that are side by side, or
// of one and those in its branches.
type combination struct {
	dst, a int // numbers of decisions
	b      int // beside a; its number comes above the lowest shift bits
	shift  int
	nested []nesting // by branch of a
}

// nesting is the decision in a branch.
type nesting struct {
	inner int // its number, -1 for none
	base  int // what is added to its branches; 0 in the first branch
}

// combine computes a combination for the items of a chunk. Items that do not reach a decision have the number 0 there.
func (c *combination) combine(picks [][4]value.Mask) {
	var dst [4]value.Mask
	a := &picks[c.a]
	if c.nested == nil {
		copy(dst[:], a[:c.shift])
		copy(dst[c.shift:], picks[c.b][:])
		picks[c.dst] = dst
		return
	}
	for branch, n := range c.nested {
		if n.inner >= 0 {
			for b, p := range &picks[n.inner] {
				dst[b] |= p
			}
		}
		if n.base == 0 {
			continue
		}
		taken := ^value.Mask(0)
		for b, p := range a {
			if branch>>b&1 == 0 {
				p = ^p
			}
			taken &= p
		}
		for b := range dst {
			if n.base>>b&1 == 1 {
				dst[b] |= taken
			}
		}
	}
	picks[c.dst] = dst
}

// joined joins the segments of a body.
func (p *rowProgram) joined(segs []*typedSeg) []*typedSeg {
	out := segs[:0]
	for _, s := range segs {
		for i, body := range s.bodies {
			s.bodies[i] = p.joined(body)
		}
		if s.kind == segIf || s.kind == segPick {
			p.flatten(s)
		}
		if len(out) == 0 || !p.join(out[len(out)-1], s) {
			out = append(out, s)
			continue
		}
		if out[len(out)-1].kind == segText {
			out[len(out)-1] = s
		}
	}
	return out
}

// join puts one of two segments into the other: the first into the second, if it is a text.
func (p *rowProgram) join(a, b *typedSeg) bool {
	switch {
	case a.kind == segText && b.kind == segFields:
		b.steps[0].Pre = value.NewText(a.text.String() + b.steps[0].Pre.String())
	case a.kind == segFields && b.kind == segText:
		a.text = value.NewText(a.text.String() + b.text.String())
	case a.kind == segText && b.kind == segPick:
		return b.surround(a.text.String(), "")
	case a.kind == segPick && b.kind == segText:
		return a.surround("", b.text.String())
	case a.kind == segPick && b.kind == segPick:
		return p.product(a, b)
	case a.kind == segText && b.kind == segIf:
		return b.wrap(a.text.String(), "")
	case a.kind == segIf && b.kind == segText:
		return a.wrap("", b.text.String())
	default:
		return false
	}
	return true
}

// maxWrapped is how long a text may be that is put into each branch of a decision.
const maxWrapped = 64

// wrap puts texts before and behind what the branches of a segIf print, where that is nothing but a text or fields.
func (s *typedSeg) wrap(pre, post string) bool {
	if len(pre)+len(post) > maxWrapped {
		return false
	}
	for _, body := range s.bodies {
		if len(body) > 1 || len(body) == 1 && body[0].kind != segText && body[0].kind != segFields {
			return false
		}
	}
	for i, body := range s.bodies {
		switch {
		case s.holes>>i&1 == 1:
		case len(body) == 0:
			s.bodies[i] = []*typedSeg{{kind: segText, text: value.NewText(pre + post)}}
		case body[0].kind == segText:
			body[0].text = value.NewText(pre + body[0].text.String() + post)
		default:
			first := &body[0].steps[0].Pre
			*first = value.NewText(pre + first.String())
			body[0].text = value.NewText(body[0].text.String() + post)
		}
	}
	return true
}

// pick makes s a segPick of texts, nil for numbers that no item has, unless one of them is not short.
func (s *typedSeg) pick(index int, texts []*string) bool {
	made := &typedSeg{kind: segPick, index: index, edge: s.edge, texts: new([maxBranches]value.Text)}
	made.bodies = make([][]*typedSeg, len(texts))
	for i, text := range texts {
		if text == nil {
			made.holes |= 1 << i
			continue
		}
		made.texts[i] = value.NewText(*text)
		if !made.texts[i].IsShort() {
			return false
		}
		made.bodies[i] = []*typedSeg{{kind: segText, text: made.texts[i]}}
	}
	made.measure(len(texts))
	*s = *made
	return true
}

// surround puts texts before and behind those of a segPick.
func (s *typedSeg) surround(pre, post string) bool {
	texts := make([]*string, len(s.bodies))
	for i := range texts {
		if s.holes>>i&1 == 0 {
			text := pre + s.texts[i].String() + post
			texts[i] = &text
		}
	}
	return s.pick(s.index, texts)
}

// product makes one segPick of two. Those that ask for the first or the last item stay as they are: they only differ
// there, where nothing else looks at them.
func (p *rowProgram) product(a, b *typedSeg) bool {
	shift := bits.Len(uint(len(a.bodies) - 1))
	if a.edge || b.edge || shift+bits.Len(uint(len(b.bodies)-1)) > 4 {
		return false
	}
	texts := make([]*string, len(b.bodies)<<shift)
	for i := range a.bodies {
		for j := range b.bodies {
			if (a.holes>>i|b.holes>>j)&1 == 0 {
				text := a.texts[i].String() + b.texts[j].String()
				texts[j<<shift|i] = &text
			}
		}
	}
	first := a.index
	if !a.pick(p.picks, texts) {
		return false
	}
	p.combine(combination{a: first, b: b.index, shift: shift})
	return true
}

func (p *rowProgram) combine(c combination) {
	c.dst = p.picks
	p.picks++
	p.combinations = append(p.combinations, c)
}

// flatten makes one decision of a decision and those that are the only segment of a branch of it.
func (p *rowProgram) flatten(s *typedSeg) {
	c := combination{a: s.index, nested: make([]nesting, len(s.bodies))}
	edge, some, next := s.edge, false, 0
	var bodies [maxBranches][]*typedSeg
	holes := ^uint32(0)
	for i, body := range s.bodies {
		c.nested[i] = nesting{-1, next}
		leaves := [][]*typedSeg{body}
		if len(body) == 1 && (body[0].kind == segIf || body[0].kind == segPick) {
			inner := body[0]
			some, edge, leaves = true, edge || inner.edge, inner.bodies
			size := 1 << bits.Len(uint(len(leaves)-1)) // the numbers of its branches are the lowest bits
			next = (next + size - 1) &^ (size - 1)
			c.nested[i] = nesting{inner.index, next}
		}
		if s.holes>>i&1 == 1 {
			leaves = nil
		}
		if next+len(leaves) > maxBranches {
			return
		}
		for j, leaf := range leaves {
			if len(leaves) == 1 || body[0].holes>>j&1 == 0 {
				bodies[next], holes = leaf, holes&^(1<<next)
			}
			next++
		}
	}
	if !some {
		return
	}
	s.edge = edge
	if texts, ok := textsOf(bodies[:next], holes); !ok || !s.pick(p.picks, texts) {
		*s = typedSeg{kind: segIf, index: p.picks, edge: edge, holes: holes, bodies: bodies[:next]}
	}
	p.combine(c)
}

// textsOf returns the texts that bodies consist of, where they do.
func textsOf(bodies [][]*typedSeg, holes uint32) ([]*string, bool) {
	texts := make([]*string, len(bodies))
	for i, body := range bodies {
		text := ""
		switch {
		case holes>>i&1 == 1:
			continue
		case len(body) == 1 && body[0].kind == segText:
			text = body[0].text.String()
		case len(body) > 0:
			return nil, false
		}
		texts[i] = &text
	}
	return texts, true
}

// number notes the decisions whose numbers of branches are asked for by item.
func (p *rowProgram) number(segs []*typedSeg) {
	for _, s := range segs {
		if s.kind == segIf || s.kind == segPick {
			p.numbered = append(p.numbered, s.index)
		}
		for _, body := range s.bodies {
			p.number(body)
		}
	}
}
