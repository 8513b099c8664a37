package compile

import (
	"fmt"

	"github.com/dewar-go/dewar/jinja/internal/ast"
	"github.com/dewar-go/dewar/jinja/internal/value"
)

// expr compiles an expression, folding it first where Jinja's optimizer does.
func (c *compiler) expr(n ast.Expr, fr *scopeFrame) expr {
	if folds(n) && !fr.ec.volatile && !c.env.NoOptimize {
		if v, ok := c.constant(n, fr.ec); ok && safeRepr(v) {
			return constExpr(v)
		}
	}
	switch n := n.(type) {
	case *ast.Name:
		return c.name(n, fr)
	case *ast.Const:
		return constExpr(constValue(n.Value))
	case *ast.TemplateData:
		return c.templateData(n, fr)
	case *ast.Tuple:
		items := c.exprs(n.Items, fr)
		return func(f *frame) (value.Value, error) {
			vs, err := evalAll(f, items)
			if err != nil {
				return value.Value{}, err
			}
			return value.NewTuple(vs), nil
		}
	case *ast.List:
		items := c.exprs(n.Items, fr)
		return func(f *frame) (value.Value, error) {
			vs, err := evalAll(f, items)
			if err != nil {
				return value.Value{}, err
			}
			return value.NewList(vs), nil
		}
	case *ast.Dict:
		return c.dict(n, fr)
	case *ast.CondExpr:
		return c.condExpr(n, fr)
	case *ast.Filter:
		return c.filter(n, fr, nil)
	case *ast.Test:
		return c.test(n, fr)
	case *ast.Call:
		return c.call(n, fr, nil)
	case *ast.Getattr:
		return c.getattr(n, fr)
	case *ast.Getitem:
		return c.getitem(n, fr)
	case *ast.Slice:
		c.pythonNameError(n, "invalid syntax") // a slice that is no subscript
		return func(*frame) (value.Value, error) { return value.None, nil }
	case *ast.Concat:
		return c.concat(n, fr)
	case *ast.Compare:
		return c.compare(n, fr)
	case *ast.And:
		return c.and(n, fr)
	case *ast.Or:
		return c.or(n, fr)
	case *ast.Not:
		cond := c.cond(n.Node, fr)
		return func(f *frame) (value.Value, error) {
			ok, err := cond(f)
			return value.Bool(!ok), err
		}
	case ast.Binary:
		return c.binary(n, fr)
	case ast.Unary:
		return c.unary(n, fr)
	case *ast.MarkSafe:
		x := c.expr(n.Expr, fr)
		return func(f *frame) (value.Value, error) {
			v, err := x(f)
			if err != nil {
				return v, err
			}
			return markSafe(v)
		}
	case *ast.MarkSafeIfAutoescape:
		x := c.expr(n.Expr, fr)
		return func(f *frame) (value.Value, error) {
			v, err := x(f)
			if err != nil || !f.autoescape {
				return v, err
			}
			return markSafe(v)
		}
	case *ast.InternalName:
		s := fr.fn.find(ident{-1, n.Name})
		return func(f *frame) (value.Value, error) { return f.load(s), nil }
	case *ast.ContextReference, *ast.DerivedContextReference:
		return func(f *frame) (value.Value, error) { return f.ctx.all(f.rt).Value(), nil }
	case *ast.EnvironmentAttribute:
		v, _ := c.env.attribute(n.Name)
		return constExpr(v)
	case *ast.Debug:
		return c.debug()
	}
	c.fail(n, "cannot compile %T", n)
	return nil
}

func (c *compiler) exprs(nodes []ast.Expr, fr *scopeFrame) []expr {
	if len(nodes) == 0 {
		return nil
	}
	out := make([]expr, len(nodes))
	for i, n := range nodes {
		out[i] = c.expr(n, fr)
	}
	return out
}

func evalAll(f *frame, items []expr) ([]value.Value, error) {
	vs := make([]value.Value, len(items))
	for i, item := range items {
		v, err := item(f)
		if err != nil {
			return nil, err
		}
		vs[i] = v
	}
	return vs, nil
}

// constExpr yields a constant. A mutable one is made anew each time.
func constExpr(v value.Value) expr {
	switch v.Kind() {
	case value.KindList, value.KindDict, value.KindSet, value.KindTuple:
		if mutable(v) {
			return func(*frame) (value.Value, error) { return fresh(v), nil }
		}
	}
	return func(*frame) (value.Value, error) { return v, nil }
}

// name compiles the use of a variable.
func (c *compiler) name(n *ast.Name, fr *scopeFrame) expr {
	id, ok := fr.sym.findRef(n.Name)
	if !ok {
		c.unknownName(n, n.Name)
	}
	s := fr.fn.find(id)
	c.leak(fr.fn, s)
	undef := c.env.undefinedName(n.Name)
	if ld, ok := fr.sym.findLoad(id); ok && ld.kind == loadParam && !c.parameterPending(id) {
		undef = value.Value{}
	}
	if i := s.i; s.hops == 0 {
		return func(f *frame) (value.Value, error) {
			if v := f.vars[i]; !value.Missing(v) {
				return v, nil
			}
			return undef, nil
		}
	}
	return func(f *frame) (value.Value, error) {
		if v := f.load(s); !value.Missing(v) {
			return v, nil
		}
		return undef, nil
	}
}

func (c *compiler) parameterPending(id ident) bool {
	n := len(c.paramDefs)
	return n > 0 && c.paramDefs[n-1][id]
}

// templateData is literal text as an expression, which extensions use.
func (c *compiler) templateData(n *ast.TemplateData, fr *scopeFrame) expr {
	plain, safe := value.String(n.Data), value.Safe(n.Data)
	switch {
	case fr.ec.volatile:
		return func(f *frame) (value.Value, error) {
			if f.autoescape {
				return safe, nil
			}
			return plain, nil
		}
	case fr.ec.autoescape:
		return constExpr(safe)
	}
	return constExpr(plain)
}

