package compile

import (
	"fmt"
	"slices"
	"sync"

	"github.com/dewar-go/dewar/jinja/internal/ast"
	"github.com/dewar-go/dewar/jinja/internal/context"
	"github.com/dewar-go/dewar/jinja/internal/value"
)

// evalContext is what the compiler knows of the evaluation context.
type evalContext struct {
	autoescape bool
	volatile   bool // autoescape is known at run time only
}

// A function is a unit under construction.
type function struct {
	parent *function
	unit   *unit
	slots  map[ident]int
	// inline marks the filter of a loop, whose names are its own but live in
	// the frame of the function around it.
	inline bool
}

// owner is the function whose frame holds the slots.
func (fn *function) owner() *function {
	for fn.inline {
		fn = fn.parent
	}
	return fn
}

// depth is how many frames are around the function's.
func (fn *function) depth() int {
	n := 0
	for fn = fn.owner(); fn.parent != nil; fn = fn.parent.owner() {
		n++
	}
	return n
}

func (fn *function) newSlot() int {
	u := fn.owner().unit
	u.slots++
	return u.slots - 1
}

func (fn *function) declare(id ident) int {
	if i, ok := fn.slots[id]; ok {
		return i
	}
	i := fn.newSlot()
	fn.slots[id] = i
	return i
}

// slot says where a variable lives: hops frames up, index i.
type slot struct{ hops, i int }

func (fn *function) find(id ident) slot {
	hops := 0
	for f := fn; f != nil; f = f.parent {
		if i, ok := f.slots[id]; ok {
			return slot{hops, i}
		}
		if !f.inline {
			hops++
		}
	}
	// An identifier that no scope has entered: it stays missing.
	return slot{0, fn.declare(id)}
}

// scopeFrame is a lexical scope under construction, Jinja's Frame.
type scopeFrame struct {
	fn                 *function
	sym                *symbols
	ec                 *evalContext
	requireOutputCheck bool
	buffered           bool
	block              string
	toplevel           bool
	rootlevel          bool
	loopFrame          bool
	blockFrame         bool
	soft               bool
	inLoop             bool   // of the same function
	pythonBlocks       int    // the for statements around it in Jinja2's code, of the same function
	function           string // what Python calls that function
}

func (fr *scopeFrame) inner() *scopeFrame {
	return &scopeFrame{
		fn: fr.fn, sym: newSymbols(fr.sym, fr.sym.level+1), ec: fr.ec,
		requireOutputCheck: fr.requireOutputCheck, buffered: fr.buffered, block: fr.block, inLoop: fr.inLoop, pythonBlocks: fr.pythonBlocks, function: fr.function,
	}
}

// softened is the scope of a branch: the same names, but no longer the root.
func (fr *scopeFrame) softened() *scopeFrame {
	s := *fr
	s.rootlevel = false
	s.soft = true
	return &s
}

// innerFunction starts a unit nested in fr's.
func (fr *scopeFrame) innerFunction(name string) *function {
	return &function{parent: fr.fn, unit: &unit{tmpl: fr.fn.owner().unit.tmpl, name: name}, slots: map[ident]int{}}
}

type compiler struct {
	env  *Env
	tmpl *Template
	tree *ast.Template

	extends      int  // extends statements so far
	knownExtends bool // one of them is at the root: nothing is output from there on
	assigns      []map[string]bool
	assignOrder  [][]string
	paramDefs    []map[ident]bool // parameters of macros that have no value yet
	consts       map[constKey]constResult
	texts        map[string]string
	loops        map[loopKey]*loopCode  // by the slot of their loop object
	supers       map[loopKey]*superCode // by the slot of super
	pieces       map[ast.Stmt]int       // before filter and call blocks

	// Of the analysis of contexts.
	tracking    bool // it is done for this template
	notes       map[ast.Node]*note
	blockAt     map[*ast.Block]*unitContext // where the template's own blocks are shown
	rootExtends []*ast.Extends              // of the root
	macros      map[string]*ast.Macro
	neutral     string     // a text that leads from between tags to between tags
	alone       bool       // no other template is loaded for where it ends
	mu          sync.Mutex // held while a variant of a unit is compiled

	called map[string]bool // the names that the template calls, nil before it was asked

	state *frame // what filters see that run at compile time

	spills              bool   // the function being compiled yields what it includes, see spill.go
	python, pythonNames *Error // of what Jinja2 makes of the template, see pythonError
}

// compileError stops the compilation; it is recovered in Compile.
type compileError struct{ err error }

