package main

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/CloudyKit/jet/v6"
	"github.com/flosch/pongo2/v6"
	"github.com/nikolalohinski/gonja/v2/builtins"
	gonjaconfig "github.com/nikolalohinski/gonja/v2/config"
	"github.com/nikolalohinski/gonja/v2/exec"
	"github.com/nikolalohinski/gonja/v2/loaders"

	"github.com/dewar-go/dewar/bench/template/work"
)

// into renders to one buffer that is used again.
func into(execute func(b *bytes.Buffer) error) render {
	var b bytes.Buffer
	return func([]byte) ([]byte, error) {
		b.Reset()
		err := execute(&b)
		return b.Bytes(), err
	}
}

// gonja does not see the imports above a block in it.
var toGonja = strings.NewReplacer(`{% import "macros.html" as m %}`, "", "{% block body %}<h1>", `{% block body %}{% from "macros.html" import tag, price %}<h1>`, "{{ m.price", "{{ price", "{{ m.tag(", "{{ tag(")

func makeGonja(c *testCase) (render, error) {
	files := map[string]string{}
	for name, source := range edited(c, toGonja) {
		files["/"+name] = source
	}
	loader, err := loaders.NewMemoryLoader(files)
	if err != nil {
		return nil, err
	}
	config := gonjaconfig.New()
	config.AutoEscape = true
	env := &exec.Environment{
		Context: exec.EmptyContext().Update(builtins.GlobalFunctions).Update(builtins.GlobalVariables),
		Filters: builtins.Filters, Tests: builtins.Tests, ControlStructures: builtins.ControlStructures, Methods: builtins.Methods,
	}
	t, err := exec.NewTemplate("/page.html", config, loader, env)
	if err != nil {
		return nil, err
	}
	vars := exec.NewContext(c.vars)
	return into(func(b *bytes.Buffer) error { return t.Execute(b, vars) }), nil
}

// pongo2 has Django's language.
var toPongo2 = strings.NewReplacer(
	"{{ super() }}", "{{ block.Super }}", "loop.cycle('odd', 'even')", "", "loop.index", "forloop.Counter", "loop.last", "forloop.Last",
	"|round(2)", "|floatformat:1", `{% import "macros.html" as m %}`, "", "{% block body %}<h1>", `{% block body %}{% import "macros.html" tag, price %}<h1>`, "{{ m.price", "{{ price", "{{ m.tag(", "{{ tag(",
	"(p) %}", "(p) export %}", `cls="tag") %}`, `cls="tag") export %}`,
	"s.points % 2 == 0", "s.points|divisibleby:2",
)

func makePongo2(c *testCase) (render, error) {
	sources := edited(c, toPongo2)
	for name, source := range sources {
		sources[name] = strings.ReplaceAll(source, `class="{{  }}"`, `class="{% cycle 'odd' 'even' %}"`)
	}
	set := pongo2.NewSet("bench", mapLoader(sources))
	t, err := set.FromFile("page.html")
	if err != nil {
		return nil, err
	}
	vars := pongo2.Context(c.vars)
	return into(func(b *bytes.Buffer) error { return t.ExecuteWriter(vars, b) }), nil
}

var jetSources = map[string]map[string]string{
	"fortunes": {"page.html": `<!DOCTYPE html><html><head><title>Fortunes</title></head><body><table><tr><th>id</th><th>message</th></tr>` +
		`{{ range _, f := fortunes }}<tr><td>{{ f.ID }}</td><td>{{ f.Message }}</td></tr>{{ end }}</table></body></html>`},
	"table":  {"page.html": `<table>{{ range _, row := table }}<tr>{{ range _, c := row }}<td>{{ c }}</td>{{ end }}</tr>{{ end }}</table>`},
	"static": {"page.html": staticJinja},
	"logic": {"page.html": `{{ range i, s := scores }}{{ if s.Active && s.Points > 90 }}A{{ else if s.Active && s.Points > 70 || s.Level == 3 }}B` +
		`{{ else if !s.Active && s.Points % 2 == 0 }}C{{ else if s.Points + s.Level * 10 > 60 }}D{{ else }}E{{ end }}{{ if i == last }}.{{ end }}{{ end }}`},
	"page": {
		"base.html": `<!doctype html><html><head><title>{{ block title() }}Site{{ end }}</title></head><body>` +
			`{{ include "nav.html" }}<main>{{ block body() }}{{ end }}</main><footer>{{ site }}</footer></body></html>`,
		"nav.html": `<nav>{{ if user }}<b>{{ user.Name }}</b> {{ user.Email | lower }}{{ else }}<a href="/login">Log in</a>{{ end }}</nav>`,
		"macros.html": `{{ block tag(t, cls="tag") }}<span class="{{ cls }}">{{ t | upper }}</span>{{ end }}` +
			`{{ block price(p) }}<i>{{ p | fixed }}</i>{{ end }}`,
		"page.html": `{{ extends "base.html" }}{{ import "macros.html" }}{{ block title() }}{{ heading }} - Site{{ end }}` +
			`{{ block body() }}<h1>{{ heading }}</h1><ul>{{ range i, item := items }}<li class="{{ i % 2 == 0 ? "odd" : "even" }}">{{ i + 1 }}. {{ item.Name }} ` +
			`({{ item.Category | title }}) {{ yield price(p=item.Price) }}{{ if item.InStock }} in stock{{ end }}{{ range _, t := item.Tags }} {{ yield tag(t=t) }}{{ end }}</li>{{ end }}</ul>` +
			`<p>{{ len(items) }} items</p>{{ end }}`,
	},
}

var jetMapNames = strings.NewReplacer("f.ID", "f.id", "f.Message", "f.message", "s.Active", "s.active", "s.Points", "s.points", "s.Level", "s.level",
	"user.Name", "user.name", "user.Email", "user.email", "item.Name", "item.name", "item.Category", "item.category",
	"item.Price", "item.price", "item.InStock", "item.in_stock", "item.Tags", "item.tags")

func makeJet(c *testCase) (render, error) {
	loader := jet.NewInMemLoader()
	for name, source := range jetSources[c.page] {
		if c.maps {
			source = jetMapNames.Replace(source)
		}
		loader.Set(name, source)
	}
	set := jet.NewSet(loader)
	set.AddGlobal("title", work.Title)
	set.AddGlobal("fixed", func(p float64) string { return fmt.Sprintf("%.1f", p) })
	t, err := set.GetTemplate("page.html")
	if err != nil {
		return nil, err
	}
	vars := jet.VarMap{}
	for name, v := range c.vars {
		vars.Set(name, v)
	}
	vars.Set("last", len(c.scores)-1)
	return into(func(b *bytes.Buffer) error { return t.Execute(b, vars, nil) }), nil
}
