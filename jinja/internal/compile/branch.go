package compile

import (
	"github.com/dewar-go/dewar/jinja/internal/ast"
)

// ifStmt compiles an if, whose elifs are ifs of their own in its else.
func (c *compiler) ifStmt(n *ast.If, fr *scopeFrame) stmt {
	fr = fr.softened()
	branches := append([]*ast.If{n}, n.Elif...)
	var tests []cond
	var bodies []stmt
	for _, b := range branches {
		tests, bodies = append(tests, c.cond(b.Test, fr)), append(bodies, orNothing(c.body(b.Body, fr)))
	}
	code := orNothing(c.body(n.Else, fr))
	for i := len(branches) - 1; i >= 0; i-- {
		code = c.branch(branches[i], tests[i], bodies[i], code)
	}
	return code
}

// branch runs body when the test of n is true, else other.
func (c *compiler) branch(n *ast.If, test cond, body, other stmt) stmt {
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
