package jinja_test

import (
	"strings"
	"testing"

	"github.com/dewar-go/dewar/jinja"
	"github.com/dewar-go/dewar/markup"
)

// TestEscapeCases are the thirty places that escapers have failed at, by number.
func TestEscapeCases(t *testing.T) {
	runEscapeCases(t, []escapeCase{
		{"01 tab", `<a href="{{ u }}">`, vars{"u": "java\tscript:alert(1)"}, `<a href="#zZDewarZz">`},
		{"01 control", `<a href="{{ u }}">`, vars{"u": "\x01javascript:alert(1)"}, `<a href="#zZDewarZz">`},
		{"01 no-break space", `<a href="{{ u }}">`, vars{"u": "\u00a0javascript:alert(1)"}, `<a href="#zZDewarZz">`},
		{"01 case", `<a href='{{ u }}'>`, vars{"u": "JaVaScRiPt:alert(1)"}, `<a href='#zZDewarZz'>`},
		{"01 allowed", `<a href="{{ u }}">`, vars{"u": "/a b?c=1&d='e'#f:g"}, `<a href="/a b?c=1&amp;d=&#39;e&#39;#f:g">`},
		{"01 mail", `<a href="{{ u }}">`, vars{"u": "MAILTO:a@b.example"}, `<a href="MAILTO:a@b.example">`},
		{"02 prefix", `<a href="java{{ u }}">`, vars{"u": "script:alert(1)"}, "error: may become a dangerous scheme"},
		{"02 entity in the prefix", `<a href="java&Tab;{{ u }}">`, vars{"u": "script:alert(1)"}, "error: may become a dangerous scheme"},
		{"02 scheme", `<a href="javascript:{{ u }}">`, vars{"u": "alert(1)"}, "error: scheme runs scripts"},
		{"02 harmless prefix", `<a href="page{{ u }}.html">`, vars{"u": "1"}, `<a href="page1.html">`},
		{"03 two outputs", `<a href=" {{ a }}{{ b }}">`, vars{"a": "javascript", "b": ":alert(1)"}, `<a href=" javascript#zZDewarZz">`},
		{"03 scheme by an output", `<a href="{{ s }}://{{ h }}/">`, vars{"s": "https", "h": "a.example"}, `<a href="https://a.example/">`},
		{"03 bad scheme by an output", `<a href="{{ s }}://{{ h }}">`, vars{"s": "javascript", "h": "%0aalert(1)"}, `<a href="zZDewarZz://%0aalert(1)">`},
		{"03 first slash", `<a href="/{{ x }}">`, vars{"x": "/evil.example"}, `<a href="/%2Fevil.example">`},
		{"03 backslash", `<a href="/{{ x }}">`, vars{"x": "\t\\evil.example"}, `<a href="/%5Cevil.example">`},
		{"03 empty part", `<a href="/{{ a }}/{{ b }}">`, vars{"a": "", "b": "evil.example"}, `<a href="/./evil.example">`},
		{"03 empty start", `<a href='{{ a }}/{{ b }}'>`, vars{"a": "", "b": "/evil.example"}, `<a href='/%2Fevil.example'>`},
		{"03 two parts", `<a href={{ a }}{{ b }}>`, vars{"a": "/", "b": "/evil.example"}, `<a href=/%2Fevil.example>`},
		{"03 further slashes", `<a href="/a/{{ b }}">`, vars{"b": "/c"}, `<a href="/a//c">`},
		{"03 host", `<a href="https://ex.example{{ x }}">`, vars{"x": "@evil.example"}, `<a href="https://ex.examplezZDewarZz">`},
		{"04 branches", `<a href="{% if c %}/x?q={% else %}{% endif %}{{ u }}">`, vars{"u": "javascript:alert(1)"}, `<a href="#zZDewarZz">`},
		{"05 empty", `<a href={{ u }}>`, vars{"u": ""}, `<a href="">`},
		{"05 space", `<a href={{ u }}>`, vars{"u": "x onclick=alert(1)"}, `<a href=x&#32;onclick&#61;alert(1)>`},
		{"05 backquote", "<a href={{ u }}>", vars{"u": "`"}, `<a href=&#96;>`},
		{"06 empty and a name", `<input value={{ a }} {{ b }}>`, vars{"a": "", "b": "checked"}, `<input value="" checked>`},
		{"07 names", `<div {{ a }}>`, vars{"a": `onclick=alert(1)`}, `<div zZDewarZz>`},
		{"07 handler", `<div {{ a }}>`, vars{"a": `onclick`}, `<div zZDewarZz>`},
		{"07 completed", `<div on{{ x }}="f()">`, vars{"x": "click"}, "error: completes the name of an attribute"},
		{"07 name with a value", `<div {{ n }}="{{ v }}">`, vars{"n": "onclick", "v": "alert(1)"}, `<div zZDewarZz="alert(1)">`},
		{"07 name of a URL", `<div {{ n }}="{{ v }}">`, vars{"n": "href", "v": "alert(1)"}, `<div zZDewarZz="alert(1)">`},
		{"07 completed by text", `<div {{ n }}click="{{ v }}">`, vars{"n": "on", "v": "alert(1)"}, "error: the attribute's name is not known"},
		{"07 boolean", `<input {{ "checked" if c }} {{ x }}>`, vars{"c": 1, "x": "disabled"}, `<input checked disabled>`},
		{"07 data", `<p data-{{ n }}="{{ v }}">`, vars{"n": "id", "v": "1"}, `<p data-id="1">`},
		{"08 srcset", `<img srcset="{{ u }} 2x, {{ v }}">`, vars{"u": "javascript:alert(1), x", "v": "/a,b.png"}, `<img srcset="#zZDewarZz, x 2x, /a,b.png">`},
		{"09 refresh", `<meta http-equiv="refresh" content="0; URL = {{ u }}">`, vars{"u": "javascript:alert(1)"}, `<meta http-equiv="refresh" content="0; URL = #zZDewarZz">`},
		{"09 whole", `<meta http-equiv="refresh" content="{{ u }}">`, vars{"u": "0;url=//evil.example"}, `<meta http-equiv="refresh" content="zZDewarZz">`},
		{"10 content first", `<meta content="{{ c }}" http-equiv=refresh>`, vars{"c": "0;url=x"}, "error: write http-equiv first"},
		{"11 srcdoc", `<iframe srcdoc="{{ h }}"></iframe>`, vars{"h": "<script>"}, `<iframe srcdoc="&amp;lt;script&amp;gt;"></iframe>`},
		{"12 set", `<svg><set attributeName="href" to="{{ u }}"></svg>`, vars{"u": "javascript:alert(1)"}, `<svg><set attributeName="href" to="#zZDewarZz"></svg>`},
		{"12 values", `<svg><animate attributeName=xlink:href values="/;{{ u }}"/></svg>`, vars{"u": "javascript:alert(1)"}, `<svg><animate attributeName=xlink:href values="/;#zZDewarZz"/></svg>`},
		{"12 other", `<svg><animate attributeName="width" to="{{ u }}"/></svg>`, vars{"u": "10:5"}, `<svg><animate attributeName="width" to="10:5"/></svg>`},
		{"12 dynamic", `<svg><set attributeName="{{ a }}" to="{{ u }}"></svg>`, nil, "error: attributeName may be an output"},
		{"12 use", `<svg><use href="{{ u }}"/></svg>`, vars{"u": "data:image/svg+xml,x"}, `<svg><use href="#zZDewarZz"/></svg>`},
		{"13 script in svg", `<svg><script>var x="{{ s }}"</script></svg>`, vars{"s": "&quot;;alert(1)//"}, `<svg><script>var x="\u0026quot;;alert(1)\/\/"</script></svg>`},
		{"13 reference in it", `<svg><script>var x=&quot;{{ s }}&quot;</script></svg>`, vars{"s": "x"}, "error: character references"},
		{"14 style in math", `<math><mtext><style>{{ s }}</style></mtext></math>`, vars{"s": "</style><img src=x>"}, `<math><mtext><style>zZDewarZz</style></mtext></math>`},
		{"15 noscript", `<noscript><p title="{{ t }}"></noscript>`, vars{"t": "</noscript><img onerror=x>"}, `<noscript><p title="&lt;/noscript&gt;&lt;img onerror=x&gt;"></noscript>`},
		{"16 title", `<title>{{ t|safe }}</title>`, vars{"t": "</title><script>"}, `<title>&lt;/title><script></title>`},
		{"16 textarea", `<textarea>{{ t|safe|upper }}</textarea>`, vars{"t": "</textarea><b>&amp;"}, `<textarea>&lt;/TEXTAREA&gt;&lt;B&gt;&AMP;</textarea>`},
		{"17 comment", `<!-- {{ t }} -->`, vars{"t": "--><script>"}, `<!-- &#45;&#45;&gt;&lt;script&gt; -->`},
		{"17 at its edges", `<!--{{ t }}-->`, vars{"t": ">a-b--!>-"}, `<!--&gt;a-b&#45;&#45;&#33;&gt;&#45;-->`},
		{"18 string", `<script>var a="{{ s }}"</script>`, vars{"s": "</script>\\\u2028<!--<script>'\""}, `<script>var a="\u003c\/script\u003e\\\u2028\u003c!--\u003cscript\u003e\u0027\u0022"</script>`},
		{"19 template literals", "<script>`${ {{ a }} } {{ b }}`</script>", vars{"a": "`${alert(1)}", "b": "`${alert(1)}"}, "<script>`${ \"\\u0060\\u0024\\u007balert(1)\\u007d\" } \\u0060\\u0024\\u007balert(1)\\u007d`</script>"},
		{"20 regexp", `<script>if(x){/{{ r }}/g.test(y)}</script>`, vars{"r": "a/-alert(1)-/b"}, `<script>if(x){/a\u002f\u002dalert\u00281\u0029\u002d\u002fb/g.test(y)}</script>`},
		{"21 division", `<script>var a = {{ n }}/2; b = /{{ r }}/</script>`, vars{"n": 5, "r": "x/"}, `<script>var a = 5/2; b = /x\u002f/</script>`},
		{"21 on the next line", "<script>var a = {{ n }}\n/{{ n }}/2</script>", vars{"n": 5}, "<script>var a = 5\n/ 5/2</script>"},
		{"22 comment", "<script>// {{ c }}\n f()</script>", vars{"c": "\u2028alert(1)"}, "<script>// \n f()</script>"},
		{"22 block comment", "<script>/* {{ c }} */ f({{ c }})</script>", vars{"c": "*/alert(1)"}, `<script>/*  */ f("*\/alert(1)")</script>`},
		{"23 space", `<script type=" ">{{ x }}</script>`, vars{"x": "alert(1)"}, `<script type=" ">"alert(1)"</script>`},
		{"23 dynamic", `<script type="{{ t }}">{{ x }}</script>`, vars{"t": "text/javascript", "x": "alert(1)"}, `<script type="zZDewarZz">alert(1)</script>`},
		{"23 template", `<script type="text/template"><p>{{ x }}</p></script>`, vars{"x": "</script>"}, `<script type="text/template"><p>&lt;/script&gt;</p></script>`},
		{"24 JSON", `<script type="application/json">{"a": "{{ s }}", "b": {{ v }}}</script>`, vars{"s": "</script>", "v": []any{1, nil, true, "\""}}, `<script type="application/json">{"a": "\u003c\/script\u003e", "b": [1, null, true, "\""]}</script>`},
		{"25 handler", `<a onclick="f('{{ s }}')">`, vars{"s": "&#39;);alert(1)//"}, `<a onclick="f('\u0026#39;);alert(1)\/\/')">`},
		{"25 references around", `<a onclick="f(&quot;{{ s }}&quot;)">`, vars{"s": `");alert(1)//`}, `<a onclick="f(&quot;\u0022);alert(1)\/\/&quot;)">`},
		{"26 frameworks", `<button hx-on:click="{{ s }}" @click="f({{ s }})" x-data="{{ s }}" :class='{{ s }}' v-html="{{ s }}" ng-click={{ s }}>`, vars{"s": "alert(1)"},
			`<button hx-on:click="&#34;alert(1)&#34;" @click="f(&#34;alert(1)&#34;)" x-data="&#34;alert(1)&#34;" :class='&#34;alert(1)&#34;' v-html="&#34;alert(1)&#34;" ng-click=&#34;alert(1)&#34;>`},
		{"27 style", `<style>p{background:url({{ u }}); color:{{ c }}}</style>`, vars{"u": "javascript:x)", "c": "}*{"}, `<style>p{background:url(#zZDewarZz); color:zZDewarZz}</style>`},
		{"27 good values", `<style>p{background:url("{{ u }}"); color:{{ c }}; width: {{ w }}px}</style>`, vars{"u": "/a.png?b=1", "c": "rgb(1, 2, 3)", "w": 10}, `<style>p{background:url("/a.png?b=1"); color:rgb(1, 2, 3); width: 10px}</style>`},
		{"28 string", `<div style="font:'{{ f }}'">`, vars{"f": "';behavior:url(x)"}, `<div style="font:'\27 \3b behavior\3a url\28 x\29 '">`},
		{"28 halves", `<div style="width:{{ a }}/{{ b }}">`, vars{"a": "*", "b": "*"}, `<div style="width:zZDewarZz/zZDewarZz">`},
		{"29 capture", `{% set m %}<a title="{{ x }}">y</a>{% endset %}<p data-x="{{ m }}">`, vars{"x": `"<`}, `<p data-x="y">`},
		{"29 macro", `{% macro m(x) %}"{{ x }}"{% endmacro %}<script>f({{ m(x) }}, {{ x }})</script>{{ m(x) }}`, vars{"x": "</script>"}, `<script>f("\u003c\/script\u003e", "\u003c\/script\u003e")</script>"&lt;/script&gt;"`},
		{"29 safe elsewhere", `{% set y = x|safe %}<a title="{{ y }}" href="{{ y }}">`, vars{"x": `"><script>:`}, `<a title="&#34;&gt;:" href="#zZDewarZz">`},
		{"29 safe and a filter", `<a title="{{ x|safe|upper }}">`, vars{"x": `<b>"`}, `<a title="&#34;">`},
		{"29 format", `<a title="{{ "%s"|format(x|safe) }}">`, vars{"x": `"`}, `<a title="&#34;">`},
		{"29 tojson", `<a title="{{ x|tojson }}">`, vars{"x": `"<'`}, `<a title="&#34;\&#34;\u003c\u0027&#34;">`},
		{"30 loop in an attribute", `{% for i in l recursive %}<b title="{{ i.n }}">{% if i.c %}{{ loop(i.c) }}{% endif %}</b>{% endfor %}`, vars{"l": []any{vars{"n": `"`, "c": []any{vars{"n": "<"}}}}}, `<b title="&#34;"><b title="&lt;"></b></b>`},
		{"30 recursive loop in a script", `<script>{% for i in l recursive %}f({{ i.n }});{% if i.c %}{{ loop(i.c) }}{% endif %}{% endfor %}</script>`, vars{"l": []any{vars{"n": `"`, "c": []any{vars{"n": "</script>"}}}}}, `<script>f("\u0022");f("\u003c\/script\u003e");</script>`},
		{"30 break", `<script>x = "{% for i in [1, 2] %}{% if i == 2 %}{% break %}{% endif %}{{ s }}{% endfor %}{{ s }}"</script>`, vars{"s": `"`}, `<script>x = "\u0022\u0022"</script>`},
		{"30 break across a string", `<script>{% for i in [1, 2] %}x = "{% if i == 2 %}{% break %}{% endif %}";{% endfor %}{{ s }}</script>`, vars{"s": `"`}, "error: different contexts"},
	})
}

