package vet

import (
	"go/ast"
	"go/token"
	"go/types"
	"regexp"
	"strings"
	"time"

	"golang.org/x/tools/go/analysis"

	"github.com/dewar-go/dewar/internal/checks"
)

// Analyzers are all analyzers of this package. Each is named as its page in
// docs/checks is.
var Analyzers = []*analysis.Analyzer{
	analyzer("sqlbuilt", checkSQL), analyzer("rawmarkup", checkMarkup), analyzer("shellexec", checkExec),
	analyzer("sourcesecret", checkSecret), analyzer("tlsverify", checkTLS), analyzer("rawcookie", checkCookie),
	analyzer("droppederror", checkDropped), analyzer("defaultclient", checkClient), analyzer("openredirect", checkRedirect),
	analyzer("contextescape", checkEscape),
}

// A function is a declared function, with the function literals in it.
type function struct {
	pass    *analysis.Pass
	assigns map[types.Object][]ast.Expr // what is assigned to its variables
	bound   map[types.Object]bool       // what Bind fills, and the text variables of views
	parents []ast.Node                  // of the node that is looked at, the outermost first
	report  func(pos token.Pos, format string, args ...any)
}

func analyzer(name string, visit func(f *function, n ast.Node)) *analysis.Analyzer {
	rule, _ := checks.ByName(name)
	a := &analysis.Analyzer{Name: name, Doc: rule.What, URL: rule.Page()}
	a.Run = func(pass *analysis.Pass) (any, error) {
		for _, file := range pass.Files {
			if strings.HasSuffix(pass.Fset.Position(file.Pos()).Filename, "_test.go") || ast.IsGenerated(file) {
				continue
			}
			accepted := acceptances(pass, file, rule.Number)
			f := &function{pass: pass}
			f.report = func(pos token.Pos, format string, args ...any) {
				if !accepted.take(pass.Fset.Position(pos).Line) {
					pass.Reportf(pos, rule.Number+": "+format, args...)
				}
			}
			for _, d := range file.Decls {
				f.enter(d)
				ast.Inspect(d, func(n ast.Node) bool {
					if n == nil {
						f.parents = f.parents[:len(f.parents)-1]
						return true
					}
					visit(f, n)
					f.parents = append(f.parents, n)
					return true
				})
			}
			accepted.rest(pass, rule.Number)
		}
		return nil, nil
	}
	return a
}

// enter collects what the variables of a declaration are given.
func (f *function) enter(d ast.Node) {
	f.assigns, f.bound = map[types.Object][]ast.Expr{}, map[types.Object]bool{}
	give := func(to, from ast.Expr) {
		if id, ok := to.(*ast.Ident); ok {
			if o := f.pass.TypesInfo.ObjectOf(id); o != nil {
				f.assigns[o] = append(f.assigns[o], from)
			}
		}
	}
	ast.Inspect(d, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for i, to := range n.Lhs {
				from := n.Rhs[min(i, len(n.Rhs)-1)]
				if n.Tok == token.ADD_ASSIGN {
					from = &ast.BinaryExpr{X: to, Op: token.ADD, OpPos: n.TokPos, Y: from}
				}
				give(to, from)
			}
		case *ast.ValueSpec:
			for i, to := range n.Names {
				if len(n.Values) > 0 {
					give(to, n.Values[min(i, len(n.Values)-1)])
				}
			}
		case *ast.RangeStmt:
			if n.Value != nil {
				give(n.Value, n.X)
			}
		case *ast.FuncType:
			f.enterView(n)
		case *ast.CallExpr:
			if _, name, on := f.method(n); on && (name == "Bind" || name == "BindJSON") && len(n.Args) > 0 {
				if u, ok := n.Args[0].(*ast.UnaryExpr); ok {
					if id, ok := u.X.(*ast.Ident); ok {
						f.bound[f.pass.TypesInfo.ObjectOf(id)] = true
					}
				}
			}
		}
		return true
	})
}

