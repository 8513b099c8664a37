package config

import (
	"encoding/json"
	"maps"
	"os"
	"strings"
	"testing"
)

// TestDotenv compares what is read with what python-dotenv reads;
// testdata/dotenv.py asked it.
func TestDotenv(t *testing.T) {
	b, err := os.ReadFile("testdata/dotenv.json")
	if err != nil {
		t.Fatal(err)
	}
	var golden []struct {
		Text   string
		Values map[string]string
		Bad    int
	}
	if err := json.Unmarshal(b, &golden); err != nil {
		t.Fatal(err)
	}
	outside := func(name string) (string, bool) { return "from outside", name == "SET" }
	for _, g := range golden {
		got, bad, err := parseDotenv([]byte(g.Text), outside)
		if err != nil || !maps.Equal(got, g.Values) || len(bad) != g.Bad {
			t.Errorf("%q:\n%q, %d bad lines, %v; python-dotenv has\n%q, %d", g.Text, got, len(bad), err, g.Values, g.Bad)
		}
	}
}

func TestDotenvLimits(t *testing.T) {
	none := func(string) (string, bool) { return "", false }
	for name, text := range map[string]string{
		"not UTF-8": "A=\xff",
		"NUL":       "A=b\x00",
		"growth":    "A=" + strings.Repeat("x", 1000) + "\n" + strings.Repeat("A=${A}${A}\n", 40),
	} {
		if got, _, err := parseDotenv([]byte(text), none); err == nil {
			t.Errorf("%s: %d values", name, len(got))
		}
	}
	got, bad, err := parseDotenv([]byte("\ufeffA=b\n\n\nx y\nB='c\nd'\n"), none)
	if err != nil || got["A"] != "b" || got["B"] != "c\nd" || len(bad) != 1 || bad[0] != 4 {
		t.Errorf("%q, %v, %v", got, bad, err)
	}
}

func FuzzDotenv(f *testing.F) {
	for _, s := range []string{"A=b # c", "export A=\"b\nc\" # d", "A='\\'\nB=${A:-x}", "\ufeffA", "A=\"", "=", "'A'=${SET}"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		vars, bad, err := parseDotenv([]byte(text), func(name string) (string, bool) { return "s", name == "SET" })
		if err != nil {
			return
		}
		lines := 1 + strings.Count(text, "\n") + strings.Count(text, "\r")
		for _, line := range bad {
			if line < 1 || line > lines {
				t.Fatalf("line %d of %d is bad", line, lines)
			}
		}
		size := 0
		for name, v := range vars {
			if size += len(v); name == "" || strings.ContainsRune(name+v, 0) {
				t.Fatalf("%q=%q", name, v)
			}
		}
		if size > maxFile {
			t.Fatalf("%d bytes", size)
		}
	})
}
