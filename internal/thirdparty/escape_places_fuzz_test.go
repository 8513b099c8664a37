package thirdparty

import (
	"fmt"
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/tdewolff/parse/v2"
	"github.com/tdewolff/parse/v2/css"
	"golang.org/x/net/html"

	"github.com/dewar-go/dewar/jinja"
	"github.com/dewar-go/dewar/markup"
)

// constructs bring the value v to its place, which is § in the whole text: PLACE. The
// texts behind the first are templates by name.
var constructs = map[string][]string{
	"inline":         {"PLACE", "{{ v }}"},
	"loop":           {"PLACE", "{% for w in [v] %}{{ w }}{% endfor %}"},
	"loops":          {"PLACE", "{% for w in [e, v] %}{{ w }}{% endfor %}"},
	"loop around":    {"{% for v in [v] %}PLACE{% endfor %}", "{{ v }}"},
	"if":             {"PLACE", "{% if v %}{{ v }}{% else %}{% endif %}"},
	"macro":          {"{% macro m(w) %}{{ w }}{% endmacro %}PLACE", "{{ m(v) }}"},
	"macro around":   {"{% macro m(v) %}PLACE{% endmacro %}{{ m(v) }}", "{{ v }}"},
	"include":        {"PLACE", "{% include 'inc' %}", "inc={{ v }}"},
	"include around": {"{% include 'inc' %}", "{{ v }}", "inc=PLACE"},
	"block":          {"PLACE", "{% block b %}{{ v }}{% endblock %}"},
	"block around":   {"{% block b %}PLACE{% endblock %}", "{{ v }}"},
	"child":          {"{% extends 'base' %}{% block b %}{{ v }}{% endblock %}", "{% block b %}{% endblock %}", "base=PLACE"},
	"child around":   {"{% extends 'base' %}{% block b %}PLACE{% endblock %}", "{{ v }}", "base=<p>{% block b %}{% endblock %}</p>"},
	"super":          {"{% extends 'base' %}{% block b %}{{ super() }}{% endblock %}", "{% block b %}{{ v }}{% endblock %}", "base=PLACE"},
	"call":           {"{% macro c() %}{{ caller() }}{% endmacro %}PLACE", "{% call c() %}{{ v }}{% endcall %}"},
	"call around":    {"{% macro c() %}{{ caller() }}{% endmacro %}{% call c() %}PLACE{% endcall %}", "{{ v }}"},
	"set":            {"{% set k %}{{ v }}{% endset %}PLACE", "{{ k }}"},
	"set around":     {"{% set k %}PLACE{% endset %}{{ k }}", "{{ v }}"},
	"filter":         {"PLACE", "{% filter trim %}{{ v }}{% endfilter %}"},
	"filter around":  {"{% filter indent(2) %}PLACE{% endfilter %}", "{{ v }}"},
	"trans":          {"PLACE", "{% trans w=v %}{{ w }}{% endtrans %}"},
	"trans around":   {"{% trans %}PLACE{% endtrans %}", "{{ v }}"},
	"format":         {"PLACE", "{{ ('%s'|safe) % v }}"},
	"concatenation":  {"PLACE", "{{ ''|safe ~ v }}"},
	"HTML":           {"PLACE", "{{ html }}"},
	"halves":         {"PLACE", "{{ v[:3] }}{{ v[3:] }}"},
	"translate":      {"PLACE", "{{ ('a'|safe).translate({97: v}) }}"},
	"xmlattr":        {"<p{{ {'title': v, 'data-x': v, 'href': v, 'onclick': v, 'style': v}|xmlattr }}>a</p>PLACE", "{{ v }}"},
}

// attributes are the constructs that make Markup of a value: in a tag it is attributes,
// each of which is escaped.
var attributes = map[string]bool{"set": true, "trans": true, "format": true, "concatenation": true, "HTML": true, "translate": true}

