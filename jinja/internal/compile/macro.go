package compile

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/dewar-go/dewar/jinja/internal/ast"
	"github.com/dewar-go/dewar/jinja/internal/context"
	"github.com/dewar-go/dewar/jinja/internal/value"
)

// macroCode is a compiled macro or call block.
type macroCode struct {
	unit *unit
	name string // "" for a call block
	// What Python calls it, and whether it is a generator, see spill.go.
	qualified string
	generator bool
	args      []string
	slots     []int
	// slots of the implicit arguments, -1 if the body does not use them
	caller, kwargs, varargs int
	explicitCaller          bool
	explicitIndex           int // of caller among args
	defaults                int // parameters that have one
	leaf                    *leafMacro

	again    func(start context.Set) *macroCode // compiles it for another context, see variant.go
	mu       sync.Mutex
	variants []*macroCode
}

// Macro is a macro as a value.
type Macro struct {
	code       *macroCode
	frame      *frame // where it was defined
	autoescape bool   // for callers without a context
}

func (c *compiler) macroBody(n ast.Stmt, name string, params []*ast.Name, defaults []ast.Expr, nodes []ast.Stmt, outer *scopeFrame, at *context.Set) *macroCode {
	fr := outer.inner()
	fr.inLoop, fr.pythonBlocks = false, 0
	fr.sym.analyze(n)
	fr.fn = outer.innerFunction(name)
	code := &macroCode{unit: fr.fn.unit, name: name, caller: -1, kwargs: -1, varargs: -1, explicitIndex: -1}
	if c.tracking {
		was, loops := *fr.ec, maps.Clone(c.loops)
		code.again = func(start context.Set) *macroCode {
			return c.macroAgain(was, loops, outer, func(outer *scopeFrame) *macroCode {
				return c.macroBody(n, name, params, defaults, nodes, outer, &start)
			})
		}
	}
	skip := map[string]bool{}
	for i, p := range params {
		if slices.Contains(code.args, p.Name) {
			id, _ := fr.sym.findRef(p.Name)
			c.pythonNameError(p, "duplicate argument 'l_"+strconv.Itoa(id.level)+"_"+p.Name+"' in function definition")
		}
		if p.Name == "caller" {
			code.explicitCaller, code.explicitIndex = true, i
		}
		if p.Name == "kwargs" || p.Name == "varargs" {
			skip[p.Name] = true
		}
		id, _ := fr.sym.findRef(p.Name)
		code.args = append(code.args, p.Name)
		code.slots = append(code.slots, fr.fn.declare(id))
	}
	free := undeclared(nodes, "caller", "kwargs", "varargs")
	if free["caller"] {
		if code.explicitCaller {
			if code.explicitIndex-len(params) < -len(defaults) {
				c.fail(n, `When defining macros or call blocks the special "caller" argument must be omitted or be given a default.`)
			}
			code.caller = -2 // it is among the arguments
		} else {
			code.caller = fr.fn.declare(fr.sym.param("caller"))
		}
	}
	if free["kwargs"] && !skip["kwargs"] {
		code.kwargs = fr.fn.declare(fr.sym.param("kwargs"))
	}
	if free["varargs"] && !skip["varargs"] {
		code.varargs = fr.fn.declare(fr.sym.param("varargs"))
	}
	fr.requireOutputCheck = false
	fr.sym.analyze(n)
	fr.buffered = true
	list := []stmt{c.enterScope(fr)}
	c.paramDefs = append(c.paramDefs, fr.sym.paramTargets())
	var defaulted []parameter
	for i, p := range params {
		d := parameter{slot: code.slots[i], node: p}
		id, _ := fr.sym.findRef(p.Name)
		if j := i - len(params) + len(defaults); j >= 0 {
			d.x = c.expr(defaults[j], fr)
		} else {
			d.undef = c.env.undefinedHint("parameter "+pyRepr(p.Name)+" was not provided", p.Name)
		}
		defaulted = append(defaulted, d)
		delete(c.paramDefs[len(c.paramDefs)-1], id)
	}
	if len(defaulted) > 0 {
		list = append(list, c.fill(defaulted))
	}
	c.paramDefs = c.paramDefs[:len(c.paramDefs)-1]
	c.macroContext(n, code, nodes, at, fr.ec)
	fr.function += ".<locals>.macro"
	code.qualified = fr.function
	var body stmt
	code.generator = c.function(func() { body = c.body(nodes, fr) })
	code.unit.code = orNothing(sequence(append(list, body)))
	code.defaults = len(defaults)
	code.leaf = c.leafMacro(code, params, defaults, nodes, body, fr)
	return code
}

// macroContext analyses the body of a macro that starts at a context, nil for
// between tags.
func (c *compiler) macroContext(n ast.Node, code *macroCode, nodes []ast.Stmt, at *context.Set, ec *evalContext) {
	if !c.tracking {
		return
	}
	start := c.document()
	if at != nil {
		start = *at
	}
	code.unit.ctx = c.analyse(nodes, start, ec).plain()
	if code.unit.ctx != nil {
		c.possibly(n, code.unit.ctx, at)
	}
}

