package ast

import (
	"fmt"
	"slices"
	"testing"
)

func TestCanAssign(t *testing.T) {
	for _, row := range []struct {
		name string
		expr Expr
		want bool
	}{
		{"name", &Name{Name: "a"}, true},
		{"literal's name", &Name{Name: "none"}, false},
		{"attribute of a namespace", &NSRef{Name: "ns", Attr: "a"}, true},
		{"name of the parser's", &InternalName{Name: "fi1"}, true},
		{"constant", &Const{Value: int64(1)}, false},
		{"attribute", &Getattr{Node: &Name{Name: "a"}, Attr: "b"}, false},
		{"tuple", &Tuple{Items: []Expr{&Name{Name: "a"}, &NSRef{}}}, true},
		{"tuple with a constant", &Tuple{Items: []Expr{&Name{Name: "a"}, &Const{}}}, false},
		{"list", &List{}, false},
	} {
		if got := CanAssign(row.expr); got != row.want {
			t.Errorf("%s: %t", row.name, got)
		}
	}
}

func TestSetCtx(t *testing.T) {
	inner := &Name{Name: "b"}
	tuple := &Tuple{Items: []Expr{&Name{Name: "a"}, &Tuple{Items: []Expr{inner}}}}
	SetCtx(tuple, Store)
	if tuple.Ctx != Store || inner.Ctx != Store {
		t.Errorf("%s, %s", tuple.Ctx, inner.Ctx)
	}
}

func TestTypeName(t *testing.T) {
	for want, n := range map[string]Node{"Pos": &Plus{}, "Neg": &Neg{}, "TemplateData": &TemplateData{}, "NSRef": &NSRef{}} {
		if got := TypeName(n); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

// A walk is cut below a node for which the function returns false, and meets
// the others in the order of Jinja2's fields.
func TestWalk(t *testing.T) {
	loop := &For{
		Target: &Name{Name: "x"}, Iter: &Name{Name: "xs"}, Test: &Name{Name: "test"},
		Body: []Stmt{&Output{Nodes: []Expr{&Add{BinExpr{Left: &Name{Name: "a"}, Right: &Name{Name: "b"}}}}}},
		Else: []Stmt{&If{Test: &Name{Name: "c"}, Elif: []*If{{Test: &Name{Name: "d"}}}}},
	}
	var seen []string
	visit := func(n Node) bool {
		switch n := n.(type) {
		case *Name:
			seen = append(seen, n.Name)
		case *If:
			return len(n.Elif) > 0
		}
		return true
	}
	WalkBody([]Stmt{loop}, visit)
	if want := []string{"x", "xs", "a", "b", "c", "test"}; !slices.Equal(seen, want) {
		t.Errorf("%q, want %q", seen, want)
	}
}

func ExampleWalk() {
	tree := &Template{Body: []Stmt{
		&Extends{Template: &Const{Value: "base.html"}},
		&Block{Name: "body", Body: []Stmt{&Include{Template: &Const{Value: "nav.html"}}}},
	}}
	Walk(tree, func(n Node) bool {
		if c, ok := n.(*Const); ok {
			fmt.Println(c.Value)
		}
		return true
	})
	// Output:
	// base.html
	// nav.html
}
