package checks_test

import (
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/dewar-go/dewar/internal/checks"
	"github.com/dewar-go/dewar/jinja"
)

var update = flag.Bool("update", false, "write docs/checks")

// TestPages: each number has its page and each page its number, word for word.
func TestPages(t *testing.T) {
	const dir = "../../docs/checks"
	want := map[string]string{"README.md": checks.Index()}
	last := ""
	for _, r := range checks.Rules {
		if !regexp.MustCompile(`^DW[1-9]\d\d$`).MatchString(r.Number) || r.Number <= last || r.What == "" || r.Why == "" || r.Mend == "" {
			t.Errorf("%s %s: a number in its order, what, why and how to mend", r.Number, r.ID)
		}
		last = r.Number
		want[r.Number+".md"] = r.Text()
	}
	if *update {
		for name, text := range want {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if want[f.Name()] == "" {
			t.Errorf("docs/checks/%s has no rule", f.Name())
		}
	}
	for name, text := range want {
		if got, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(got) != text {
			t.Errorf("docs/checks/%s: run go test ./internal/checks -update (%v)", name, err)
		}
	}
}

// TestEveryFindingHasANumber: each ID in the sources is in the table, and each of the table in the sources.
func TestEveryFindingHasANumber(t *testing.T) {
	known, used := map[string]bool{}, map[string]bool{}
	for _, r := range checks.Rules {
		if known[r.ID] {
			t.Errorf("%s stands twice", r.ID)
		}
		known[r.ID] = true
	}
	for id := range jinja.CheckRules() {
		used[id] = true
	}
	// A literal ID, the first argument of a local add, and the table of fields.
	literal := regexp.MustCompile(`(?:\bID: +|\badd\(|known\.id, known\.message = |(?:": +\{))"([a-z]+(?:-[a-z]+)*)"`)
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			switch d.Name() {
			case ".git", "bench", "examples", "testdata", "checks", "docs":
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		source, err := os.ReadFile(path)
		if !strings.Contains(string(source), "Finding") {
			return err
		}
		for _, m := range literal.FindAllSubmatch(source, -1) {
			used[string(m[1])] = true
			if strings.Contains(string(m[0]), "ID:") && !known[string(m[1])] {
				t.Errorf("%s: the finding %q has no number in internal/checks", path, m[1])
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range checks.Rules {
		if !used[r.ID] && r.Number[2] != '7' { // those are contrib/vet's, whose test looks
			t.Errorf("%s: nothing reports %s", r.Number, r.ID)
		}
	}
	for id := range used {
		if !known[id] && jinja.CheckRules()[id] != "" {
			t.Errorf("the rule %s of templates has no number", id)
		}
	}
}
