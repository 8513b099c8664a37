package compile

import (
	"github.com/dewar-go/dewar/jinja/internal/ast"
	"github.com/dewar-go/dewar/jinja/internal/value"
)

var compareOps = map[string]value.Op{
	"eq": value.Eq, "ne": value.Ne, "gt": value.Gt, "gteq": value.Ge, "lt": value.Lt, "lteq": value.Le,
}

// A comparison compares two values.
type comparison func(a, b value.Value) (bool, error)

func comparisonFor(op string) comparison {
	switch op {
	case "in":
		return func(a, b value.Value) (bool, error) { return value.Contains(b, a) }
	case "notin":
		return func(a, b value.Value) (bool, error) {
			ok, err := value.Contains(b, a)
			return !ok, err
		}
	}
	o := compareOps[op]
	return func(a, b value.Value) (bool, error) { return value.Compare(o, a, b) }
}

func (c *compiler) compare(n *ast.Compare, fr *scopeFrame) expr {
	x := c.compareCond(n, fr)
	return func(f *frame) (value.Value, error) {
		ok, err := x(f)
		return value.Bool(ok), err
	}
}

func (c *compiler) compareCond(n *ast.Compare, fr *scopeFrame) cond {
	if !fr.ec.volatile && !c.env.NoOptimize {
		if v, ok := c.constant(n, fr.ec); ok && safeRepr(v) {
			b := value.Truth(v)
			return func(*frame) (bool, error) { return b, nil }
		}
	}
	first := c.expr(n.Expr, fr)
	if len(n.Ops) == 1 {
		op := n.Ops[0]
		cmp := comparisonFor(op.Op)
		if k, ok := op.Expr.(*ast.Const); ok {
			k := constValue(k.Value)
			return func(f *frame) (bool, error) {
				a, err := first(f)
				if err != nil {
					return false, err
				}
				return cmp(a, k)
			}
		}
		second := c.operand(op, fr)
		return func(f *frame) (bool, error) {
			a, err := first(f)
			if err != nil {
				return false, err
			}
			b, err := second(f)
			if err != nil {
				return false, err
			}
			return cmp(a, b)
		}
	}
	type step struct {
		cmp comparison
		x   expr
	}
	steps := make([]step, len(n.Ops))
	for i, op := range n.Ops {
		steps[i] = step{comparisonFor(op.Op), c.operand(op, fr)}
	}
	return func(f *frame) (bool, error) {
		a, err := first(f)
		if err != nil {
			return false, err
		}
		for _, s := range steps {
			b, err := s.x(f)
			if err != nil {
				return false, err
			}
			ok, err := s.cmp(a, b)
			if !ok || err != nil {
				return false, err
			}
			a = b
		}
		return true, nil
	}
}

// localAttr describes an attribute or named item of a variable of the frame.
func (c *compiler) localAttr(n ast.Expr, fr *scopeFrame) (r read, ok bool) {
	obj, site, name := c.member(n)
	if site == nil {
		return r, false
	}
	r.site, r.name, r.node = site, name, n
	r.slot, r.undef, ok = c.localSlot(obj, fr)
	return r, ok
}

// operand is the right side of a comparison. A constant list is not copied
// where it is only searched.
func (c *compiler) operand(op *ast.Operand, fr *scopeFrame) expr {
	if op.Op == "in" || op.Op == "notin" {
		switch op.Expr.(type) {
		case *ast.List, *ast.Tuple:
			if v, ok := c.constant(op.Expr, fr.ec); ok && !fr.ec.volatile {
				return func(*frame) (value.Value, error) { return v, nil }
			}
		}
	}
	return c.expr(op.Expr, fr)
}

func binaryOp(n ast.Binary) (func(st value.State, a, b value.Value) (value.Value, error), string) {
	plain := func(f func(a, b value.Value) (value.Value, error)) func(value.State, value.Value, value.Value) (value.Value, error) {
		return func(_ value.State, a, b value.Value) (value.Value, error) { return f(a, b) }
	}
	switch n.(type) {
	case *ast.Add:
		return value.AddState, "+"
	case *ast.Sub:
		return plain(value.Sub), "-"
	case *ast.Mul:
		return plain(value.Mul), "*"
	case *ast.Div:
		return plain(value.Div), "/"
	case *ast.FloorDiv:
		return plain(value.FloorDiv), "//"
	case *ast.Mod:
		return value.ModState, "%"
	case *ast.Pow:
		return plain(value.Pow), "**"
	}
	return nil, ""
}

func (c *compiler) binary(n ast.Binary, fr *scopeFrame) expr {
	left, right := n.Operands()
	a, b := c.expr(left, fr), c.expr(right, fr)
	op, sign := binaryOp(n)
	if op == nil {
		c.fail(n, "cannot compile %T", n)
	}
	if text, ok := literalText(left); ok && sign == "%" && !c.env.Plain {
		format := value.NewPercent(text)
		op = func(st value.State, _, args value.Value) (value.Value, error) { return format.Mod(st, args) }
	}
	limited := sign == "+" || sign == "*" || sign == "%"
	env := c.env
	return func(f *frame) (value.Value, error) {
		x, err := a(f)
		if err != nil {
			return x, err
		}
		y, err := b(f)
		if err != nil {
			return y, err
		}
		if limited && env.Limits.Work > 0 {
			if err := f.accountOperator(sign, x, y); err != nil {
				return value.Value{}, err
			}
		}
		return op(f, x, y)
	}
}

// accountOperator counts the size of what + and * make before they make it.
func (f *frame) accountOperator(sign string, x, y value.Value) error {
	size := func(v value.Value) int {
		switch v.Kind() {
		case value.KindString, value.KindMarkup:
			s, _ := v.Str()
			return len(s)
		case value.KindList, value.KindTuple, value.KindBytes, value.KindSlice:
			n, _ := value.Len(v)
			return n
		}
		return 0
	}
	n := size(x) + size(y)
	if sign == "*" && n > 0 {
		times, ok := x.Int64()
		if !ok {
			times, ok = y.Int64()
		}
		if ok && times > 0 {
			if times > 1<<31 {
				times = 1 << 31
			}
			n *= int(times)
		}
	}
	return f.rt.grow(n)
}

func (c *compiler) unary(n ast.Unary, fr *scopeFrame) expr {
	x := c.expr(n.Operand(), fr)
	op := value.Neg
	if _, ok := n.(*ast.Plus); ok {
		op = value.Pos
	}
	return func(f *frame) (value.Value, error) {
		v, err := x(f)
		if err != nil {
			return v, err
		}
		return op(v)
	}
}
