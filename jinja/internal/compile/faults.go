package compile

import (
	"github.com/dewar-go/dewar/jinja/internal/ast"
	"github.com/dewar-go/dewar/jinja/internal/context"
)

// EscapeErrors finds the outputs that cannot be escaped when the template is
// rendered as a page: its own and those of the blocks that it puts into its
// parents, as far as those are named by constants. possible are the faults of
// macros and call blocks, which count only when something between tags shows
// them.
func (t *Template) EscapeErrors() (certain, possible []*Error) {
	chain := []*Template{t}
	base := t
	for len(chain) < maxParents && base.extends != "" && base.env.Load != nil {
		parent, err := base.env.Load(base.extends, base)
		if err != nil {
			return nil, t.possible // the parent is missing or broken: another fault
		}
		base = parent
		chain = append(chain, parent)
	}
	if base.extends != "" || base.root.again == nil {
		return nil, t.possible
	}
	if x := base.root.ctx; x != nil && base == t {
		if x.err != nil {
			certain = append(certain, x.err)
		} else if e, ok := base.root.fits(nil).(*Error); ok && x.end.Len() > 0 {
			e.Name, e.Line, e.Source = t.name, 1, t.source
			certain = append(certain, e)
		}
	}
	if base == t {
		return certain, t.possible
	}
	for _, b := range base.own {
		at, units := base.blockAt[b], t.table.blocks[b.Name]
		if at == nil || len(units) == 0 {
			continue
		}
		start, end := at.start, at.end
		if _, err := units[0].in(&start, &end); err != nil {
			if e, ok := err.(*Error); ok {
				if e.Line == 0 {
					e.Name, e.Line, e.Source = t.name, t.lineOf(b.Name), t.source
				}
				certain = append(certain, e)
			}
		}
	}
	return certain, t.possible
}

// lineOf is the line of a block of the template.
func (t *Template) lineOf(block string) int {
	for _, b := range t.own {
		if b.Name == block {
			return b.Line()
		}
	}
	return 1
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
	t.own, t.blockAt = blocks, c.blockAt
}

// possibly notes a fault of a macro that is analysed as if it stood between tags.
func (c *compiler) possibly(u *unitContext, at *context.Set) {
	if at == nil && u.err != nil && !c.alone {
		c.tmpl.possible = append(c.tmpl.possible, u.err)
	}
}
