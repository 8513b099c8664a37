package check

import (
	"fmt"

	"github.com/dewar-go/dewar/jinja/internal/ast"
)

// call checks a call of a macro or of the function that builds URLs. block says that a {% call %} block makes the call.
func (w *walker) call(n *ast.Call, block bool) {
	if name, ok := n.Node.(*ast.Name); ok && w.URL != nil && name.Name == w.URLFunction && w.t.names.Stores[name.Name] == 0 {
		w.url(n)
		return
	}
	if m := w.macro(n.Node); m != nil {
		w.macroCall(n, m, block)
	}
}

// macro returns the macro that a call calls, or nil when the source does not say which.
func (w *walker) macro(e ast.Expr) *ast.Macro {
	m, other := w.t.names.Called(e)
	if m == nil && other.Template != nil {
		if t := w.module(w.t, other.Template); t != nil {
			m, _ = w.exported(t, other.Name)
		}
	}
	return m
}

func (w *walker) macroCall(n *ast.Call, m *ast.Macro, block bool) {
	uses := reads(m.Body, "caller", "varargs", "kwargs")
	params := make([]string, len(m.Args))
	for i, p := range m.Args {
		params[i] = p.Name
		if p.Name == "caller" {
			uses["caller"] = true
		}
	}
	if len(n.Args) > len(params) && !uses["varargs"] {
		w.report(w.t, n.Node, MacroArgument, Error,
			fmt.Sprintf("the macro %s takes %d arguments, the call gives %d", quote(m.Name), len(params), len(n.Args)), "")
	}
	for _, kw := range n.Kwargs {
		at := -1
		for i, p := range params {
			if p == kw.Key {
				at = i
			}
		}
		switch {
		case uses["kwargs"] || kw.Key == "caller" && uses["caller"]:
		case at < 0:
			w.report(w.t, kw, MacroArgument, Error, "the macro "+quote(m.Name)+" takes no argument "+quote(kw.Key), nearest(kw.Key, params))
		case at < len(n.Args):
			w.report(w.t, kw, MacroArgument, Error, "the call of the macro "+quote(m.Name)+" gives the argument "+quote(kw.Key)+" twice", "")
		}
	}
	if block && !uses["caller"] && !uses["kwargs"] {
		w.report(w.t, n.Node, MacroArgument, Error, "the macro "+quote(m.Name)+" does not use caller(), which the call block gives it", "")
	}
}

// reads reports which of the names a body reads.
func reads(body []ast.Stmt, names ...string) map[string]bool {
	found := map[string]bool{}
	ast.WalkBody(body, func(n ast.Node) bool {
		if name, ok := n.(*ast.Name); ok && name.Ctx == ast.Load {
			for _, x := range names {
				if name.Name == x {
					found[x] = true
				}
			}
		}
		return true
	})
	return found
}

// url checks a call of the function that builds URLs when the endpoint is a constant.
func (w *walker) url(n *ast.Call) {
	if n.DynArgs != nil {
		return
	}
	if len(n.Args) != 1 {
		w.report(w.t, n.Node, UnknownEndpoint, Error,
			fmt.Sprintf("%s takes one endpoint and named values, %d values without a name are given", w.URLFunction, len(n.Args)), "")
		return
	}
	endpoint, ok := literal(n.Args[0])
	if !ok {
		return
	}
	call := URLCall{Endpoint: endpoint, Open: n.DynKwargs != nil}
	for _, kw := range n.Kwargs {
		a := URLArg{Name: kw.Key}
		if c, ok := kw.Value.(*ast.Const); ok {
			a.Value, a.Const = c.Value, true
		}
		call.Args = append(call.Args, a)
	}
	if err := w.URL(call); err != nil {
		w.report(w.t, n.Node, UnknownEndpoint, Error, err.Error(), "")
	}
}
