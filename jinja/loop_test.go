package jinja_test

import (
	"iter"
	"slices"
	"testing"

	"github.com/dewar-go/dewar/jinja"
)

type numbered struct {
	N  int
	S  string
	OK bool
	P  *numbered
}

// TestLoopsOverGoValues holds loops over slices, pointers, iterators and maps
// against the same loop over a list of mappings: the short ways that the
// compiler takes must not show.
func TestLoopsOverGoValues(t *testing.T) {
	var structs []numbered
	var pointers []*numbered
	var maps []map[string]any
	list := jinja.NewList()
	l, _ := list.List()
	for i := range 5 {
		s := string(rune('a'+i)) + "<"
		structs = append(structs, numbered{N: i, S: s, OK: i%2 == 0})
		maps = append(maps, map[string]any{"n": i, "s": s, "ok": i%2 == 0, "p": nil})
		d := jinja.NewDict()
		d.SetString("n", jinja.Int(int64(i)))
		d.SetString("s", jinja.String(s))
		d.SetString("ok", jinja.Bool(i%2 == 0))
		d.SetString("p", jinja.None)
		l.Append(d.Value())
	}
	for i := range structs {
		pointers = append(pointers, &structs[i])
	}
	var seq iter.Seq[numbered] = slices.Values(structs)
	for _, source := range []string{
		"{% for x in xs %}{{ x.n }}{% endfor %}", "{% for x in xs %}<{{ x.n }}|{{ x.s }}>{% endfor %}", "{% for x in xs %}{{ x.s }}{{ x.ok }}{{ x.p }}{{ x.nope }};{% endfor %}",
		"{% for x in xs %}{% if x.ok and x.n > 1 %}A{% elif not x.ok or x.n == 0 %}B{% else %}C{% endif %}{% endfor %}", "{% for x in xs %}{{ x.n * 2 + x.n % 3 - 1 }},{{ x.n // 2 }};{% endfor %}",
		"{% for x in xs %}{{ loop.index }}{{ loop.first }}{{ loop.last }}{{ x.n }}{% endfor %}", "{% for x in xs %}{{ loop.previtem.n if not loop.first }}{{ loop.nextitem.n if not loop.last }},{% endfor %}", "{% for x in xs %}{{ loop.length }}{{ loop.revindex }}{{ loop.revindex0 }}{% endfor %}",
		"{% for x in xs %}{{ loop.cycle('a', 'b') }}{{ loop.changed(x.ok) }}{% if x.n == 3 %}{% break %}{% endif %}{% endfor %}", "{% for x in xs if x.ok %}{{ loop.index }}{{ x.n }}{% else %}none{% endfor %}", "{% for x in xs if x.n > 9 %}{{ x.n }}{% else %}none{% endfor %}",
		"{% for x in xs %}{% for y in xs %}{{ loop.index }}{% endfor %}{{ loop.index }};{% endfor %}", "{% for x in xs %}{% set o = loop %}{% for y in xs %}{{ o.index }}{% endfor %}{% endfor %}", "{% for x in xs %}{{ x.s|upper }}{{ x.n|default('z') }}{{ x.p|default('z', true) }}{% endfor %}",
		"{% for x in xs %}{{ x.n == 1 }}{{ x.n != 1 }}{{ x.n <= 1 }}{{ x.n >= 1 }}{{ x.n < 1 }}{{ x.s == 'a<' }}{{ x.s > 1 if x.n > 9 }};{% endfor %}", "{{ xs|map(attribute='s')|join('-') }}{{ xs|selectattr('ok')|map(attribute='n')|list }}",
		"{% for x in xs %}{% if x.p %}P{% else %}-{% endif %}{% if x.nope %}N{% endif %}{{ x.nope is defined }}{% endfor %}", "{% for x in xs %}{{ x.n }}{% if loop.index == 2 %}{% continue %}{% endif %}!{% endfor %}", "{% for x in xs %}{{ x['n'] }}{% endfor %}",
	} {
		for _, escape := range []bool{false, true} {
			o := jinja.Options{Extensions: []jinja.Extension{jinja.ExtensionLoopControls}}
			if escape {
				o.Autoescape, o.Escaping = jinja.Always, jinja.Compat
			}
			env := newEnv(t, o)
			want := render(t, env, source, map[string]any{"xs": list})
			for name, xs := range map[string]any{"structs": structs, "pointers": pointers, "maps": maps, "seq": seq} {
				tm, err := env.FromString(source)
				if err != nil {
					t.Fatal(err)
				}
				for range 2 { // the second render finds the caches filled
					if got, err := tm.RenderString(map[string]any{"xs": xs}); err != nil || got != want {
						t.Errorf("%s over %s:\ngot  %q, %v\nwant %q", source, name, got, err, want)
					}
				}
			}
		}
	}
}

// TestOnePlaceManyTypes reads an attribute at one place of values of changing
// types.
func TestOnePlaceManyTypes(t *testing.T) {
	env := newEnv(t, jinja.Options{})
	tm, err := env.FromString("{% for x in xs %}{{ x.n }}{% if x.n > 1 %}+{% endif %}{{ x.n + 1 }} {% endfor %}")
	if err != nil {
		t.Fatal(err)
	}
	type other struct {
		Pad string
		N   int64
	}
	type text struct{ N float64 }
	xs := []any{numbered{N: 1}, &numbered{N: 2}, other{N: 3}, map[string]any{"n": 4}, text{5.5}, map[string]int{"n": 6}, other{N: 7}, numbered{N: 8}}
	want := "12 2+3 3+4 4+5 5.5+6.5 6+7 7+8 8+9 "
	for range 3 {
		if got, err := tm.RenderString(map[string]any{"xs": xs}); err != nil || got != want {
			t.Errorf("got %q, %v\nwant %q", got, err, want)
		}
	}
}
