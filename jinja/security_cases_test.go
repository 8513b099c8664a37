package jinja_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/dewar-go/dewar/jinja"
	"github.com/dewar-go/dewar/markup"
)

// securityCase is a template that is rendered with the escaper that knows where it
// prints. want is the whole page, or an error that it begins with "error: ".
type securityCase struct {
	name, source string
	x            any
	want         string
}

func (c *securityCase) run(t *testing.T) {
	t.Helper()
	env := escapeEnv(t, nil)
	tm, err := env.FromString(c.source)
	got := ""
	if err == nil {
		got, err = tm.RenderString(vars{"x": c.x, "config": vars{"CDN": "https://cdn.example"}})
	}
	if fault, ok := strings.CutPrefix(c.want, "error: "); ok {
		var e *jinja.Error
		if err == nil {
			t.Errorf("%s\n got %s\nwant the error %s", c.source, got, fault)
		} else if !errors.As(err, &e) || e.Line == 0 || !strings.Contains(err.Error(), fault) {
			t.Errorf("%s\n got the error %v\nwant %s, with a line", c.source, err, fault)
		}
		return
	}
	if err != nil || got != c.want {
		t.Errorf("%s\n got %s, %v\nwant %s", c.source, got, err, c.want)
	}
}

// What an outsider sends does no harm.
func TestHostileTemplates(t *testing.T) {
	for _, c := range []securityCase{
		{"piece of tojson", `<script>var a = {{ (x|tojson)[1:-1] }};</script>`, "alert(1)", `<script>var a = "alert(1)";</script>`},
		{"first of tojson", `<script>var a = {{ (x|tojson)[1] }};</script>`, "a", `<script>var a = "a";</script>`},
		{"tojson without its quotes", `<script>var a = {{ x|tojson|replace('"', '') }};</script>`, "alert(1)", `<script>var a = "\u0022alert(1)\u0022";</script>`},
	} {
		t.Run(c.name, func(t *testing.T) { c.run(t) })
	}
}

// A / is read as the grammar of ECMAScript does.
func TestDivisionOrRegularExpression(t *testing.T) {
	for _, c := range []securityCase{
		{"number that ends in a dot", `<script>u = 1./2 + "/{{ x }}"</script>`, "-(alert(1))-", `<script>u = 1./2 + "/-(alert(1))-"</script>`},
		{"zero that ends in a dot", `<script>u = 0./2 + "/{{ x }}"</script>`, "a", `<script>u = 0./2 + "/a"</script>`},
		{"long number that ends in a dot", `<script>u = 12345678901234567890./2 + "/{{ x }}"</script>`, "a", `<script>u = 12345678901234567890./2 + "/a"</script>`},
		{"property of a number", `<script>u = 1..in / 2 + "/{{ x }}"</script>`, "a", `<script>u = 1..in / 2 + "/a"</script>`},
		{"keyword behind a number", "<script>u = 1.\nreturn /'{{ x }}/.a</script>", "'", "<script>u = 1.\nreturn /'\\u0027/.a</script>"},
		{"old octal number", `<script>u = 07. / 2 + "/{{ x }}"</script>`, "a", "error: cannot be followed"},
		{"keyword behind a dot and a space", `<script>u = a. in / 2 + "/{{ x }}"</script>`, "a", `<script>u = a. in / 2 + "/a"</script>`},
		{"keyword behind a dot and a comment", "<script>u = a./* b */ // c\nreturn / 2 + '/{{ x }}'</script>", "a", "<script>u = a./* b */ // c\nreturn / 2 + '/a'</script>"},
		{"keyword behind ?.", `<script>u = a?.typeof / 2 + "/{{ x }}"</script>`, "a", `<script>u = a?.typeof / 2 + "/a"</script>`},
		{"number behind ?", `<script>u = a?.5:/"{{ x }}/</script>`, `"`, `<script>u = a?.5:/"\u0022/</script>`},
		{"private name", `<script>class A { b() { return this.#in / 2 + "/{{ x }}" } }</script>`, "a", `<script>class A { b() { return this.#in / 2 + "/a" } }</script>`},
		{"spread", `<script>u = [...typeof /"{{ x }}/]</script>`, `"`, `<script>u = [...typeof /"\u0022/]</script>`},
		{"export default", `<script type=module>export default /"{{ x }}/</script>`, `"`, `<script type=module>export default /"\u0022/</script>`},
		{"extends", `<script>class A extends /"{{ x }}/.b {}</script>`, `"`, `<script>class A extends /"\u0022/.b {}</script>`},
		{"statement behind break", "<script>for (;;) { break\n/'{{ x }}/.a }</script>", "'", "<script>for (;;) { break\n/'\\u0027/.a }</script>"},
		{"let", `<script>u = let / 2 + "/{{ x }}"</script>`, "a", `<script>u = let / 2 + "/a"</script>`},
		{"behind a condition", `<script>if (f(a)) /"{{ x }}/.test(b)</script>`, `"`, `<script>if (f(a)) /"\u0022/.test(b)</script>`},
		{"behind do and while", `<script>do a(); while (b) /"{{ x }}/.test(b)</script>`, `"`, `<script>do a(); while (b) /"\u0022/.test(b)</script>`},
		{"behind a call", `<script>u = f(a) / {{ x }} + "/b"</script>`, 2, `<script>u = f(a) / 2 + "/b"</script>`},
		{"behind brackets", `<script>u = (a + (b)) / {{ x }} + "/b"</script>`, 2, `<script>u = (a + (b)) / 2 + "/b"</script>`},
		{"behind a method named if", `<script>u = a.if(b) / {{ x }}</script>`, 2, `<script>u = a.if(b) / 2</script>`},
		{"brackets of a branch", `<script>{% if x %}f({% else %}if ({% endif %}a) /b; "{{ x }}"</script>`, "a", "error: different contexts"},
		{"slash of its own text", `<script>u = a /{% if x %}/ '{% else %}/ b{% endif %}` + "\n" + `/ 2 + "{{ x }}"</script>`, "a", "<script>u = a // '\n/ 2 + \"a\"</script>"},
		{"HTML comment in a module", `<script type=module>u = 1 <!-- a; b = '` + "\n{{ x }}</script>", "a", "error: cannot be followed"},
		{"arrow at the start of a handler", `<button onclick="--> '` + "\n{{ x }}\">", "a", `<button onclick="--> '` + "\n&#34;a&#34;\">"},
	} {
		t.Run(c.name, func(t *testing.T) { c.run(t) })
	}
}

