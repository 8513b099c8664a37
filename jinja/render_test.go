package jinja_test

import (
	"bytes"
	"testing"

	"github.com/dewar-go/dewar/jinja"
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
