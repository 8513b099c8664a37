package jinja_test

import (
	"testing"

	"github.com/dewar-go/dewar/jinja"
)

// BenchmarkEscaping compiles and renders the five workloads as Jinja2 escapes
// and by context. Ratios of one run are what counts:
//
//	go test -run=xxx -bench=Escaping ./jinja
func BenchmarkEscaping(b *testing.B) {
	modes := []struct {
		name     string
		escaping jinja.Escaping
	}{{"compat", jinja.Compat}, {"contextual", jinja.Contextual}}
	env := func(b *testing.B, escaping jinja.Escaping) *jinja.Environment {
		env, err := jinja.New(jinja.Options{Loader: jinja.Map(pageSources), Autoescape: jinja.Always, Escaping: escaping})
		if err != nil {
			b.Fatal(err)
		}
		return env
	}
	for _, w := range workloads() {
		load := func(b *testing.B, env *jinja.Environment) *jinja.Template {
			t, err := env.FromString(w.source)
			if w.file != "" {
				env.ClearCache()
				for name := range pageSources {
					if _, err = env.GetTemplate(name); err != nil {
						b.Fatal(err)
					}
				}
				t, err = env.GetTemplate(w.file)
			}
			if err != nil {
				b.Fatal(err)
			}
			return t
		}
		for _, m := range modes {
			env := env(b, m.escaping)
			b.Run(w.name+"/compile/"+m.name, func(b *testing.B) {
				for b.Loop() {
					load(b, env)
				}
			})
		}
		for _, m := range modes {
			t := load(b, env(b, m.escaping))
			run := jinja.Run{Vars: w.vars}
			buf := make([]byte, 0, 1<<18)
			b.Run(w.name+"/render/"+m.name, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					var err error
					if buf, err = t.Append(buf[:0], run); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