// What is an identifier in a script is printed as one, or refused.
func TestNamesInScripts(t *testing.T) {
	for _, c := range []securityCase{
		{"method", `<script>toastr.{{ x }}("m")</script>`, "success", `<script>toastr.success("m")</script>`},
		{"method that is none", `<script>toastr.{{ x }}("m")</script>`, "a;alert(1)//", "error: no name that can stand in a script"},
		{"method that is empty", `<script>toastr.{{ x }}("m")</script>`, "", "error: no name"},
		{"optional method", `<script>a?.{{ x }}("m")</script>`, "info", `<script>a?.info("m")</script>`},
		{"class", `<script>b = new ns.{{ x }}("m")</script>`, "Chart", `<script>b = new ns.Chart("m")</script>`},
		{"class that is none", `<script>b = new ns.{{ x }}("m")</script>`, "a(alert(1))", "error: no name"},
		{"part of a name", `<script>var data{{ x }} = 1</script>`, "_2a", `<script>var data_2a = 1</script>`},
		{"number in a name", `<script>var data{{ x }} = 1</script>`, 12, `<script>var data12 = 1</script>`},
		{"part that is none", `<script>var data{{ x }} = 1</script>`, "=alert(1),b", "error: no name"},
		{"name that goes on", `<script>f({{ x }}Data)</script>`, "user", `<script>f(userData)</script>`},
		{"name that goes on and is none", `<script>f({{ x }}Data)</script>`, "alert(1),", "error: no name"},
		{"declared", `<script>const {{ x }} = 1</script>`, "a", `<script>const a = 1</script>`},
		{"declared and reserved", `<script>const {{ x }} = 1</script>`, "return", "error: no name"},
		{"function", `<script>function {{ x }}() {}</script>`, "a", `<script>function a() {}</script>`},
		{"argument", `<script>f({{ x }} => 1)</script>`, "a", `<script>f(a => 1)</script>`},
		{"property of a property", `<script>a.{{ x }}.b = "{{ x }}"</script>`, "in", `<script>a.in.b = "in"</script>`},
		{"a word before the value", `<script>return{{ x }}</script>`, "a", `<script>return "a"</script>`},
		{"digits", `<script>a = 1{{ x }}</script>`, "5", `<script>a = 15</script>`},
		{"called", `<script>{{ x }}("m")</script>`, "alert", "error: handlers[{{ … }}](…)"},
		{"assigned to", `<script>{{ x }} = 1</script>`, "a", "error: window[{{ … }}] = …"},
		{"compared", `<script>if ({{ x }} == 1) f()</script>`, "a", `<script>if ("a" == 1) f()</script>`},
		{"key", `<script>a = { {{ x }}: 1 }</script>`, "a", `<script>a = { "a": 1 }</script>`},
		{"in a handler", `<button onclick="app.{{ x }}()">`, "open", `<button onclick="app.open()">`},
		{"two values", `<script>a = {{ x }}{{ x }}</script>`, "a", "error: print them as one"},
		{"two values, one empty branch", `<script>a = {% if not x %}{{ x }}{% endif %}{{ x }}</script>`, "a", `<script>a = "a"</script>`},
		{"keyword by a part", `<script>a = re{{ x }} /"{{ x }}/ 2</script>`, "a", "error: different contexts"},
	} {
		t.Run(c.name, func(t *testing.T) { c.run(t) })
	}
}

