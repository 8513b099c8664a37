package jinja

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/dewar-go/dewar/markup"
)

// printed makes random templates of outputs: the macros of TestPrinted, variables, attributes, filters, loops and
// includes, in text, in attributes of every kind and in scripts.
type printed struct {
	*rand.Rand
	loops int // around the place
}

func (r printed) pick(list ...string) string { return list[r.IntN(len(list))] }

func (r printed) operand() string {
	switch {
	case r.IntN(40) == 0:
		return r.pick("nope", "o.nope", "m.nope", "nope.x", "t.name", "loop.index")
	case r.loops > 0 && r.IntN(3) == 0:
		return r.pick("t", "t", "loop.index")
	}
	return r.pick("s", "h", "n", "f", "o.name", "o.safe", "o.n", "o.f", "o.yes", "o.tags", "m.s", "m.n", "m.h", "m.f", "m.none", "none")
}

func (r printed) number() string {
	if r.IntN(30) == 0 {
		return r.operand()
	}
	return r.pick("n", "f", "o.n", "o.f", "m.n", "m.f", "1.005", "2")
}

func (r printed) expr() string {
	x := r.operand()
	switch r.IntN(10) {
	case 0:
		return x + "|" + r.pick("upper", "lower", "title", "capitalize", "trim", "string", "e", "safe", "default('<d>')", "int", "upper", "lower")
	case 1:
		return r.pick(r.number()+"|round(2)", r.number()+"|round", r.number()+"|round(1, 'ceil')", "s|truncate(6)", x+"|replace('a', '<')", "o.tags|join(', ')", "s|length", "s|urlencode", "m.s|tojson")
	case 2:
		return r.pick("m1.", "") + r.pick("one("+x+")", "up("+x+")", "money("+r.number()+")", "attr("+r.pick("o", "o", "m")+")", "alone("+x+")")
	case 3:
		return r.pick("m1.", "") + r.pick("two", "up", "kw") + "(" + x + r.pick("", ", "+r.operand(), ", b="+r.operand(), ", 'k<'") + ")"
	case 4:
		return r.pick("m1.", "") + r.pick("one", "up") + "(" + r.pick("one", "m1.up", "two") + "(" + x + "))"
	case 5:
		if r.loops == 0 {
			return x
		}
		return r.pick("loop.index", "loop.index0", "loop.cycle('a', '<')", "loop.cycle('a', 'b', s)")
	}
	return x
}

// field is an output of a loop that does nothing but print, or nothing.
func (r printed) field() string {
	return r.pick("", "", "{{ t.n }}", "{{ t.s }}", "{{ t.name }}", "{{ t.safe }}", "{{ t.f }}", "{{ t }}", "{{ t.h }}")
}

func (r printed) text() string {
	return r.pick("a", "\n", "<b>", "</b>", " - ", "a text of more than thirty-two bytes, as they are", "")
}

func (r printed) body(depth int) string {
	var b strings.Builder
	for range 1 + r.IntN(5) {
		switch n := r.IntN(13); {
		case n < 7:
			b.WriteString(r.text() + "{{ " + r.expr() + " }}" + r.text())
		case n < 8:
			b.WriteString(`<i class="x {{ ` + r.expr() + ` }}" title='{{ ` + r.expr() + " }}' data-x=\"{{ " + r.operand() + "|" + r.pick("upper", "truncate(4)", "urlencode", "replace('a', '<')", "title", "trim", "int", "replace('a', h)") + ` }}" alt="{{ ` + r.number() + `|round(2) }}">`)
		case n < 9:
			b.WriteString(r.pick(`<a href="/x/{{ `+r.expr()+` }}?q={{ `+r.expr()+` }}#{{ loop.index }}">`, `<a href="{{ `+r.expr()+` }}">`, `<a href="/{{ m.none or '' }}/{{ `+r.expr()+` }}">`, `<a href="/{{ `+r.expr()+` }}/{{ `+r.expr()+` }}{{ `+r.expr()+` }}">`, `<p data-x={{ `+r.expr()+` }}>`, "<script>var x = {{ "+r.expr()+" }};</script>", "<title>{{ "+r.expr()+" }}</title>", "<!-- {{ "+r.expr()+" }} -->"))
		case n < 10 && depth < 3:
			b.WriteString("{% for t in " + r.pick("o.tags", "rows", "maps", "list", "words", "m.list", "'ab'") + " %}" + printed{r.Rand, r.loops + 1}.body(depth+1) + "{% endfor %}")
		case n == 12:
			// All that such a loop does is to print.
			b.WriteString("{% for t in " + r.pick("rows", "maps", "list", "m.list", "[o, m]", "numbers", "words") + ` %}<a href="/` + r.pick("x/", "", "x") + r.field() + r.pick("", "/", "y/", "&#47;") + r.field() + `?q=` + r.field() + `" class='` + r.field() + "' title=\"" + r.field() + `">` + r.field() + "</a>{% endfor %}")
		case n < 11 && depth < 3:
			b.WriteString("{% if " + r.pick("o.yes", "s", "t", "n > 1", "m.none") + " %}" + r.body(depth+1) + "{% else %}" + r.body(depth+1) + "{% endif %}")
		default:
			b.WriteString(r.pick("{% include 'part' %}", "{% include 'plain.txt' %}", "{% autoescape false %}{{ "+r.expr()+" }}{{ "+r.expr()+" }}{% endautoescape %}", "{% call one(s) %}{{ "+r.expr()+" }}{% endcall %}", "{% set v %}{{ "+r.expr()+" }}{% endset %}{{ v }}"))
		}
	}
	return b.String()
}

