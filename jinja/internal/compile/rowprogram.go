package compile

import (
	"github.com/dewar-go/dewar/jinja/internal/value"
)

// A rowProgram is a rowPlan for one type of items: operations on columns, in the order in which they are to be done.
type rowProgram struct {
	elem   *value.Type
	ok     bool     // false: items of this type are run in the general way
	vars   []rowUse // what the variables were when the program was made
	ops    []rowOp
	ints   int // registers of each sort
	floats int
	masks  int
	decs   []typedDecision
	reach  int // masks of items for which a nested decision is made
	segs   []*typedSeg

	picks        int           // numbers of decisions: of decs and of combinations
	combinations []combination // in the order in which they can be made
	numbered     []int         // decisions whose branches are asked for by item

	keyed bool           // the items are maps, which need not be alike
	cols  []value.Column // of these: those that have been typed
	cells []value.Column // of these: all that the body reads
	code  bool           // of these: there is a segStmt, and no segFields
	texts int            // registers

	starts    bool // code runs for each item before the body
	needsItem bool // some code reads the item or the loop object
	first     bool // loop.first is asked for
	last      bool
}

// rowUse is a variable with the kind of value that it had.
type rowUse struct {
	slot int
	kind value.Kind
}

// fits reports whether the variables are still of the kinds they were.
func (p *rowProgram) fits(f *frame) bool {
	for _, u := range p.vars {
		if f.vars[u.slot].Kind() != u.kind {
			return false
		}
	}
	return true
}

// alike reports whether the first map has what the program has been made for: with other maps it works as well, but most
// of them are run in the general way.
func (p *rowProgram) alike(seq *value.Sequence) bool {
	for i := range p.cols {
		if k := seq.CellKind(&p.cols[i], 0); k != p.cols[i].Kind() && k != value.KindUndefined {
			return false
		}
	}
	return true
}

// typedDecision is an if: the masks of its conditions, and where the masks of the items that take a branch are kept for
// the decisions inside of it.
type typedDecision struct {
	in    int // mask of the items that it is made for; -1 is all
	conds []int
	out   []int // by branch, -1 where nothing asks

	nested bool // something asks
}

// typedSeg is a rowSeg whose decisions can be made.
type typedSeg struct {
	kind   segKind
	html   bool
	index  int    // of the decision
	edge   bool   // of segIf and segPick: they ask for the first or the last item
	holes  uint32 // numbers of branches that no item has
	text   value.Text
	steps  []value.Field
	bodies [][]*typedSeg            // of segIf and segPick
	texts  *[maxBranches]value.Text // of segPick: the bodies
	words  [maxBranches]uint64      // texts, where all of them are of one length of at most 8 bytes
	length int                      // of these
	flips  []flip                   // of texts of one byte: what they are made of
	few    [8]uint64                // what they flip, by the bits of a branch's number, for up to eight branches
	short  bool                     // all texts are
	code   stmt
	uses   []value.Column // of maps: what code and steps read
}

// rowOp is one operation.
type rowOp struct {
	code   rowCode
	dst    int
	a, b   int // registers
	col    *value.Column
	op     value.Op
	sign   byte
	and    int64       // of opBits
	invert value.Mask  // of opAbove and opBits: what is exchanged in the outcome
	k      value.Value // what a column is combined with
	int    int64       // k, if it is an int
	slot   int         // of the variable that k is, -1 for a constant
}

type rowCode uint8

const (
	opLoadInts   rowCode = iota
	opLoadFloats         // ints of register a with the sign i, else the column
	opLoadBools
	opLoadCells  // of maps, into a register of the kind of the column
	opCellTruth  // of maps; with the sign s, that of absent entries is not known
	opEqualText  // of the column; of register a for maps
	opCount      // loop.index0 + k
	opFill       // k for all items
	opArith      // on two columns of ints
	opArithK     // on a column of ints and k
	opArithFloat // on two columns of floats
	opCompare    // two columns of ints
	opCompareK   // a column of ints with k
	opAbove      // a column of ints is greater than k, a constant
	opCompareF   // two columns of floats
	opCompareFK  // a column of floats with k
	opBits       // the bits of and of a column of ints are k, a constant
	opTruthK     // k for all items
	opFirst
	opLast
	opAnd
	opOr
	opNot
	opSame // two masks
)

// rowTyper makes a rowProgram.
type rowTyper struct {
	p      *rowProgram
	f      *frame
	seq    *value.Sequence
	loaded map[string]rowVal
	truths map[string]int // masks
	used   map[int]bool
}

