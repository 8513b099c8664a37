package compile

import (
	"maps"
	"slices"

	"github.com/dewar-go/dewar/jinja/internal/ast"
)

// An ident is a variable of the compiled template: a name at a nesting level.
// Sibling scopes at one level share their idents, as Jinja's generated
// functions share their local variables.
type ident struct {
	level int
	name  string
}

type loadKind uint8

const (
	loadParam     loadKind = iota // assigned by a loop, a macro call, with
	loadResolve                   // looked up in the context
	loadAlias                     // copied from an outer scope
	loadUndefined                 // missing until it is assigned
)

type load struct {
	kind  loadKind
	name  string // of loadResolve
	alias ident  // of loadAlias
}

// symbols holds what one scope knows of its names: where each is found, how
// it starts, which are assigned. The rules are those of Jinja's idtracking.
//
// A branch of an if is analysed in a layer on top of base, so that nothing is
// copied; mergeBranches folds the layers back.
type symbols struct {
	level  int
	parent *symbols // the enclosing scope
	base   *symbols // the same scope, below this layer
	refs   map[string]ident
	loads  map[ident]load
	order  []ident // keys of loads in the order of their first definition
	stores map[string]bool
}

func newSymbols(parent *symbols, level int) *symbols {
	return &symbols{level: level, parent: parent}
}

func (s *symbols) layer() *symbols {
	return &symbols{level: s.level, parent: s.parent, base: s}
}

func (s *symbols) setLoad(id ident, l load) {
	if s.loads == nil {
		s.loads = map[ident]load{}
	}
	if _, ok := s.loads[id]; !ok {
		s.order = append(s.order, id)
	}
	s.loads[id] = l
}

func (s *symbols) define(name string, l load) ident {
	id := ident{s.level, name}
	if s.refs == nil {
		s.refs = map[string]ident{}
	}
	s.refs[name] = id
	s.setLoad(id, l)
	return id
}

// own finds a reference of this very scope.
func (s *symbols) own(name string) (ident, bool) {
	for l := s; l != nil; l = l.base {
		if id, ok := l.refs[name]; ok {
			return id, true
		}
	}
	return ident{}, false
}

func (s *symbols) findRef(name string) (ident, bool) {
	for sc := s; sc != nil; sc = sc.parent {
		if id, ok := sc.own(name); ok {
			return id, true
		}
	}
	return ident{}, false
}

func (s *symbols) findLoad(id ident) (load, bool) {
	for sc := s; sc != nil; sc = sc.parent {
		for l := sc; l != nil; l = l.base {
			if ld, ok := l.loads[id]; ok {
				return ld, true
			}
		}
	}
	return load{}, false
}

func (s *symbols) isStored(name string) bool {
	for l := s; l != nil; l = l.base {
		if l.stores[name] {
			return true
		}
	}
	return false
}

func (s *symbols) addStore(name string) {
	if s.stores == nil {
		s.stores = map[string]bool{}
	}
	s.stores[name] = true
}

// store notes an assignment.
func (s *symbols) store(name string) {
	s.addStore(name)
	if _, ok := s.own(name); ok {
		return
	}
	if s.parent != nil {
		if outer, ok := s.parent.findRef(name); ok {
			s.define(name, load{kind: loadAlias, alias: outer})
			return
		}
	}
	s.define(name, load{kind: loadUndefined})
}

// param declares a name that is assigned when the scope is entered.
func (s *symbols) param(name string) ident {
	s.addStore(name)
	return s.define(name, load{kind: loadParam})
}

// load notes a use.
func (s *symbols) load(name string) {
	if _, ok := s.findRef(name); !ok {
		s.define(name, load{kind: loadResolve, name: name})
	}
}

