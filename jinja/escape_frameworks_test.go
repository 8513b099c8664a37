package jinja_test

import "testing"

// TestSettingsOfHtmx: settings that begin with js: are a script, and what stands behind
// connect: is an address.
func TestSettingsOfHtmx(t *testing.T) {
	const open = "error: the settings may be a script"
	runPieces(t, nil, []pieceCase{
		{"script", `<p hx-vals='js:{a: "{{ x }}"}'>`, `"+alert(1)+"`, `<p hx-vals='js:{a: "\u0022\u002balert(1)\u002b\u0022"}'>`},
		{"script, value", `<p hx-headers=" JS:{a: {{ x }}}">`, "alert(1)", `<p hx-headers=" JS:{a: &#34;alert(1)&#34;}">`},
		{"script, long", `<p data-hx-vals="javascript:f('{{ x }}')">`, "'-alert(1)-'", `<p data-hx-vals="javascript:f('\u0027-alert(1)-\u0027')">`},
		{"script by references", `<p hx-request='&#106;s&colon;{a: {{ x }}}'>`, "alert(1)", `<p hx-request='&#106;s&colon;{a: &#34;alert(1)&#34;}'>`},
		{"whole", `<p hx-vals='{{ x }}'>`, "js:alert(1)", `<p hx-vals='zZDewarZz'>`},
		{"in pieces", `<p hx-vals='{{ x }}{{ x }}'>`, "j", open},
		{"behind a piece", `<p hx-vals='j{{ x }}'>`, "s:alert(1)", open},
		{"behind a macro", `{% macro m() %}{% endmacro %}<p hx-vals='{{ m() }}{{ x }}'>`, "js:alert(1)", open},
		{"behind a branch", `<p hx-vals='{% if yes %}js:{% endif %}{{ x }}'>`, "alert(1)", "error: different contexts"},
		{"JSON", `<p hx-vals='{"a": "{{ x }}", "b": {{ x|tojson }}}'>`, `"`, `<p hx-vals='{"a": "&#34;", "b": "\""}'>`},
		{"JSON of a macro", `{% macro m(x) %}{"a": "{{ x }}"}{% endmacro %}<p hx-vals='{{ m(x) }}'>`, "a", `<p hx-vals='{"a": "a"}'>`},
		{"JSON with macros", `{% macro m(x) %}{{ x }}{% endmacro %}<p hx-vals='{"a": "{{ m(x) }}", "b": "{{ m(x) }}"}'>`, "a", `<p hx-vals='{"a": "a", "b": "a"}'>`},
		{"whole, JSON", `<p hx-vals='{% if x %}{{ x|tojson }}{% endif %}'>`, map[string]int{"a": 1}, `<p hx-vals='{&#34;a&#34;: 1}'>`},
		{"connect", `<p hx-ws="connect:{{ x }}">`, "wss://evil.example/", `<p hx-ws="connect:#zZDewarZz">`},
		{"connect to a path", `<p hx-ws="connect:/{{ x }}">`, "/evil.example", `<p hx-ws="connect:/%2Fevil.example">`},
		{"connect to the site", `<p data-hx-sse="connect:{{ x }}">`, "/a", `<p data-hx-sse="connect:/a">`},
		{"swap", `<p hx-sse="swap:{{ x }}">`, "message", `<p hx-sse="swap:message">`},
	})
}

// TestNamesOfRules: the name of a rule of a style comes from the template alone.
func TestNamesOfRules(t *testing.T) {
	runPieces(t, nil, []pieceCase{
		{"import", `<style>@{{ x }} "{{ bad }}";</style>`, "import", "error: completes the name of a rule"},
		{"behind it", `<style>@import{{ x }};</style>`, " '//evil.example'", "error: completes the name of a rule"},
		{"import of a value", `<style>@import {{ x }};</style>`, "'//evil.example'", `<style nonce="N">@import zZDewarZz;</style>`},
		{"import of a constant", `<style>@{{ 'import' }} "{{ x }}";</style>`, "//evil.example", `<style nonce="N">@import "#zZDewarZz";</style>`},
		{"media", `<style>@media {{ x }} { a { color: {{ x }} } }</style>`, "print", `<style nonce="N">@media print { a { color: print } }</style>`},
	})
}

// TestScriptThatGoesOn: behind <!-- and <script the next </script> does not end a script.
func TestScriptThatGoesOn(t *testing.T) {
	runPieces(t, nil, []pieceCase{
		{"in its second part", `<script>"<!--<script></script>-->"; {{ x }}</script>`, "alert(1)", "error: it is not known where it ends"},
		{"behind it", `<script>"<!--<script>"</script><p>{{ x }}</p>`, "alert(1)", "error: it is not known where it ends"},
		{"of a template", `<script type="text/x-template"><!-- <script></script> --> {{ x }}</script>`, "alert(1)", "error: it is not known where it ends"},
		{"without outputs", `{{ x }}<script>"<!--<script></script>-->"</script>`, "a", `a<script nonce="N">"<!--<script></script>-->"</script>`},
		{"that has ended", `<script>a = "<!-- <script> -->"; b = {{ x }}</script>{{ x }}`, "a", `<script nonce="N">a = "<!-- <script> -->"; b = "a"</script>a`},
	})
}
