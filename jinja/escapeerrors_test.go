package jinja_test

import (
	"strings"
	"testing"
)

// Faults are found without rendering, blocks in the places of their parents.
func TestEscapeErrors(t *testing.T) {
	env := escapeEnv(t, map[string]string{
		"base.html":   `<title>{% block title %}{% endblock %}</title><script>{% block s %}{% endblock %}</script>{% block body %}{% endblock %}`,
		"good.html":   `{% extends "base.html" %}{% block title %}{{ t }}{% endblock %}{% block s %}if (a<b && c) f({{ t }}){% endblock %}{% block body %}<a href="{{ u }}">{% endblock %}`,
		"script.html": `{% extends "base.html" %}{% block s %}x = "{% endblock %}`,
		"body.html":   "{% extends 'base.html' %}\n{% block body %}<a href=\"java{{ u }}\">{% endblock %}",
		"own.html":    `<p>{{ x }}</p><a href="java{{ u }}">`,
		"open.html":   `<a href="`,
		"macro.html":  `{% macro m(u) %}<a href="java{{ u }}">{% endmacro %}`,
		"lost.html":   `{% extends "missing.html" %}`,
	})
	for _, row := range []struct{ name, certain, possible string }{
		{"base.html", "", ""},
		{"good.html", "", ""},
		{"script.html", `script.html:1: EscapeError: "s" of script.html ends in <script>, JavaScript string`, ""},
		{"body.html", "body.html:2: EscapeError: an output cannot stand here", ""},
		{"own.html", "own.html:1: EscapeError: an output cannot stand here", ""},
		{"open.html", "open.html:1: EscapeError: the template open.html ends in a URL attribute", ""},
		{"macro.html", "", "macro.html:1: EscapeError: an output cannot stand here"},
		{"lost.html", "", ""},
	} {
		tm, err := env.GetTemplate(row.name)
		if err != nil {
			t.Errorf("%s: %v", row.name, err)
			continue
		}
		certain, possible := tm.EscapeErrors()
		var got [2]string
		for _, e := range certain {
			got[0] += e.Error()
		}
		for _, e := range possible {
			got[1] += e.Error()
		}
		for i, want := range []string{row.certain, row.possible} {
			if !strings.Contains(got[i], want) || want == "" && got[i] != "" {
				t.Errorf("%s: got %q, want %q", row.name, got[i], want)
			}
		}
	}
}
