package jinja_test

import "testing"

// The arguments of the filter of a block are escaped where they are printed, or refused.
func TestArgumentsOfFilterBlocks(t *testing.T) {
	const tag, refused = "<img onerror=alert(1)>", "error: may undo the escaping of what is in its block"
	runPieces(t, nil, []pieceCase{
		{"wordwrap", `{% filter wordwrap(2, true, x) %}abcd{% endfilter %}`, tag, `ab&lt;img onerror=alert(1)&gt;cd`},
		{"wordwrap by name", `{% filter wordwrap(2, wrapstring=x) %}abcd{% endfilter %}`, tag, `ab&lt;img onerror=alert(1)&gt;cd`},
		{"wordwrap by a dict", `{% filter wordwrap(2, **{'wrapstring': x}) %}abcd{% endfilter %}`, tag, `ab&lt;img onerror=alert(1)&gt;cd`},
		{"default", `{% filter default(x, true) %}{% endfilter %}`, tag, `&lt;img onerror=alert(1)&gt;`},
		{"d", `{% filter d(x, true) %}{% endfilter %}`, tag, `&lt;img onerror=alert(1)&gt;`},
		{"default behind another", `{% filter trim|default(x, true) %} {% endfilter %}`, tag, `&lt;img onerror=alert(1)&gt;`},
		{"default of a constant", `{% filter default('<b>-</b>', true) %}{% endfilter %}`, tag, `<b>-</b>`},
		{"set block", `{% for x in [x] %}{% set y | default(x, true) %}{% endset %}{{ y }}{% endfor %}`, tag, `&lt;img onerror=alert(1)&gt;`},
		{"truncate", `{% filter truncate(5, true, x, 0) %}abcdefghij{% endfilter %}`, "<b>", `ab&lt;b&gt;`},
		{"indent", "{% filter indent(x, true) %}a{% endfilter %}", tag, `&lt;img onerror=alert(1)&gt;a`},
		{"indent in a tag of the block", "{% filter indent(x) %}<p\nid=a>{% endfilter %}", " onclick=alert(1) ", "<p\n zZDewarZz id=a>"},
		{"indent in a script", `<script>{% filter indent(x, true) %}f(){% endfilter %}</script>`, "alert(1);", refused},
		{"indent in a handler", `<p onclick="{% filter indent(x, true) %}f(){% endfilter %}">`, "alert(1);", refused},
		{"indent in an address", `<a href="{% filter indent(x, true) %}:alert(1){% endfilter %}">`, "javascript", refused},
		{"indent by a name", `<script>{% filter indent(width=x, first=true) %}f(){% endfilter %}</script>`, "alert(1);", refused},
		{"indent by a dict", `<script>{% filter indent(**x) %}f(){% endfilter %}</script>`, nil, refused},
		{"indent by a constant", `<script>{% filter indent('alert(1);', true) %}f(){% endfilter %}</script>`, nil, refused},
		{"indent by a number", "<script>{% filter indent(2, true) %}f({{ x }}){% endfilter %}</script>", "a", `<script nonce="N">  f("a")</script>`},
		{"indent of other ends of lines", "{% filter indent(2) %}<p title={{ x }}>\n<style>a { content: '{{ x }}' }</style>{% endfilter %}", "a\u2028hidden\x85b",
			"<p title=a\u2028hidden\x85b>\n  <style nonce=\"N\">a { content: 'a\u2028hidden\x85b' }</style>"},
		{"trim of characters", `<script>{% filter trim(x) %}f("{{ js }}"){% endfilter %}</script>`, `f(")`, refused},
		{"trim of constant characters", `<script>{% filter trim('"') %}"{{ js }}"{% endfilter %}</script>`, nil, refused},
		{"trim", `<script>{% filter trim %} f("{{ js }}") {% endfilter %}</script>`, nil, `<script nonce="N">f("alert(1)")</script>`},
	})
}

