package jinja_test

import (
	"errors"
	"fmt"
	"path"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/dewar-go/dewar/jinja"
)

type checkedUser struct {
	Name  string
	Posts []*checkedPost
	Meta  map[string]checkedPost
	Extra any
}

func (checkedUser) Best() *checkedPost { return nil }

type checkedPost struct {
	Title  string `json:"headline"`
	Author *checkedUser
}

// lines shows findings as "template:line rule".
func lines(list []jinja.Finding) []string {
	out := []string{}
	for _, f := range list {
		out = append(out, fmt.Sprintf("%s:%d %s", f.Template, f.Line, f.Rule))
	}
	return out
}

func TestCheck(t *testing.T) {
	common := jinja.Map{
		"base.html": "{% block title %}{% endblock %}{% block body %}{% block inner %}{% endblock %}{% endblock %}",
		"m.html": "{% macro field(name, type='text') %}{{ name }}{{ type }}{% endmacro %}" +
			"{% macro open(a) %}{{ kwargs }}{{ varargs }}{{ a }}{% endmacro %}{% macro wrap() %}{{ caller() }}{% endmacro %}" +
			"{% set answer = 42 %}{% for x in [1] %}{% set hidden = x %}{% endfor %}",
		"v.html": "fine",
		"macros.html": "{% macro inherited(a) %}{{ a }}{% endmacro %}{% set flag = 1 %}" +
			"{% block x %}{% macro boxed() %}{% endmacro %}{% endblock %}",
		"importing.html": "{% from 'm.html' import field %}{% import 'm.html' as m %}{% macro own() %}{% endmacro %}",
		"child.html":     "{% extends 'macros.html' %}{% macro own() %}{% endmacro %}",
		"computed.html":  "{% extends layout %}",
	}
	url := func(c jinja.URLCall) error {
		switch {
		case c.Endpoint != "user":
			return errors.New("no endpoint " + c.Endpoint)
		case c.Open || slices.ContainsFunc(c.Args, func(a jinja.URLArg) bool { return a.Name == "id" }):
			return nil
		}
		return errors.New("id is missing")
	}
	vars := map[string]any{
		"user":  checkedUser{},
		"users": reflect.TypeFor[[]checkedUser](),
		"any":   nil,
	}
	rows := []struct {
		name, source string
		want         []string // "line rule"
	}{
		{"nothing", "{{ user.Name|upper }}{% if user is mapping %}{% endif %}", nil},
		{"syntax", "a\n{% if %}", []string{"2 syntax"}},
		{"block twice", "{% block a %}{% endblock %}\n{% block a %}{% endblock %}", []string{"2 syntax"}},
		{"break outside", "{{ 1 }}\n{% block a %}{% block a %}{% endblock %}{% endblock %}", []string{"2 syntax"}},
		{"filter", "\n{{ 1|uper }}", []string{"2 unknown-filter"}},
		{"filter in a block", "{% filter nope %}x{% endfilter %}", []string{"1 unknown-filter"}},
		{"filter in a branch", "{% if any %}{{ 1|nope }}{% endif %}", []string{"1 unknown-filter"}},
		{"filter that is asked for", "{% if 'nope' is filter %}{{ 1|nope }}{% endif %}{{ 1|nope if 'nope' is filter }}", nil},
		{"test", "{{ 1 is nope }}", []string{"1 unknown-test"}},
		{"test that is asked for", "{% if 'nope' is test and 1 is nope %}{% endif %}", nil},
		{"include", "{% include 'v.html' %}\n{% include 'w.html' %}", []string{"2 unknown-template"}},
		{"include of what may be missing", "{% include 'w.html' ignore missing %}", nil},
		{"include of a list", "{% include ['w.html', 'v.html'] %}\n{% include ['w.html', 'x.html'] %}", []string{"2 unknown-template"}},
		{"include of a list that goes on", "{% include ['w.html', any] %}{% include any %}", nil},
		{"include of a condition", "{% include 'v.html' if any else 'w.html' %}", []string{"1 unknown-template"}},
		{"extends", "{% extends 'w.html' %}{% block a %}{% endblock %}", []string{"1 unknown-template"}},
		{"extends itself", "{% extends 't.html' %}", []string{"1 circular-template"}},
		{"import", "{% import 'w.html' as w %}", []string{"1 unknown-template"}},
		{"imported names", "{% from 'm.html' import field, answer, feld as f %}", []string{"1 missing-import"}},
		{"names that are imported there", "{% from 'importing.html' import field, m, own %}{{ own() }}", []string{"1 missing-import", "1 missing-import"}},
		{"name of a loop", "{% from 'm.html' import hidden %}", []string{"1 missing-import"}},
		{"imported through a parent", "{% from 'child.html' import inherited, own, flag %}{{ inherited(1) }}", nil},
		{"through a parent, none of them", "{% from 'child.html' import inherted %}", []string{"1 missing-import"}},
		{"through a parent, arguments", "{% from 'child.html' import inherited %}{{ inherited(b=1) }}", []string{"1 macro-argument"}},
		{"module through a parent", "{% import 'child.html' as c %}{{ c.inherited(1) }}{{ c.nope }}", []string{"1 missing-import"}},
		{"through a parent that is computed", "{% from 'computed.html' import anything %}", nil},
		{"macro of a block of the parent", "{% from 'child.html' import boxed %}", []string{"1 missing-import"}},
		{"names of a module", "{% import 'm.html' as m %}{{ m.field('a') }}\n{{ m.feld('a') }}", []string{"2 missing-import"}},
		{"module that is replaced", "{% import 'm.html' as m %}{% set m = any %}{{ m.feld('a') }}", nil},
		{"arguments", "{% from 'm.html' import field %}{{ field('a', type='b') }}\n{{ field('a', kind='b') }}\n{{ field(1, 2, 3) }}\n{{ field(1, name=2) }}",
			[]string{"2 macro-argument", "3 macro-argument", "4 macro-argument"}},
		{"arguments of any number", "{% import 'm.html' as m %}{{ m.open(1, 2, x=3) }}", nil},
		{"own macro", "{% macro f(a) %}{{ a }}{% endmacro %}{{ f(b=1) }}", []string{"1 macro-argument"}},
		{"macro that is replaced", "{% macro f(a) %}{% endmacro %}{% macro f(b) %}{% endmacro %}{{ f(b=1) }}", nil},
		{"call block", "{% import 'm.html' as m %}{% call m.wrap() %}x{% endcall %}\n{% call m.field('a') %}x{% endcall %}", []string{"2 macro-argument"}},
		{"dead block", "{% extends 'base.html' %}{% block title %}{% block own %}{% endblock %}{% endblock %}{% block inner %}{% endblock %}\n{% block titel %}{% endblock %}",
			[]string{"2 dead-block"}},
		{"blocks below what is not known", "{% extends any %}{% block titel %}{% endblock %}", nil},
		{"url", "{{ url_for('user', id=1) }}{{ url_for('user', **any) }}{{ url_for(any) }}\n{{ url_for('usr') }}\n{{ url_for('user') }}\n{{ url_for('user', 1) }}",
			[]string{"2 unknown-endpoint", "3 unknown-endpoint", "4 unknown-endpoint"}},
		{"own url_for", "{% set url_for = any %}{{ url_for('usr') }}", nil},
		{"safe", "{{ any }}\n{{ any|safe }}{% autoescape false %}{% endautoescape %}", []string{"2 safe-filter", "2 autoescape-off"}},
		{"names", "{{ request }}{{ range(3) }}{{ usr }}\n{% set x = 1 %}{{ x }}{% for y in users %}{{ loop.index }}{{ y }}{% endfor %}{{ y }}",
			[]string{"1 undefined-name", "2 undefined-name"}},
		{"names that may be missing", "{{ a|default('') }}{% if b is defined %}{{ b }}{% endif %}{{ c is undefined }}{{ d if d is defined }}{% if e is defined and e.f %}{% endif %}", nil},
		{"attribute of what may be missing", "{{ a.b|default('') }}", []string{"1 undefined-name"}},
		{"names of scopes", "{% with w = 1 %}{{ w }}{% endwith %}{{ w }}\n{% macro f(p) %}{{ p }}{{ q }}{{ varargs }}{% endmacro %}{{ f(1) }}",
			[]string{"1 undefined-name", "2 undefined-name"}},
		{"attributes", "{{ user.name }}{{ user['Posts'] }}\n{{ user.nam }}\n{{ user['nam'] }}", []string{"2 undefined-attribute", "3 undefined-attribute"}},
		{"attributes through loops", "{% for u in users %}{% for p in u.posts|sort %}{{ p.headline }}{{ p.author.name }}\n{{ p.titel }}{% endfor %}{% endfor %}", []string{"2 undefined-attribute"}},
		{"attributes of items", "{{ user.meta.x.title }}{{ user.posts[0].title }}{{ (user.posts|first).title }}{{ user.best().title }}\n" +
			"{{ user.meta.x.titel }}{{ user.posts[0].titel }}{{ (user.posts|first).titel }}{{ user.best().titel }}",
			[]string{"2 undefined-attribute", "2 undefined-attribute", "2 undefined-attribute", "2 undefined-attribute"}},
		{"attributes of what is not known", "{{ user.extra.x }}{{ any.x.y }}{{ user.name.upper() }}{% set u = user %}{% set u = any %}{{ u.x }}", nil},
		{"attributes of set names", "{% set u = user %}{{ u.titel }}{% with v = u.best() %}{{ v.titel }}{% endwith %}", []string{"1 undefined-attribute", "1 undefined-attribute"}},
		{"blocks see what is set", "{% set x = 1 %}{% block a %}{{ x }}{{ z }}{% endblock %}", []string{"1 undefined-name"}},
		{"scoped block", "{% for y in users %}{% block a scoped %}{{ y.nam }}{% endblock %}{% endfor %}", []string{"1 undefined-attribute"}},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			files := jinja.Map{"t.html": row.source}
			for k, v := range common {
				files[k] = v
			}
			env, err := jinja.New(jinja.Options{Loader: files})
			if err != nil {
				t.Fatal(err)
			}
			list, err := env.Check(jinja.CheckOptions{
				Templates: []string{"t.html"}, URL: url, Vars: map[string]any{"t.html": vars}, Names: []string{"request", "url_for"},
			})
			if err != nil {
				t.Fatal(err)
			}
			want := []string{}
			for _, w := range row.want {
				want = append(want, "t.html:"+w)
			}
			got := lines(list)
			if !slices.Equal(got, want) {
				t.Errorf("got %q\nwant %q\n%+v", got, want, list)
			}
			for _, f := range list {
				if f.Message == "" || strings.Contains(f.Message, "\n") {
					t.Errorf("message %q", f.Message)
				}
			}
		})
	}
}

