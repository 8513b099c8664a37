package compile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dewar-go/dewar/jinja/internal/ast"
	"github.com/dewar-go/dewar/jinja/internal/context"
)

// A note is what the analysis of contexts found for a node. Outputs between
// tags, which are nearly all, have none.
type note struct {
	esc  context.Escaper
	expr ast.Expr     // what is printed in place of the node, nil for itself
	site *context.Set // where a block, include or call stands
	want *context.Set // where it has to end
	tag  *context.Set // where names of attributes stand
	// fixed are the attributes of xmlattr that are constants and decide what the
	// element is.
	fixed []string
	// events are what happens inside a text.
	events []context.Event
	plain  bool // a set block that does not end between tags: its text is not safe
}

// analysis takes the contexts of a unit through its statements. It writes what
// it finds into notes and stops at the first output that cannot be escaped.
type analysis struct {
	c    *compiler
	set  context.Set
	from []origin // where the members of set come from, for errors
	off  bool     // {% autoescape false %}
	// loops are the running loops, the innermost last.
	loops []*loopExits
	forms []*openForm
	types []*note // the outputs that are types of scripts which may be open
	ifs   int     // how many branches the place is in
	wraps bool    // in the block of a filter that breaks words
	err   *Error

	in    *inspection // nil when the template is compiled
	scope bodyScope
}

// loopExits are the contexts in which a loop's body is left early.
type loopExits struct {
	breaks, continues context.Set
	start             context.Set
	recursive         bool
}

// origin says where a branch begins that leads to a context.
type origin struct {
	ctx  context.Context
	what string
	line int
}

// openForm is a form in which no token has been found yet.
type openForm struct {
	n  *note
	at int
}

// contextual reports whether outputs go by their context.
func (c *compiler) contextual() bool { return c.env.Contextual && !c.env.Native && !c.tmpl.compat }

// document is the context in which the template starts.
func (c *compiler) document() context.Set {
	name := strings.ToLower(c.tmpl.name)
	xml := strings.HasSuffix(name, ".xml") || strings.HasSuffix(name, ".xhtml") || strings.HasSuffix(name, ".svg")
	return context.Of(context.Start(xml))
}

// analyse takes a body that starts in a context through the analysis. Its
// notes go to those of the unit that is compiled.
func (c *compiler) analyse(body []ast.Stmt, start context.Set, ec *evalContext) *unitContext {
	a := &analysis{c: c, set: start, off: !ec.autoescape && !ec.volatile}
	a.body(body)
	if a.err == nil && (a.set.IsText() || a.set.Len() == 0) && start.IsText() {
		return betweenTags
	}
	u := &unitContext{start: start, end: a.set, err: a.err}
	if u.end.Len() > 0 {
		u.exact = u.end
		u.end.Loosen()
	}
	return u
}

// unitContext is where a unit starts and ends.
type unitContext struct {
	start, end context.Set
	exact      context.Set // end, before it was loosened
	err        *Error      // an output in it cannot be escaped
}

// betweenTags is the context of the units that start and end there.
var betweenTags = func() *unitContext {
	text := context.Of(context.Start(false))
	return &unitContext{start: text, end: text, exact: text}
}()

// plain returns u, or nil when the unit starts and ends between tags and has no
// fault.
func (u *unitContext) plain() *unitContext {
	if u == betweenTags || u.err == nil && u.start.IsText() && (u.end.IsText() || u.end.Len() == 0) {
		return nil
	}
	return u
}

func (a *analysis) fail(n ast.Node, format string, args ...any) {
	if a.err != nil {
		return
	}
	e := &Error{
		Class: "EscapeError", Message: fmt.Sprintf(format, args...), Name: a.c.tmpl.name,
		Line: n.Line(), Column: n.Column(), Source: a.c.tmpl.source,
	}
	if a.in != nil {
		e.Message += a.in.from()
		a.in.report(e)
		return
	}
	a.err = e
}

func (a *analysis) body(body []ast.Stmt) {
	for _, n := range body {
		a.stmt(n)
		if a.err != nil {
			return
		}
	}
}

