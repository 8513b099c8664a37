package result

import (
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func TestRatiosWithinARound(t *testing.T) {
	s := New("x")
	for _, round := range [][2]float64{{10, 20}, {100, 300}, {40, 40}} { // the machine's speed changes between rounds
		s.Add("a", "ours", "ns", round[0])
		s.Add("a", "theirs", "ns", round[1])
	}
	s.Base("ours")
	row := s.Run().Find("a", "theirs", "ns")
	if row.Ratio != 2 || row.RatioMin != 1 || row.RatioMax != 3 || row.Median != 40 || row.Min != 20 || row.Max != 300 {
		t.Errorf("%+v", row)
	}
}

func TestWriteAndRead(t *testing.T) {
	s := New("x")
	s.At("memory", "ours", "MB", 1000, "connections", 12)
	s.Add("a", "ours", "ns", 1)
	s.Base("ours", "ns")
	want := s.Run()
	file := filepath.Join(t.TempDir(), "deep", "x.json")
	if err := want.Write(file); err != nil {
		t.Fatal(err)
	}
	got, err := Read(file)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
}

func TestTable(t *testing.T) {
	s := New("x")
	zero := 0.0
	for range 3 {
		s.Add("a", "ours", "ns", 1234)
		s.Add("a", "theirs", "ns", 2468)
		s.At("memory", "ours", "MB", 1000, "connections", 12)
	}
	s.rows[key{"a", "ours", "ns", 0}].Allocs = &zero
	s.Base("ours", "ns")
	var b strings.Builder
	if err := s.Run().Table(&b); err != nil {
		t.Fatal(err)
	}
	want := `
| ns | a |
|---|---|
| ours | 1,234 · 0 allocs |
| theirs | 2,468 · 2.00x (2.00–2.00) |

memory, MB

| connections | ours |
|---|---|
| 1,000 | 12.0 |
`
	if b.String() != want {
		t.Errorf("got %s\nwant %s", b.String(), want)
	}
}

func TestTurn(t *testing.T) {
	for round, want := range []string{"abc", "bca", "cab", "abc"} {
		if got := strings.Join(Turn([]string{"a", "b", "c"}, round), ""); got != want {
			t.Errorf("round %d: %s, want %s", round, got, want)
		}
	}
}
