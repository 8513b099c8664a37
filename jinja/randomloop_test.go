package jinja

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/dewar-go/dewar/markup"
)

type loopItem struct {
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

// conditions makes random conditions and loop bodies, with operands at the edges of their types.
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

func loopItems(r *rand.Rand, n int) []loopItem {
	ints := []int{0, 1, 2, 3, 7, 16, 90, -1, -7, 255, 256, 1 << 31, math.MaxInt64, math.MinInt64}
	floats := []float64{0, 1, 2.5, -7, 1e300, math.Inf(1), math.NaN(), 3}
	names := []string{"x", "yy", "", "<b>", "a & b"}
	small := len(ints)
	if r.IntN(4) > 0 {
		small = 7 // without what leaves 64 bits
	}
	out := make([]loopItem, n)
	for i := range out {
		out[i] = loopItem{
			A: ints[r.IntN(small)], B: ints[r.IntN(small)], Small: int8(r.IntN(256) - 128), Wide: int64(ints[r.IntN(small)]), Byte: uint8(r.IntN(256)),
			F: floats[r.IntN(len(floats))], G: floats[r.IntN(3)], Yes: r.IntN(2) == 0, No: r.IntN(4) == 0, Name: names[r.IntN(len(names))],
			Safe: markup.HTML(names[r.IntN(len(names))]), Tags: names[:r.IntN(3)],
		}
	}
	return out
}

type (
	loopMap     map[string]any
	loudMap     map[string]any
	namedNumber int

	// changer changes other items when it is printed.
	changer struct{ all []map[string]any }
)

// A is in the way of the entry a.
func (loudMap) A() int { return 7 }

func (c *changer) String() string {
	for i, m := range c.all {
		m["a"], m["yes"] = 90+i, i%2 == 0
	}
	return "changer"
}

// loopMaps makes items that are maps. Some lack entries or have others than most. Calls with equal seeds make equal maps.
func loopMaps(seed uint64, n int) any {
	r := rand.New(rand.NewPCG(seed, 2))
	items := loopItems(r, n)
	rare := []int{1, 20, 1000, 1 << 40}[r.IntN(4)] // how seldom an entry is odd
	all := make([]map[string]any, n)
	change := &changer{all}
	for i, s := range items {
		m := map[string]any{
			"a": s.A, "b": s.B, "small": int64(s.Small), "wide": s.Wide, "byte": int(s.Byte), "f": s.F, "g": s.G,
			"yes": s.Yes, "no": s.No, "name": s.Name, "safe": s.Safe, "tags": s.Tags,
		}
		for _, k := range []string{"a", "b", "small", "f", "yes", "no", "name", "safe", "tags"} {
			if r.IntN(8*rare) != 0 {
				continue
			}
			if odd := []any{nil, 1, 2.5, "x", true, markup.HTML("<b>"), []any{1, "<"}, change, []any{change}, namedNumber(3), s, uint8(3)}; r.IntN(3) == 0 {
				delete(m, k)
			} else {
				m[k] = odd[r.IntN(len(odd))]
			}
		}
		all[i] = m
	}
	switch r.IntN(8) {
	case 0:
		return all
	case 1:
		return converted(all, func(m map[string]any) loopMap { return m })
	case 2:
		return converted(all, func(m map[string]any) loudMap { return m })
	case 3:
		return converted(items, func(s loopItem) map[string]int {
			return entries(r, map[string]int{"a": s.A, "b": s.B, "wide": int(s.Wide), "byte": int(s.Byte), "small": int(s.Small)})
		})
	case 4:
		return converted(items, func(s loopItem) map[string]string {
			return entries(r, map[string]string{"name": s.Name, "safe": string(s.Safe), "a": s.Name, "yes": s.Name})
		})
	}
	return converted(all, func(m map[string]any) any {
		if r.IntN(20*rare) == 0 {
			return []any{nil, 3, change, &items[0], loopMap(m), loudMap(m), "text"}[r.IntN(7)]
		}
		return m
	})
}

func converted[A, B any](in []A, f func(A) B) []B {
	out := make([]B, len(in))
	for i, x := range in {
		out[i] = f(x)
	}
	return out
}

// entries sometimes drops an entry.
func entries[V any](r *rand.Rand, m map[string]V) map[string]V {
	keys := slices.Sorted(maps.Keys(m))
	if drop := r.IntN(50); drop < len(keys) {
		delete(m, keys[drop])
	}
	return m
}

// TestRandomLoops renders random loops over structs, pointers and maps in an environment with every short way and in
// one with none, and compares what they show and how they fail.
func TestRandomLoops(t *testing.T) {
	rounds := 1500
	if testing.Short() {
		rounds = 200
	}
	var fast, slow []*Environment
	for _, mode := range []UndefinedMode{Default, Strict, Debug} {
		o := Options{Autoescape: func(string) bool { return true }, Extensions: []Extension{ExtensionLoopControls}, Undefined: mode}
		env := newEnv(t, o)
		fast = append(fast, env)
		slow = append(slow, plain(newEnv(t, o)))
	}
	good := 0
	for seed := range rounds {
		r := rand.New(rand.NewPCG(uint64(seed), 1))
		source := "{% for s in items %}" + conditions{r}.body(0) + "{% else %}none{% endfor %}"
		mode := max(0, seed%5-2)
		a, err := fast[mode].FromString(source)
		if err != nil {
			t.Fatalf("%s: %v", source, err)
		}
		b, err := slow[mode].FromString(source)
		if err != nil {
			t.Fatal(err)
		}
		for i, n := range []int{0, 1, 2, 40, 100} {
			outer, flag := r.IntN(5)-1, r.IntN(2) == 0
			structs := loopItems(r, n)
			pointers := make([]*loopItem, n)
			for i := range structs {
				pointers[i] = &structs[i]
			}
			if n > 3 && r.IntN(2) == 0 {
				pointers[n/2] = nil
			}
			show := func(tmpl *Template) (string, error) {
				vars := map[string]any{"outer": outer, "ratio": 0.5, "flag": flag, "word": "yy"}
				switch seed % 3 {
				case 0:
					vars["items"] = structs
				case 1:
					vars["items"] = pointers
				default:
					vars["items"] = loopMaps(uint64(seed*10+i), n) // made again: a render may change them
				}
				return tmpl.RenderString(vars)
			}
			got, gotErr := show(a)
			want, wantErr := show(b)
			if got != want || fmt.Sprint(gotErr) != fmt.Sprint(wantErr) {
				t.Fatalf("seed %d, %d items: %s\n got %q %v\nwant %q %v", seed, n, source, got, gotErr, want, wantErr)
			}
			if wantErr == nil {
				good++
			}
		}
	}
	if good < rounds*5/2 {
		t.Errorf("only %d of %d renders ran without an error", good, 5*rounds)
	}
}

// plain turns every short way of the environment off.
func plain(env *Environment) *Environment {
	env.core.Plain, env.core.NoOptimize = true, true
	return env
}
