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
		{"page_size", "page_sise", 1}, {"sever", "server", 1}, {"kitten", "sitting", 3}, {"ab", "ba", 2},
	} {
		if got := spell.Distance(row.a, row.b); got != row.want {
			t.Errorf("%q, %q: %d, want %d", row.a, row.b, got, row.want)
		}
	}
}
