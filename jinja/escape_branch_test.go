package jinja_test

import "testing"

// An address may be put together in branches: what the output goes through is found out
// when it is rendered, by whether something stands before it.
func TestAddressInBranches(t *testing.T) {
	const evil, js = "//evil.example/a.js", "javascript:alert(1)"
	const page = `<a href="{{ u }}{% if n %}?page={{ n }}{% endif %}{{ x }}">`
	const base = `<a href="{% if b %}https://example.com{% endif %}{{ x }}">`
	const query = `<a href="{% if b %}/p/{% else %}/s?q={% endif %}{{ x }}">`
	const current = `<a href="{% if b %}{{ u }}{% endif %}{{ x }}">`
	const own = `<script src="{% if b %}/static/{% endif %}{{ x }}"></script>`
	const lazy = `<img {% if b %}data-original-{% endif %}src="{{ x }}">`
	for _, row := range []struct {
		name, source string
		vars         vars
		want         string
	}{
		{"page and fragment", page, vars{"u": "/a", "n": 2, "x": "#b"}, `<a href="/a?page=2#b">`},
		{"fragment alone", page, vars{"x": "#b"}, `<a href="#b">`},
		{"whole behind nothing", page, vars{"x": "https://example.org/?a=b:c"}, `<a href="https://example.org/?a=b:c">`},
		{"script behind nothing", page, vars{"x": js}, `<a href="#zZDewarZz">`},
		{"scheme in pieces", page, vars{"u": "javascript", "x": ":alert(1)"}, `<a href="javascript#zZDewarZz">`},
		{"time behind =", `<a href="{% if b %}?t={% endif %}{{ x }}">`, vars{"b": true, "x": "10:30"}, `<a href="?t=10:30">`},
		{"no scheme behind =, alone", `<a href="{% if b %}?t={% endif %}{{ x }}">`, vars{"x": js}, `<a href="#zZDewarZz">`},
		{"host and path", base, vars{"b": true, "x": "/a?b=c"}, `<a href="https://example.com/a?b=c">`},
		{"no host", base, vars{"x": "/a?b=c"}, `<a href="/a?b=c">`},
		{"user of a host", base, vars{"b": true, "x": "@evil.example"}, `<a href="https://example.comzZDewarZz">`},
		{"no host, script", base, vars{"x": "  java\tscript:alert(1)"}, `<a href="#zZDewarZz">`},
		{"path", query, vars{"b": true, "x": "a b/c"}, `<a href="/p/a b/c">`},
		{"path, slash", query, vars{"b": true, "x": "/c"}, `<a href="/p//c">`},
		{"query", query, vars{"x": "a/b:c"}, `<a href="/s?q=a/b:c">`},
		{"slash or query", `<a href="/{% if b %}s?q={% endif %}{{ x }}">`, vars{"x": "/evil.example"}, `<a href="/%2Fevil.example">`},
		{"two outputs", current, vars{"b": true, "u": "/a/", "x": "#b"}, `<a href="/a/#b">`},
		{"two outputs, one", current, vars{"b": false, "x": "mailto:user@example.com"}, `<a href="mailto:user@example.com">`},
		{"two outputs, script", current, vars{"b": true, "u": "", "x": js}, `<a href="#zZDewarZz">`},
		{"two outputs, slash", current, vars{"b": true, "u": "/", "x": "/evil.example"}, `<a href="/%2Fevil.example">`},
		{"elif", `<a href="{% if a %}{{ a }}{% elif b %}?b={{ b }}{% else %}#{% endif %}{{ x }}">`, vars{"x": js}, `<a href="#javascript:alert(1)">`},
		{"loop", `<a href="{% for k in l %}{{ "?" if loop.first else "&" }}{{ k }}={{ x }}{% endfor %}">`, vars{"l": []string{"a", "b"}, "x": "a/b:c"}, `<a href="?a=a/b:c&amp;b=a/b:c">`},
		{"script of the site", own, vars{"b": true, "x": "a.js"}, `<script src="/static/a.js"></script>`},
		{"script of the site, whole", own, vars{"x": "/b/a.js"}, `<script src="/b/a.js"></script>`},
		{"foreign script", own, vars{"x": evil}, `<script src="#zZDewarZz"></script>`},
		{"foreign script, whole", own, vars{"x": "https://evil.example/a.js"}, `<script src="#zZDewarZz"></script>`},
		{"foreign script behind /", `<script src="{% if b %}/{% endif %}{{ x }}"></script>`, vars{"b": true, "x": "/evil.example/a.js"}, `<script src="/%2Fevil.example/a.js"></script>`},
		{"foreign script behind a scheme", `<script src="{% if b %}{{ u }}{% endif %}{{ x }}"></script>`, vars{"b": true, "u": "https:", "x": evil}, `<script src="#zZDewarZz#zZDewarZz"></script>`},
		{"foreign script, backslash", own, vars{"x": `/\evil.example/a.js`}, `<script src="#zZDewarZz"></script>`},
		{"host of a script", `<script src="{% if b %}https://cdn.example{% endif %}{{ x }}"></script>`, vars{"b": true, "x": "a"}, "error: different contexts"},
		{"name in a branch", lazy, vars{"b": true, "x": "/a.png?b=c d"}, `<img data-original-src="/a.png?b=c d">`},
		{"name in a branch, script", lazy, vars{"x": js}, `<img src="#zZDewarZz">`},
		{"name in a branch, code", `<img {% if b %}onclick{% else %}src{% endif %}="{{ x }}">`, vars{"x": js}, "error: different contexts"},
		{"name in a branch, script's src", `<script {% if b %}data-{% endif %}src="{{ x }}"></script>`, vars{"x": js}, "error: different contexts"},
		{"without quotes", `<a href={% if b %}?a={% endif %}{{ x }}>`, vars{"x": js}, "error: different contexts"},
		{"beginning of a scheme", `<a href="{% if b %}java{% endif %}{{ x }}">`, vars{"x": js}, "error: may become a dangerous scheme"},
		{"picture", `<img src="{% if b %}{{ u }}{% endif %}{{ x }}">`, vars{"x": "data:image/png;base64,AA=="}, `<img src="data:image/png;base64,AA==">`},
		{"no picture", `<img src="{% if b %}{{ u }}{% endif %}{{ x }}">`, vars{"x": "data:text/html,a"}, `<img src="#zZDewarZz">`},
		{"frame", `<iframe src="{% if b %}/a/{% endif %}{{ x }}"></iframe>`, vars{"x": js}, `<iframe src="#zZDewarZz"></iframe>`},
		{"frame's document", `<iframe src="{% if b %}/a/{% endif %}{{ x }}"></iframe>`, vars{"x": "data:text/html,a"}, `<iframe src="#zZDewarZz"></iframe>`},
		{"style", `<p style="background: url('{{ u }}{{ x }}')">`, vars{"u": "https://example.com", "x": "/a.png"}, `<p style="background: url('https://example.com/a.png')">`},
		{"style, the second alone", `<p style="background: url('{{ u }}{{ x }}')">`, vars{"x": "https://example.com/a.png"}, `<p style="background: url('https://example.com/a.png')">`},
		{"style, script", `<p style="background: url('{{ u }}{{ x }}')">`, vars{"x": js}, `<p style="background: url('#zZDewarZz')">`},
		{"style, scheme in pieces", `<p style="background: url({{ u }}{{ x }})">`, vars{"u": "javascript", "x": ":alert(1)"}, `<p style="background: url(javascriptzZDewarZz)">`},
		{"style, end of the address", `<style>p { background: url({% if b %}/a/{% endif %}{{ x }}) }</style>`, vars{"x": `a)</style>"'`}, `<style>p { background: url(a\29 \3c /style\3e \22 \27 ) }</style>`},
		{"imported style", `<style>@import url("{% if b %}/a/{% endif %}{{ x }}");</style>`, vars{"x": "https://evil.example/a.css"}, `<style>@import url("#zZDewarZz");</style>`},
		{"imported style in pieces", `<style>@import url("{{ u }}{{ x }}");</style>`, vars{"u": "/", "x": "/evil.example/a.css"}, `<style>@import url("/%2Fevil.example/a.css");</style>`},
	} {
		t.Run(row.name, func(t *testing.T) {
			c := escapeCase{source: row.source, vars: row.vars, want: row.want}
			c.run(t, nil)
		})
	}
}
