package compile

import (
	"math"

	"github.com/dewar-go/dewar/jinja/internal/value"
)

// rowScratch holds the registers of a running rowProgram: columns and masks, and with each the mask of the items for
// which it is not known, because Python's arithmetic would have left what a column can hold, or failed.
type rowScratch struct {
	ints     []rowInts
	floats   []rowFloats
	masks    []rowMask
	texts    []rowTexts
	cells    *value.Cells
	reach    []value.Mask
	picks    [][4]value.Mask          // by decision: the bits of the number of the branch that each item takes
	branches [][value.ChunkSize]uint8 // these numbers, where they are asked for by item
	active   []*typedSeg              // the segments of the running chunk
	run      rowRun
}

// rowFloats is a register of floats.
type rowFloats struct {
	col value.Floats
	bad value.Mask
}

// rowTexts is a register of texts.
type rowTexts struct {
	col value.Texts
	bad value.Mask
}

// rowMask is a register of truth values.
type rowMask struct{ m, bad value.Mask }

func (sc *rowScratch) fit(p *rowProgram) {
	sc.ints, sc.floats, sc.masks = sized(sc.ints, p.ints), sized(sc.floats, p.floats), sized(sc.masks, p.masks)
	sc.reach, sc.picks, sc.branches = sized(sc.reach, p.reach), sized(sc.picks, p.picks), sized(sc.branches, p.picks)
	sc.texts = sized(sc.texts, p.texts)
	for i := range sc.ints {
		sc.ints[i].large = false
	}
	if p.keyed && sc.cells == nil {
		sc.cells = new(value.Cells)
	}
}

func sized[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}

func (rt *renderer) takeRows(p *rowProgram) *rowScratch {
	var sc *rowScratch
	if n := len(rt.rows); n > 0 {
		sc, rt.rows = rt.rows[n-1], rt.rows[:n-1]
	} else {
		sc = new(rowScratch)
	}
	sc.fit(p)
	return sc
}

func (rt *renderer) giveRows(sc *rowScratch) {
	clear(sc.active)
	clear(sc.texts)
	if sc.cells != nil && sc.run.p.keyed {
		*sc.cells = value.Cells{}
	}
	sc.active, sc.run = sc.active[:0], rowRun{}
	rt.rows = append(rt.rows, sc)
}

// compute decides for the items from lo on of a chunk of n. It returns the mask of those for which that cannot be done by
// columns.
func (r *rowRun) compute(lo, n int) (unknown value.Mask) {
	seq := &r.seq
	if !seq.Chunk(r.from, n) {
		return math.MaxUint64
	}
	sc := r.sc
	if r.p.keyed {
		seq.Cells(sc.cells, r.from, n)
	}
	masks, ints := sc.masks, sc.ints
	ops := r.p.ops
	for i := range ops {
		op := &ops[i]
		switch op.code {
		case opAbove:
			a := &ints[op.a]
			var m value.Mask
			if a.narrow {
				m = a.lanes.Above(op.int)
			} else {
				m = value.MaskOf(value.Gt, &a.wide, op.int, n)
			}
			masks[op.dst] = rowMask{m ^ op.invert, a.bad}
		case opBits:
			a := &ints[op.a]
			var m value.Mask
			if a.narrow {
				m = value.MaskOfLaneBits(&a.lanes, op.and, op.int)
			} else {
				m = value.MaskOfBits(&a.wide, op.and, op.int, n)
			}
			masks[op.dst] = rowMask{m ^ op.invert, a.bad}
		case opAnd:
			a, b := &masks[op.a], &masks[op.b]
			masks[op.dst] = rowMask{a.m & b.m, a.bad | a.m&b.bad}
		case opOr:
			a, b := &masks[op.a], &masks[op.b]
			masks[op.dst] = rowMask{a.m | b.m, a.bad | ^a.m&b.bad}
		case opNot:
			a := &masks[op.a]
			masks[op.dst] = rowMask{^a.m, a.bad}
		case opLoadInts:
			ints[op.dst].load(seq, op.col, r.from, n)
		case opLoadBools:
			masks[op.dst] = rowMask{m: seq.LoadBools(op.col, r.from, n)}
		case opLoadFloats:
			sc.loadFloats(op, seq, r.from, n)
		case opLoadCells:
			sc.loadCells(op, n)
		case opCount:
			ints[op.dst].count(int64(r.from)+op.int, n)
		case opFill:
			sc.fill(op, r.f, n)
		case opArith:
			ints[op.dst].arith(op.sign, &ints[op.a], &ints[op.b], n)
		case opArithK:
			ints[op.dst].arithK(op.sign, &ints[op.a], op.fixedInt(r.f), n)
		case opArithFloat:
			d, a, b := &sc.floats[op.dst], &sc.floats[op.a], &sc.floats[op.b]
			d.bad = a.bad | b.bad | arithFloats(op.sign, d.col[:n], a.col[:n], b.col[:n])
		default:
			masks[op.dst] = r.condition(op, n)
		}
	}
	return r.p.decide(sc, lo, n)
}

// fixed is the value that is the same for all items.
func (op *rowOp) fixed(f *frame) value.Value {
	if op.slot >= 0 {
		return f.vars[op.slot]
	}
	return op.k
}

// fixedInt is [rowOp.fixed] as an int.
func (op *rowOp) fixedInt(f *frame) int64 {
	if op.slot >= 0 {
		k, _ := f.vars[op.slot].Int64()
		return k
	}
	return op.int
}

