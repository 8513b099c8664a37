package compile

import (
	"github.com/dewar-go/dewar/jinja/internal/ast"
)

func (c *compiler) ifStmt(n *ast.If, fr *scopeFrame) stmt {
	fr = fr.softened()
	type branch struct {
		test cond
		body stmt
		node ast.Node
	}
	branches := []branch{{c.cond(n.Test, fr), orNothing(c.body(n.Body, fr)), n}}
	for _, e := range n.Elif {
		branches = append(branches, branch{c.cond(e.Test, fr), orNothing(c.body(e.Body, fr)), e})
	}
	other := orNothing(c.body(n.Else, fr))
	t := c.tmpl
	if len(branches) == 1 {
		test, body := branches[0].test, branches[0].body
		return func(f *frame) error {
			ok, err := test(f)
			if err != nil {
				return t.at(err, n)
			}
			if ok {
				return body(f)
			}
			return other(f)
		}
	}
	return func(f *frame) error {
		for i := range branches {
			b := &branches[i]
			ok, err := b.test(f)
			if err != nil {
				return t.at(err, b.node)
			}
			if ok {
				return b.body(f)
			}
		}
		return other(f)
	}
}
