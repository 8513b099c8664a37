package check

import (
	"reflect"
	"slices"
	"strings"

	"github.com/dewar-go/dewar/jinja/internal/ast"
	"github.com/dewar-go/dewar/jinja/internal/value"
)

// maxIncludes bounds how many includes are followed inside each other.
const maxIncludes = 20

// scope holds the names that are known at a place and their types. A type that the source does not say is nil.
type scope struct {
	names map[string]reflect.Type
	up    *scope
	// optional says that undefined values are allowed here, as within "is defined".
	optional bool
}

func (s *scope) inner() *scope { return &scope{names: map[string]reflect.Type{}, up: s} }

func (s *scope) find(name string) (reflect.Type, bool) {
	for ; s != nil; s = s.up {
		if rt, ok := s.names[name]; ok {
			return rt, true
		}
	}
	return nil, false
}

// follower is the second pass: it goes through a template with declared variables, its parents and its includes.
type follower struct {
	*checker
	entry *template
	t     *template // the template of the current node
	vars  Vars
	base  *scope // the names that every template of the render sees
	depth int
}

// follow checks the names in a template with declared variables.
func (k *checker) follow(t *template, vars Vars) {
	f := &follower{checker: k, entry: t, t: t, vars: vars, base: (*scope)(nil).inner()}
	for _, name := range k.Names {
		f.base.names[name] = nil
	}
	for name, rt := range vars.Names {
		f.base.names[name] = rt
	}
	w := &walker{checker: k, t: t}
	count := len(k.findings)
	parents, known := w.parents(t)
	k.findings = k.findings[:count] // the first pass reports circles
	if !known && len(t.extends) > 0 {
		parents = nil
	}
	chain := append([]*template{t}, parents...)
	for _, x := range chain { // names that a child sets are known in its parents
		for name := range x.exports {
			f.base.names[name] = nil
		}
	}
	for _, x := range chain {
		f.t = x
		// A child's top level runs too, for its assignments.
		s := f.base.inner()
		f.scoped(x.tree.Body, s)
		for name, b := range x.blocks {
			// A scoped block sees the names at its place, even when a child overrides it.
			if !slices.ContainsFunc(chain, func(t *template) bool { return t.blocks[name] != nil && t.blocks[name].Scoped }) {
				f.block(b, f.base)
			}
		}
	}
}

func (f *follower) severity() Severity {
	if f.Strict {
		return Error
	}
	return Warning
}

// where returns a text that names the entry template when the finding is in another one.
func (f *follower) where() string {
	if f.t == f.entry {
		return ""
	}
	return " (rendered by " + f.entry.name + ")"
}

// collect enters the names that the statements of a scope assign. Branches belong to the scope, loops and macros do
// not.
func (f *follower) collect(body []ast.Stmt, s *scope) {
	for _, n := range body {
		switch n := n.(type) {
		case *ast.Assign:
			targets(n.Target, s)
		case *ast.AssignBlock:
			targets(n.Target, s)
		case *ast.Macro:
			s.names[n.Name] = nil
		case *ast.Import:
			s.names[n.Target] = nil
		case *ast.FromImport:
			for _, name := range n.Names {
				s.names[name.As] = nil
			}
		case *ast.If:
			f.collect(n.Body, s)
			for _, e := range n.Elif {
				f.collect(e.Body, s)
			}
			f.collect(n.Else, s)
		case *ast.ScopedEvalContextModifier:
			f.collect(n.Body, s)
		}
	}
}

// targets enters the names of an assignment with unknown types.
func targets(e ast.Expr, s *scope) {
	ast.Walk(e, func(n ast.Node) bool {
		if name, ok := n.(*ast.Name); ok {
			s.names[name.Name] = nil
		}
		return true
	})
}

func (f *follower) body(body []ast.Stmt, s *scope) {
	for _, n := range body {
		f.stmt(n, s)
	}
}

func (f *follower) scoped(body []ast.Stmt, s *scope) {
	f.collect(body, s)
	f.body(body, s)
}