// condition computes a mask.
func (r *rowRun) condition(op *rowOp, n int) (out rowMask) {
	sc, f := r.sc, r.f
	switch op.code {
	case opEqualText:
		k, _ := op.fixed(f).Str()
		if op.col.Keyed() {
			out = rowMask{value.MaskOfTexts(&sc.texts[op.a].col, k, n), sc.texts[op.a].bad}
		} else {
			out.m = r.seq.LoadEqual(op.col, k, r.from, n)
		}
		if op.op == value.Ne {
			out.m = ^out.m
		}
	case opCellTruth:
		out.m, out.bad = sc.cells.Truth(op.col, n, op.sign == 's')
	case opCompareK:
		out = sc.ints[op.a].compareK(op.op, op.fixedInt(f), n)
	case opCompare:
		out = sc.ints[op.a].compare(op.op, &sc.ints[op.b], n)
	case opCompareF:
		a, b := &sc.floats[op.a], &sc.floats[op.b]
		out = rowMask{value.MaskOfEachFloat(op.op, &a.col, &b.col, n), a.bad | b.bad}
	case opCompareFK:
		a := &sc.floats[op.a]
		k, _ := op.fixed(f).Float64()
		out = rowMask{value.MaskOfFloats(op.op, &a.col, k, n), a.bad}
	case opTruthK:
		if value.Truth(op.fixed(f)) {
			out.m = math.MaxUint64
		}
	case opFirst:
		if r.from == 0 {
			out.m = 1
		}
	case opLast:
		if r.from+n == r.seq.Len() {
			out.m = 1 << (n - 1)
		}
	case opSame:
		a, b := sc.masks[op.a], sc.masks[op.b]
		if out = (rowMask{^(a.m ^ b.m), a.bad | b.bad}); op.op == value.Ne {
			out.m = ^out.m
		}
	}
	return out
}

// decide makes the decisions of the chunk from the masks of their conditions. It returns the mask of the items for which
// one of them is not known.
func (p *rowProgram) decide(sc *rowScratch, lo, n int) (unknown value.Mask) {
	all := ^value.Mask(0) >> (value.ChunkSize - n + lo) << lo
	for i := range p.decs {
		d := &p.decs[i]
		if len(d.out) == 0 { // it is left to the compiled statement
			continue
		}
		left := all
		if d.in >= 0 {
			left = sc.reach[d.in]
		}
		unknown |= d.decide(&sc.picks[i], sc.masks, left)
		if d.nested {
			d.spread(sc, &sc.picks[i], left&^unknown)
		}
	}
	for i := range p.combinations {
		p.combinations[i].combine(sc.picks)
	}
	return unknown
}

// decide finds the numbers of the branches that the items of the mask left take: of how many conditions it is true that
// neither they nor those before them hold. A number that counts what comes to an end like this has as its lowest bit the
// sum of all of these modulo 2, as the next one that of every second, and so on.
func (d *typedDecision) decide(picks *[4]value.Mask, masks []rowMask, left value.Mask) (unknown value.Mask) {
	var p0, p1, p2, p3 value.Mask
	for i, cond := range d.conds {
		m := &masks[cond]
		unknown |= m.bad & left
		left &^= m.m | m.bad
		p0 ^= left
		if i&1 == 1 {
			p1 ^= left
			if i&3 == 3 {
				p2 ^= left
				if i&7 == 7 {
					p3 ^= left
				}
			}
		}
	}
	*picks = [4]value.Mask{p0, p1, p2, p3}
	return unknown
}

// spread notes which of the items of a mask take the branches that other decisions are made in.
func (d *typedDecision) spread(sc *rowScratch, picks *[4]value.Mask, of value.Mask) {
	for branch, out := range d.out {
		if out < 0 {
			continue
		}
		taken := of
		for b, p := range picks {
			if branch>>b&1 == 0 {
				p = ^p
			}
			taken &= p
		}
		sc.reach[out] = taken
	}
}

func (sc *rowScratch) loadCells(op *rowOp, n int) {
	switch op.col.Kind() {
	case value.KindInt:
		sc.ints[op.dst].loadCells(sc.cells, op.col, n)
	case value.KindFloat:
		d := &sc.floats[op.dst]
		d.bad = sc.cells.Floats(&d.col, op.col, n)
	case value.KindBool:
		m, bad := sc.cells.Bools(op.col, n)
		sc.masks[op.dst] = rowMask{m, bad}
	default:
		d := &sc.texts[op.dst]
		d.bad = sc.cells.Texts(&d.col, op.col, n)
	}
}

// loadFloats reads a column of floats, or converts one of ints.
func (sc *rowScratch) loadFloats(op *rowOp, seq *value.Sequence, from, n int) {
	d := &sc.floats[op.dst]
	if op.sign != 'i' {
		d.bad = 0
		seq.LoadFloats(&d.col, op.col, from, n)
		return
	}
	const exact = 1 << 53
	a := &sc.ints[op.a]
	d.bad = a.bad
	dst := d.col[:n]
	for i, x := range a.ints()[:n] {
		if x > exact || x < -exact {
			d.bad |= 1 << (i & 63)
		}
		dst[i] = float64(x)
	}
}

func (sc *rowScratch) fill(op *rowOp, f *frame, n int) {
	if op.sign == 'i' {
		sc.ints[op.dst].fill(op.fixedInt(f), n)
		return
	}
	k, _ := op.fixed(f).Float64()
	d := &sc.floats[op.dst]
	for i := range n {
		d.col[i] = k
	}
	d.bad = 0
}
