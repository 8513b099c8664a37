package jinja_test

import (
	"html/template"
	"io"
	"strings"
	"testing"

	"github.com/dewar-go/dewar/jinja"
)

// A page of a usual mixture of text, outputs, conditions and loops, once in the syntax of each engine, as often as
// makes 1 MB.
const (
	compileJinja = `<section class="c{{ n }}"><h2>{{ page.title }}</h2>{% if page.open and user %}<p>Hello {{ user.name }}, welcome back to the page.</p>{% else %}<p>Closed</p>{% endif %}
<ul>{% for item in items %}<li><a href="/item/{{ item.id }}">{{ item.name }}</a> {{ item.text }}{% if item.sale %}<b>sale</b>{% endif %}</li>{% endfor %}</ul>
<p>Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor incididunt ut labore et dolore magna aliqua.</p></section>
`
	compileGo = `<section class="c{{ .n }}"><h2>{{ .page.title }}</h2>{{ if and .page.open .user }}<p>Hello {{ .user.name }}, welcome back to the page.</p>{{ else }}<p>Closed</p>{{ end }}
<ul>{{ range $item := .items }}<li><a href="/item/{{ $item.id }}">{{ $item.name }}</a> {{ $item.text }}{{ if $item.sale }}<b>sale</b>{{ end }}</li>{{ end }}</ul>
<p>Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor incididunt ut labore et dolore magna aliqua.</p></section>
`
	compileSize = 1 << 20
)

// BenchmarkCompile compiles 1 MB of template. html/template escapes when it executes first, which is part of it.
func BenchmarkCompile(b *testing.B) {
	b.Run("jinja", func(b *testing.B) {
		source := strings.Repeat(compileJinja, compileSize/len(compileJinja))
		b.SetBytes(int64(len(source)))
		for b.Loop() {
			env, err := jinja.New(jinja.Options{Autoescape: func(string) bool { return true }})
			if err != nil {
				b.Fatal(err)
			}
			if _, err := env.FromString(source); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("html-template", func(b *testing.B) {
		source := strings.Repeat(compileGo, compileSize/len(compileGo))
		vars := map[string]any{"page": map[string]any{}}
		b.SetBytes(int64(len(source)))
		for b.Loop() {
			t, err := template.New("page").Parse(source)
			if err != nil {
				b.Fatal(err)
			}
			if err := t.Execute(io.Discard, vars); err != nil {
				b.Fatal(err)
			}
		}
	})
}
