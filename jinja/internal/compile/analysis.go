package compile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dewar-go/dewar/jinja/internal/ast"
	"github.com/dewar-go/dewar/jinja/internal/context"
	"github.com/dewar-go/dewar/markup"
)

// A note is what the analysis of contexts found for a node. Outputs between
// tags, which are nearly all, have none.
type note struct {
	esc  context.Escaper
	expr ast.Expr     // what is printed in place of the node, nil for itself
	site *context.Set // where a block, include or call stands
	want *context.Set // where it has to end
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
	err   *Error
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
func (c *compiler) contextual() bool { return c.env.Contextual && !c.env.Native }

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
	a.err = &Error{
		Class: "EscapeError", Message: fmt.Sprintf(format, args...), Name: a.c.tmpl.name,
		Line: n.Line(), Column: n.Column(), Source: a.c.tmpl.source,
	}
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
		a.site(n, context.EscText)
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

// site analyses a place that renders something else and ends where it starts.
func (a *analysis) site(n ast.Node, esc context.Escaper) {
	if a.set.Len() == 0 || a.set.IsText() {
		delete(a.c.notes, n)
		return
	}
	start := a.set
	e, ok := a.escaper(n)
	if !ok {
		return
	}
	if esc == context.EscText {
		esc = e
	}
	a.set.Printed(e | context.Raw)
	end := start
	end.Loosen()
	a.place(n, &start, &end).esc = esc
}

func (a *analysis) include(n *ast.Include) {
	if a.set.Len() == 0 {
		return
	}
	start := a.set
	end := start
	end.Loosen()
	if inc := a.c.peek(n); inc != nil {
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
		e, ok := a.escaper(n)
		if !ok {
			return
		}
		switch e.Kind() {
		case context.EscText, context.EscRCData, context.EscAttr, context.EscData:
		default:
			for f := n.Filter; f != nil; {
				if !keepsEscapes[f.Name] {
					a.fail(n, "the filter %s may undo the escaping of what is in its block, which stands in %s; only indent and trim may stand there", f.Name, a.set.At(0))
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
	a.body(n.Body)
	if a.set.Len() > 0 && !a.set.EndsPage() {
		a.fail(n, "the body of the filter block ends in %s", a.set.At(0))
	}
	a.set = start
}

// keepsEscapes are the filters that leave escaped text escaped everywhere.
var keepsEscapes = map[string]bool{"indent": true, "trim": true}

// escaper decides what an output needs. All contexts that it may be in must
// agree.
func (a *analysis) escaper(n ast.Node) (context.Escaper, bool) {
	first := a.set.At(0)
	e, refused := first.Escaper()
	if refused != "" {
		a.fail(n, "an output cannot stand here, in %s%s: %s", first, a.came(first), refused)
		return 0, false
	}
	for i := 1; i < a.set.Len(); i++ {
		c := a.set.At(i)
		other, refused := c.Escaper()
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
	return e, true
}

func (a *analysis) output(n *ast.Output) {
	if a.set.Len() == 0 {
		return
	}
	for i, child := range n.Nodes {
		if text, ok := child.(*ast.TemplateData); ok {
			if a.text(text); a.err != nil {
				return
			}
			continue
		}
		var next string
		if i+1 < len(n.Nodes) {
			if text, ok := n.Nodes[i+1].(*ast.TemplateData); ok {
				next = text.Data
			}
		}
		a.print(child, next)
		if a.err != nil {
			return
		}
	}
}

// text takes literal text.
func (a *analysis) text(n *ast.TemplateData) {
	if len(a.forms) > 0 && strings.Contains(n.Data, "csrf") {
		a.closeForms()
	}
	between := a.set.IsText()
	if between && n.Data == a.c.neutral {
		return // templates repeat themselves
	}
	events := a.set.Advance(n.Data)
	if between && len(n.Data) > 64 && len(events) == 0 && a.set.IsText() {
		a.c.neutral = n.Data
	}
	if why := a.set.Lost(); why != "" {
		a.fail(n, "%s", why)
		return
	}
	if len(events) == 0 {
		if len(a.c.notes) > 0 {
			delete(a.c.notes, n)
		}
		return
	}
	p := &note{events: events}
	kept := p.events[:0]
	for _, e := range events {
		switch e.Kind {
		case context.Nonce:
			if a.c.env.Nonce == nil || a.off {
				continue
			}
		case context.Form:
			if a.c.env.FormField == nil || a.off {
				continue
			}
			if strings.Contains(formRest(n.Data[e.At:]), "csrf") {
				continue
			}
			a.forms = append(a.forms, &openForm{p, e.At})
		case context.FormEnd:
			a.forms = nil
			continue
		case context.ActionStart, context.ActionEnd:
			if a.c.env.FormField == nil {
				continue
			}
		}
		kept = append(kept, e)
	}
	p.events = kept
	if len(kept) == 0 {
		delete(a.c.notes, n)
		return
	}
	a.c.notes[n] = p
}

// formRest is the text of a form up to its end.
func formRest(s string) string {
	if i := strings.Index(s, "</form"); i >= 0 {
		return s[:i]
	}
	return s
}

// closeForms takes the token out of the open forms: they write their own.
func (a *analysis) closeForms() {
	for _, f := range a.forms {
		for i := range f.n.events {
			if e := &f.n.events[i]; e.Kind == context.Form && e.At == f.at {
				e.Kind = context.FormEnd // nothing is done there
			}
		}
	}
	a.forms = nil
}

// print decides how an expression is printed.
func (a *analysis) print(n ast.Expr, next string) {
	if len(a.forms) > 0 && a.c.writesToken(n) {
		a.closeForms()
	}
	if a.set.IsText() {
		if len(a.c.notes) > 0 {
			delete(a.c.notes, n)
		}
		return
	}
	if a.off {
		e, _ := a.set.At(0).Escaper()
		a.set.Printed(e | context.Raw)
		return
	}
	if texts := a.authorTexts(n, nil); len(texts) > 0 {
		delete(a.c.notes, n)
		a.literal(texts)
		return
	}
	start := a.set
	e, ok := a.escaper(n)
	if !ok {
		return
	}
	if a.c.env.Strict {
		for i := range a.set.Len() {
			if why := a.set.At(i).Untyped(); why != "" {
				a.fail(n, "an output cannot stand here, in %s: %s", a.set.At(i), why)
				return
			}
		}
	}
	p := &note{}
	call, isCall := n.(*ast.Call)
	switch {
	case safeSite(n):
		if e.Kind() == context.EscJSRegexp {
			a.fail(n, "the filter safe cannot be used in a regular expression")
			return
		}
		e |= context.Raw
	case e.Kind() == context.EscText:
		if isCall {
			break
		}
		delete(a.c.notes, n)
		a.set.Printed(e)
		return
	default:
		p.expr = withoutEscape(n)
	}
	if e.Kind() == context.EscURL && strings.HasPrefix(next, ":") {
		e = e&^context.EscURL | context.EscURLScheme | e&(context.Bare|context.Single)
	}
	if e.Kind() == context.EscRefreshURL && isCall && isName(call.Node, "url_for") {
		e = e&^context.EscRefreshURL | context.EscURL // the app's own address, with its host or without
	}
	if e.Is(context.Own) && isCall && isName(call.Node, "url_for") {
		e |= context.Trusted
	}
	p.esc = e
	a.c.notes[n] = p
	if !isCall || isName(call.Node, "url_for") {
		a.set.Printed(e)
		return
	}
	// It may be a macro, which is rendered for this very context.
	if isName(call.Node, "loop") && a.recursion(n, &start) {
		p.esc = e | context.Raw
	}
	end := start
	end.Loosen()
	p.site, p.want = &start, &end
	a.set.Printed(e | context.Raw)
}

// recursion reports whether loop(…) is the call of a recursive loop; it must
// stand in the context in which the loop does.
func (a *analysis) recursion(n ast.Expr, at *context.Set) bool {
	for i := len(a.loops) - 1; i >= 0; i-- {
		l := a.loops[i]
		if !l.recursive {
			continue
		}
		start, here := l.start, *at
		start.Loosen()
		here.Loosen()
		if !here.Within(&start) {
			a.fail(n, "the loop is called in %s; it can only be called in the context that it starts in, %s", at.At(0), l.start.At(0))
		}
		return true
	}
	return false
}

// literal takes one of several texts of the template's author.
func (a *analysis) literal(texts []string) {
	start := a.set
	var out context.Set
	for _, t := range texts {
		a.set = start
		a.set.Advance(t)
		out.Join(&a.set)
	}
	a.set = out
}

// maxTexts bounds how many texts one output may be for the analysis.
const maxTexts = 6

// authorTexts lists what an output writes that chooses between constants:
// {{ "true" if x else "false" }} and {{ loop.cycle("odd", "even") }}. That is the
// author's text, as if it stood between {% if %} and {% else %}.
func (a *analysis) authorTexts(n ast.Expr, into []string) []string {
	switch n := n.(type) {
	case *ast.CondExpr:
		yes, ok := constText(n.Expr1)
		if !ok {
			return nil
		}
		no := ""
		if n.Expr2 != nil {
			if inner, isCond := n.Expr2.(*ast.CondExpr); isCond {
				rest := a.authorTexts(inner, nil)
				if len(rest) == 0 {
					return nil
				}
				return append(append(into, yes), rest...)
			}
			if no, ok = constText(n.Expr2); !ok {
				return nil
			}
		}
		return append(into, yes, no)
	case *ast.Call:
		attr, ok := n.Node.(*ast.Getattr)
		if !ok || attr.Attr != "cycle" || !isName(attr.Node, "loop") || len(n.Args) == 0 || len(n.Args) > maxTexts ||
			len(n.Kwargs) > 0 || n.DynArgs != nil || n.DynKwargs != nil {
			return nil
		}
		for _, arg := range n.Args {
			t, ok := constText(arg)
			if !ok {
				return nil
			}
			into = append(into, t)
		}
		return into
	}
	return nil
}

// constText is what printing a constant writes; the filter safe may be on it.
func constText(n ast.Expr) (string, bool) {
	if f, ok := n.(*ast.Filter); ok && f.Name == "safe" && len(f.Args)+len(f.Kwargs) == 0 {
		if k, ok := f.Node.(*ast.Const); ok {
			s, ok := k.Value.(string)
			return s, ok
		}
		return "", false
	}
	k, ok := n.(*ast.Const)
	if !ok {
		return "", false
	}
	switch v := k.Value.(type) {
	case string:
		return string(markup.Escape(v)), true
	case int64:
		return fmt.Sprint(v), true
	}
	return "", false
}

// safeSite reports whether the filter safe is the last thing that is done to
// the value of an output.
func safeSite(n ast.Expr) bool {
	switch n := n.(type) {
	case *ast.Filter:
		return n.Name == "safe"
	case *ast.MarkSafe:
		return true
	case *ast.CondExpr:
		safe := func(x ast.Expr) bool {
			if x == nil {
				return true
			}
			_, constant := constText(x)
			return constant || safeSite(x)
		}
		return safe(n.Expr1) && safe(n.Expr2)
	}
	return false
}

// withoutEscape drops the filters escape and forceescape behind tojson: the
// place escapes by itself.
func withoutEscape(n ast.Expr) ast.Expr {
	out := n
	for {
		f, ok := out.(*ast.Filter)
		if !ok {
			return nil
		}
		switch f.Name {
		case "e", "escape", "forceescape":
			out = f.Node
			continue
		case "tojson":
			if out != n {
				return out
			}
		}
		return nil
	}
}

func isName(n ast.Expr, name string) bool {
	x, ok := n.(*ast.Name)
	return ok && x.Name == name
}

// writesToken reports whether an expression has to do with a form's token.
func (c *compiler) writesToken(n ast.Node) (found bool) {
	ast.Walk(n, func(x ast.Node) bool {
		switch x := x.(type) {
		case *ast.Name:
			if strings.Contains(x.Name, "csrf") {
				found = true
			} else if m := c.macroDefs()[x.Name]; m != nil {
				found = found || c.tokenMacro(m)
			}
		case *ast.Getattr:
			found = found || x.Attr == "hidden_tag" || strings.Contains(x.Attr, "csrf")
		case *ast.Const:
			s, _ := x.Value.(string)
			found = found || strings.Contains(s, "csrf")
		}
		return !found
	})
	return found
}

// macroDefs finds the macros of the template by name.
func (c *compiler) macroDefs() map[string]*ast.Macro {
	if c.macros == nil {
		c.macros = map[string]*ast.Macro{}
		ast.WalkBody(c.tree.Body, func(n ast.Node) bool {
			if m, ok := n.(*ast.Macro); ok {
				c.macros[m.Name] = m
			}
			_, isExpr := n.(ast.Expr)
			return !isExpr
		})
	}
	return c.macros
}

// tokenMacro reports whether a macro writes a token into the form of its caller.
func (c *compiler) tokenMacro(m *ast.Macro) bool { return mentionsToken(m.Body) }

// mentionsToken reports whether a body writes a form's token.
func mentionsToken(body []ast.Stmt) (found bool) {
	ast.WalkBody(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Name:
			found = found || strings.Contains(n.Name, "csrf")
		case *ast.Getattr:
			found = found || n.Attr == "hidden_tag" || strings.Contains(n.Attr, "csrf")
		case *ast.TemplateData:
			found = found || strings.Contains(n.Data, "csrf")
		}
		return !found
	})
	return found
}