// The names of a template are followed into its parents and includes, and a
// finding there names the template that is rendered.
func TestCheckFollows(t *testing.T) {
	files := jinja.Map{
		"base.html": "{% block body %}{{ name }}{% endblock %}{{ title }}{{ tilte }}",
		"page.html": "{% extends 'base.html' %}{% set title = 'x' %}{% block body %}{% for p in posts %}{% include 'post.html' %}{% endfor %}{% endblock %}",
		"post.html": "{{ p.headline }}\n{{ p.headlin }}{{ q }}{% include 'post.html' %}",
		"text.txt":  "{% if %}",
	}
	env, err := jinja.New(jinja.Options{Loader: files, Undefined: jinja.Strict})
	if err != nil {
		t.Fatal(err)
	}
	options := jinja.CheckOptions{
		Match: func(name string) bool { return strings.HasSuffix(name, ".html") },
		Vars:  map[string]any{"page.html": &checkedUser{}},
	}
	want := []jinja.Finding{
		{Rule: "undefined-name", Severity: jinja.SeverityError, Template: "base.html", Line: 1, Column: 55,
			Message: `"tilte" is not among the variables of the template (rendered by page.html)`, Hint: `did you mean "title"?`},
		{Rule: "undefined-attribute", Severity: jinja.SeverityError, Template: "post.html", Line: 2, Column: 5,
			Message: `*jinja_test.checkedPost has no field or method "headlin" (rendered by page.html)`, Hint: `did you mean "headline"?`},
		{Rule: "undefined-name", Severity: jinja.SeverityError, Template: "post.html", Line: 2, Column: 19,
			Message: `"q" is not among the variables of the template (rendered by page.html)`},
	}
	for range 5 { // maps have no order, findings do
		got, err := env.Check(options)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got, want) {
			t.Errorf("got  %+v\nwant %+v", got, want)
		}
	}
	if list, err := env.Check(jinja.CheckOptions{}); err != nil || len(list) != 1 || list[0].Rule != "syntax" || list[0].Template != "text.txt" {
		t.Errorf("the whole loader: %+v, %v", list, err)
	}
	options.OpenNames = true
	if list, err := env.Check(options); err != nil || len(list) != 1 || list[0].Rule != "undefined-attribute" {
		t.Errorf("open names: %+v, %v", list, err)
	}
}