// parameter is a parameter of a macro with what it is when it is not given.
type parameter struct {
	slot  int
	x     expr // nil without a default
	undef value.Value
	node  ast.Node
}

// fill gives the parameters without a value their defaults.
func (c *compiler) fill(params []parameter) stmt {
	t := c.tmpl
	return func(f *frame) error {
		for i := range params {
			p := &params[i]
			if !value.Missing(f.vars[p.slot]) {
				continue
			}
			v := p.undef
			if p.x != nil {
				var err error
				if v, err = p.x(f); err != nil {
					return t.at(err, p.node)
				}
			}
			f.vars[p.slot] = v
		}
		return nil
	}
}

func (c *compiler) macro(n *ast.Macro, fr *scopeFrame) stmt {
	code := c.macroBody(n, n.Name, n.Args, n.Defaults, n.Body, fr, nil)
	id, _ := fr.sym.findRef(n.Name)
	i := fr.fn.declare(id)
	toplevel, name := fr.toplevel, n.Name
	public := !strings.HasPrefix(name, "_")
	return func(f *frame) error {
		v := code.bind(f)
		if toplevel {
			if public {
				f.ctx.export(name)
			}
			f.ctx.set(name, v)
		}
		f.vars[i] = v
		return nil
	}
}

// bind makes the macro of one activation.
func (code *macroCode) bind(f *frame) value.Value {
	f.escape()
	if code.generator {
		return value.Of(generatorMacro{&Macro{code, f, f.autoescape}})
	}
	return value.Of(&Macro{code, f, f.autoescape})
}

func (c *compiler) callBlock(n *ast.CallBlock, fr *scopeFrame) stmt {
	code := c.macroBody(n, "", n.Args, n.Defaults, n.Body, fr, nil)
	slot := fr.fn.newSlot()
	caller := func(f *frame) (value.Value, error) { return f.vars[slot], nil }
	call := c.call(n.Call, fr, caller)
	t, piece := c.tmpl, c.pieceOf(n)
	if p := c.notes[n]; p != nil {
		return c.callBlockIn(n, p, slot, code, caller, fr)
	}
	return func(f *frame) error {
		f.vars[slot] = code.bind(f)
		v, err := call(f)
		if err == nil {
			v, err = f.escapePiece(v)
		}
		if err == nil {
			err = f.writePiece(v, t, n, piece)
		}
		return t.at(err, n)
	}
}

// Call calls the macro and returns what it writes.
func (m *Macro) Call(st value.State, a value.Args) (value.Value, error) {
	f, ok := st.(*frame)
	if !ok {
		return value.Value{}, value.NewError("TypeError", "a macro can only be called while a template is rendered")
	}
	if m.code.unit.ctx != nil {
		code, err := m.code.in(nil, nil)
		if err != nil {
			return value.Value{}, err
		}
		m = &Macro{code, m.frame, m.autoescape}
	}
	start := f.rt.begin()
	if err := m.render(f, a); err != nil {
		f.rt.abandon(start)
		return value.Value{}, err
	}
	v, err := f.rt.end(start)
	if err == nil && f.autoescape {
		return markSafe(v)
	}
	return v, err
}

// render runs the macro, called from f, into the output.
func (m *Macro) render(from *frame, a value.Args) error {
	rt := from.rt
	f, err := rt.enter(m.code.unit, m.frame.ctx, m.frame)
	if err != nil {
		return err
	}
	if err = m.code.assign(f, a); err == nil {
		err = m.run(f, from)
	}
	rt.leave(f)
	return err
}

// run runs the macro in its frame.
func (m *Macro) run(f, from *frame) error {
	f.autoescape = m.frame.ctx.autoescape
	if from.ctx.evaluatesAs(m.frame.ctx) {
		f.autoescape = from.autoescape
	}
	rt := from.rt
	rt.capture++
	err := m.code.unit.code(f)
	if err == errBreak || err == errContinue {
		err = nil
	}
	if err == nil {
		err = rt.settle()
	}
	rt.capture--
	return err
}

// accepts reports whether a call with so many positional arguments and these
// keywords gives every argument to a parameter, and nothing else is to be done.
func (code *macroCode) accepts(pos int, kws []keyword) bool {
	if pos > len(code.args) || code.caller != -1 || code.kwargs >= 0 || code.varargs >= 0 {
		return false
	}
	for i := range kws {
		if code.parameter(kws[i].name, pos) < 0 {
			return false
		}
	}
	return true
}

// parameter is the number of a parameter, -1 if there is none of the name
// from first on.
func (code *macroCode) parameter(name string, first int) int {
	for i := first; i < len(code.args); i++ {
		if code.args[i] == name {
			return i
		}
	}
	return -1
}