func (f *follower) stmt(n ast.Stmt, s *scope) {
	switch n := n.(type) {
	case *ast.Assign:
		rt := f.expr(n.Node, s)
		if name, ok := n.Target.(*ast.Name); ok && f.t.names.Stores[name.Name] == 1 {
			s.names[name.Name] = rt
		}
	case *ast.AssignBlock:
		f.scoped(n.Body, s.inner())
	case *ast.For:
		rt := f.expr(n.Iter, s)
		in := s.inner()
		f.loopTargets(n.Target, rt, in)
		in.names["loop"] = nil
		if n.Test != nil {
			f.expr(n.Test, in)
		}
		f.scoped(n.Body, in)
		f.scoped(n.Else, s.inner())
	case *ast.If:
		s = f.guard(n.Test, s)
		f.expr(n.Test, s)
		f.body(n.Body, s)
		for _, e := range n.Elif {
			in := f.guard(e.Test, s)
			f.expr(e.Test, in)
			f.body(e.Body, in)
		}
		f.body(n.Else, s)
	case *ast.With:
		in := s.inner()
		for i, target := range n.Targets {
			rt := f.expr(n.Values[i], s)
			targets(target, in)
			if name, ok := target.(*ast.Name); ok {
				in.names[name.Name] = rt
			}
		}
		f.scoped(n.Body, in)
	case *ast.Macro:
		f.macro(n.Args, n.Defaults, n.Body, s)
	case *ast.CallBlock:
		f.expr(n.Call, s)
		f.macro(n.Args, n.Defaults, n.Body, s)
	case *ast.FilterBlock:
		f.args(n.Filter.Args, n.Filter.Kwargs, n.Filter.DynArgs, n.Filter.DynKwargs, s)
		f.scoped(n.Body, s.inner())
	case *ast.Block:
		if n.Scoped {
			f.block(n, s)
		} // other templates' blocks are followed with the names of the base
	case *ast.Scope:
		f.scoped(n.Body, s.inner())
	case *ast.OverlayScope:
	// the names are those of a mapping
	case *ast.ScopedEvalContextModifier:
		f.body(n.Body, s)
	case *ast.Include:
		f.expr(n.Template, s)
		f.include(n, s)
	case *ast.FromImport, *ast.Import, *ast.Extends, *ast.Output, *ast.ExprStmt, *ast.EvalContextModifier:
		ast.Children(n, func(c ast.Node) {
			if e, ok := c.(ast.Expr); ok {
				f.expr(e, s)
			}
		})
	}
}

func (f *follower) block(b *ast.Block, s *scope) {
	in := s.inner()
	in.names["super"], in.names["self"] = nil, nil
	f.scoped(b.Body, in)
}

func (f *follower) macro(args []*ast.Name, defaults []ast.Expr, body []ast.Stmt, s *scope) {
	in := s.inner()
	for _, a := range args {
		in.names[a.Name] = nil
	}
	for _, name := range []string{"varargs", "kwargs", "caller"} {
		in.names[name] = nil
	}
	for _, d := range defaults {
		f.expr(d, in)
	}
	f.scoped(body, in)
}

func (f *follower) loopTargets(target ast.Expr, rt reflect.Type, s *scope) {
	targets(target, s)
	if name, ok := target.(*ast.Name); ok {
		s.names[name.Name] = elem(rt)
	}
}

// include follows an included template with the names known here.
func (f *follower) include(n *ast.Include, s *scope) {
	if !n.WithContext || f.depth >= maxIncludes {
		return
	}
	names, _, _ := namesOf(n.Template)
	for _, name := range names {
		t := f.load(name, f.t.name)
		if t.err != nil || t == f.t || t == f.entry {
			continue
		}
		outer := f.t
		f.t = t
		f.depth++
		in := s.inner()
		f.collect(t.tree.Body, in)
		f.body(t.tree.Body, in)
		for _, b := range t.blocks {
			if !b.Scoped {
				f.block(b, in)
			}
		}
		f.depth--
		f.t = outer
	}
}

// guard returns the scope of a branch whose condition tests whether names are defined. In the branch they are.
func (f *follower) guard(test ast.Expr, s *scope) *scope {
	in := s
	ast.Walk(test, func(n ast.Node) bool {
		t, ok := n.(*ast.Test)
		if !ok || t.Name != "defined" && t.Name != "undefined" {
			return true
		}
		if name, ok := t.Node.(*ast.Name); ok {
			if _, known := s.find(name.Name); !known {
				if in == s {
					in = s.inner()
				}
				in.names[name.Name] = nil
			}
		}
		return true
	})
	return in
}

