package jinja

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/dewar-go/dewar/markup"
)

type columnItem struct {
	A, B  int
	Small int8
	Wide  int64
	Byte  uint8
	F, G  float64
	Yes   bool
	No    bool
	Name  string
	Safe  markup.HTML
	Tags  []string
}

// conditions makes random conditions out of what loops compute by columns, with operands at the edges of their types.
type conditions struct{ *rand.Rand }

func (r conditions) pick(list ...string) string { return list[r.IntN(len(list))] }

func (r conditions) number(depth int) string {
	switch n := r.IntN(12); {
	case n < 5 || depth > 2:
		return r.pick("s.a", "s.b", "s.small", "s.wide", "s.byte", "s.f", "s.g", "loop.index", "loop.index0")
	case n < 7:
		return r.pick("0", "1", "2", "3", "7", "-1", "-5", "16", "2.5", "0.0", "1000000", "4611686018427387904", "outer", "ratio")
	}
	return "(" + r.number(depth+1) + r.pick(" + ", " - ", " * ", " // ", " % ", " / ") + r.number(depth+1) + ")"
}

func (r conditions) cond(depth int) string {
	switch n := r.IntN(14); {
	case n < 3 && depth < 4:
		return "(" + r.cond(depth+1) + r.pick(" and ", " or ") + r.cond(depth+1) + ")"
	case n < 4 && depth < 4:
		return "not " + r.cond(depth+1)
	case n < 5:
		return r.pick("s.yes", "s.no", "loop.first", "loop.last", "s.name", "s.safe", "flag", "s.a", "s.f", "true", "missing")
	case n < 6:
		return "s.name " + r.pick("==", "!=") + r.pick(" 'x'", " 'yy'", " word", " ''", " s.safe")
	case n < 7:
		return r.pick("s.name", "s.a") + r.pick(" in ", " not in ") + r.pick("['x', 'yy']", "[1, 2, 3]", "('x', 3)", "'xyz'")
	case n < 8:
		return "s.yes " + r.pick("==", "!=") + r.pick(" s.no", " true", " flag", " 1")
	case n < 9:
		return r.number(1) + " is " + r.pick("even", "odd", "divisibleby 3", "divisibleby(2)")
	case n < 10:
		return r.number(1) + r.pick(" < ", " <= ", " == ") + r.number(1) + r.pick(" < ", " > ", " != ") + r.number(1)
	}
	return r.number(0) + r.pick(" < ", " <= ", " == ", " != ", " > ", " >= ") + r.number(0)
}

func (r conditions) body(depth int) string {
	var b strings.Builder
	for range 1 + r.IntN(3) {
		switch n := r.IntN(10); {
		case n < 4 && depth < 3:
			fmt.Fprintf(&b, "{%% if %s %%}%s", r.cond(0), r.body(depth+1))
			for range r.IntN(3) {
				fmt.Fprintf(&b, "{%% elif %s %%}%s", r.cond(0), r.body(depth+1))
			}
			if r.IntN(2) == 0 {
				b.WriteString("{% else %}" + r.body(depth+1))
			}
			b.WriteString("{% endif %}")
		case n < 6:
			b.WriteString(r.pick("a", "bb", "<i>", "a text that is longer than sixteen bytes", "\n"))
		case n < 8:
			b.WriteString(r.pick("{{ s.a }}", "{{ s.name }}:{{ loop.index }}", "{{ s.safe }} {{ s.f }}", "{{ s.name|upper }}", "{{ s.small }}{{ s.yes }}", "{{ loop.cycle('o', 'e') }}", "{{ word }}"))
		case n < 9:
			b.WriteString(r.pick("{% set v = s.a %}{{ v }}", "{% for t in s.tags %}{{ t }}{{ s.b }}{% endfor %}", "{% if loop.index == 70 %}{% break %}{% endif %}", "{% if s.yes %}{% continue %}{% endif %}"))
		default:
			b.WriteString("{{ 'k' if " + r.cond(1) + " else 'n' }}")
		}
	}
	return b.String()
}

// letters makes a body of decisions between short texts, beside and within each other.
func (r conditions) letters(depth int) string {
	var b strings.Builder
	text := func() {
		if r.IntN(4) == 0 && depth < 3 {
			b.WriteString(r.letters(depth + 1))
			return
		}
		b.WriteString(r.pick("A", "B", "~", " ", "-", "\n"))
		if r.IntN(40) == 0 {
			b.WriteString(r.pick("B", "cd", "more text"))
		}
	}
	fmt.Fprintf(&b, "{%% if %s %%}", r.cond(0))
	text()
	for range r.IntN(5) {
		fmt.Fprintf(&b, "{%% elif %s %%}", r.cond(0))
		text()
	}
	if r.IntN(8) > 0 {
		b.WriteString("{% else %}")
		text()
	}
	b.WriteString("{% endif %}" + r.pick("", "", "{% if loop.last %}!{% endif %}", "{% if loop.first %}!{% endif %}", ", "))
	if r.IntN(4) == 0 && depth < 2 {
		b.WriteString(r.letters(depth + 1))
	}
	return b.String()
}

