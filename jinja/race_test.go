package jinja_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/dewar-go/dewar/jinja"
)

// TestManyGoroutines renders the same templates from 64 goroutines: modules
// that are shared, modules that are not, inline caches, buffers.
func TestManyGoroutines(t *testing.T) {
	type row struct {
		Name string
		N    int
	}
	env, err := jinja.New(jinja.Options{Autoescape: jinja.Always, Loader: jinja.Map{
		"base":    "{% block a %}base{% endblock %}{% import 'counter' as c %}{{ c.next() }}{{ c.next() }}",
		"page":    "{% extends 'base' %}{% from 'macros' import field, outer %}{% block a %}{% for r in rows %}{{ field(r.name) }}{{ r.n }}{% call outer() %}{{ loop.index }}{% endcall %}{% endfor %}{{ super() }}{% include 'inc' %}{% endblock %}",
		"macros":  "{% macro field(x) %}{% autoescape false %}<{{ x }}>{% endautoescape %}{% endmacro %}{% macro outer() %}{% for i in [1, 2] %}({{ caller() }}){{ loop.last }}{% endfor %}{% endmacro %}",
		"counter": "{% set ns = namespace(n=0) %}{% macro next() %}{% set ns.n = ns.n + 1 %}{{ ns.n }}{% endmacro %}",
		"inc":     "{% set who = user() %}{{ who }}{{ rows|length }}",
	}})
	if err != nil {
		t.Fatal(err)
	}
	env.AddGlobal("user", func(st jinja.State) string { return st.Data().(string) })
	var wg sync.WaitGroup
	for g := range 64 {
		wg.Go(func() {
			for i := range 20 {
				tm, err := env.GetTemplate("page")
				if err != nil {
					t.Error(err)
					return
				}
				var rows any = []row{{"a", i}, {"b", g}}
				if g%2 == 0 {
					rows = []map[string]any{{"name": "a", "n": i}, {"name": "b", "n": g}}
				}
				me := fmt.Sprintf("u%d-%d", g, i)
				got, err := tm.Append(nil, jinja.Run{Vars: map[string]any{"rows": rows}, Data: me})
				want := fmt.Sprintf("<a>%d(1)False(1)True<b>%d(2)False(2)Truebase%s212", i, g, me)
				if err != nil || string(got) != want {
					t.Errorf("got %q, %v\nwant %q", got, err, want)
					return
				}
			}
		})
	}
	wg.Wait()
}

// TestModuleOfARequestIsNotShared checks that what an imported template asked
// of one request is not shown to another.
func TestModuleOfARequestIsNotShared(t *testing.T) {
	env, err := jinja.New(jinja.Options{Loader: jinja.Map{
		"page": "{% import 'm' as m %}{{ m.who }}{{ m.again() }}",
		"m":    "{% set who = user %}{% macro again() %}{{ user }}{{ who }}{% endmacro %}",
	}})
	if err != nil {
		t.Fatal(err)
	}
	tm, err := env.GetTemplate("page")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := tm.RenderString(nil); got != "" || err != nil {
		t.Errorf("nobody sees %q, %v", got, err)
	}
	for _, user := range []string{"ann", "bob"} {
		got, err := tm.Append(nil, jinja.Run{Globals: func(name string) (any, bool) { return user, name == "user" }})
		if err != nil || string(got) != user+user+user {
			t.Errorf("%s sees %q, %v", user, got, err)
		}
	}
}