type printedRow struct {
	Name string
	Safe markup.HTML
	S    string
	N    int64
	F    float64
	Yes  bool
	Tags []string
}

func (r printed) row() printedRow {
	text := func() string {
		return r.pick("", "<", "a & b", "plain", "Ünï <x>", "it's \"quoted\" text of some length", "javascript:alert(1)", "日本語")
	}
	return printedRow{text(), "<i>" + markup.Escape(text()) + "</i>", text(), int64(r.IntN(2000) - 100), float64(r.IntN(3000)) / 8, r.IntN(2) == 0, []string{text(), text(), text()}[:r.IntN(4)]}
}

// TestPrinted holds the short ways to print against the plain one, in every mode of escaping.
func TestPrinted(t *testing.T) {
	const macros = "{% macro one(a) %}<i>{{ a }}</i>{% endmacro %}{% macro up(a, b='x<') %}<b class=\"{{ b }}\">{{ a|upper }}</b>{% endmacro %}" +
		"{% macro money(a) %}\n{{ a|round(2) }}{% endmacro %}{% macro attr(a) %}{{ a.name }}{{ a.name|lower }}{% endmacro %}{% macro alone(a) %}{{ a }}{% endmacro %}" +
		"{% macro two(a, b) %}{{ a }}\n/{{ b|title }}{% endmacro %}{% macro kw(a, b=none) %}{{ kwargs }}{{ b }}{{ a|truncate(4) }}{% endmacro %}"
	sources := Map{"macros": macros, "part": "[{{ t }}\n{{ o.name|upper }}]", "plain.txt": "{{ s }}{{ h|lower }}"}
	rounds := 1200
	if testing.Short() {
		rounds = 200
	}
	good := 0
	for seed := range rounds {
		r := printed{rand.New(rand.NewPCG(uint64(seed), 9)), 0}
		options := Options{
			Loader: sources, Escaping: []Escaping{Contextual, StrictContext, Compat}[seed%3],
			Autoescape: func(name string) bool { return !strings.HasSuffix(name, ".txt") },
			Undefined:  []UndefinedMode{Default, Strict, Chainable, Debug}[r.IntN(4)],
		}
		fast, slow := newEnv(t, options), newEnv(t, options)
		plain(slow)
		source := "{% import 'macros' as m1 %}" + macros + r.body(0)
		a, errA := fast.FromString(source)
		b, errB := slow.FromString(source)
		if fmt.Sprint(errA) != fmt.Sprint(errB) {
			t.Fatalf("%s\n got %v\nwant %v", source, errA, errB)
		}
		if errA != nil {
			continue
		}
		for range 3 {
			row := r.row()
			rows := []printedRow{r.row(), r.row(), r.row()}[:r.IntN(4)]
			m := map[string]any{"s": row.S, "n": int(row.N), "h": row.Safe, "f": row.F, "none": nil, "list": []any{row.S, 1, nil, row}}
			vars := map[string]any{"s": row.Name, "h": row.Safe, "n": r.IntN(5), "f": row.F, "o": &row, "m": m, "rows": rows, "words": row.Tags, "numbers": []int{7, -8, 123456},
				"list": []any{"a<", 1.5, row.Safe}, "maps": []any{m, map[string]any{"name": row.S, "s": 1}, 7}}
			want, wantErr := b.RenderString(vars)
			for range 2 { // the second render finds what the first one has remembered
				got, gotErr := a.RenderString(vars)
				if got != want || fmt.Sprint(gotErr) != fmt.Sprint(wantErr) || lineOf(gotErr) != lineOf(wantErr) {
					t.Fatalf("seed %d: %s\n got %q, line %d: %v\nwant %q, line %d: %v", seed, source, got, lineOf(gotErr), gotErr, want, lineOf(wantErr), wantErr)
				}
			}
			if wantErr == nil {
				good++
			}
		}
	}
	if good < rounds {
		t.Errorf("only %d of %d renders ran without an error", good, 3*rounds)
	}
}

