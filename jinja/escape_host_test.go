package jinja_test

import "testing"

// TestPrintedAddressesGetNoHost: outputs that are empty, or print white space or a slash
// only, do not make a host of what follows them.
func TestPrintedAddressesGetNoHost(t *testing.T) {
	values := vars{"e": "", "tab": "\t", "s": "/", "b": "\\", "h": ".evil.example", "abs": "/evil.example", "none": nil}
	cases := []escapeCase{
		{"text behind an output", `<a href="/{{ e }}/u{{ h }}">`, nil, `<a href="/./u.evil.example">`},
		{"text alone", `<a href="/{{ e }}/u.example">`, nil, `<a href="/./u.example">`},
		{"two outputs", `<a href="/{{ e }}{{ abs }}">`, nil, `<a href="/%2Fevil.example">`},
		{"three outputs", `<a href="/{{ e }}{{ e }}{{ abs }}">`, nil, `<a href="/%2Fevil.example">`},
		{"constant", `<a href="/{{ '' }}/u{{ h }}">`, nil, `<a href="/./u.evil.example">`},
		{"constant by a filter", `<a href="/{{ none|default('', true) }}/{{ h }}">`, nil, `<a href="/./.evil.example">`},
		{"choice of constants", `<a href="/{{ 'en' if e }}/u{{ h }}">`, nil, `<a href="/./u.evil.example">`},
		{"reference", `<a href="&#47;{{ e }}&#x2f;u{{ h }}">`, nil, `<a href="&#47;.&#x2f;u.evil.example">`},
		{"named reference", `<a href="&sol;{{ e }}&bsol;u{{ h }}">`, nil, `<a href="&sol;.&bsol;u.evil.example">`},
		{"reference without a semicolon", `<a href="&#47{{ e }}&#47u{{ h }}">`, nil, "error: a part of a character reference"},
		{"backslash", `<a href="\{{ e }}\u{{ h }}">`, nil, `<a href="\.\u.evil.example">`},
		{"backslash of a value", `<a href="{{ b }}/u{{ h }}">`, nil, `<a href="\./u.evil.example">`},
		{"slash of a value", `<a href="{{ s }}/u{{ h }}">`, nil, `<a href="/./u.evil.example">`},
		{"white space", "<a href=\"/{{ tab }}\n/u{{ h }}\">", nil, "<a href=\"/\t\n./u.evil.example\">"},
		{"white space by reference", `<a href="/&Tab;{{ e }}&NewLine;/u{{ h }}">`, nil, `<a href="/&Tab;&NewLine;./u.evil.example">`},
		{"unquoted", `<a href=/{{ e }}/u{{ h }}>`, nil, `<a href=/./u.evil.example>`},
		{"condition", `<a href="/{% if e %}{{ e }}{% endif %}/u{{ h }}">`, nil, `<a href="/./u.evil.example">`},
		{"condition with text", `<a href="/{% if e %}en{% endif %}/u{{ h }}">`, nil, `<a href="/./u.evil.example">`},
		{"branches", `<a href="{% if e %}/en{% else %}/{% endif %}/u{{ h }}">`, nil, `<a href="/./u.evil.example">`},
		{"loop", `<a href="/{% for x in ['', ''] %}{{ x }}/{% endfor %}{{ h }}">`, nil, `<a href="/.//.evil.example">`},
		{"loop that does not run", `<a href="/{% for x in [] %}{{ x }}/{% endfor %}/u{{ h }}">`, nil, `<a href="/./u.evil.example">`},
		{"loop of text", `<a href="/{% for x in [1, 2] %}{% if e %}a{% endif %}/{% endfor %}{{ h }}">`, nil, `<a href="/.//.evil.example">`},
		{"macro", `{% macro m(x) %}{{ x }}{% endmacro %}<a href="/{{ m(e) }}/u{{ m(h) }}">`, nil, `<a href="/./u.evil.example">`},
		{"call", `{% macro m() %}{{ caller() }}{% endmacro %}<a href="/{% call m() %}{{ e }}{% endcall %}/u.example">`, nil, `<a href="/./u.example">`},
		{"block", `<a href="/{% block x %}{{ e }}{% endblock %}/u.example">`, nil, `<a href="/./u.example">`},
		{"include", `<a href="/{% include "e" %}/u.example">`, nil, `<a href="/./u.example">`},
		{"include of slashes", `<a href="/{{ e }}{% include "slash" %}">`, nil, `<a href="/./u.example">`},
		{"filter", `<a href="/{{ tab|trim }}/u{{ h|lower }}">`, nil, `<a href="/./u.evil.example">`},
		{"filter block", `<a href="/{% filter trim %}{{ e }}{% endfilter %}/u.example">`, nil, `<a href="/./u.example">`},
		{"filter block with space", `<a href="/{% filter trim %} {{ abs }}{% endfilter %}">`, nil, `<a href="/./evil.example">`},
		{"set block", `{% set x %}{{ e }}{% endset %}<a href="/{{ x }}/u{{ h }}">`, nil, `<a href="/./u.evil.example">`},
		{"src of a script", `<script src="{{ s }}/u{{ h }}"></script>`, nil, `<script src="/./u.evil.example"></script>`},
		{"action", `<form action="/{{ e }}/u{{ h }}">`, nil, `<form action="/./u.evil.example">`},
		{"formaction", `<button formaction="/{{ e }}/u{{ h }}">`, nil, `<button formaction="/./u.evil.example">`},
		{"ping", `<a ping="/a /{{ e }}/u{{ h }}">`, nil, `<a ping="/a /./u.evil.example">`},
		{"srcset", `<img srcset="/{{ e }}/u{{ h }} 2x">`, nil, "error: the first part of an address in srcset"},
		{"refresh", `<meta http-equiv="refresh" content="0;/{{ e }}/u{{ h }}">`, nil, `<meta http-equiv="refresh" content="0;/./u.evil.example">`},
		{"refresh behind a semicolon", `<meta http-equiv="refresh" content="0;/{{ abs }}">`, nil, `<meta http-equiv="refresh" content="0;/%2Fevil.example">`},
		{"animation", `<svg><animate attributeName="href" values="#;/{{ e }}/u{{ h }};/{{ abs }}"/></svg>`, nil,
			`<svg><animate attributeName="href" values="#;/./u.evil.example;/%2Fevil.example"/></svg>`},
		{"style", `<p style="background: url(/{{ e }}/u{{ h }})">`, nil, `<p style="background: url(/./u.evil.example)">`},
		{"style of two outputs", `<p style="background: url(&quot;/{{ e }}{{ abs }}&quot;)">`, nil, `<p style="background: url(&quot;/%2Fevil.example&quot;)">`},
		{"style with white space", `<style>a { background: url('/{{ tab }}{{ abs }}') }</style>`, nil, `<style>a { background: url('/%2Fevil.example') }</style>`},
		{"style with a backslash", `<style>a { background: url('{{ b }}/u.example') }</style>`, nil, `<style>a { background: url('/./u.example') }</style>`},
		{"import of a style", `<style>@import "/{{ e }}{{ abs }}";</style>`, nil, `<style>@import "/%2Fevil.example";</style>`},
		{"import of a module", `<script type="module">import "/{{ e }}/u.example/a.js"</script>`, nil, `<script type="module">import "/./u.example/a.js"</script>`},
		{"import of a slash", `<script type="module">import "{{ s }}/u.example/a.js"</script>`, nil, `<script type="module">import "\/./u.example/a.js"</script>`},
		{"empty host", `<a href="https:/{{ e }}/{{ h }}">`, nil, `<a href="https:/zZDewarZz.invalid/.evil.example">`},
		{"empty host behind two slashes", `<a href="//{{ e }}{{ e }}/{{ h }}">`, nil, `<a href="//zZDewarZz.invalid/.evil.example">`},
		{"empty host without slashes", `<a href="https:{{ e }}/{{ h }}">`, nil, `<a href="https:zZDewarZz.invalid/.evil.example">`},
		{"empty port", `<a href="http://h.example:{{ e }}/{{ e }}">`, nil, `<a href="http://h.example:/">`},
		{"host of the author", `<script src="{{ e }}//cdn.example/{{ h }}"></script>`, nil, `<script src="//cdn.example/.evil.example"></script>`},
		{"host that goes on", `<script src="{{ e }}//cdn{{ h }}"></script>`, nil, `<script src="/./cdn.evil.example"></script>`},
	}
	for i := range cases {
		cases[i].vars = values
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) { c.run(t, map[string]string{"e": "{{ e }}", "slash": "/u.example"}) })
	}
}

