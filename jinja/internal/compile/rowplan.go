package compile

import (
	"slices"
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
// bits or divide by zero in an item that the condition is reached for, that item is run in the general way.
//
// What the fields are is known when the loop meets the slice: a rowProgram is the plan for one type of items. Maps may
// each hold something else: the program is made for what the first of them hold, an item that has something else where
// a condition is reached for it is run in the general way, and what is printed is looked at before.

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
	kind  segKind
	html  bool         // of segFields: the fields are escaped
	text  string       // of segText, and of segFields behind the last one
	steps []rowStep    // of segFields
	ifs   *rowDecision // of segIf and segPick
	code  stmt         // of segStmt, and of the others where the types are none that they know; may be nil
	uses  []string     // fields of the item that code reads
}

// rowDecision is an if.
type rowDecision struct {
	index  int // the number of the decision
	conds  []*rowExpr
	bodies [][]rowSeg // one more than conds, the last is else
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
	pre   string
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
	if !slices.ContainsFunc(n.Body, func(s ast.Stmt) bool { _, ok := s.(*ast.If); return ok }) {
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
	segs = make([]rowSeg, 0, len(body))
	for _, n := range body {
		s := rowSeg{kind: segStmt}
		ok := false
		switch n := n.(type) {
		case *ast.Output:
			s, ok = b.output(n)
		case *ast.If:
			if s, ok = b.decision(n); !ok && s.ifs != nil {
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
		if s.kind != segText {
			s.uses = b.uses(n)
		}
		segs = append(segs, s)
	}
	return segs, true
}

// uses returns the fields of the item that a statement reads.
func (b *rowBuilder) uses(n ast.Stmt) (names []string) {
	add := func(name string) {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	ast.Walk(n, func(x ast.Node) bool {
		switch x := x.(type) {
		case *ast.Getattr:
			if name, ok := x.Node.(*ast.Name); ok && name.Name == b.item {
				add(x.Attr)
				return false
			}
		case *ast.Name:
			if x.Name == b.item {
				add("")
			}
		}
		return true
	})
	return names
}

// output makes a step of each printed field; anything else is left to the compiled statement.
func (b *rowBuilder) output(n *ast.Output) (s rowSeg, ok bool) {
	items, text := b.c.outputItems(n, b.fr)
	if len(items) == 0 {
		return rowSeg{kind: segText, text: text}, true
	}
	s = rowSeg{kind: segFields, text: text, code: b.c.compiled[n]}
	for i, item := range items {
		esc := b.c.escaperFor(item.n, b.fr.ec)
		r, ok := b.c.read(item.n, b.fr)
		if !ok || r.in != 0 || esc != escapeHTML && esc != escapeNone || i > 0 && s.html != (esc == escapeHTML) {
			return s, false
		}
		s.html = esc == escapeHTML
		switch {
		case r.loop != nil && r.loop == b.loop:
			s.steps = append(s.steps, rowStep{pre: item.pre, index: true, plus: r.plus})
		case r.loop == nil && r.slot == b.slot:
			s.steps = append(s.steps, rowStep{pre: item.pre, name: r.name})
		default:
			return s, false
		}
	}
	return s, true
}

// decision makes a segment of an if. When it fails half-way, the segment that it returns says so by its kind.
func (b *rowBuilder) decision(n *ast.If) (s rowSeg, ok bool) {
	if len(n.Elif)+1 >= maxBranches {
		return rowSeg{}, false
	}
	branches := append([]*ast.If{n}, n.Elif...)
	d := &rowDecision{conds: make([]*rowExpr, 0, len(branches))}
	for _, branch := range branches {
		x := b.expr(branch.Test)
		if x == nil {
			return rowSeg{}, false
		}
		d.conds = append(d.conds, x)
	}
	s = rowSeg{kind: segIf, code: b.c.compiled[n], ifs: d}
	d.index = b.plan.decisions
	b.plan.decisions++
	s.kind = segPick
	d.bodies = make([][]rowSeg, 0, len(branches)+1)
	for i := range len(branches) + 1 {
		body := n.Else
		if i < len(branches) {
			body = branches[i].Body
		}
		segs, ok := b.segs(body)
		if !ok {
			return s, false
		}
		d.bodies = append(d.bodies, segs)
		if len(segs) > 1 || len(segs) == 1 && segs[0].kind != segText {
			s.kind = segIf
		}
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
	usable := have != nil && have.elem == seq.Element() && have.fits(f)
	if usable && have.alike(seq) {
		return have.orNil()
	}
	if p.programs.Add(1) > maxPrograms {
		p.programs.Store(maxPrograms)
		if usable {
			return have.orNil()
		}
		return nil
	}
	have = p.specialise(f, seq)
	if have.ok || !have.keyed { // other maps may have what these have not
		p.program.Store(have)
	}
	return have.orNil()
}

func (p *rowProgram) orNil() *rowProgram {
	if !p.ok {
		return nil
	}
	return p
}

// maxPrograms bounds how many programs are made for one loop: where the types change all the time, it stays with the
// general way, and where maps do with the last program.
const maxPrograms = 32
