package compile

import (
	"github.com/dewar-go/dewar/jinja/internal/ast"
	"github.com/dewar-go/dewar/jinja/internal/context"
)

// EscapeErrors finds the outputs that cannot be escaped when the template is
// rendered as a page, see [Inspect].
func (t *Template) EscapeErrors() (certain, possible []*Error) {
	return Inspect([]*Template{t}, []*Template{t})
}

// Inspect finds the outputs that cannot be escaped when pages are rendered: their own,
// those of the blocks that they put into their parents, of what they include and of the
// macros that are called, as far as the source says which. possible are the faults of
// those macros and call blocks of the templates that nothing in the pages calls. They
// count only when something between tags shows them.
func Inspect(pages, templates []*Template) (certain, possible []*Error) {
	in := newInspection()
	for _, t := range pages {
		if t.tree == nil {
			continue
		}
		end := in.template(t, t.document())
		if end.Len() > 0 && !end.EndsPage() {
			in.report(&Error{
				Class: "EscapeError", Name: t.name, Line: 1, Source: t.source,
				Message: "the template " + displayName(t.name) + " ends in " + end.At(0).String() + ", a page has to end between tags",
			})
		}
		in.forgetPage()
	}
	for _, t := range templates {
		for _, f := range t.possible {
			if !in.shown[f.node] {
				possible = append(possible, f.err)
			}
		}
	}
	return in.errs, possible
}

// possibleFault is the fault of a macro or call block if it is shown between tags.
type possibleFault struct {
	node ast.Node
	err  *Error
}

// Named lists the templates that the template includes and imports, as far as they
// are named by constants.
func (t *Template) Named() (list []string) {
	if t.tree == nil {
		return nil
	}
	add := func(e ast.Expr) {
		ast.Walk(e, func(n ast.Node) bool {
			if k, ok := n.(*ast.Const); ok {
				if name, ok := k.Value.(string); ok {
					list = append(list, name)
				}
			}
			return true
		})
	}
	ast.Walk(t.tree, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Include:
			add(n.Template)
		case *ast.Import:
			add(n.Template)
		case *ast.FromImport:
			add(n.Template)
		}
		return true
	})
	return list
}

// remember keeps what EscapeErrors needs of the compilation.
func (c *compiler) remember(tree *ast.Template, blocks []*ast.Block) {
	t := c.tmpl
	for _, n := range tree.Body {
		if x, ok := n.(*ast.Extends); ok {
			t.extends = "\x00" // not a constant
			if k, ok := x.Template.(*ast.Const); ok {
				if name, ok := k.Value.(string); ok {
					t.extends = name
				}
			}
		}
	}
	t.tree, t.own = tree, blocks
}

// possibly notes a fault of a macro that is analysed as if it stood between tags.
func (c *compiler) possibly(n ast.Node, u *unitContext, at *context.Set) {
	if at == nil && u.err != nil && !c.alone {
		c.tmpl.possible = append(c.tmpl.possible, possibleFault{n, u.err})
	}
}
