package check

import (
	"cmp"
	"reflect"

	"github.com/dewar-go/dewar/jinja/internal/ast"
	"github.com/dewar-go/dewar/jinja/internal/value"
)

// elem returns the type of the elements when a value of type rt is iterated, or nil.
func elem(rt reflect.Type) reflect.Type {
	for rt != nil && rt.Kind() == reflect.Pointer {
		rt = rt.Elem()
	}
	if rt == nil {
		return nil
	}
	switch rt.Kind() {
	case reflect.Slice, reflect.Array, reflect.Chan:
		return rt.Elem()
	case reflect.Map:
		return rt.Key()
	case reflect.Func:
		if rt.CanSeq() {
			return rt.In(0).In(0)
		}
	}
	return nil
}

// item returns the type of value[key] and, for maps, of value.key, or nil.
func item(rt reflect.Type) reflect.Type {
	for rt != nil && rt.Kind() == reflect.Pointer {
		rt = rt.Elem()
	}
	if rt == nil {
		return nil
	}
	switch rt.Kind() {
	case reflect.Slice, reflect.Array, reflect.Map:
		return rt.Elem()
	}
	return nil
}

// result returns the type of the result of calling a function, or nil. The type of a method that reads as a property is
// that of its result already.
func result(rt reflect.Type) reflect.Type {
	if rt == nil || rt.Kind() != reflect.Func {
		return rt
	}
	if rt.NumOut() == 0 {
		return nil
	}
	return rt.Out(0)
}

// compare reports a comparison of two pointers that are equal only when they are the same pointer. Rows that were read
// twice are never equal then, unlike those of Python's ORMs.
func (f *follower) compare(n *ast.Compare, s *scope) {
	left := f.expr(n.Expr, s)
	for _, op := range n.Ops {
		right := f.expr(op.Expr, s)
		if (op.Op == "eq" || op.Op == "ne") && left != nil && left == right && left.Kind() == reflect.Pointer && left.Elem().Kind() == reflect.Struct && !value.ComparesBy(left) {
			f.report(f.t, n, PointerComparison, Warning, "two "+left.String()+" are equal only when they are the same pointer"+f.where(),
				"give the type a method Equal or its key a tag bun:\",pk\", or compare a field")
		}
		left = right
	}
}

// attr returns the type of an attribute and reports one that does not exist.
func (f *follower) attr(n ast.Node, of reflect.Type, name string, s *scope) reflect.Type {
	if of == nil {
		return nil
	}
	if len(name) > 1 && name[:2] == "__" {
		return nil
	}
	rt, found, known := value.AttrType(of, name)
	if !known {
		if of.Kind() == reflect.Map && of.Key().Kind() == reflect.String {
			return of.Elem()
		}
		return nil
	}
	if !found && !s.optional {
		f.report(f.t, n, UndefinedAttr, f.severity(), subject(of, n)+" has no field or method "+quote(name)+f.where(), nearest(name, value.AttrNames(of)))
	}
	return rt
}

// subject names a type in the message about an attribute of it. One without a name of its own, such as that of a form,
// is called as the template calls the value.
func subject(of reflect.Type, n ast.Node) string {
	if of.Kind() != reflect.Struct || of.Name() != "" {
		return of.String()
	}
	switch n := n.(type) {
	case *ast.Getattr:
		return cmp.Or(path(n.Node), "the value")
	case *ast.Getitem:
		return cmp.Or(path(n.Node), "the value")
	}
	return "the value"
}

// path writes names and attributes as the template does, "" for any other expression.
func path(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Name:
		return e.Name
	case *ast.Getattr:
		if before := path(e.Node); before != "" {
			return before + "." + e.Attr
		}
	}
	return ""
}

// sameElements holds the filters that return a sequence of the same elements.
var sameElements = map[string]bool{
	"list": true, "sort": true, "reverse": true, "unique": true, "select": true, "reject": true, "selectattr": true, "rejectattr": true,
}

// oneElement holds the filters that return one of the elements.
var oneElement = map[string]bool{"first": true, "last": true, "random": true, "min": true, "max": true}

// filtered returns the type of a filter's result, or nil.
func filtered(name string, rt reflect.Type) reflect.Type {
	switch {
	case rt == nil:
		return nil
	case sameElements[name]:
		if e := elem(rt); e != nil {
			return reflect.SliceOf(e)
		}
	case oneElement[name]:
		return elem(rt)
	}
	return nil
}
