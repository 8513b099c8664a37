package compile

import (
	"slices"
	"strings"
	"sync/atomic"

	"github.com/dewar-go/dewar/jinja/internal/ast"
	"github.com/dewar-go/dewar/jinja/internal/builtin"
	"github.com/dewar-go/dewar/jinja/internal/output"
	"github.com/dewar-go/dewar/jinja/internal/value"
)

// arguments computes the arguments of a call.
type arguments func(f *frame) (value.Args, error)

// arguments compiles the arguments of a call, filter or test. caller, if not
// nil, is passed as the keyword argument of that name; callee is what Python's
// messages call the function that Jinja's generated code calls.
func (c *compiler) arguments(callee string, args []ast.Expr, kwargs []*ast.Keyword, dynArgs, dynKwargs ast.Expr, caller expr, fr *scopeFrame) arguments {
	pos, kws := c.exprs(args, fr), c.keywords(kwargs, fr)
	return c.argumentsOf(callee, pos, kws, args, kwargs, dynArgs, dynKwargs, caller, fr)
}

// keyword is a compiled keyword argument.
type keyword struct {
	name string
	x    expr
}

func (c *compiler) keywords(kwargs []*ast.Keyword, fr *scopeFrame) []keyword {
	var kws []keyword
	display := inDisplay(kwargs)
	for _, k := range kwargs {
		if !display && k.Key == "__debug__" {
			c.pythonError(k, "cannot assign to __debug__")
		}
		x := keyword{k.Key, c.expr(k.Value, fr)}
		if i := slices.IndexFunc(kws, func(before keyword) bool { return before.name == k.Key }); i < 0 {
			kws = append(kws, x)
		} else if kws[i] = x; !display {
			c.pythonError(k, "keyword argument repeated: "+k.Key)
		}
	}
	return kws
}

// inDisplay reports whether Jinja2 passes the arguments in a dict display,
// where the last of those with the same name counts: one of them is named as
// Python's grammar allows no argument to be.
func inDisplay(kwargs []*ast.Keyword) bool {
	return slices.ContainsFunc(kwargs, func(k *ast.Keyword) bool { return pythonKeywords[k.Key] })
}

var pythonKeywords = map[string]bool{}

func init() {
	for _, k := range strings.Fields(`False None True and as assert async await break class continue def del elif else except
		finally for from global if import in is lambda nonlocal not or pass raise return try while with yield`) {
		pythonKeywords[k] = true
	}
}

// argumentsOf is arguments for positional and keyword arguments that are
// compiled already.
func (c *compiler) argumentsOf(callee string, pos []expr, kws []keyword, args []ast.Expr, kwargs []*ast.Keyword, dynArgs, dynKwargs ast.Expr, caller expr, fr *scopeFrame) arguments {
	display := inDisplay(kwargs)
	if caller != nil {
		if !display && slices.ContainsFunc(kws, func(k keyword) bool { return k.name == "caller" }) {
			c.pythonError(kwargs[0], "keyword argument repeated: caller")
		}
		kws = append(kws, keyword{"caller", caller})
	}
	var star, starstar expr
	if dynArgs != nil {
		star = c.expr(dynArgs, fr)
	}
	if dynKwargs != nil {
		starstar = c.expr(dynKwargs, fr)
	}
	if len(pos) == 0 && len(kws) == 0 && star == nil && starstar == nil {
		return nil
	}
	if caller == nil && star == nil && starstar == nil {
		if a, ok := c.fixedArguments(args, kwargs, fr); ok {
			return func(*frame) (value.Args, error) { return a, nil }
		}
	}
	if len(kws) == 0 && star == nil && starstar == nil {
		return func(f *frame) (a value.Args, err error) {
			start, err := f.pushAll(pos)
			a.Pos = f.rt.pos[start:len(f.rt.pos):len(f.rt.pos)]
			return a, err
		}
	}
	return func(f *frame) (a value.Args, err error) {
		rt := f.rt
		start, err := f.pushAll(pos)
		if err != nil {
			return a, err
		}
		if star != nil {
			v, err := star(f)
			if err != nil {
				return a, err
			}
			if !value.IsIterable(v) {
				return a, value.Errorf("TypeError", "Value after * must be an iterable, not %s", value.TypeName(v))
			}
			items, err := value.Collect(v)
			if err != nil {
				return a, err
			}
			rt.pos = append(rt.pos, items...)
		}
		kwStart := len(rt.kws)
		for i := range kws {
			v, err := kws[i].x(f)
			if err != nil {
				return a, err
			}
			rt.kws = append(rt.kws, value.Kw{Name: kws[i].name, Value: v})
		}
		if n := len(rt.pos); n > start {
			a.Pos = rt.pos[start:n:n]
		}
		if n := len(rt.kws); n > kwStart {
			a.Kw = rt.kws[kwStart:n:n]
		}
		if starstar != nil {
			v, err := starstar(f)
			if err != nil {
				return a, err
			}
			if a.Kw, err = spread(callee, a.Kw, v, display); err != nil {
				return a, err
			}
		}
		return a, nil
	}
}