// TestAddressesPutTogetherGetNoHost is the same where Markup is put together of values.
func TestAddressesPutTogetherGetNoHost(t *testing.T) {
	const first, second = `<a href="/%2Fevil.example">t</a>`, `<a href="/.//u.example">t</a>`
	templates := map[string]string{}
	for _, c := range []struct{ source, want string }{
		{`{% trans u=x %}<a href="/{{ u }}">t</a>{% endtrans %}`, first},
		{`{% trans u=x, e='' %}<a href="/{{ e }}{{ u }}">t</a>{% endtrans %}`, `<a href="/.//evil.example">t</a>`},
		{`{% trans e='' %}<a href="/{{ e }}/u.example">t</a>{% endtrans %}`, second},
		{`{% trans e='/' %}<a href="{{ e }}/u.example">t</a>{% endtrans %}`, second},
		{`{% trans e='' %}<a href="//{{ e }}/u.example">t</a>{% endtrans %}`, `<a href="//zZDewarZz.invalid/u.example">t</a>`},
		{`{{ '<a href="/%s">t</a>'|safe % x }}`, first}, {`{{ '<a href="/%s/u.example">t</a>'|safe % '' }}`, second},
		{`{{ ('<a href="/{}">t</a>'|safe).format(x) }}`, first}, {`{{ ('<a href="/{}/u.example">t</a>'|safe).format('') }}`, second},
		{`{{ ('<a href="/%s">t</a>'|safe)|format(x) }}`, first}, {`{{ '<a href="/'|safe ~ x ~ '">t</a>'|safe }}`, first},
		{`{{ '<a href="/'|safe + x + '">t</a>'|safe }}`, first}, {`{{ ['<a href="/'|safe, x, '">t</a>'|safe]|join }}`, first},
		{`{{ ['<a href="/'|safe, '', '/u.example">t</a>'|safe]|join }}`, second}, {`{{ '<a href="/U">t</a>'|safe|replace('U', x) }}`, first},
		{`{{ ('<a href="/U">t</a>'|safe).translate({85: x}) }}`, first},
		{`{% set k %}<a href="/{{ x }}">t</a>{% endset %}{{ k }}`, first},
	} {
		runPieces(t, templates, []pieceCase{{c.source, c.source, "/evil.example", c.want}})
	}
}

