package check

import (
	"slices"
	"strings"

	"github.com/dewar-go/dewar/internal/spell"
	"github.com/dewar-go/dewar/jinja/internal/ast"
)

// template is a template with the indexes that the check uses.
type template struct {
	name string
	tree *ast.Template
	err  error // the template is missing or does not parse

	names   ast.Names
	exports map[string]*ast.Macro // the names it exports; nil unless the name is one macro
	blocks  map[string]*ast.Block // the blocks in its own source
	outer   map[string]string     // for each block the block around it
	extends []*ast.Extends        // in order
	dynamic bool                  // it extends a template whose name is not constant
}

// index fills the indexes.
func (t *template) index() {
	t.names = ast.NamesOf(t.tree)
	t.exports, t.blocks, t.outer = map[string]*ast.Macro{}, map[string]*ast.Block{}, map[string]string{}
	ast.Walk(t.tree, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Extends:
			t.extends = append(t.extends, n)
			if _, ok := literal(n.Template); !ok {
				t.dynamic = true
			}
		case *ast.Block:
			t.blocks[n.Name] = n
		}
		return true
	})
	t.nesting(t.tree.Body, "")
	t.exported(t.tree.Body)
}

// nesting records which block is within which.
func (t *template) nesting(body []ast.Stmt, outer string) {
	ast.WalkBody(body, func(n ast.Node) bool {
		b, ok := n.(*ast.Block)
		if !ok {
			return true
		}
		t.outer[b.Name] = outer
		t.nesting(b.Body, b.Name)
		return false
	})
}

// exported collects the names of the top level, which imports can use.
func (t *template) exported(body []ast.Stmt) {
	export := func(target ast.Expr) {
		ast.Walk(target, func(n ast.Node) bool {
			if name, ok := n.(*ast.Name); ok {
				t.exports[name.Name] = nil
			}
			return true
		})
	}
	for _, n := range body {
		switch n := n.(type) {
		case *ast.Macro:
			if t.names.Stores[n.Name] == 1 {
				t.exports[n.Name] = n
			} else {
				t.exports[n.Name] = nil
			}
		case *ast.Assign:
			export(n.Target)
		case *ast.AssignBlock:
			export(n.Target)
		case *ast.Import:
			t.exports[n.Target] = nil
		case *ast.FromImport:
			for _, name := range n.Names {
				t.exports[name.As] = nil
			}
		case *ast.If:
			t.exported(n.Body)
			for _, e := range n.Elif {
				t.exported(e.Body)
			}
			t.exported(n.Else)
		case *ast.ScopedEvalContextModifier:
			t.exported(n.Body)
		}
	}
}

// literal returns the text of a constant string.
func literal(e ast.Expr) (string, bool) {
	if c, ok := e.(*ast.Const); ok {
		s, ok := c.Value.(string)
		return s, ok
	}
	return "", false
}

// walker is the first pass over one template.
type walker struct {
	*checker
	t      *template
	guards []string     // filters and tests that a condition around the current node tests for: "filter x"
	known  map[int]bool // lines with an unknown filter or test, which is reported already
}

func (w *walker) template() {
	w.known = map[int]bool{}
	w.body(w.t.tree.Body)
	w.inheritance()
}

func (w *walker) body(body []ast.Stmt) {
	for _, n := range body {
		w.node(n)
	}
}