// pushAll puts values onto the stack of arguments and returns where they start.
func (f *frame) pushAll(xs []expr) (start int, err error) {
	rt := f.rt
	start = len(rt.pos)
	for _, x := range xs {
		v, err := x(f)
		if err != nil {
			return start, err
		}
		rt.pos = append(rt.pos, v)
	}
	return start, nil
}

// fixedArguments are the arguments of a call that are the same each time.
func (c *compiler) fixedArguments(args []ast.Expr, kwargs []*ast.Keyword, fr *scopeFrame) (a value.Args, ok bool) {
	if fr.ec.volatile || c.env.NoOptimize {
		return a, false
	}
	if a, ok = c.constArgs(args, kwargs, nil, nil, fr.ec); !ok || !constantArgs(a) {
		return a, false
	}
	a.Fixed = &value.Args{Pos: a.Pos, Kw: a.Kw}
	return a, true
}

// constantArgs reports whether arguments may be shared by all calls.
func constantArgs(a value.Args) bool {
	for _, v := range a.Pos {
		if !safeRepr(v) || mutable(v) {
			return false
		}
	}
	for _, k := range a.Kw {
		if !safeRepr(k.Value) || mutable(k.Value) {
			return false
		}
	}
	return true
}

// evaluated holds how full the argument stacks were before a call.
type evaluated struct{ pos, kws int }

func (rt *renderer) before() evaluated { return evaluated{len(rt.pos), len(rt.kws)} }

// after drops the arguments of a call.
func (rt *renderer) after(e evaluated) {
	rt.pos, rt.kws = rt.pos[:e.pos], rt.kws[:e.kws]
}

// spread adds the items of a mapping as keyword arguments. One that is there
// already is replaced if they are all items of a dict display, an error else.
func spread(callee string, kw []value.Kw, v value.Value, display bool) ([]value.Kw, error) {
	keys, vals, ok := value.Pairs(v)
	if u, undefined := v.Undefined(); undefined && !ok {
		return nil, u.Err()
	}
	if !ok {
		return nil, value.Errorf("TypeError", "%s argument after ** must be a mapping, not %s", callee, value.TypeName(v))
	}
next:
	for i, k := range keys {
		name, isStr := k.Str()
		if !isStr {
			return nil, value.NewError("TypeError", "keywords must be strings")
		}
		for j, have := range kw {
			if have.Name == name {
				if display {
					kw[j].Value = vals[i]
					continue next
				}
				return nil, value.Errorf("TypeError", "%s got multiple values for keyword argument '%s'", callee, name)
			}
		}
		kw = append(kw, value.Kw{Name: name, Value: vals[i]})
	}
	return kw, nil
}

func (c *compiler) callee() string {
	if c.env.Sandboxed {
		return "jinja2.sandbox.SandboxedEnvironment.call()"
	}
	return "jinja2.runtime.Context.call()"
}

