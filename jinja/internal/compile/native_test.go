package compile

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/dewar-go/dewar/jinja/internal/value"
)

func literals(t testing.TB) [][]*string {
	raw, err := os.ReadFile("testdata/literal.json")
	if err != nil {
		t.Fatal(err)
	}
	var rows [][]*string
	if err := json.Unmarshal(raw, &rows); err != nil {
		t.Fatal(err)
	}
	return rows
}

// TestLiteral reads texts as Python's ast.literal_eval.
func TestLiteral(t *testing.T) {
	for _, row := range literals(t) {
		text, want := *row[0], row[1]
		v, ok, err := literal(text)
		if len(row) == 3 {
			if err == nil || err.Error() != "TypeError: "+*row[2] {
				t.Errorf("%q fails with %v, want %s", text, err, *row[2])
			}
			continue
		}
		switch {
		case !ok && want != nil:
			t.Errorf("%q is no literal, want %s", text, *want)
		case ok && want == nil:
			got, _ := value.ReprOf(v)
			t.Errorf("%q is %s, want no literal", text, got)
		case ok:
			if got, _ := value.ReprOf(v); got != *want {
				t.Errorf("%q is %s, want %s", text, got, *want)
			}
		}
	}
}

// FuzzLiteral checks that what is read prints as a text that reads the same.
func FuzzLiteral(f *testing.F) {
	for _, row := range literals(f) {
		f.Add(*row[0])
	}
	f.Fuzz(func(t *testing.T, text string) {
		v, ok, _ := literal(text)
		if !ok || !utf8.ValidString(text) {
			return
		}
		repr, err := value.ReprOf(v)
		if err != nil {
			return
		}
		again, ok, _ := literal(repr)
		if repr == "inf" || repr == "-inf" {
			return
		}
		if strings.Contains(repr, "-0") && strings.Contains(repr, "j") {
			return // in Python, too, (-0-0j) reads as 0j
		}
		if r, _ := value.ReprOf(again); ok && r != repr {
			t.Errorf("%q is %s, which reads as %s", text, repr, r)
		}
	})
}