// The address of a module is one of the site, as that of any script.
func TestModuleAddresses(t *testing.T) {
	const data = "data:text/javascript,alert(1)"
	for _, c := range []securityCase{
		{"import map", `<script type="importmap">{"imports":{"m":"{{ x }}"}}</script>`, data, `<script type="importmap">{"imports":{"m":"#zZDewarZz"}}</script>`},
		{"import map, of the site", `<script type="importmap">{"imports":{"m":"{{ x }}"}}</script>`, "/m.js", `<script type="importmap">{"imports":{"m":"\/m.js"}}</script>`},
		{"import map, typed", `<script type="importmap">{"imports":{"m":"{{ x }}"}}</script>`, markup.ResourceURL("https://cdn.example/m.js"), `<script type="importmap">{"imports":{"m":"https:\/\/cdn.example\/m.js"}}</script>`},
		{"import map, behind a path", `<script type="importmap">{"imports":{"m":"/static/{{ x }}.js"}}</script>`, "m", `<script type="importmap">{"imports":{"m":"/static/m.js"}}</script>`},
		{"import map, behind a host", `<script type="importmap">{"imports":{"m":"https://cdn.example/{{ x }}.js"}}</script>`, "m", `<script type="importmap">{"imports":{"m":"https://cdn.example/m.js"}}</script>`},
		{"import map, behind a slash", `<script type="importmap">{"imports":{"m":"/{{ x }}"}}</script>`, "/evil.example/m.js", `<script type="importmap">{"imports":{"m":"/%2Fevil.example\/m.js"}}</script>`},
		{"import map, host", `<script type="importmap">{"imports":{"m":"//{{ x }}/m.js"}}</script>`, "evil.example", "error: made of parts"},
		{"import map, scheme in parts", `<script type="importmap">{"imports":{"m":"da{{ x }}"}}</script>`, "ta:text/javascript,alert(1)", "error: made of parts"},
		{"import map, two parts", `<script type="importmap">{"imports":{"m":"{{ x }}{{ x }}"}}</script>`, "/", "error: made of parts"},
		{"import map, value", `<script type="importmap">{"imports":{"m":{{ x }}}}</script>`, data, `<script type="importmap">{"imports":{"m":"#zZDewarZz"}}</script>`},
		{"import map, whole", `<script type="importmap">{{ x }}</script>`, vars{"imports": vars{"a": data}}, `<script type="importmap">{"imports": {"a": "#zZDewarZz"}}</script>`},
		{"import map, tojson", `<script type="importmap">{{ x|tojson }}</script>`, vars{"imports": vars{"a": "/a.js"}}, `<script type="importmap">{"imports": {"a": "/a.js"}}</script>`},
		{"import map, escaped in JSON", `<script type="importmap">{{ x|tojson }}</script>`, vars{"a": "\x01data:,\""}, `<script type="importmap">{"a": "#zZDewarZz"}</script>`},
		{"speculation rules", `<script type="speculationrules">{"prefetch":[{"urls":["{{ x }}"]}]}</script>`, "https://evil.example/", `<script type="speculationrules">{"prefetch":[{"urls":["#zZDewarZz"]}]}</script>`},
		{"import", `<script type="module">import a from "{{ x }}"</script>`, data, `<script type="module">import a from "#zZDewarZz"</script>`},
		{"import, of the site", `<script type="module">import a from "{{ x }}"</script>`, "/a.js", `<script type="module">import a from "\/a.js"</script>`},
		{"import, bare", `<script type="module">import '{{ x }}'</script>`, data, `<script type="module">import '#zZDewarZz'</script>`},
		{"import of names", `<script type="module">import {a, b as c} from '{{ x }}'</script>`, data, `<script type="module">import {a, b as c} from '#zZDewarZz'</script>`},
		{"export", `<script type="module">export * from '{{ x }}'</script>`, data, `<script type="module">export * from '#zZDewarZz'</script>`},
		{"dynamic import", `<script>import("{{ x }}").then(f)</script>`, data, `<script>import("#zZDewarZz").then(f)</script>`},
		{"dynamic import of a value", `<script>import({{ x }})</script>`, data, `<script>import("#zZDewarZz")</script>`},
		{"dynamic import of a template literal", "<script>import(/* a */ `{{ x }}`)</script>", data, "<script>import(/* a */ `#zZDewarZz`)</script>"},
		{"dynamic import behind a path", "<script>import(`./lang/{{ x }}.js`)</script>", "de", "<script>import(`./lang/de.js`)</script>"},
		{"escape in the address", `<script>import("\x64ata{{ x }}")</script>`, ":,alert(1)", "error: made of parts"},
		{"a function named from", `<script>Array.from("{{ x }}"); from("{{ x }}")</script>`, "a:b", `<script>Array.from("a:b"); from("a:b")</script>`},
		{"in a handler", `<button onclick="import('{{ x }}')">`, data, `<button onclick="import('#zZDewarZz')">`},
	} {
		t.Run(c.name, func(t *testing.T) { c.run(t) })
	}
}