func (c *compiler) fail(pos ast.Node, format string, a ...any) {
	panic(compileError{&Error{
		Class: "TemplateAssertionError", Message: fmt.Sprintf(format, a...), Name: c.tmpl.name,
		Line: pos.Line(), Column: pos.Column(), Source: c.tmpl.source,
	}})
}

// unknownName fails as Jinja2 does for a name that it forgot to look for when
// it entered the scope.
func (c *compiler) unknownName(pos ast.Node, name string) {
	panic(compileError{&Error{
		Class: "AssertionError", Message: "Tried to resolve a name to a reference that was unknown to the frame (" + pyRepr(name) + ")",
		Name: c.tmpl.name, Line: pos.Line(), Column: pos.Column(), Source: c.tmpl.source,
	}})
}

// compilerExit ends the compilation of a body: what follows never runs.
type compilerExit struct{}

// Compile compiles a template. A string template's name is "".
func (e *Env) Compile(tree *ast.Template, name, source string) (t *Template, err error) {
	return e.CompileFor(nil, tree, name, source)
}

// CompileFor is Compile for a template that another one asks for while it is
// compiled itself.
func (e *Env) CompileFor(parent *Template, tree *ast.Template, name, source string) (t *Template, err error) {
	t = &Template{env: e, name: name, source: source, opener: parent}
	c := &compiler{env: e, tmpl: t, consts: map[constKey]constResult{}, texts: map[string]string{}, loops: map[loopKey]*loopCode{}, supers: map[loopKey]*superCode{}}
	defer func() {
		switch r := recover().(type) {
		case nil:
		case compileError:
			t, err = nil, r.err
		default:
			panic(r)
		}
	}()
	c.template(tree)
	t.opener = nil
	if c.pythonNames != nil {
		return nil, c.pythonNames
	}
	if c.python != nil {
		return nil, c.python
	}
	if x := t.root.ctx; x != nil && x.err != nil && name == "" {
		return nil, x.err
	}
	return t, nil
}

func (c *compiler) template(tree *ast.Template) {
	c.tree = tree
	c.tmpl.autoescape = c.env.autoescape(c.tmpl.name)
	c.tmpl.compat = c.env.Compat != nil && c.env.Compat(c.tmpl.name)
	ec := &evalContext{autoescape: c.tmpl.autoescape}
	hasExtends := contains(tree.Body, func(*ast.Extends) bool { return true })

	var blocks []*ast.Block
	byName := map[string]bool{}
	ast.WalkBody(tree.Body, func(n ast.Node) bool {
		if b, ok := n.(*ast.Block); ok {
			if byName[b.Name] {
				c.fail(b, "block %s defined twice", pyRepr(b.Name))
			}
			byName[b.Name] = true
			blocks = append(blocks, b)
		}
		return true
	})

	start := c.track(tree)
	c.tmpl.root = c.rootUnit(ec, hasExtends, start)
	c.tmpl.table = &blockTable{blocks: map[string][]*unit{}}
	for _, b := range blocks {
		c.tmpl.order = append(c.tmpl.order, b.Name)
		c.tmpl.table.blocks[b.Name] = []*unit{c.blockUnit(b, ec, nil)}
	}
	if c.tracking {
		c.remember(tree, blocks)
	}
}

// rootUnit compiles the top level of the template.
func (c *compiler) rootUnit(ec *evalContext, hasExtends bool, at *context.Set) *unit {
	tree := c.tree
	root := &unit{tmpl: c.tmpl}
	if c.tracking {
		root.ctx = c.analyse(tree.Body, *at, ec).plain()
		root.again = func(start context.Set) *unit {
			return c.again(func() *unit {
				c.extends, c.knownExtends = 0, false
				return c.rootUnit(&evalContext{autoescape: c.tmpl.autoescape}, hasExtends, &start)
			})
		}
	}
	fr := &scopeFrame{fn: &function{unit: root, slots: map[ident]int{}}, sym: newSymbols(nil, 0), ec: ec}
	var start []stmt
	if undeclared(tree.Body, "self")["self"] {
		start = append(start, c.bindSelf(fr))
	}
	fr.sym.analyze(tree)
	fr.toplevel, fr.rootlevel, fr.function = true, true, "root"
	fr.requireOutputCheck = hasExtends
	start = append(start, c.enterScope(fr))
	start = append(start, c.body(tree.Body, fr))
	root.code = orNothing(sequence(start))
	return root
}