// What is not empty is printed as Jinja does.
func TestPrintedAddressesOfPages(t *testing.T) {
	values := vars{"e": "", "u": "https://h.example", "lang": "en", "id": 7, "p": "/a/b", "dir": "img", "scheme": "https:"}
	cases := []escapeCase{
		{"segments", `<a href="/{{ lang }}/user/{{ id }}">`, nil, `<a href="/en/user/7">`},
		{"prefix", `<a href="{{ u }}/{{ lang }}/{{ id }}">`, nil, `<a href="https://h.example/en/7">`},
		{"prefix that is empty", `<a href="{{ e }}/{{ lang }}">`, nil, `<a href="/en">`},
		{"two slashes behind a prefix", `<a href="{{ u }}//{{ lang }}">`, nil, `<a href="https://h.example//en">`},
		{"path", `<a href="{{ p }}/{{ e }}/{{ id }}">`, nil, `<a href="/a/b//7">`},
		{"scheme", `<img src="{{ scheme }}//cdn.example/{{ id }}.png">`, nil, `<img src="https://cdn.example/7.png">`},
		{"style", `<p style="background: url(/{{ dir }}{{ p }})">`, nil, `<p style="background: url(/img/a/b)">`},
		{"condition", `<a href="/{% if lang %}{{ lang }}/{% endif %}{{ id }}">`, nil, `<a href="/en/7">`},
		{"loop", `<a href="/{% for s in ['a', 'b'] %}{{ s }}/{% endfor %}{{ id }}">`, nil, `<a href="/a/b/7">`},
		{"module", `<script type="module">import "/{{ dir }}/a.js"</script>`, nil, `<script type="module">import "/img/a.js"</script>`},
	}
	for i := range cases {
		cases[i].vars = values
	}
	runEscapeCases(t, cases)
}
