package jinja_test

import (
	"strings"
	"testing"

	"github.com/dewar-go/dewar/jinja"
)

// TestEscapeBesideLiterals tries values that need the text of the template beside them to do harm.
func TestEscapeBesideLiterals(t *testing.T) {
	env, err := jinja.New(jinja.Options{Autoescape: func(string) bool { return true }})
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		name, source, x string
		want            string // the output, or with "error: " before it a part of the error
	}{
		{"colon as a number", `<a href="{{ x }}&#58;alert(1)">`, "javascript", "error: a colon behind an output"},
		{"colon as a name", `<a href="{{ x }}&colon;alert(1)">`, "javascript", "error: a colon behind an output"},
		{"colon on the next line", "<a href=\"{{ x }}\n:alert(1)\">", "javascript", "error: a colon behind an output"},
		{"half a scheme", `<a href="{{ x }}script:alert(1)">`, "java", "error: a colon behind an output"},
		{"half a scheme in a branch", `<a href="{{ x }}{% if x %}script:alert(1){% endif %}">`, "java", "error: a colon behind an output"},
		{"colon at once", `<a href="{{ x }}:alert(1)">`, "javascript", `<a href="zZDewarZz:alert(1)">`},
		{"colon in a query", `<a href="{{ x }}?at=12:30">`, "/x", `<a href="/x?at=12:30">`},
		{"half a reference in an address", `<a href="&#{{ x }}">`, "106;avascript:alert(1)", "error: completes a character reference"},
		{"half a reference in a handler", `<a onclick="f('&{{ x }}')">`, "#39;-alert(1)-", `<a onclick="f('&amp;#39;-alert(1)-')">`},
		{"half a reference in a title", `<a title="R&{{ x }}">`, "#68;", `<a title="R&#68;">`},
		{"CVE-2023-39319 comment", `<script>var a = "<{{ x }}"</script>`, "!--", `<script>var a = "<\u0021--"</script>`},
		{"CVE-2023-39319 script", `<script>var a = "<{{ x }}"</script>`, "script ", `<script>var a = "<\u0073cript "</script>`},
		{"CVE-2023-39319 end", `<script>var a = "</scr{{ x }}"</script>`, "ipt ", `<script>var a = "</scr\u0069pt "</script>`},
		{"end through a branch", `<script>var a = "<{% if x %}/{% endif %}{{ x }}"</script>`, "script ", `<script>var a = "</\u0073cript "</script>`},
		{"end in a template literal", "<script>var a = `</{{ x }}`</script>", "script ", "<script>var a = `</\\u0073cript `</script>"},
		{"end in JSON", `<script type="application/json">{"a": "</{{ x }}"}</script>`, "script ", `<script type="application/json">{"a": "</\u0073cript "}</script>`},
		{"end in a regular expression", `<script>var a = /a<{{ x }}/</script>`, "script ", "error: completes a tag"},
		{"a comparison", `<script>if (1 <{{ x }}) f()</script>`, "a", `<script>if (1 <"a") f()</script>`},
		{"end of a title", `<title></{{ x }}</title>`, "title ", "<title>&lt;/title </title>"},
		{"end of a style", `<style>a::after { content: "</{{ x }}" }</style>`, "style ", "error: completes a tag"},
		{"end of a template", `<script type="text/x-template"></{{ x }}</script>`, "script ", "error: completes a tag"},
		{"refresh to another site", `<meta http-equiv="refresh" content="0;url={{ x }}">`, "https://evil.example/", `<meta http-equiv="refresh" content="0;url=#zZDewarZz">`},
		{"refresh to another host", `<meta http-equiv="refresh" content="0;url={{ x }}">`, "//evil.example/", `<meta http-equiv="refresh" content="0;url=#zZDewarZz">`},
		{"refresh on the site", `<meta http-equiv="refresh" content="5; url={{ x }}">`, "/next?a=b", `<meta http-equiv="refresh" content="5; url=/next?a=b">`},
		{"a second slash", `<a href="/{{ x }}">`, "/evil.example", `<a href="/%2Fevil.example">`},
		{"a word", `<script>var a = {{ x|lower }}, b = {{ y|default("null") }}</script>`, "False", `<script>var a = false, b = null</script>`},
		{"a word in JSON", `<script type="application/json">{"a": {{ x|lower }}}</script>`, "True", `<script type="application/json">{"a": true}</script>`},
		{"a macro in unescaped text", `{% macro m(v) %}<b class="{{ v }}" href="{{ v }}">{% endmacro %}{% autoescape false %}{{ m(x) }}{% endautoescape %}`, `"<v>`,
			`<b class="&#34;&lt;v&gt;" href="&#34;&lt;v&gt;">`},
		{"escaping told at run time", `{% autoescape off %}<b class="{{ x }}" href="{{ x }}">{% endautoescape %}`, `<v>`, `<b class="<v>" href="<v>">`},
		{"no word", `<script>var a = {{ x }}</script>`, "undefined", `<script>var a = "undefined"</script>`},
	} {
		t.Run(row.name, func(t *testing.T) {
			tmpl, err := env.FromString(row.source)
			var got string
			if err == nil {
				got, err = tmpl.RenderString(map[string]any{"x": row.x})
			}
			want, fails := strings.CutPrefix(row.want, "error: ")
			switch {
			case fails && (err == nil || !strings.Contains(err.Error(), want)):
				t.Errorf("got %q, %v; want an error with %q", got, err, want)
			case !fails && (err != nil || got != want):
				t.Errorf("got %q, %v\nwant %q", got, err, want)
			}
		})
	}
}
