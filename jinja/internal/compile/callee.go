package compile

import (
	"github.com/dewar-go/dewar/jinja/internal/ast"
)

// names is what the source of a template says of its names.
type names struct {
	stores  map[string]int // how often each is assigned, as a parameter too
	macros  map[string]*ast.Macro
	modules map[string]ast.Expr // the templates of imports
	imports map[string]importedName
}

type importedName struct {
	template ast.Expr
	name     string
}

func namesOf(tree *ast.Template) *names {
	x := &names{map[string]int{}, map[string]*ast.Macro{}, map[string]ast.Expr{}, map[string]importedName{}}
	ast.Walk(tree, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Name:
			if n.Ctx != ast.Load {
				x.stores[n.Name]++
			}
		case *ast.Macro:
			x.stores[n.Name]++
			x.macros[n.Name] = n
		case *ast.Import:
			x.stores[n.Target]++
			x.modules[n.Target] = n.Template
		case *ast.FromImport:
			for _, name := range n.Names {
				x.stores[name.As]++
				x.imports[name.As] = importedName{n.Template, name.Name}
			}
		}
		return true
	})
	return x
}

// macro finds the macro that a call means, nil if the source does not say.
func (in *inspection) macro(t *Template, e ast.Expr) (*Template, *ast.Macro) {
	x := in.names(t)
	switch e := e.(type) {
	case *ast.Name:
		if x.stores[e.Name] != 1 {
			return nil, nil
		}
		if m := x.macros[e.Name]; m != nil {
			return t, m
		}
		if i, ok := x.imports[e.Name]; ok {
			return in.exported(t, i.template, i.name)
		}
	case *ast.Getattr:
		if name, ok := e.Node.(*ast.Name); ok && x.stores[name.Name] == 1 && x.modules[name.Name] != nil {
			return in.exported(t, x.modules[name.Name], e.Attr)
		}
	}
	return nil, nil
}

func (in *inspection) exported(t *Template, from ast.Expr, name string) (*Template, *ast.Macro) {
	other := in.load(t, from)
	if other == nil {
		return nil, nil
	}
	if x := in.names(other); x.stores[name] == 1 && x.macros[name] != nil {
		return other, x.macros[name]
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

func (in *inspection) names(t *Template) *names {
	x := in.known[t]
	if x == nil {
		x = namesOf(t.tree)
		in.known[t] = x
	}
	return x
}
