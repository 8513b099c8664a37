package dewar_test

import (
	"reflect"
	"testing"

	"github.com/dewar-go/dewar"
)

// TestMethodCounts keeps the vocabulary one that a person can know: a method is
// what many programs need, a rarer thing is a function that takes the App or the
// Context.
func TestMethodCounts(t *testing.T) {
	for _, row := range []struct {
		of   reflect.Type
		most int
	}{
		{reflect.TypeFor[*dewar.Context](), 60},
		{reflect.TypeFor[*dewar.App](), 45},
	} {
		if n := row.of.NumMethod(); n > row.most {
			t.Errorf("%v has %d methods; %d are the most", row.of, n, row.most)
		}
	}
}
