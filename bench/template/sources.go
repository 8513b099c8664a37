package main

import (
	"strconv"
	"strings"

	"github.com/dewar-go/dewar/bench/template/work"
)

// The pages in Jinja's language. Engines with its syntax take them as they are,
// but for the names of Go's struct fields (goNames).
const (
	fortunesJinja = `<!DOCTYPE html><html><head><title>Fortunes</title></head><body><table><tr><th>id</th><th>message</th></tr>` +
		`{% for f in fortunes %}<tr><td>{{ f.id }}</td><td>{{ f.message }}</td></tr>{% endfor %}</table></body></html>`
	tableJinja  = `<table>{% for row in table %}<tr>{% for c in row %}<td>{{ c }}</td>{% endfor %}</tr>{% endfor %}</table>`
	ordersJinja = `<table>{% for o in orders %}<tr class="{% if o.status == 'open' %}warning{% elif o.status == 'paid' %}success{% else %}muted{% endif %}">` +
		`<td>{{ o.id }}</td><td>{{ o.customer }}</td><td>{% if o.total > 100 %}<b>{{ '%.2f'|format(o.total) }}</b>{% else %}{{ '%.2f'|format(o.total) }}{% endif %}</td>` +
		`<td>{{ o.created.strftime('%Y-%m-%d') }}</td><td>{% if o.note %}{{ o.note }}{% else %}-{% endif %}</td></tr>{% endfor %}</table>`
	logicJinja = `{% for s in scores %}{% if s.active and s.points > 90 %}A{% elif (s.active and s.points > 70) or s.level == 3 %}B` +
		`{% elif not s.active and s.points % 2 == 0 %}C{% elif s.points + s.level * 10 > 60 %}D{% else %}E{% endif %}{% if loop.last %}.{% endif %}{% endfor %}`
)

// flaskrJinja is the first page of Flask's tutorial, with literal addresses: building them is not the engine's work.
var flaskrJinja = map[string]string{
	"base.html": `<!doctype html><html lang="en"><head><title>{% block title %}{% endblock %} - Flaskr</title><link rel="stylesheet" href="/static/style.css"></head><body>` +
		`<nav><h1><a href="/">Flaskr</a></h1><ul>{% if user %}<li><span>{{ user['username'] }}</span></li><li><a href="/auth/logout">Log Out</a></li>` +
		`{% else %}<li><a href="/auth/register">Register</a></li><li><a href="/auth/login">Log In</a></li>{% endif %}</ul></nav>` +
		`<section class="content"><header>{% block header %}{% endblock %}</header>{% block content %}{% endblock %}</section></body></html>`,
	"page.html": `{% extends 'base.html' %}{% block header %}<h1>{% block title %}Posts{% endblock %}</h1>{% if user %}<a class="action" href="/create">New</a>{% endif %}{% endblock %}` +
		`{% block content %}{% for post in posts %}<article class="post"><header><div><h1>{{ post['title'] }}</h1>` +
		`<div class="about">by {{ post['username'] }} on {{ post['created'].strftime('%Y-%m-%d') }}</div></div>` +
		`{% if user['id'] == post['author_id'] %}<a class="action" href="/{{ post['id'] }}/update">Edit</a>{% endif %}</header>` +
		`<p class="body">{{ post['body'] }}</p></article>{% if not loop.last %}<hr>{% endif %}{% endfor %}{% endblock %}`,
}

var shopJinja = map[string]string{
	"base.html": `<!doctype html><html><head><title>{% block title %}Site{% endblock %}</title></head><body>` +
		`{% include "nav.html" %}<main>{% block body %}{% endblock %}</main><footer>{{ site }}</footer></body></html>`,
	"nav.html": `<nav>{% if user %}<b>{{ user.name }}</b> {{ user.email|lower }}{% else %}<a href="/login">Log in</a>{% endif %}</nav>`,
	"macros.html": `{% macro tag(t, cls="tag") %}<span class="{{ cls }}">{{ t|upper }}</span>{% endmacro %}` +
		`{% macro price(p) %}<i>{{ p|round(2) }}</i>{% endmacro %}`,
	"page.html": `{% extends "base.html" %}{% import "macros.html" as m %}{% block title %}{{ heading }} - {{ super() }}{% endblock %}` +
		`{% block body %}<h1>{{ heading }}</h1><ul>{% for item in items %}<li class="{{ loop.cycle('odd', 'even') }}">{{ loop.index }}. {{ item.name }} ` +
		`({{ item.category|title }}) {{ m.price(item.price) }}{% if item.in_stock %} in stock{% endif %}{% for t in item.tags %} {{ m.tag(t) }}{% endfor %}</li>{% endfor %}</ul>` +
		`<p>{{ items|length }} items</p>{% endblock %}`,
}

var staticJinja = func() string {
	var b strings.Builder
	for i := range 9 {
		b.WriteString(work.Chunk)
		b.WriteString("{{ v" + strconv.Itoa(i) + " }}")
	}
	return b.String()
}()

// jinjaSources are the templates of a case.
func jinjaSources(page string) map[string]string {
	switch page {
	case "fortunes":
		return map[string]string{"page.html": fortunesJinja}
	case "table":
		return map[string]string{"page.html": tableJinja}
	case "static":
		return map[string]string{"page.html": staticJinja}
	case "orders":
		return map[string]string{"page.html": ordersJinja}
	case "flaskr":
		return flaskrJinja
	case "logic":
		return map[string]string{"page.html": logicJinja}
	}
	return shopJinja
}

var goNames = strings.NewReplacer(
	"f.id", "f.ID", "f.message", "f.Message", "s.active", "s.Active", "s.points", "s.Points", "s.level", "s.Level",
	"user.name", "user.Name", "user.email", "user.Email", "item.name", "item.Name", "item.category", "item.Category",
	"item.price", "item.Price", "item.in_stock", "item.InStock", "item.tags", "item.Tags",
)

// edited returns the templates of a case after an edit of each.
func edited(c *testCase, edits ...*strings.Replacer) map[string]string {
	out := map[string]string{}
	for name, source := range jinjaSources(c.page) {
		for _, e := range edits {
			source = e.Replace(source)
		}
		if !c.maps {
			source = goNames.Replace(source)
		}
		out[name] = source
	}
	return out
}
