package jinja_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/dewar-go/dewar/jinja"
	"github.com/dewar-go/dewar/markup"
)

// piecesEnv puts in nonces and tokens.
func piecesEnv(t testing.TB, templates map[string]string) *jinja.Environment {
	t.Helper()
	env, err := jinja.New(jinja.Options{
		Autoescape: jinja.Always, Loader: jinja.Map(templates),
		Extensions: []jinja.Extension{jinja.ExtensionLoopControls, jinja.ExtensionI18n, jinja.ExtensionDo},
		Nonce:      func(jinja.State) (string, error) { return "N", nil },
		FormField:  func(jinja.State) (markup.HTML, error) { return "[token]", nil },
		SameSite:   func(_ jinja.State, url string) bool { return url == "https://here.example/" },
		Globals:    map[string]any{"url_for": func(endpoint string) string { return "/" + endpoint }},
	})
	if err != nil {
		t.Fatal(err)
	}
	env.InstallNullTranslations()
	return env
}

// pieceCase is a page and what it has to be. want is an error when it begins with
// "error: ".
type pieceCase struct {
	name, source string
	x            any
	want         string
}

func runPieces(t *testing.T, templates map[string]string, cases []pieceCase) {
	env := piecesEnv(t, templates)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			tm, err := env.FromString(c.source)
			got := ""
			if err == nil {
				got, err = tm.RenderString(vars{"x": c.x, "bad": "https://evil.example/", "js": "alert(1)", "yes": true,
					"typed": markup.ResourceURL("https://cdn.example/a.js"), "template": "attrs.html"})
			}
			if fault, ok := strings.CutPrefix(c.want, "error: "); ok {
				var e *jinja.Error
				if !errors.As(err, &e) || !strings.Contains(err.Error(), fault) {
					t.Errorf("%s\n got %q, %v\nwant the error %s", c.source, got, err, fault)
				} else if e.Line == 0 {
					t.Errorf("%s: the error %v has no line", c.source, err)
				}
			} else if err != nil || got != c.want {
				t.Errorf("%s\n got %s, %v\nwant %s", c.source, got, err, c.want)
			}
		})
	}
}

// A macro may write an address, or a part of one, also of what runs.
func TestMacroInAddress(t *testing.T) {
	const u, fixed = `{% macro u(x) %}{{ x }}{% endmacro %}`, `{% macro u(x) %}/static/{{ x }}{% endmacro %}`
	runPieces(t, map[string]string{
		"url.html": `{% macro url() %}{{ get_url('admin.static', *varargs, **kwargs) }}{% endmacro %}`,
		"u.html":   `/static/a.js`, "x.html": `{{ x }}`,
		"base.html": `<script src="{% block src %}/base.js{% endblock %}"></script>`,
	}, []pieceCase{
		{"script", u + `<script src="{{ u('/a.js') }}"></script>`, nil, `<script src="/a.js"></script>`},
		{"link", u + `<link rel="stylesheet" href="{{ u('/a.css') }}">`, nil, `<link rel="stylesheet" href="/a.css">`},
		{"frame", u + `<iframe src="{{ u('/a') }}"></iframe>`, nil, `<iframe src="/a"></iframe>`},
		{"foreign script", u + `<script src="{{ u(bad) }}"></script>`, nil, `<script src="#zZDewarZz"></script>`},
		{"typed", u + `<script src="{{ u(typed) }}"></script>`, nil, `<script src="https://cdn.example/a.js" nonce="N"></script>`},
		{"text alone", `{% macro u() %}/a.js{% endmacro %}<script src="{{ u() }}"></script>`, nil, `<script src="/a.js" nonce="N"></script>`},
		{"part", fixed + `<script src="{{ u(x) }}"></script>`, "a.js", `<script src="/static/a.js"></script>`},
		{"text, then a value", `{% macro u() %}/a{% endmacro %}<script src="{{ u() }}/{{ x }}"></script>`, "b.js", `<script src="/a/b.js"></script>`},
		{"value behind a query", u + `<script src="{{ u(typed) }}?v={{ x }}"></script>`, 1, `<script src="https://cdn.example/a.js?v=1" nonce="N"></script>`},
		{"no memory of the tag before", u + `<script src="{{ u(typed) }}"></script><script src="{{ u(x) }}"></script>`, "/b", `<script src="https://cdn.example/a.js" nonce="N"></script><script src="/b"></script>`},
		{"include", `<script src="{% include 'u.html' %}"></script><script src="{% include 'x.html' %}"></script>`, "//evil.example/a.js", `<script src="/static/a.js" nonce="N"></script><script src="#zZDewarZz"></script>`},
		{"block", `{% extends "base.html" %}{% block src %}{{ x }}{% endblock %}`, "/a.js", `<script src="/a.js"></script>`},
		{"block's own text", `{% extends "base.html" %}{% block src %}/a.js{% endblock %}`, nil, `<script src="/a.js" nonce="N"></script>`},
		{"caller", `{% macro s() %}<script src="{{ caller() }}"></script>{% endmacro %}{% call s() %}{{ x }}{% endcall %}{% call s() %}/b.js{% endcall %}`, "/a.js", `<script src="/a.js"></script><script src="/b.js" nonce="N"></script>`},
		{"scheme in pieces", `{% macro u() %}java{% endmacro %}<a href="{{ u() }}{{ x }}">`, "script:alert(1)", "error: EscapeError: what a block, a macro or an included template writes into an address may become a dangerous scheme"},
	})
}