// pythonFilter is what Python's messages call the function of a filter.
func pythonFilter(name string) string {
	switch name {
	case "abs":
		return "abs()"
	case "count", "length":
		return "len()"
	case "d":
		name = "default"
	case "e", "escape":
		return "markupsafe._speedups.escape()"
	case "safe":
		name = "mark_safe"
	case "string":
		return "markupsafe._speedups.soft_str()"
	}
	if builtin.Filters[name] == nil && name != "mark_safe" {
		return name + "()"
	}
	return "jinja2.filters.do_" + name + "()"
}

// pythonTest is what Python's messages call the function of a test.
func pythonTest(name string) string {
	switch name {
	case "callable":
		return "callable()"
	case "equalto":
		name = "eq"
	case "greaterthan":
		name = "gt"
	case "lessthan":
		name = "lt"
	}
	switch name {
	case "eq", "ne", "gt", "ge", "lt", "le":
		return "_operator." + name + "()"
	}
	if builtin.Tests[name] == nil {
		return name + "()"
	}
	return "jinja2.tests.test_" + name + "()"
}

func (c *compiler) call(n *ast.Call, fr *scopeFrame, caller expr) expr {
	if attr, ok := n.Node.(*ast.Getattr); ok && caller == nil {
		if x := c.loopCall(attr, n, fr); x != nil {
			return x
		}
	}
	args := c.arguments(c.callee(), n.Args, n.Kwargs, n.DynArgs, n.DynKwargs, caller, fr)
	t := c.tmpl
	if m := c.methodCall(n, args, fr); m != nil {
		return m.call
	}
	fn := c.callable(n.Node, fr)
	return func(f *frame) (value.Value, error) {
		v, err := fn(f)
		if err != nil {
			return v, err
		}
		var a value.Args
		top := f.rt.before()
		if args != nil {
			if a, err = args(f); err != nil {
				return value.Value{}, err
			}
		}
		r, err := f.Call(v, a)
		f.rt.after(top)
		if err != nil {
			return r, t.calling(err, n, v)
		}
		return r, nil
	}
}

// calling notes the place of a call that failed inside another template or
// macro.
func (t *Template) calling(err error, n ast.Node, fn value.Value) error {
	if e, ok := err.(*Error); ok && fn.Kind() == value.KindObject {
		switch fn.Any().(type) {
		case *Macro:
			return t.via(e, "macro", n.Line())
		case *blockReference:
			return t.via(e, "block", n.Line())
		}
	}
	return err
}

// A methodCall is a call x.name(...), which makes no bound method.
type methodCall struct {
	tmpl *Template
	n    *ast.Call
	obj  expr
	name string
	args arguments // nil without any
	site value.Site
	own  value.MethodSite
	date *value.Layout // of strftime with a constant format, nil else
}

// methodCall compiles x.name(...), nil where x is a loop or the call is watched by the sandbox.
func (c *compiler) methodCall(n *ast.Call, args arguments, fr *scopeFrame) *methodCall {
	attr, ok := n.Node.(*ast.Getattr)
	if !ok || c.env.Sandboxed || isName(attr.Node, "loop") {
		return nil
	}
	m := &methodCall{tmpl: c.tmpl, n: n, obj: c.expr(attr.Node, fr), name: attr.Attr, args: args}
	if attr.Attr == "strftime" && len(n.Args) == 1 && len(n.Kwargs) == 0 && n.DynArgs == nil && n.DynKwargs == nil && !c.env.Plain {
		if layout, ok := literalText(n.Args[0]); ok {
			m.date = value.NewLayout(layout)
		}
	}
	return m
}

// call returns what the method returns.
func (m *methodCall) call(f *frame) (value.Value, error) {
	v, err := m.obj(f)
	if err != nil {
		return v, err
	}
	call, ok := m.own.Lookup(v, m.name)
	return m.result(f, v, call, ok)
}