// mergeBranches folds the layers of the three branches of an if into s. A
// name that a branch assigns starts with its outer value.
func (s *symbols) mergeBranches(branches [3]*symbols) {
	var names []string
	for _, b := range branches {
		for name := range b.stores {
			if !s.isStored(name) && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	for _, b := range branches {
		for name, id := range b.refs {
			if s.refs == nil {
				s.refs = map[string]ident{}
			}
			s.refs[name] = id
		}
		for _, id := range b.order {
			s.setLoad(id, b.loads[id])
		}
		for name := range b.stores {
			s.addStore(name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		id, _ := s.findRef(name)
		if s.parent != nil {
			if outer, ok := s.parent.findRef(name); ok {
				s.setLoad(id, load{kind: loadAlias, alias: outer})
				continue
			}
		}
		s.setLoad(id, load{kind: loadResolve, name: name})
	}
}

// A stored name and where its value is.
type storedName struct {
	name string
	id   ident
}

// allStores lists the assigned names of this scope and those around it, the
// innermost of equal names.
func (s *symbols) allStores() []storedName {
	var out []storedName
	seen := map[string]bool{}
	for sc := s; sc != nil; sc = sc.parent {
		for l := sc; l != nil; l = l.base {
			for _, name := range slices.Sorted(maps.Keys(l.stores)) {
				if seen[name] {
					continue
				}
				seen[name] = true
				id, _ := s.findRef(name)
				out = append(out, storedName{name, id})
			}
		}
	}
	return out
}

// paramTargets lists the parameters of this scope and those around it.
func (s *symbols) paramTargets() map[ident]bool {
	out := map[ident]bool{}
	for sc := s; sc != nil; sc = sc.parent {
		for l := sc; l != nil; l = l.base {
			for id, ld := range l.loads {
				if ld.kind == loadParam {
					out[id] = true
				}
			}
		}
	}
	return out
}

// visitAll analyses expressions.
func visitAll[T ast.Node](s *symbols, nodes []T) {
	for _, n := range nodes {
		s.visit(n)
	}
}

// visit analyses one node of the scope. It stops at nodes that open a scope
// of their own, where only what is evaluated outside of it counts.
func (s *symbols) visit(n ast.Node) { s.visitNode(n, false) }

func (s *symbols) visitNode(n ast.Node, asParam bool) {
	switch n := n.(type) {
	case *ast.Name:
		switch {
		case asParam || n.Ctx == ast.Param:
			s.param(n.Name)
		case n.Ctx == ast.Store:
			s.store(n.Name)
		default:
			s.load(n.Name)
		}
	case *ast.NSRef:
		s.load(n.Name)
	case *ast.If:
		s.visit(n.Test)
		var branches [3]*symbols
		for i := range branches {
			branches[i] = s.layer()
		}
		visitAll(branches[0], n.Body)
		visitAll(branches[1], n.Elif)
		visitAll(branches[2], n.Else)
		s.mergeBranches(branches)
	case *ast.Macro:
		s.store(n.Name)
	case *ast.Import:
		s.visit(n.Template)
		s.store(n.Target)
	case *ast.FromImport:
		s.visit(n.Template)
		for _, name := range n.Names {
			s.store(name.As)
		}
	case *ast.Assign:
		s.visit(n.Node)
		s.visit(n.Target)
	case *ast.For:
		s.visit(n.Iter)
	case *ast.CallBlock:
		s.visit(n.Call)
	case *ast.FilterBlock:
		s.visit(n.Filter)
	case *ast.With:
		visitAll(s, n.Values)
	case *ast.AssignBlock:
		s.visit(n.Target)
	case *ast.Scope, *ast.Block, *ast.OverlayScope:
	default:
		ast.Children(n, func(c ast.Node) { s.visitNode(c, asParam) })
	}
}

type forBranch uint8

const (
	forBody forBranch = iota
	forElse
	forTest
)

// analyze fills the symbols of the scope that n opens.
func (s *symbols) analyze(n ast.Node) {
	switch n := n.(type) {
	case *ast.AssignBlock:
		visitAll(s, n.Body)
	case *ast.CallBlock:
		visitAll(s, n.Args)
		visitAll(s, n.Defaults)
		visitAll(s, n.Body)
	case *ast.OverlayScope:
		visitAll(s, n.Body)
	case *ast.For:
		s.analyzeFor(n, forBody)
	case *ast.With:
		visitAll(s, n.Targets)
		visitAll(s, n.Body)
	default:
		ast.Children(n, func(c ast.Node) { s.visit(c) })
	}
}

func (s *symbols) analyzeFor(n *ast.For, branch forBranch) {
	switch branch {
	case forBody:
		s.visitNode(n.Target, true)
		visitAll(s, n.Body)
	case forElse:
		visitAll(s, n.Else)
	case forTest:
		s.visitNode(n.Target, true)
		if n.Test != nil {
			s.visit(n.Test)
		}
	}
}

// undeclared reports which of names are read in body without being declared
// there first.
func undeclared(body []ast.Stmt, names ...string) map[string]bool {
	open := map[string]bool{}
	for _, n := range names {
		open[n] = true
	}
	found := map[string]bool{}
	done := false
	ast.WalkBody(body, func(n ast.Node) bool {
		if done {
			return false
		}
		switch n := n.(type) {
		case *ast.Block:
			return false
		case *ast.Name:
			if n.Ctx == ast.Load && open[n.Name] {
				found[n.Name] = true
				done = maps.Equal(found, open)
			} else {
				delete(open, n.Name)
			}
		}
		return true
	})
	return found
}

// contains reports whether a node of type T is at or below one of nodes.
func contains[T ast.Node](body []ast.Stmt, match func(T) bool) bool {
	found := false
	ast.WalkBody(body, func(n ast.Node) bool {
		if t, ok := n.(T); ok && match(t) {
			found = true
		}
		return !found
	})
	return found
}