// The table of translate, and what indent puts into a text, is escaped for its place in
// the Markup.
func TestPiecesPutIntoMarkup(t *testing.T) {
	const tag = "<img onerror=alert(1)>"
	runPieces(t, nil, []pieceCase{
		{"translate", `{{ ('<b>a</b>'|safe).translate({97: x}) }}`, tag, `<b>&lt;img onerror=alert(1)&gt;</b>`},
		{"translate in an attribute", `{{ ('<p title="a">'|safe).translate({97: x}) }}`, `" onclick="alert(1)`, `<p title="&#34; onclick=&#34;alert(1)">`},
		{"translate in a tag", `{{ ('<p a>'|safe).translate({97: x}) }}`, `onclick=alert(1)`, `<p zZDewarZz>`},
		{"translate to a number", `{{ ('&lt;b>a'|safe).translate({97: 60}) }}`, nil, `&lt;b>&lt;`},
		{"translate to Markup", `{{ ('a'|safe).translate({97: '<b>'|safe}) }}`, nil, `<b>`},
		{"translate of text", `{{ 'a'.translate({97: x}) }}`, tag, `&lt;img onerror=alert(1)&gt;`},
		{"indent", "{{ ('a\nb'|safe)|indent(x) }}", tag, "a\n&lt;img onerror=alert(1)&gt;b"},
		{"indent in a tag", "{{ ('<p\nid=a>'|safe)|indent(x) }}", " onclick=alert(1) ", "<p\n zZDewarZz id=a>"},
		{"indent by Markup", "{{ ('a\nb'|safe)|indent('<i>'|safe) }}", nil, "a\n<i>b"},
	})
}

// What filters make of Markup and of JSON is escaped for its place, as text is.
func TestPiecesOfMarkup(t *testing.T) {
	const call, text = "alert(1)", `<script nonce="N">a = "\u0022alert(1)\u0022"</script>`
	cases := []pieceCase{}
	for filter, want := range map[string]string{
		"|tojson|trim('\"')": text, "|tojson|string|trim": text, "|tojson|replace('\"', '')": text, "|tojson|list|join": text, "|tojson|striptags": text, "|tojson|urlize": text,
		"|tojson ~ ''": text, "|safe|string|trim": `<script nonce="N">a = "alert(1)"</script>`, "|tojson|safe|upper": `<script nonce="N">a = "\u0022ALERT(1)\u0022"</script>`,
	} {
		cases = append(cases, pieceCase{filter, `<script>a = {{ x` + filter + ` }}</script>`, call, want})
	}
	for method, want := range map[string]string{
		"strip('\"')": text, "split('\"')[1]": `<script nonce="N">a = "alert(1)"</script>`, "translate({34: none})": `<script nonce="N">a = "alert(1)"</script>`,
		"replace('\"', '')": text, "removeprefix('\"')": `<script nonce="N">a = "alert(1)\u0022"</script>`,
	} {
		cases = append(cases, pieceCase{method, `<script>a = {{ (x|tojson).` + method + ` }}</script>`, call, want})
	}
	runPieces(t, nil, append(cases,
		pieceCase{"slice", `<script>a = {{ (x|tojson)[1:-1] }}</script>`, call, `<script nonce="N">a = "alert(1)"</script>`},
		pieceCase{"part by format", `<script>a = {{ '%.5s'|safe % (x|tojson) }}</script>`, call, `<script nonce="N">a = "\u0022aler"</script>`},
		pieceCase{"joined", `<script>a = {{ [x|tojson, x|tojson]|join(',') }}</script>`, call, `<script nonce="N">a = "\u0022alert(1)\u0022,\u0022alert(1)\u0022"</script>`},
		pieceCase{"urlize in an address", `<a href="{{ x|urlize }}">`, "javascript:alert(1)", `<a href="#zZDewarZz">`},
		pieceCase{"urlize with a target", `{{ x|urlize(target=js) }}`, "http://a.example", `<a href="http://a.example" rel="noopener" target="alert(1)">http://a.example</a>`},
		pieceCase{"urlize with a scheme of scripts", `{{ x|urlize(extra_schemes=['javascript:']) }}`, "javascript:alert(1)", "error: 'javascript:' is a scheme that runs scripts"},
		pieceCase{"urlize with a scheme of documents", `{{ x|urlize(extra_schemes=['DATA:']) }}`, "DATA:text/html,x", "error: runs scripts or holds a document"},
		pieceCase{"urlize with a scheme", `{{ x|urlize(extra_schemes=['tel:']) }}`, "tel:1", `<a href="tel:1" rel="noopener">tel:1</a>`},
		pieceCase{"striptags in an address", `<a href="{{ x|striptags }}">`, "java<b>script:alert(1)", `<a href="#zZDewarZz">`},
	))
}