// A macro, a block or a caller may write attributes, of scripts, styles and forms too.
func TestMacroInTag(t *testing.T) {
	runPieces(t, map[string]string{
		"attrs.html": ` data-a="{{ x }}"`, "nonce.html": ` nonce="{{ x }}"`,
		"base.html": `<form method="post"{% block attrs %}{% endblock %}></form><script{% block script %}{% endblock %}></script>`,
		"name.html": `onclick`, "macros.html": `{% macro t() %}type="application/json"{% endmacro %}`,
	}, []pieceCase{
		{"nonce", `{% macro n() %}nonce="{{ x }}"{% endmacro %}<script {{ n() }}>a</script>`, "abc", `<script nonce="abc">a</script>`},
		{"nonce or not", `{% macro n() %}{% if x %} nonce="{{ x }}"{% endif %}{% endmacro %}<script{{ n() }}>a</script><style{{ n() }}>b</style>`, "abc", `<script nonce="abc">a</script><style nonce="abc">b</style>`},
		{"no nonce", `{% macro n() %}{% if x %} nonce="{{ x }}"{% endif %}{% endmacro %}<script{{ n() }}>a</script>`, "", `<script nonce="N">a</script>`},
		{"nonce in a branch", `<script{% if x %} nonce="{{ x }}"{% endif %}>a</script>`, "", `<script nonce="N">a</script>`},
		{"src", `{% macro n() %}src="/a.js" defer{% endmacro %}<script {{ n() }}></script>`, nil, `<script src="/a.js" defer nonce="N"></script>`},
		{"src of a value", `{% macro n() %}src="{{ x }}"{% endmacro %}<script {{ n() }}></script>`, "/a.js", `<script src="/a.js"></script>`},
		{"behind a name", `{% macro A() %} data-a="b"{% endmacro %}<input disabled{{ A() }}>`, nil, `<input disabled data-a="b">`},
		{"behind the name of the element", `{% macro A() %} data-a="b"{% endmacro %}<input{{ A() }}>`, nil, `<input data-a="b">`},
		{"two", `{% macro A() %} data-a="{{ x }}"{% endmacro %}<input{{ A() }}{{ A() }}>`, `"`, `<input data-a="&#34;" data-a="&#34;">`},
		{"handler", `{% macro n() %}onclick="f({{ x }})"{% endmacro %}<a {{ n() }}>t</a>`, "a", `<a onclick="f(&#34;a&#34;)">t</a>`},
		{"name alone", `{% macro n() %}onclick{% endmacro %}<a {{ n() }}="{{ js }}">t</a>`, nil, "error: the attribute's name is not known"},
		{"name and a space", `{% macro n() %}onclick{% endmacro %}<a {{ n() }} = "{{ js }}">t</a>`, nil, "error: the attribute's name is not known"},
		{"name from an include", `<a {% include "name.html" %}="{{ js }}">t</a>`, nil, "error: the attribute's name is not known"},
		{"name from a block", `<a {% block n %}onclick{% endblock %}="{{ js }}">t</a>`, nil, "error: the attribute's name is not known"},
		{"name from a caller", `{% macro m() %}<a {{ caller() }}="{{ js }}">t</a>{% endmacro %}{% call m() %}onclick{% endcall %}`, nil, "error: the attribute's name is not known"},
		{"name in a call", `{% macro m() %}onclick{% endmacro %}<a {% call m() %}{% endcall %}="{{ js }}">t</a>`, nil, "error: the attribute's name is not known"},
		{"name of a value", `<a {{ x }}="{{ js }}">t</a>`, "onclick", `<a zZDewarZz="alert(1)">t</a>`},
		{"value of an author's name", `{% macro n() %}onclick{% endmacro %}<a {{ n() }}="f()">t</a>`, nil, `<a onclick="f()">t</a>`},
		{"include", `<p{% include "attrs.html" %}>`, `"`, `<p data-a="&#34;">`},
		{"include by a variable", `<p{% include template %}>`, `"`, `<p data-a="&#34;">`},
		{"include of a nonce", `<script{% include "nonce.html" %}></script>`, "abc", `<script nonce="abc"></script>`},
		{"block", `{% extends "base.html" %}{% block attrs %} action="{{ x }}"{% endblock %}{% block script %} nonce="{{ x }}"{% endblock %}`, "/a", `<form method="post" action="/a">[token]</form><script nonce="/a"></script>`},
		{"block with a foreign action", `{% extends "base.html" %}{% block attrs %} action="{{ bad }}"{% endblock %}{% block script %} src="/a"{% endblock %}`, nil, `<form method="post" action="https://evil.example/"></form><script src="/a" nonce="N"></script>`},
		{"method and action of a macro", `{% macro a(u) %}method="post" action="{{ u }}"{% endmacro %}<form {{ a('/x') }}></form><form {{ a(bad) }}></form>`, nil, `<form method="post" action="/x">[token]</form><form method="post" action="https://evil.example/"></form>`},
		{"the first action counts", `<form method="post" action="{{ bad }}" action="/x"></form><form method="post" action="/x" action="{{ bad }}"></form>`, nil, `<form method="post" action="https://evil.example/" action="/x"></form><form method="post" action="/x" action="https://evil.example/">[token]</form>`},
		{"type", `{% macro t() %}type="application/json"{% endmacro %}<script {{ t() }}>[{{ x|tojson }}]</script>`, "</script>", `<script type="application/json">["\u003c/script\u003e"]</script>`},
		{"sheet", `{% macro l() %}rel="stylesheet" href="/a.css"{% endmacro %}<link {{ l() }}>`, nil, `<link rel="stylesheet" href="/a.css" nonce="N">`},
		{"imported type", `{% import "macros.html" as m %}<script {{ m.t() }}>[{{ x|tojson }}]</script>`, "a", `<script type="application/json">["a"]</script>`},
		{"icon", `{% macro l() %}rel="icon"{% endmacro %}<link {{ l() }} href="{{ bad }}">`, nil, `<link rel="icon" href="https://evil.example/">`},
		// Too many ways to follow: the render looks at what was written.
		{"many branches", `{% macro f(a, m, i, n) %}<form{%- if a %} action="{{ a }}"{% endif %}{% if i %} id="{{ i }}"{% endif %}{% if m %} method="{{ m }}"{% endif %} class="f"` +
			`{%- if n %} novalidate{% endif %}{% if i %} data-i="{{ i }}"{% endif %}{% if n %} {{ {'data-n': n}|xmlattr }}{% endif %}>{% endmacro %}{{ f('/a', 'post', '', 1) }}{{ f('', '', 'b', '') }}{{ f(bad, 'post', '', '') }}`, nil,
			`<form action="/a" method="post" class="f" novalidate  data-n="1">[token]<form id="b" class="f" data-i="b"><form action="https://evil.example/" method="post" class="f">`},
		{"method in a branch", `{% macro f(p) %}<form{% if p %} method="post"{% endif %} class="a">{% endmacro %}{{ f(1) }}{{ f(0) }}`, nil, `<form method="post" class="a">[token]<form class="a">`},
		{"method in branches", `{% for m in ["get", "POST", "dialog"] %}<form {% if m == "get" %}method="get"{% elif m == "POST" %}method="POST"{% else %}method="dialog"{% endif %}></form>{% endfor %}`, nil,
			`<form method="get"></form><form method="POST">[token]</form><form method="dialog"></form>`},
		{"action in a branch", `{% macro f(u) %}<form method="post"{% if u == bad %} action="{{ u }}"{% elif u %} action="/a"{% endif %}></form>{% endmacro %}{{ f(bad) }}{{ f(1) }}{{ f("") }}`, nil,
			`<form method="post" action="https://evil.example/"></form><form method="post" action="/a">[token]</form><form method="post">[token]</form>`},
		{"element in a branch", `{% macro f(p) %}{% if p %}<form{% else %}<div{% endif %} method="post">{% endmacro %}{{ f(1) }}{{ f(0) }}`, nil, `<form method="post">[token]<div method="post">`},
		{"value in a branch that goes on", `<form {% if yes %}title="{% endif %}method="post" lang="a">b</form><p title=">`, nil, "error: ends in"},
		{"type in a branch", `{% for t in [0, 1] %}<script{% if t %} type="application/json"{% endif %}>1</script>{% endfor %}`, nil, `<script nonce="N">1</script><script type="application/json">1</script>`},
		{"sheet in a branch", `{% for s in [0, 1] %}<link {% if s %}rel="stylesheet"{% else %}rel="icon"{% endif %} href="/a">{% endfor %}`, nil, `<link rel="icon" href="/a"><link rel="stylesheet" href="/a" nonce="N">`},
		{"constants", `<input id="a" {{- ' ' -}} name="{{ x }}"><input {% if x %}checked{% endif %}{{ ' ' }}>`, "n", `<input id="a" name="n"><input checked >`},
		{"completed", `<div on{{ x }}="f()">`, "click", "error: completes the name of an attribute"},
	})
}