func (a *analysis) stmt(n ast.Stmt) {
	if a.in != nil {
		a.inspectStmt(n)
	}
	switch n := n.(type) {
	case *ast.Output:
		a.output(n)
	case *ast.If:
		a.ifStmt(n)
	case *ast.For:
		a.forStmt(n)
	case *ast.AssignBlock:
		a.assignBlock(n)
	case *ast.With:
		a.body(n.Body)
	case *ast.Scope:
		a.body(n.Body)
	case *ast.EvalContextModifier:
		a.modify(n.Options)
	case *ast.ScopedEvalContextModifier:
		off := a.off
		a.modify(n.Options)
		a.body(n.Body)
		a.off = off
	case *ast.Block:
		a.block(n)
	case *ast.Extends:
		if slices.Contains(a.c.rootExtends, n) {
			a.set = context.Set{} // what follows is not output
		}
	case *ast.Include:
		a.include(n)
	case *ast.CallBlock:
		a.callBlock(n)
	case *ast.FilterBlock:
		a.filterBlock(n)
	case *ast.Break:
		a.leave(func(l *loopExits) *context.Set { return &l.breaks })
	case *ast.Continue:
		a.leave(func(l *loopExits) *context.Set { return &l.continues })
	}
}

// modify follows a constant autoescape option. One that is not constant leaves
// the analysis on: the render decides.
func (a *analysis) modify(options []*ast.Keyword) {
	for _, o := range options {
		if o.Key != "autoescape" {
			continue
		}
		a.off = false
		if v, ok := o.Value.(*ast.Const); ok {
			on, _ := v.Value.(bool)
			a.off = !on
		}
	}
}

func (a *analysis) leave(exits func(*loopExits) *context.Set) {
	if len(a.loops) > 0 {
		exits(a.loops[len(a.loops)-1]).Join(&a.set)
	}
	a.set = context.Set{}
}

func (a *analysis) ifStmt(n *ast.If) {
	start := a.set
	a.ifs++
	defer func() { a.ifs-- }()
	a.body(n.Body)
	if n.Elif == nil && n.Else == nil && a.set == start {
		return
	}
	var out context.Set
	a.branch(&out, "if", n.Line())
	for _, e := range n.Elif {
		a.set = start
		a.body(e.Body)
		a.branch(&out, "elif", e.Line())
	}
	a.set = start
	line := n.Line()
	if len(n.Else) > 0 {
		line = n.Else[0].Line()
	}
	a.body(n.Else)
	a.branch(&out, "else", line)
	a.set = out
}

// branch joins where a branch has ended into out and notes where its members
// come from.
func (a *analysis) branch(out *context.Set, what string, line int) {
	if a.set.IsText() && (out.Len() == 0 || out.IsText()) {
		*out = a.set // nearly all branches lead from between tags to between tags
		return
	}
	for i := range a.set.Len() {
		if c := *a.set.At(i); !out.Has(c) && !c.IsText() {
			a.from = append(a.from, origin{c, what, line})
		}
	}
	out.Join(&a.set)
}

// came says where a context comes from.
func (a *analysis) came(c *context.Context) string {
	for i := len(a.from) - 1; i >= 0; i-- {
		if a.from[i].ctx.Similar(c) {
			return fmt.Sprintf(" through the branch at line %d (%s)", a.from[i].line, a.from[i].what)
		}
	}
	return ""
}

func (a *analysis) forStmt(n *ast.For) {
	start := a.set
	cur := start
	var exits *loopExits
	var end context.Set
	for range 2 * context.MaxContexts {
		exits = &loopExits{start: cur, recursive: n.Recursive}
		a.loops = append(a.loops, exits)
		a.set = cur
		a.body(n.Body)
		a.loops = a.loops[:len(a.loops)-1]
		if a.err != nil {
			return
		}
		end = a.set
		end.Join(&exits.continues)
		next := cur
		a.set = end
		a.branch(&next, "for", n.Line())
		if next == cur {
			break
		}
		cur = next
	}
	out := cur
	if len(n.Else) > 0 {
		out = end
		a.set = start
		a.set.Join(&exits.continues)
		a.set.Join(&exits.breaks)
		a.body(n.Else)
		out.Join(&a.set)
	}
	out.Join(&exits.breaks)
	a.set = out
}

