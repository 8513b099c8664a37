package jinja_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"reflect"
	"strings"
	"testing"

	"github.com/dewar-go/dewar/jinja"
)

// TestValueDocs: the types of value.go are aliases, whose methods go doc does not show. So the comment of each names
// every exported method and field but those that all errors have.
func TestValueDocs(t *testing.T) {
	types := map[string]reflect.Type{
		"Value": reflect.TypeFor[jinja.Value](), "Dict": reflect.TypeFor[*jinja.Dict](), "List": reflect.TypeFor[*jinja.List](),
		"Undef": reflect.TypeFor[*jinja.Undef](), "Function": reflect.TypeFor[*jinja.Function](), "Args": reflect.TypeFor[jinja.Args](),
		"Kw": reflect.TypeFor[jinja.Kw](), "Param": reflect.TypeFor[jinja.Param](), "State": reflect.TypeFor[jinja.State](),
		"Iterator": reflect.TypeFor[jinja.Iterator](), "Exception": reflect.TypeFor[*jinja.Exception](),
		"Error": reflect.TypeFor[*jinja.Error](), "Site": reflect.TypeFor[jinja.Site](),
		"Attrer": reflect.TypeFor[jinja.Attrer](), "Itemer": reflect.TypeFor[jinja.Itemer](), "Iterable": reflect.TypeFor[jinja.Iterable](),
		"Lener": reflect.TypeFor[jinja.Lener](), "Truther": reflect.TypeFor[jinja.Truther](), "Caller": reflect.TypeFor[jinja.Caller](),
		"TypeNamer": reflect.TypeFor[jinja.TypeNamer](), "HTMLer": reflect.TypeFor[jinja.HTMLer](),
		"Comparer": reflect.TypeFor[jinja.Comparer](), "Container": reflect.TypeFor[jinja.Container](),
	}
	file, err := parser.ParseFile(token.NewFileSet(), "value.go", nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.TypeSpec)
		if !ok || types[spec.Name.Name] == nil {
			return true
		}
		rt, doc := types[spec.Name.Name], spec.Doc.Text()
		delete(types, spec.Name.Name)
		var names []string
		for i := range rt.NumMethod() {
			names = append(names, rt.Method(i).Name)
		}
		if rt.Kind() == reflect.Pointer {
			rt = rt.Elem()
		}
		for i := 0; rt.Kind() == reflect.Struct && i < rt.NumField(); i++ {
			if f := rt.Field(i); f.IsExported() {
				names = append(names, f.Name)
			}
		}
		for _, name := range names {
			if name != "Error" && name != "Unwrap" && !strings.Contains(doc, name) {
				t.Errorf("the comment of jinja.%s does not name %s", spec.Name.Name, name)
			}
		}
		return true
	})
	for name := range types {
		t.Errorf("value.go declares no %s", name)
	}
}