// References in attributes are read as browsers do.
func TestReferencesInAttributes(t *testing.T) {
	for _, c := range []securityCase{
		{"without a semicolon, before a letter", `<button onclick='String("?a&quote={{ x }}")'>`, "+alert(1)+", `<button onclick='String("?a&quote=\u002balert(1)\u002b")'>`},
		{"without a semicolon, before =", `<button onclick='String("?a&quot={{ x }}")'>`, "+", `<button onclick='String("?a&quot=\u002b")'>`},
		{"without a semicolon, before a space", `<button onclick="f(&quot {{ x }}&quot )">`, "+", `<button onclick="f(&quot \u002b&quot )">`},
		{"longer name", `<button onclick="f('&notin;{{ x }}', &quot;{{ x }}&quot;)">`, "'", `<button onclick="f('&notin;\u0027', &quot;\u0027&quot;)">`},
		{"no reference", `<button onclick='f("&notit;{{ x }}")'>`, "+", `<button onclick='f("&notit;\u002b")'>`},
		{"right before an output", `<button onclick="f(&quot{{ x }}&quot;)">`, "e", "error: write &amp;"},
		{"completed by its own text", `<button onclick="f(&qu{% if x %}ot;{% endif %}{{ x }})">`, "a", "error: write &amp;"},
		{"completed behind an output", `<button onclick="f('&{{ x }}quot;{{ x }}')">`, "", "error: write &amp;"},
		{"a & before an output", `<button onclick="f('?a&{{ x }}')">`, "quot;-alert(1)-", `<button onclick="f('?a&amp;quot;-alert(1)-')">`},
		{"a & and nothing before an output", `<button onclick="f('?a&{{ x }}')">`, "", `<button onclick="f('?a&')">`},
		{"a number before an output", `<button onclick="f('&#3{{ x }}')">`, "9;", "error: write &amp; for the & before it"},
		{"scheme by a reference", `<a href="&{{ x }}">`, "#106;avascript:alert(1)", `<a href="&amp;#106;avascript:alert(1)">`},
		{"slash by a reference", `<a href="/&{{ x }}">`, "sol;evil.example", `<a href="/&amp;sol;evil.example">`},
		{"document by a reference", `<iframe srcdoc="a &{{ x }}">`, "lt;script", "error: write &amp;"},
		{"in a query", `<a href="/a?x=1&{{ x }}">`, "b=2&c=3", `<a href="/a?x=1&b=2&amp;c=3">`},
		{"behind an address", `<a href="{{ x }}&{{ x }}">`, "b=1", `<a href="b=1&amp;b=1">`},
		{"list of addresses", `<img srcset="/a.png?&{{ x }}">`, "comma;javascript:", `<img srcset="/a.png?&amp;comma;javascript:">`},
	} {
		t.Run(c.name, func(t *testing.T) { c.run(t) })
	}
}