// blockUnit compiles a block as a unit of its own, which sees no names of the
// place where it stands. at is the context that it starts in, nil for the one
// in which this template shows it.
func (c *compiler) blockUnit(b *ast.Block, ec *evalContext, at *context.Set) *unit {
	u := &unit{tmpl: c.tmpl, name: b.Name}
	if c.tracking {
		u.ctx = c.blockContext(b, ec, at).plain()
		was := *ec
		u.again = func(start context.Set) *unit {
			return c.again(func() *unit {
				ec := was
				return c.blockUnit(b, &ec, &start)
			})
		}
	}
	fr := &scopeFrame{fn: &function{unit: u, slots: map[ident]int{}}, sym: newSymbols(nil, 0), ec: ec}
	fr.blockFrame = true
	free := undeclared(b.Body, "self", "super")
	var start []stmt
	if free["self"] {
		start = append(start, c.bindSelf(fr))
	}
	if free["super"] {
		start = append(start, c.bindSuper(b.Name, u, fr))
	}
	fr.sym.analyze(b)
	fr.block, fr.function = b.Name, "block_"+b.Name
	start = append(start, c.enterScope(fr), c.body(b.Body, fr))
	u.code = orNothing(sequence(start))
	return u
}

func (c *compiler) bindSelf(fr *scopeFrame) stmt {
	i := fr.fn.declare(fr.sym.param("self"))
	return func(f *frame) error {
		f.rt.pins++
		f.vars[i] = value.Of(&selfReference{f.ctx, f.autoescape})
		return nil
	}
}

// enterScope gives the names of a scope their first values. It returns nil
// if there is nothing to do.
func (c *compiler) enterScope(fr *scopeFrame) stmt {
	var ops []stmt
	var names []resolved
	for l := fr.sym; l != nil; l = l.base {
		for _, id := range l.order {
			ld := l.loads[id]
			switch ld.kind {
			case loadParam:
				fr.fn.declare(id)
			case loadResolve:
				names = append(names, c.resolved(fr.fn.declare(id), ld.name))
			case loadAlias:
				from := fr.fn.find(ld.alias)
				i := fr.fn.declare(id)
				ops = append(ops, func(f *frame) error {
					f.vars[i] = f.load(from)
					return nil
				})
			case loadUndefined:
				i := fr.fn.declare(id)
				ops = append(ops, func(f *frame) error {
					f.vars[i] = value.Value{}
					return nil
				})
			}
		}
	}
	return sequence(append(ops, resolveAll(names)))
}

// resolved is a name that a scope looks up in the context, and its slot.
type resolved struct {
	slot   int
	name   string
	called bool // somewhere in the template: it stays a function
}

func (c *compiler) resolved(slot int, name string) resolved {
	if c.called == nil {
		c.called = map[string]bool{}
		ast.WalkBody(c.tree.Body, func(n ast.Node) bool {
			if call, ok := n.(*ast.Call); ok {
				if f, ok := call.Node.(*ast.Name); ok {
					c.called[f.Name] = true
				}
			}
			return true
		})
	}
	return resolved{slot, name, c.called[name]}
}

func resolveAll(names []resolved) stmt {
	if len(names) == 0 {
		return nil
	}
	return func(f *frame) error {
		vars := f.ctx.plainVars(f.rt)
		for i := range names {
			n := &names[i]
			if x, ok := vars[n.name]; ok {
				if s, ok := x.(string); ok {
					f.vars[n.slot] = value.String(s)
				} else {
					f.vars[n.slot] = value.Of(x)
				}
			} else {
				v, _ := f.ctx.lookup(f.rt, n.name)
				if v.Kind() == value.KindFunc && !n.called {
					var err error
					if v, err = f.property(v, nil); err != nil {
						return err
					}
				}
				f.vars[n.slot] = v
			}
		}
		return nil
	}
}

// leaveScope makes the names of a scope missing again.
func (c *compiler) leaveScope(fr *scopeFrame) stmt {
	var slots []int
	for l := fr.sym; l != nil; l = l.base {
		for _, id := range l.order {
			slots = append(slots, fr.fn.declare(id))
		}
	}
	if len(slots) == 0 {
		return nil
	}
	return func(f *frame) error {
		for _, i := range slots {
			f.vars[i] = value.Value{}
		}
		return nil
	}
}

func (f *frame) load(s slot) value.Value {
	for range s.hops {
		f = f.up
	}
	return f.vars[s.i]
}