func columnItems(r *rand.Rand, n int) []columnItem {
	ints := []int{0, 1, 2, 3, 7, 16, 90, -1, -7, 255, 256, 1 << 31, math.MaxInt64, math.MinInt64}
	floats := []float64{0, 1, 2.5, -7, 1e300, math.Inf(1), math.NaN(), 3}
	names := []string{"x", "yy", "", "<b>", "a & b"}
	small := len(ints)
	switch r.IntN(4) {
	case 0, 1:
		small = 7 // without what leaves 64 bits
	case 2:
		ints, small = []int{0, 1, 255, 256, 16383, 16384, 32766, 32767, 32768, 65535, 65536}, 8+r.IntN(4) // at the limits of lanes
	}
	out := make([]columnItem, n)
	for i := range out {
		out[i] = columnItem{
			A: ints[r.IntN(small)], B: ints[r.IntN(small)], Small: int8(r.IntN(256) - 128), Wide: int64(ints[r.IntN(small)]), Byte: uint8(r.IntN(256)),
			F: floats[r.IntN(len(floats))], G: floats[r.IntN(3)], Yes: r.IntN(2) == 0, No: r.IntN(4) == 0, Name: names[r.IntN(len(names))],
			Safe: markup.HTML(names[r.IntN(len(names))]), Tags: names[:r.IntN(3)],
		}
	}
	return out
}

// TestColumns holds loops that are run by columns against the same loops run one item after the other.
func TestColumns(t *testing.T) {
	rounds := 1500
	if testing.Short() {
		rounds = 300
	}
	escape := func(string) bool { return true }
	env, err := New(Options{Autoescape: escape, Extensions: []Extension{ExtensionLoopControls}})
	if err != nil {
		t.Fatal(err)
	}
	plain, err := New(Options{Autoescape: escape, Extensions: []Extension{ExtensionLoopControls}})
	if err != nil {
		t.Fatal(err)
	}
	plain.core.NoColumns = true
	planned := 0
	for seed := range rounds {
		r := rand.New(rand.NewPCG(uint64(seed), 1))
		body := conditions{r}.body
		if seed%4 == 0 {
			body = conditions{r}.letters
		}
		source := "{% for s in items %}" + body(0) + "{% else %}none{% endfor %}"
		fast, err := env.FromString(source)
		if err != nil {
			t.Fatalf("%s: %v", source, err)
		}
		slow, err := plain.FromString(source)
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range []int{0, 1, 2, 24, 63, 64, 65, 100, 150} {
			items := columnItems(r, n)
			vars := map[string]any{"items": items, "outer": r.IntN(5) - 1, "ratio": 0.5, "flag": r.IntN(2) == 0, "word": "yy"}
			if seed%3 == 0 {
				pointers := make([]*columnItem, n)
				for i := range items {
					pointers[i] = &items[i]
				}
				if n > 3 && seed%2 == 0 {
					pointers[n/2] = nil
				}
				vars["items"] = pointers
			}
			got, gotErr := fast.RenderString(vars)
			want, wantErr := slow.RenderString(vars)
			if got != want || fmt.Sprint(gotErr) != fmt.Sprint(wantErr) {
				t.Fatalf("seed %d, %d items: %s\n got %q %v\nwant %q %v", seed, n, source, got, gotErr, want, wantErr)
			}
		}
		planned += fast.t.ColumnLoops()
	}
	if planned < rounds/4 {
		t.Errorf("%d of %d loops were run by columns", planned, rounds)
	}
}

// TestColumnsOfValues loops over slices whose elements are the values.
func TestColumnsOfValues(t *testing.T) {
	env, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		source string
		items  any
		want   string
	}{
		{"{% for i in items %}{% if i % 15 == 0 %}FizzBuzz{% elif i % 5 == 0 %}Buzz{% elif i % 3 == 0 %}Fizz{% else %}{{ i }}{% endif %} {% endfor %}", []int{1, 2, 3, 4, 5, 15, -15, 0, -1}, "1 2 Fizz 4 Buzz FizzBuzz FizzBuzz FizzBuzz -1 "},
		{"{% for i in items %}{% if i == 'a' %}A{% elif i %}{{ i }}{% else %}-{% endif %}{% endfor %}", []string{"a", "b", "", "a"}, "Ab-A"},
		{"{% for i in items %}{% if i > 1.5 %}+{% else %}{{ i }}{% endif %}{% endfor %}", []float64{1, 2, 1.5}, "1.0+1.5"},
		{"{% for i in items %}{% if not i %}no{% else %}{{ i }}{% endif %}{% endfor %}", []bool{true, false}, "Trueno"},
		{"{% for i in items %}{% if i > 250 %}+{% else %}{{ i }}{% endif %}{% endfor %}", []uint16{1, 65535}, "1+"},
		{"{% for i in items %}{% if i.a - i.wide > 0 %}+{% else %}-{% endif %}{% endfor %}", []columnItem{{A: 7, Wide: math.MinInt64}, {A: math.MinInt64, Wide: math.MinInt64}}, "+-"},
		{"{% for i in items %}{% if i > 2 %}{% if i > 4 %}A{% elif i == 3 %}B{% else %}C{% endif %}{% elif i == 1 %}D{% else %}E{% endif %}{% if i % 2 == 0 %},{% else %};{% endif %} {% endfor %}", []int{0, 1, 2, 3, 4, 5}, "E, D; E, B; C, A; "},
	} {
		tmpl, err := env.FromString(c.source)
		if err != nil {
			t.Fatal(err)
		}
		got, err := tmpl.RenderString(map[string]any{"items": c.items})
		if err != nil || got != c.want {
			t.Errorf("%s: got %q, %v; want %q", c.source, got, err, c.want)
		}
		if tmpl.t.ColumnLoops() == 0 {
			t.Errorf("%s: not run by columns", c.source)
		}
	}
}
