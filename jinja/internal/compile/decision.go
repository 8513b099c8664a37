package compile

import (
	"github.com/dewar-go/dewar/jinja/internal/ast"
	"github.com/dewar-go/dewar/jinja/internal/value"
)

// A decision is the conditions of an if with its elifs as one program: each
// test says which one comes next when it is true and when it is false, so that
// and, or and not cost nothing by themselves.
type decision struct {
	tests  []decisionTest
	labels []int // the test that a label stands for
}

// outcome is where a decision ends: the branch to take, in the place of a test.
func outcome(branch int) int { return -1 - branch }

// decisionTest is one condition without and, or and not.
type decisionTest struct {
	kind    testKind
	slot    int // of the variable whose attribute is tested
	site    *value.Site
	name    string
	k       int64   // what the attribute is compared with
	ints    intExpr // of testInts
	op      value.Op
	general cond
	branch  int // whose condition this is
	yes, no int
}

type testKind uint8

const (
	testCond testKind = iota // general alone
	testBool                 // the attribute is true
	testEq                   // the attribute is k
	testGt
	testLt
	testInt  // the attribute compared with k by op
	testInts // the value of ints compared with k by op
)

// decide returns the branch whose condition is true first. On an error, branch
// is the one whose condition failed.
func (d *decision) decide(f *frame) (branch int, err error) {
	for i := 0; ; {
		t := &d.tests[i]
		var yes bool
		switch t.kind {
		case testBool:
			var ok bool
			if yes, ok = t.site.Bool(f.vars[t.slot]); !ok {
				yes, err = t.general(f)
			}
		case testEq, testGt, testLt, testInt:
			n, ok := t.site.Int(f.vars[t.slot])
			if !ok {
				if n, ok = t.site.FindInt(f.vars[t.slot], t.name); !ok {
					yes, err = t.general(f)
					break
				}
			}
			switch t.kind {
			case testEq:
				yes = n == t.k
			case testGt:
				yes = n > t.k
			case testLt:
				yes = n < t.k
			default:
				yes = compareInt(t.op, n, t.k)
			}
		case testInts:
			if n, ok := t.ints(f); ok {
				yes = compareInt(t.op, n, t.k)
			} else {
				yes, err = t.general(f)
			}
		default:
			yes, err = t.general(f)
		}
		if err != nil {
			return t.branch, err
		}
		if i = t.no; yes {
			i = t.yes
		}
		if i < 0 {
			return -1 - i, nil
		}
	}
}

// decisionBranch adds the condition of a branch. When it is false, the next
// branch is decided, or with last the one behind it taken.
func (c *compiler) decisionBranch(d *decision, n ast.Expr, branch int, last bool, fr *scopeFrame) {
	next := outcome(branch + 1)
	if !last {
		next = d.label()
	}
	c.decisionTests(d, n, branch, outcome(branch), next, fr)
	if !last {
		d.labels[next] = len(d.tests)
	}
}

// link puts the tests in the place of the labels.
func (d *decision) link() {
	for i := range d.tests {
		t := &d.tests[i]
		if t.yes >= 0 {
			t.yes = d.labels[t.yes]
		}
		if t.no >= 0 {
			t.no = d.labels[t.no]
		}
	}
}

func (d *decision) label() int {
	d.labels = append(d.labels, 0)
	return len(d.labels) - 1
}

// decisionTests adds the tests of n, which go on at the labels or outcomes yes and no.
func (c *compiler) decisionTests(d *decision, n ast.Expr, branch, yes, no int, fr *scopeFrame) {
	switch n := n.(type) {
	case *ast.Not:
		c.decisionTests(d, n.Node, branch, no, yes, fr)
		return
	case *ast.And:
		second := d.label()
		c.decisionTests(d, n.Left, branch, second, no, fr)
		d.labels[second] = len(d.tests)
		c.decisionTests(d, n.Right, branch, yes, no, fr)
		return
	case *ast.Or:
		second := d.label()
		c.decisionTests(d, n.Left, branch, yes, second, fr)
		d.labels[second] = len(d.tests)
		c.decisionTests(d, n.Right, branch, yes, no, fr)
		return
	}
	t := decisionTest{general: c.cond(n, fr), branch: branch, yes: yes, no: no}
	switch n := n.(type) {
	case *ast.Getattr:
		if r, ok := c.localAttr(n, fr); ok {
			t.kind, t.slot, t.site, t.name = testBool, r.slot, r.site, r.name
			t.general = r.truth(c.env)
		}
	case *ast.Compare:
		c.compareTest(&t, n, fr)
	}
	d.tests = append(d.tests, t)
}

// truth is the truth of the attribute.
func (r read) truth(env *Env) cond {
	return func(f *frame) (bool, error) {
		if b, ok := r.site.FindBool(f.vars[r.slot], r.name); ok {
			return b, nil
		}
		v, ok := r.site.Lookup(f.vars[r.slot], r.name)
		if !ok {
			var err error
			if v, err = r.slow(f); err != nil {
				return false, err
			}
		}
		return value.TruthErr(v)
	}
}

// compareTest makes t the comparison of integers that n looks like.
func (c *compiler) compareTest(t *decisionTest, n *ast.Compare, fr *scopeFrame) {
	if len(n.Ops) != 1 {
		return
	}
	op, ok := compareOps[n.Ops[0].Op]
	if !ok {
		return
	}
	k, ok := constInt(n.Ops[0].Expr)
	if !ok {
		return
	}
	if attr, isAttr := n.Expr.(*ast.Getattr); isAttr && c.runningLoop(attr.Node, fr) == nil {
		if r, ok := c.localAttr(attr, fr); ok {
			t.kind, t.slot, t.site, t.name, t.k, t.op = testInt, r.slot, r.site, r.name, k, op
			switch op {
			case value.Eq:
				t.kind = testEq
			case value.Gt:
				t.kind = testGt
			case value.Lt:
				t.kind = testLt
			}
			return
		}
	}
	if ints := c.intExpr(n.Expr, 0, fr); ints != nil {
		t.kind, t.ints, t.k, t.op = testInts, ints, k, op
	}
}