// result calls the method that was found for v, or else what v.name reads as.
func (m *methodCall) result(f *frame, v value.Value, call value.Method, ok bool) (r value.Value, err error) {
	var fn value.Value
	if !ok {
		if fn, ok = m.site.Lookup(v, m.name); !ok {
			if fn, err = f.rt.env.getattr(v, m.name); err != nil {
				return value.Value{}, err
			}
		}
	}
	var a value.Args
	top := f.rt.before()
	if m.args != nil {
		if a, err = m.args(f); err != nil {
			return value.Value{}, err
		}
	}
	if call != nil {
		r, err = f.result(call(f, v, a))
	} else if r, err = f.Call(fn, a); err != nil {
		err = m.tmpl.calling(err, m.n, fn)
	}
	f.rt.after(top)
	return r, err
}

// print appends what the method returns, escaped in an autoescaped place.
func (m *methodCall) print(f *frame, esc escaper) error {
	v, err := m.obj(f)
	if err != nil {
		return err
	}
	rt := f.rt
	if m.date != nil {
		start, ok := len(rt.out), false
		if rt.out, ok = m.date.Append(rt.out, v); ok {
			if !m.date.Plain && (esc == escapeHTML || esc == escapeRunTime && f.autoescape) {
				rt.out = output.EscapeFrom(rt.out, start)
			}
			return rt.written()
		}
	}
	call, ok := m.own.Lookup(v, m.name)
	r, err := m.result(f, v, call, ok)
	if err != nil {
		return err
	}
	return f.write(r, esc)
}

// printCall writes what a call returns between two texts. A macro or block
// that is called writes into the output itself.
func (c *compiler) printCall(n *ast.Call, esc escaper, pre, post string, fr *scopeFrame) stmt {
	if s := c.printSuper(n, nil, esc, pre, post, fr); s != nil {
		return s
	}
	if _, ok := n.Node.(*ast.Name); !ok {
		if a, ok := n.Node.(*ast.Getattr); !ok || !plainName(a.Node) || a.Node.(*ast.Name).Name == "loop" {
			return c.printMethod(n, esc, pre, post, fr)
		}
	}
	pos, kws := c.exprs(n.Args, fr), c.keywords(n.Kwargs, fr)
	args := c.argumentsOf(c.callee(), pos, kws, n.Args, n.Kwargs, n.DynArgs, n.DynKwargs, nil, fr)
	static := n.DynArgs == nil && n.DynKwargs == nil && distinct(kws)
	fn := c.moduleMember(n.Node, fr)
	if fn == nil {
		x := c.callable(n.Node, fr)
		fn = func(f *frame) (value.Value, *Macro, error) {
			v, err := x(f)
			if v.Kind() == value.KindObject && err == nil {
				m, _ := v.Any().(*Macro)
				return v, m, nil
			}
			return v, nil, err
		}
	}
	operands := append([]expr(nil), pos...)
	for i := range kws {
		operands = append(operands, kws[i].x)
	}
	var leaf atomic.Pointer[leafCall] // of the macro that was called last
	before, behind := output.NewText(pre), output.NewText(post)
	t := c.tmpl
	sandboxed := c.env.Sandboxed
	general := func(f *frame, v value.Value, macro *Macro) (err error) {
		rt := f.rt
		direct := (esc == escapeNone || f.autoescape) && !sandboxed && (macro == nil || macro.code.unit.ctx == nil)
		if direct && static && macro != nil && macro.code.accepts(len(pos), kws) {
			if call := macro.code.leafCall(len(pos), kws); call != nil {
				leaf.Store(call)
			}
			if err, inside := macro.renderWith(f, pos, kws); err != nil {
				if inside {
					return t.via(t.at(err, n), "macro", n.Line())
				}
				return t.at(err, n)
			}
			rt.out = behind.Append(rt.out)
			if len(rt.out) > rt.mark {
				return t.at(rt.checkOutput(), n)
			}
			return nil
		}
		var a value.Args
		top := rt.before()
		if args != nil {
			if a, err = args(f); err != nil {
				return t.at(err, n)
			}
		}
		done := false
		switch {
		case !direct || v.Kind() != value.KindObject:
		case macro != nil:
			done = true
			if err := macro.render(f, a); err != nil {
				return t.via(t.at(err, n), "macro", n.Line())
			}
		default:
			if x, ok := v.Any().(*blockReference); ok && a.Len() == 0 {
				done = true
				if err := x.render(f); err != nil {
					return t.via(t.at(err, n), "block", n.Line())
				}
			}
		}
		if !done {
			r, err := f.Call(v, a)
			if err == nil {
				err = f.write(r, esc)
			}
			if err != nil {
				return t.at(t.calling(err, n, v), n)
			}
		}
		rt.after(top)
		rt.out = behind.Append(rt.out)
		if len(rt.out) > rt.mark {
			return t.at(rt.checkOutput(), n)
		}
		return nil
	}
	return func(f *frame) error {
		rt := f.rt
		v, macro, err := fn(f)
		if err != nil {
			return t.at(err, n)
		}
		if macro == nil && v.Kind() == value.KindObject && !sandboxed && (esc == escapeNone || f.autoescape) {
			if x, ok := v.Any().(value.CallAppender); ok {
				rt.out = before.Append(rt.out)
				if err := f.appendCall(x, args); err != nil {
					return t.at(err, n)
				}
				return rt.finishOutput(&behind, t, n)
			}
		}
		call := leaf.Load()
		if call == nil || macro == nil || macro.code != call.code || esc != escapeNone && !f.autoescape {
			rt.out = before.Append(rt.out)
			return general(f, v, macro)
		}
		rt.out = before.Append(rt.out)
		if err, inside := macro.renderLeaf(f, call, operands); err != nil {
			if inside {
				return t.via(t.at(err, n), "macro", n.Line())
			}
			return t.at(err, n)
		}
		return rt.finishOutput(&behind, t, n)
	}
}