// Tags are those of HTML, of SVG or of MathML, and the first attribute of a name counts.
func TestTagsAndTheirAttributes(t *testing.T) {
	long := strings.Repeat(" ", 40)
	for _, c := range []securityCase{
		{"type behind much space", `<script type="` + long + `text/javascript">a = {{ x }}</script>`, "alert(1)", `<script type="` + long + `text/javascript">a = "alert(1)"</script>`},
		{"type before much space", `<script type="module` + long + `">a = {{ x }}</script>`, "alert(1)", `<script type="module` + long + `">a = "alert(1)"</script>`},
		{"type by references", `<script type="text&sol;javascript">a = {{ x }}</script>`, "alert(1)", `<script type="text&sol;javascript">a = "alert(1)"</script>`},
		{"two types", `<script type="module" type="text/x-template">a = {{ x }}</script>`, "alert(1)", `<script type="module" type="text/x-template">a = "alert(1)"</script>`},
		{"two refreshes", `<meta http-equiv="refresh" http-equiv="x" content="{{ x }}">`, "0;url=//evil.example", `<meta http-equiv="refresh" http-equiv="x" content="zZDewarZz">`},
		{"two contents", `<meta http-equiv="refresh" content="9" content="{{ x }}">`, "0;url=//evil.example", `<meta http-equiv="refresh" content="9" content="0;url=//evil.example">`},
		{"two names of what is animated", `<svg><set attributeName="href" attributeName="x" to="{{ x }}"/></svg>`, "javascript:alert(1)", `<svg><set attributeName="href" attributeName="x" to="#zZDewarZz"/></svg>`},
		{"two rels", `<link rel="stylesheet" rel="icon" href="{{ x }}">`, "//evil.example/a.css", `<link rel="stylesheet" rel="icon" href="#zZDewarZz">`},
		{"attributes before http-equiv", `<meta {{ {'name': x}|xmlattr }} content="{{ x }}">`, "0;url=//evil.example", `<meta  name="0;url=//evil.example" content="zZDewarZz">`},
		{"attributes before attributeName", `<svg><set{{ {'id': x}|xmlattr }} attributeName="x" to="{{ x }}"/></svg>`, "a", "error: attributeName may be an output"},
		{"attributes before a type", `<script{{ {'id': x}|xmlattr }} type="text/x-template">{{ x }}</script>`, "a", "error: the type of the script is an output"},
		{"attributes before the type of JSON", `<script{{ {'id': x}|xmlattr }} type="application/json">{{ x|tojson }}</script>`, "a", `<script id="a" type="application/json">"a"</script>`},

		{"values of animate", `<svg><a><animate attributeName="href" values="{{ x }}"/><text>t</text></a></svg>`, "#;javascript:alert(1)", `<svg><a><animate attributeName="href" values="#;#zZDewarZz"/><text>t</text></a></svg>`},
		{"values of animate, behind a value", `<svg><animate attributeName="href" values="/a{{ x }}"/></svg>`, ";javascript:alert(1)", `<svg><animate attributeName="href" values="/a;#zZDewarZz"/></svg>`},
		{"values of animate, behind a query", `<svg><animate attributeName="href" values="?a={{ x }}"/></svg>`, "1;\tjavascript:alert(1);/b", `<svg><animate attributeName="href" values="?a=1;#zZDewarZz;/b"/></svg>`},
		{"values of animate, two outputs", `<svg><animate attributeName="href" values="{{ x }}{{ x }}"/></svg>`, "#;javascript:alert(1)", `<svg><animate attributeName="href" values="#;#zZDewarZz#;#zZDewarZz"/></svg>`},
		{"from", `<svg><animate attributeName="xlink:href" from="{{ x }}" by="{{ x }}" to="{{ x }}"/></svg>`, "javascript:alert(1)", `<svg><animate attributeName="xlink:href" from="#zZDewarZz" by="#zZDewarZz" to="#zZDewarZz"/></svg>`},
		{"values before attributeName", `<svg><animate values="{{ x }}" attributeName="href"/></svg>`, "a;javascript:alert(1)", `<svg><animate values="a;#zZDewarZz" attributeName="href"/></svg>`},
		{"any prefix of href", `<svg><set attributeName="a:href" to="{{ x }}"/></svg>`, "javascript:alert(1)", `<svg><set attributeName="a:href" to="#zZDewarZz"/></svg>`},
		{"values of something else", `<svg><animate attributeName="opacity" values="{{ x }}"/></svg>`, "0;a:b;1", `<svg><animate attributeName="opacity" values="0;a:b;1"/></svg>`},

		{"srcdoc with a split tag", `<iframe srcdoc="<{% if x %}script{% endif %}>{{ x }}</script>">`, "alert(1)", "error: give the whole document"},
		{"srcdoc with a tag by references", `<iframe srcdoc="&lt;scr&#x69;pt>{{ x }}">`, "alert(1)", "error: give the whole document"},
		{"srcdoc with half a reference", `<iframe srcdoc="&l{% if x %}t;script>{% endif %}{{ x }}">`, "alert(1)", "error: write &amp;"},
		{"srcdoc with quotes", `<iframe srcdoc='<p title="{{ x }}">'>`, "a", "error: give the whole document"},
		{"srcdoc with quotes by references", `<iframe srcdoc="<p title=&quot;{{ x }}&quot;>">`, "a", "error: give the whole document"},
		{"srcdoc with an open comment", `<iframe srcdoc="<!-- {{ x }} -->">`, "a", "error: give the whole document"},
		{"srcdoc with whole tags", `<iframe srcdoc="<style>p { color: red }</style><p>{{ x }}</p>"></iframe>`, "<b>", `<iframe srcdoc="<style>p { color: red }</style><p>&amp;lt;b&amp;gt;</p>"></iframe>`},

		{"CDATA ended by an output", `<svg><![CDATA[{{ x }}><img src=x onerror=alert(1)>]]></svg>`, "a]]", `<svg><![CDATA[a]]]]><![CDATA[><img src=x onerror=alert(1)>]]></svg>`},
		{"CDATA", `<svg><desc><![CDATA[{{ x }}]]></desc></svg>`, "]]>a", `<svg><desc><![CDATA[]]&gt;a]]></desc></svg>`},
		{"CDATA in a point of HTML", `<svg><desc><![CDATA[{{ x }}]]></desc></svg>`, "a]", `<svg><desc><![CDATA[a&#93;]]></desc></svg>`},
		{"CDATA that may be a comment", `<svg><foreignObject><p><![CDATA[>]]>{{ x }}</p></foreignObject></svg>`, "a", "error: where it may be a comment"},
		{"CDATA of a script", "<svg><script><![CDATA[if (1 < 2 && a) b = '{{ x }}>']]></script></svg>", "a]]", "<svg><script><![CDATA[if (1 < 2 && a) b = 'a]]]]><![CDATA[>']]></script></svg>"},
		{"CDATA of a script, behind comments", "<svg><script>//<![CDATA[\nif (1 < 2) a = {{ x }}\n//]]></script></svg>", "</script>", "<svg><script>//<![CDATA[\nif (1 < 2) a = \"\\u003c\\/script\\u003e\"\n//]]></script></svg>"},
		{"CDATA of a style", `<svg><style><![CDATA[a > b { color: {{ x }} }]]></style></svg>`, "red", `<svg><style><![CDATA[a > b { color: red }]]></style></svg>`},
		{"JS in a script of SVG", `<svg><script>a = {{ x }}</script></svg>`, markup.JS("1 < 2 && b"), `<svg><script>a = 1 &lt; 2 &amp;&amp; b</script></svg>`},
		{"tag in a script of SVG", `<svg><script>a = 1 <b; c = {{ x }}</script></svg>`, "a", "error: cannot be followed"},
		{"svg that is left by a tag of HTML", `<svg><p><script>a = "&quot;{{ x }}"</script>`, "-alert(1)-", `<svg><p><script>a = "&quot;-alert(1)-"</script>`},
		{"svg that is left by the end of an element", `<div><svg></div><textarea>{{ x }}</textarea>`, "<b>", `<div><svg></div><textarea>&lt;b&gt;</textarea>`},
		{"font leaves svg", `<svg><font color=red></font><script>a = "&quot;{{ x }}"</script>`, "-alert(1)-", `<svg><font color=red></font><script>a = "&quot;-alert(1)-"</script>`},
		{"HTML in foreignObject", `<svg><foreignObject><script>a = "&quot;{{ x }}"</script></foreignObject><title>{{ x }}</title></svg>`, "-alert(1)-", `<svg><foreignObject><script>a = "&quot;-alert(1)-"</script></foreignObject><title>-alert(1)-</title></svg>`},
		{"HTML in mtext", `<math><mtext><textarea><a href="{{ x }}"></textarea></mtext></math>`, "javascript:", `<math><mtext><textarea><a href="javascript:"></textarea></mtext></math>`},
		{"deep svg", strings.Repeat("<svg>", 9) + "{{ x }}", "a", "error: nested too deep"},
	} {
		t.Run(c.name, func(t *testing.T) { c.run(t) })
	}
}

