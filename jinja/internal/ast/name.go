package ast

import "reflect"

// TypeName returns the name that Jinja2 gives to nodes of n's type: "Name",
// "TemplateData", "Pos".
func TypeName(n Node) string {
	if _, ok := n.(*Plus); ok {
		return "Pos"
	}
	return reflect.TypeOf(n).Elem().Name()
}