// The name of an element may come from a value in macros and blocks as well.
func TestElementNameInPieces(t *testing.T) {
	runPieces(t, map[string]string{
		"base.html": `{% block a %}{% endblock %}`, "h.html": `<h{{ x }}>t</h{{ x }}>`,
		"macros.html": `{% macro h(n, text) %}<h{{ n }} class="{{ text }}">{{ text }}</h{{ n }}>{% endmacro %}`,
	}, []pieceCase{
		{"macro", `{% macro h(n) %}<h{{ n }}>x</h{{ n }}>{% endmacro %}{{ h(2) }}`, nil, `<h2>x</h2>`},
		{"imported", `{% import "macros.html" as m %}{{ m.h(3, x) }}`, `"`, `<h3 class="&#34;">&#34;</h3>`},
		{"block", `{% block a %}<h{{ x }}>t</h{{ x }}>{% endblock %}`, 2, `<h2>t</h2>`},
		{"child block", `{% extends "base.html" %}{% block a %}<h{{ x }}>t</h{{ x }}>{% endblock %}`, 2, `<h2>t</h2>`},
		{"include", `{% include "h.html" %}`, 2, `<h2>t</h2>`},
		{"whole name in a macro", `{% macro t(n) %}<{{ n }} title="{{ n }}">x</{{ n }}>{% endmacro %}{{ t('section') }}`, nil, `<section title="section">x</section>`},
		{"whole name in a child block", `{% extends "base.html" %}{% block a %}<{{ x }}>x</{{ x }}>{% endblock %}`, "section", `<section>x</section>`},
		{"call", `{% macro t(n) %}<{{ n }}>{{ caller() }}</{{ n }}>{% endmacro %}{% call t("div") %}{{ x }}{% endcall %}`, "<", `<div>&lt;</div>`},
		{"set", `{% set y %}<h{{ x }}>t</h{{ x }}>{% endset %}{{ y }}`, 2, `<h2>t</h2>`},
		{"end tag by a macro", `{% macro n(x) %}{{ x }}{% endmacro %}<h{{ n(2) }}>t</h{{ n(2) }}>`, nil, `<h2>t</h2>`},
		{"end tag by a macro of text", `{% macro n() %}script{% endmacro %}<{{ n() }}>t</{{ n() }}>`, nil, "error: goes on in"},
		{"media", `<{{ x }} src="{{ bad }}" controls></{{ x }}>`, "audio", `<audio src="https://evil.example/" controls></audio>`},
		{"loop", `{% for i in [1, 2] %}<h{{ i }}>t</h{{ i }}>{% endfor %}`, nil, `<h1>t</h1><h2>t</h2>`},
		{"script", `{% macro t(n) %}<{{ n }}>x</{{ n }}>{% endmacro %}{{ t('script') }}`, nil, "error: names an element"},
	})
}

