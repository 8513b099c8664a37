package ast

// Names is what the source of a template says of the names that it assigns.
type Names struct {
	Stores  map[string]int    // how often each is assigned, as a parameter too
	Macros  map[string]*Macro // by name, the last one
	Modules map[string]Expr   // the templates of imports
	Imports map[string]ImportedName
}

// ImportedName is a name of another template.
type ImportedName struct {
	Template Expr
	Name     string
}

// NamesOf collects the names of a template.
func NamesOf(tree *Template) Names {
	x := Names{map[string]int{}, map[string]*Macro{}, map[string]Expr{}, map[string]ImportedName{}}
	Walk(tree, func(n Node) bool {
		switch n := n.(type) {
		case *Name:
			if n.Ctx != Load {
				x.Stores[n.Name]++
			}
		case *Macro:
			x.Stores[n.Name]++
			x.Macros[n.Name] = n
		case *Import:
			x.Stores[n.Target]++
			x.Modules[n.Target] = n.Template
		case *FromImport:
			for _, name := range n.Names {
				x.Stores[name.As]++
				x.Imports[name.As] = ImportedName{n.Template, name.Name}
			}
		}
		return true
	})
	return x
}

// Called finds the macro that a call of e means: one of the template itself, or one of another template under a name.
// Only names that are assigned once are found.
func (x *Names) Called(e Expr) (own *Macro, other ImportedName) {
	switch e := e.(type) {
	case *Name:
		if x.Stores[e.Name] == 1 {
			return x.Macros[e.Name], x.Imports[e.Name]
		}
	case *Getattr:
		if name, ok := e.Node.(*Name); ok && x.Stores[name.Name] == 1 && x.Modules[name.Name] != nil {
			return nil, ImportedName{x.Modules[name.Name], e.Attr}
		}
	}
	return nil, ImportedName{}
}
