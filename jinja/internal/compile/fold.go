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

// A folder computes one constant from others. bad is set once one of them is none.
type folder struct {
	*compiler
	ec  *evalContext
	bad bool
}

// errNoConstant is why an expression is no constant, where there is no other error.
var errNoConstant = errors.New("no constant")

func (f *folder) one(n ast.Expr) value.Value {
	v, ok := value.Value{}, false
	if !f.bad {
		v, ok = f.constant(n, f.ec)
	}
	f.bad = !ok
	return v
}

func (f *folder) all(nodes []ast.Expr) []value.Value {
	out := make([]value.Value, len(nodes))
	for i, n := range nodes {
		out[i] = f.one(n)
	}
	return out
}

// truth is the truth of n. Jinja2 does not expect the error of a strict undefined value here, and at fails.
func (f *folder) truth(at, n ast.Expr) (value.Value, bool) {
	v := f.one(n)
	yes, err := value.TruthErr(v)
	if err != nil && !f.bad {
		f.foldError(at, err)
	}
	return v, yes
}

func (c *compiler) compute(n ast.Expr, ec *evalContext) (value.Value, bool) {
	f := &folder{compiler: c, ec: ec}
	v, err := f.compute(n)
	return v, err == nil && !f.bad
}

// compute returns the value of n. It counts for nothing when f is bad.
func (f *folder) compute(n ast.Expr) (v value.Value, err error) {
	switch n := n.(type) {
	case *ast.Tuple:
		return value.NewTuple(f.all(n.Items)), nil
	case *ast.List:
		return value.NewList(f.all(n.Items)), nil
	case *ast.Dict:
		d := value.NewDictSize(len(n.Items))
		for _, p := range n.Items {
			k, v := f.one(p.Key), f.one(p.Value)
			if f.bad {
				break
			}
			if err := d.Set(k, v); err != nil {
				return v, err
			}
		}
		return d.Value(), nil
	case *ast.CondExpr:
		_, yes := f.truth(n, n.Test)
		switch {
		case yes:
			return f.one(n.Expr1), nil
		case n.Expr2 == nil:
			return v, errNoConstant
		}
		return f.one(n.Expr2), nil
	case *ast.And:
		if v, yes := f.truth(n, n.Left); !yes {
			return v, nil
		}
		return f.one(n.Right), nil
	case *ast.Or:
		if v, yes := f.truth(n, n.Left); yes {
			return v, nil
		}
		return f.one(n.Right), nil
	case *ast.Not:
		yes, err := value.TruthErr(f.one(n.Node))
		return value.Bool(!yes), err
	case *ast.Concat:
		// A constant join loses the safety of its parts, as in Jinja.
		var buf []byte
		for _, v := range f.all(n.Nodes) {
			if f.bad {
				break
			}
			if buf, err = value.AppendStr(buf, v); err != nil {
				f.foldError(n, err)
			}
		}
		return value.String(string(buf)), nil
	case *ast.Compare:
		return f.compare(n)
	case ast.Binary:
		left, right := n.Operands()
		a, b := f.one(left), f.one(right)
		op, sign := binaryOp(n)
		if f.bad || op == nil {
			return v, errNoConstant
		}
		st := f.constState(f.ec)
		if err := st.accountOperator(sign, a, b); err != nil {
			return v, err
		}
		return op(st, a, b)
	case ast.Unary:
		if v = f.one(n.Operand()); f.bad {
			return v, nil
		}
		if _, plus := n.(*ast.Plus); plus {
			return value.Pos(v)
		}
		return value.Neg(v)
	case *ast.Getattr:
		if v = f.one(n.Node); f.bad || n.Ctx != ast.Load {
			return v, errNoConstant
		}
		return f.env.getattr(v, n.Attr)
	case *ast.Getitem:
		// A constant slice goes through environment.getitem too, which knows undefined values; at run time it does not.
		v, key := f.one(n.Node), f.key(n.Arg)
		if f.bad || n.Ctx != ast.Load {
			return v, errNoConstant
		}
		return f.env.getitem(v, key)
	case *ast.Filter:
		fn, ok := f.env.Filter(n.Name)
		if !ok || n.Node == nil || f.ec.volatile || !f.env.pure(n.Name) {
			return v, errNoConstant
		}
		a, ok := f.constArgs(n.Args, n.Kwargs, n.DynArgs, n.DynKwargs, f.ec)
		if v = f.one(n.Node); !ok || f.bad {
			return v, errNoConstant
		}
		st := f.constState(f.ec)
		return st.result(fn(st, v, a))
	case *ast.Test:
		fn, ok := f.env.Test(n.Name)
		if !ok || f.ec.volatile || !f.env.pure("is "+n.Name) {
			return v, errNoConstant
		}
		a, ok := f.constArgs(n.Args, n.Kwargs, n.DynArgs, n.DynKwargs, f.ec)
		if v = f.one(n.Node); !ok || f.bad {
			return v, errNoConstant
		}
		yes, err := fn(f.constState(f.ec), v, a)
		return value.Bool(yes), err
	case *ast.MarkSafe:
		return markSafe(f.one(n.Expr))
	case *ast.MarkSafeIfAutoescape:
		if v = f.one(n.Expr); f.ec.volatile {
			return v, errNoConstant
		}
		if !f.ec.autoescape {
			return v, nil
		}
		return markSafe(v)
	}
	return v, errNoConstant
}

func (f *folder) compare(n *ast.Compare) (value.Value, error) {
	a := f.one(n.Expr)
	for _, op := range n.Ops {
		b := f.one(op.Expr)
		if f.bad {
			break
		}
		if holds, err := comparisonFor(op.Op)(a, b); err != nil || !holds {
			return value.False, err
		}
		a = b
	}
	return value.True, nil
}

// key is the value of a subscript.
func (f *folder) key(n ast.Expr) value.Value {
	s, ok := n.(*ast.Slice)
	if !ok {
		return f.one(n)
	}
	var bounds [3]value.Value
	for i, p := range []ast.Expr{s.Start, s.Stop, s.Step} {
		if bounds[i] = value.None; p != nil {
			bounds[i] = f.one(p)
		}
	}
	return value.NewSlice(bounds[0], bounds[1], bounds[2])
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
	f := &folder{compiler: c, ec: ec}
	a.Pos = f.all(args)
	for _, k := range kwargs {
		v := f.one(k.Value)
		if i := slices.IndexFunc(a.Kw, func(before value.Kw) bool { return before.Name == k.Key }); i >= 0 {
			a.Kw[i].Value = v // the last one counts where Jinja2 computes the call itself
			continue
		}
		a.Kw = append(a.Kw, value.Kw{Name: k.Key, Value: v})
	}
	if dynArgs != nil && !f.bad {
		items, err := value.Collect(f.one(dynArgs))
		if err != nil {
			return a, false
		}
		a.Pos = append(a.Pos, items...)
	}
	if dynKwargs != nil && !f.bad {
		kw, err := spread("", a.Kw, f.one(dynKwargs), true)
		if err != nil {
			return a, false
		}
		a.Kw = kw
	}
	return a, !f.bad
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
	c.state.rt.work, c.state.rt.failed = 0, nil
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

// literalText returns the text of a literal str.
func literalText(n ast.Expr) (text string, ok bool) {
	k, ok := n.(*ast.Const)
	if ok {
		text, ok = k.Value.(string)
	}
	return text, ok
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
