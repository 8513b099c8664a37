//go:build !race

package session_test

// The race detector makes sync.Pool drop what it is given, so that allocations
// are counted without it.

import "testing"

// TestLoadAllocates holds the budget: three allocations to load a signed
// cookie, none of them for its values.
func TestLoadAllocates(t *testing.T) {
	store := stores(t)["cookie"]
	value, err := store.Save(t.Context(), benchSession())
	if err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(100, func() { store.Load(t.Context(), value) }); n > 3 {
		t.Errorf("loading allocates %v times", n)
	}
}
