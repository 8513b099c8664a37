package compile

import (
	"fmt"

	"github.com/dewar-go/dewar/jinja/internal/ast"
	"github.com/dewar-go/dewar/jinja/internal/context"
)

// An inspection takes the contexts of a page through everything that its source says
// is shown in it: blocks of its children, included templates, macros, and what is
// called in them. It goes on behind an output that cannot be escaped.
type inspection struct {
	known map[*Template]*ast.Names
	done  map[bodyKey]context.Set // where bodies end, by where they start
	shown map[ast.Node]bool       // the macros that have been inspected
	calls []call                  // that lead to the place, the innermost last
	errs  []*Error
	quiet bool // only where a body ends is asked for

	bodies int  // of the page
	alone  bool // no other template is loaded
}

// bodyKey says what is inspected.
type bodyKey struct {
	node  ast.Node
	start context.Set
	page  *page
	depth int
	from  *callerBody
}

type call struct {
	t *Template
	n ast.Node
}

// page is a template with its parents, as far as they are named by constants.
type page struct {
	chain  []*Template // from the most derived one on
	blocks map[string][]shownBlock
}

type shownBlock struct {
	t *Template
	b *ast.Block
}

// callerBody is the body of a call block, which caller() shows.
type callerBody struct {
	t     *Template
	n     *ast.CallBlock
	scope bodyScope
}

// bodyScope is what self, super and caller mean in a body.
type bodyScope struct {
	page   *page
	block  string // that the body is of
	depth  int    // which definition of the block
	caller *callerBody
}

// maxCalls bounds how deep calls are followed, maxBodies how many bodies are inspected
// for one page.
const (
	maxCalls  = 40
	maxBodies = 20000
)

func newInspection() *inspection {
	return &inspection{known: map[*Template]*ast.Names{}, done: map[bodyKey]context.Set{}, shown: map[ast.Node]bool{}}
}

// forgetPage drops what holds for one page alone.
func (in *inspection) forgetPage() {
	for key := range in.done {
		if key.page != nil || key.from != nil {
			delete(in.done, key)
		}
	}
	in.bodies = 0
}

// pageOf returns the page that a template makes. known is false if a parent of it is
// not named by a constant or cannot be loaded.
func pageOf(t *Template) (p *page, known bool) {
	p = &page{blocks: map[string][]shownBlock{}}
	for {
		p.chain = append(p.chain, t)
		for _, b := range t.own {
			p.blocks[b.Name] = append(p.blocks[b.Name], shownBlock{t, b})
		}
		if t.extends == "" {
			return p, true
		}
		if len(p.chain) > maxParents || t.env.Load == nil || t.extends == "\x00" {
			return p, false
		}
		parent, err := t.env.Load(t.extends, t)
		if err != nil || parent.tree == nil {
			return p, false
		}
		t = parent
	}
}

// template inspects a template that is rendered at a place, and returns where it ends.
func (in *inspection) template(t *Template, start context.Set) context.Set {
	p, known := pageOf(t)
	base := p.chain[len(p.chain)-1]
	end := start
	for _, x := range p.chain {
		e := in.body(x, x.tree, x.tree.Body, start, bodyScope{page: p})
		if x == base {
			end = e
		}
	}
	if !known { // the parents show the blocks somewhere
		text := base.document()
		for name, list := range p.blocks {
			in.body(list[0].t, list[0].b, list[0].b.Body, text, bodyScope{page: p, block: name})
		}
		return start
	}
	return end
}

// body inspects a body that starts at a place, and returns where it ends.
func (in *inspection) body(t *Template, node ast.Node, body []ast.Stmt, start context.Set, scope bodyScope) context.Set {
	key := bodyKey{node, start, scope.page, scope.depth, scope.caller}
	if end, ok := in.done[key]; ok {
		return end
	}
	in.done[key] = start // of one that shows itself
	if in.bodies++; len(in.calls) > maxCalls || in.bodies > maxBodies {
		return start
	}
	a := &analysis{c: t.reader(), set: start, off: !t.autoescape, in: in, scope: scope}
	a.body(body)
	end := a.set
	in.done[key] = end
	return end
}