// TestCheckTypes: of a template that only declares the types of single variables, its other names are left alone, and a
// type without a name is called as the template calls it.
func TestCheckTypes(t *testing.T) {
	form := reflect.TypeFor[struct {
		F0 struct {
			F0 string `jinja:"label"`
			F1 string `jinja:"errors"`
		} `jinja:"email"`
	}]()
	env, err := jinja.New(jinja.Options{Loader: jinja.Map{
		"open.html":   "{{ other }}{{ form.email.label }}{{ form['email'].errors }}{{ form.other }}{{ form.emial }}\n{{ form.email.erors }}{{ form['email'].erors }}{{ (form or 1).emial }}",
		"closed.html": "{{ other }}{{ form.emial }}",
	}})
	if err != nil {
		t.Fatal(err)
	}
	got, err := env.Check(jinja.CheckOptions{
		Vars:  map[string]any{"closed.html": []string{"form"}},
		Types: map[string]map[string]any{"open.html": {"form": form}, "closed.html": {"form": form}},
	})
	if err != nil {
		t.Fatal(err)
	}
	var messages []string
	for _, f := range got {
		messages = append(messages, f.Message+" "+f.Hint)
	}
	want := []string{
		`"other" is not among the variables of the template `,
		`form has no field or method "emial" did you mean "email"?`,
		`form has no field or method "other" `,
		`form has no field or method "emial" did you mean "email"?`,
		`form.email has no field or method "erors" did you mean "errors"?`,
		`the value has no field or method "erors" did you mean "errors"?`,
	}
	if !slices.Equal(messages, want) {
		t.Errorf("%q", messages)
	}
}

