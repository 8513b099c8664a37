package compile

import (
	"errors"
	"math/big"
	"slices"

	"github.com/dewar-go/dewar/jinja/internal/ast"
	"github.com/dewar-go/dewar/jinja/internal/value"
)

type constKey struct {
	node       ast.Expr
	autoescape bool
}

type constResult struct {
	v  value.Value
	ok bool
}

// folds reports whether Jinja's optimizer looks at an expression of this form
// where it stands by itself.
func folds(n ast.Expr) bool {
	switch n.(type) {
	case *ast.Getattr, *ast.Getitem, *ast.Filter, *ast.Test, *ast.CondExpr, *ast.Concat, *ast.Compare, ast.Binary, ast.Unary:
		return true
	}
	return false
}

// dependsOnName reports whether the expression is an attribute, item, filter or test of a variable or a call: the usual
// ones that are no constants, which need not be remembered.
func dependsOnName(n ast.Expr) bool {
	for {
		switch x := n.(type) {
		case *ast.Name, *ast.Call:
			return true
		case *ast.Getattr:
			n = x.Node
		case *ast.Getitem:
			n = x.Node
		case *ast.Filter:
			n = x.Node
		case *ast.Test:
			n = x.Node
		case *ast.Compare:
			n = x.Expr
		default:
			return false
		}
	}
}

// constant is Jinja's as_const: the value of an expression that does not
// depend on the context. An expression that fails is not constant.
func (c *compiler) constant(n ast.Expr, ec *evalContext) (value.Value, bool) {
	switch n := n.(type) {
	case *ast.Name, *ast.Call, *ast.ContextReference, *ast.DerivedContextReference, *ast.InternalName, *ast.NSRef,
		*ast.EnvironmentAttribute, *ast.Debug:
		return value.Value{}, false
	case *ast.Const:
		return constValue(n.Value), true
	case *ast.TemplateData:
		switch {
		case ec.volatile:
			return value.Value{}, false
		case ec.autoescape:
			return value.Safe(n.Data), true
		}
		return value.String(n.Data), true
	}
	if dependsOnName(n) {
		return value.Value{}, false
	}
	key := constKey{n, ec.autoescape}
	if r, ok := c.consts[key]; ok && !ec.volatile {
		if r.ok {
			return fresh(r.v), true
		}
		return r.v, false
	}
	v, ok := c.compute(n, ec)
	if !ec.volatile {
		c.consts[key] = constResult{v, ok}
	}
	return v, ok
}

func (c *compiler) constants(nodes []ast.Expr, ec *evalContext) ([]value.Value, bool) {
	out := make([]value.Value, len(nodes))
	for i, n := range nodes {
		v, ok := c.constant(n, ec)
		if !ok {
			return nil, false
		}
		out[i] = v
	}
	return out, true
}