// reader is a compiler that analyses the template and nothing else.
func (t *Template) reader() *compiler {
	c := &compiler{
		env: t.env, tmpl: t, tree: t.tree, tracking: true, alone: true, consts: map[constKey]constResult{},
		notes: map[ast.Node]*note{}, blockAt: map[*ast.Block]*unitContext{},
	}
	for _, n := range t.tree.Body {
		if x, ok := n.(*ast.Extends); ok {
			c.rootExtends = append(c.rootExtends, x)
		}
	}
	return c
}

// document is the context in which the template starts.
func (t *Template) document() context.Set { return (&compiler{tmpl: t}).document() }

// report notes an error once.
func (in *inspection) report(e *Error) {
	if in.quiet {
		return
	}
	for _, have := range in.errs {
		if have.Name == e.Name && have.Line == e.Line && have.Column == e.Column {
			return
		}
	}
	in.errs = append(in.errs, e)
}

// from says through which call the place was reached.
func (in *inspection) from() string {
	if len(in.calls) == 0 {
		return ""
	}
	c := in.calls[len(in.calls)-1]
	return fmt.Sprintf(" (shown by %s, line %d)", displayName(c.t.name), c.n.Line())
}

// enter inspects something that the node n of the analysis shows.
func (a *analysis) enter(n ast.Node, inspect func() context.Set) context.Set {
	in := a.in
	in.calls = append(in.calls, call{a.c.tmpl, n})
	end := inspect()
	in.calls = in.calls[:len(in.calls)-1]
	return end
}

// showCall inspects what a call shows at a place. ok is false if the source does not
// say what that is.
func (a *analysis) showCall(n *ast.Call, start context.Set, caller *callerBody) (end context.Set, what string, ok bool) {
	in, scope := a.in, a.scope
	if name, isName := n.Node.(*ast.Name); isName && in.names(a.c.tmpl).Stores[name.Name] == 0 {
		switch {
		case name.Name == "caller" && scope.caller != nil:
			c := scope.caller
			return a.enter(n, func() context.Set { return in.body(c.t, c.n, c.n.Body, start, c.scope) }), "the call block", true
		case name.Name == "super" && scope.page != nil && scope.block != "":
			if list := scope.page.blocks[scope.block]; scope.depth+1 < len(list) {
				x := list[scope.depth+1]
				inner := bodyScope{page: scope.page, block: scope.block, depth: scope.depth + 1}
				return a.enter(n, func() context.Set { return in.body(x.t, x.b, x.b.Body, start, inner) }), "the block " + scope.block, true
			}
		}
	}
	if attr, isAttr := n.Node.(*ast.Getattr); isAttr && isName(attr.Node, "self") && scope.page != nil {
		if list := scope.page.blocks[attr.Attr]; len(list) > 0 {
			inner := bodyScope{page: scope.page, block: attr.Attr}
			return a.enter(n, func() context.Set { return in.body(list[0].t, list[0].b, list[0].b.Body, start, inner) }), "the block " + attr.Attr, true
		}
	}
	t, m := in.macro(a.c.tmpl, n.Node)
	if m == nil || t.tree == nil {
		return start, "", false
	}
	in.shown[m] = true
	return a.enter(n, func() context.Set { return in.body(t, m, m.Body, start, bodyScope{caller: caller}) }), "the macro " + m.Name, true
}

// inspectCall inspects what a call that is printed shows, which has to end at want.
func (a *analysis) inspectCall(n *ast.Call, start, want context.Set, caller *callerBody) {
	if a.in == nil {
		return
	}
	a.inspectExprs(n.Args, n.Kwargs)
	end, what, ok := a.showCall(n, start, caller)
	if ok {
		a.ends(n, what, end, want)
	}
}

