package spell_test

import (
	"testing"

	"github.com/dewar-go/dewar/internal/spell"
)

func TestDistance(t *testing.T) {
	for _, row := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"a", "", 1}, {"", "ab", 2},
		{"page_size", "page_sise", 1}, {"sever", "server", 1}, {"kitten", "sitting", 3}, {"ab", "ba", 1}, {"abc", "ca", 3}, {"check", "chekc", 1},
	} {
		if got := spell.Distance(row.a, row.b); got != row.want {
			t.Errorf("%q, %q: %d, want %d", row.a, row.b, got, row.want)
		}
	}
}

func TestNearest(t *testing.T) {
	names := []string{"run", "routes", "check", "secret"}
	for name, want := range map[string]string{
		"rnu": "run", "rnus": "", "ruun": "run", "route": "routes", "chekc": "check", "sercet": "secret", "fly": "", "": "", "x": "", "secretly": "secret",
	} {
		if got := spell.Nearest(name, names); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}