func TestCheckErrors(t *testing.T) {
	env, err := jinja.New(jinja.Options{Loader: jinja.LoaderFunc(jinja.Map{"a": "{{ x }}"}.Load)})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := env.Check(jinja.CheckOptions{}); err == nil {
		t.Error("a loader that cannot list was listed")
	}
	if _, err := env.Check(jinja.CheckOptions{Templates: []string{"a"}, Vars: map[string]any{"a": 3}}); err == nil || !strings.Contains(err.Error(), `"a"`) {
		t.Errorf("variables that are a number: %v", err)
	}
	list, err := env.Check(jinja.CheckOptions{Templates: []string{"a", "b"}, Vars: map[string]any{"a": []string{"x"}, "b": nil}})
	if err != nil || len(list) != 1 || list[0].Rule != "unknown-template" || list[0].Template != "b" {
		t.Errorf("a template that is not there: %+v, %v", list, err)
	}
	for _, f := range list {
		if jinja.CheckRules()[f.Rule] == "" {
			t.Errorf("the rule %s has no text", f.Rule)
		}
	}
}

// Names that a template asks for by another's directory are looked up so.
func TestCheckJoinsPaths(t *testing.T) {
	env, err := jinja.New(jinja.Options{
		Loader:   jinja.Map{"a/page.html": "{% include './part.html' %}\n{% include './none.html' %}", "a/part.html": "", "b/page.html": "{% include './part.html' %}"},
		JoinPath: func(name, parent string) string { return path.Join(path.Dir(parent), name) },
	})
	if err != nil {
		t.Fatal(err)
	}
	list, err := env.Check(jinja.CheckOptions{})
	if got, want := lines(list), []string{"a/page.html:2 unknown-template", "b/page.html:1 unknown-template"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("got %q, want %q, %v", got, want, err)
	}
}

