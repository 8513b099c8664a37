package parse

import "github.com/dewar-go/dewar/jinja/internal/ast"

// GettextFunctions are the functions whose calls are extracted by default.
var GettextFunctions = []string{"_", "gettext", "ngettext", "pgettext", "npgettext"}

// A Message is a call of a translation function in a template.
type Message struct {
	Line     int
	Function string
	// Strings are the arguments in order. One that is no string literal is nil. Each keyword argument, *args and
	// **kwargs is nil too.
	Strings []*string
	// Comments are the comments for translators.
	Comments []string
}

// ExtractTranslations returns the calls of translation functions in the order in which Jinja2 finds them. Without
// functions it looks for [GettextFunctions].
func ExtractTranslations(t *ast.Template, functions ...string) []Message {
	if len(functions) == 0 {
		functions = GettextFunctions
	}
	wanted := make(map[string]bool, len(functions))
	for _, f := range functions {
		wanted[f] = true
	}
	var found []Message
	ast.Walk(t, func(n ast.Node) bool {
		call, ok := n.(*ast.Call)
		if !ok {
			return true
		}
		name, ok := call.Node.(*ast.Name)
		if !ok || !wanted[name.Name] {
			return true
		}
		m := Message{Line: call.Line(), Function: name.Name}
		for _, arg := range call.Args {
			var text *string
			if c, ok := arg.(*ast.Const); ok {
				if s, ok := c.Value.(string); ok {
					text = &s
				}
			}
			m.Strings = append(m.Strings, text)
		}
		for range call.Kwargs {
			m.Strings = append(m.Strings, nil)
		}
		for _, dyn := range []ast.Expr{call.DynArgs, call.DynKwargs} {
			if dyn != nil {
				m.Strings = append(m.Strings, nil)
			}
		}
		found = append(found, m)
		return true
	})
	return found
}