// Attributes of frameworks are scripts where the framework runs them, and texts elsewhere.
func TestAttributesOfFrameworks(t *testing.T) {
	for _, name := range []string{"x-ref", "x-teleport", "ng-app", "data-bind-id", "data-script-url", "data-onclick-text", "wire:key", "x-transition:enter", "data-x-axis", "hx-target", "v-cloak", "data-on-text"} {
		c := securityCase{source: `<div ` + name + `="token-{{ x }}">`, x: "t1", want: `<div ` + name + `="token-t1">`}
		t.Run(name, func(t *testing.T) { c.run(t) })
	}
	for _, name := range []string{"hx-on:click", "hx-on::after", "data-hx-on:click", "x-on:click", "@click", "@click.prevent", ":class", "v-on:click", "ng-click", "data-ng-click", "data-on-click", "data-on:load", "wire:click", "data-bind", "_", "data-script", "onclick", "x-data"} {
		c := securityCase{source: `<div ` + name + `="f('{{ x }}')">`, x: "'", want: `<div ` + name + `="f('\u0027')">`}
		t.Run(name, func(t *testing.T) { c.run(t) })
	}
	for _, c := range []securityCase{
		{"ng-href", `<a ng-href="{{ x }}">`, "javascript:alert(1)", `<a ng-href="#zZDewarZz">`},
		{"trigger", `<div hx-trigger="{{ x }} delay:1s">`, "click", `<div hx-trigger="click delay:1s">`},
		{"trigger with a filter", `<div hx-trigger="{{ x }}">`, "click[alert(1)]", `<div hx-trigger="zZDewarZz">`},
		{"filter of a trigger", `<div hx-trigger="keyup[key=='{{ x }}'] from:{{ x }}">`, "a", `<div hx-trigger="keyup[key=='a'] from:a">`},
		{"filter of a trigger, escaped", `<div hx-trigger="keyup[key=='{{ x }}']">`, "'", `<div hx-trigger="keyup[key=='\u0027']">`},
		{"brackets in the filter of a trigger", `<div hx-trigger="keyup[a[0]=='{{ x }}']">`, "'", `<div hx-trigger="keyup[a[0]=='\u0027']">`},
		{"pieces of a page", `<div hx-get="{{ x }}">`, "https://evil.example/", `<div hx-get="#zZDewarZz">`},
		{"pieces of a page, of the site", `<div hx-get="{{ x }}">`, "/a?b=1", `<div hx-get="/a?b=1">`},
		{"part of a name", `<div data-{{ x }}="a">`, "on-click", `<div data-zZDewarZz="a">`},
		{"part of a plain name", `<div data-{{ x }}="a">`, "bind-id", `<div data-bind-id="a">`},
		{"formaction", `<form method="post"><button formaction="{{ x }}">go</button></form>`, "https://evil.example/", `<form method="post"><button formaction="#zZDewarZz">go</button></form>`},
		{"formaction of the site", `<button form="f" formaction="{{ x }}">go</button>`, "/a", `<button form="f" formaction="/a">go</button>`},
		{"formaction by url_for", `<button formaction="{{ url_for(x) }}">go</button>`, "/evil", `<button formaction="//evil">go</button>`},
	} {
		t.Run(c.name, func(t *testing.T) { c.run(t) })
	}
}

