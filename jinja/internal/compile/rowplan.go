package compile

import (
	"sync/atomic"

	"github.com/dewar-go/dewar/jinja/internal/ast"
	"github.com/dewar-go/dewar/jinja/internal/value"
)

// # Loops by columns
//
// The body of a loop over a Go slice often consists of conditions on the fields of the item with little text between
// them. Such a body is compiled a second time, as a rowPlan: its conditions do not look at one item after the other,
// but are computed for up to 64 items at once (value.ChunkSize), one operation after the other over a column of
// values. The truth of a condition is then a mask with a bit for each item, and, or and not are one instruction, and
// no jump depends on the data. What each item prints is then looked up in the masks.
//
// This shows the same as computing them one by one because nothing in such a body can change what the conditions see
// (rowpure.go), and they can neither fail nor have an effect (rowexpr.go). Where Python's arithmetic would leave 64
// bits or divide by zero in an item that the condition is reached for, the whole chunk is run in the general way.
//
// What the fields are is known when the loop meets the slice: a rowProgram is the plan for one type of items.

// rowPlan is the body of a loop whose conditions are computed by columns.
type rowPlan struct {
	segs      []rowSeg
	fields    []string // of the item that must be plain
	vars      []int    // slots of variables that must be plain
	decisions int
	starts    bool // code runs for each item before the body

	program  atomic.Pointer[rowProgram] // for the last type of items
	programs atomic.Int32               // made so far
}

// A rowSeg is a part of the body.
type rowSeg struct {
	kind   segKind
	text   value.Text
	steps  []rowStep    // of segFields, with text behind the last one
	html   bool         // the fields are escaped
	conds  []*rowExpr   // of segIf
	bodies [][]rowSeg   // of segIf: one more than conds, the last is else
	typed  [][]*rowSeg  // of segIf and segPick in a program: the bodies
	texts  []value.Text // of segPick: the bodies, where all of them are texts; there are maxBranches
	index  int          // of segIf and segPick: the number of the decision
	code   stmt         // of segStmt, and of segFields where a field is none that can be read directly
}

type segKind uint8

const (
	segText segKind = iota
	segFields
	segIf
	segPick
	segStmt
)

// rowStep prints a field of the item, or the number of the round, behind a text.
type rowStep struct {
	pre   value.Text
	name  string
	index bool
	plus  int
}

// rowBuilder makes the rowPlan of one loop.
type rowBuilder struct {
	c      *compiler
	fr     *scopeFrame // of the body
	loop   *loopCode   // nil when the body does not use the loop object
	item   string
	slot   int
	stored map[string]bool // names that the body sets
	fields map[string]bool
	vars   map[int]bool
	plan   *rowPlan
}

// maxBranches bounds a decision: its outcome has four bits.
const maxBranches = 16

// rowPlan returns the plan of a loop's body that has been compiled, nil when it has no condition that can be computed
// by columns.
func (c *compiler) rowPlan(n *ast.For, code *loopCode, in *scopeFrame) *rowPlan {
	target, ok := n.Target.(*ast.Name)
	if !ok || c.env.Native || c.env.Sandboxed || c.env.NoOptimize || c.env.NoColumns || code.keep != nil || n.Recursive ||
		in.requireOutputCheck || in.ec.volatile || code.slot < 0 || code.leaks || code.items {
		return nil
	}
	if !contains(n.Body, func(*ast.If) bool { return true }) {
		return nil
	}
	b := &rowBuilder{
		c: c, fr: in, item: target.Name, slot: code.slot, plan: &rowPlan{},
		stored: map[string]bool{}, fields: map[string]bool{}, vars: map[int]bool{},
	}
	if code.extended {
		b.loop = code
	}
	ast.WalkBody(n.Body, func(x ast.Node) bool {
		if name, ok := x.(*ast.Name); ok && name.Ctx != ast.Load {
			b.stored[name.Name] = true
		}
		return true
	})
	if b.stored[b.item] || b.stored["loop"] || !b.pure(n.Body) {
		return nil
	}
	b.plan.segs, ok = b.segs(n.Body)
	if !ok || b.plan.decisions == 0 {
		return nil
	}
	for name := range b.fields {
		b.plan.fields = append(b.plan.fields, name)
	}
	for slot := range b.vars {
		b.plan.vars = append(b.plan.vars, slot)
	}
	b.plan.starts = code.start != nil
	c.tmpl.plans = append(c.tmpl.plans, b.plan)
	return b.plan
}

