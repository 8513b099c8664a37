package jinja_test

import (
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/dewar-go/dewar/jinja"
	"github.com/dewar-go/dewar/markup"
)

type Post struct {
	Title     string
	Body      markup.HTML
	CreatedAt time.Time
	Tags      []string
}

func (p Post) Slug() string { return strings.ToLower(strings.ReplaceAll(p.Title, " ", "-")) }

func Example() {
	env, err := jinja.New(jinja.Options{
		Autoescape: jinja.SelectAutoescape("html"),
		Loader: jinja.Map{
			"base.html": "<title>{% block title %}{% endblock %} - Blog</title>\n{% block content %}{% endblock %}\n",
			"post.html": `{% extends "base.html" %}
{% block title %}{{ post.title }}{% endblock %}
{% block content %}
<a href="/{{ post.slug() }}">{{ post.title|e }}</a> {{ post.created_at.strftime("%d %B %Y") }}
{{ post.body }} {% for tag in post.tags %}#{{ tag }}{% if not loop.last %}, {% endif %}{% endfor %}
{% endblock %}`,
		},
	})
	if err != nil {
		panic(err)
	}
	t, err := env.GetTemplate("post.html")
	if err != nil {
		panic(err)
	}
	post := Post{"Salt & Pepper", "<p>Hot.</p>", time.Date(2024, 5, 1, 0, 0, 0, 0, time.UTC), []string{"food", "<b>"}}
	if err := t.Render(os.Stdout, map[string]any{"post": post}); err != nil {
		panic(err)
	}
	// Output:
	// <title>Salt &amp; Pepper - Blog</title>
	//
	// <a href="/salt-&amp;-pepper">Salt &amp; Pepper</a> 01 May 2024
	// <p>Hot.</p> #food, #&lt;b&gt;
}

func ExampleEnvironment_AddFilter() {
	env, _ := jinja.New(jinja.Options{})
	env.AddFilter("repeat", func(s string, n int) (string, error) {
		if n > 10 {
			return "", fmt.Errorf("repeat: %d is too much", n)
		}
		return strings.Repeat(s, n), nil
	})
	t, _ := env.FromString("{{ 'ho '|repeat(3) }}")
	fmt.Println(t.RenderString(nil))
	t, _ = env.FromString("{{ 'ho '|repeat(30) }}")
	_, err := t.RenderString(nil)
	fmt.Println(err)
	// Output:
	// ho ho ho  <nil>
	// jinja: <template>:1: RuntimeError: repeat: 30 is too much
}

func ExampleEnvironment_AddGlobal() {
	env, _ := jinja.New(jinja.Options{})
	env.AddGlobal("link", func(st jinja.State, name string, args map[string]any) string {
		return fmt.Sprintf("%s/%s?page=%v", st.Data(), name, args["page"])
	})
	t, _ := env.FromString("{{ link('news', page=2) }}")
	out, err := t.Append(nil, jinja.Run{Data: "https://example.org"})
	fmt.Println(string(out), err)
	// Output: https://example.org/news?page=2 <nil>
}

func ExampleEnvironment_CompileExpression() {
	env, _ := jinja.New(jinja.Options{})
	x, err := env.CompileExpression("price * 1.19 if taxed else price", true)
	if err != nil {
		panic(err)
	}
	v, err := x.Eval(map[string]any{"price": 100, "taxed": true})
	fmt.Println(v.Any(), err)
	// Output: 119 <nil>
}

func ExampleError_Detail() {
	env, _ := jinja.New(jinja.Options{Loader: jinja.Map{
		"page.html": "<p>\n  {% include 'user.html' %}\n</p>",
		"user.html": "Name:\n{{ user.name.first }}",
	}})
	t, _ := env.GetTemplate("page.html")
	_, err := t.RenderString(map[string]any{"user": map[string]any{}})
	fmt.Println(err.(*jinja.Error).Detail())
	// Output:
	// jinja: user.html:2: UndefinedError: 'dict object' has no attribute 'name'
	//     {{ user.name.first }}
	//                 ^
	//   include at page.html:2
}

func ExampleTemplate_Module() {
	env, _ := jinja.New(jinja.Options{})
	t, _ := env.FromString("{% macro greet(name) %}Hello {{ name }}!{% endmacro %}{% set version = 3 %}")
	m, err := t.Module(nil)
	if err != nil {
		panic(err)
	}
	v, err := m.Call("greet", "Ann")
	s, _ := v.Str()
	fmt.Println(m.Names(), s, err)
	// Output: [greet version] Hello Ann! <nil>
}