// Ordinary values of styles and addresses live, what loads or runs does not.
func TestStylesAndSchemes(t *testing.T) {
	for _, c := range []securityCase{
		{"variable", `<p style="color: {{ x }}">`, "var(--accent)", `<p style="color: var(--accent)">`},
		{"quoted font", `<p style="font-family: {{ x }}">`, `"Open Sans", Arial`, `<p style="font-family: &#34;Open Sans&#34;, Arial">`},
		{"share of a colour", `<p style="color: {{ x }}">`, "rgb(0 0 0 / 50%)", `<p style="color: rgb(0 0 0 / 50%)">`},
		{"product", `<p style="width: {{ x }}">`, "calc(100% * 2 - 1px)", `<p style="width: calc(100% * 2 - 1px)">`},
		{"declarations", `<p style="{{ x }}">`, "color: red; width: 50%;", `<p style="color: red; width: 50%;">`},
		{"declarations behind one", `<p style="a: b; {{ x }}">`, "font: 1px 'a;b'", `<p style="a: b; font: 1px &#39;a;b&#39;">`},
		{"declarations in a rule", `<style>p { {{ x }} }</style>`, "--a: 1px; color: red", `<style>p { --a: 1px; color: red }</style>`},
		{"declarations that load", `<p style="{{ x }}">`, "background: url(//evil.example)", `<p style="zZDewarZz">`},
		{"declarations that run", `<p style="{{ x }}">`, "behavior: a", `<p style="zZDewarZz">`},
		{"declarations in a value", `<p style="color: {{ x }}">`, "red; position: fixed", `<p style="color: zZDewarZz">`},
		{"images", `<p style="background: {{ x }}">`, `-webkit-image-set("//evil.example/a" 1x)`, `<p style="background: zZDewarZz">`},
		{"half a function", `<p style="background: u{{ x }}">`, "rl(//evil.example)", `<p style="background: uzZDewarZz">`},
		{"name of a function", `<p style="background: {{ x }}(//evil.example)">`, "url", "error: names a function"},
		{"import", `<style>@import {{ x }};</style>`, `"//evil.example/a.css"`, `<style>@import zZDewarZz;</style>`},
		{"end of a style", `<style>p { font-family: {{ x }} }</style>`, `"</style>"`, `<style>p { font-family: zZDewarZz }</style>`},
		{"sms", `<a href="{{ x }}">`, "sms:+49123", `<a href="sms:+49123">`},
		{"magnet", `<a href="{{ x }}">`, "magnet:?xt=urn:btih:a", `<a href="magnet:?xt=urn:btih:a">`},
		{"no scheme of a page", `<a href="{{ x }}">`, "view-source:x", `<a href="#zZDewarZz">`},
		{"picture of SVG", `<img src="{{ x }}">`, "data:image/svg+xml,%3Csvg/%3E", `<img src="data:image/svg+xml,%3Csvg/%3E">`},
		{"picture of SVG that is no picture", `<a href="{{ x }}">`, "data:image/svg+xml,%3Csvg/%3E", `<a href="#zZDewarZz">`},
		{"port behind an address", `<a href="{{ x }}:8080/a">`, "http://h", `<a href="http://h:8080/a">`},
		{"host of a script", `<script src="//{{ x }}/a.js"></script>`, "evil.example", `<script src="//zZDewarZz.invalid/a.js"></script>`},
		{"host of a script, vouched for", `<script src="//{{ x }}/a.js"></script>`, markup.ResourceURL("cdn.example"), `<script src="//cdn.example/a.js"></script>`},
		{"rest of the host of a script", `<script src="https://cdn.example{{ x }}"></script>`, ".evil.example/a.js", `<script src="https://cdn.examplezZDewarZz.invalid"></script>`},
		{"path behind the host of a script", `<script src="https://cdn.example{{ x }}"></script>`, "/a.js", `<script src="https://cdn.example/a.js"></script>`},
		{"scheme of a picture", `<img src="{{ x }}://h/p">`, "https", `<img src="https://h/p">`},
		{"bad scheme of a picture", `<img src="{{ x }}://h/p">`, "javascript", `<img src="zZDewarZz://h/p">`},
		{"scheme of a script", `<script src="{{ x }}://h/p"></script>`, "https", `<script src="https://h/p"></script>`},
		{"nothing before an address", `<a href="{{ y or '' }}{{ x }}">`, "https://example.org/x", `<a href="https://example.org/x">`},
		{"nothing before a bad address", `<a href="{{ y or '' }}{{ x }}">`, "javascript:alert(1)", `<a href="#zZDewarZz">`},
		{"setting", `<script src="{{ config.CDN }}/a.js"></script>`, nil, `<script src="https://cdn.example/a.js"></script>`},
		{"setting by item", `<script src="{{ config['CDN'] }}/a.js"></script>`, nil, `<script src="https://cdn.example/a.js"></script>`},
		{"variable named config", `{% for config in [config] %}<script src="{{ config.CDN }}/a.js"></script>{% endfor %}`, nil, `<script src="#zZDewarZz/a.js"></script>`},
	} {
		t.Run(c.name, func(t *testing.T) { c.run(t) })
	}
}