func (b *rowBuilder) segs(body []ast.Stmt) (segs []rowSeg, ok bool) {
	for _, n := range body {
		s := rowSeg{kind: segStmt}
		ok := false
		switch n := n.(type) {
		case *ast.Output:
			s, ok = b.output(n)
		case *ast.If:
			if s, ok = b.decision(n); !ok && s.kind == segIf {
				return nil, false
			}
		}
		if !ok {
			code, compiled := b.c.compiled[n]
			if !compiled {
				return nil, false
			}
			if code == nil {
				continue
			}
			s = rowSeg{kind: segStmt, code: code}
		}
		segs = append(segs, s)
	}
	return segs, true
}

// output makes a step of each printed field; anything else is left to the compiled statement.
func (b *rowBuilder) output(n *ast.Output) (s rowSeg, ok bool) {
	items, text := b.c.outputItems(n, b.fr)
	if len(items) == 0 {
		return rowSeg{kind: segText, text: value.NewText(text)}, true
	}
	s = rowSeg{kind: segFields, text: value.NewText(text), code: b.c.compiled[n]}
	for i, item := range items {
		esc := b.c.escaperFor(item.n, b.fr.ec)
		r, ok := b.c.read(item.n, b.fr)
		if !ok || esc != escapeHTML && esc != escapeNone || i > 0 && s.html != (esc == escapeHTML) {
			return s, false
		}
		s.html = esc == escapeHTML
		switch {
		case r.loop != nil && r.loop == b.loop:
			s.steps = append(s.steps, rowStep{pre: value.NewText(item.pre), index: true, plus: r.plus})
		case r.loop == nil && r.slot == b.slot:
			s.steps = append(s.steps, rowStep{pre: value.NewText(item.pre), name: r.name})
		default:
			return s, false
		}
	}
	return s, true
}

// decision makes a segment of an if. When it fails half-way, the segment that it returns says so by its kind.
func (b *rowBuilder) decision(n *ast.If) (s rowSeg, ok bool) {
	branches := append([]*ast.If{n}, n.Elif...)
	if len(branches) >= maxBranches {
		return rowSeg{}, false
	}
	s = rowSeg{kind: segIf, code: b.c.compiled[n]}
	for _, branch := range branches {
		x := b.expr(branch.Test)
		if x == nil {
			return rowSeg{}, false
		}
		s.conds = append(s.conds, x)
	}
	s.index = b.plan.decisions
	b.plan.decisions++
	bodies := make([][]ast.Stmt, 0, len(branches)+1)
	for _, branch := range branches {
		bodies = append(bodies, branch.Body)
	}
	onlyText := true
	for _, body := range append(bodies, n.Else) {
		segs, ok := b.segs(body)
		if !ok {
			return s, false
		}
		s.bodies = append(s.bodies, segs)
		onlyText = onlyText && (len(segs) == 0 || len(segs) == 1 && segs[0].kind == segText)
	}
	if onlyText {
		s.kind = segPick
		for _, segs := range s.bodies {
			text := ""
			if len(segs) > 0 {
				text = segs[0].text.String()
			}
			s.texts = append(s.texts, value.NewText(text))
		}
		s.texts = append(s.texts, make([]value.Text, maxBranches-len(s.texts))...)
	}
	return s, true
}

// find returns the program for the items of a sequence, nil when there is none.
func (p *rowPlan) find(f *frame, seq *value.Sequence) *rowProgram {
	for _, slot := range p.vars {
		if !f.vars[slot].IsPlain() {
			return nil
		}
	}
	have := p.program.Load()
	if have == nil || have.elem != seq.Element() || !have.fits(f) {
		if p.programs.Add(1) > maxPrograms {
			p.programs.Store(maxPrograms)
			return nil
		}
		have = p.specialise(f, seq)
		p.program.Store(have)
	}
	if !have.ok {
		return nil
	}
	return have
}

// maxPrograms bounds how many programs are made for one loop: where the types change all the time, it stays with the
// general way.
const maxPrograms = 32