// assignBlock analyses a captured text: it starts between tags, whatever is
// around it.
func (a *analysis) assignBlock(n *ast.AssignBlock) {
	outer, loops := a.set, a.loops
	a.set = a.c.document()
	a.body(n.Body)
	if a.set.Len() > 0 && !a.set.AllText() {
		a.c.notes[n] = &note{plain: true}
	} else {
		delete(a.c.notes, n)
	}
	a.set, a.loops = outer, loops
}

// block analyses a block where it is shown.
func (a *analysis) block(n *ast.Block) {
	if a.set.Len() == 0 {
		return
	}
	start := a.set
	if a.in != nil {
		a.own(n)
		want := a.set
		want.Loosen()
		a.inspectBlock(n, start, want)
		if !a.set.IsText() {
			a.set = want
		}
		return
	}
	a.body(n.Body)
	if a.err == nil && start.IsText() && a.set.IsText() {
		a.c.blockAt[n] = betweenTags
		delete(a.c.notes, n)
		return
	}
	u := &unitContext{start: start, exact: a.set, err: a.err}
	a.set.Loosen()
	u.end = a.set
	a.c.blockAt[n] = u
	a.place(n, &u.start, &u.end)
}

// own takes the set through the template's own definition of a block, for where that
// ends: something else may be shown.
func (a *analysis) own(n *ast.Block) {
	quiet := a.in.quiet
	a.in.quiet = true
	done, shown := a.in.done, a.in.shown
	a.in.done, a.in.shown = map[bodyKey]context.Set{}, map[ast.Node]bool{}
	a.body(n.Body)
	a.in.done, a.in.shown, a.in.quiet = done, shown, quiet
}

// place notes where a block, include or call stands and has to end, unless both
// are between tags.
func (a *analysis) place(n ast.Node, start, want *context.Set) *note {
	if start.IsText() && want.IsText() {
		delete(a.c.notes, n)
		return nil
	}
	s, w := *start, *want
	p := &note{site: &s, want: &w}
	a.c.notes[n] = p
	return p
}

// callBlock analyses a call block, which ends where it starts.
func (a *analysis) callBlock(n *ast.CallBlock) {
	if a.set.Len() == 0 {
		return
	}
	start := a.set
	end := start
	end.Loosen()
	if a.in != nil {
		a.inspectCall(n.Call, start, end, &callerBody{a.c.tmpl, n, a.scope})
	}
	if start.IsText() {
		delete(a.c.notes, n)
		return
	}
	e, ok := a.escaper(n, "")
	if !ok {
		return
	}
	a.set.Printed(e | context.Raw)
	a.place(n, &start, &end).esc = e
}

func (a *analysis) include(n *ast.Include) {
	if a.set.Len() == 0 {
		return
	}
	start := a.set
	end := start
	end.Loosen()
	if a.in != nil {
		if e, ok := a.inspectInclude(n, start); ok {
			end = e
		}
	} else if inc := a.c.peek(n); inc != nil {
		if u := inc.root.contextAt(&start); u != nil && u.end.Len() > 0 {
			end = u.end
		}
		if inc.token {
			a.closeForms()
		}
	}
	a.place(n, &start, &end)
	a.set = end
	if n.IgnoreMissing {
		a.set.Join(&start)
	}
}

// peek loads the template of an include that is named by a constant, for where
// it ends. A template that cannot be loaded is reported when it is included.
func (c *compiler) peek(n *ast.Include) *Template {
	k, ok := n.Template.(*ast.Const)
	if !ok || c.env.Load == nil || c.alone {
		return nil
	}
	name, ok := k.Value.(string)
	if !ok {
		return nil
	}
	inc, err := c.env.Load(name, c.tmpl)
	if err != nil || inc.env != c.env {
		return nil
	}
	return inc
}