// Errors that are about two places name both.
func TestEscapeErrorNamesBranches(t *testing.T) {
	_, err := escapeEnv(t, nil).FromString("<a {% if c %}title=\"\n{% elif d %}title=\"#\n{% else %}onclick=\"\n{% endif %}\n{{ x }}\">")
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{"<template>:5", "line 1 (if)", "an attribute", "an event handler"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not name %q", err, want)
		}
	}
}

// Templates that are put together of several.
func TestEscapeAcrossTemplates(t *testing.T) {
	templates := map[string]string{
		"title.html":       `<title>{% block title %}{{ t }}{% endblock %}</title>{% block body %}{% endblock %}`,
		"child.html":       `{% extends "title.html" %}{% block title %}x {{ super() }} {{ m }}{% endblock %}{% block body %}{{ m }}{% endblock %}`,
		"script.html":      `<script>{% block s %}f(){% endblock %};g({{ v }})</script>`,
		"inscript.html":    `{% extends "script.html" %}{% block s %}var x = {{ v }}{% endblock %}`,
		"open.html":        `{% extends "script.html" %}{% block s %}var x = "{% endblock %}`,
		"part.html":        `{{ v }}`,
		"half.html":        `<a href="`,
		"attribute.html":   `title="{{ v }}"`,
		"macros.html":      `{% macro q(x) %}{{ x }}{% endmacro %}{% macro open(x) %}<a title="{{ x }}{% endmacro %}`,
		"inattr.html":      `{% extends "attr.html" %}{% block a %} class="{{ v }}"{% endblock %}`,
		"attr.html":        `<body{% block a %}{% endblock %}>{{ v }}</body>`,
		"nested.html":      `<script>{% block outer %}{% block inner %}{% endblock %}{% endblock %}</script>`,
		"nestedkid.html":   `{% extends "nested.html" %}{% block inner %}f({{ v }}){% endblock %}`,
		"notscript.html":   `var a = {{ v }}; if (a<b && c>d) f("{{ v }}")`,
		"caller.html":      `{% macro s() %}<script>f({{ caller() }})</script>{% endmacro %}`,
		"recursion.html":   `{% if n %}{{ n }}{% set n = n - 1 %}{% include "recursion.html" %}{% endif %}`,
		"importing.html":   `{% import "macros.html" as m %}<script>f({{ m.q(v) }})</script>{{ m.q(v) }}`,
		"conditional.html": `{% extends base %}{% block title %}{{ v }}{% endblock %}`,
	}
	const bad = `</script>"`
	for _, c := range []escapeCase{
		{"block in a title", `{% include "child.html" %}`, nil, `<title>x &lt;b&gt; &lt;i&gt;</title><i>`},
		{"block in a script", `{% include "inscript.html" %}`, nil, `<script>var x = "\u003c\/script\u003e\u0022";g("\u003c\/script\u003e\u0022")</script>`},
		{"block that ends elsewhere", `{% include "open.html" %}`, nil, `error: "s" of open.html ends in <script>, JavaScript string`},
		{"include in an attribute", `<a title="{% include "part.html" %}">`, nil, `<a title="&lt;/script&gt;&#34;">`},
		{"include in a script", `<script>x = {% include "part.html" %};{% include "notscript.html" %}</script>`, nil, `<script>x = "\u003c\/script\u003e\u0022";var a = "\u003c\/script\u003e\u0022"; if (a<b && c>d) f("\u003c\/script\u003e\u0022")</script>`},
		{"include that opens a tag", `{% include "half.html" %}{{ u }}">x</a>`, nil, "error: it is not known what stands before the output"},
		{"include of attributes", `<a {% include "attribute.html" %}>`, nil, `<a title="&lt;/script&gt;&#34;">`},
		{"include by a variable", `<script>x = {% include name %}</script>`, nil, `<script>x = "\u003c\/script\u003e\u0022"</script>`},
		{"include by a variable that ends elsewhere", `{% include half %}`, nil, "error: ends in"},
		{"include without context", `<script>x = {% include "part.html" without context %}</script>`, nil, `<script>x = null</script>`},
		{"imported macro", `{% include "importing.html" %}`, nil, `<script>f("\u003c\/script\u003e\u0022")</script>&lt;/script&gt;&#34;`},
		{"from import", `{% from "macros.html" import q %}<a href="{{ q(u) }}" onclick="{{ q(v) }}">`, nil, `<a href="#zZDewarZz" onclick="&#34;\u003c\/script\u003e\u0022&#34;">`},
		{"macro that ends elsewhere", `{% from "macros.html" import open %}{{ open(v) }}`, nil, `error: "open" of macros.html ends in an attribute`},
		{"macro as a value", `{% from "macros.html" import q %}{% set y = q(v) %}<script>f({{ y }})</script>`, nil, `<script>f("\u0026lt;\/script\u0026gt;\u0026#34;")</script>`},
		{"caller", `{% import "caller.html" as c %}{% call c.s() %}{{ v }}{% endcall %}`, nil, `<script>f("\u003c\/script\u003e\u0022")</script>`},
		{"block of attributes", `{% include "inattr.html" %}`, nil, `<body class="&lt;/script&gt;&#34;">&lt;/script&gt;&#34;</body>`},
		{"nested blocks", `{% include "nestedkid.html" %}`, nil, `<script>f("\u003c\/script\u003e\u0022")</script>`},
		{"recursion", `<script>{% include "recursion.html" %}</script>`, nil, `<script>1</script>`},
		{"dynamic parent", `{% include "conditional.html" %}`, nil, `<title>&lt;/script&gt;&#34;</title>`},
		{"self", `<script>{% block x %}f({{ v }});{% endblock %}{{ self.x() }}</script>{{ self.x() }}`, nil, `<script>f("\u003c\/script\u003e\u0022");f("\u003c\/script\u003e\u0022");</script>f(&lt;/script&gt;&#34;);`},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.vars = vars{"v": bad, "t": "<b>", "m": jinja.Safe("<i>"), "u": "javascript:x", "name": "part.html", "half": "half.html", "n": 1, "base": "title.html"}
			c.run(t, templates)
		})
	}
}

