package compile

import (
	"math"

	"github.com/dewar-go/dewar/jinja/internal/value"
)

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
		v.reg = t.emit(rowOp{code: opLoadInts, dst: t.newInt(), col: &col})
	case value.KindFloat:
		v.reg = t.emit(rowOp{code: opLoadFloats, dst: t.newFloat(), col: &col})
	case value.KindBool:
		v.reg = t.emit(rowOp{code: opLoadBools, dst: t.newMask(), col: &col})
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
	t.emit(rowOp{code: opLoadCells, dst: v.reg, col: &v.col})
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
	case rowField:
		if t.p.keyed {
			return t.cellTruth(x.name)
		}
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
		op.code, op.and, op.k, op.invert = opBits, -1, value.Int(0), math.MaxUint64
	case value.KindFloat:
		op.code, op.k = opCompareFK, value.Float(0)
	default:
		op.code, op.k, op.col = opEqualText, value.String(""), &v.col
	}
	return t.emit(op), true
}

// cellTruth types the truth of an entry of maps, which need not be there nor of one kind.
func (t *rowTyper) cellTruth(name string) (m int, ok bool) {
	if m, ok := t.truths[name]; ok {
		return m, true
	}
	col, ok := t.seq.Cell(name)
	if !ok {
		return 0, false
	}
	op := rowOp{code: opCellTruth, dst: t.newMask(), col: &col, slot: -1}
	if env := t.f.rt.env; env.Undefined == value.UndefStrict || env.UndefLog != nil {
		op.sign = 's'
	}
	t.truths[name] = op.dst
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
		return t.emit(t.compareOp(opCompare, opCompareK, op, a, b).simplified()), true
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
		return t.emit(rowOp{code: opEqualText, dst: t.newMask(), a: a.reg, col: &a.col, op: op, k: b.k, slot: b.slot}), true
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

// simplified makes one of two operations of a comparison with a constant.
func (o rowOp) simplified() rowOp {
	if o.code != opCompareK || o.slot >= 0 {
		return o
	}
	k, _ := o.k.Int64()
	switch o.op {
	case value.Eq, value.Ne:
		o.code, o.and = opBits, -1
	case value.Gt, value.Le:
		o.code = opAbove
	default: // x >= k is x > k-1
		if k == math.MinInt64 {
			return o
		}
		o.code, o.k = opAbove, value.Int(k-1)
	}
	if o.op == value.Ne || o.op == value.Le || o.op == value.Lt {
		o.invert = math.MaxUint64
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
	bits := rowOp{code: opBits, dst: t.newMask(), a: v.reg, and: d - 1, k: rest, slot: -1}
	if x.op == value.Ne {
		bits.invert = math.MaxUint64
	}
	return t.emit(bits), true
}
