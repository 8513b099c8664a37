package jinja_test

import (
	"strings"
	"testing"

	"github.com/dewar-go/dewar/jinja"
	"github.com/dewar-go/dewar/markup"
)

// TestCompatTemplate: a template that is named is escaped as Jinja2 escapes, and
// those around it by their contexts, however they are put together.
func TestCompatTemplate(t *testing.T) {
	const script = `<script>var a = "{{ x }}";</script><a href="{{ u }}">`
	const compat, own = `<script>var a = "&#39;&lt;";</script><a href="javascript:1">`, `<script nonce="N">var a = "\u0027\u003c";</script><a href="#zZDewarZz">`
	for _, row := range []struct{ name, page, other, want string }{
		{"its own", "old/x.html", "", compat},
		{"another", "new.html", "", own},
		{"an old one includes a new one", "{% include 'new.html' %}", "", own},
		{"an old page", "", "{% include 'new.html' %}" + script, own + compat},
		{"a new page includes an old one", "{% include 'old/x.html' %}" + script, "", compat + own},
		{"an old child of a new parent", "", "{% extends 'base.html' %}{% block a %}" + script + "{% endblock %}", "<p>" + compat + own + "</p>"},
		{"a new child of an old parent", "{% extends 'old/base.html' %}{% block a %}" + script + "{% endblock %}", "", "<p>" + own + compat + "</p>"},
		{"an old macro in a new page", "{% from 'old/m.html' import m %}{{ m(x, u) }}", "", compat},
		{"a new macro in an old page", "", "{% from 'm.html' import m %}{{ m(x, u) }}", own},
		{"an old block inside a new script", "", "{% extends 'script.html' %}{% block s %}var b = '{{ x }}';{% endblock %}", "<script nonce=\"N\">var b = '&#39;&lt;';</script>"},
		{"an old include inside a new script", "<script>{% include 'old/s.html' %}</script>", "", "<script nonce=\"N\">var b = '&#39;&lt;';</script>"},
	} {
		sources := jinja.Map{
			"old/x.html": script, "new.html": script,
			"base.html": "<p>{% block a %}{% endblock %}" + script + "</p>", "old/base.html": "<p>{% block a %}{% endblock %}" + script + "</p>",
			"m.html": "{% macro m(x, u) %}" + script + "{% endmacro %}", "old/m.html": "{% macro m(x, u) %}" + script + "{% endmacro %}",
			"script.html": "<script>{% block s %}{% endblock %}</script>", "old/s.html": "var b = '{{ x }}';",
		}
		name := "page.html"
		switch {
		case row.other != "":
			name = "old/page.html"
			sources[name] = row.other
		case strings.HasPrefix(row.page, "{%") || strings.HasPrefix(row.page, "<"):
			sources[name] = row.page
		default:
			name = row.page
		}
		env, err := jinja.New(jinja.Options{
			Loader: sources, Autoescape: jinja.Always, Nonce: func(jinja.State) (string, error) { return "N", nil },
			FormField:      func(jinja.State) (markup.HTML, error) { return "", nil },
			CompatTemplate: func(name string) bool { return strings.HasPrefix(name, "old/") },
		})
		if err != nil {
			t.Fatal(err)
		}
		page, err := env.GetTemplate(name)
		if err != nil {
			t.Errorf("%s: %v", row.name, err)
			continue
		}
		got, err := page.Append(nil, jinja.Run{Vars: map[string]any{"x": "'<", "u": "javascript:1"}})
		if err != nil || string(got) != row.want {
			t.Errorf("%s:\n%s, %v, want\n%s", row.name, got, err, row.want)
		}
	}
}