// Where Jinja does not escape nothing is escaped either.
func TestEscapeOff(t *testing.T) {
	runEscapeCases(t, []escapeCase{
		{"off", `{% autoescape false %}<a href="{{ u }}" onclick={{ u }}><script>{{ u }}</script>{% endautoescape %}{{ u }}`, vars{"u": "javascript:'x'"}, `<a href="javascript:'x'" onclick=javascript:'x'><script>javascript:'x'</script>javascript:&#39;x&#39;`},
		{"off in a script", `<script>{% autoescape false %}{{ u }}{% endautoescape %}; x = {{ u }}</script>`, vars{"u": "f()"}, `<script>f(); x = "f()"</script>`},
		{"at run time", `<script>{% autoescape a %}{{ u }}{% endautoescape %}</script>`, vars{"u": "<", "a": false}, `<script><</script>`},
		{"at run time, on", `<script>{% autoescape a %}{{ u }}{% endautoescape %}</script>`, vars{"u": "<", "a": true}, `<script>"\u003c"</script>`},
		{"raw", `<script>{% raw %}x = "{{ {% endraw %}{{ u }}"</script>`, vars{"u": `"`}, `<script>x = "{{ \u0022"</script>`},
	})
}

// What is decided by the template's author among constants is the author's text.
func TestEscapeAuthorTexts(t *testing.T) {
	runEscapeCases(t, []escapeCase{
		{"script", `<script>x = {{ "true" if a else "false" }}; y = {{ 1 if a else 0 }}</script>`, nil, `<script>x = false; y = 0</script>`},
		{"style", `<p style="{{ "display: none" if a else "" }}">`, vars{"a": 1}, `<p style="display: none">`},
		{"attributes", `<option{{ " selected" if a }} {{ 'class="x"'|safe if a }}>`, vars{"a": 1}, `<option selected class="x">`},
		{"cycle", `{% for i in [1, 2] %}<p style="{{ loop.cycle("color: red", "color: blue") }}">{% endfor %}`, nil, `<p style="color: red"><p style="color: blue">`},
		{"name with a number", `<script>var chart{{ i }} = {{ i }}, x = return{{ i }}</script>`, vars{"i": 3}, `<script>var chart3 = 3, x = return 3</script>`},
	})
}

