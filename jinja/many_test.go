package jinja_test

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/dewar-go/dewar/jinja"
)

// TestManyTemplates keeps 10,000 templates in one environment.
func TestManyTemplates(t *testing.T) {
	count := 10_000
	if testing.Short() {
		count = 1000
	}
	sources := map[string]string{
		"base":   "<html>{% block body %}{% endblock %}</html>",
		"macros": "{% macro b(x) %}<b>{{ x }}</b>{% endmacro %}",
	}
	name := func(i int) string { return fmt.Sprintf("page%d", i) }
	for i := range count {
		sources[name(i)] = fmt.Sprintf("{%% extends 'base' %%}{%% import 'macros' as m %%}{%% block body %%}"+
			"{%% for r in rows %%}{%% if r.id > %d %%}{{ m.b(r.id) }}{%% else %%}-{%% endif %%}{%% endfor %%}{%% endblock %%}", i)
	}
	env, err := jinja.New(jinja.Options{Loader: jinja.Map(sources), CacheSize: count + 10})
	if err != nil {
		t.Fatal(err)
	}
	rows := []struct{ ID int }{{0}, {count}}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for range 2 {
		for i := range count {
			tmpl, err := env.GetTemplate(name(i))
			if err != nil {
				t.Fatal(err)
			}
			if i%100 != 0 {
				continue
			}
			got, err := tmpl.RenderString(map[string]any{"rows": rows})
			if want := fmt.Sprintf("<html>-<b>%d</b></html>", count); err != nil || got != want {
				t.Fatalf("%s: %q, %v; want %q", name(i), got, err, want)
			}
		}
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	each := (int64(after.HeapAlloc) - int64(before.HeapAlloc)) / int64(count)
	t.Logf("%d bytes a template of %d", each, len(sources[name(0)]))
	if each > 64<<10 {
		t.Errorf("a template of %d bytes takes %d", len(sources[name(0)]), each)
	}
	runtime.KeepAlive(env)
}
