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
	body, spills := c.capturing(fr, func() stmt { return orNothing(c.body(n.Body, in)) })
	captured := fr.fn.newSlot()
	filter := c.filter(n.Filter, in, c.filterInput(captured, in))
	leave := orNothing(c.leaveScope(in))
	t, piece := c.tmpl, c.pieceOf(n)
	at, escaped := c.notes[n], c.leavesEscaped(n.Filter)
	return func(f *frame) error {
		if err := enter(f); err != nil {
			return err
		}
		v, err := f.capturedAfter(body, spills)
		if err != nil {
			return err
		}
		f.vars[captured] = v
		if v, err = filter(f); err == nil {
			if at != nil && f.autoescape {
				err = f.writeFiltered(v, at.esc)
			} else {
				if !escaped {
					v, err = f.escapePiece(v)
				}
				if err == nil {
					err = f.writePiece(v, t, n, piece)
				}
			}
		}
		if err != nil {
			return t.at(err, n)
		}
		return leave(f)
	}
}

// leavingEscaped are the filters of Jinja2 whose result is escaped where their input
// is, even those whose result is no Markup.
var leavingEscaped = map[string]bool{
	"capitalize": true, "center": true, "d": true, "default": true, "e": true, "escape": true, "forceescape": true, "format": true, "indent": true,
	"lower": true, "replace": true, "reverse": true, "safe": true, "string": true, "title": true, "trim": true, "truncate": true, "upper": true,
	"urlize": true, "wordwrap": true,
}

// writingArguments are those of them that write their arguments as they are.
var writingArguments = map[string]bool{"d": true, "default": true, "wordwrap": true}

// leavesEscaped reports whether the filters of a block leave what is escaped in it
// escaped.
func (c *compiler) leavesEscaped(n *ast.Filter) bool {
	for n != nil {
		if !leavingEscaped[n.Name] || !c.env.pure(n.Name) || writingArguments[n.Name] && !ownArguments(n, func(*ast.Const) bool { return true }) {
			return false
		}
		inner, _ := n.Node.(*ast.Filter)
		n = inner
	}
	return true
}

// escapePiece escapes what a filter or the function of a call block has made that is no
// Markup, where outputs go by their context. Jinja2 writes it as it is.
func (f *frame) escapePiece(v value.Value) (value.Value, error) {
	if !f.Contextual() || v.IsSafe() || !v.IsString() {
		return v, nil
	}
	return value.Escape(v)
}

// writePiece writes what a filter or call block gives. Jinja2 joins the pieces
// of its output at the end of a capture or of the render, and fails then if one
// is no text.
func (f *frame) writePiece(v value.Value, t *Template, n ast.Stmt, piece int) error {
	if v.IsString() || f.rt.env.Native {
		return f.writeRaw(v)
	}
	err := value.Errorf("TypeError", "sequence item %d: expected str instance, %s found", piece, value.TypeName(v))
	f.rt.late = append(f.rt.late, lateError{f.rt.capture, t.at(err, n)})
	return nil
}

// lateError is an error that the end of a capture of this depth raises.
type lateError struct {
	capture int
	err     error
}

// settle ends the captures of the present depth and beyond: it returns the
// error that waits for it.
func (rt *renderer) settle() error {
	for i, late := range rt.late {
		if late.capture >= rt.capture {
			rt.late = rt.late[:i]
			return late.err
		}
	}
	return nil
}

// pieceOf returns how many pieces Jinja2 outputs before a filter or call block, as far
// as that can be told without a render: conditions are taken for false, loops
// for their first round.
func (c *compiler) pieceOf(n ast.Stmt) int {
	if c.pieces == nil {
		c.pieces = map[ast.Stmt]int{}
		c.countPieces(c.tree.Body, 0)
	}
	return c.pieces[n]
}

// countPieces notes the pieces before the filter and call blocks of body, which at
// pieces precede, and returns those after it.
func (c *compiler) countPieces(body []ast.Stmt, at int) int {
	for _, s := range body {
		switch n := s.(type) {
		case *ast.Output:
			static := false
			for _, x := range n.Nodes {
				was := static
				switch x := x.(type) {
				case *ast.TemplateData:
					if x.Data == "" {
						continue
					}
					static = true
				case *ast.Const:
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
			c.pieces[n] = at
			c.countPieces(n.Body, 0)
			at++
		case *ast.Macro:
			c.countPieces(n.Body, 0)
		case *ast.Include:
			at++ // its own pieces are not known
		case *ast.AssignBlock:
			c.countPieces(n.Body, 0)
		case *ast.Block:
			if c.extends > 0 { // it stands elsewhere
				at = 0
			}
			at = c.countPieces(n.Body, at)
		case *ast.With:
			at = c.countPieces(n.Body, at)
		case *ast.ScopedEvalContextModifier:
			at = c.countPieces(n.Body, at)
		case *ast.Scope:
			at = c.countPieces(n.Body, at)
		case *ast.For:
			if n.Recursive {
				c.pieces[n] = at
			}
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