// places are pieces of documents. A ! before one says that the value may be a whole
// address, wherever that leads; e is empty.
var places = []string{
	`<p>§</p>`, `<p title="§">a</p>`, `<p title='a§'>a</p>`, `<p title=§>a</p>`, `<p title=a§ id=b>a</p>`, `<p §>a</p>`, `<p id=a §>a</p>`, `<p data-§="a">a</p>`,
	`<title>§</title>`, `<textarea>§</textarea>`, `<xmp>§</xmp>`, `<iframe>§</iframe>`, `<noembed>§</noembed>`, `<noscript><p title="§">§</p></noscript>`,
	`!<a href="§">a</a>`, `!<a href=§>a</a>`, `<a href="/§">a</a>`, `<a href="/{{ e }}§">a</a>`, `<a href="/{{ e }}/§">a</a>`, `<a href="/{{ e }}/u§">a</a>`,
	`<a href="/§/u§">a</a>`, `<a href="/§/§/§">a</a>`, `<a href="&#47;{{ e }}&sol;§">a</a>`, `<a href=/{{ e }}/u§>a</a>`, `<a href="\{{ e }}§">a</a>`, "<a href=\"/{{ e }}\t\n/§\">a</a>",
	`<a href="/{% if v %}§{% endif %}/u§">a</a>`, `<a href="/{% for x in [e, e] %}{{ x }}/{% endfor %}§">a</a>`, `<a href="/x?q=§&amp;p=§#§">a</a>`, `<a href="x§">a</a>`,
	`!<form method="post" action="§"><input value="§"></form>`, `<form method="post" action="/{{ e }}/u§"></form>`, `<form method="post"><button formaction="§">a</button></form>`,
	`!<form method="§" action="§"></form>`, `<form action="https://else.example/"><form method="post" action="/§"></form></form>`,
	`<script src="§"></script>`, `<script src="/§"></script>`, `<script src="//§/a.js"></script>`, `<script src="/{{ e }}/u§"></script>`, `<script src="§/u§"></script>`,
	`<link rel="stylesheet" href="§">`, `!<link rel="§" href="§">`, `<object data="§"></object>`, `<embed src="/{{ e }}/u§">`, `<base href="§">`, `!<img src="§" alt="§">`,
	`!<img srcset="§ 2x, /b 1x">`, `<meta http-equiv="refresh" content="0;url=§">`, `<meta http-equiv="refresh" content="§">`, `<meta http-equiv="refresh" content="0;/{{ e }}/u§">`,
	`<script>var a = §;</script>`, `<script>var a = "§" + '§';</script>`, "<script>var a = `§${ § }§`;</script>", `<script>a = /§/.test(b) / §;</script>`, `<script>// §
f()</script>`, `<script>a.§ = {§: 1, "§": 2};</script>`, `<script type="application/json">{"a": §, "b": "§"}</script>`, `<script type="importmap">{"imports": {"m": "§"}}</script>`,
	`<script type="module">import "§"; import a from "/§"</script>`, `<script type="text/x-template"><p title="§">§</p></script>`,
	`<button onclick="f('§', §)">a</button>`, `<button onclick=f(§)>a</button>`, `<div x-data="{a: '§'}" @click='f("§")' hx-on:click="§">a</div>`, `<button onclick='String("?a&quote=§")'>a</button>`,
	`!<style>p { color: §; background: url(§); content: "§" }</style>`, `<style>@import "§";</style>`, `<p style="color: §; font: '§'; background: url('/{{ e }}/u§')">a</p>`, `<p style="§">a</p>`,
	`<svg><title>§</title><text x="§">§</text></svg>`, `!<svg><a href="§"><text>§</text></a></svg>`, `!<svg><a><animate attributeName="href" values="/a;§"/></a></svg>`, `<svg><style>p { color: § }</style></svg>`,
	`<svg><script>var a = "§";</script></svg>`, `<math><mtext>§</mtext></math>`, `<svg><foreignObject><p title="§">§</p></foreignObject></svg>`, `<svg><desc><![CDATA[§]]></desc></svg>`,
	`<iframe srcdoc="<p>§</p>"></iframe>`, `<!-- § -->`, `<!--§-->`, `<!x §>`, `<table><tr><td>§</td></tr></table>`, `<select><option value="§">§</option></select>`, `<template><p>§</p></template>`,
}

