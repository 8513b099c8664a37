package jinja_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/dewar-go/dewar/jinja"
	"github.com/dewar-go/dewar/markup"
)

func TestTutorialTemplates(t *testing.T) {
	env, err := jinja.New(jinja.Options{
		Autoescape: jinja.SelectAutoescape("html"),
		Loader: jinja.Map{
			"base.html": `<!doctype html><title>{% block title %}{% endblock %} - Flaskr</title>
<nav>{% if g.user %}<span>{{ g.user['username'] }}</span>{% else %}<a href="{{ url_for('auth.login') }}">Log In</a>{% endif %}</nav>
<section>{% block header %}{% endblock %}{% for message in get_flashed_messages() %}<div class="flash">{{ message }}</div>{% endfor %}{% block content %}{% endblock %}</section>`,
			"blog/index.html": `{% extends 'base.html' %}
{% block header %}<h1>{% block title %}Posts{% endblock %}</h1>{% endblock %}
{% block content %}{% from "macros.html" import field %}{% for post in posts %}<article>{{ loop.index }} {{ post['title'] }} {{ post.created.strftime('%Y') if post.created else '' }}{{ field('a', value=post.body) }}</article>{% if not loop.last %}<hr>{% endif %}{% endfor %}{{ super() }}{% include "foot.html" %}{% endblock %}`,
			"macros.html": `{% macro field(name, value='') %}<input name="{{ name }}" value="{{ value }}">{% endmacro %}`,
			"foot.html":   `{% set ns = namespace(n=0) %}{% for p in posts if p.title != 'b' %}{% set ns.n = ns.n + 1 %}{% endfor %}<p>{{ ns.n }} {{ "a" ~ posts|length }}{{ missing }}</p>`,
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	env.AddGlobal("url_for", func(st jinja.State, endpoint string, kw map[string]any) (string, error) { return "/" + endpoint, nil })
	env.AddGlobal("get_flashed_messages", func() []string { return []string{"<hi>"} })
	tm, err := env.GetTemplate("blog/index.html")
	if err != nil {
		t.Fatal(err)
	}
	type post struct{ Title, Body string }
	got, err := tm.RenderString(map[string]any{"posts": []post{{"a", "<b>"}, {"b", "x"}}, "g": map[string]any{}})
	if err != nil {
		t.Fatal(err)
	}
	want := `<!doctype html><title>Posts - Flaskr</title>
<nav><a href="/auth.login">Log In</a></nav>
<section><h1>Posts</h1><div class="flash">&lt;hi&gt;</div><article>1 a <input name="a" value="&lt;b&gt;"></article><hr><article>2 b <input name="a" value="x"></article><p>1 a2</p></section>`
	if got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// TestAppendWritesOnlyWhatItReturns: the rest of the caller's capacity stays as it is.
func TestAppendWritesOnlyWhatItReturns(t *testing.T) {
	tmpl, err := newEnv(t, jinja.Options{Autoescape: jinja.Always}).FromString(`<p>{{ a }}</p>{% if b %}{{ nothing.here }}{% endif %}`)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range []bool{false, true} {
		buf := bytes.Repeat([]byte{'#'}, 200)
		got, err := tmpl.Append(buf[:1], jinja.Run{Vars: map[string]any{"a": "x & y", "b": b}})
		if want := map[bool]string{false: "#<p>x &amp; y</p>", true: "#"}[b]; string(got) != want || (err != nil) != b {
			t.Errorf("got %q, %v", got, err)
		}
		if rest := buf[len(got):]; len(bytes.Trim(rest, "#")) != 0 {
			t.Errorf("behind %q is %q", got, rest)
		}
	}
}

// TestAppendedTexts: what strftime, format and subscripts append is what printing their values gives, escaped once.
func TestAppendedTexts(t *testing.T) {
	type row struct {
		Title string
		When  time.Time
		Price float64
	}
	vars := map[string]any{
		"r": row{"a<b", time.Date(2026, 11, 3, 4, 5, 6, 0, time.UTC), 12.5},
		"m": map[string]any{"title": "x & y", "n": 7, "items": "own"}, "safe": markup.HTML("<i>%s</i>"),
	}
	env := newEnv(t, jinja.Options{Autoescape: jinja.Always})
	for source, want := range map[string]string{
		"{{ r['title'] }}{{ r['Price'] }}":                         "a&lt;b12.5",
		"{{ m['title'] }}{{ m['n'] }}{{ m['items'] }}":             "x &amp; y7own",
		"{{ r['nothing'] }}|{{ m['nothing'] }}":                    "|",
		"{{ r['when'].strftime('<%d.%m.%Y>') }}":                   "&lt;03.11.2026&gt;",
		"{{ r.when.strftime('%H:%M %p %-d %j') }}":                 "04:05 AM 3 307",
		"{{ '%.2f'|format(r.price) }} {{ '%5.1f'|format(-1.25) }}": "12.50  -1.2",
		"{{ '<%s>'|format(r.title) }}":                             "&lt;a&lt;b&gt;",
		"{{ safe|format(r.title) }}":                               "<i>a&lt;b</i>",
		"{% set x = r.when.strftime('<%y>') %}{{ x }}":             "&lt;26&gt;",
		"{{ 'o<ne TWO-three'|title }} {{ 'ÀB'|lower }}":            "O&lt;Ne Two-Three àb",
		"{% if r.price > 12 and r.price <= 12.5 %}y{% endif %}":    "y",
	} {
		tmpl, err := env.FromString(source)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 { // the second render finds what the first one has remembered
			if got, err := tmpl.RenderString(vars); got != want || err != nil {
				t.Errorf("%s: got %q, %v, want %q", source, got, err, want)
			}
		}
	}
}

// TestAppendToEmpty: an empty buffer is written to directly, and is as it was after an error.
func TestAppendToEmpty(t *testing.T) {
	tmpl, err := newEnv(t, jinja.Options{}).FromString("{{ a }}{% if b %}{{ nothing.here }}{% endif %}")
	if err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 0, 100)
	got, err := tmpl.Append(buf, jinja.Run{Vars: map[string]any{"a": "text"}})
	if string(got) != "text" || err != nil || &got[0] != &buf[:1][0] {
		t.Errorf("got %q, %v", got, err)
	}
	if got, err = tmpl.Append(buf, jinja.Run{Vars: map[string]any{"a": "text", "b": true}}); len(got) != 0 || err == nil {
		t.Errorf("got %q, %v", got, err)
	}
	if got, err = tmpl.Append(nil, jinja.Run{Vars: map[string]any{"a": strings.Repeat("long ", 100)}}); len(got) != 500 || err != nil {
		t.Errorf("got %d bytes, %v", len(got), err)
	}
}