// appendCall appends what calling x returns.
func (f *frame) appendCall(x value.CallAppender, args arguments) (err error) {
	rt := f.rt
	top := rt.before()
	var a value.Args
	if args != nil {
		if a, err = args(f); err != nil {
			return err
		}
	}
	rt.out, err = x.AppendCall(rt.out, f, a)
	rt.after(top)
	_, err = f.result(value.None, err)
	return err
}

// printMethod writes what a method returns between two texts, nil for other calls.
func (c *compiler) printMethod(n *ast.Call, esc escaper, pre, post string, fr *scopeFrame) stmt {
	if c.env.Plain {
		return nil
	}
	m := c.methodCall(n, c.arguments(c.callee(), n.Args, n.Kwargs, n.DynArgs, n.DynKwargs, nil, fr), fr)
	if m == nil {
		return nil
	}
	before, behind := output.NewText(pre), output.NewText(post)
	t := c.tmpl
	return func(f *frame) error {
		rt := f.rt
		rt.out = before.Append(rt.out)
		if err := m.print(f, esc); err != nil {
			return t.at(err, n)
		}
		return rt.finishOutput(&behind, t, n)
	}
}

// distinct reports whether no keyword is given twice.
func distinct(kws []keyword) bool {
	for i := range kws {
		for j := range i {
			if kws[i].name == kws[j].name {
				return false
			}
		}
	}
	return true
}

// callTarget finds what a call calls, also as a macro if it is one.
type callTarget func(f *frame) (value.Value, *Macro, error)

// memberFound is what a call of m.name() has found in the imported module m.
type memberFound struct {
	module, v value.Value
	macro     *Macro
}

// moduleMember is what a call of m.name() finds in the imported module m: the last
// module and its member are remembered at the place.
func (c *compiler) moduleMember(n ast.Expr, fr *scopeFrame) callTarget {
	r, ok := c.localAttr(n, fr)
	if !ok || r.site.Item {
		return nil
	}
	var last atomic.Pointer[memberFound]
	env := c.env
	return func(f *frame) (value.Value, *Macro, error) {
		v := f.vars[r.slot]
		if have := last.Load(); have != nil && have.module == v {
			return have.v, have.macro, nil
		}
		if v.Kind() == value.KindObject {
			if m, ok := v.Any().(*Module); ok {
				if x, ok := m.get(r.name); ok {
					macro, _ := x.Any().(*Macro)
					if m.tmpl.module.Load() == m {
						last.Store(&memberFound{module: v, v: x, macro: macro})
					}
					return x, macro, nil
				}
			}
		}
		x, ok := r.site.Lookup(v, r.name)
		if !ok {
			obj := v
			if value.Missing(obj) {
				obj = r.undef
			}
			var err error
			if x, err = env.getattr(obj, r.name); err != nil {
				return x, nil, err
			}
		}
		var macro *Macro
		if x.Kind() == value.KindObject {
			macro, _ = x.Any().(*Macro)
		}
		return x, macro, nil
	}
}