// filterBlock analyses a body whose text a filter changes.
func (a *analysis) filterBlock(n *ast.FilterBlock) {
	if a.set.Len() == 0 {
		return
	}
	start := a.set
	if !start.IsText() {
		e, ok := a.escaper(n, "")
		if !ok {
			return
		}
		switch e.Kind() {
		case context.EscText, context.EscRCData, context.EscAttr, context.EscData:
		default:
			for f := n.Filter; f != nil; {
				if !a.c.keepsEscapes(f) {
					a.fail(n, "the filter %s may undo the escaping of what is in its block, which stands in %s; only trim and indent may stand there, with a number in their brackets or nothing",
						f.Name, a.set.At(0))
					return
				}
				f, _ = f.Node.(*ast.Filter)
			}
		}
		a.body(n.Body)
		a.set.Loosen()
		want := start
		want.Loosen()
		if !a.set.Within(&want) {
			a.fail(n, "the body of the filter block ends in %s; it has to end where it starts, in %s", a.set.At(0), start.At(0))
			return
		}
		a.set = want
		a.place(n, &start, &want).esc = e
		return
	}
	wraps := a.wraps
	for f := n.Filter; f != nil; f, _ = f.Node.(*ast.Filter) {
		a.wraps = a.wraps || f.Name == "wordwrap"
	}
	a.body(n.Body)
	a.wraps = wraps
	if a.set.Len() > 0 && !a.set.EndsPage() {
		a.fail(n, "the body of the filter block ends in %s", a.set.At(0))
	}
	a.set = start
}

// keepsEscapes reports whether a filter leaves escaped text escaped everywhere: what it
// takes away and puts in is white space.
func (c *compiler) keepsEscapes(f *ast.Filter) bool {
	return (f.Name == "indent" || f.Name == "trim") && c.env.pure(f.Name) && ownArguments(f, func(k *ast.Const) bool {
		_, text := k.Value.(string)
		return !text
	})
}

// ownArguments reports whether the arguments of a filter are constants that are allowed.
func ownArguments(f *ast.Filter, allowed func(k *ast.Const) bool) bool {
	for _, arg := range f.Args {
		if k, ok := arg.(*ast.Const); !ok || !allowed(k) {
			return false
		}
	}
	for _, arg := range f.Kwargs {
		if k, ok := arg.Value.(*ast.Const); !ok || !allowed(k) {
			return false
		}
	}
	return f.DynArgs == nil && f.DynKwargs == nil
}

// holdTypes lets the render hold the type of the script that an output stands in to those
// of data. ok is false when the output for the type is not in the same piece of template.
func (a *analysis) holdTypes(n ast.Node) (ok bool) {
	if !a.set.Typed() {
		return true
	}
	for _, p := range a.types {
		p.esc |= context.Data
	}
	if len(a.types) == 0 {
		a.fail(n, "an output cannot stand here, in %s: the type of the script is an output outside of the block, macro or include: write both in one piece", a.set.At(0))
	}
	return len(a.types) > 0
}

// escaper decides what an output needs; next is the text behind it, if that is known.
// All contexts that it may be in must agree.
func (a *analysis) escaper(n ast.Node, next string) (context.Escaper, bool) {
	first := a.set.At(0)
	if !a.holdTypes(n) {
		return 0, false
	}
	e, refused := first.Escaper(next)
	if refused != "" {
		a.fail(n, "an output cannot stand here, in %s%s: %s", first, a.came(first), refused)
		return 0, false
	}
	for i := 1; i < a.set.Len(); i++ {
		c := a.set.At(i)
		other, refused := c.Escaper(next)
		if refused != "" {
			a.fail(n, "an output cannot stand here, in %s%s: %s", c, a.came(c), refused)
			return 0, false
		}
		if merged, ok := context.Merge(e, other); ok {
			e = merged
			continue
		}
		a.fail(n, "an output stands in different contexts: %s%s, %s%s; print it in each branch by itself",
			first, a.came(first), c, a.came(c))
		return 0, false
	}
	if a.wraps && e.Is(context.Bare) {
		a.fail(n, "wordwrap may break the value of %s, and what follows would be attributes: put it in quotes", first)
		return 0, false
	}
	return e, true
}