func ExampleEnvironment_Check() {
	type Post struct{ Title string }
	env, err := jinja.New(jinja.Options{Loader: jinja.Map{
		"index.html": "{% for post in posts %}\n<h1>{{ post.titel|upcase }}</h1>\n{% endfor %}",
	}})
	if err != nil {
		panic(err)
	}
	findings, err := env.Check(jinja.CheckOptions{
		Vars: map[string]any{"index.html": map[string]any{"posts": []Post{}}},
	})
	for _, f := range findings {
		fmt.Printf("%s:%d:%d: %s: %s\n", f.Template, f.Line, f.Column, f.Severity, f.Message)
	}
	fmt.Println(err)
	// Output:
	// index.html:2:12: warning: jinja_test.Post has no field or method "titel"
	// index.html:2:19: error: No filter named 'upcase'.
	// <nil>
}

// TestImportThroughParents: a template's module holds what its parents define,
// which run as a part of it. Jinja2 3.1.2 renders the same.
func TestImportThroughParents(t *testing.T) {
	for _, row := range []struct{ base, child, page, want string }{
		{"{% macro m() %}a{% endmacro %}", "{% extends 'base.html' %}", "{% from 'child.html' import m %}{{ m() }}", "a"},
		{"{% macro m() %}a{% endmacro %}", "{% extends 'base.html' %}", "{% import 'child.html' as c %}{{ c.m() }}", "a"},
		{"{% macro m() %}a{% endmacro %}", "{% extends 'base.html' %}{% macro m() %}b{% endmacro %}", "{% from 'child.html' import m %}{{ m() }}", "a"},
		{"{% set x = 1 %}{% import 'm' as q %}", "{% extends 'base.html' %}", "{% from 'child.html' import x, q %}{{ x }}{{ q }}", "1"},
		{"{% block b %}{% macro m() %}a{% endmacro %}{% endblock %}", "{% extends 'base.html' %}", "{% from 'child.html' import m %}{{ m is defined }}", "False"},
	} {
		env, err := jinja.New(jinja.Options{Loader: jinja.Map{"base.html": row.base, "child.html": row.child, "page.html": row.page, "m": ""}})
		if err != nil {
			t.Fatal(err)
		}
		page, err := env.GetTemplate("page.html")
		if err != nil {
			t.Fatal(err)
		}
		got, err := page.Append(nil, jinja.Run{})
		if err != nil || string(got) != row.want {
			t.Errorf("%s | %s | %s: %q, %v, want %q", row.base, row.child, row.page, got, err, row.want)
		}
	}
}

// TestCheckRendered: mistakes in what no rendered template reaches are warnings.
func TestCheckRendered(t *testing.T) {
	env, err := jinja.New(jinja.Options{Loader: jinja.Map{
		"moved.html": "{% extends 'base.html' %}{% from 'm.html' import x %}{% if a %}{% include 'part.html' %}{% endif %}",
		"base.html":  "{{ 1|nope }}", "part.html": "{{ 1|nope }}", "m.html": "{% macro x() %}{{ 1|nope }}{% endmacro %}",
		"flask.html": "{{ 1|nope }}{{ url_for('x') }}", "syntax.html": "{% if %}",
	}})
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		rendered []string
		errors   string
	}{
		{nil, "base.html flask.html flask.html m.html part.html syntax.html"},
		{[]string{}, ""},
		{[]string{"moved.html"}, "base.html m.html part.html"},
		{[]string{"part.html", "nope.html"}, "part.html"},
	} {
		list, err := env.Check(jinja.CheckOptions{Rendered: row.rendered, URL: func(jinja.URLCall) error { return errors.New("no endpoint") }})
		if err != nil {
			t.Fatal(err)
		}
		var bad []string
		for _, f := range list {
			if f.Severity >= jinja.SeverityError {
				bad = append(bad, f.Template)
			}
		}
		if got := strings.Join(bad, " "); got != row.errors || len(list) != 6 {
			t.Errorf("%q: errors in %q, want %q, of %d findings", row.rendered, got, row.errors, len(list))
		}
	}
}
