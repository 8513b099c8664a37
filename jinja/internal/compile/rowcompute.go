package compile

import (
	"math"

	"github.com/dewar-go/dewar/jinja/internal/value"
)

// rowScratch holds the registers of a running rowProgram: columns and masks, and with each the mask of the items for
// which it is not known, because Python's arithmetic would have left what a column can hold, or failed.
type rowScratch struct {
	ints      []value.Ints
	floats    []value.Floats
	masks     []value.Mask
	bounds    []uint64 // of ints: none of them, nor the negative of one, is greater
	badInts   []value.Mask
	badFloats []value.Mask
	badMasks  []value.Mask
	reach     []value.Mask
	picks     [][4]value.Mask // by decision: the bits of the number of the branch that each item takes
	active    []*typedSeg     // the segments of the running chunk
	run       rowRun
}

func (sc *rowScratch) fit(p *rowProgram) {
	sc.ints, sc.badInts, sc.bounds = sized(sc.ints, p.ints), sized(sc.badInts, p.ints), sized(sc.bounds, p.ints)
	sc.floats, sc.badFloats = sized(sc.floats, p.floats), sized(sc.badFloats, p.floats)
	sc.masks, sc.badMasks = sized(sc.masks, p.masks), sized(sc.badMasks, p.masks)
	sc.reach, sc.picks = sized(sc.reach, p.reach), sized(sc.picks, len(p.decs))
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
	sc.active, sc.run = sc.active[:0], rowRun{}
	rt.rows = append(rt.rows, sc)
}

// compute decides for n items from from on. It returns false when that cannot be done by columns.
func (p *rowProgram) compute(sc *rowScratch, f *frame, seq *value.Sequence, from, n int) bool {
	if !seq.Chunk(from, n) {
		return false
	}
	for i := range p.ops {
		op := &p.ops[i]
		switch op.code {
		case opLoadInts:
			sc.badInts[op.dst] = 0
			sc.bounds[op.dst] = seq.LoadInts(&sc.ints[op.dst], op.col, from, n)
		case opLoadFloats:
			sc.loadFloats(op, seq, from, n)
		case opLoadBools:
			sc.badMasks[op.dst] = 0
			sc.masks[op.dst] = seq.LoadBools(op.col, from, n)
		case opCount:
			k, _ := op.k.Int64()
			col := sc.ints[op.dst][:n]
			for i := range col {
				col[i] = int64(from+i) + k
			}
			sc.badInts[op.dst], sc.bounds[op.dst] = 0, uint64(seq.Len()+1)
		case opFill:
			sc.fill(op, f, n)
		case opArith:
			bad := sc.badInts[op.a] | sc.badInts[op.b]
			size := boundOf(op.sign, sc.bounds[op.a], sc.bounds[op.b])
			if size > maxBound {
				bad = math.MaxUint64
			}
			sc.badInts[op.dst] = bad | arithInts(op.sign, &sc.ints[op.dst], &sc.ints[op.a], &sc.ints[op.b], n)
			sc.bounds[op.dst] = size
		case opArithK:
			k, _ := op.fixed(f).Int64()
			bad := sc.badInts[op.a]
			size := boundOf(op.sign, sc.bounds[op.a], bound(k))
			if size > maxBound {
				bad = math.MaxUint64
			}
			sc.badInts[op.dst] = bad | arithInt(op.sign, &sc.ints[op.dst], &sc.ints[op.a], k, n)
			sc.bounds[op.dst] = size
		case opArithFloat:
			sc.badFloats[op.dst] = sc.badFloats[op.a] | sc.badFloats[op.b] |
				arithFloats(op.sign, sc.floats[op.dst][:n], sc.floats[op.a][:n], sc.floats[op.b][:n])
		default:
			sc.condition(op, f, seq, from, n)
		}
	}
	return p.decide(sc, n)
}

// fixed is the value that is the same for all items.
func (op *rowOp) fixed(f *frame) value.Value {
	if op.slot >= 0 {
		return f.vars[op.slot]
	}
	return op.k
}