// Attributes of xmlattr, and those in Markup, are escaped as if they stood in the
// template.
func TestAttributesOfValues(t *testing.T) {
	type d = map[string]any
	runPieces(t, map[string]string{
		"macros.html": `{% macro attrs() %}{{ kwargs|xmlattr }}{% endmacro %}{% macro tag(name) %}<{{ name }}{{ kwargs|xmlattr }}>{% endmacro %}`,
		"base.html":   `<script{% block a %}{% endblock %}></script>`,
	}, []pieceCase{
		{"script", `<script{{ {'src': x}|xmlattr }}></script>`, "https://evil.example/a.js", `<script src="#zZDewarZz"></script>`},
		{"own script", `<script{{ {'src': x}|xmlattr }}></script>`, "/a.js", `<script src="/a.js"></script>`},
		{"typed script", `<script{{ {'src': x}|xmlattr }}></script>`, markup.ResourceURL("https://cdn.example/a.js"), `<script src="https://cdn.example/a.js" nonce="N"></script>`},
		{"any mapping", `<script{{ x|xmlattr }}></script>`, d{"src": "https://evil.example/a.js"}, `<script src="#zZDewarZz"></script>`},
		{"type of any mapping", `<script{{ x|xmlattr }}></script>`, d{"type": "module"}, "error: xmlattr cannot write the attribute type here"},
		{"constant type", `<script{{ {'type': 'application/json'}|xmlattr }}>{{ x|tojson }}</script>`, "<", `<script type="application/json">"\u003c"</script>`},
		{"constant module", `<script{{ {'type': 'module', 'src': '/a.js'}|xmlattr }}></script>`, nil, `<script type="module" src="/a.js" nonce="N"></script>`},
		{"type of a value", `<script{{ {'type': x}|xmlattr }}></script>`, "module", "error: the attribute type decides"},
		{"link", `<link{{ {'rel': 'stylesheet', 'href': x}|xmlattr }}>`, "https://evil.example/a.css", `<link rel="stylesheet" href="#zZDewarZz">`},
		{"icon", `<link{{ {'href': x, 'rel': 'icon'}|xmlattr }}>`, "https://cdn.example/a.png", `<link href="https://cdn.example/a.png" rel="icon">`},
		{"form", `<form method="post"{{ {'action': x}|xmlattr }}>`, "https://evil.example/", `<form method="post" action="https://evil.example/">`},
		{"own form", `<form{{ {'action': x, 'method': 'post'}|xmlattr }}>`, "/a", `<form action="/a" method="post">[token]`},
		{"handler", `<a{{ {'onclick': x}|xmlattr }}>t</a>`, "alert(1)", `<a onclick="&#34;alert(1)&#34;">t</a>`},
		{"handler of the program", `<a{{ {'onclick': x}|xmlattr }}>t</a>`, markup.JS("f(1)"), `<a onclick="f(1)">t</a>`},
		{"style", `<a{{ {'style': x}|xmlattr }}>t</a>`, "background:url(//evil.example)", `<a style="zZDewarZz">t</a>`},
		{"href", `<a{{ {'href': x}|xmlattr }}>t</a>`, "javascript:alert(1)", `<a href="#zZDewarZz">t</a>`},
		{"srcdoc", `<iframe{{ {'srcdoc': x}|xmlattr }}></iframe>`, "<script>", `<iframe srcdoc="&amp;lt;script&amp;gt;"></iframe>`},
		{"base", `<base{{ {'href': x}|xmlattr }}>`, "https://evil.example/", `<base href="#zZDewarZz">`},
		{"refresh", `<meta{{ {'http-equiv': 'refresh', 'content': x}|xmlattr }}>`, "0;url=https://evil.example/", `<meta http-equiv="refresh" content="zZDewarZz">`},
		{"http-equiv of any mapping", `<meta{{ x|xmlattr }}>`, d{"http-equiv": "refresh"}, "error: xmlattr cannot write the attribute http-equiv here"},
		{"behind a name", `<input disabled{{ {'data-a': 'b'}|xmlattr }}>`, nil, `<input disabled data-a="b">`},
		{"no space", `<input {{ {'data-a': x}|xmlattr(false) }}>`, `"`, `<input data-a="&#34;">`},
		{"macro", `{% import "macros.html" as m %}<script{{ m.attrs(src=x) }}></script>{{ m.tag('a', href=x, class='b') }}`, "javascript:x", `<script src="#zZDewarZz"></script><a href="#zZDewarZz" class="b">`},
		{"block", `{% extends "base.html" %}{% block a %}{{ {'src': x}|xmlattr }}{% endblock %}`, "https://evil.example/a.js", `<script src="#zZDewarZz"></script>`},
		{"loop", `{% for u in [x, '/a'] %}<a{{ {'href': u}|xmlattr }}>{% endfor %}`, "javascript:x", `<a href="#zZDewarZz"><a href="/a">`},
		{"set", `{% set y = {'src': x}|xmlattr %}<script{{ y }}></script>`, "https://evil.example/a.js", `<script src="#zZDewarZz"></script>`},
		{"set block", `{% set y %}src="{{ x }}" class="b"{% endset %}<script {{ y }}></script>`, "https://evil.example/a.js", `<script src="#zZDewarZz" class="b"></script>`},
		{"nonce as Markup", `<script {{ x }}>a</script>`, markup.HTML(`nonce="abc"`), `<script nonce="abc">a</script>`},
		{"attributes as Markup", `<input{{ x }}>`, markup.HTML(` class="a b" checked data-x='"' maxlength=3`), `<input class="a b" checked data-x='"' maxlength="3">`},
		{"escaped text", `<a {{ x|e }}>t</a>`, "onclick=alert(1) href=javascript:alert(1) title=x", `<a onclick="&#34;alert(1)&#34;" href="#zZDewarZz" title="x">t</a>`},
		{"end of the tag in Markup", `<a {{ x }}>t</a>`, markup.HTML(`class="a"><script>`), `<a class="a" zZDewarZz>t</a>`},
		{"open quote in Markup", `<a {{ x }}>t</a>`, markup.HTML(`title="a`), `<a title="a">t</a>`},
		{"attributes of the program", `<a{{ x }}>t</a>`, markup.Attrs(` onclick="f()"`), `<a onclick="f()">t</a>`},
		{"a string", `<a {{ x }}>t</a>`, `class="a"`, `<a zZDewarZz>t</a>`},
	})
}