func plainName(n ast.Expr) bool {
	_, ok := n.(*ast.Name)
	return ok
}

// filter compiles a filter; input, if not nil, takes the place of its operand.
func (c *compiler) filter(n *ast.Filter, fr *scopeFrame, input expr) expr {
	fn, ok := c.env.Filter(n.Name)
	if !ok {
		if !fr.soft {
			c.fail(n, "No filter named %s.", pyRepr(n.Name))
		}
		fn = func(value.State, value.Value, value.Args) (value.Value, error) {
			return value.Value{}, missingCallable("filter", n.Name)
		}
	}
	if n.Node != nil {
		if inner, isFilter := n.Node.(*ast.Filter); isFilter && input != nil {
			input = c.filter(inner, fr, input)
		} else {
			input = c.expr(n.Node, fr)
		}
	}
	args := c.arguments(pythonFilter(n.Name), n.Args, n.Kwargs, n.DynArgs, n.DynKwargs, nil, fr)
	return func(f *frame) (value.Value, error) {
		v, err := input(f)
		if err != nil {
			return v, err
		}
		top := f.rt.before()
		var a value.Args
		if args != nil {
			if a, err = args(f); err != nil {
				return value.Value{}, err
			}
		}
		r, err := fn(f, v, a)
		f.rt.after(top)
		if f.rt.failed != nil && err == nil {
			err, f.rt.failed = f.rt.failed, nil
		}
		return r, err
	}
}

// missingCallable is the failure of a filter or test that is missing where it may
// not be reached: it fails only when it is called.
func missingCallable(kind, name string) error {
	return runtimeError("No " + kind + " named " + pyRepr(name) + " found.")
}

func (c *compiler) test(n *ast.Test, fr *scopeFrame) expr {
	ok := c.testCond(n, fr)
	return func(f *frame) (value.Value, error) {
		b, err := ok(f)
		return value.Bool(b), err
	}
}

// testCond compiles a test for its truth.
func (c *compiler) testCond(n *ast.Test, fr *scopeFrame) cond {
	if !fr.ec.volatile && !c.env.NoOptimize {
		if v, ok := c.constant(n, fr.ec); ok && safeRepr(v) {
			b := value.Truth(v)
			return func(*frame) (bool, error) { return b, nil }
		}
	}
	fn, ok := c.env.Test(n.Name)
	if !ok {
		if !fr.soft {
			c.fail(n, "No test named %s.", pyRepr(n.Name))
		}
		fn = func(value.State, value.Value, value.Args) (bool, error) {
			return false, missingCallable("test", n.Name)
		}
	}
	input := c.expr(n.Node, fr)
	args := c.arguments(pythonTest(n.Name), n.Args, n.Kwargs, n.DynArgs, n.DynKwargs, nil, fr)
	if args == nil {
		switch n.Name {
		case "defined":
			if c.env.pure("is defined") {
				return func(f *frame) (bool, error) {
					v, err := input(f)
					return !v.IsUndefined(), err
				}
			}
		case "none":
			if c.env.pure("is none") {
				return func(f *frame) (bool, error) {
					v, err := input(f)
					return v.IsNone(), err
				}
			}
		}
	}
	return func(f *frame) (bool, error) {
		v, err := input(f)
		if err != nil {
			return false, err
		}
		top := f.rt.before()
		var a value.Args
		if args != nil {
			if a, err = args(f); err != nil {
				return false, err
			}
		}
		ok, err := fn(f, v, a)
		f.rt.after(top)
		if f.rt.failed != nil && err == nil {
			err, f.rt.failed = f.rt.failed, nil
		}
		return ok, err
	}
}