// An operation on a text that is safe somewhere keeps that only where the text
// stays whole. Pieces of Markup are Markup, as in Python.
func TestOperationsOnSafeTexts(t *testing.T) {
	operations := []string{
		"v[1:]", "v[:-1]", "v[::2]", "v[:]", "v[0]", "v[-1]", "v * 2", "2 * v", "v + v", "v + ''", "'' + v", "v ~ ''", "'' ~ v", "v % ()",
		"v.upper()", "v.lower()", "v.title()", "v.capitalize()", "v.swapcase()", "v.casefold()", "v.strip()", "v.lstrip('a')", "v.rstrip()",
		"v.replace('a', 'b')", "v.split()[0]", "v.split('b')[0]", "v.rsplit()[0]", "v.splitlines()[0]", "v.partition('a')[2]", "v.rpartition('a')[0]",
		"v.join(['a', 'b'])", "'a'.join([v, v])", "v.zfill(3)", "v.expandtabs()", "v.center(9)", "v.ljust(9)", "v.rjust(9)", "v.format()",
		"v.format_map({})", "v.translate({})", "v.removeprefix('a')", "v.removesuffix('a')", "'{}'.format(v)", "'%s' % v", "'%s'|format(v)", "v|format",
		"v|upper", "v|lower", "v|title", "v|capitalize", "v|trim", "v|trim('a')", "v|center(9)", "v|indent", "v|indent(2, true)", "v|replace('a', 'b')",
		"v|truncate(3, true, '', 0)", "v|wordwrap(3)", "v|join", "[v]|join", "[v, v]|join('a')", "['a', 'b']|join(v)", "v|reverse", "v|first", "v|last", "v|list|first",
		"v|striptags", "v|urlencode", "v|urlize", "v|escape|upper", "v|forceescape", "(v|batch(2)|first)[0]", "(v|slice(1)|first)[0]", "v|map('upper')|join",
		"(v|pprint)", "v|filesizeformat if v is number else v|trim", "v|int ~ v", "[v]|sum(start='')", "[v]|map('trim')|first", "v|tojson|upper",
	}
	kinds := map[string]any{
		"Attrs": markup.Attrs(`ab cd`), "URL": markup.URL("ab cd"), "ResourceURL": markup.ResourceURL("ab cd"), "JS": markup.JS("ab cd"), "CSS": markup.CSS("ab cd"), "JSON": markup.JSON(`ab cd`),
	}
	env := escapeEnv(t, nil)
	if err := env.AddGlobal("kind", func(v any) string { _, k, _ := markup.KindOf(v); return k.String() }); err != nil {
		t.Fatal(err)
	}
	tried := 0
	for _, op := range operations {
		tm, err := env.FromString("{{ kind(" + op + ") }}")
		if err != nil {
			t.Fatalf("%s: %v", op, err)
		}
		for name, v := range kinds {
			got, err := tm.RenderString(vars{"v": v})
			if err != nil {
				t.Logf("%s of %s: %v", op, name, err)
				continue
			}
			tried++
			made := op == "v|forceescape" || op == "v|escape|upper" || op == "v|urlize" || op == "v|tojson|upper" // markup of its own
			switch {
			case got == "text":
			case got == "HTML" && (made || name == "Attrs" || name == "JSON"):
			default:
				t.Errorf("%s of a %s is %s", op, name, got)
			}
		}
	}
	if tried < 400 {
		t.Errorf("only %d operations were tried", tried)
	}
}
