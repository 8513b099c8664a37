package negotiate_test

import (
	"strings"
	"testing"

	"github.com/dewar-go/dewar/internal/negotiate"
)

func TestValidators(t *testing.T) {
	for _, row := range []struct {
		name         string
		header       []string
		tag          string
		weak, strong bool
	}{
		{"one", []string{`"a"`}, `"a"`, true, true},
		{"another", []string{`"b"`}, `"a"`, false, false},
		{"in a list", []string{`"b", "a"`}, `"a"`, true, true},
		{"on a second line", []string{`"b"`, `"a"`}, `"a"`, true, true},
		{"any", []string{"*"}, `"a"`, true, true},
		{"weak there", []string{`W/"a"`}, `"a"`, true, false},
		{"weak here", []string{`"a"`}, `W/"a"`, true, false},
		{"weak both", []string{`W/"a"`}, `W/"a"`, true, false},
		{"without quotes", []string{"a"}, `"a"`, false, false},
		{"none", nil, `"a"`, false, false},
		{"too long to read", []string{strings.Repeat(`"b",`, 2000) + `"a"`}, `"a"`, false, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := negotiate.MatchesWeakly(row.header, row.tag); got != row.weak {
				t.Errorf("weakly %v", got)
			}
			if got := negotiate.MatchesStrongly(row.header, row.tag); got != row.strong {
				t.Errorf("strongly %v", got)
			}
		})
	}
}
