package vet

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/analysistest"

	"github.com/dewar-go/dewar/internal/checks"
)

func TestAnalyzers(t *testing.T) {
	if err := analysis.Validate(Analyzers); err != nil {
		t.Fatal(err)
	}
	numbers := 0
	for _, r := range checks.Rules {
		if strings.HasPrefix(r.Number, "DW7") {
			numbers++
		}
	}
	if numbers != len(Analyzers) {
		t.Errorf("%d analyzers for %d numbers", len(Analyzers), numbers)
	}
	for _, a := range Analyzers {
		t.Run(a.Name, func(t *testing.T) {
			if _, ok := checks.ByID(a.Name); !ok {
				t.Error("it has no number in internal/checks")
			}
			analysistest.Run(t, analysistest.TestData(), a, a.Name)
		})
	}
}

// TestVetTool: go vet runs the tool over a planted application, and finds nothing in Flaskr and hello.
func TestVetTool(t *testing.T) {
	tool := filepath.Join(t.TempDir(), "dewar-vet")
	if out, err := exec.Command("go", "build", "-o", tool, "./cmd/dewar-vet").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	vet := func(dir string, packages ...string) string {
		c := exec.Command("go", append([]string{"vet", "-vettool=" + tool}, packages...)...)
		c.Dir = dir
		out, err := c.CombinedOutput()
		if (err != nil) != strings.Contains(string(out), "DW7") {
			t.Fatalf("%v\n%s", err, out)
		}
		return string(out)
	}
	planted := vet(".", "./testdata/planted")
	for _, want := range []string{"planted.go:24:", "DW701", "planted.go:28:", "DW709"} {
		if !strings.Contains(planted, want) {
			t.Errorf("%s is missing in\n%s", want, planted)
		}
	}
	if n := strings.Count(planted, "DW7"); n != 2 {
		t.Errorf("%d findings:\n%s", n, planted)
	}
	if out := vet("../../examples", "./flaskr", "./hello"); out != "" {
		t.Errorf("the examples have findings:\n%s", out)
	}
}