// A part of a page that is commented out may hold anything.
func TestPiecesInComments(t *testing.T) {
	runPieces(t, map[string]string{"i.html": `<p class="{{ x }}">`}, []pieceCase{
		{"macro", `{% macro m() %}<p class="{{ x }}">{% endmacro %}<!--{{ m() }} -->{{ x }}`, "a", `<!--<p class="a"> -->a`},
		{"macro at the end", `{% macro m() %}<p class="{{ x }}">{% endmacro %}<!-- {{ m() }}-->{{ x }}`, "-->", `<!-- <p class="&#45;&#45;&gt;">-->--&gt;`},
		{"include", `<!--{% include "i.html" %}-->{{ x }}`, "a", `<!--<p class="a">-->a`},
		{"block", `<!--{% block b %}<p class="{{ x }}">{% endblock %}-->{{ x }}`, "a", `<!--<p class="a">-->a`},
		{"half an end", `{% macro m() %}--{% endmacro %}<!-- {{ m() }}><script>{{ x }}</script>`, "alert(1)", "error: "},
	})
}

// What a filter or a function makes of an escaped text is escaped again, unless it is
// Markup or leaves escapes alone.
func TestFilteredBlocks(t *testing.T) {
	layers := "&lt;img src=x onerror=alert(1)&gt;"
	for _, x := range []string{"<img src=x onerror=alert(1)>", layers, strings.ReplaceAll(layers, "&", "&amp;"), strings.ReplaceAll(layers, "&", "&amp;amp;")} {
		for _, source := range []string{
			`{% filter striptags %}{{ x }}{% endfilter %}`, `{% filter upper|striptags %}{{ x }}{% endfilter %}`, `{% filter striptags|trim %}{{ x }}{% endfilter %}`,
			`{% set y | striptags %}{{ x }}{% endset %}{{ y }}`, `{% filter attr('unescape') %}{{ x }}{% endfilter %}`,
			`{% set y %}{{ x }}{% endset %}{{ y|striptags }}{{ y.unescape() }}{{ y.striptags() }}`, `{% macro m() %}{{ x }}{% endmacro %}{{ m()|striptags }}`,
			`{% call bare(x) %}{% endcall %}`, `{% filter bare %}{{ x }}{% endfilter %}`, `{% set y | bare %}{{ x }}{% endset %}{{ y }}`, `{% set y | list %}{{ x }}{% endset %}{{ y }}`,
			`{{ ('a\nb'|e)|indent(x) }}`, "{% filter indent(x) %}a\nb{% endfilter %}",
		} {
			env := piecesEnv(t, nil)
			bare := func(s string, _ ...any) string { return markup.Unescape(s) }
			if err := errors.Join(env.AddFilter("bare", func(s string) string { return markup.Unescape(s) }), env.AddGlobal("bare", func(s string, _ map[string]any) string { return bare(s) })); err != nil {
				t.Fatal(err)
			}
			tm, err := env.FromString(source)
			if err != nil {
				t.Fatalf("%s: %v", source, err)
			}
			if got, err := tm.RenderString(vars{"x": x}); err == nil && strings.Contains(got, "<img") {
				t.Errorf("%s with %s: %s", source, x, got)
			}
		}
	}
	runPieces(t, nil, []pieceCase{
		{"text", `{% filter striptags %}<b>AT&amp;T</b> {{ x }}{% endfilter %}`, "R&D", `AT&amp;T R&amp;D`},
		{"wrapped, without quotes", `{% filter wordwrap(4) %}<a title={{ x }}>t</a>{% endfilter %}`, "downloadautofocus", "error: put it in quotes"},
		{"wrapped, with quotes", `{% filter wordwrap(9) %}<a title="{{ x }}">t</a>{% endfilter %}`, "download", "<a title=\n\"download\n\">t</a>"},
		{"wrapped beside, without quotes", `{% filter wordwrap(4) %}t{% endfilter %}<a title={{ x }}>`, "a", "t<a title=a>"},
		{"wrapped", `{% filter wordwrap(3) %}<b>{{ x }}</b>{% endfilter %}`, "a", `<b>a</b>`[:3] + "\na</\nb>"},
		{"upper", `{% filter upper %}<b>{{ x }}</b>{% endfilter %}`, "a", `<B>A</B>`},
		{"indent", "{% filter indent(2) %}<b>\n{{ x }}</b>{% endfilter %}", "<", "<b>\n  &lt;</b>"},
	})
}