// name reports a name that is not known and returns its type.
func (f *follower) name(n *ast.Name, s *scope) reflect.Type {
	if rt, ok := s.find(n.Name); ok {
		return rt
	}
	if f.vars.Struct != nil {
		if rt, found, known := value.AttrType(f.vars.Struct, n.Name); found || !known {
			return rt
		}
	}
	if f.Global(n.Name) || f.Open || f.vars.Open || s.optional || n.Name == "self" || strings.HasPrefix(n.Name, "__") {
		return nil
	}
	var names []string
	for x := s; x != nil; x = x.up {
		for name := range x.names {
			names = append(names, name)
		}
	}
	names = append(names, value.AttrNames(f.vars.Struct)...)
	f.report(f.t, n, UndefinedName, f.severity(), quote(n.Name)+" is not among the variables of the template"+f.where(), nearest(n.Name, names))
	return nil
}

// expr checks an expression and returns its type.
func (f *follower) expr(e ast.Expr, s *scope) reflect.Type {
	switch e := e.(type) {
	case nil:
		return nil
	case *ast.Name:
		if e.Ctx != ast.Load {
			return nil
		}
		return f.name(e, s)
	case *ast.Getattr:
		return f.attr(e, f.expr(e.Node, required(s)), e.Attr, s)
	case *ast.Getitem:
		of := f.expr(e.Node, required(s))
		if name, ok := literal(e.Arg); ok {
			return f.attr(e, of, name, s)
		}
		f.expr(e.Arg, required(s))
		if _, slice := e.Arg.(*ast.Slice); slice {
			return of
		}
		return item(of)
	case *ast.Call:
		rt := f.expr(e.Node, required(s))
		f.args(e.Args, e.Kwargs, e.DynArgs, e.DynKwargs, required(s))
		return result(rt)
	case *ast.Filter:
		in := s
		if e.Name == "default" || e.Name == "d" {
			in = &scope{up: s, optional: true}
		}
		rt := f.expr(e.Node, in)
		f.args(e.Args, e.Kwargs, e.DynArgs, e.DynKwargs, required(s))
		return filtered(e.Name, rt)
	case *ast.Test:
		in := s
		if e.Name == "defined" || e.Name == "undefined" {
			in = &scope{up: s, optional: true}
		}
		f.expr(e.Node, in)
		f.args(e.Args, e.Kwargs, e.DynArgs, e.DynKwargs, required(s))
		return nil
	case *ast.CondExpr:
		in := f.guard(e.Test, s)
		f.expr(e.Test, in)
		a := f.expr(e.Expr1, in)
		if e.Expr2 == nil {
			return nil
		}
		if b := f.expr(e.Expr2, in); a == b {
			return a
		}
		return nil
	case *ast.Compare:
		f.compare(e, required(s))
		return nil
	case *ast.And:
		in := f.guard(e.Left, s)
		f.expr(e.Left, in)
		f.expr(e.Right, in)
		return nil
	case *ast.Or:
		in := f.guard(e.Left, s)
		f.expr(e.Left, in)
		f.expr(e.Right, in)
		return nil
	}
	f.children(e, required(s))
	return nil
}

// children checks the parts of a node that has no type.
func (f *follower) children(n ast.Node, s *scope) {
	ast.Children(n, func(c ast.Node) {
		if e, ok := c.(ast.Expr); ok {
			f.expr(e, s)
			return
		}
		f.children(c, s)
	})
}

// required returns the scope without optional, for the parts of an expression that must be defined even where the whole
// may be undefined.
func required(s *scope) *scope {
	for s.optional {
		s = s.up
	}
	return s
}

func (f *follower) args(args []ast.Expr, kwargs []*ast.Keyword, dynArgs, dynKwargs ast.Expr, s *scope) {
	for _, a := range args {
		f.expr(a, s)
	}
	for _, k := range kwargs {
		f.expr(k.Value, s)
	}
	if dynArgs != nil {
		f.expr(dynArgs, s)
	}
	if dynKwargs != nil {
		f.expr(dynKwargs, s)
	}
}