// A strict environment takes typed addresses only for what runs or applies.
func TestEscapeStrict(t *testing.T) {
	env := func() *jinja.Environment {
		e, err := jinja.New(jinja.Options{Autoescape: jinja.Always, Escaping: jinja.StrictContext})
		if err != nil {
			t.Fatal(err)
		}
		if err := e.AddGlobal("url_for", func(endpoint string) string { return "/" + endpoint }); err != nil {
			t.Fatal(err)
		}
		return e
	}()
	for _, row := range []struct{ source, want string }{
		{`<script src="{{ u }}"></script>`, `<script src="#zZDewarZz"></script>`},
		{`<script src="{{ typed }}"></script>`, `<script src="https://cdn.example/a.js"></script>`},
		{`<script src="{{ url_for("a.js") }}?v={{ u }}"></script>`, `<script src="/a.js?v=https://evil.example/"></script>`},
		{`<script src="/static/{{ name }}"></script>`, `<script src="/static/a.js"></script>`},
		{`<iframe src="https://{{ name }}/"></iframe>`, "error"},
		{`<link rel="stylesheet" href="{{ u }}">`, `<link rel="stylesheet" href="#zZDewarZz">`},
		{`<link rel="icon" href="{{ u }}">`, `<link rel="icon" href="https://evil.example/">`},
		{`<a href="{{ u }}">`, `<a href="https://evil.example/">`},
	} {
		tm, err := env.FromString(row.source)
		got := "error"
		if err == nil {
			if got, err = tm.RenderString(vars{"u": "https://evil.example/", "typed": markup.ResourceURL("https://cdn.example/a.js"), "name": "a.js"}); err != nil {
				t.Error(err)
			}
		}
		if got != row.want {
			t.Errorf("%s: %s, want %s", row.source, got, row.want)
		}
	}
}

