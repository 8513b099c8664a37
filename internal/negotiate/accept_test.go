package negotiate_test

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/dewar-go/dewar/internal/negotiate"
)

// TestNegotiationIsWerkzeugs: see testdata/accept.py.
func TestNegotiationIsWerkzeugs(t *testing.T) {
	b, err := os.ReadFile("testdata/accept.json")
	if err != nil {
		t.Fatal(err)
	}
	type golden struct {
		Header string
		Offers []string
		Best   string
	}
	var g struct{ Accept, Language []golden }
	if err := json.Unmarshal(b, &g); err != nil || len(g.Accept) == 0 || len(g.Language) == 0 {
		t.Fatal(g, err)
	}
	for _, row := range g.Accept {
		if got := negotiate.Media([]string{row.Header}, row.Offers); got != row.Best {
			t.Errorf("Accept: %s of %q: got %q, want %q", row.Header, row.Offers, got, row.Best)
		}
	}
	for _, row := range g.Language {
		if got := negotiate.Language([]string{row.Header}, row.Offers); got != row.Best {
			t.Errorf("Accept-Language: %s of %q: got %q, want %q", row.Header, row.Offers, got, row.Best)
		}
	}
}
