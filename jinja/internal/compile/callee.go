package compile

import (
	"github.com/dewar-go/dewar/jinja/internal/ast"
)

// macro finds the macro that a call means, nil if the source does not say.
func (in *inspection) macro(t *Template, e ast.Expr) (*Template, *ast.Macro) {
	m, other := in.names(t).Called(e)
	switch {
	case m != nil:
		return t, m
	case other.Template != nil:
		return in.exported(t, other.Template, other.Name)
	}
	return nil, nil
}

func (in *inspection) exported(t *Template, from ast.Expr, name string) (*Template, *ast.Macro) {
	other := in.load(t, from)
	if other == nil {
		return nil, nil
	}
	if x := in.names(other); x.Stores[name] == 1 && x.Macros[name] != nil {
		return other, x.Macros[name]
	}
	return nil, nil
}

// load returns the template that a constant names, nil if it is none or cannot be
// loaded: that is reported otherwise.
func (in *inspection) load(t *Template, e ast.Expr) *Template {
	k, ok := e.(*ast.Const)
	if !ok || t.env.Load == nil || in.alone {
		return nil
	}
	name, ok := k.Value.(string)
	if !ok {
		return nil
	}
	other, err := t.env.Load(name, t)
	if err != nil || other.env != t.env || other.tree == nil {
		return nil
	}
	return other
}

func (in *inspection) names(t *Template) *ast.Names {
	x := in.known[t]
	if x == nil {
		names := ast.NamesOf(t.tree)
		x = &names
		in.known[t] = x
	}
	return x
}
