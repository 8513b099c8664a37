package jinja

import (
	"bytes"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/dewar-go/dewar/markup"
)

type (
	columnMap    map[string]any
	columnLoud   map[string]any
	columnNumber int

	// columnTrap changes what others see when it is printed.
	columnTrap struct{ all []map[string]any }
)

// A is in the way of the entry a.
func (columnLoud) A() int { return 7 }

func (c *columnTrap) String() string {
	for i, m := range c.all {
		m["a"], m["yes"] = 90+i, i%2 == 0
	}
	return "trap"
}

// columnMaps makes the maps of items, some of which lack entries or have others than most. Calls with equal seeds make
// equal maps.
func columnMaps(seed uint64, n int) any {
	r := rand.New(rand.NewPCG(seed, 2))
	items := columnItems(r, n)
	rare := []int{1, 20, 1000, 1 << 40}[r.IntN(4)] // how seldom an entry is odd
	all := make([]map[string]any, n)
	trap := &columnTrap{all}
	for i, s := range items {
		m := map[string]any{
			"a": s.A, "b": s.B, "small": int64(s.Small), "wide": s.Wide, "byte": int(s.Byte), "f": s.F, "g": s.G,
			"yes": s.Yes, "no": s.No, "name": s.Name, "safe": s.Safe, "tags": s.Tags,
		}
		for _, k := range []string{"a", "b", "small", "f", "yes", "no", "name", "safe", "tags"} {
			if r.IntN(8*rare) != 0 {
				continue
			}
			if odd := []any{nil, 1, 2.5, "x", true, markup.HTML("<b>"), []any{1, "<"}, trap, []any{trap}, columnNumber(3), s, uint8(3)}; r.IntN(3) == 0 {
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
		return converted(all, func(m map[string]any) columnMap { return m })
	case 2:
		return converted(all, func(m map[string]any) columnLoud { return m })
	case 3:
		return converted(items, func(s columnItem) map[string]int {
			return entries(r, map[string]int{"a": s.A, "b": s.B, "wide": int(s.Wide), "byte": int(s.Byte), "small": int(s.Small)})
		})
	case 4:
		return converted(items, func(s columnItem) map[string]string {
			return entries(r, map[string]string{"name": s.Name, "safe": string(s.Safe), "a": s.Name, "yes": s.Name})
		})
	}
	return converted(all, func(m map[string]any) any {
		if r.IntN(20*rare) == 0 {
			return []any{nil, 3, trap, &items[0], columnMap(m), columnLoud(m), "text"}[r.IntN(7)]
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

// TestColumnsOfMaps is TestColumns for slices of maps.
func TestColumnsOfMaps(t *testing.T) {
	rounds := 800
	if testing.Short() {
		rounds = 150
	}
	var envs, plains []*Environment
	for _, mode := range []UndefinedMode{Default, Strict, Debug} {
		options := Options{Autoescape: func(string) bool { return true }, Extensions: []Extension{ExtensionLoopControls}, Undefined: mode}
		env, err := New(options)
		if err != nil {
			t.Fatal(err)
		}
		plain, err := New(options)
		if err != nil {
			t.Fatal(err)
		}
		plain.core.NoColumns = true
		envs, plains = append(envs, env), append(plains, plain)
	}
	planned, failed := 0, 0
	for seed := range rounds {
		r := rand.New(rand.NewPCG(uint64(seed), 3))
		body := conditions{r}.body
		if seed%4 == 0 {
			body = conditions{r}.letters
		}
		source := "{% for s in items %}" + body(0) + "{% else %}none{% endfor %}"
		mode := max(0, seed%5-2)
		fast, err := envs[mode].FromString(source)
		if err != nil {
			t.Fatalf("%s: %v", source, err)
		}
		slow, err := plains[mode].FromString(source)
		if err != nil {
			t.Fatal(err)
		}
		for i, n := range []int{1, 2, 24, 63, 64, 65, 150, 400} {
			from := uint64(seed*10 + i)
			outer, flag := r.IntN(5)-1, r.IntN(2) == 0
			show := func(tmpl *Template) string {
				var b bytes.Buffer
				err := tmpl.Stream(&b, Run{Vars: map[string]any{"items": columnMaps(from, n), "outer": outer, "ratio": 0.5, "flag": flag, "word": "yy"}})
				if err != nil {
					failed++
					return err.Error() // how much has been written out before is not said
				}
				return b.String()
			}
			if got, want := show(fast), show(slow); got != want {
				t.Fatalf("seed %d, %d items: %s\n got %q\nwant %q", seed, n, source, got, want)
			}
		}
		planned += fast.t.ColumnLoops()
	}
	if planned < rounds/8 {
		t.Errorf("%d of %d loops were run by columns", planned, rounds)
	}
	if failed > rounds*8*2*2/3 {
		t.Errorf("%d renders failed", failed)
	}
}

// TestColumnsOfChangingMaps prints maps of which one changes the others when it is printed.
func TestColumnsOfChangingMaps(t *testing.T) {
	env, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, source := range []string{
		"{% for s in items %}{% if s.a > 50 %}+{% else %}-{% endif %}{{ s.name }}{% endfor %}",
		"{% for s in items %}{% if s.a > 50 %}+{% else %}-{% endif %}{{ s.name|upper }}{% endfor %}",
		"{% for s in items %}{% if s.a > 50 %}+{% else %}-{% endif %}{% if s.name == 'x' %}x{% elif s.name == 'trap' %}{% else %}{{ s.name }}{% endif %}{% endfor %}",
	} {
		tmpl, err := env.FromString(source)
		if err != nil {
			t.Fatal(err)
		}
		all := make([]map[string]any, 40)
		for i := range all {
			all[i] = map[string]any{"a": 3, "name": "x"}
		}
		all[20]["name"] = &columnTrap{all}
		got, err := tmpl.RenderString(map[string]any{"items": all})
		if err != nil {
			t.Fatal(err)
		}
		if minus, plus := strings.Count(got, "-"), strings.Count(got, "+"); minus != 21 || plus != 19 || !strings.HasSuffix(strings.ToLower(got), "+x") {
			t.Errorf("%s: got %q", source, got)
		}
		if tmpl.t.ColumnLoops() == 0 {
			t.Errorf("%s: not run by columns", source)
		}
	}
}

// TestColumnsOfAbsent asks for entries that most maps lack.
func TestColumnsOfAbsent(t *testing.T) {
	var items []map[string]any
	for i := range 70 {
		m := map[string]any{"n": i}
		if odd := []any{nil, "", "<", 0, 3, 0.0, 0.5, markup.HTML("<i>"), []any{}, []any{1}, []string{}, map[string]any{}, false, true}; i < len(odd) {
			m["x"] = odd[i]
		}
		items = append(items, m)
	}
	for _, c := range []struct {
		mode UndefinedMode
		want string
		err  string
	}{
		{Default, "0 1 2+&lt; 3 4+3 5 6+0.5 7+<i> 8 9+[1] 10 11 12 13+True 14 15 16 ", ""},
		{Strict, "", "'dict object' has no attribute 'x'"},
	} {
		env, err := New(Options{Autoescape: func(string) bool { return true }, Undefined: c.mode})
		if err != nil {
			t.Fatal(err)
		}
		tmpl, err := env.FromString("{% for s in items %}{{ s.n }}{% if s.x %}+{{ s.x }}{% endif %} {% endfor %}")
		if err != nil {
			t.Fatal(err)
		}
		got, err := tmpl.RenderString(map[string]any{"items": items})
		if c.err == "" && (err != nil || !strings.HasPrefix(got, c.want)) || c.err != "" && (err == nil || !strings.Contains(err.Error(), c.err)) {
			t.Errorf("got %q, %v; want %q, %s", got, err, c.want, c.err)
		}
		if tmpl.t.ColumnLoops() == 0 {
			t.Error("not run by columns")
		}
	}
}

// TestColumnsOfMapsStream prints what is not plain behind what has been written out already.
func TestColumnsOfMapsStream(t *testing.T) {
	env, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	tmpl, err := env.FromString("{% for s in items %}{{ s.long|upper }}{% if s.a > 50 %}+{% else %}-{% endif %}{{ s.name }};{% endfor %}")
	if err != nil {
		t.Fatal(err)
	}
	var want strings.Builder
	items := make([]any, 100)
	for i := range items {
		m := map[string]any{"a": i, "name": "x", "long": strings.Repeat("a", 1000*(i%3))}
		want.WriteString(strings.Repeat("A", 1000*(i%3)) + "-+"[i/51:i/51+1])
		if i%7 == 3 {
			m["name"] = nil
			want.WriteString("None;")
		} else {
			want.WriteString("x;")
		}
		items[i] = m
	}
	var got bytes.Buffer
	if err := tmpl.Stream(&got, Run{Vars: map[string]any{"items": items}}); err != nil || got.String() != want.String() {
		t.Errorf("got %q, %v; want %q", got.String(), err, want.String())
	}
}

// TestColumnsOfOtherMaps renders more kinds of maps with one template than there are programs for it.
func TestColumnsOfOtherMaps(t *testing.T) {
	env, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	tmpl, err := env.FromString("{% for s in items %}{% if s.a > 2 %}{{ s.a }}{% else %}-{% endif %};{% endfor %}")
	if err != nil {
		t.Fatal(err)
	}
	for i := range 100 {
		var a any = i
		want := "-;"
		if i > 2 {
			want = strconv.Itoa(i) + ";"
		}
		if i%2 == 1 {
			a = float64(i)
			want = strings.Replace(want, ";", ".0;", 1)
			if i < 3 {
				want = "-;"
			}
		}
		items := []map[string]any{{"a": a}, {"a": 5}, {"a": 2.5}}
		got, err := tmpl.RenderString(map[string]any{"items": items})
		if want += "5;2.5;"; err != nil || got != want {
			t.Errorf("%v: got %q, %v; want %q", a, got, err, want)
		}
	}
}
