package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestExtract compares catalogues with those that Babel makes; testdata/pot.py
// made them.
func TestExtract(t *testing.T) {
	t.Chdir("testdata")
	t.Setenv("SOURCE_DATE_EPOCH", "1706933100")
	about := []string{"--project=Shop", "--version", "1.0", "--copyright-holder", "ACME", "--msgid-bugs-address=bugs@example.org"}
	for _, row := range []struct {
		golden, args string
	}{
		{"messages.pot", "-c NOTE:"},
		{"sorted.pot", "--sort-output --width 40 -k custom:2 -k custom2 -c NOTE:,other"},
		{"nowrap.pot", "--no-wrap --no-location --omit-header --trimmed"},
		{"byfile.pot", "--sort-by-file"},
	} {
		t.Run(row.golden, func(t *testing.T) {
			want, err := os.ReadFile(row.golden)
			if err != nil {
				t.Fatal(err)
			}
			var stdout, stderr bytes.Buffer
			args := slices.Concat([]string{"extract", "messages.html", "messages2.html"}, strings.Fields(row.args), about)
			if status := run(args, nil, &stdout, &stderr); status != 0 {
				t.Fatalf("status %d: %s", status, stderr.String())
			}
			got := strings.Replace(stdout.String(), "\"Generated-By: Dewar\\n\"\n", "", 1)
			if got != string(want) {
				t.Errorf("got:\n%s\nwant:\n%s", got, want)
			}
			if !strings.Contains(stderr.String(), "messages.html:10: an empty text") {
				t.Errorf("stderr %q", stderr.String())
			}
		})
	}
}

func TestExtractFolder(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"b.html": `{{ _("b") }}`, "a/c.txt": `{{ _("c") }}`, "a/_hidden.html": `{{ _("hidden") }}`, ".git/x.html": `{{ _("git") }}`,
		"a.html": `{{ _("a") }}`, "image.png": `{{ _("png") }}`,
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
	extracted := func(args ...string) (int, string, string) {
		var stdout, stderr bytes.Buffer
		status := run(append([]string{"extract", "--omit-header"}, args...), nil, &stdout, &stderr)
		return status, stdout.String(), stderr.String()
	}
	status, out, _ := extracted(".")
	if want := "#: a.html:1\nmsgid \"a\"\nmsgstr \"\"\n\n#: b.html:1\nmsgid \"b\"\nmsgstr \"\"\n\n#: a/c.txt:1\nmsgid \"c\"\nmsgstr \"\"\n\n"; status != 0 || out != want {
		t.Errorf("status %d, got %q, want %q", status, out, want)
	}
	if status, out, stderr := extracted("a", "-o", "messages.pot"); status != 0 || out != "" {
		t.Errorf("status %d, stdout %q, stderr %q", status, out, stderr)
	}
	if raw, err := os.ReadFile("messages.pot"); err != nil || !strings.Contains(string(raw), `msgid "c"`) {
		t.Errorf("%q, %v", raw, err)
	}
	// One broken template does not hide the messages of the others.
	if err := os.WriteFile("broken.html", []byte("\n{% if %}"), 0o600); err != nil {
		t.Fatal(err)
	}
	if status, out, stderr := extracted("."); status != 1 || !strings.Contains(out, `msgid "b"`) || !strings.Contains(stderr, "broken.html:2") {
		t.Errorf("status %d, stdout %q, stderr %q", status, out, stderr)
	}
	for _, row := range []struct {
		name, stderr string
		status       int
		args         []string
	}{
		{"nothing to read", "Usage", 2, nil},
		{"bad keyword", "is no keyword", 2, []string{"-k", "f:x", "."}},
		{"bad width", "--width", 2, []string{"--width", "x", "."}},
		{"no such file", "none.html", 1, []string{"none.html"}},
		{"no templates", "no templates", 1, []string{".git"}},
		{"no such option", "--fast", 2, []string{"--fast", "."}},
	} {
		t.Run(row.name, func(t *testing.T) {
			if row.name == "no templates" {
				if err := os.Remove(".git/x.html"); err != nil {
					t.Fatal(err)
				}
			}
			if status, _, stderr := extracted(row.args...); status != row.status || !strings.Contains(stderr, row.stderr) {
				t.Errorf("status %d, stderr %q", status, stderr)
			}
		})
	}
}