// The nonce and the token of forms.
func TestEscapeInserts(t *testing.T) {
	o := jinja.Options{
		Autoescape: jinja.Always,
		Loader: jinja.Map{
			"token.html": `<input name=csrf_token value={{ csrf_token() }}>`, "plain.html": `<input>`,
			"macros.html": `{% macro open(a) %}<form method="post" action="{{ a }}">{% endmacro %}`,
		},
		Nonce:     func(jinja.State) (string, error) { return `n"1`, nil },
		FormField: func(jinja.State) (markup.HTML, error) { return "[token]", nil },
		SameSite:  func(_ jinja.State, url string) bool { return url == "https://here.example/" },
		Globals: map[string]any{
			"url_for":    func(endpoint string) string { return "/" + endpoint },
			"csrf_token": func() string { return "T" },
		},
	}
	env, err := jinja.New(o)
	if err != nil {
		t.Fatal(err)
	}
	const nonce = ` nonce="n&#34;1"`
	for _, row := range []struct{ source, want string }{
		{`<script>x</script>`, `<script` + nonce + `>x</script>`},
		{`<SCRIPT src="/a.js" defer></SCRIPT>`, `<SCRIPT src="/a.js" defer` + nonce + `></SCRIPT>`},
		{`<script src="{{ url_for("a") }}?v={{ v }}"></script>`, `<script src="/a?v=1"` + nonce + `></script>`},
		{`<script src="{{ u }}"></script>`, `<script src="#zZDewarZz"></script>`}, // and no nonce
		{`<script src="{{ typed }}"></script>`, `<script src="https://cdn.example/"` + nonce + `></script>`},
		{`<script src="{{ typed }}{{ v }}"></script>`, `<script src="https://cdn.example/1"></script>`},
		{`<script src="/static/{{ v }}"></script>`, `<script src="/static/1"></script>`},
		{`<script nonce="{{ v }}">x</script>`, `<script nonce="1">x</script>`},
		{`<script {% if v %}nonce="1"{% endif %}>x</script>`, `<script nonce="1">x</script>`},
		{`<script type="application/json">{}</script><script type="importmap">{}</script>`, `<script type="application/json">{}</script><script type="importmap"` + nonce + `>{}</script>`},
		{`<style>p{}</style><link rel="stylesheet" href="/a.css" /><link rel="icon" href="/i">`, `<style` + nonce + `>p{}</style><link rel="stylesheet" href="/a.css" nonce="n&#34;1"/><link rel="icon" href="/i">`},
		{`<!-- <script>x</script> --><textarea><script></textarea>`, `<!-- <script>x</script> --><textarea><script></textarea>`},
		{`{{ markup }}`, `<script>1</script><form method=post>`},
		{`<form method="post"><p></form>`, `<form method="post">[token]<p></form>`},
		{`<FORM METHOD=POST ACTION=/a/b>`, `<FORM METHOD=POST ACTION=/a/b>[token]`},
		{`<form method="get"><form><form method="dialog">`, `<form method="get"><form><form method="dialog">`},
		{`<form method="post" action="https://other.example/">`, `<form method="post" action="https://other.example/">`},
		{`<form method="post" action="//other.example/">`, `<form method="post" action="//other.example/">`},
		{`<form method="post" action="https://here.example/">`, `<form method="post" action="https://here.example/">[token]`},
		{`<form action="{{ u }}" method="post">`, `<form action="https://evil.example/" method="post">`},
		{`<form action="{{ here }}" method="post">`, `<form action="https://here.example/" method="post">[token]`},
		{`<form action="{{ url_for("x") }}" method="post">`, `<form action="/x" method="post">[token]`},
		{`<form action={{ url_for("x") }} method="post">`, `<form action=/x method="post">[token]`},
		{`<form action={{ u }} method="post">`, `<form action=https://evil.example/ method="post">`},
		{`<form action="/{{ slash }}" method="post">`, `<form action="/%2Fevil.example/" method="post">[token]`},
		{`<form method="post"><input name="csrf_token" value="{{ csrf_token() }}"></form>`, `<form method="post"><input name="csrf_token" value="T"></form>`},
		{`<form method="post">{% if v %}{{ form.hidden_tag() }}{% endif %}</form>`, `<form method="post">[hidden]</form>`},
		{`<form method="post">{{ form.csrf_token }}</form><form method="post"></form>`, `<form method="post">[own]</form><form method="post">[token]</form>`},
		{`{% macro t() %}{{ csrf_token() }}{% endmacro %}<form method="post">{{ t() }}</form>`, `<form method="post">T</form>`},
		{`<form method="post">{% include "token.html" %}</form>`, `<form method="post"><input name=csrf_token value=T></form>`},
		{`<form method="post">{% include "plain.html" %}</form>`, `<form method="post">[token]<input></form>`},
		{`{% import "macros.html" as m %}{{ m.open("/x") }}{{ m.open(u) }}`, `<form method="post" action="/x">[token]<form method="post" action="https://evil.example/">`},
		{`{% for i in [1, 2] %}<form method="post">{{ i }}</form>{% endfor %}`, `<form method="post">[token]1</form><form method="post">[token]2</form>`},
		{`{% autoescape false %}<script></script><form method="post"></form>{% endautoescape %}`, `<script></script><form method="post"></form>`},
	} {
		tm, err := env.FromString(row.source)
		if err != nil {
			t.Errorf("%s: %v", row.source, err)
			continue
		}
		got, err := tm.RenderString(vars{
			"v": 1, "u": "https://evil.example/", "typed": markup.ResourceURL("https://cdn.example/"), "here": "https://here.example/", "slash": "/evil.example/",
			"markup": markup.HTML("<script>1</script><form method=post>"),
			"form":   map[string]any{"csrf_token": markup.HTML("[own]"), "hidden_tag": func() markup.HTML { return "[hidden]" }},
		})
		if err != nil || got != row.want {
			t.Errorf("%s\n got %s, %v\nwant %s", row.source, got, err, row.want)
		}
	}
}

// What xmlattr makes is taken as it is, but for addresses that run scripts.
func TestEscapeXMLAttr(t *testing.T) {
	runEscapeCases(t, []escapeCase{
		{"attributes", `<ul{{ {"class": "a b", "id": v}|xmlattr }}>`, vars{"v": `"`}, `<ul class="a b" id="&#34;">`},
		{"address", `<a{{ {"href": v}|xmlattr }}>`, vars{"v": "javascript:alert(1)"}, `<a href="#zZDewarZz">`},
		{"good address", `<a{{ {"href": v}|xmlattr }}>`, vars{"v": "/x?a=1&b"}, `<a href="/x?a=1&amp;b">`},
	})
}