// What is put into Markup is escaped for its place in it: by the trans tag, by formats,
// and where Markup is put together.
func TestValuesInMarkup(t *testing.T) {
	const js, link = "javascript:alert(1)", `<a href="#zZDewarZz">t</a>`
	for _, source := range []string{
		`{% trans u=x %}<a href="{{ u }}">t</a>{% endtrans %}`, `{% trans %}<a href="{{ x }}">t</a>{% endtrans %}`,
		`{% trans u=x, n=1 %}<a href="{{ u }}">t</a>{% pluralize n %}<a href="{{ u }}">ts</a>{% endtrans %}`,
		`{{ '<a href="%s">t</a>'|safe % x }}`, `{{ '<a href="%s">t</a>'|safe|format(x) }}`, `{{ ('<a href="%s">t</a>'|safe)|format(x) }}`,
		`{{ ('<a href="{}">t</a>'|safe).format(x) }}`, `{{ ('<a href="{u}">t</a>'|safe).format(u=x) }}`, `{{ ('<a href="{u}">t</a>'|safe).format_map({'u': x}) }}`,
		`{{ '<a href="'|safe ~ x ~ '">t</a>'|safe }}`, `{{ '<a href="'|safe + x + '">t</a>'|safe }}`,
		`{{ ['<a href="'|safe, x, '">t</a>'|safe]|join }}`, `{{ (''|safe).join(['<a href="'|safe, x, '">t</a>'|safe]) }}`,
		`{{ '<a href="U">t</a>'|safe|replace('U', x) }}`, `{{ ('<a href="U">t</a>'|safe).replace('U', x) }}`,
		`{% filter replace('U', x) %}<a href="U">t</a>{% endfilter %}`, `{% filter format(x) %}<a href="%s">t</a>{% endfilter %}`,
		`{% set y %}{% trans u=x %}<a href="{{ u }}">t</a>{% endtrans %}{% endset %}{{ y }}`, `{% macro m(u) %}{% trans %}<a href="{{ u }}">t</a>{% endtrans %}{% endmacro %}{{ m(x) }}`,
	} {
		runPieces(t, nil, []pieceCase{{source, source, js, link}, {"good " + source, source, "/a?b=1&c", `<a href="/a?b=1&amp;c">t</a>`}})
	}
	runPieces(t, nil, []pieceCase{
		{"trans in an attribute", `<p title="{% trans %}Hi {{ x }}{% endtrans %}">`, `"O'Brien"`, `<p title="Hi &#34;O&#39;Brien&#34;">`},
		{"trans in an address", `<a href="{% trans %}{{ x }}{% endtrans %}">`, js, `<a href="#zZDewarZz">`},
		{"trans in a script", `<script>f("{% trans %}Hi {{ x }}{% endtrans %}")</script>`, `");alert(1)//`, `<script nonce="N">f("Hi \u0026#34;);alert(1)\/\/")</script>`},
		{"trans of a script", `{% trans %}<script>f("{{ x }}")</script>{% endtrans %}`, `");alert(1)//`, `<script>f("\u0022);alert(1)\/\/")</script>`},
		{"trans of a handler", `{% trans %}<a onclick="f({{ x }})">t</a>{% endtrans %}`, "alert(1)", `<a onclick="f(&#34;alert(1)&#34;)">t</a>`},
		{"trans of a style", `{% trans %}<a style="color: {{ x }}">t</a>{% endtrans %}`, "red;background:url(//e)", `<a style="color: zZDewarZz">t</a>`},
		{"trans of text", `{% trans %}<b>{{ x }}</b>{% endtrans %}`, "<i>", `<b>&lt;i&gt;</b>`},
		{"trans of a number", `{% trans %}<script>f({{ x }})</script>{% endtrans %}`, 3, `<script>f(3)</script>`},
	})
}

