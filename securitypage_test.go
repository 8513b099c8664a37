package dewar_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestSecurityPageNamesRealTests: each test that docs/security.md names is there,
// and each row of its comparison names one or says that there is nothing to prove.
func TestSecurityPageNamesRealTests(t *testing.T) {
	page, err := os.ReadFile("docs/security.md")
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	declared := regexp.MustCompile(`(?m)^func ((?:Test|Fuzz|Example)\w*)\(`)
	err = filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && strings.HasPrefix(d.Name(), ".") && path != ".":
			return fs.SkipDir
		case !strings.HasSuffix(path, "_test.go"):
			return nil
		}
		source, err := os.ReadFile(path)
		for _, m := range declared.FindAllSubmatch(source, -1) {
			known[string(m[1])] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile("`((?:Test|Fuzz|Example)\\w*)(?:/[^`]*)?`")
	all := named.FindAllStringSubmatch(string(page), -1)
	for _, m := range all {
		if !known[m[1]] {
			t.Errorf("docs/security.md names the test %s, which does not exist", m[1])
		}
	}
	_, table, _ := strings.Cut(string(page), "## Beside six other frameworks")
	table, _, _ = strings.Cut(table, "\n## ")
	rows := 0
	for line := range strings.Lines(table) {
		cells := strings.Split(strings.Trim(line, "| \n"), " | ")
		if !strings.HasPrefix(line, "| ") || len(cells) < 2 || strings.HasPrefix(line, "| | ") {
			continue
		}
		rows++
		last := cells[len(cells)-1]
		switch {
		case len(cells) != 9:
			t.Errorf("%d cells in %s", len(cells), line)
		case !named.MatchString(last) && last != "none":
			t.Errorf("no test proves %q", cells[0])
		case last == "none" && !strings.HasPrefix(cells[7], "not yet"):
			t.Errorf("%q claims %q without a test", cells[0], cells[7])
		}
	}
	if rows != 19 || len(all) < 50 {
		t.Errorf("%d rows, %d tests", rows, len(all))
	}
}
