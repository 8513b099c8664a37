package jinja_test

import (
	"strings"
	"testing"

	"github.com/dewar-go/dewar/jinja"
)

// TestPrintedMacroCalls prints calls of macros, whose arguments go right into
// the macro's variables, in every form of a call.
func TestPrintedMacroCalls(t *testing.T) {
	env, err := jinja.New(jinja.Options{Loader: jinja.Map{
		"m": `{% macro f(a, b='x', c=a) %}[{{ a }}|{{ b }}|{{ c }}]{% endmacro %}{% macro v(a) %}{{ a }}{{ varargs }}{{ kwargs }}{% endmacro %}{% macro r(n) %}{{ n }}{% if n %}{{ r(n - 1) }}{% endif %}{% endmacro %}{% set g = f %}`,
	}, Autoescape: func(string) bool { return true }})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ source, want string }{
		{"{{ m.f(1) }}", "[1|x|1]"},
		{"{{ m.f('<', '&') }}", "[&lt;|&amp;|&lt;]"},
		{"{{ m.f(1, c=3) }}{{ m.f(b=1, a=2) }}", "[1|x|3][2|1|2]"},
		{"{{ m.f(nothing, nothing) }}", "[||]"},
		{"{{ m.f() }}", "[|x|]"},
		{"{{ m.f(m.f(1), m.f(2, m.f(3))) }}", "[[1|x|1]|[2|[3|x|3]|2]|[1|x|1]]"},
		{"{{ m.f(*[1, 2]) }}{{ m.f(**{'b': 1}) }}{{ m.f(1, *[2], **{'c': 3}) }}", "[1|2|1][|1|][1|2|3]"},
		{"{{ m.v(1, 2, k=3) }}", "1(2,){&#39;k&#39;: 3}"},
		{"{{ m.r(3) }}", "3210"},
		{"{{ m.g(1) }}", "[1|x|1]"},
		{"{% for i in [1, 2] %}{{ m.f(i, c=i + 1) }}{% endfor %}", "[1|x|2][2|x|3]"},
		{"{{ m.f(1, 2, 3, 4) }}", "macro 'f' takes not more than 3 argument(s)"},
		{"{{ m.f(1, a=2) }}", "macro 'f' takes no keyword argument 'a'"},
		{"{{ m.f(1, d=2) }}", "macro 'f' takes no keyword argument 'd'"},
		{"{{ m.f(1 / 0) }}", "division by zero"},
		{"{{ m.none(1) }}", "has no attribute 'none'"},
	} {
		tmpl, err := env.FromString("{% import 'm' as m %}" + c.source)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 { // the second render finds what the first has remembered
			got, err := tmpl.RenderString(nil)
			if err != nil {
				got = err.Error()
			}
			if got != c.want && (err == nil || !strings.Contains(got, c.want)) {
				t.Errorf("%s\n\tgot  %s\n\twant %s", c.source, got, c.want)
			}
		}
	}
}
