package jinja_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/dewar-go/dewar/jinja"
	"github.com/dewar-go/dewar/markup"
)

// ways are the constructs through which a value gets to a place, $. out is the output in
// the place, the others are templates.
var ways = []struct {
	name, around, out string
	others            map[string]string
}{
	{"inline", "$", "{{ x }}", nil},
	{"loop", "{% for y in [x] %}$;{% endfor %}", "{{ y }}", nil},
	{"macro", "{% macro m(y) %}$;{% endmacro %}{{ m(x) }}", "{{ y }}", nil},
	{"macro's result", "{% macro m(y) %}{{ y }}{% endmacro %}$", "{{ m(x) }}", nil},
	{"include", "{% include 'part' %}", "{{ x }}", map[string]string{"part": "$"}},
	{"included value", "$", "{% include 'value' %}", map[string]string{"value": "{{ x }}"}},
	{"block", "$", "{% block b %}{{ x }}{% endblock %}", nil},
	{"child block", "{% extends 'base' %}{% block b %}{{ x }}{% endblock %}", "{% block b %}{% endblock %}", map[string]string{"base": "$"}},
	{"place in a child block", "{% extends 'base' %}{% block b %}$;{% endblock %}", "{{ x }}", map[string]string{"base": "{% block b %}{% endblock %}"}},
	{"call", "{% macro m() %}$;{% endmacro %}{% call m() %}{{ x }}{% endcall %}", "{{ caller() }}", nil},
	{"set", "{% set y = x %}$", "{{ y }}", nil},
	{"filter block", "$", "{% filter trim %}{{ x }}{% endfilter %}", nil},
	{"trans", "{% trans y=x %}$;{% endtrans %}", "{{ y }}", nil},
}

// What pages of real applications write lives by all constructs, or is refused by the
// check, which says where and what to write.
func TestPlacesOfRealPages(t *testing.T) {
	const names = "included value, block, child block, filter block, call, macro's result"
	for _, row := range []struct {
		place   string
		x       any
		want    string
		refused string // the ways
	}{
		{`<script src="$"></script>`, "/a.js", "/a.js", ""},
		{`<link rel="stylesheet" href="$">`, "/a.css", "/a.css", ""},
		{`<iframe src="$"></iframe>`, "https://video.example/1", "https://video.example/1", ""},
		{`<script nonce="$">a</script>`, "abc", "abc", ""},
		{`<script nonce="$">a</script>`, markup.HTML("abc"), "abc", ""},
		{`<style nonce='$'>a {}</style>`, "abc", "abc", ""},
		{`<h$>t</h$>`, 2, "2", "filter block, included value, block, child block, trans"},
		{`<$>t</$>`, "section", "section", "filter block, included value, block, child block, trans"},
		{`<img src="$://h/p">`, "https", "https", names},
		{`<script src="$://h/p"></script>`, "https", "https", names},
		{`<script>toastr.$("m")</script>`, "success", "success", "included value, block, child block, filter block"},
		{`<script>new ns.$(1)</script>`, "Chart", "Chart", "included value, block, child block, filter block"},
		{`<script>var data$ = 1</script>`, "Table", "Table", "included value, block, child block, filter block"},
		{`<div x-ref="token-$">`, "t1", "t1", ""},
		{`<div x-teleport="$">`, "#a", "#a", ""},
		{`<a ng-href="$">`, "/a?b=c", "/a?b=c", ""},
		{`<p ng-app="$">`, "app", "app", ""},
		{`<p data-bind-id="$" data-script-url="/a">`, "i", "i", ""},
		{`<p hx-on:click="f('$')">`, "O'Neil", `O\u0027Neil`, ""},
		{`<p @click="f('$')">`, "O'Neil", `O\u0027Neil`, ""},
		{`<p wire:click="f('$')">`, "O'Neil", `O\u0027Neil`, ""},
		{`<p data-on-click="f('$')">`, "O'Neil", `O\u0027Neil`, ""},
		{`<p hx-trigger="click[a=='$']">`, "O'Neil", `O\u0027Neil`, ""},
		{`<a href="/a?x=1&$">`, "b=2&c=3", "b=2&amp;c=3", ""},
		{`<a href="/l{% if n %}?page={{ n }}{% endif %}$">`, "#f", "#f", "trans"},
		{`<a href="{{ none or '' }}$">`, "https://example.org/x", "https://example.org/x", "trans"},
		{`<p style="$">`, "color: red; width: 50%", "color: red; width: 50%", ""},
		{`<p style="font-family: $">`, `"Open Sans", Arial`, "&#34;Open Sans&#34;, Arial", ""},
		{`<p style="color: $">`, "rgb(0 0 0 / 50%)", "rgb(0 0 0 / 50%)", ""},
		{`<p style="color: $">`, "var(--accent)", "var(--accent)", ""},
		{`<a href="$">`, "sms:+49123", "sms:+49123", ""},
		{`<a href="$">`, "magnet:?xt=urn:btih:a", "magnet:?xt=urn:btih:a", ""},
		{`<a href="$">`, "myapp:a", "myapp:a", ""},
		{`<img src="$">`, "data:image/svg+xml,%3Csvg/%3E", "data:image/svg+xml,%3Csvg/%3E", ""},
		{`<a href="http://localhost:$/">`, 8080, "8080", ""},
		{`<script>var u = "http://localhost:$/";</script>`, 8080, "8080", ""},
	} {
		for _, way := range ways {
			fill := func(s string) string {
				return strings.ReplaceAll(strings.ReplaceAll(s, "$", row.place), "$", way.out)
			}
			if strings.Count(row.place, "$") > 1 && strings.Contains(way.out, "block b") || strings.Contains(row.place, "{") && way.name == "trans" {
				continue // that is no template
			}
			templates := jinja.Map{"page": fill(way.around)}
			for name, text := range way.others {
				templates[name] = fill(text)
			}
			env, err := jinja.New(jinja.Options{
				Loader: templates, Autoescape: jinja.Always, Extensions: []jinja.Extension{jinja.ExtensionI18n}, NewstyleGettext: true, LinkSchemes: []string{"myapp"},
			})
			if err != nil {
				t.Fatal(err)
			}
			env.InstallNullTranslations()
			name := row.place + " by " + way.name
			tm, err := env.GetTemplate("page")
			got := ""
			if err == nil {
				got, err = tm.RenderString(vars{"x": row.x, "n": 2})
			}
			if err == nil {
				want := strings.NewReplacer("$", row.want, "{% if n %}?page={{ n }}{% endif %}", "?page=2", "{{ none or '' }}", "").Replace(row.place)
				if !strings.Contains(got, want) {
					t.Errorf("%s: %s, want %s", name, got, want)
				}
				continue
			}
			if e := new(jinja.Error); !errors.As(err, &e) || e.Class != "EscapeError" || !strings.Contains(row.refused, way.name) {
				t.Errorf("%s: %v", name, err)
			}
			found, _ := env.Check(jinja.CheckOptions{OpenNames: true})
			reported := false
			for _, f := range found {
				reported = reported || f.Severity == jinja.SeverityError && f.Line > 0 && strings.ContainsAny(f.Message, ":;")
			}
			if !reported {
				t.Errorf("%s: the check passes, but %v: %+v", name, err, found)
			}
		}
	}
}