func (c *compiler) dict(n *ast.Dict, fr *scopeFrame) expr {
	type pair struct{ k, v expr }
	pairs := make([]pair, len(n.Items))
	for i, p := range n.Items {
		pairs[i] = pair{c.expr(p.Key, fr), c.expr(p.Value, fr)}
	}
	return func(f *frame) (value.Value, error) {
		d := value.NewDictSize(len(pairs))
		for _, p := range pairs {
			k, err := p.k(f)
			if err != nil {
				return value.Value{}, err
			}
			v, err := p.v(f)
			if err != nil {
				return value.Value{}, err
			}
			if err := d.Set(k, v); err != nil {
				return value.Value{}, err
			}
		}
		return d.Value(), nil
	}
}

func (c *compiler) condExpr(n *ast.CondExpr, fr *scopeFrame) expr {
	fr = fr.softened()
	test, yes := c.cond(n.Test, fr), c.expr(n.Expr1, fr)
	var no expr
	if n.Expr2 != nil {
		no = c.expr(n.Expr2, fr)
	} else {
		// Jinja uses its default type here, whatever the environment's is.
		undef := value.NewUndefined(&value.Undef{Name: value.None, Hint: fmt.Sprintf(
			"the inline if-expression on %s evaluated to false and no else section was defined.", c.position(n))})
		no = func(*frame) (value.Value, error) { return undef, nil }
	}
	return func(f *frame) (value.Value, error) {
		ok, err := test(f)
		if err != nil {
			return value.Value{}, err
		}
		if ok {
			return yes(f)
		}
		return no(f)
	}
}

// position is how Jinja names a place in messages.
func (c *compiler) position(n ast.Node) string {
	if c.tmpl.name == "" {
		return fmt.Sprintf("line %d", n.Line())
	}
	return fmt.Sprintf("line %d in %s", n.Line(), pyRepr(c.tmpl.name))
}

// A cond computes the truth of an expression.
type cond func(f *frame) (bool, error)

// cond compiles an expression that is only asked for its truth.
func (c *compiler) cond(n ast.Expr, fr *scopeFrame) cond {
	switch n := n.(type) {
	case *ast.Not:
		x := c.cond(n.Node, fr)
		return func(f *frame) (bool, error) {
			ok, err := x(f)
			return !ok, err
		}
	case *ast.And:
		a, b := c.cond(n.Left, fr), c.cond(n.Right, fr)
		return func(f *frame) (bool, error) {
			ok, err := a(f)
			if !ok || err != nil {
				return false, err
			}
			return b(f)
		}
	case *ast.Or:
		a, b := c.cond(n.Left, fr), c.cond(n.Right, fr)
		return func(f *frame) (bool, error) {
			ok, err := a(f)
			if ok || err != nil {
				return ok, err
			}
			return b(f)
		}
	case *ast.Compare:
		return c.compareCond(n, fr)
	case *ast.Test:
		return c.testCond(n, fr)
	}
	x := c.expr(n, fr)
	return func(f *frame) (bool, error) {
		v, err := x(f)
		if err != nil {
			return false, err
		}
		return value.TruthErr(v)
	}
}

func (c *compiler) and(n *ast.And, fr *scopeFrame) expr {
	a, b := c.expr(n.Left, fr), c.expr(n.Right, fr)
	return func(f *frame) (value.Value, error) {
		v, err := a(f)
		if err != nil {
			return v, err
		}
		ok, err := value.TruthErr(v)
		if err != nil || !ok {
			return v, err
		}
		return b(f)
	}
}

func (c *compiler) or(n *ast.Or, fr *scopeFrame) expr {
	a, b := c.expr(n.Left, fr), c.expr(n.Right, fr)
	return func(f *frame) (value.Value, error) {
		v, err := a(f)
		if err != nil {
			return v, err
		}
		ok, err := value.TruthErr(v)
		if err != nil || ok {
			return v, err
		}
		return b(f)
	}
}

func (c *compiler) concat(n *ast.Concat, fr *scopeFrame) expr {
	parts := c.exprs(n.Nodes, fr)
	// In a volatile context Jinja joins without escaping.
	escape := fr.ec.autoescape && !fr.ec.volatile
	return func(f *frame) (value.Value, error) {
		var room [6]value.Value
		vs := room[:0]
		safe := false
		for _, p := range parts {
			v, err := p(f)
			if err != nil {
				return v, err
			}
			safe = safe || v.IsSafe()
			vs = append(vs, v)
		}
		var buf []byte
		var err error
		var place value.Fragment
		if escape && safe {
			place = value.NewFragment(f)
		}
		for _, v := range vs {
			if escape && safe {
				if !v.IsString() {
					var s string
					if s, err = value.StrOf(v); err != nil {
						return value.Value{}, err
					}
					v = value.String(s)
				}
				buf, err = place.Append(buf, v)
			} else {
				buf, err = value.AppendStr(buf, v)
			}
			if err != nil {
				return value.Value{}, err
			}
		}
		if err := f.rt.grow(len(buf)); err != nil {
			return value.Value{}, err
		}
		if escape && safe {
			return value.Safe(string(buf)), nil
		}
		return value.String(string(buf)), nil
	}
}

func markSafe(v value.Value) (value.Value, error) {
	if v.IsSafe() {
		return v, nil
	}
	if s, ok := v.HTML(); ok {
		return value.Safe(s), nil
	}
	s, err := value.StrOf(v)
	if err != nil {
		return value.Value{}, err
	}
	return value.Safe(s), nil
}
