package jinja_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/dewar-go/dewar/jinja"
)

// The check reports what would fail when it is rendered, wherever the source says that
// it is shown, each once.
func TestCheckFindsEscapeErrors(t *testing.T) {
	const bad = `<a href="java{{ u }}">t</a>`
	for _, row := range []struct {
		name      string
		templates map[string]string
		want      []string // "severity template:line"
	}{
		{"page", map[string]string{"a.html": bad}, []string{"error a.html:1"}},
		{"two in a page", map[string]string{"a.html": bad + "\n" + bad}, []string{"error a.html:1", "error a.html:2"}},
		{"child block", map[string]string{"base.html": `<p>{% block b %}{% endblock %}`, "a.html": "{% extends 'base.html' %}\n{% block b %}" + bad + "{% endblock %}"}, []string{"error a.html:2"}},
		{"block that is not overridden", map[string]string{"base.html": `<p>{% block b %}` + bad + `{% endblock %}`, "a.html": "{% extends 'base.html' %}"}, []string{"error base.html:1"}},
		{"child block that ends elsewhere", map[string]string{"base.html": `<script>{% block b %}{% endblock %}</script>`, "a.html": "{% extends 'base.html' %}\n{% block b %}x = '{% endblock %}"}, []string{"error a.html:2"}},
		{"super", map[string]string{"base.html": `{% block b %}` + bad + `{% endblock %}`, "a.html": "{% extends 'base.html' %}{% block b %}{{ super() }}{% endblock %}"}, []string{"error base.html:1"}},
		{"macro", map[string]string{"a.html": "{% macro m(u) %}\n" + bad + "{% endmacro %}\n{{ m(1) }}"}, []string{"error a.html:2"}},
		{"macro that is not called", map[string]string{"a.html": "{% macro m(u) %}\n" + bad + "{% endmacro %}"}, []string{"warning a.html:2"}},
		{"macro of another place", map[string]string{"a.html": `{% macro m(v) %}(a)/{{ v }}/{% endmacro %}{{ m(1) }}<script>{{ m(1) }}</script>`}, []string{"error a.html:1"}},
		{"imported macro", map[string]string{"m.html": "{% macro m(u) %}\n" + bad + "{% endmacro %}", "a.html": `{% import "m.html" as m %}{{ m.m(1) }}`, "b.html": `{% from "m.html" import m as n %}{{ n(1) }}`}, []string{"error m.html:2"}},
		{"macro in a macro", map[string]string{"a.html": "{% macro m(u) %}\n" + bad + "{% endmacro %}{% macro n() %}{{ m(1) }}{% endmacro %}{% set x = n()|trim %}"}, []string{"error a.html:2"}},
		{"call block", map[string]string{"a.html": "{% macro m() %}<a href='{{ caller() }}'>t</a>{% endmacro %}{% call m() %}\njava{{ v }}{% endcall %}"}, []string{"error a.html:2"}},
		{"macro that ends elsewhere", map[string]string{"a.html": `{% macro m() %}<a title="{% endmacro %}` + "\n{{ m() }}"}, []string{"error a.html:2"}},
		{"include", map[string]string{"i.html": bad, "a.html": `{% include "i.html" %}`}, []string{"error i.html:1"}},
		{"include in its place", map[string]string{"i.html": `if (a<b && c) f({{ u }})`, "a.html": `<script>{% include "i.html" %}</script>`}, nil},
		{"include in a wrong place", map[string]string{"i.html": `"{{ u }}`, "a.html": `<script>{% include "i.html" %}{{ u }}` + "\n</script>{{ u }}"}, nil},
		{"recursion", map[string]string{"a.html": `{% macro m(n) %}{{ m(n-1) if n }}<p title="{{ m(n) }}">{% endmacro %}{{ m(2) }}{% include "a.html" ignore missing %}`}, nil},
		{"dynamic parent", map[string]string{"a.html": "{% extends x %}\n{% block b %}" + bad + "{% endblock %}"}, []string{"error a.html:2"}},
		{"javascript address", map[string]string{"a.html": `<a href="javascript:f('{{ x }}')">t</a>`}, []string{"error a.html:1"}},
		{"open end", map[string]string{"a.html": `<a href="`}, []string{"error a.html:1"}},
		{"nothing", map[string]string{"a.html": `<a href="{{ u }}">{{ u }}</a>`}, nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			env := escapeEnv(t, row.templates)
			found, err := env.Check(jinja.CheckOptions{})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, f := range found {
				if f.Rule == "undecided-context" {
					got = append(got, fmt.Sprintf("%s %s:%d", f.Severity, f.Template, f.Line))
				} else if f.Severity == jinja.SeverityError {
					t.Errorf("%+v", f)
				}
			}
			if fmt.Sprint(got) != fmt.Sprint(row.want) {
				t.Errorf("%v, want %v\n%+v", got, row.want, found)
			}
		})
	}
}

// An error that names two places tells them apart.
func TestEscapeErrorNamesBothPlaces(t *testing.T) {
	for _, row := range []struct{ source, one, other string }{
		{`{% macro m() %}type="text/x"{% endmacro %}{% set f = m %}<script {{ f() }}>{{ x }}</script>`, "a script that is data", "a script that is JavaScript"},
		{`{% macro m() %}<a title="{% endmacro %}{{ m() }}`, "an attribute", "text"},
		{`{% macro m() %}<svg>{% endmacro %}{{ m() }}`, "text in SVG or MathML", "text"},
	} {
		tm, err := escapeEnv(t, nil).FromString(row.source)
		if err == nil {
			_, err = tm.RenderString(nil)
		}
		if err == nil || !strings.Contains(err.Error(), "ends in") || !strings.Contains(err.Error(), row.one) || !strings.Contains(err.Error(), row.other) {
			t.Errorf("%s: %v", row.source, err)
		}
	}
}
