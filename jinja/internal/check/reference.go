package check

import (
	"strings"

	"github.com/dewar-go/dewar/jinja/internal/ast"
)

// namesOf lists the names of templates that an expression may stand for: those
// of a string, of a condition between names, or of a list. all reports whether
// the source says every one of them, list whether the first that exists counts.
func namesOf(e ast.Expr) (names []string, all, list bool) {
	switch e := e.(type) {
	case *ast.Const:
		name, ok := e.Value.(string)
		return []string{name}, ok, false
	case *ast.CondExpr:
		a, okA, listA := namesOf(e.Expr1)
		if e.Expr2 == nil {
			return a, false, false
		}
		b, okB, listB := namesOf(e.Expr2)
		return append(a, b...), okA && okB && !listA && !listB, false
	case *ast.Tuple:
		names, all = namesOfItems(e.Items)
		return names, all, true
	case *ast.List:
		names, all = namesOfItems(e.Items)
		return names, all, true
	}
	return nil, false, false
}

func namesOfItems(items []ast.Expr) (names []string, all bool) {
	all = true
	for _, x := range items {
		name, ok := literal(x)
		if !ok {
			all = false
			continue
		}
		names = append(names, name)
	}
	return names, all
}

// exists reports whether a template is there. One that does not parse is.
func (w *walker) exists(name string) bool {
	t := w.load(name, w.t.name)
	return t.err == nil || !w.Missing(t.err)
}

func (w *walker) include(n *ast.Include) {
	if !n.IgnoreMissing {
		w.reference(n, n.Template, "include")
	}
}

// reference reports names of templates that do not exist.
func (w *walker) reference(n ast.Node, e ast.Expr, what string) {
	names, all, list := namesOf(e)
	switch {
	case list && !all:
		return // another may be found
	case list:
		for _, name := range names {
			if w.exists(name) {
				return
			}
		}
		w.report(w.t, n, UnknownTemplate, Error, what+": none of the templates "+strings.Join(quoteAll(names), ", ")+" exists",
			"correct a name, or add ignore missing")
	case all:
		for _, name := range names {
			if !w.exists(name) {
				w.missing(n, what, name)
			}
		}
	}
}

func (w *walker) missing(n ast.Node, what, name string) {
	hint := ""
	if what == "include" {
		hint = "correct the name, or add ignore missing if it need not exist"
	}
	w.report(w.t, n, UnknownTemplate, Error, what+": there is no template "+quote(name), hint)
}

func quoteAll(names []string) []string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = quote(n)
	}
	return out
}

// module loads the template that an import names, nil if that is not known.
func (k *checker) module(t *template, e ast.Expr) *template {
	name, ok := literal(e)
	if !ok {
		return nil
	}
	m := k.load(name, t.name)
	if m.err != nil {
		return nil
	}
	return m
}

func (w *walker) fromImport(n *ast.FromImport) {
	w.reference(n, n.Template, "import")
	m := w.module(w.t, n.Template)
	if m == nil {
		return
	}
	for _, name := range n.Names {
		w.imported(n, m, name.Name)
	}
}

// moduleName checks module.name after {% import … as module %}.
func (w *walker) moduleName(n *ast.Getattr) {
	name, ok := n.Node.(*ast.Name)
	if !ok || w.t.names.Stores[name.Name] != 1 || w.t.names.Modules[name.Name] == nil {
		return
	}
	if m := w.module(w.t, w.t.names.Modules[name.Name]); m != nil {
		w.imported(n, m, n.Attr)
	}
}

func (w *walker) imported(n ast.Node, m *template, name string) {
	if _, ok := w.exported(m, name); ok || strings.HasPrefix(name, "__") {
		return
	}
	chain, known := w.chain(m)
	if !known {
		return // a parent that the source does not say may define it
	}
	var names []string
	for _, t := range chain {
		for x := range t.exports {
			if !t.onlyImported(x) {
				names = append(names, x)
			}
		}
	}
	w.report(w.t, n, MissingImport, Error, "the template "+quote(m.name)+" defines no "+quote(name)+" at its top level", nearest(name, names))
}

// onlyImported reports whether a name of the top level is one that the template
// imports itself: those are not handed on.
func (t *template) onlyImported(name string) bool {
	_, from := t.names.Imports[name]
	return t.names.Stores[name] == 1 && (from || t.names.Modules[name] != nil)
}

// exported finds a name that an import of m can reach: one of its own top level,
// or of that of a parent, which runs as a part of it. The macro is nil for
// anything else than one macro.
func (w *walker) exported(m *template, name string) (macro *ast.Macro, found bool) {
	chain, _ := w.chain(m)
	for _, t := range chain {
		x, ok := t.exports[name]
		if !ok || t.onlyImported(name) {
			continue
		}
		if found {
			return nil, true // which of them stays depends on the order
		}
		macro, found = x, true
	}
	return macro, found
}

// chain is a template with its parents; known reports whether the source says
// all of them. Circles are reported where they stand.
func (w *walker) chain(m *template) (list []*template, known bool) {
	count := len(w.findings)
	parents, known := w.parents(m)
	w.findings = w.findings[:count]
	return append([]*template{m}, parents...), known
}

// inheritance checks the parents and the blocks against theirs.
func (w *walker) inheritance() {
	for _, x := range w.t.extends {
		w.reference(x, x.Template, "extends")
	}
	parents, known := w.parents(w.t)
	if len(w.t.extends) == 0 || !known {
		return
	}
	above := map[string]bool{}
	for _, p := range parents {
		for name := range p.blocks {
			above[name] = true
		}
	}
	var names []string
	for name := range above {
		names = append(names, name)
	}
	for name, b := range w.t.blocks {
		if !w.shown(name, above) {
			w.report(w.t, b, DeadBlock, Warning, "the block "+quote(name)+" is in no parent of this template, so it is never shown", nearest(name, names))
		}
	}
}

// shown reports whether a block, or one that it stands in, overrides another.
func (w *walker) shown(name string, above map[string]bool) bool {
	for ; name != ""; name = w.t.outer[name] {
		if above[name] {
			return true
		}
	}
	return false
}

// parents lists the templates above t, from the nearest; known reports whether
// the source says all of them. A circle is reported.
func (w *walker) parents(t *template) (list []*template, known bool) {
	seen := map[*template]bool{t: true}
	known = true
	queue := []*template{t}
	for len(queue) > 0 {
		x := queue[0]
		queue = queue[1:]
		for _, e := range x.extends {
			names, all, isList := namesOf(e.Template)
			if !all || isList {
				known = false
				continue
			}
			for _, name := range names {
				p := w.load(name, x.name)
				switch {
				case p.err != nil:
					known = false
				case p == t:
					w.report(w.t, w.t.extends[0], CircularTemplate, Error, "the template extends itself", "")
					return list, false
				case !seen[p]:
					seen[p] = true
					list = append(list, p)
					queue = append(queue, p)
				}
			}
		}
	}
	return list, known
}
