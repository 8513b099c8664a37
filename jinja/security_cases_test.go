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
		got, err = tm.RenderString(vars{"x": c.x})
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