// enterView takes the text variables of a typed route for input. A view is a
// function of a Context and variables that returns an error alone.
func (f *function) enterView(t *ast.FuncType) {
	if !f.takesContext(t) || t.Results == nil || len(t.Results.List) != 1 || len(t.Params.List) < 2 {
		return
	}
	if r := f.pass.TypesInfo.TypeOf(t.Results.List[0].Type); r == nil || r.String() != "error" {
		return
	}
	for _, p := range t.Params.List[1:] {
		for _, name := range p.Names {
			if b, ok := f.pass.TypesInfo.TypeOf(p.Type).Underlying().(*types.Basic); ok && b.Kind() == types.String {
				f.bound[f.pass.TypesInfo.ObjectOf(name)] = true
			}
		}
	}
}

const root = "github.com/dewar-go/dewar"

func isContext(t types.Type) bool { return t != nil && t.String() == "*"+root+".Context" }

func (f *function) takesContext(t *ast.FuncType) bool {
	return t.Params != nil && len(t.Params.List) > 0 && isContext(f.pass.TypesInfo.TypeOf(t.Params.List[0].Type))
}

// inView reports whether the node stands in a function that takes a Context.
func (f *function) inView() bool {
	for _, n := range f.parents {
		switch n := n.(type) {
		case *ast.FuncDecl:
			if f.takesContext(n.Type) {
				return true
			}
		case *ast.FuncLit:
			if f.takesContext(n.Type) {
				return true
			}
		}
	}
	return false
}

// callee is the function that is called, nil when it is not known.
func (f *function) callee(call *ast.CallExpr) *types.Func {
	fun := ast.Unparen(call.Fun)
	if i, ok := fun.(*ast.IndexExpr); ok {
		fun = i.X
	}
	switch fun := fun.(type) {
	case *ast.SelectorExpr:
		o, _ := f.pass.TypesInfo.Uses[fun.Sel].(*types.Func)
		return o
	case *ast.Ident:
		o, _ := f.pass.TypesInfo.Uses[fun].(*types.Func)
		return o
	}
	return nil
}

// calls reports whether one of the functions of a package is called.
func (f *function) calls(call *ast.CallExpr, pkg string, names ...string) bool {
	o := f.callee(call)
	if o == nil || o.Pkg() == nil || o.Pkg().Path() != pkg {
		return false
	}
	for _, n := range names {
		if n == o.Name() {
			return true
		}
	}
	return false
}

// method returns the receiver's type and the name of a called method, and whether it is one of a Context.
func (f *function) method(call *ast.CallExpr) (receiver types.Type, name string, onContext bool) {
	o := f.callee(call)
	if o == nil || o.Signature().Recv() == nil {
		return nil, "", false
	}
	receiver = o.Signature().Recv().Type()
	return receiver, o.Name(), isContext(receiver)
}

// acceptance are the comments of a file that accept findings of one number, by line.
type acceptance map[int]*accepting

type accepting struct {
	pos           token.Pos
	mistake, used string
}

var untilDay = regexp.MustCompile(`\s*\buntil=(\S+)\s*$`)

func acceptances(pass *analysis.Pass, file *ast.File, number string) acceptance {
	list := acceptance{}
	for _, group := range file.Comments {
		for _, c := range group.List {
			text, ok := strings.CutPrefix(c.Text, "//dewar:accept "+number)
			if !ok || text != "" && text[0] != ' ' {
				continue
			}
			a := &accepting{pos: c.Pos()}
			day := untilDay.FindStringSubmatch(text)
			reason := strings.TrimSpace(untilDay.ReplaceAllString(text, ""))
			switch until, err := time.Parse(time.DateOnly, append(day, "", "")[1]); {
			case reason == "":
				a.mistake = "without a reason"
			case err != nil:
				a.mistake = "without until=2027-06-30, its last day"
			case time.Now().After(until.AddDate(0, 0, 1)):
				a.mistake = "until " + day[1] + ", which is over"
			}
			list[pass.Fset.Position(c.Pos()).Line] = a
		}
	}
	return list
}

// take reports whether a finding on the line is accepted.
func (a acceptance) take(line int) bool {
	for _, at := range []int{line, line - 1} {
		if c := a[at]; c != nil {
			c.used = "used"
			return c.mistake == ""
		}
	}
	return false
}

func (a acceptance) rest(pass *analysis.Pass, number string) {
	for _, c := range a {
		switch {
		case c.mistake != "":
			pass.Reportf(c.pos, "%s is accepted %s", number, c.mistake)
		case c.used == "":
			pass.Reportf(c.pos, "%s is accepted here, and there is nothing to accept", number)
		}
	}
}