// page makes the template of a construct and a place.
func pageOf(t testing.TB, construct, place string) (*jinja.Template, bool) {
	t.Helper()
	c := constructs[construct]
	text := strings.ReplaceAll(strings.TrimPrefix(place, "!"), "§", "\x00")
	if strings.Contains(c[1], "{% block") { // it has one place
		text = strings.Replace(text, "\x00", c[1], 1)
		text = strings.ReplaceAll(text, "\x00", "{{ v }}")
	}
	text = strings.ReplaceAll(text, "\x00", c[1])
	files := jinja.Map{"page": strings.ReplaceAll(c[0], "PLACE", text)}
	for _, f := range c[2:] {
		name, source, _ := strings.Cut(f, "=")
		files[name] = strings.ReplaceAll(source, "PLACE", text)
	}
	env, err := jinja.New(jinja.Options{
		Autoescape: jinja.Always, Loader: files, Extensions: []jinja.Extension{jinja.ExtensionI18n}, NewstyleGettext: true,
		Nonce:     func(jinja.State) (string, error) { return "N", nil },
		FormField: func(jinja.State) (markup.HTML, error) { return `<input name="token">`, nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	env.InstallNullTranslations()
	tmpl, err := env.GetTemplate("page")
	return tmpl, err == nil
}

// A reading is what a browser makes of a document: its elements with their attributes, what
// runs in it, and faults.
type reading struct {
	shape  []string
	faults []string
}

// read reads a page. anywhere says that whole addresses may lead to other sites.
func read(t testing.TB, page string, anywhere bool) (r reading) {
	t.Helper()
	doc, err := html.Parse(strings.NewReader("<!doctype html><body>" + page))
	if err != nil {
		t.Fatal(err)
	}
	for n := range doc.Descendants() {
		switch n.Type {
		case html.CommentNode:
			r.shape = append(r.shape, "comment")
		case html.ElementNode:
			r.element(n, anywhere)
		}
	}
	return r
}

func (r *reading) element(n *html.Node, anywhere bool) {
	item, vouched := n.Data, true
	var address string
	for _, a := range n.Attr {
		switch {
		case a.Key == "nonce":
			item, address = item+" nonce", address+"nonce"
			continue
		case a.Key == "src", a.Key == "href", a.Key == "action", a.Key == "formaction", a.Key == "data":
			own := leads(a.Val)
			vouched = vouched && own == ""
			if own != "" && (!anywhere || own == "script") && a.Val != "https://else.example/" {
				r.faults = append(r.faults, fmt.Sprintf("<%s %s=%q>", n.Data, a.Key, a.Val))
			}
		case strings.HasPrefix(a.Key, "on"), a.Key == "x-data", a.Key == "@click", a.Key == "hx-on:click":
			if p, ok := parsed("(" + a.Val + ")"); ok {
				item += " {" + p + "}"
			}
		case a.Key == "style":
			item += " {" + urls("a {"+a.Val+"}", anywhere) + "}"
		case a.Key == "content" && a.Val != "" && strings.IndexAny(strings.TrimLeft(a.Val, " \t\n\f\r"), ".0123456789") == 0:
			if _, to, ok := strings.Cut(a.Val, ";"); ok && leads(strings.TrimPrefix(strings.TrimSpace(to), "url=")) != "" {
				r.faults = append(r.faults, fmt.Sprintf("refresh to %q", a.Val))
			}
		case n.Data == "p" && a.Key != "title" && a.Key != "id": // names that a value writes
			continue
		}
		item += " " + a.Key
	}
	if strings.Contains(address, "nonce") && !vouched {
		r.faults = append(r.faults, "a nonce on a foreign "+n.Data)
	}
	text := ""
	if n.FirstChild != nil && (n.Data == "script" || n.Data == "style") {
		text = n.FirstChild.Data
	}
	switch n.Data {
	case "script":
		if p, ok := parsed(text); ok && n.Namespace == "" {
			item += " {" + p + "}"
		}
	case "style":
		item += " {" + urls(text, anywhere) + "}"
	case "input":
		if slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Val == "token" }) {
			for f := n.Parent; f != nil; f = f.Parent {
				for _, a := range f.Attr {
					if f.Data == "form" && a.Key == "action" && leads(a.Val) != "" {
						r.faults = append(r.faults, "a token for "+a.Val)
					}
				}
			}
			return // whether it is there depends on the address
		}
	}
	item = strings.ReplaceAll(item, " nonce", "") // whether it is there depends on the address
	r.shape = append(r.shape, item)
}

// leads says where an address leads: "" for the site, "site" for another one, "script"
// where it may run something.
func leads(address string) string {
	address = strings.NewReplacer("\t", "", "\n", "", "\r", "", "\\", "/").Replace(strings.TrimLeftFunc(address, func(r rune) bool { return r <= ' ' }))
	scheme, rest, ok := strings.Cut(address, ":")
	if ok && !strings.ContainsAny(scheme, "/?#") {
		switch strings.ToLower(scheme) {
		case "http", "https":
			if strings.HasPrefix(strings.TrimLeft(rest, "/"), "zZDewarZz") {
				return ""
			}
			return "site"
		case "javascript", "data", "vbscript", "blob":
			return "script"
		}
		return ""
	}
	if !strings.HasPrefix(address, "//") {
		return ""
	}
	u, err := url.Parse(address)
	if err == nil && (strings.HasSuffix(u.Host, "zZDewarZz.invalid") || u.Host == "app.example") {
		return ""
	}
	return "site"
}

// urls lists the rules, the brackets and the addresses of a style. anywhere says that it
// does not matter where these lead.
func urls(style string, anywhere bool) string {
	l := css.NewLexer(parse.NewInputString(style))
	var list []string
	for {
		kind, data := l.Next()
		switch kind {
		case css.ErrorToken:
			return strings.Join(list, " ")
		case css.LeftBraceToken, css.RightBraceToken, css.AtKeywordToken, css.BadURLToken, css.BadStringToken:
			list = append(list, string(data))
		case css.URLToken:
			address := strings.Trim(strings.TrimSuffix(string(data[len("url("):]), ")"), `"' `)
			if to := leads(address); to == "script" || !anywhere {
				list = append(list, "url"+to)
			} else {
				list = append(list, "url")
			}
		case css.FunctionToken:
			if f := strings.ToLower(string(data)); f == "expression(" || f == "url(" || f == "image-set(" {
				list = append(list, f)
			}
		}
	}
}

// attacks are the values that each construct brings to each place.
var attacks = []string{
	`"><img src=x onerror=alert(1)>`, `'><img src=x onerror=alert(1)>`, ` onclick=alert(1) `, "\tonclick=alert(1)", `onclick`, `javascript:alert(1)`, "java\tscript:alert(1)", " javascript:alert(1)",
	`//evil.example`, `/evil.example`, `\evil.example`, "\t/evil.example", "\n//evil.example", ` /evil.example`, `.evil.example/`, `https://evil.example/a.js`, `/\evil.example`, `@evil.example/`, `:alert(1)`, `//`, `/`, `\`,
	`</script><script>alert(1)</script>`, `";alert(1);"`, `';alert(1);'`, "`;alert(1);`", `${alert(1)}`, `-alert(1)-`, "\\", "\u2028alert(1)//", "*/alert(1)/*", `&quot;;alert(1)//`, `&#34;;alert(1)//`,
	`<!--<script>`, `-->`, `--!>`, `]]>`, `</title><img src=x>`, `</textarea><img src=x>`, `</xmp><img src=x>`, `</iframe><img src=x>`, `</style><img src=x>`, `}*{background:url(//evil.example)}`, `red;background:url(//evil.example)`,
	`expression(alert(1))`, `0;url=//evil.example`, `0;url=javascript:alert(1)`, `;//evil.example`, `#;javascript:alert(1)`, `data:text/html,<script>alert(1)</script>`, `module`, `stylesheet`, `post`, `true`, `7`, ``, ` `, "\x00", `=`, `<`, `&`, `a b`,
}

// values are the variables of a page.
func values(v string) map[string]any {
	return map[string]any{"v": v, "html": markup.Escape(v), "e": ""}
}

// try renders a page with values and compares it with what it is with a harmless one.
func try(t *testing.T, tmpl *jinja.Template, construct, place string, attacks ...string) {
	t.Helper()
	calm, err := tmpl.RenderString(values("calm"))
	if err != nil {
		return
	}
	anywhere := strings.HasPrefix(place, "!") || construct == "xmlattr"
	want := read(t, calm, anywhere)
	for _, v := range attacks {
		if v == "" && strings.Contains(constructs[construct][1]+place, "{% if v") {
			continue // it is another branch
		}
		page, err := tmpl.RenderString(values(v))
		if err != nil {
			continue
		}
		got := read(t, page, anywhere)
		if len(got.faults) > 0 {
			t.Errorf("%s in %s with %q: %q\n%s", construct, place, v, got.faults, page)
		}
		if !slices.Equal(got.shape, want.shape) && !(strings.Contains(place, " §>") && attributes[construct]) {
			t.Errorf("%s in %s with %q:\n%q is not\n%q\n%s", construct, place, v, got.shape, want.shape, page)
		}
	}
}

// TestConstructsInPlaces: no construct loses the place of a value.
func TestConstructsInPlaces(t *testing.T) {
	refused := 0
	for construct := range constructs {
		for _, place := range places {
			tmpl, ok := pageOf(t, construct, place)
			if !ok {
				refused++
				continue
			}
			try(t, tmpl, construct, place, attacks...)
		}
	}
	t.Logf("%d constructs in %d places with %d values, %d pages are refused", len(constructs), len(places), len(attacks), refused)
}

// FuzzConstructsInPlaces does the same with values that are put together at random.
func FuzzConstructsInPlaces(f *testing.F) {
	names := make([]string, 0, len(constructs))
	for name := range constructs {
		names = append(names, name)
	}
	slices.Sort(names)
	for seed := range uint64(20) {
		f.Add(seed, "evil.example")
	}
	f.Fuzz(func(t *testing.T, seed uint64, input string) {
		r := rand.New(rand.NewPCG(seed, 3))
		construct, place := names[r.IntN(len(names))], places[r.IntN(len(places))]
		tmpl, ok := pageOf(t, construct, place)
		if !ok {
			return
		}
		for range 4 {
			v := value(r, input)
			if r.IntN(3) == 0 {
				v = attacks[r.IntN(len(attacks))] + v
			}
			try(t, tmpl, construct, place, v)
		}
	})
}
