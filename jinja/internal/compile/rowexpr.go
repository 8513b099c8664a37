package compile

import (
	"github.com/dewar-go/dewar/jinja/internal/ast"
	"github.com/dewar-go/dewar/jinja/internal/value"
)

// A rowExpr is a condition, or a part of one, that depends on nothing but the plain fields of a loop's item, the
// number of the round, constants and variables that the loop does not change. It can therefore be computed for many
// items before the body runs for the first of them.
type rowExpr struct {
	kind rowKind
	name string      // of rowField; "" is the item itself
	slot int         // of rowVar
	v    value.Value // of rowConst
	plus int64       // of rowIndex
	op   value.Op    // of rowCompare
	sign string      // of rowArith: + - * / // %
	a, b *rowExpr
}

type rowKind uint8

const (
	rowField rowKind = iota
	rowVar
	rowConst
	rowIndex // loop.index0 + plus
	rowFirst
	rowLast
	rowArith
	rowCompare
	rowAnd
	rowOr
	rowNot
)

// rowExpr compiles an expression, nil when it is no rowExpr.
func (b *rowBuilder) expr(n ast.Expr) *rowExpr {
	if v, ok := b.c.constant(n, b.fr.ec); ok {
		if !v.IsPlain() || v.IsNone() || v.IsUndefined() || !safeRepr(v) {
			return nil
		}
		return &rowExpr{kind: rowConst, v: v}
	}
	switch n := n.(type) {
	case *ast.Name:
		return b.name(n)
	case *ast.Getattr:
		return b.attr(n)
	case *ast.And:
		return b.pair(rowAnd, n.Left, n.Right)
	case *ast.Or:
		return b.pair(rowOr, n.Left, n.Right)
	case *ast.Not:
		if a := b.expr(n.Node); a != nil {
			return &rowExpr{kind: rowNot, a: a}
		}
	case *ast.Compare:
		return b.compare(n)
	case *ast.Test:
		return b.parity(n)
	case ast.Binary:
		_, sign := binaryOp(n)
		switch left, right := n.Operands(); sign {
		case "+", "-", "*", "/", "//", "%":
			if x := b.pair(rowArith, left, right); x != nil {
				x.sign = sign
				return x
			}
		}
	}
	return nil
}

// edge reports whether an expression asks for the first or the last item.
func (x *rowExpr) edge() bool {
	return x != nil && (x.kind == rowFirst || x.kind == rowLast || x.a.edge() || x.b.edge())
}

func (b *rowBuilder) pair(kind rowKind, left, right ast.Expr) *rowExpr {
	x, y := b.expr(left), b.expr(right)
	if x == nil || y == nil {
		return nil
	}
	return &rowExpr{kind: kind, a: x, b: y}
}

func (b *rowBuilder) name(n *ast.Name) *rowExpr {
	switch {
	case n.Name == b.item:
		return &rowExpr{kind: rowField}
	case b.stored[n.Name]:
		return nil
	}
	if slot, _, ok := b.c.localSlot(n, b.fr); ok {
		return &rowExpr{kind: rowVar, slot: slot}
	}
	return nil
}

func (b *rowBuilder) attr(n *ast.Getattr) *rowExpr {
	if l := b.c.runningLoop(n.Node, b.fr); l != nil {
		if l != b.loop {
			return nil
		}
		switch n.Attr {
		case "index":
			return &rowExpr{kind: rowIndex, plus: 1}
		case "index0":
			return &rowExpr{kind: rowIndex}
		case "first":
			return &rowExpr{kind: rowFirst}
		case "last":
			return &rowExpr{kind: rowLast}
		}
		return nil
	}
	if name, ok := n.Node.(*ast.Name); ok && name.Name == b.item {
		return &rowExpr{kind: rowField, name: n.Attr}
	}
	return nil
}

// compare compiles a comparison; a < b < c is a < b and b < c, since nothing that is computed twice has an effect.
func (b *rowBuilder) compare(n *ast.Compare) *rowExpr {
	var all *rowExpr
	left := n.Expr
	for _, o := range n.Ops {
		var x *rowExpr
		if op, ok := compareOps[o.Op]; ok {
			if x = b.pair(rowCompare, left, o.Expr); x != nil {
				x.op = op
			}
		} else if x = b.member(left, o.Expr); x != nil && o.Op == "notin" {
			x = &rowExpr{kind: rowNot, a: x}
		}
		if x == nil {
			return nil
		}
		if all != nil {
			x = &rowExpr{kind: rowAnd, a: all, b: x}
		}
		all, left = x, o.Expr
	}
	return all
}

// maxMembers bounds the lists that are searched by comparing with each member.
const maxMembers = 8

// member compiles x in a constant list as comparisons with its members.
func (b *rowBuilder) member(x, list ast.Expr) *rowExpr {
	v, ok := b.c.constant(list, b.fr.ec)
	if !ok || v.Kind() != value.KindList && v.Kind() != value.KindTuple {
		return nil
	}
	items, err := value.Collect(v)
	left := b.expr(x)
	if err != nil || left == nil || len(items) == 0 || len(items) > maxMembers {
		return nil
	}
	var any *rowExpr
	for _, k := range items {
		if !k.IsPlain() || k.IsNone() || k.IsUndefined() {
			return nil
		}
		equal := &rowExpr{kind: rowCompare, op: value.Eq, a: left, b: &rowExpr{kind: rowConst, v: k}}
		if any != nil {
			equal = &rowExpr{kind: rowOr, a: any, b: equal}
		}
		any = equal
	}
	return any
}

// parity compiles the tests even, odd and divisibleby.
func (b *rowBuilder) parity(n *ast.Test) *rowExpr {
	if !b.c.env.pure("is "+n.Name) || len(n.Kwargs) > 0 || n.DynArgs != nil || n.DynKwargs != nil {
		return nil
	}
	divisor, rest := value.Int(2), value.Int(0)
	switch {
	case n.Name == "even" && len(n.Args) == 0:
	case n.Name == "odd" && len(n.Args) == 0:
		rest = value.Int(1)
	case n.Name == "divisibleby" && len(n.Args) == 1:
		k, ok := b.c.constant(n.Args[0], b.fr.ec)
		if i, isInt := k.Int64(); !ok || !isInt || i == 0 || k.Kind() != value.KindInt {
			return nil
		}
		divisor = k
	default:
		return nil
	}
	x := b.expr(n.Node)
	if x == nil {
		return nil
	}
	mod := &rowExpr{kind: rowArith, sign: "%", a: x, b: &rowExpr{kind: rowConst, v: divisor}}
	return &rowExpr{kind: rowCompare, op: value.Eq, a: mod, b: &rowExpr{kind: rowConst, v: rest}}
}
