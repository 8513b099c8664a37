package compile

import (
	"github.com/dewar-go/dewar/jinja/internal/ast"
	"github.com/dewar-go/dewar/jinja/internal/value"
)

func (c *compiler) filterBlock(n *ast.FilterBlock, fr *scopeFrame) stmt {
	in := fr.inner()
	in.sym.analyze(n)
	enter := orNothing(c.enterScope(in))
	in.buffered = true
	body := orNothing(c.body(n.Body, in))
	captured := fr.fn.newSlot()
	filter := c.filter(n.Filter, in, c.filterInput(captured, in))
	leave := orNothing(c.leaveScope(in))
	t, piece := c.tmpl, c.pieceOf(n)
	return func(f *frame) error {
		if err := enter(f); err != nil {
			return err
		}
		v, err := f.captured(body)
		if err != nil {
			return err
		}
		f.vars[captured] = v
		if v, err = filter(f); err == nil {
			if v.IsString() || f.rt.env.Native {
				err = f.writeRaw(v)
			} else {
				// Jinja joins the pieces of its output, and this one is no text.
				err = value.Errorf("TypeError", "sequence item %d: expected str instance, %s found", piece, value.TypeName(v))
			}
		}
		if err != nil {
			return t.at(err, n)
		}
		return leave(f)
	}
}

// pieceOf returns how many pieces Jinja2 outputs before a filter block, as far
// as that can be told without a render: conditions are taken for false, loops
// for their first round.
func (c *compiler) pieceOf(n *ast.FilterBlock) int {
	if c.pieces == nil {
		c.pieces = map[*ast.FilterBlock]int{}
		c.countPieces(c.tree.Body, 0)
	}
	return c.pieces[n]
}

// countPieces notes the pieces before the filter blocks of body, which at
// pieces precede, and returns those after it.
func (c *compiler) countPieces(body []ast.Stmt, at int) int {
	for _, s := range body {
		switch n := s.(type) {
		case *ast.Output:
			static := false
			for _, x := range n.Nodes {
				was := static
				switch x.(type) {
				case *ast.TemplateData, *ast.Const:
					static = true
				default:
					static = false
				}
				if !was || !static {
					at++
				}
			}
		case *ast.FilterBlock:
			c.pieces[n] = at
			c.countPieces(n.Body, 0)
			at++
		case *ast.CallBlock:
			c.countPieces(n.Body, 0)
			at++
		case *ast.Macro:
			c.countPieces(n.Body, 0)
		case *ast.AssignBlock:
			c.countPieces(n.Body, 0)
		case *ast.Block:
			at = c.countPieces(n.Body, at)
		case *ast.With:
			at = c.countPieces(n.Body, at)
		case *ast.Scope:
			at = c.countPieces(n.Body, at)
		case *ast.For:
			c.countPieces(n.Else, at)
			at = c.countPieces(n.Body, at)
		case *ast.If:
			c.countPieces(n.Body, at)
			for _, e := range n.Elif {
				c.countPieces(e.Body, at)
			}
			at = c.countPieces(n.Else, at)
		}
	}
	return at
}
