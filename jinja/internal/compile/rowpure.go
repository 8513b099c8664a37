package compile

import (
	"github.com/dewar-go/dewar/jinja/internal/ast"
)

// pure reports whether running the statements cannot change what conditions on the loop's item see: they call no
// function of the application and print nothing but plain values. The fields and variables for which that has to be
// checked when the types are known are noted.
func (b *rowBuilder) pure(body []ast.Stmt) bool {
	for _, s := range body {
		if !b.pureStmt(s) {
			return false
		}
	}
	return true
}

func (b *rowBuilder) pureStmt(s ast.Stmt) bool {
	switch s := s.(type) {
	case *ast.Output:
		return b.pureExprs(s.Nodes)
	case *ast.If:
		for _, branch := range s.Elif {
			if !b.pureStmt(branch) {
				return false
			}
		}
		return b.pureExpr(s.Test) && b.pure(s.Body) && b.pure(s.Else)
	case *ast.For:
		_, single := s.Target.(*ast.Name)
		return single && !s.Recursive && b.pureExpr(s.Iter) && (s.Test == nil || b.pureExpr(s.Test)) && b.pure(s.Body) && b.pure(s.Else)
	case *ast.Assign:
		_, single := s.Target.(*ast.Name)
		return single && b.pureExpr(s.Node)
	case *ast.Break, *ast.Continue:
		return true
	}
	return false
}

func (b *rowBuilder) pureExprs(nodes []ast.Expr) bool {
	for _, n := range nodes {
		if !b.pureExpr(n) {
			return false
		}
	}
	return true
}

func (b *rowBuilder) pureExpr(n ast.Expr) bool {
	switch n := n.(type) {
	case *ast.Const, *ast.TemplateData:
		return true
	case *ast.Name:
		return b.pureName(n)
	case *ast.Getattr:
		return b.pureAttr(n)
	case *ast.Filter:
		return n.Node != nil && b.c.env.pure(n.Name) && n.DynArgs == nil && n.DynKwargs == nil &&
			b.pureExpr(n.Node) && b.pureExprs(n.Args) && b.pureKeywords(n.Kwargs)
	case *ast.Test:
		return b.c.env.pure("is "+n.Name) && n.DynArgs == nil && n.DynKwargs == nil &&
			b.pureExpr(n.Node) && b.pureExprs(n.Args) && b.pureKeywords(n.Kwargs)
	case *ast.Compare:
		for _, o := range n.Ops {
			if !b.pureExpr(o.Expr) {
				return false
			}
		}
		return b.pureExpr(n.Expr)
	case *ast.CondExpr:
		return b.pureExpr(n.Test) && b.pureExpr(n.Expr1) && (n.Expr2 == nil || b.pureExpr(n.Expr2))
	case *ast.Concat:
		return b.pureExprs(n.Nodes)
	case *ast.Tuple:
		return b.pureExprs(n.Items)
	case *ast.List:
		return b.pureExprs(n.Items)
	case *ast.Call:
		attr, ok := n.Node.(*ast.Getattr)
		return ok && b.loop != nil && b.c.runningLoop(attr.Node, b.fr) == b.loop && (attr.Attr == "cycle" || attr.Attr == "changed") &&
			n.DynArgs == nil && n.DynKwargs == nil && len(n.Kwargs) == 0 && b.pureExprs(n.Args)
	case ast.Binary:
		left, right := n.Operands()
		return b.pureExpr(left) && b.pureExpr(right)
	case ast.Unary:
		return b.pureExpr(n.Operand())
	}
	return false
}

func (b *rowBuilder) pureKeywords(kwargs []*ast.Keyword) bool {
	for _, k := range kwargs {
		if !b.pureExpr(k.Value) {
			return false
		}
	}
	return true
}

// pureName notes a variable; those that the body sets hold what pure expressions made.
func (b *rowBuilder) pureName(n *ast.Name) bool {
	switch {
	case n.Name == b.item:
		b.fields[""] = true
		return true
	case b.stored[n.Name]:
		return true
	}
	slot, _, ok := b.c.localSlot(n, b.fr)
	if ok {
		b.vars[slot] = true
	}
	return ok
}

func (b *rowBuilder) pureAttr(n *ast.Getattr) bool {
	name, ok := n.Node.(*ast.Name)
	if !ok {
		return false
	}
	if b.loop != nil && b.c.runningLoop(name, b.fr) == b.loop {
		switch n.Attr {
		case "index", "index0", "first", "last", "length", "revindex", "revindex0", "depth", "depth0":
			return true
		}
		return false
	}
	if name.Name == b.item && !b.stored[name.Name] {
		b.fields[n.Attr] = true
		return true
	}
	return false
}
