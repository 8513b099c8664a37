package xss

// The flags of contexts.
const (
	// alone: the context decides about the rest of its document.
	alone = 1 << iota
	// link: a whole URL from outside is what the author asked for.
	link
	// trusting: safe HTML is printed there as it is.
	trusting
	// expression: it cannot be said in html/template.
	expression
	// refused: the engine compiles no output there.
	refused
	// fails: some values are an error when they are rendered there.
	fails
	// loading: what the context prints is loaded, which costs more than all else.
	loading
)

// A context is a piece of a document. {{ x }} is where the payload goes, and
// {{ h }} and {{ t }} its two halves.
type context struct {
	name  string
	text  string
	flags int
}

var contexts = []context{
	// Text.
	{"text", `<p>{{ x }}</p>`, trusting},
	{"text behind a tag", `<p><b>a</b>{{ x }} b</p>`, trusting},
	{"text in a list", `<ul><li>{{ x }}</li></ul>`, trusting},
	{"text in a table", `<table><tr><td>{{ x }}</td></tr></table>`, trusting},
	{"text in a select", `<select><option>{{ x }}</option></select>`, trusting},
	{"text in a button", `<button type=button>{{ x }}</button>`, trusting},
	{"text in a template element", `<template><p>{{ x }}</p></template>`, trusting},
	{"text in noscript", `<noscript><p>{{ x }}</p></noscript>`, trusting},
	{"text in halves", `<p>{{ h }}{{ t }}</p>`, trusting},
	{"text in halves of tags", `<p>{{ h }}<b>{{ t }}</b></p>`, trusting},
	{"title", `<title>{{ x }}</title>`, 0},
	{"textarea", `<textarea>{{ x }}</textarea>`, 0},
	{"textarea behind <", `<textarea><{{ x }}</textarea>`, 0},
	{"title behind half an end tag", `<title></{{ h }}{{ t }}</title>`, 0},
	{"script whose type is a value", `<script type="{{ x }}">{{ x }}</script>`, 0},
	{"pre and code", `<pre><code>{{ x }}</code></pre>`, trusting},

	// Quoted attributes.
	{"double quotes", `<p title="{{ x }}">a</p>`, 0},
	{"single quotes", `<p title='{{ x }}'>a</p>`, 0},
	{"value of an input", `<input value="{{ x }}">`, 0},
	{"inside a value", `<p class="a {{ x }} b">a</p>`, 0},
	{"data attribute", `<p data-x="{{ x }}" data-y='{{ x }}'>a</p>`, 0},
	{"attribute of noscript", `<noscript><p title="{{ x }}">a</p></noscript>`, 0},
	{"alt of an image", `<img src="data:," alt="{{ x }}">`, 0},
	{"quoted in halves", `<p title="{{ h }}{{ t }}" lang="{{ t }}">a</p>`, 0},
	{"content of a meta", `<meta name="description" content="{{ x }}">`, 0},

	// Unquoted attributes.
	{"unquoted", `<p title={{ x }}>a</p>`, 0},
	{"unquoted, the last of two", `<p title=a lang={{ x }} dir=ltr>a</p>`, 0},
	{"unquoted in halves", `<input value={{ h }} title={{ t }}>`, 0},
	{"unquoted inside", `<p class=a-{{ x }}>a</p>`, 0},
	{"unquoted before a slash", `<input value={{ x }} />`, 0},
	{"unquoted href", `<a href={{ x }}>a</a>`, link},
	{"unquoted handler", `<button type=button onclick=f({{ x }})>a</button>`, 0},

	// Names and tags.
	{"attribute", `<p {{ x }}>a</p>`, 0},
	{"attribute behind another", `<p class="a" {{ x }} lang="en">a</p>`, 0},
	{"name of an attribute", `<p {{ x }}="a">a</p>`, 0},
	{"names of xmlattr", `<p{{ {x: "a"}|xmlattr }}>a</p>`, expression | fails | alone},
	{"values of xmlattr", `<p{{ {"title": x}|xmlattr }}>a</p>`, expression},

	// URLs.
	{"href", `<a href="{{ x }}">a</a>`, link},
	{"href in single quotes", `<a href='{{ x }}'>a</a>`, link},
	{"href behind white space", `<a href=" {{ x }}">a</a>`, link},
	{"href in halves", `<a href="{{ h }}{{ t }}">a</a>`, link},
	{"href behind a path", `<a href="/user/{{ x }}">a</a>`, 0},
	{"href behind a slash", `<a href="/{{ x }}">a</a>`, 0},
	{"href behind a slash and nothing", `<a href="/{{ none|default("", true) }}{{ x }}">a</a>`, expression},
	{"href behind an empty segment", `<a href="/{{ none|default("", true) }}/{{ x }}">a</a>`, expression},
	{"href behind empty segments", `<a href="/{% for s in ["", ""] %}{{ s }}/{% endfor %}{{ x }}">a</a>`, expression},
	{"href behind an empty value", `<a href="/{{ e }}/{{ x }}">a</a>`, 0},
	{"href behind an empty value and a letter", `<a href="/{{ e }}/u{{ x }}">a</a>`, 0},
	{"href behind empty values", `<a href="/{{ e }}{{ e }}{{ x }}">a</a>`, 0},
	{"href behind a value that is a slash", `<a href="{{ s }}/u{{ x }}">a</a>`, 0},
	{"href behind written slashes", `<a href="&#x2f;{{ e }}&sol;u{{ x }}">a</a>`, 0},
	{"href behind backslashes", `<a href="\{{ e }}\u{{ x }}">a</a>`, 0},
	{"href behind slashes and white space", "<a href=\"/{{ e }}&Tab;\n/u{{ x }}\">a</a>", 0},
	{"href behind an empty condition", `<a href="/{% if e %}{{ e }}{% endif %}/u{{ x }}">a</a>`, 0},
	{"href behind a trimmed space", `<a href="/{% filter trim %} {{ x }}{% endfilter %}">a</a>`, expression},
	{"unquoted href behind an empty value", `<a href=/{{ e }}/u{{ x }}>a</a>`, 0},
	{"action behind an empty value", `<form action="/{{ e }}/u{{ x }}"><button formaction="/{{ e }}/u{{ x }}">a</button></form>`, 0},
	{"animate behind an empty value", `<svg><a><text>a</text><animate attributeName="href" values="/{{ e }}/u{{ x }}" dur="1s" fill="freeze"/></a></svg>`, 0},
	{"refresh behind an empty value", `<meta http-equiv="refresh" content="0;/{{ e }}/u{{ x }}">`, alone},
	{"src of a script behind an empty value", `<script src="/{{ e }}/u{{ x }}"></script>`, loading},
	{"style URL behind an empty value", `<style>p { background: url(/{{ e }}/u{{ x }}) }</style>`, loading},
	{"module behind a slash", `<script type="module">import "/{{ x }}"</script>`, loading},
	{"href by xmlattr", `<a{{ {"href": "/" ~ x}|xmlattr }}>a</a>`, expression | link},
	{"href behind a written slash", `<a href="&#47;{{ x }}">a</a>`, 0},
	{"href behind nothing", `<a href="{{ none|default("", true) }}{{ x }}">a</a>`, expression | link},
	{"src of a script behind nothing", `<script src="{{ none|default("", true) }}{{ x }}"></script>`, expression | loading},
	{"href behind a query", `<a href="/search?q={{ x }}&amp;p=1">a</a>`, 0},
	{"href behind a question mark", `<a href="?{{ x }}">a</a>`, 0},
	{"href behind a fragment", `<a href="#{{ x }}">a</a>`, 0},
	{"href after a branch", `<a href="{% if y %}/x?q={% endif %}{{ x }}">a</a>`, link | expression},
	{"href after a host in a branch", `<a href="{% if y %}https://here.example{% endif %}{{ x }}">a</a>`, link | expression},
	{"href after a value in a branch", `<a href="{% if 1 %}{{ none|default("", true) }}{% endif %}{{ x }}">a</a>`, link | expression},
	{"src of a script after a branch", `<script src="{% if y %}/static/{% endif %}{{ x }}"></script>`, loading | expression},
	{"src in a branch", `<img {% if y %}data-{% endif %}src="{{ x }}" alt=a>`, link | loading | expression},
	{"href of an area", `<map name=m><area href="{{ x }}" alt=a></map>`, link},
	{"href with a target", `<a target="_top" href="{{ x }}">a</a>`, link},
	{"ping of a link", `<a href="#" ping="{{ x }}">a</a>`, link},
	{"src of an image", `<img src="{{ x }}" alt=a>`, link | loading},
	{"srcset", `<img srcset="{{ x }} 2x, /b.png 1x" alt=a>`, link | loading},
	{"imagesrcset", `<link rel="preload" as="image" imagesrcset="{{ x }}">`, link | loading},
	{"poster of a video", `<video poster="{{ x }}"></video>`, link | loading},
	{"action of a form", `<form action="{{ x }}"><button>a</button></form>`, link},
	{"formaction", `<form><button formaction="{{ x }}">a</button></form>`, link},
	{"formaction of an input", `<form><input type=submit formaction='{{ x }}'></form>`, link},
	{"cite", `<blockquote cite="{{ x }}">a</blockquote>`, link},
	{"src of an iframe", `<iframe src="{{ x }}"></iframe>`, link | loading},
	{"data of an object", `<object data="{{ x }}"></object>`, loading},
	{"src of an embed", `<embed src="{{ x }}">`, loading},
	{"src of a script", `<script src="{{ x }}"></script>`, loading},
	{"src of a script behind a path", `<script src="/static/{{ x }}"></script>`, loading},
	{"href of a stylesheet", `<link rel="stylesheet" href="{{ x }}">`, loading},
	{"href of a modulepreload", `<link rel="modulepreload" href="{{ x }}">`, loading},
	{"href of a manifest", `<link rel="manifest" href="{{ x }}">`, loading},
	{"base", `<base href="{{ x }}"><a href="rel">a</a><script src="rel.js"></script>`, alone},
	{"refresh", `<meta http-equiv="refresh" content="0;url={{ x }}">`, alone},
	{"refresh, spaced", `<meta http-equiv="refresh" content="0; URL = '{{ x }}'">`, alone},
	{"refresh, whole", `<meta http-equiv="refresh" content="{{ x }}">`, alone},
	{"refresh, content first", `<meta content="{{ x }}" http-equiv="refresh">`, alone | refused},
	{"refresh, number", `<meta http-equiv=refresh content="{{ x }};url=/next">`, alone},

	// Documents in documents.
	{"srcdoc", `<iframe srcdoc="{{ x }}"></iframe>`, loading | trusting},
	{"srcdoc in single quotes", `<iframe srcdoc='<p>{{ x }}</p>'></iframe>`, loading | trusting},
	{"attribute in a srcdoc", `<iframe srcdoc="<p title='{{ x }}'>a</p>"></iframe>`, loading | refused},
	// No tag ends them but their own, and no < of a value is written in them.
	{"xmp", `<xmp>{{ x }}</xmp>`, 0},
	{"noembed", `<noembed>{{ x }}</noembed>`, 0},
	{"noframes", `<noframes>{{ x }}</noframes>`, 0},
	{"iframe content", `<iframe>{{ x }}</iframe>`, 0},
	{"plaintext", `<plaintext>{{ x }}`, refused | alone},

	// Comments.
	{"comment", `<!-- {{ x }} -->`, 0},
	{"comment, tight", `<!--{{ x }}-->`, 0},
	{"comment behind hyphens", `<!-- a --{{ x }} -->`, 0},
	{"doctype-like", `<!x {{ x }}>`, 0},
	{"conditional comment", `<!--[if IE]>{{ x }}<![endif]-->`, 0},

	// Scripts.
	{"script value", `<script>var a = {{ x }};</script>`, 0},
	{"script argument", `<script>f(1, {{ x }}, 2)</script>`, 0},
	{"script key", `<script>var a = {k: {{ x }}, l: [{{ x }}]};</script>`, 0},
	{"script string", `<script>var a = "{{ x }}";</script>`, 0},
	{"script string in single quotes", `<script>var a = '{{ x }}', b = 'x{{ x }}y';</script>`, 0},
	{"script string in halves", `<script>var a = "{{ h }}", b = "{{ t }}";</script>`, 0},
	{"script string by tojson", `<script>var a = {{ x|tojson }};</script>`, expression},
	{"script string of tojson", `<script>var a = "{{ x|tojson }}";</script>`, expression},
	{"template literal", "<script>var a = `{{ x }}`;</script>", 0},
	{"template literal, hole", "<script>var a = `a${ {{ x }} }b`;</script>", 0},
	{"template literal, string in a hole", "<script>var a = `a${ '{{ x }}' }b{{ x }}`;</script>", 0},
	{"template literal, behind a hole", "<script>var a = `a${ {k: 1} }{{ x }}`;</script>", 0},
	{"tagged template literal", "<script>var a = String.raw`{{ x }}`;</script>", refused},
	{"regular expression", `<script>var a = /a{{ x }}b/.test("a");</script>`, 0},
	{"regular expression behind a block", `<script>if (1) { /{{ x }}/.test("a") }</script>`, 0},
	{"class of a regular expression", `<script>var a = /[{{ x }}]/.test("a");</script>`, refused},
	{"line comment of a script", "<script>// {{ x }}\nf()</script>", 0},
	{"block comment of a script", `<script>/* {{ x }} */ f()</script>`, 0},
	{"HTML comment of a script", "<script><!-- {{ x }}\nf()</script>", 0},
	{"script behind a comment", `<script>var s = "<!--"; var a = "{{ x }}";</script>`, 0},
	{"script with an empty type", `<script type=" ">var a = "{{ x }}";</script>`, 0},
	{"script without a type", `<script type="">var a = {{ x }};</script>`, 0},
	{"module", `<script type="module">const a = "{{ x }}"; f({{ x }})</script>`, 0},
	{"JSON block", `<script type="application/json">{"a": {{ x }}, "b": "{{ x }}"}</script>`, 0},
	{"JSON-LD block", `<script type="application/ld+json">{"a": "{{ x }}"}</script>`, 0},
	{"import map", `<script type="importmap">{"imports": {"{{ x }}": "/a.js"}}</script>`, alone},
	{"data block", `<script type="text/x-template"><p title="{{ x }}">{{ x }}</p></script>`, 0},
	{"script in svg", `<svg><script>var a = "{{ x }}";</script></svg>`, 0},
	{"script in svg, value", `<svg><script>var a = {{ x }};</script></svg>`, 0},

	// Handlers.
	{"handler string", `<button type=button onclick="f('{{ x }}')">a</button>`, 0},
	{"handler string in single quotes", `<button type=button onclick='f("{{ x }}")'>a</button>`, 0},
	{"handler value", `<button type=button onclick="f({{ x }})">a</button>`, 0},
	{"handler by tojson", `<button type=button onclick='f({{ x|tojson }})'>a</button>`, expression},
	{"handler by tojson in double quotes", `<button type=button onclick="f({{ x|tojson }})">a</button>`, expression},
	{"handler, whole", `<button type=button onclick="{{ x }}">a</button>`, 0},
	{"handler, statement", `<img src="data:," alt=a onerror="f(); var a = '{{ x }}'">`, 0},
	{"handler, template literal", "<button type=button onclick=\"f(`{{ x }}`)\">a</button>", 0},
	{"handler in capitals", `<button type=button ONCLICK="f('{{ x }}')">a</button>`, 0},
	{"hx-on", `<button type=button hx-on:click="f('{{ x }}')">a</button>`, 0},
	{"hx-on, value", `<button type=button hx-on::after-request="f({{ x }})">a</button>`, 0},
	{"x-data", `<div x-data="{a: '{{ x }}', b: {{ x }}}">a</div>`, 0},
	{"at click", `<button type=button @click="f('{{ x }}')">a</button>`, 0},
	{"v-on", `<button type=button v-on:click="f({{ x }})" :title="'{{ x }}'">a</button>`, 0},
	{"javascript URL of the author", `<a href="javascript:f('{{ x }}')">a</a>`, refused},

	// Styles.
	{"style value", `<style>p { color: {{ x }} }</style>`, 0},
	{"style string", `<style>p:before { content: "{{ x }}" }</style>`, 0},
	{"style URL", `<style>p { background: url({{ x }}) }</style>`, link | loading},
	{"style quoted URL", `<style>p { background: url("{{ x }}") }</style>`, link | loading},
	{"style comment", `<style>/* {{ x }} */ p { color: red }</style>`, 0},
	{"style property", `<style>p { {{ x }}: red }</style>`, 0},
	{"style selector", `<style>{{ x }} { color: red }</style>`, 0},
	{"style import", `<style>@import "{{ x }}";</style>`, loading},
	{"style import behind a slash", `<style>@import "/{{ x }}";</style>`, loading},
	{"style import by URL", `<style>@import url({{ x }});</style>`, loading},
	{"style attribute, value", `<p style="color: {{ x }}">a</p>`, 0},
	{"style attribute, whole", `<p style="{{ x }}">a</p>`, 0},
	{"style attribute, string", `<p style="font-family: '{{ x }}'">a</p>`, 0},
	{"style attribute, URL", `<p style="background: url('{{ x }}')">a</p>`, link | loading},
	{"style attribute, URL in halves", `<p style="background: url('{{ h }}{{ t }}')">a</p>`, link | loading},
	{"style attribute, two values", `<p style="margin: {{ h }}/{{ t }}">a</p>`, 0},
	{"style in svg", `<svg><style>p { color: {{ x }} }</style></svg>`, 0},

	// SVG and MathML.
	{"text in svg", `<svg><text>{{ x }}</text></svg>`, trusting},
	{"title in svg", `<svg><title>{{ x }}</title></svg>`, trusting},
	{"desc in svg", `<svg><desc><p>{{ x }}</p></desc></svg>`, trusting},
	{"href in svg", `<svg><a href="{{ x }}"><text>a</text></a></svg>`, link},
	{"xlink:href in svg", `<svg><a xlink:href="{{ x }}"><text>a</text></a></svg>`, link},
	{"use", `<svg><use href="{{ x }}"></use></svg>`, loading},
	{"set", `<svg><a id=sa><text>a</text><set attributeName="href" to="{{ x }}"/></a></svg>`, link},
	{"animate", `<svg><a><text>a</text><animate attributeName="href" values="{{ x }};/b" dur="1s" fill="freeze"/></a></svg>`, link},
	{"animate, name", `<svg><a><text>a</text><set attributeName="{{ x }}" to="javascript:f()"/></a></svg>`, 0},
	{"math text", `<math><mtext>{{ x }}</mtext></math>`, trusting},
	{"math href", `<math href="{{ x }}"><mi>a</mi></math>`, link},
	{"math annotation", `<math><annotation-xml encoding="text/html"><p>{{ x }}</p></annotation-xml></math>`, trusting},
	{"style in math", `<math><mtext><style>p { color: {{ x }} }</style></mtext></math>`, 0},
	{"foreignObject", `<svg><foreignObject><p title="{{ x }}">{{ x }}</p></foreignObject></svg>`, trusting},
	{"cdata in svg", `<svg><desc><![CDATA[{{ x }}]]></desc></svg>`, 0},

	// Filters that make markup.
	{"urlize", `<p>{{ x|urlize }}</p>`, expression | link},
	{"urlize with a target", `<p>{{ x|urlize(40, true, target="_blank") }}</p>`, expression | link},
	{"pprint in pre", `<pre>{{ [x]|pprint }}</pre>`, expression},
	{"tojson in text", `<p>{{ x|tojson }}</p>`, expression},
	{"tojson in double quotes", `<p data-x="{{ x|tojson }}">a</p>`, expression},
	{"tojson in single quotes", `<p data-x='{{ [x]|tojson }}'>a</p>`, expression},
	{"tojson without quotes", `<p data-x={{ x|tojson }}>a</p>`, expression},
	{"safe prefix", `<p>{{ ("<b>"|safe) ~ x }}</b></p>`, expression},
	{"safe prefix by plus", `<p>{{ ("<b>"|safe) + x }}</b></p>`, expression},
	{"safe format", `<p>{{ ("<b>%s</b>"|safe)|format(x) }}</p>`, expression},
	{"safe percent", `<p>{{ ("<b>%s</b>"|safe) % x }}</p>`, expression},
	{"safe str.format", `<p>{{ ("<b>{}</b>"|safe).format(x) }}</p>`, expression},
	{"safe join", `<p>{{ [x, "<b>"|safe, x]|join(", ") }}</b></p>`, expression},
	{"safe joined by x", `<p>{{ ["<i>"|safe, "</i>"|safe]|join(x) }}</p>`, expression},
	{"safe replace", `<p>{{ ("<b>q</b>"|safe)|replace("q", x) }}</p>`, expression},
	{"safe in an attribute", `<p title="{{ (("<b>"|safe) ~ x) }}">a</p>`, expression},
	{"striptags", `<p>{{ x|striptags }}</p>`, expression},
	{"striptags in an attribute", `<p title="{{ x|striptags }}">a</p>`, expression},
	{"indent", `<p>{{ x|indent }}</p>`, expression},
	{"wordwrap", `<p>{{ x|wordwrap(10) }}</p>`, expression},
	{"truncate", `<p>{{ x|truncate(60) }}</p>`, expression},
	{"center", `<p>{{ x|center(80) }}</p>`, expression},
	{"reverse twice", `<p>{{ x|reverse|reverse }}</p>`, expression},
	{"urlencode in a query", `<a href="/q?a={{ x|urlencode }}">a</a>`, expression},
	{"escaped twice", `<p>{{ x|e|e }}{{ x|forceescape }}</p>`, expression},
	{"default", `<p>{{ none|default(x, true) }}</p>`, expression},
	{"map", `<p>{{ [x]|map("trim")|join }}</p>`, expression},
	{"group", `<p>{% for k, v in [{"k": x}]|groupby("k") %}{{ k }}{% endfor %}</p>`, expression},
	{"dict and list", `<p>{{ {"a": x} }}{{ [x] }}{{ (x,) }}</p>`, expression},
}
