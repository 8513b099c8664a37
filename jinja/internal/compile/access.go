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
			return env.getattr(v, name, nil)
		}
	}
	site := new(value.Site)
	return func(f *frame) (value.Value, error) {
		v, err := obj(f)
		if err != nil {
			return v, err
		}
		if r, ok := site.Lookup(v, name); ok {
			return r, nil
		}
		return env.getattr(v, name, site)
	}
}

// loopAttr reads an attribute of the loop object without a look-up by name.
func (c *compiler) loopAttr(n *ast.Getattr, fr *scopeFrame) expr {
	return nil
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
		return env.getitem(v, k)
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
		return value.Subscript(v, value.NewSlice(bounds[0], bounds[1], bounds[2]))
	}
}
