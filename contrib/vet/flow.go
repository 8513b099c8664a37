package vet

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// readers are the methods of a Context that read what the visitor sent.
var readers = []string{"Query", "QueryValues", "Form", "FormValues", "FormFile", "FormFiles", "Param", "Str", "Cookie", "Path", "Host"}

// requestReaders are those of an http.Request.
var requestReaders = []string{"FormValue", "PostFormValue", "Cookie", "UserAgent", "Referer", "PathValue", "FormFile"}

// cleaners are functions whose results are harmless wherever they stand.
var cleaners = []string{"strconv", "net/url.QueryEscape", "net/url.PathEscape", "html.EscapeString", "path.Base", "path/filepath.Base"}

// input reports whether an expression holds what the visitor sent.
func (f *function) input(e ast.Expr) bool { return f.inputFrom(e, nil) }

func (f *function) inputFrom(e ast.Expr, seen []types.Object) bool {
	again := func(e ast.Expr) bool { return f.inputFrom(e, seen) }
	if t := f.pass.TypesInfo.TypeOf(e); t != nil {
		if b, ok := t.Underlying().(*types.Basic); ok && b.Info()&(types.IsNumeric|types.IsBoolean) != 0 {
			return false
		}
	}
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident:
		o := f.pass.TypesInfo.ObjectOf(e)
		if o == nil || slices.Contains(seen, o) {
			return false
		}
		if f.bound[o] {
			return true
		}
		seen = append(seen, o)
		return slices.ContainsFunc(f.assigns[o], again)
	case *ast.BinaryExpr:
		return e.Op == token.ADD && (again(e.X) || again(e.Y))
	case *ast.SelectorExpr:
		if t := f.pass.TypesInfo.TypeOf(e.X); t != nil && (t.String() == "*net/http.Request" || t.String() == "*net/url.URL") {
			return slices.Contains([]string{"URL", "Form", "PostForm", "Header", "RawQuery", "Path", "Host", "RequestURI"}, e.Sel.Name)
		}
		return again(e.X)
	case *ast.IndexExpr:
		return again(e.X)
	case *ast.SliceExpr:
		return again(e.X)
	case *ast.StarExpr:
		return again(e.X)
	case *ast.UnaryExpr:
		return again(e.X)
	case *ast.CompositeLit:
		return slices.ContainsFunc(e.Elts, again)
	case *ast.KeyValueExpr:
		return again(e.Value)
	case *ast.CallExpr:
		if f.pass.TypesInfo.Types[e.Fun].IsType() {
			return slices.ContainsFunc(e.Args, again)
		}
		receiver, name, onContext := f.method(e)
		if onContext {
			return slices.Contains(readers, name)
		}
		if receiver != nil {
			if receiver.String() == "*net/http.Request" && slices.Contains(requestReaders, name) {
				return true
			}
			sel, ok := ast.Unparen(e.Fun).(*ast.SelectorExpr)
			return ok && slices.Contains([]string{"Get", "String", "Query", "Values"}, name) && again(sel.X)
		}
		o := f.callee(e)
		if o == nil {
			id, ok := ast.Unparen(e.Fun).(*ast.Ident)
			return ok && id.Name == "append" && slices.ContainsFunc(e.Args, again)
		}
		if o.Pkg() == nil || !slices.Contains([]string{"fmt", "strings", "bytes", "path", "path/filepath", "net/url"}, o.Pkg().Path()) ||
			slices.Contains(cleaners, o.Pkg().Path()+"."+o.Name()) {
			return false
		}
		return slices.ContainsFunc(e.Args, again)
	}
	return false
}

// fixed reports whether the program alone says what the text is: constants, numbers, and what is made of them.
func (f *function) fixed(e ast.Expr) bool { return f.fixedFrom(e, nil) }

func (f *function) fixedFrom(e ast.Expr, seen []types.Object) bool {
	again := func(e ast.Expr) bool { return f.fixedFrom(e, seen) }
	all := func(list []ast.Expr) bool {
		return !slices.ContainsFunc(list, func(e ast.Expr) bool { return !again(e) })
	}
	if tv, ok := f.pass.TypesInfo.Types[e]; ok {
		if tv.Value != nil || tv.IsNil() {
			return true
		}
		if b, ok := tv.Type.Underlying().(*types.Basic); ok && b.Info()&(types.IsNumeric|types.IsBoolean) != 0 {
			return true
		}
	}
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident:
		o := f.pass.TypesInfo.ObjectOf(e)
		if o == nil || slices.Contains(seen, o) {
			return true // given to itself: the others decide
		}
		seen = append(seen, o)
		if given := f.assigns[o]; len(given) > 0 {
			return all(given)
		}
		v, isVar := o.(*types.Var)
		return isVar && v.Parent() == f.pass.Pkg.Scope() && !v.Exported() // the package's own table or name
	case *ast.BinaryExpr:
		return again(e.X) && again(e.Y)
	case *ast.IndexExpr:
		return again(e.X)
	case *ast.CompositeLit:
		return all(e.Elts)
	case *ast.KeyValueExpr:
		return again(e.Value)
	case *ast.CallExpr:
		if f.pass.TypesInfo.Types[e.Fun].IsType() {
			return all(e.Args)
		}
		if id, ok := ast.Unparen(e.Fun).(*ast.Ident); ok && (id.Name == "append" || id.Name == "make" || id.Name == "len") {
			return id.Name != "append" || all(e.Args)
		}
		o := f.callee(e)
		return o != nil && o.Pkg() != nil && o.Signature().Recv() == nil &&
			(o.Pkg().Path() == "strconv" && o.Name() != "Unquote" || slices.Contains([]string{"strings", "fmt"}, o.Pkg().Path()) && all(e.Args))
	case *ast.ArrayType:
		return true
	}
	return false
}

// built finds the part of a text that is put together with something that is not fixed, following local variables.
func (f *function) built(e ast.Expr, seen []types.Object) ast.Expr {
	if f.fixed(e) {
		return nil
	}
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident:
		o := f.pass.TypesInfo.ObjectOf(e)
		if slices.Contains(seen, o) {
			return nil
		}
		for _, given := range f.assigns[o] {
			if part := f.built(given, append(seen, o)); part != nil {
				return part
			}
		}
	case *ast.BinaryExpr:
		for _, part := range []ast.Expr{e.X, e.Y} {
			if !f.fixed(part) {
				return part
			}
		}
	case *ast.CallExpr:
		if f.calls(e, "fmt", "Sprintf", "Sprint", "Sprintln", "Appendf") || f.calls(e, "strings", "Join", "Replace", "ReplaceAll") {
			for _, part := range e.Args {
				if !f.fixed(part) {
					return part
				}
			}
		}
	}
	return nil
}

// text is the value of a constant text.
func (f *function) text(e ast.Expr) string {
	if tv := f.pass.TypesInfo.Types[e]; tv.Value != nil {
		return strings.Trim(tv.Value.ExactString(), "\"`")
	}
	return ""
}