func (c *compiler) compute(n ast.Expr, ec *evalContext) (none value.Value, ok bool) {
	switch n := n.(type) {
	case *ast.Tuple:
		items, ok := c.constants(n.Items, ec)
		if !ok {
			return none, false
		}
		return value.NewTuple(items), true
	case *ast.List:
		items, ok := c.constants(n.Items, ec)
		if !ok {
			return none, false
		}
		return value.NewList(items), true
	case *ast.Dict:
		d := value.NewDictSize(len(n.Items))
		for _, p := range n.Items {
			k, ok := c.constant(p.Key, ec)
			if !ok {
				return none, false
			}
			v, ok := c.constant(p.Value, ec)
			if !ok || d.Set(k, v) != nil {
				return none, false
			}
		}
		return d.Value(), true
	case *ast.CondExpr:
		test, ok := c.constant(n.Test, ec)
		if !ok {
			return none, false
		}
		yes, err := value.TruthErr(test)
		switch {
		case err != nil:
			c.foldError(n, err)
		case yes:
			return c.constant(n.Expr1, ec)
		case n.Expr2 == nil:
			return none, false
		}
		return c.constant(n.Expr2, ec)
	case *ast.And:
		v, ok := c.constant(n.Left, ec)
		if !ok {
			return none, false
		}
		if yes, err := value.TruthErr(v); err != nil {
			c.foldError(n, err)
		} else if !yes {
			return v, true
		}
		return c.constant(n.Right, ec)
	case *ast.Or:
		v, ok := c.constant(n.Left, ec)
		if !ok {
			return none, false
		}
		if yes, err := value.TruthErr(v); err != nil {
			c.foldError(n, err)
		} else if yes {
			return v, true
		}
		return c.constant(n.Right, ec)
	case *ast.Not:
		v, ok := c.constant(n.Node, ec)
		if !ok {
			return none, false
		}
		yes, err := value.TruthErr(v)
		return value.Bool(!yes), err == nil
	case *ast.Concat:
		vs, ok := c.constants(n.Nodes, ec)
		if !ok {
			return none, false
		}
		// A constant join loses the safety of its parts, as in Jinja.
		var buf []byte
		var err error
		for _, v := range vs {
			if buf, err = value.AppendStr(buf, v); err != nil {
				c.foldError(n, err)
			}
		}
		return value.String(string(buf)), true
	case *ast.Compare:
		return c.constCompare(n, ec)
	case ast.Binary:
		left, right := n.Operands()
		a, ok := c.constant(left, ec)
		if !ok {
			return none, false
		}
		b, ok := c.constant(right, ec)
		if !ok {
			return none, false
		}
		op, sign := binaryOp(n)
		if op == nil || c.constState(ec).accountOperator(sign, a, b) != nil {
			return none, false
		}
		v, err := op(c.constState(ec), a, b)
		return v, err == nil
	case ast.Unary:
		v, ok := c.constant(n.Operand(), ec)
		if !ok {
			return none, false
		}
		op := value.Neg
		if _, plus := n.(*ast.Plus); plus {
			op = value.Pos
		}
		v, err := op(v)
		return v, err == nil
	case *ast.Getattr:
		v, ok := c.constant(n.Node, ec)
		if !ok || n.Ctx != ast.Load {
			return none, false
		}
		v, err := c.env.getattr(v, n.Attr)
		return v, err == nil
	case *ast.Getitem:
		return c.constItem(n, ec)
	case *ast.Filter:
		if n.Node == nil || ec.volatile || !c.env.pure(n.Name) {
			return none, false
		}
		fn, ok := c.env.Filter(n.Name)
		if !ok {
			return none, false
		}
		a, ok := c.constArgs(n.Args, n.Kwargs, n.DynArgs, n.DynKwargs, ec)
		if !ok {
			return none, false
		}
		v, ok := c.constant(n.Node, ec)
		if !ok {
			return none, false
		}
		st := c.constState(ec)
		v, err := fn(st, v, a)
		if st.rt.failed != nil {
			st.rt.failed = nil
			return none, false
		}
		return v, err == nil
	case *ast.Test:
		if ec.volatile || !c.env.pure("is "+n.Name) {
			return none, false
		}
		fn, ok := c.env.Test(n.Name)
		if !ok {
			return none, false
		}
		a, ok := c.constArgs(n.Args, n.Kwargs, n.DynArgs, n.DynKwargs, ec)
		if !ok {
			return none, false
		}
		v, ok := c.constant(n.Node, ec)
		if !ok {
			return none, false
		}
		b, err := fn(c.constState(ec), v, a)
		return value.Bool(b), err == nil
	case *ast.MarkSafe:
		v, ok := c.constant(n.Expr, ec)
		if !ok {
			return none, false
		}
		v, err := markSafe(v)
		return v, err == nil
	case *ast.MarkSafeIfAutoescape:
		v, ok := c.constant(n.Expr, ec)
		if !ok || ec.volatile {
			return none, false
		}
		if !ec.autoescape {
			return v, true
		}
		v, err := markSafe(v)
		return v, err == nil
	}
	return none, false
}

func (c *compiler) constCompare(n *ast.Compare, ec *evalContext) (value.Value, bool) {
	a, ok := c.constant(n.Expr, ec)
	if !ok {
		return value.Value{}, false
	}
	for _, op := range n.Ops {
		b, ok := c.constant(op.Expr, ec)
		if !ok {
			return value.Value{}, false
		}
		holds, err := comparisonFor(op.Op)(a, b)
		if err != nil {
			return value.Value{}, false
		}
		if !holds {
			return value.False, true
		}
		a = b
	}
	return value.True, true
}

func (c *compiler) constItem(n *ast.Getitem, ec *evalContext) (value.Value, bool) {
	if n.Ctx != ast.Load {
		return value.Value{}, false
	}
	v, ok := c.constant(n.Node, ec)
	if !ok {
		return v, false
	}
	var key value.Value
	if s, isSlice := n.Arg.(*ast.Slice); isSlice {
		var bounds [3]value.Value
		for i, p := range []ast.Expr{s.Start, s.Stop, s.Step} {
			bounds[i] = value.None
			if p != nil {
				if bounds[i], ok = c.constant(p, ec); !ok {
					return v, false
				}
			}
		}
		// A constant goes through environment.getitem, which knows undefined
		// values; at run time a slice does not.
		v, err := c.env.getitem(v, value.NewSlice(bounds[0], bounds[1], bounds[2]))
		return v, err == nil
	}
	if key, ok = c.constant(n.Arg, ec); !ok {
		return v, false
	}
	v, err := c.env.getitem(v, key)
	return v, err == nil
}

