package dewar_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// targetReads are the places that read a request's target, by file and function,
// with why that is safe. After the gate the target is the canonical path with the
// query as it came; before it, and in the plain net/http pieces of package secure, it
// is whatever the client sent.
var targetReads = map[string]string{
	"gate.go gate":                             "the gate itself",
	"gate.go canonical":                        "makes the canonical request",
	"gate.go upgrade":                          "the canonical path, into a redirect",
	"log.go shownPath":                         "the path of a request that the gate refused, clipped",
	"match.go find":                            "the query, for redirects of the router",
	"match.go findPreflight":                   "the query",
	"fallback.go rewrite":                      "the query; the path is Context.path",
	"mount.go mountHandler":                    "the query; the path is the rule's variable",
	"form.go QueryValues":                      "the query",
	"login/guard.go sendTo":                    "the canonical path and the query, into a parameter that is judged when it is used",
	"cli/request.go newRequest":                "makes the request that the command line names",
	"static.go serveStatic":                    "the query",
	"accounts/breached.go Breached":            "the URL of a service, which the application set",
	"cache/view.go key":                        "the query, of which the key has what the options name",
	"outbound/outbound.go RoundTrip":           "a request that this program sends",
	"outbound/outbound.go once":                "a request that this program sends",
	"outbound/target.go redirect":              "a request that this program sends",
	"internal/flaskobjects/request.go Attr":    "the query",
	"internal/flaskobjects/request.go url":     "the query; the path is Context.path",
	"internal/verify/probes.go probeInput":     "a request that this program sends",
	"internal/verify/probes.go probeTraversal": "a request that this program sends",
	"secure/path.go RequestTarget":             "judges it",
	"secure/https.go ForceHTTPS":               "a redirect to the same target",
	"secure/redactattr.go redactAny":           "the path of a request in a log line, decoded",
	"secure/requestsecrets.go RequestSecrets":  "the query",
}

// TestRequestTargetIsReadInFewPlaces: whoever reads a request's URL or RequestURI may
// see another path than gate, router and guards did. New places need a reason.
func TestRequestTargetIsReadInFewPlaces(t *testing.T) {
	found := map[string]bool{}
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			switch path {
			case "bench", "examples", "cmd", "dewartest", "internal/thirdparty", "internal/conform", "jinja", ".git", "testdata", "bin", "dist":
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, decl := range f.Decls {
			fn, ok := decl.(*ast.FuncDecl)
			if ok && readsTarget(fn.Body) {
				found[filepath.ToSlash(path)+" "+fn.Name.Name] = true
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, place := range slices.Sorted(maps.Keys(found)) {
		if targetReads[place] == "" {
			t.Errorf("%s reads a request's URL or RequestURI: use Context.Path, or say in the list why it is safe", place)
		}
	}
	for place := range targetReads {
		if !found[place] {
			t.Errorf("%s is in the list and reads none", place)
		}
	}
}

// notRequests are packages and configurations that have a URL too.
var notRequests = []string{"url", "markup", "c", "o", "cfg", "config", "Config", "options"}

// readsTarget looks for x.URL and x.RequestURI that are no calls.
func readsTarget(body *ast.BlockStmt) (found bool) {
	if body == nil {
		return false
	}
	called := map[ast.Expr]bool{}
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			called[n.Fun] = true
		case *ast.SelectorExpr:
			of := ""
			switch x := n.X.(type) {
			case *ast.Ident:
				of = x.Name
			case *ast.SelectorExpr:
				of = x.Sel.Name
			}
			if (n.Sel.Name == "URL" || n.Sel.Name == "RequestURI") && !called[n] && !slices.Contains(notRequests, of) {
				found = true
			}
		}
		return true
	})
	return found
}