// rowVal is the value of an expression: a register of the kind, a column of texts, or one value for all items.
type rowVal struct {
	kind  value.Kind
	reg   int
	col   value.Column
	fixed bool
	k     value.Value
	slot  int
}

func (p *rowPlan) specialise(f *frame, seq *value.Sequence) *rowProgram {
	prog := &rowProgram{elem: seq.Element(), keyed: seq.Keyed(), starts: p.starts, needsItem: p.starts}
	for _, name := range p.fields {
		if !seq.PlainField(name) {
			return prog
		}
	}
	if prog.keyed {
		prog.cells = cellsOf(seq, p.fields)
	}
	t := &rowTyper{p: prog, f: f, seq: seq, loaded: map[string]rowVal{}, truths: map[string]int{}, used: map[int]bool{}}
	prog.decs = make([]typedDecision, p.decisions)
	prog.segs = t.segs(p.segs, -1)
	if prog.code {
		prog.codeOnly(prog.segs)
	}
	prog.picks = len(prog.decs)
	prog.segs = prog.joined(prog.segs)
	prog.number(prog.segs)
	return prog
}

// codeOnly leaves printing to the compiled statements: what has been printed cannot be taken back where those may have
// written it out.
func (p *rowProgram) codeOnly(segs []*typedSeg) {
	for _, s := range segs {
		if s.kind == segFields {
			s.kind = segStmt
		}
		for _, body := range s.bodies {
			p.codeOnly(body)
		}
	}
}

func cellsOf(seq *value.Sequence, names []string) []value.Column {
	cols := make([]value.Column, len(names))
	for i, name := range names {
		cols[i], _ = seq.Cell(name)
	}
	return cols
}

// segs types the segments of a body that runs for the items of the mask in. What cannot be computed by columns for this
// type of items is left to the compiled statement.
func (t *rowTyper) segs(segs []rowSeg, in int) []*typedSeg {
	out := make([]*typedSeg, len(segs))
	for i := range segs {
		s := &segs[i]
		typed := &typedSeg{kind: s.kind, html: s.html, text: value.NewText(s.text), code: s.code}
		ok := true
		switch s.kind {
		case segFields:
			typed.steps, ok = t.steps(s.steps)
		case segIf, segPick:
			ok = t.decision(typed, s.ifs, in)
		}
		if !ok {
			typed.kind = segStmt
		}
		if typed.kind == segStmt {
			t.p.needsItem, t.p.code = true, t.p.keyed
		}
		if t.p.keyed {
			typed.uses = cellsOf(t.seq, s.uses)
		}
		out[i] = typed
	}
	return out
}

// decision types a decision and the bodies of its branches.
func (t *rowTyper) decision(s *typedSeg, n *rowDecision, in int) bool {
	d, ok := t.conds(n.conds, in)
	if !ok {
		return false
	}
	s.index = n.index
	for _, x := range n.conds {
		s.edge = s.edge || x.edge()
	}
	for _, body := range n.bodies {
		mask := -1
		if s.kind == segIf && decides(body) {
			mask = t.p.reach
			t.p.reach++
			d.nested = true
		}
		d.out = append(d.out, mask)
		s.bodies = append(s.bodies, t.segs(body, mask))
	}
	if s.kind == segPick {
		s.texts = new([maxBranches]value.Text)
		for i, body := range n.bodies {
			if len(body) > 0 {
				s.texts[i] = value.NewText(body[0].text)
			}
		}
		s.measure(len(n.bodies))
	}
	t.p.decs[s.index] = d
	t.p.ok = true
	return true
}

// conds types the conditions of a decision.
func (t *rowTyper) conds(conds []*rowExpr, in int) (d typedDecision, ok bool) {
	d.in = in
	for _, x := range conds {
		m, ok := t.mask(x)
		if !ok {
			return d, false
		}
		d.conds = append(d.conds, m)
	}
	return d, true
}

func decides(segs []rowSeg) bool {
	for _, s := range segs {
		if s.kind == segIf || s.kind == segPick {
			return true
		}
	}
	return false
}

func (t *rowTyper) steps(steps []rowStep) ([]value.Field, bool) {
	out := make([]value.Field, len(steps))
	for i, s := range steps {
		out[i] = value.Field{Pre: value.NewText(s.pre), Plus: s.plus}
		if !s.index {
			col, ok := t.seq.Column(s.name)
			if t.p.keyed {
				col, ok = t.seq.Cell(s.name)
			}
			if !ok {
				return nil, false
			}
			out[i].Col = col
		}
	}
	return out, true
}