// renderWith is render for a call that the macro accepts. The arguments are
// evaluated in from, right into the macro's variables; inside tells the errors
// of the macro from theirs.
func (m *Macro) renderWith(from *frame, pos []expr, kws []keyword) (err error, inside bool) {
	rt := from.rt
	code := m.code
	f := rt.take(code.unit, m.frame.ctx, m.frame)
	for i, x := range pos {
		v, err := x(from)
		if err != nil {
			rt.give(f)
			return err, false
		}
		f.vars[code.slots[i]] = v
	}
	for i := range kws {
		v, err := kws[i].x(from)
		if err != nil {
			rt.give(f)
			return err, false
		}
		f.vars[code.slots[code.parameter(kws[i].name, len(pos))]] = v
	}
	if rt.depth >= rt.env.Limits.recursion() {
		rt.give(f)
		return tooDeep(), true
	}
	rt.depth++
	err = m.run(f, from)
	rt.leave(f)
	return err, true
}

// assign gives the arguments of a call to the macro's parameters.
func (code *macroCode) assign(f *frame, a value.Args) error {
	n := len(code.args)
	given := min(len(a.Pos), n)
	for i := range given {
		f.vars[code.slots[i]] = a.Pos[i]
	}
	if len(a.Kw) == 0 && len(a.Pos) <= n && code.caller == -1 && code.kwargs < 0 && code.varargs < 0 {
		return nil
	}
	var used [16]bool
	taken := used[:]
	if len(a.Kw) > len(used) {
		taken = make([]bool, len(a.Kw))
	}
	foundCaller := given == n && code.explicitCaller
	for i := given; i < n; i++ {
		for j := range a.Kw {
			if a.Kw[j].Name == code.args[i] && !taken[j] {
				taken[j] = true
				f.vars[code.slots[i]] = a.Kw[j].Value
				break
			}
		}
		if code.args[i] == "caller" {
			foundCaller = true
		}
	}
	if code.caller != -1 && !foundCaller {
		caller := value.Value{}
		for j := range a.Kw {
			if a.Kw[j].Name == "caller" && !taken[j] {
				taken[j] = true
				caller = a.Kw[j].Value
				break
			}
		}
		if value.Missing(caller) || caller.IsNone() {
			caller = f.rt.env.undefinedHint("No caller defined", "caller")
		}
		if code.caller >= 0 {
			f.vars[code.caller] = caller
		}
	}
	rest := 0
	for j := range a.Kw {
		if !taken[j] {
			rest++
		}
	}
	if code.kwargs >= 0 {
		d := value.NewDictSize(rest)
		for j := range a.Kw {
			if !taken[j] {
				d.SetString(a.Kw[j].Name, a.Kw[j].Value)
			}
		}
		f.vars[code.kwargs] = d.Value()
	} else if rest > 0 {
		first := ""
		for j := range a.Kw {
			if taken[j] {
				continue
			}
			if a.Kw[j].Name == "caller" {
				return value.NewError("TypeError", "macro "+code.repr()+" was invoked with two values for the special caller argument. This is most likely a bug.")
			}
			if first == "" {
				first = a.Kw[j].Name
			}
		}
		return value.NewError("TypeError", "macro "+code.repr()+" takes no keyword argument "+pyRepr(first))
	}
	if code.varargs >= 0 {
		var more []value.Value
		if len(a.Pos) > n {
			more = append(more, a.Pos[n:]...)
		}
		f.vars[code.varargs] = value.NewTuple(more)
	} else if len(a.Pos) > n {
		return value.Errorf("TypeError", "macro %s takes not more than %d argument(s)", code.repr(), n)
	}
	return nil
}

func (code *macroCode) repr() string {
	if code.name == "" {
		return "None"
	}
	return pyRepr(code.name)
}

// Attr returns Jinja's attributes of a macro.
func (m *Macro) Attr(name string) (value.Value, bool) {
	code := m.code
	switch name {
	case "name":
		if code.name == "" {
			return value.None, true
		}
		return value.String(code.name), true
	case "arguments":
		items := make([]value.Value, len(code.args))
		for i, a := range code.args {
			items[i] = value.String(a)
		}
		return value.NewTuple(items), true
	case "catch_kwargs":
		return value.Bool(code.kwargs >= 0), true
	case "catch_varargs":
		return value.Bool(code.varargs >= 0), true
	case "caller":
		return value.Bool(code.caller != -1), true
	case "explicit_caller":
		return value.Bool(code.explicitCaller), true
	}
	return value.Value{}, false
}

// TypeName is Python's name of the type.
func (*Macro) TypeName() string { return "Macro" }

// QualifiedTypeName is the name in messages about missing attributes.
func (*Macro) QualifiedTypeName() string { return "jinja2.runtime.Macro" }

// Repr is Python's repr.
func (m *Macro) Repr() string {
	if m.code.name == "" {
		return "<Macro anonymous>"
	}
	return "<Macro " + pyRepr(m.code.name) + ">"
}

// String is Python's str.
func (m *Macro) String() string { return m.Repr() }

// Name returns the name of the macro.
func (m *Macro) Name() string { return m.code.name }
