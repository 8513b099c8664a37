package compile

import (
	"github.com/dewar-go/dewar/jinja/internal/ast"
	"github.com/dewar-go/dewar/jinja/internal/value"
)

// An intExpr computes an expression whose operands turn out to be small
// integers. When ok is false nothing has happened: the expression is to be
// computed in the general way.
type intExpr func(f *frame) (i int64, ok bool)

// maxIntDepth bounds the depth of an intExpr: where one fails, its operands,
// which may be such expressions, are computed again.
const maxIntDepth = 3

// intExpr compiles an expression of variables of the frame, their attributes
// and constants; nil is anything else.
func (c *compiler) intExpr(n ast.Expr, depth int, fr *scopeFrame) intExpr {
	switch n := n.(type) {
	case *ast.Const:
		if k, ok := n.Value.(int64); ok {
			return func(*frame) (int64, bool) { return k, true }
		}
	case *ast.Name:
		if i, _, ok := c.localSlot(n, fr); ok {
			return func(f *frame) (int64, bool) { return f.vars[i].Int64() }
		}
	case *ast.Getattr:
		if l := c.runningLoop(n.Node, fr); l != nil {
			switch i := l.index; n.Attr {
			case "index":
				return func(f *frame) (int64, bool) { return int64(f.loops[i].index0 + 1), true }
			case "index0":
				return func(f *frame) (int64, bool) { return int64(f.loops[i].index0), true }
			}
			return nil
		}
		if r, ok := c.localAttr(n, fr); ok {
			site, slot, name := r.site, r.slot, r.name
			return func(f *frame) (int64, bool) {
				if i, ok := site.Int(f.vars[slot]); ok {
					return i, true
				}
				return site.FindInt(f.vars[slot], name)
			}
		}
	case ast.Binary:
		if depth < maxIntDepth {
			return c.intBinary(n, depth+1, fr)
		}
	}
	return nil
}

// intBinary compiles an operation on two integers.
func (c *compiler) intBinary(n ast.Binary, depth int, fr *scopeFrame) intExpr {
	_, sign := binaryOp(n)
	small := intOp(sign)
	if small == nil {
		return nil
	}
	left, right := n.Operands()
	a := c.intExpr(left, depth, fr)
	if a == nil {
		return nil
	}
	if k, ok := constInt(right); ok {
		return intBinaryConst(sign, a, k)
	}
	b := c.intExpr(right, depth, fr)
	if b == nil {
		return nil
	}
	if sign == "+" {
		return func(f *frame) (int64, bool) {
			x, ok := a(f)
			if !ok {
				return 0, false
			}
			y, ok := b(f)
			if !ok {
				return 0, false
			}
			sum := x + y
			return sum, (sum > x) == (y > 0)
		}
	}
	return func(f *frame) (int64, bool) {
		x, ok := a(f)
		if !ok {
			return 0, false
		}
		y, ok := b(f)
		if !ok {
			return 0, false
		}
		return small(x, y)
	}
}

// intBinaryConst compiles an operation with a constant.
func intBinaryConst(sign string, a intExpr, k int64) intExpr {
	const limit = 1 << 31
	switch {
	case sign == "*" && k > -limit && k < limit:
		return func(f *frame) (int64, bool) {
			x, ok := a(f)
			return x * k, ok && x < limit && x > -limit
		}
	case sign == "%" && k == 2:
		return func(f *frame) (int64, bool) {
			x, ok := a(f)
			return x & 1, ok // Python's remainder has the sign of the divisor
		}
	case sign == "%" && k > 0:
		return func(f *frame) (int64, bool) {
			x, ok := a(f)
			if !ok || x < 0 {
				return 0, false
			}
			if uint64(x)>>32 == 0 && uint64(k)>>32 == 0 {
				return int64(uint32(x) % uint32(k)), true
			}
			return x % k, true
		}
	}
	small := intOp(sign)
	return func(f *frame) (int64, bool) {
		x, ok := a(f)
		if !ok {
			return 0, false
		}
		return small(x, k)
	}
}

func constInt(n ast.Expr) (int64, bool) {
	if k, ok := n.(*ast.Const); ok {
		i, ok := k.Value.(int64)
		return i, ok
	}
	return 0, false
}

// compareInts compares what may be two integers: small when they are, else
// general.
func (c *compiler) compareInts(op value.Op, left, right ast.Expr, general cond, fr *scopeFrame) cond {
	_, byConst := constInt(right)
	if !byConst && !computesInt(left) && !computesInt(right) {
		return general
	}
	a := c.intExpr(left, 0, fr)
	if a == nil {
		return general
	}
	if k, ok := constInt(right); ok {
		return compareConst(op, a, k, general)
	}
	b := c.intExpr(right, 0, fr)
	if b == nil {
		return general
	}
	return func(f *frame) (bool, error) {
		if x, ok := a(f); ok {
			if y, ok := b(f); ok {
				return compareInt(op, x, y), nil
			}
		}
		return general(f)
	}
}

// computesInt reports whether the expression is likely to be an integer.
func computesInt(n ast.Expr) bool {
	switch n := n.(type) {
	case ast.Binary:
		return true
	case *ast.Getattr:
		name, ok := n.Node.(*ast.Name)
		return ok && name.Name == "loop"
	}
	_, ok := constInt(n)
	return ok
}

func compareConst(op value.Op, a intExpr, k int64, general cond) cond {
	switch op {
	case value.Eq:
		return func(f *frame) (bool, error) {
			if x, ok := a(f); ok {
				return x == k, nil
			}
			return general(f)
		}
	case value.Gt:
		return func(f *frame) (bool, error) {
			if x, ok := a(f); ok {
				return x > k, nil
			}
			return general(f)
		}
	case value.Lt:
		return func(f *frame) (bool, error) {
			if x, ok := a(f); ok {
				return x < k, nil
			}
			return general(f)
		}
	}
	return func(f *frame) (bool, error) {
		if x, ok := a(f); ok {
			return compareInt(op, x, k), nil
		}
		return general(f)
	}
}

func compareInt(op value.Op, a, b int64) bool {
	switch op {
	case value.Eq:
		return a == b
	case value.Ne:
		return a != b
	case value.Lt:
		return a < b
	case value.Le:
		return a <= b
	case value.Gt:
		return a > b
	}
	return a >= b
}