// A message that is a value and not the template's own text is escaped.
func TestMessagesOfValues(t *testing.T) {
	env, err := jinja.New(jinja.Options{Autoescape: jinja.Always, Extensions: []jinja.Extension{jinja.ExtensionI18n}, NewstyleGettext: true})
	if err != nil {
		t.Fatal(err)
	}
	env.InstallNullTranslations()
	for _, row := range []struct{ source, want string }{
		{`{{ _(x) }}`, `&lt;img&gt;`},
		{`{{ gettext(x) }}{{ ngettext(x, x, 2) }}{{ pgettext("c", x) }}{{ npgettext("c", x, x, 1) }}`, strings.Repeat(`&lt;img&gt;`, 4)},
		{`{{ _("<b>%(y)s</b>", y=x) }}`, `<b>&lt;img&gt;</b>`},
		{`{{ _("<a href='%(y)s'>t</a>", y="javascript:x") }}`, `<a href='#zZDewarZz'>t</a>`},
		{`{% trans y=x %}<b>{{ y }}</b>{% endtrans %}`, `<b>&lt;img&gt;</b>`},
		{`{% trans y="javascript:x" %}<a href="{{ y }}">t</a>{% endtrans %}`, `<a href="#zZDewarZz">t</a>`},
	} {
		tm, err := env.FromString(row.source)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := tm.RenderString(vars{"x": "<img>"}); err != nil || got != row.want {
			t.Errorf("%s: %s, %v, want %s", row.source, got, err, row.want)
		}
	}
}