// sequence joins statements; nil ones are left out. It returns nil for none.
func sequence(list []stmt) stmt {
	list = slices.DeleteFunc(slices.Clone(list), func(s stmt) bool { return s == nil })
	switch len(list) {
	case 0:
		return nil
	case 1:
		return list[0]
	}
	return func(f *frame) error {
		for _, s := range list {
			if err := s(f); err != nil {
				return err
			}
		}
		return nil
	}
}

func nothing(*frame) error { return nil }

func orNothing(s stmt) stmt {
	if s == nil {
		return nothing
	}
	return s
}

// body compiles statements.
func (c *compiler) body(nodes []ast.Stmt, fr *scopeFrame) (code stmt) {
	var list []stmt
	defer func() {
		if r := recover(); r != nil {
			if _, ok := r.(compilerExit); !ok {
				panic(r)
			}
			code = sequence(list)
		}
	}()
	c.statements(nodes, fr, &list)
	return sequence(list)
}

func (c *compiler) statements(nodes []ast.Stmt, fr *scopeFrame, list *[]stmt) {
	for _, n := range nodes {
		if s := c.statement(n, fr, list); s != nil {
			*list = append(*list, s)
		}
	}
}

// statement compiles one statement. A statement that must take effect even
// though the body ends with it appends itself to list.
func (c *compiler) statement(n ast.Stmt, fr *scopeFrame, list *[]stmt) stmt {
	switch n := n.(type) {
	case *ast.Output:
		return c.output(n, fr)
	case *ast.If:
		return c.ifStmt(n, fr)
	case *ast.For:
		return c.forStmt(n, fr)
	case *ast.Assign:
		return c.assign(n, fr)
	case *ast.AssignBlock:
		return c.assignBlock(n, fr)
	case *ast.With:
		return c.with(n, fr)
	case *ast.Scope:
		in := fr.inner()
		in.sym.analyze(n)
		return sequence([]stmt{c.enterScope(in), c.body(n.Body, in), c.leaveScope(in)})
	case *ast.ExprStmt:
		return c.exprStmt(n, fr)
	case *ast.Block:
		return c.block(n, fr)
	case *ast.Extends:
		return c.extendsStmt(n, fr, list)
	case *ast.Include:
		return c.include(n, fr)
	case *ast.Import:
		return c.importStmt(n, fr)
	case *ast.FromImport:
		return c.fromImport(n, fr)
	case *ast.Macro:
		return c.macro(n, fr)
	case *ast.CallBlock:
		return c.callBlock(n, fr)
	case *ast.FilterBlock:
		return c.filterBlock(n, fr)
	case *ast.EvalContextModifier:
		return c.modifyEvalContext(n.Options, fr)
	case *ast.ScopedEvalContextModifier:
		return c.scopedEvalContext(n, fr)
	case *ast.Break:
		c.inLoop(n, fr, "'break' outside loop")
		return func(*frame) error { return errBreak }
	case *ast.Continue:
		c.inLoop(n, fr, "'continue' not properly in loop")
		return func(*frame) error { return errContinue }
	}
	c.fail(n, "cannot compile %T", n)
	return nil
}

// inLoop checks that break and continue have a loop, as Python's compiler does.
func (c *compiler) inLoop(n ast.Node, fr *scopeFrame, message string) {
	if !fr.inLoop {
		c.pythonError(n, message)
	}
}

// pythonError notes that Python fails when it compiles what Jinja2 made of the
// template: after Jinja2 has found no error of its own. Python's message ends
// with a line of that code. The first error counts.
func (c *compiler) pythonError(n ast.Node, message string) {
	if c.python == nil {
		c.python = &Error{
			Class: "SyntaxError", Message: message, Name: c.tmpl.name, Line: n.Line(), Column: n.Column(), Source: c.tmpl.source,
		}
	}
}

// pythonNameError is pythonError for what Python finds when it looks at the
// names, before it compiles.
func (c *compiler) pythonNameError(n ast.Node, message string) {
	if c.pythonNames == nil {
		was := c.python
		c.python = nil
		c.pythonError(n, message)
		c.pythonNames, c.python = c.python, was
	}
}

// maxPythonBlocks is how many for statements deep Python compiles a function.
const maxPythonBlocks = 20

// pythonBlock counts a for statement of what Jinja2 makes of n.
func (c *compiler) pythonBlock(n ast.Node, fr *scopeFrame) {
	if fr.pythonBlocks++; fr.pythonBlocks > maxPythonBlocks {
		c.pythonError(n, "too many statically nested blocks")
	}
}