// TestPrintedMacrosOfModules calls macros of templates that escape and that do not from such that do and do not: what a
// call remembers of one caller must not hold for another one.
func TestPrintedMacrosOfModules(t *testing.T) {
	sources := Map{
		"plain.txt": "{% macro one(a) %}<i>{{ a }}</i>{% endmacro %}{% macro up(a) %}{{ a|upper }}{% endmacro %}",
		"page.html": "{% import 'plain.txt' as p %}{% import 'lib.html' as q %}{% macro m(x) %}{{ p.one(x) }}{{ p.up(x) }}{{ q.one(x) }}{{ q.up(x) }}{% endmacro %}{% for i in range(3) %}{{ m('<a>') }}{% autoescape false %}{{ m('<a>') }}{{ p.one('<') }}{{ q.one('<') }}{% endautoescape %}{% endfor %}{% block b %}{{ q.up('<') }}{{ p.up('<') }}{% endblock %}",
		"lib.html":  "{% macro one(a) %}<i>{{ a }}</i>{% endmacro %}{% macro up(a) %}{{ a|upper }}{% endmacro %}",
		"kid.txt":   "{% extends 'page.html' %}{% block b %}{{ super() }}{% import 'lib.html' as q %}{{ q.up('<') }}{% endblock %}",
		"inc.txt":   "{% include 'page.html' %}{% from 'page.html' import m %}{{ m('<b>') }}{{ m('<b>') }}",
		"inc.html":  "{% include 'page.html' %}{% from 'page.html' import m %}{{ m('<b>') }}{{ m('<b>') }}{% include 'inc.txt' %}",
	}
	for _, mode := range []Escaping{Contextual, StrictContext, Compat} {
		o := Options{Loader: sources, Escaping: mode, Autoescape: func(name string) bool { return !strings.HasSuffix(name, ".txt") }}
		fast, slow := newEnv(t, o), newEnv(t, o)
		plain(slow)
		// The templates in every order: what a place remembers came from another caller.
		names := []string{"page.html", "kid.txt", "inc.txt", "inc.html", "page.html", "inc.txt", "kid.txt"}
		for _, name := range names {
			a, err := fast.GetTemplate(name)
			if err != nil {
				t.Fatal(err)
			}
			b, err := slow.GetTemplate(name)
			if err != nil {
				t.Fatal(err)
			}
			want, wantErr := b.RenderString(nil)
			for range 2 {
				got, gotErr := a.RenderString(nil)
				if got != want || fmt.Sprint(gotErr) != fmt.Sprint(wantErr) {
					t.Errorf("%s in mode %d\n got %q %v\nwant %q %v", name, mode, got, gotErr, want, wantErr)
				}
			}
		}
	}
}

// TestPrintedLimits says that the short ways keep the limit of output: what is within it is printed, what is far beyond
// ends the render.
func TestPrintedLimits(t *testing.T) {
	const macros = "{% macro up(a) %}<b>{{ a|upper }}</b>{% endmacro %}{% macro one(a) %}{{ a }}{% endmacro %}"
	long := strings.Repeat("some text & more ", 1000)
	for _, source := range []string{
		"{{ s }}{{ s }}", "{{ s|upper }}{{ s|upper }}", "{{ up(s) }}{{ up(s) }}", "{{ one(s) }}{{ one(s) }}", "{% for t in l %}{{ t }}{% endfor %}",
		"{% for t in m %}{{ t.s }}{% endfor %}", "{% for t in l %}{{ up(t) }}{% endfor %}", "{% for t in l %}{{ loop.cycle('a', 'b') }}{{ t }}{% endfor %}",
	} {
		vars := map[string]any{"s": long, "l": []string{long, long}, "m": []any{map[string]any{"s": long}, map[string]any{"s": long}}}
		free, err := newEnv(t, Options{Autoescape: func(string) bool { return true }}).FromString(macros + source)
		if err != nil {
			t.Fatal(err)
		}
		want, err := free.RenderString(vars)
		if err != nil {
			t.Fatal(err)
		}
		for _, limit := range []int{len(want), len(want) / 4} {
			tmpl, err := newEnv(t, Options{Autoescape: func(string) bool { return true }, Limits: Limits{Output: limit}}).FromString(macros + source)
			if err != nil {
				t.Fatal(err)
			}
			for range 2 {
				got, err := tmpl.RenderString(vars)
				if limit == len(want) && (got != want || err != nil) || limit < len(want) && err == nil {
					t.Errorf("%s with a limit of %d for %d: %d bytes, %v", source, limit, len(want), len(got), err)
				}
				var b strings.Builder
				if err := tmpl.Stream(&b, Run{Vars: vars}); limit == len(want) && (b.String() != want || err != nil) || limit < len(want) && (err == nil || b.Len() > limit) {
					t.Errorf("%s streamed with a limit of %d for %d: %d bytes, %v", source, limit, len(want), b.Len(), err)
				}
			}
		}
	}
}

func newEnv(t *testing.T, options Options) *Environment {
	t.Helper()
	env, err := New(options)
	if err != nil {
		t.Fatal(err)
	}
	return env
}

func lineOf(err error) int {
	var e *Error
	if errors.As(err, &e) {
		return e.Line
	}
	return 0
}
