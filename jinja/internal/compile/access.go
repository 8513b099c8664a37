package compile

import (
	"github.com/dewar-go/dewar/jinja/internal/ast"
	"github.com/dewar-go/dewar/jinja/internal/value"
)

func (c *compiler) getattr(n *ast.Getattr, fr *scopeFrame) expr {
	if x := c.loopAttr(n, fr); x != nil {
		return x
	}
	obj := c.expr(n.Node, fr)
	env, name := c.env, n.Attr
	if env.Sandboxed {
		return func(f *frame) (value.Value, error) {
			v, err := obj(f)
			if err != nil {
				return v, err
			}
			return f.getattr(v, name)
		}
	}
	site := new(value.Site)
	if i, undef, ok := c.localSlot(n.Node, fr); ok {
		return func(f *frame) (value.Value, error) {
			if r, ok := site.Lookup(f.vars[i], name); ok {
				return r, nil
			}
			v := f.vars[i]
			if missing(v) {
				v = undef
			}
			return f.getattr(v, name)
		}
	}
	return func(f *frame) (value.Value, error) {
		v, err := obj(f)
		if err != nil {
			return v, err
		}
		if r, ok := site.Lookup(v, name); ok {
			return r, nil
		}
		return f.getattr(v, name)
	}
}

// callable compiles what a call calls: an attribute that is called is the method,
// and not what the method reads as.
func (c *compiler) callable(n ast.Expr, fr *scopeFrame) expr {
	env := c.env
	switch n := n.(type) {
	case *ast.Getattr:
		if x := c.loopAttr(n, fr); x != nil {
			return x
		}
		obj, name := c.expr(n.Node, fr), n.Attr
		return func(f *frame) (value.Value, error) {
			v, err := obj(f)
			if err != nil {
				return v, err
			}
			return env.getattr(v, name)
		}
	case *ast.Getitem:
		if _, slice := n.Arg.(*ast.Slice); slice {
			break
		}
		obj, key := c.expr(n.Node, fr), c.expr(n.Arg, fr)
		return func(f *frame) (value.Value, error) {
			v, err := obj(f)
			if err != nil {
				return v, err
			}
			k, err := key(f)
			if err != nil {
				return k, err
			}
			return env.getitem(v, k)
		}
	}
	return c.expr(n, fr)
}

// runningLoop is the loop whose object the expression names, if it belongs to
// the running frame.
func (c *compiler) runningLoop(n ast.Expr, fr *scopeFrame) *loopCode {
	name, ok := n.(*ast.Name)
	if !ok || name.Name != "loop" || c.env.Sandboxed {
		return nil
	}
	id, ok := fr.sym.findRef(name.Name)
	if !ok {
		return nil
	}
	s := fr.fn.find(id)
	if s.hops != 0 {
		return nil
	}
	return c.loops[keyOf(fr.fn, s)]
}

// loopAttr reads an attribute of the loop object without a look-up by name.
func (c *compiler) loopAttr(n *ast.Getattr, fr *scopeFrame) expr {
	l := c.runningLoop(n.Node, fr)
	if l == nil {
		return nil
	}
	i, name := l.index, n.Attr
	switch name {
	case "index":
		return func(f *frame) (value.Value, error) { return value.Int(int64(f.loops[i].index0 + 1)), nil }
	case "index0":
		return func(f *frame) (value.Value, error) { return value.Int(int64(f.loops[i].index0)), nil }
	case "first":
		return func(f *frame) (value.Value, error) { return value.Bool(f.loops[i].index0 == 0), nil }
	case "last":
		return func(f *frame) (value.Value, error) {
			last, err := f.loops[i].last()
			return value.Bool(last), err
		}
	case "length", "revindex", "revindex0", "depth", "depth0", "previtem", "nextitem":
		l.items = l.items || name == "previtem" || name == "nextitem"
		return func(f *frame) (value.Value, error) {
			v, _, err := f.loops[i].attribute(name)
			return v, err
		}
	}
	return nil
}

// loopCall calls a method of the loop object.
func (c *compiler) loopCall(attr *ast.Getattr, n *ast.Call, fr *scopeFrame) expr {
	l := c.runningLoop(attr.Node, fr)
	if l == nil {
		return nil
	}
	var method func(*Loop, value.State, value.Args) (value.Value, error)
	switch attr.Attr {
	case "cycle":
		method = (*Loop).cycle
	case "changed":
		method = (*Loop).hasChanged
	default:
		return nil
	}
	i := l.index
	args := c.arguments(c.callee(), n.Args, n.Kwargs, n.DynArgs, n.DynKwargs, nil, fr)
	return func(f *frame) (value.Value, error) {
		var a value.Args
		var err error
		top := f.rt.before()
		if args != nil {
			if a, err = args(f); err != nil {
				return value.Value{}, err
			}
		}
		v, err := method(f.loops[i], f, a)
		f.rt.after(top)
		return v, err
	}
}

func (c *compiler) getitem(n *ast.Getitem, fr *scopeFrame) expr {
	obj := c.expr(n.Node, fr)
	if s, ok := n.Arg.(*ast.Slice); ok {
		return c.slice(s, obj, fr)
	}
	env := c.env
	key := c.expr(n.Arg, fr)
	return func(f *frame) (value.Value, error) {
		v, err := obj(f)
		if err != nil {
			return v, err
		}
		k, err := key(f)
		if err != nil {
			return k, err
		}
		x, err := f.property(env.getitem(v, k))
		if v.IsSafe() {
			x = value.Piece(f, x)
		}
		return x, err
	}
}

// slice is a subscript that goes past environment.getitem.
func (c *compiler) slice(n *ast.Slice, obj expr, fr *scopeFrame) expr {
	var parts [3]expr
	for i, p := range []ast.Expr{n.Start, n.Stop, n.Step} {
		if p == nil {
			parts[i] = constExpr(value.None)
		} else {
			parts[i] = c.expr(p, fr)
		}
	}
	return func(f *frame) (value.Value, error) {
		v, err := obj(f)
		if err != nil {
			return v, err
		}
		var bounds [3]value.Value
		for i, p := range parts {
			if bounds[i], err = p(f); err != nil {
				return value.Value{}, err
			}
		}
		return value.SubscriptState(f, v, bounds[0], bounds[1], bounds[2])
	}
}

// attrCond is the truth of an attribute of a variable of the frame.
func (c *compiler) attrCond(n *ast.Getattr, fr *scopeFrame) cond {
	if l := c.runningLoop(n.Node, fr); l != nil {
		switch i := l.index; n.Attr {
		case "first":
			return func(f *frame) (bool, error) { return f.loops[i].index0 == 0, nil }
		case "last":
			return func(f *frame) (bool, error) { return f.loops[i].last() }
		}
		return nil
	}
	i, undef, ok := c.localSlot(n.Node, fr)
	if !ok || c.env.Sandboxed || c.env.Plain {
		return nil
	}
	site := new(value.Site)
	name := n.Attr
	return func(f *frame) (bool, error) {
		if b, ok := site.Bool(f.vars[i]); ok {
			return b, nil
		}
		v, ok := site.Lookup(f.vars[i], name)
		if !ok {
			obj := f.vars[i]
			if missing(obj) {
				obj = undef
			}
			var err error
			if v, err = f.getattr(obj, name); err != nil {
				return false, err
			}
		}
		return value.TruthErr(v)
	}
}
