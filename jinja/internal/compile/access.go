package compile

import (
	"github.com/dewar-go/dewar/jinja/internal/ast"
	"github.com/dewar-go/dewar/jinja/internal/value"
)

func (c *compiler) getattr(n *ast.Getattr, fr *scopeFrame) expr {
	if x := c.loopAttr(n, fr); x != nil {
		return x
	}
	if c.env.Sandboxed || c.env.Plain {
		obj, name := c.expr(n.Node, fr), n.Attr
		return func(f *frame) (value.Value, error) {
			v, err := obj(f)
			if err != nil {
				return v, err
			}
			return f.getattr(v, name)
		}
	}
	return c.readMember(n, fr)
}

// member takes apart an expression that reads x.name or x['name'] and makes the site for it; site is nil for others.
func (c *compiler) member(n ast.Expr) (x ast.Expr, site *value.Site, name string) {
	if c.env.Sandboxed || c.env.Plain {
		return nil, nil, ""
	}
	switch n := n.(type) {
	case *ast.Getattr:
		return n.Node, new(value.Site), n.Attr
	case *ast.Getitem:
		if k, ok := n.Arg.(*ast.Const); ok {
			if name, ok = k.Value.(string); ok {
				return n.Node, &value.Site{Item: true}, name
			}
		}
	}
	return nil, nil, ""
}

// readMember compiles x.name or x['name'].
func (c *compiler) readMember(n ast.Expr, fr *scopeFrame) expr {
	if r, ok := c.localAttr(n, fr); ok {
		return func(f *frame) (value.Value, error) {
			if x, ok := r.site.Lookup(f.vars[r.slot], r.name); ok {
				return x, nil
			}
			return r.absent(f)
		}
	}
	x, site, name := c.member(n)
	obj := c.expr(x, fr)
	return func(f *frame) (value.Value, error) {
		v, err := obj(f)
		if err != nil {
			return v, err
		}
		if r, ok := site.Lookup(v, name); ok {
			return r, nil
		}
		return f.member(site, v, name)
	}
}

// member reads what a site has not found.
func (f *frame) member(site *value.Site, v value.Value, name string) (value.Value, error) {
	if site.Item {
		return f.item(v, value.String(name))
	}
	return f.getattr(v, name)
}

// item is environment.getitem. What is cut out of Markup is Markup.
func (f *frame) item(v, key value.Value) (value.Value, error) {
	x, err := f.property(f.rt.env.getitem(v, key))
	if v.IsSafe() {
		x = value.Piece(f, x)
	}
	return x, err
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
	if s, ok := n.Arg.(*ast.Slice); ok {
		return c.slice(s, c.expr(n.Node, fr), fr)
	}
	if _, site, _ := c.member(n); site != nil {
		return c.readMember(n, fr)
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
		return f.item(v, k)
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
