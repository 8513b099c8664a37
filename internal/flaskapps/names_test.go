package flaskapps

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/dewartest"
)

// ofFlask is what testdata/names.py reads from Flask itself.
func ofFlask(t *testing.T) (read struct {
	Names  map[string][]string
	Errors map[int]struct{ Name, Description string }
}) {
	t.Helper()
	cmd := exec.Command("/usr/bin/python3", "-B", "-W", "ignore", "testdata/names.py")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		if os.Getenv("DEWAR_TEST_SERVICES") != "required" && (errors.Is(err, fs.ErrNotExist) || strings.Contains(stderr.String(), "ModuleNotFoundError")) {
			t.Skipf("this needs /usr/bin/python3 with Flask: %v %s", err, stderr.Bytes())
		}
		t.Fatalf("%v\n%s", err, stderr.Bytes())
	}
	if err := json.Unmarshal(out, &read); err != nil {
		t.Fatal(err)
	}
	return read
}

var code = regexp.MustCompile("`([^`]+)`")

// TestFlaskNames: docs/flask-names.md has every public name of Flask, and what it
// calls Dewar's is there.
func TestFlaskNames(t *testing.T) {
	page, err := os.ReadFile("../../docs/flask-names.md")
	if err != nil {
		t.Fatal(err)
	}
	words := dewarWords(t)
	told := map[string]bool{}
	part := ""
	for line := range strings.Lines(string(page)) {
		if title, ok := strings.CutPrefix(line, "## "); ok {
			part = strings.TrimSpace(title)
		}
		cells := strings.Split(line, "|")
		if len(cells) != 4 {
			continue
		}
		for _, m := range code.FindAllStringSubmatch(cells[1], -1) {
			told[part+" "+m[1]] = true
		}
		if strings.TrimSpace(cells[2]) == "" {
			t.Errorf("%s: %s has neither a word nor a reason", part, cells[1])
		}
		for _, m := range code.FindAllStringSubmatch(cells[2], -1) {
			if strings.Contains(m[1], ".") && !strings.HasPrefix(m[1], ".") && !words[m[1]] {
				t.Errorf("%s: Dewar has no %s", part, m[1])
			}
		}
	}
	for part, names := range ofFlask(t).Names {
		for _, name := range names {
			if !told[part+" "+name] {
				t.Errorf("docs/flask-names.md says nothing about %s of %s", name, part)
			}
		}
	}
}

// dewarWords are the exported names of Dewar's packages as the page writes them:
// session.Session.Get, c.Render, Config.Session.Lifetime.
func dewarWords(t *testing.T) map[string]bool {
	t.Helper()
	words := map[string]bool{}
	short := map[string]string{"Context": "c", "App": "app", "Blueprint": "bp", "Route": "route"}
	for _, dir := range []string{".", "cli", "config", "session", "jinja", "markup", "dewartest", "secure", "routing"} {
		files, err := filepath.Glob(filepath.Join("../..", dir, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		pkg := "dewar"
		if dir != "." {
			pkg = dir
		}
		add := func(kind, name string) {
			words[pkg+"."+kind+"."+name] = true
			if pkg == "dewar" {
				words[kind+"."+name] = true
				words[short[kind]+"."+name] = true
			}
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range parsed.Decls {
				switch d := d.(type) {
				case *ast.FuncDecl:
					if d.Recv == nil {
						words[pkg+"."+d.Name.Name] = true
					} else {
						add(receiver(d.Recv.List[0].Type), d.Name.Name)
					}
				case *ast.GenDecl:
					for _, spec := range d.Specs {
						kind, ok := spec.(*ast.TypeSpec)
						if !ok {
							continue
						}
						words[pkg+"."+kind.Name.Name] = true
						if s, ok := kind.Type.(*ast.StructType); ok {
							for _, f := range s.Fields.List {
								for _, name := range f.Names {
									add(kind.Name.Name, name.Name)
									if kind.Name.Name == "SessionConfig" {
										words["Config.Session."+name.Name] = true
									}
								}
							}
						}
					}
				}
			}
		}
	}
	return words
}

func receiver(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return receiver(e.X)
	case *ast.IndexExpr:
		return receiver(e.X)
	case *ast.Ident:
		return e.Name
	}
	return ""
}

// TestErrorTexts: beside Flask, handlers get Werkzeug's names and descriptions.
func TestErrorTexts(t *testing.T) {
	app := dewar.New(dewar.Config{InstanceDir: t.TempDir(), SecretKey: dewar.NewSecret(flaskKey), Flask: &dewar.FlaskSharing{}, Logger: slog.New(slog.DiscardHandler)})
	dewar.OnErrorAs(app, func(c *dewar.Context, e *dewar.HTTPError) error { return c.Text(e.Title + ": " + e.Detail) })
	dewar.Get1(app, "/<int:code>", func(_ *dewar.Context, code int) error { return dewar.StatusError(code) })
	client := dewartest.New(t, app)
	for code, want := range ofFlask(t).Errors {
		if got := client.Get(fmt.Sprintf("/%d", code)).Text; got != want.Name+": "+want.Description {
			t.Errorf("%d: %q, Werkzeug says %q: %q", code, got, want.Name, want.Description)
		}
	}
}