// node checks a node and its children.
func (w *walker) node(n ast.Node) {
	switch n := n.(type) {
	case *ast.If:
		defer w.addGuards(n.Test)()
	case *ast.CondExpr:
		defer w.addGuards(n.Test)()
	case *ast.Filter:
		w.filter(n)
	case *ast.Test:
		if !w.Test(n.Name) && !w.isGuarded("test "+n.Name) {
			w.known[n.Line()] = true
			w.report(w.t, n, UnknownTest, Error, "No test named '"+n.Name+"'.", nearest(n.Name, w.Tests()))
		}
	case *ast.Include:
		w.include(n)
	case *ast.Import:
		w.reference(n, n.Template, "import")
	case *ast.FromImport:
		w.fromImport(n)
	case *ast.Call:
		w.call(n, false)
	case *ast.CallBlock:
		w.call(n.Call, true)
		w.node(n.Call.Node)
		for _, x := range n.Call.Args {
			w.node(x)
		}
		for _, x := range n.Call.Kwargs {
			w.node(x)
		}
		for _, x := range n.Defaults {
			w.node(x)
		}
		w.body(n.Body)
		return
	case *ast.Getattr:
		w.moduleName(n)
		w.absent(n, n.Node, n.Attr)
	case *ast.Getitem:
		if name, ok := literal(n.Arg); ok {
			w.absent(n, n.Node, name)
		}
	case *ast.ScopedEvalContextModifier:
		w.autoescape(n, n.Options)
	case *ast.EvalContextModifier:
		w.autoescape(n, n.Options)
	}
	ast.Children(n, w.node)
}

// absent reports an attribute that a name of every template is known not to have.
func (w *walker) absent(n ast.Node, of ast.Expr, attr string) {
	if w.Absent == nil {
		return
	}
	if path := w.path(of); path != nil {
		if message := w.Absent(append(path, attr)); message != "" {
			w.report(w.t, n, UndefinedAttr, Warning, message, "")
		}
	}
}

// path is a chain of attributes of a name that every template has, nil for others.
func (w *walker) path(e ast.Expr) []string {
	switch e := e.(type) {
	case *ast.Name:
		if w.t.names.Stores[e.Name] == 0 && slices.Contains(w.Names, e.Name) {
			return []string{e.Name}
		}
	case *ast.Getattr:
		if path := w.path(e.Node); path != nil {
			return append(path, e.Attr)
		}
	}
	return nil
}

func (w *walker) filter(n *ast.Filter) {
	switch {
	case n.Name == "safe":
		w.report(w.t, n, SafeFilter, Note, "what the filter safe gets is printed as it is",
			"see that nobody else decides what it holds, or take the filter away")
	case !w.Filter(n.Name) && !w.isGuarded("filter "+n.Name):
		w.known[n.Line()] = true
		w.report(w.t, n, UnknownFilter, Error, "No filter named '"+n.Name+"'.", nearest(n.Name, w.Filters()))
	}
}

func (w *walker) autoescape(n ast.Node, options []*ast.Keyword) {
	for _, o := range options {
		if c, ok := o.Value.(*ast.Const); ok && o.Key == "autoescape" && c.Value == false {
			w.report(w.t, n, AutoescapeOff, Note, "nothing that is printed here is escaped",
				"see that nobody else decides what is printed, or take the tag away")
		}
	}
}

// addGuards records the filters and tests whose existence a condition tests, as in {% if 'markdown' is filter %}. leave
// removes them again.
func (w *walker) addGuards(test ast.Expr) (leave func()) {
	before := len(w.guards)
	if test != nil {
		ast.Walk(test, func(n ast.Node) bool {
			if t, ok := n.(*ast.Test); ok && (t.Name == "filter" || t.Name == "test") {
				if name, ok := literal(t.Node); ok {
					w.guards = append(w.guards, t.Name+" "+name)
				}
			}
			return true
		})
	}
	return func() { w.guards = w.guards[:before] }
}

func (w *walker) isGuarded(name string) bool {
	for _, g := range w.guards {
		if g == name {
			return true
		}
	}
	return false
}

func quote(s string) string { return `"` + s + `"` }

// nearest returns a hint with the most similar name, or "".
func nearest(name string, names []string) string {
	best, least := "", (len(name)+1)/3
	if len(name) < 3 {
		return ""
	}
	for _, n := range names {
		if d := spell.Distance(strings.ToLower(name), strings.ToLower(n)); d < least || d == least && (best == "" || n < best) {
			best, least = n, d
		}
	}
	if best == "" || best == name {
		return ""
	}
	return "did you mean " + quote(best) + "?"
}
