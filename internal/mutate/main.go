// Command mutate changes a package in one place at a time and runs its tests, to find what
// no test would notice:
//
//	go run ./internal/mutate -every 10 -run 'CSRF|Gate' -files csrf.go,gate.go .
//
// It inverts conditions, exchanges comparisons and operators, and leaves out calls,
// assignments and returns of errors. The tree stays as it is: the changed file goes to
// the compiler by -overlay. What it prints are the changes that all tests passed.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/printer"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// A mutant is a change and its undoing.
type mutant struct {
	what     string
	pos      token.Pos
	do, undo func()
}

// exchanges are the operators that stand for others.
var exchanges = map[token.Token]token.Token{
	token.EQL: token.NEQ, token.NEQ: token.EQL, token.LSS: token.LEQ, token.LEQ: token.LSS, token.GTR: token.GEQ, token.GEQ: token.GTR,
	token.LAND: token.LOR, token.LOR: token.LAND, token.ADD: token.SUB, token.SUB: token.ADD,
}

func main() {
	every := flag.Int("every", 1, "try one of so many mutants")
	run := flag.String("run", ".", "the tests, as for go test")
	files := flag.String("files", "", "the files, with commas; all of the package when empty")
	limit := flag.Duration("timeout", time.Minute, "for the tests of one mutant")
	most := flag.Duration("for", 24*time.Hour, "for all of them: what is found by then is printed")
	flag.Parse()
	dir := flag.Arg(0)
	names := strings.Split(*files, ",")
	if *files == "" {
		names, _ = filepath.Glob(filepath.Join(dir, "*.go"))
	}
	tried, killed, count, start := 0, 0, 0, time.Now()
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		name = filepath.Join(dir, filepath.Base(name))
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, name, nil, parser.ParseComments)
		must(err)
		for _, m := range mutants(file) {
			if count++; count%*every != 0 || time.Since(start) > *most {
				continue
			}
			m.do()
			var b bytes.Buffer
			err := printer.Fprint(&b, fset, file)
			m.undo()
			must(err)
			built, failed := try(dir, name, b.Bytes(), *run, *limit)
			if !built {
				continue
			}
			tried++
			if failed {
				killed++
			} else {
				fmt.Fprintf(os.Stdout, "%v: %s\n", fset.Position(m.pos), m.what)
			}
		}
	}
	fmt.Fprintf(os.Stdout, "%d of %d killed, of %d in all\n", killed, tried, count)
}

// mutants lists the changes of a file.
func mutants(file *ast.File) (list []mutant) {
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BinaryExpr:
			from := n.Op
			if to, ok := exchanges[from]; ok {
				list = append(list, mutant{fmt.Sprintf("%v is %v", from, to), n.OpPos, func() { n.Op = to }, func() { n.Op = from }})
			}
		case *ast.IfStmt:
			cond := n.Cond
			list = append(list, mutant{"the condition is inverted", n.If, func() {
				n.Cond = &ast.UnaryExpr{OpPos: cond.Pos(), Op: token.NOT, X: &ast.ParenExpr{Lparen: cond.Pos(), X: cond, Rparen: cond.End()}}
			}, func() { n.Cond = cond }})
		case *ast.BlockStmt:
			for i, s := range n.List {
				if what := removable(s); what != "" {
					list = append(list, mutant{what + " is left out", s.Pos(), func() { n.List[i] = &ast.EmptyStmt{Semicolon: s.Pos()} }, func() { n.List[i] = s }})
				}
			}
		}
		return true
	})
	return list
}

// removable says what kind a statement is that may be left out, "" for none.
func removable(s ast.Stmt) string {
	switch s := s.(type) {
	case *ast.ExprStmt:
		return "a call"
	case *ast.DeferStmt:
		return "a defer"
	case *ast.AssignStmt:
		if s.Tok != token.DEFINE {
			return "an assignment"
		}
	}
	return ""
}

// try runs the tests with a file in place of the one of that name.
func try(dir, name string, text []byte, run string, limit time.Duration) (built, failed bool) {
	temp, err := os.MkdirTemp("", "mutate-")
	must(err)
	defer os.RemoveAll(temp)
	full, _ := filepath.Abs(name)
	changed, overlay := filepath.Join(temp, filepath.Base(name)), filepath.Join(temp, "overlay.json")
	b, _ := json.Marshal(map[string]any{"Replace": map[string]string{full: changed}})
	must(errors.Join(os.WriteFile(changed, text, 0o600), os.WriteFile(overlay, b, 0o600)))
	ctx, cancel := context.WithTimeout(context.Background(), 5*limit)
	defer cancel()
	out, err := exec.CommandContext(ctx, "go", "test", "-vet=off", "-failfast", "-overlay", overlay, "-timeout", limit.String(), "-run", run, "./"+filepath.Clean(dir)).CombinedOutput() //nolint:gosec // arguments of whoever runs it
	return !bytes.Contains(out, []byte("[build failed]")), err != nil
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