// attributesOf returns where a call ends that writes attributes, which say what the
// element is. known is false, and the end is want, if the source does not say what is
// called.
func (a *analysis) attributesOf(n *ast.Call, start, want context.Set) (end context.Set, known bool) {
	if a.in == nil {
		in := newInspection()
		in.quiet, in.alone = true, a.c.alone
		a.in = in
		defer func() { a.in = nil }()
	} else {
		a.inspectExprs(n.Args, n.Kwargs)
	}
	end, _, known = a.showCall(n, start, nil)
	end.Loosen()
	if !known || end.Len() == 0 {
		return want, false
	}
	return end, true
}

// ends reports a piece that ends where the text does not go on.
func (a *analysis) ends(n ast.Node, what string, end, want context.Set) {
	end.Loosen()
	if end.Len() > 0 && !end.Within(&want) {
		here, there := context.Differ(end.Outside(&want), want.At(0))
		a.fail(n, "%s ends in %s, but the text goes on in %s: let it end where it starts, or write the rest into it", what, here, there)
	}
}

// inspectExprs inspects the macros that expressions call: what they give is escaped
// for text.
func (a *analysis) inspectExprs(list []ast.Expr, kwargs []*ast.Keyword) {
	for _, n := range list {
		a.inspectExpr(n)
	}
	for _, kw := range kwargs {
		a.inspectExpr(kw.Value)
	}
}

func (a *analysis) inspectExpr(n ast.Expr) {
	ast.Walk(n, func(x ast.Node) bool {
		if call, ok := x.(*ast.Call); ok {
			text := context.Of(context.Start(false))
			if end, what, ok := a.showCall(call, text, nil); ok {
				a.ends(call, what, end, text)
			}
		}
		return true
	})
}

// inspectStmt inspects the expressions of a statement that are not printed.
func (a *analysis) inspectStmt(n ast.Stmt) {
	switch n := n.(type) {
	case *ast.Output, *ast.Block, *ast.CallBlock:
		return
	case *ast.Import:
		a.inspectImport(n, n.Template)
		return
	case *ast.FromImport:
		a.inspectImport(n, n.Template)
		return
	default:
		ast.Children(n, func(x ast.Node) {
			if e, ok := x.(ast.Expr); ok {
				a.inspectExpr(e)
			}
		})
	}
}

func (a *analysis) inspectImport(n ast.Node, from ast.Expr) {
	if t := a.in.load(a.c.tmpl, from); t != nil {
		a.enter(n, func() context.Set { return a.in.template(t, t.document()) })
	}
}

// inspectBlock inspects what is shown in the place of a block, which has to end where
// the template's own does.
func (a *analysis) inspectBlock(n *ast.Block, start, want context.Set) {
	p := a.scope.page
	if p == nil || len(p.blocks[n.Name]) == 0 {
		return
	}
	x := p.blocks[n.Name][0]
	end := a.enter(n, func() context.Set {
		return a.in.body(x.t, x.b, x.b.Body, start, bodyScope{page: p, block: n.Name})
	})
	end.Loosen()
	if end.Len() > 0 && !end.Within(&want) {
		here, there := context.Differ(end.Outside(&want), want.At(0))
		a.in.report(&Error{
			Class: "EscapeError", Name: x.t.name, Line: x.b.Line(), Column: x.b.Column(), Source: x.t.source,
			Message: fmt.Sprintf("%q of %s ends in %s, the place where it stands goes on in %s", n.Name, displayName(x.t.name), here, there),
		})
	}
}

// inspectInclude inspects an included template and returns where it ends.
func (a *analysis) inspectInclude(n *ast.Include, start context.Set) (end context.Set, ok bool) {
	t := a.in.load(a.c.tmpl, n.Template)
	if t == nil {
		return start, false
	}
	for _, c := range a.in.calls {
		if c.n == n {
			return start, true // it includes itself
		}
	}
	end = a.enter(n, func() context.Set { return a.in.template(t, start) })
	end.Loosen()
	return end, end.Len() > 0
}
