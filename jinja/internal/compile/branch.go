package compile

import (
	"github.com/dewar-go/dewar/jinja/internal/ast"
)

func (c *compiler) ifStmt(n *ast.If, fr *scopeFrame) stmt {
	fr = fr.softened()
	if len(n.Elif) == 0 && !combined(n.Test) {
		return c.plainIf(n, fr)
	}
	d := &decision{}
	bodies, nodes := make([]stmt, 0, len(n.Elif)+2), make([]ast.Node, 0, len(n.Elif)+1)
	for i := -1; i < len(n.Elif); i++ {
		branch := n
		if i >= 0 {
			branch = n.Elif[i]
		}
		c.decisionBranch(d, branch.Test, i+1, i+1 == len(n.Elif), fr)
		bodies, nodes = append(bodies, orNothing(c.body(branch.Body, fr))), append(nodes, branch)
	}
	d.link()
	bodies = append(bodies, orNothing(c.body(n.Else, fr)))
	t := c.tmpl
	return func(f *frame) error {
		i, err := d.decide(f)
		if err != nil {
			return t.at(err, nodes[i])
		}
		return bodies[i](f)
	}
}

// plainIf compiles an if with one simple condition.
func (c *compiler) plainIf(n *ast.If, fr *scopeFrame) stmt {
	test, body, other := c.cond(n.Test, fr), orNothing(c.body(n.Body, fr)), orNothing(c.body(n.Else, fr))
	t := c.tmpl
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

// combined reports whether a condition consists of others.
func combined(n ast.Expr) bool {
	switch n.(type) {
	case *ast.And, *ast.Or, *ast.Not:
		return true
	}
	return false
}
