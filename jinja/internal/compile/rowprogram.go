package compile

import (
	"encoding/binary"
	"math"

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

// fits reports whether the variables are still of the kinds they were, and the values of the first map.
func (p *rowProgram) fits(f *frame, seq *value.Sequence) bool {
	for _, u := range p.vars {
		if f.vars[u.slot].Kind() != u.kind {
			return false
		}
	}
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
}

// typedSeg is a rowSeg whose decisions can be made.
type typedSeg struct {
	kind   segKind
	html   bool
	index  int // of the decision
	text   value.Text
	steps  []typedStep
	bodies [][]*typedSeg            // of segIf and segPick
	texts  *[maxBranches]value.Text // of segPick: the bodies
	words  [maxBranches]uint64      // texts, where all of them are of one length of at most 8 bytes
	length int                      // of these
	flips  []flip                   // of texts of one byte: what they are made of
	code   stmt
	uses   []value.Column // of maps: what code and steps read
}

// A flip changes some bits of the byte that is printed for a branch: those of by, if the bits of the branch's number
// that any does not hide are all set. Any texts of one byte are such flips of nothing.
type flip struct {
	by  uint64
	any [4]value.Mask
}

// maxFlips is how many flips cost as much as to look up the texts.
const maxFlips = 8

// typedStep is a rowStep whose field is known.
type typedStep struct {
	pre   value.Text
	col   value.Column
	index bool
	plus  int
}

// rowOp is one operation.
type rowOp struct {
	code rowCode
	dst  int
	a, b int // registers
	col  value.Column
	op   value.Op
	sign byte
	and  int64       // of opBits
	k    value.Value // what a column is combined with
	int  int64       // k, if it is an int
	slot int         // of the variable that k is, -1 for a constant
}

type rowCode uint8

const (
	opLoadInts   rowCode = iota
	opLoadFloats         // ints of register a with the sign i, else the column
	opLoadBools
	opLoadCells  // of maps, into a register of the kind of the column
	opEqualText  // of the column; of register a for maps
	opCount      // loop.index0 + k
	opFill       // k for all items
	opArith      // on two columns of ints
	opArithK     // on a column of ints and k
	opArithFloat // on two columns of floats
	opDivide     // two columns of ints, to floats
	opCompare    // two columns of ints
	opCompareK   // a column of ints with k
	opCompareF   // two columns of floats
	opCompareFK  // a column of floats with k
	opBits       // some bits of a column of ints with k
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
	t := &rowTyper{p: prog, f: f, seq: seq, loaded: map[string]rowVal{}, used: map[int]bool{}}
	prog.decs = make([]typedDecision, p.decisions)
	prog.segs = t.segs(p.segs, -1)
	if prog.code {
		prog.codeOnly(prog.segs)
	}
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
	for _, body := range n.bodies {
		mask := -1
		if s.kind == segIf && decides(body) {
			mask = t.p.reach
			t.p.reach++
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

// measure notes the texts of the first n branches as words if they are short and of one length.
func (s *typedSeg) measure(n int) {
	length := len(s.texts[0].String())
	if length > 8 {
		return
	}
	for i := range n {
		text := s.texts[i].String()
		if len(text) != length {
			return
		}
		var b [8]byte
		copy(b[:], text)
		s.words[i] = binary.LittleEndian.Uint64(b[:])
	}
	s.length = length
	if length == 1 {
		s.flip(n)
	}
}

// flip makes the bytes of n branches out of the bits of their numbers.
func (s *typedSeg) flip(n int) {
	var have [maxBranches]uint64
	for set := range n {
		by := have[set] ^ s.words[set]
		if by == 0 {
			continue
		}
		f := flip{by: by}
		for b := range f.any {
			if set>>b&1 == 0 {
				f.any[b] = math.MaxUint64
			}
		}
		for branch := range have {
			if branch&set == set {
				have[branch] ^= by
			}
		}
		s.flips = append(s.flips, f)
	}
	if len(s.flips) > maxFlips {
		s.flips = nil
	}
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

func (t *rowTyper) steps(steps []rowStep) ([]typedStep, bool) {
	out := make([]typedStep, len(steps))
	for i, s := range steps {
		out[i] = typedStep{pre: value.NewText(s.pre), index: s.index, plus: s.plus}
		if !s.index {
			col, ok := t.seq.Column(s.name)
			if t.p.keyed {
				col, ok = t.seq.Cell(s.name)
			}
			if !ok {
				return nil, false
			}
			out[i].col = col
		}
	}
	return out, true
}

func (t *rowTyper) emit(op rowOp) int {
	op.int, _ = op.k.Int64()
	t.p.ops = append(t.p.ops, op)
	return op.dst
}

func (t *rowTyper) newInt() int   { t.p.ints++; return t.p.ints - 1 }
func (t *rowTyper) newFloat() int { t.p.floats++; return t.p.floats - 1 }
func (t *rowTyper) newMask() int  { t.p.masks++; return t.p.masks - 1 }
func (t *rowTyper) newText() int  { t.p.texts++; return t.p.texts - 1 }

// val types an expression that is not a condition by itself.
func (t *rowTyper) val(x *rowExpr) (v rowVal, ok bool) {
	switch x.kind {
	case rowField:
		return t.field(x.name)
	case rowConst:
		return rowVal{kind: x.v.Kind(), fixed: true, k: x.v, slot: -1}, true
	case rowVar:
		k := t.f.vars[x.slot]
		if !t.used[x.slot] {
			t.used[x.slot] = true
			t.p.vars = append(t.p.vars, rowUse{x.slot, k.Kind()})
		}
		if !k.IsPlain() || k.IsUndefined() || k.IsNone() {
			return v, false
		}
		return rowVal{kind: k.Kind(), fixed: true, k: k, slot: x.slot}, true
	case rowIndex:
		r := t.emit(rowOp{code: opCount, dst: t.newInt(), k: value.Int(x.plus), slot: -1})
		return rowVal{kind: value.KindInt, reg: r}, true
	case rowArith:
		return t.arith(x)
	}
	m, ok := t.mask(x)
	return rowVal{kind: value.KindBool, reg: m}, ok
}

func (t *rowTyper) field(name string) (v rowVal, ok bool) {
	if v, ok := t.loaded[name]; ok {
		return v, true
	}
	col, ok := t.seq.Column(name)
	if !ok {
		return v, false
	}
	v = rowVal{kind: col.Kind(), col: col}
	if col.Keyed() {
		t.cells(&v)
		t.loaded[name] = v
		return v, true
	}
	switch v.kind {
	case value.KindInt:
		v.reg = t.emit(rowOp{code: opLoadInts, dst: t.newInt(), col: col})
	case value.KindFloat:
		v.reg = t.emit(rowOp{code: opLoadFloats, dst: t.newFloat(), col: col})
	case value.KindBool:
		v.reg = t.emit(rowOp{code: opLoadBools, dst: t.newMask(), col: col})
	}
	t.loaded[name] = v
	return v, true
}

// cells loads a column of maps.
func (t *rowTyper) cells(v *rowVal) {
	switch v.kind {
	case value.KindInt:
		v.reg = t.newInt()
	case value.KindFloat:
		v.reg = t.newFloat()
	case value.KindBool:
		v.reg = t.newMask()
	default:
		v.reg = t.newText()
	}
	t.emit(rowOp{code: opLoadCells, dst: v.reg, col: v.col})
	t.p.cols = append(t.p.cols, v.col)
}

// column makes a register of what may be one value for all items.
func (t *rowTyper) column(v rowVal) (rowVal, bool) {
	if !v.fixed {
		return v, v.kind == value.KindInt || v.kind == value.KindFloat
	}
	switch v.kind {
	case value.KindInt:
		v.reg = t.emit(rowOp{code: opFill, dst: t.newInt(), k: v.k, slot: v.slot, sign: 'i'})
	case value.KindFloat:
		v.reg = t.emit(rowOp{code: opFill, dst: t.newFloat(), k: v.k, slot: v.slot, sign: 'f'})
	default:
		return v, false
	}
	return rowVal{kind: v.kind, reg: v.reg}, true
}

// float makes a register of floats of a column of numbers.
func (t *rowTyper) float(v rowVal) (rowVal, bool) {
	v, ok := t.column(v)
	if ok && v.kind == value.KindInt {
		v = rowVal{kind: value.KindFloat, reg: t.emit(rowOp{code: opLoadFloats, dst: t.newFloat(), a: v.reg, sign: 'i'})}
	}
	return v, ok
}

func (t *rowTyper) arith(x *rowExpr) (v rowVal, ok bool) {
	a, okA := t.val(x.a)
	b, okB := t.val(x.b)
	if !okA || !okB || !isNumber(a.kind) || !isNumber(b.kind) {
		return v, false
	}
	sign := x.sign[0]
	if x.sign == "//" {
		sign = 'q'
	}
	if a.kind == value.KindInt && b.kind == value.KindInt && sign != '/' {
		if a, ok = t.column(a); !ok {
			return v, false
		}
		op := rowOp{code: opArith, dst: t.newInt(), a: a.reg, sign: sign}
		if b.fixed {
			op.code, op.k, op.slot = opArithK, b.k, b.slot
		} else {
			op.b = b.reg
		}
		return rowVal{kind: value.KindInt, reg: t.emit(op)}, true
	}
	if sign == 'q' || sign == '%' {
		return v, false
	}
	if a, ok = t.float(a); !ok {
		return v, false
	}
	if b, ok = t.float(b); !ok {
		return v, false
	}
	r := t.emit(rowOp{code: opArithFloat, dst: t.newFloat(), a: a.reg, b: b.reg, sign: sign})
	return rowVal{kind: value.KindFloat, reg: r}, true
}

func isNumber(k value.Kind) bool { return k == value.KindInt || k == value.KindFloat }

func isText(k value.Kind) bool { return k == value.KindString || k == value.KindMarkup }

// mask types a condition.
func (t *rowTyper) mask(x *rowExpr) (m int, ok bool) {
	switch x.kind {
	case rowFirst:
		t.p.first = true
		return t.emit(rowOp{code: opFirst, dst: t.newMask()}), true
	case rowLast:
		t.p.last = true
		return t.emit(rowOp{code: opLast, dst: t.newMask()}), true
	case rowNot:
		a, ok := t.mask(x.a)
		return t.emit(rowOp{code: opNot, dst: t.newMask(), a: a}), ok
	case rowAnd, rowOr:
		a, okA := t.mask(x.a)
		b, okB := t.mask(x.b)
		code := opAnd
		if x.kind == rowOr {
			code = opOr
		}
		return t.emit(rowOp{code: code, dst: t.newMask(), a: a, b: b}), okA && okB
	case rowCompare:
		return t.compare(x)
	}
	v, ok := t.val(x)
	if !ok {
		return 0, false
	}
	if v.fixed {
		return t.emit(rowOp{code: opTruthK, dst: t.newMask(), k: v.k, slot: v.slot}), true
	}
	op := rowOp{dst: t.newMask(), a: v.reg, op: value.Ne, slot: -1}
	switch v.kind {
	case value.KindBool:
		return v.reg, true
	case value.KindInt:
		op.code, op.k = opCompareK, value.Int(0)
	case value.KindFloat:
		op.code, op.k = opCompareFK, value.Float(0)
	default:
		op.code, op.k, op.col = opEqualText, value.String(""), v.col
	}
	return t.emit(op), true
}

// flipped is the operator with its sides exchanged.
var flipped = map[value.Op]value.Op{
	value.Eq: value.Eq, value.Ne: value.Ne, value.Lt: value.Gt, value.Gt: value.Lt, value.Le: value.Ge, value.Ge: value.Le,
}

func (t *rowTyper) compare(x *rowExpr) (m int, ok bool) {
	if m, ok := t.remainder(x); ok {
		return m, true
	}
	a, okA := t.val(x.a)
	b, okB := t.val(x.b)
	if !okA || !okB {
		return 0, false
	}
	op := x.op
	if a.fixed {
		a, b, op = b, a, flipped[op]
	}
	if a.fixed {
		return 0, false
	}
	equality := op == value.Eq || op == value.Ne
	switch {
	case a.kind == value.KindInt && b.kind == value.KindInt:
		return t.emit(t.compareOp(opCompare, opCompareK, op, a, b)), true
	case isNumber(a.kind) && isNumber(b.kind):
		if a, ok = t.float(a); !ok {
			return 0, false
		}
		if !b.fixed || b.kind == value.KindInt {
			if b, ok = t.float(b); !ok {
				return 0, false
			}
		}
		return t.emit(t.compareOp(opCompareF, opCompareFK, op, a, b)), true
	case isText(a.kind) && isText(b.kind) && b.fixed && equality:
		return t.emit(rowOp{code: opEqualText, dst: t.newMask(), a: a.reg, col: a.col, op: op, k: b.k, slot: b.slot}), true
	case a.kind == value.KindBool && b.kind == value.KindBool && equality:
		r := b.reg
		if b.fixed {
			r = t.emit(rowOp{code: opTruthK, dst: t.newMask(), k: b.k, slot: b.slot})
		}
		return t.emit(rowOp{code: opSame, dst: t.newMask(), a: a.reg, b: r, op: op}), true
	}
	return 0, false
}

func (t *rowTyper) compareOp(columns, fixed rowCode, op value.Op, a, b rowVal) rowOp {
	o := rowOp{code: columns, dst: t.newMask(), a: a.reg, op: op, slot: -1}
	if b.fixed {
		o.code, o.k, o.slot = fixed, b.k, b.slot
	} else {
		o.b = b.reg
	}
	return o
}

// remainder types a comparison of a column modulo a power of two with a constant.
func (t *rowTyper) remainder(x *rowExpr) (m int, ok bool) {
	if x.op != value.Eq && x.op != value.Ne || x.a.kind != rowArith || x.a.sign != "%" || x.b.kind != rowConst || x.a.b.kind != rowConst {
		return 0, false
	}
	rest, divisor := x.b.v, x.a.b.v
	d, _ := divisor.Int64()
	if rest.Kind() != value.KindInt || divisor.Kind() != value.KindInt || d <= 0 || d&(d-1) != 0 {
		return 0, false
	}
	v, ok := t.val(x.a.a)
	if !ok || v.kind != value.KindInt || v.fixed {
		return 0, false
	}
	return t.emit(rowOp{code: opBits, dst: t.newMask(), a: v.reg, and: d - 1, k: rest, op: x.op, slot: -1}), true
}
