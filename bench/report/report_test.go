package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dewar-go/dewar/bench/internal/result"
)

func TestReport(t *testing.T) {
	dir := t.TempDir()
	set := result.New("x")
	for _, n := range []float64{1, 2, 4} {
		set.At("size", "dewar", "ns", n, "rows", 10+3*n)
	}
	set.Add("a", "dewar", "ns", 5)
	set.Note("a peer is missing")
	if err := set.Run().Write(filepath.Join(dir, "results", "x.json")); err != nil {
		t.Fatal(err)
	}
	page := filepath.Join(dir, "page.md")
	source := "# Page\n<!-- table: x | ns -->\nold\n<!-- end -->\nbetween\n<!-- curve: x | size | ns | Size | size.svg -->\n<!-- end -->\n<!-- notes: x -->\n<!-- end -->\n<!-- machine -->\n<!-- end -->\n"
	if err := os.WriteFile(page, []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := run(filepath.Join(dir, "results"), page); err != nil {
		t.Fatal(err)
	}
	first, _ := os.ReadFile(page)
	for _, want := range []string{"| dewar | 5.00 |", "between", "![Size](benchmarks/size.svg)", "| 4 | 22.0 |", "dewar 3 ns a row", "- a peer is missing", "| x | "} {
		if !strings.Contains(string(first), want) {
			t.Errorf("no %q in\n%s", want, first)
		}
	}
	if strings.Contains(string(first), "old") {
		t.Error("what stood there is still there")
	}
	if _, err := os.Stat(filepath.Join(dir, "benchmarks", "size.svg")); err != nil {
		t.Error(err)
	}
	if err := run(filepath.Join(dir, "results"), page); err != nil {
		t.Fatal(err)
	}
	if again, _ := os.ReadFile(page); string(again) != string(first) {
		t.Errorf("filled again it is another:\n%s", again)
	}
}
