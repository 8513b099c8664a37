package value

import (
	"testing"

	"github.com/dewar-go/dewar/markup"
)

// AppendReads has to print what the general way prints, and to stop where it cannot.
func TestAppendReads(t *testing.T) {
	type row struct {
		N    int
		M    int64
		S    string
		H    markup.HTML
		F    float64
		Any  any
		Deep struct{ X int }
	}
	rows := []row{{N: 1, M: -5, S: "<a>", H: "<b>", F: 1.5}, {N: 1234567, M: 1 << 40, S: "", H: "x&y"}, {N: 99, S: "é'\""}}
	pointers := []*row{&rows[0], &rows[1], nil, &rows[2]}
	maps := []map[string]any{{"N": 1, "S": "<a>"}, {"N": 2, "S": "x"}, {"N": 3}, {"N": 4, "S": 1.5}}
	type read struct {
		pre, name string
	}
	tests := []struct {
		in    any
		reads []read
		stop  int
	}{
		{rows, []read{{"<i>", "n"}, {"</i>", "s"}, {"-", "m"}, {"", "h"}}, 3},
		{rows, []read{{"", "s"}, {"", "f"}}, 0},
		{rows, []read{{"", "any"}}, 0},
		{rows, []read{{"", "nope"}}, 0},
		{rows, []read{{"x", ""}}, 0},
		{pointers, []read{{"", "S"}, {",", "N"}}, 2},
		{maps, []read{{"[", "N"}, {"|", "S"}}, 2},
		{maps, []read{{"", "items"}}, 0},
		{[]int{1, 20, 300, 4000, 50000, 600000, 7000000, -8}, []read{{"+", ""}}, 8},
		{[]string{"<", "b"}, []read{{"", ""}, {"", ""}}, 2},
		{[]markup.HTML{"<", "b"}, []read{{"", ""}}, 2},
		{[]float64{1}, []read{{"", ""}}, 0},
		{[]bool{true}, []read{{"", ""}}, 0},
		{NewList([]Value{Int(1)}), []read{{"", ""}}, 0},
		{[]int(nil), []read{{"", ""}}, 0},
	}
	places := []struct {
		in    any
		name  string
		place Place
		stop  int
	}{
		{rows, "N", InQuote, 3}, {rows, "S", InQuote, 3}, {rows, "H", InQuote, 0}, {rows, "H", InText, 3},
		{maps, "S", InQuote, 2}, {[]string{"a"}, "", InQuote, 1}, {[]markup.HTML{"a"}, "", InQuote, 0},
		{[]any{map[string]any{"S": markup.HTML("<")}}, "S", InQuote, 0},
	}
	for _, test := range places {
		x := Read{Name: test.name, Place: test.place}
		if test.name != "" {
			x.Site = new(Site)
		}
		s, _ := Seq(Of(test.in))
		if _, stop := s.AppendReads(nil, 0, 100, &Reads{Reads: []Read{x}, HTML: true}); stop != test.stop {
			t.Errorf("%T %s at place %d: stopped at %d, want %d", test.in, test.name, test.place, stop, test.stop)
		}
	}
	for _, test := range tests {
		for _, html := range []bool{true, false} {
			reads := &Reads{Post: NewText(";"), HTML: html}
			for _, r := range test.reads {
				x := Read{Pre: NewText(r.pre), Name: r.name}
				if r.name != "" {
					x.Site = new(Site)
				}
				reads.Reads = append(reads.Reads, x)
			}
			s, _ := Seq(Of(test.in))
			for range 2 {
				got, stop := s.AppendReads([]byte("start"), 0, 100, reads)
				if stop != test.stop {
					t.Fatalf("%T %v: stopped at %d, want %d", test.in, test.reads, stop, test.stop)
				}
				want := []byte("start")
				for i := range stop {
					for _, r := range reads.Reads {
						v := s.At(i)
						if r.Site != nil {
							v, _ = new(Site).Lookup(v, r.Name)
						}
						want = append(want, r.Pre.String()...)
						if html {
							want, _ = AppendEscaped(want, v)
						} else {
							want, _ = AppendStr(want, v)
						}
					}
					want = append(want, ';')
				}
				if string(got) != string(want) {
					t.Errorf("%T: got %q, want %q", test.in, got, want)
				}
			}
		}
	}
}
