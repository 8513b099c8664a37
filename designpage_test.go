package dewar_test

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestDesignPageNamesRealFiles: each file and folder of the house that docs/design.md
// names is there, and each internal package is named.
func TestDesignPageNamesRealFiles(t *testing.T) {
	raw, err := os.ReadFile("docs/design.md")
	if err != nil {
		t.Fatal(err)
	}
	page := string(raw)
	named := 0
	for _, m := range regexp.MustCompile("[`│ ]((?:secure|session|internal|jinja|config)?[a-z/]*[a-z]+\\.go)\\b").FindAllStringSubmatch(page, -1) {
		file := m[1]
		if file == "value/unsafe.go" {
			file = "jinja/internal/" + file
		}
		named++
		if _, err := os.Stat(file); err != nil {
			t.Errorf("docs/design.md names %s: %v", m[1], err)
		}
	}
	if named < 20 {
		t.Errorf("only %d files found in docs/design.md", named)
	}
	dirs, err := os.ReadDir("internal")
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range dirs {
		if !strings.Contains(page, "`"+d.Name()+"`") {
			t.Errorf("docs/design.md does not name internal/%s", d.Name())
		}
	}
}