// foldError fails as Jinja2 does where it does not expect the error of a
// constant: a strict undefined value in a condition.
func (c *compiler) foldError(n ast.Node, err error) {
	var e *value.Error
	if errors.As(err, &e) {
		panic(compileError{&Error{Class: e.Class, Message: e.Message, Name: c.tmpl.name, Line: n.Line(), Column: n.Column(), Source: c.tmpl.source, Err: e.Err}})
	}
	panic(compileError{err})
}

func (c *compiler) constArgs(args []ast.Expr, kwargs []*ast.Keyword, dynArgs, dynKwargs ast.Expr, ec *evalContext) (a value.Args, ok bool) {
	if a.Pos, ok = c.constants(args, ec); !ok {
		return a, false
	}
	for _, k := range kwargs {
		v, ok := c.constant(k.Value, ec)
		if !ok {
			return a, false
		}
		if i := slices.IndexFunc(a.Kw, func(before value.Kw) bool { return before.Name == k.Key }); i >= 0 {
			a.Kw[i].Value = v // the last one counts where Jinja2 computes the call itself
			continue
		}
		a.Kw = append(a.Kw, value.Kw{Name: k.Key, Value: v})
	}
	if dynArgs != nil {
		v, ok := c.constant(dynArgs, ec)
		if !ok {
			return a, false
		}
		items, err := value.Collect(v)
		if err != nil {
			return a, false
		}
		a.Pos = append(a.Pos, items...)
	}
	if dynKwargs != nil {
		v, ok := c.constant(dynKwargs, ec)
		if !ok {
			return a, false
		}
		kw, err := spread("", a.Kw, v, true)
		if err != nil {
			return a, false
		}
		a.Kw = kw
	}
	return a, true
}

// constState is what filters see that run at compile time.
func (c *compiler) constState(ec *evalContext) *frame {
	if c.state == nil {
		t := c.tmpl
		c.state = &frame{
			rt:   &renderer{env: c.env, folding: true},
			unit: &unit{tmpl: t},
			ctx:  &scopeContext{tmpl: t, scope: &scope{last: true, noVars: true, template: t}},
		}
	}
	c.state.autoescape = ec.autoescape
	c.state.rt.work = 0
	return c.state
}

// constValue is the value of a Const node.
func constValue(x any) value.Value {
	switch x := x.(type) {
	case nil:
		return value.None
	case bool:
		return value.Bool(x)
	case int64:
		return value.Int(x)
	case float64:
		return value.Float(x)
	case string:
		return value.String(x)
	case *big.Int:
		return value.BigInt(x)
	case value.Value:
		return x
	}
	return value.Of(x)
}

// safeRepr reports whether Jinja can write v as a literal of the generated
// code; other constants are computed at run time.
func safeRepr(v value.Value) bool {
	switch v.Kind() {
	case value.KindNone, value.KindBool, value.KindInt, value.KindBig, value.KindFloat, value.KindComplex,
		value.KindRange, value.KindString, value.KindMarkup:
		return true
	case value.KindTuple, value.KindList, value.KindSet:
		items, err := value.Collect(v)
		if err != nil {
			return false
		}
		for _, x := range items {
			if !safeRepr(x) {
				return false
			}
		}
		return true
	case value.KindDict:
		keys, vals, _ := value.Pairs(v)
		for i := range keys {
			if !safeRepr(keys[i]) || !safeRepr(vals[i]) {
				return false
			}
		}
		return true
	}
	return false
}

// mutable reports whether a constant can be changed by a template.
func mutable(v value.Value) bool {
	switch v.Kind() {
	case value.KindList, value.KindDict, value.KindSet:
		return true
	case value.KindTuple:
		items, _ := v.Tuple()
		for _, x := range items {
			if mutable(x) {
				return true
			}
		}
	}
	return false
}

// fresh copies the mutable parts of a constant.
func fresh(v value.Value) value.Value {
	switch v.Kind() {
	case value.KindList:
		l, _ := v.List()
		return value.NewList(freshAll(l.Items()))
	case value.KindTuple:
		if !mutable(v) {
			return v
		}
		items, _ := v.Tuple()
		return value.NewTuple(freshAll(items))
	case value.KindDict:
		keys, vals, _ := value.Pairs(v)
		d := value.NewDictSize(len(keys))
		for i := range keys {
			_ = d.Set(keys[i], fresh(vals[i]))
		}
		return d.Value()
	case value.KindSet:
		items, _ := value.Collect(v)
		if s, err := value.NewSet(items); err == nil {
			return s
		}
	}
	return v
}

func freshAll(items []value.Value) []value.Value {
	out := make([]value.Value, len(items))
	for i, x := range items {
		out[i] = fresh(x)
	}
	return out
}

func pyRepr(s string) string { return string(value.AppendQuoted(nil, s)) }
