package jinja

import (
	"fmt"
	"testing"

	"github.com/dewar-go/dewar/markup"
)

// TestLeafMacros holds macros that see only their parameters, which have a way of their own to be called, against the
// general way.
func TestLeafMacros(t *testing.T) {
	macros := "{% macro tag(t, cls='a<b', n=2) %}<i>{{ cls }}{{ t|upper }}{% if n > 1 %}{{ n }}{% endif %}</i>{% endmacro %}" +
		"{% macro price(p) %}{{ p|round(2) }}{% if p is number %}!{% endif %}{% endmacro %}" +
		"{% macro need(x, y) %}{{ x }}-{{ y }}{% endmacro %}" +
		"{% macro attr(o) %}{{ o.name }}/{{ o.name|title }}/{{ o.missing }}{% endmacro %}" +
		"{% macro deep(o) %}{{ o.x.y }}{% endmacro %}" +
		"{% macro both(a, b=a) %}{{ a }}{{ b }}{% endmacro %}" +
		"{% macro markup(m, d='<'|safe) %}{{ m }}{{ d }}{{ m ~ d }}{% endmacro %}"
	calls := []string{
		"{{ tag('x') }}{{ tag('<y>', 'c') }}{{ tag(t='z', n=1) }}{{ tag(v, cls=v) }}{{ tag('x') }}",
		"{% for x in [1, 2.345, 'a', none, nope] %}{{ price(x) }};{% endfor %}",
		"{% for x in [1.005, true, 3] %}{{ price(x) }}{{ tag(x|string) }}{{ price(p=x) }};{% endfor %}",
		"{{ need(1) }}{{ need(y=2) }}{{ need() }}{{ need(tag('in'), price(1)) }}{{ need(nope, nope.x) }}",
		"{% for i in range(3) %}{{ need(i) }}{{ need(1, tag(i|string)) }}{% endfor %}",
		"{{ attr(o) }}{{ attr({'name': 'd'}) }}{{ attr(1) }}",
		"{{ tag('x') }}\n{{ deep(o) }}", "{{ tag() }}\n{{ tag(1, 2, 3, 4) }}", "{{ tag('x', q=1) }}", "{{ tag('x', t=1) }}",
		"{{ both(1) }}{{ both(1, 2) }}{{ both(v) }}",
		"{{ markup(v) }}{{ markup(safe) }}{{ markup('<', '>') }}",
		"{% autoescape false %}{{ tag('<x>') }}{{ tag('<x>', v) }}{% endautoescape %}{{ tag('<x>') }}",
		"{% set x = tag('a') %}{{ x }}{{ tag(tag('b')) }}{{ [1, 2]|map('string')|map('upper')|join }}",
		"{% filter upper %}{{ tag('a') }}{% endfilter %}",
	}
	vars := map[string]any{"v": "<v>", "safe": markup.HTML("<s>"), "o": &struct{ Name string }{"a <name>"}}
	for _, escape := range []bool{true, false} {
		options := Options{Autoescape: func(string) bool { return escape }, Loader: Map(map[string]string{"m": macros})}
		fast, err := New(options)
		if err != nil {
			t.Fatal(err)
		}
		slow, err := New(options)
		if err != nil {
			t.Fatal(err)
		}
		plain(slow)
		for _, call := range calls {
			for _, source := range []string{macros + call, "{% from 'm' import tag, price, need, attr, deep, both, markup %}" + call} {
				a, err := fast.FromString(source)
				if err != nil {
					t.Fatalf("%s: %v", call, err)
				}
				b, err := slow.FromString(source)
				if err != nil {
					t.Fatal(err)
				}
				want, wantErr := b.RenderString(vars)
				for range 3 {
					got, gotErr := a.RenderString(vars)
					if got != want || fmt.Sprint(gotErr) != fmt.Sprint(wantErr) {
						t.Errorf("%s\n got %q, %v\nwant %q, %v", call, got, gotErr, want, wantErr)
					}
				}
			}
		}
	}
}
