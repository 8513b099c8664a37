package jinja_test

import (
	"strings"
	"testing"

	"github.com/dewar-go/dewar/jinja"
)

type level int

type decisionRow struct {
	Int   int
	Small int8
	Level level
	Float float64
	Bool  bool
	Text  string
	Any   any
	Next  *decisionRow
}

// TestDecisions renders conditions and integer expressions on every kind of
// operand, which have ways of their own for ints and bools, at places that see
// one kind after the other.
func TestDecisions(t *testing.T) {
	rows := []any{
		decisionRow{Int: 7, Small: 7, Level: 7, Float: 7.5, Bool: true, Text: "seven", Any: 7},
		&decisionRow{Int: -3, Small: -3, Level: -3, Float: -3, Any: true},
		map[string]any{"int": 9, "small": 9.0, "level": true, "float": 2, "bool": 1, "text": "x", "any": "7"},
		map[string]any{"int": 1 << 62, "small": 1, "level": 2, "float": 3, "bool": "", "text": "", "any": nil},
		map[string]int{"int": 0, "small": 0, "level": 0, "float": 0, "bool": 0},
	}
	for _, c := range []struct{ source, want string }{
		{"{{ r.int + 1 }}", "8 -2 10 4611686018427387905 1"},
		{"{{ r.int * 4 }}", "28 -12 36 18446744073709551616 0"},
		{"{{ r.int * r.int }}", "49 9 81 21267647932558653966460912964485513216 0"},
		{"{{ r.int + r.int + r.int }}", "21 -9 27 13835058055282163712 0"},
		{"{{ r.int % 2 }}{{ r.int % 5 }}", "12 12 14 04 00"},
		{"{{ r.int // 2 }}{{ r.int - 10 }}", "3-3 -2-13 4-1 23058430092136939524611686018427387894 0-10"},
		{"{{ r.int % -2 }}", "-1 -1 -1 0 0"},
		{"{{ r.float + 1 }}{{ 1 + r.float * 2 }}", "8.516.0 -2.0-5.0 35 47 11"},
		{"{{ r.level + 1 }}", "8 -2 2 3 1"},
		{"{% if r.small > 3 and r.int > 3 %}a{% elif not r.bool %}b{% else %}c{% endif %}", "a b a b b"},
		{"{% if r.float == 7.5 or r.float == 2 or r.float == -3 %}a{% else %}b{% endif %}", "a a a b b"},
		{"{% if not (r.bool or r.int == 9) and not r.int == 0 %}a{% elif r.bool and r.level >= 1 %}b{% else %}c{% endif %}", "b a b a c"},
		{"{% if r.any == 7 %}a{% elif r.any == '7' %}b{% elif r.any is none %}c{% elif r.any == 1 %}d{% else %}e{% endif %}", "a d b c e"},
		{"{% if r.text == 'seven' %}a{% elif r.text != '' %}b{% else %}c{% endif %}", "a c b c b"},
		{"{% if r.missing %}a{% elif r.missing == 1 or r.missing != 1 and r.int > 0 %}b{% else %}c{% endif %}", "b c b b c"},
		{"{% if 1 < r.int < 8 %}a{% elif r.int + r.small * 2 > 20 %}b{% else %}c{% endif %}", "a c b b c"},
		{"{% if loop.index % 2 == 0 %}a{% elif loop.index0 >= 2 or loop.last %}b{% else %}c{% endif %}", "c a b a b"},
		{"{{ loop.index * 10 + loop.index0 }}", "10 21 32 43 54"},
		{"{{ 'a' if r.bool and r.int > 0 else 'b' }}", "a b a b b"},
	} {
		env, err := jinja.New(jinja.Options{})
		if err != nil {
			t.Fatal(err)
		}
		tmpl, err := env.FromString("{% for r in rows %}" + c.source + " {% endfor %}")
		if err != nil {
			t.Errorf("%s: %v", c.source, err)
			continue
		}
		got, err := tmpl.RenderString(map[string]any{"rows": rows})
		if got = strings.TrimSpace(got); err != nil || got != c.want {
			t.Errorf("%s\n\tgot  %s, %v\n\twant %s", c.source, got, err, c.want)
		}
	}
}

func TestDecisionErrors(t *testing.T) {
	env, err := jinja.New(jinja.Options{Undefined: jinja.Strict})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		source, want string
	}{
		{"{% if x.a %}\n{% elif x.a or\nx.b %}{% endif %}", "'dict object' has no attribute 'b'"},
		{"{% if not x.a and\n x.c > 1 %}{% endif %}", "'dict object' has no attribute 'c'"},
		{"{% if x.s > 1 or x.b %}{% endif %}", "'>' not supported between instances of 'str' and 'int'"},
		{"{{ x.s + 1 }}", `can only concatenate str (not "int") to str`},
		{"{{ x.a % 0 }}", "integer modulo by zero"},
	} {
		tmpl, err := env.FromString(c.source)
		if err != nil {
			t.Fatal(err)
		}
		_, err = tmpl.RenderString(map[string]any{"x": map[string]any{"a": 0, "s": "s"}})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", c.source, err, c.want)
		}
	}
}