// condition computes a mask.
func (sc *rowScratch) condition(op *rowOp, f *frame, seq *value.Sequence, from, n int) {
	var m, bad value.Mask
	switch op.code {
	case opEqualText:
		k, _ := op.fixed(f).Str()
		if m = seq.LoadEqual(op.col, k, from, n); op.op == value.Ne {
			m = ^m
		}
	case opCompare:
		m, bad = value.MaskOfEach(op.op, &sc.ints[op.a], &sc.ints[op.b], n), sc.badInts[op.a]|sc.badInts[op.b]
	case opCompareK:
		k, _ := op.fixed(f).Int64()
		m, bad = value.MaskOf(op.op, &sc.ints[op.a], k, n), sc.badInts[op.a]
	case opCompareF:
		m, bad = value.MaskOfEachFloat(op.op, &sc.floats[op.a], &sc.floats[op.b], n), sc.badFloats[op.a]|sc.badFloats[op.b]
	case opCompareFK:
		k, _ := op.fixed(f).Float64()
		m, bad = value.MaskOfFloats(op.op, &sc.floats[op.a], k, n), sc.badFloats[op.a]
	case opBits:
		k, _ := op.k.Int64()
		m, bad = value.MaskOfBits(&sc.ints[op.a], op.and, k, n), sc.badInts[op.a]
		if op.op == value.Ne {
			m = ^m
		}
	case opTruthK:
		if value.Truth(op.fixed(f)) {
			m = math.MaxUint64
		}
	case opFirst:
		if from == 0 {
			m = 1
		}
	case opLast:
		if from+n == seq.Len() {
			m = 1 << (n - 1)
		}
	case opAnd:
		m, bad = sc.masks[op.a]&sc.masks[op.b], sc.badMasks[op.a]|sc.masks[op.a]&sc.badMasks[op.b]
	case opOr:
		m, bad = sc.masks[op.a]|sc.masks[op.b], sc.badMasks[op.a]|^sc.masks[op.a]&sc.badMasks[op.b]
	case opNot:
		m, bad = ^sc.masks[op.a], sc.badMasks[op.a]
	case opSame:
		m, bad = ^(sc.masks[op.a] ^ sc.masks[op.b]), sc.badMasks[op.a]|sc.badMasks[op.b]
		if op.op == value.Ne {
			m = ^m
		}
	}
	sc.masks[op.dst], sc.badMasks[op.dst] = m, bad
}

// decide makes the decisions of the chunk from the masks of their conditions.
func (p *rowProgram) decide(sc *rowScratch, n int) bool {
	all := ^value.Mask(0) >> (value.ChunkSize - n)
	for i := range p.decs {
		d := &p.decs[i]
		if len(d.out) == 0 { // it is left to the compiled statement
			continue
		}
		left := all
		if d.in >= 0 {
			left = sc.reach[d.in]
		}
		var p0, p1, p2, p3 value.Mask
		for branch := 0; ; branch++ {
			taken := left
			if branch < len(d.conds) {
				m := d.conds[branch]
				if sc.badMasks[m]&left != 0 {
					return false
				}
				taken &= sc.masks[m]
			}
			left &^= taken
			if branch&1 != 0 {
				p0 |= taken
			}
			if branch&2 != 0 {
				p1 |= taken
			}
			if branch&4 != 0 {
				p2 |= taken
			}
			if branch&8 != 0 {
				p3 |= taken
			}
			if d.out[branch] >= 0 {
				sc.reach[d.out[branch]] = taken
			}
			if branch == len(d.conds) {
				break
			}
		}
		sc.picks[i] = [4]value.Mask{p0, p1, p2, p3}
	}
	return true
}

// loadFloats reads a column of floats, or converts one of ints.
func (sc *rowScratch) loadFloats(op *rowOp, seq *value.Sequence, from, n int) {
	if op.sign != 'i' {
		sc.badFloats[op.dst] = 0
		seq.LoadFloats(&sc.floats[op.dst], op.col, from, n)
		return
	}
	const exact = 1 << 53
	bad := sc.badInts[op.a]
	dst := sc.floats[op.dst][:n]
	for i, x := range sc.ints[op.a][:n] {
		if x > exact || x < -exact {
			bad |= 1 << (i & 63)
		}
		dst[i] = float64(x)
	}
	sc.badFloats[op.dst] = bad
}

func (sc *rowScratch) fill(op *rowOp, f *frame, n int) {
	if op.sign == 'f' {
		k, _ := op.fixed(f).Float64()
		for i := range n {
			sc.floats[op.dst][i] = k
		}
		sc.badFloats[op.dst] = 0
		return
	}
	k, _ := op.fixed(f).Int64()
	col := sc.ints[op.dst][:n]
	for i := range col {
		col[i] = k
	}
	sc.badInts[op.dst], sc.bounds[op.dst] = 0, bound(k)
}
