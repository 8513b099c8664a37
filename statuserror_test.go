package dewar_test

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/dewartest"
)

func TestStatusError(t *testing.T) {
	for name, tc := range map[string]struct {
		err  error
		code int
		body string
	}{
		"alone":            {dewar.StatusError(404), 404, "Not Found"},
		"wrapped":          {fmt.Errorf("post 3: %w", dewar.StatusError(410)), 410, "Gone"},
		"no error's":       {dewar.StatusError(204), 500, "Internal Server Error"},
		"zero":             {dewar.StatusError(0), 500, "Internal Server Error"},
		"literal":          {&dewar.HTTPError{Code: 403, Detail: "Not yours."}, 403, "Not yours."},
		"literal, no code": {&dewar.HTTPError{Detail: "unseen"}, 500, "Internal Server Error"},
	} {
		t.Run(name, func(t *testing.T) {
			app := dewar.New(dewar.Config{})
			app.Get("/", func(*dewar.Context) error { return tc.err })
			r := dewartest.New(t, app).Get("/")
			if r.Status != tc.code || !strings.Contains(r.Text, tc.body) || strings.Contains(r.Text, "unseen") {
				t.Errorf("got %d %s, want %d with %q", r.Status, r.Text, tc.code, tc.body)
			}
		})
	}
	var he *dewar.HTTPError
	if err := fmt.Errorf("x: %w", dewar.StatusError(404)); !errors.As(err, &he) || he.Code != 404 {
		t.Errorf("errors.As finds %v", he)
	}
}

// TestDroppedErrorsDoNotCompile type-checks what Flask's developers write.
func TestDroppedErrorsDoNotCompile(t *testing.T) {
	files := token.NewFileSet()
	pkg := typesOf(t, files)
	for _, tc := range []struct{ line, says string }{
		{"dewar.StatusError(403)", "is not used"},
		{`&dewar.HTTPError{Code: 403, Detail: "no"}`, "is not used"},
		{"_ = dewar.StatusError(403)", ""},
	} {
		f, err := parser.ParseFile(files, "view.go", "package view\nimport \"dewar\"\nfunc view() {\n"+tc.line+"\n}", 0)
		if err != nil {
			t.Fatal(err)
		}
		_, err = (&types.Config{Importer: only{pkg}}).Check("view", files, []*ast.File{f}, nil)
		if said := fmt.Sprint(err); tc.says == "" && err != nil || !strings.Contains(said, tc.says) {
			t.Errorf("%s: %v, want %q", tc.line, err, tc.says)
		}
	}
	// No function makes such an error: its result could be dropped.
	for _, name := range pkg.Scope().Names() {
		f, ok := pkg.Scope().Lookup(name).(*types.Func)
		if !ok || !f.Exported() {
			continue
		}
		results := f.Signature().Results()
		if results.Len() == 1 && strings.HasSuffix(results.At(0).Type().String(), "dewar.HTTPError") {
			t.Errorf("dewar.%s returns an error that a view may forget to return: make it a type or a literal", name)
		}
	}
}

// typesOf is the package's types, as far as they need no other package.
func typesOf(t *testing.T, files *token.FileSet) *types.Package {
	t.Helper()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var list []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(files, name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, f)
	}
	c := types.Config{IgnoreFuncBodies: true, Importer: only{}, Error: func(error) {}}
	pkg, _ := c.Check("dewar", files, list, nil)
	return pkg
}

// only imports one package.
type only struct{ pkg *types.Package }

func (o only) Import(path string) (*types.Package, error) {
	if o.pkg == nil || path != o.pkg.Path() {
		return nil, errors.New("not needed")
	}
	return o.pkg, nil
}
