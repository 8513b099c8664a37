package sanitize_test

import (
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/contrib/sanitize"
	"github.com/dewar-go/dewar/dewartest"
)

func newSanitizer(t testing.TB, p sanitize.Policy) *sanitize.Sanitizer {
	t.Helper()
	s, err := sanitize.New(p)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// wide is a policy with more than the defaults.
func wide() sanitize.Policy {
	p := sanitize.Default()
	p.Elements = append(p.Elements, "p", "br", "img", "h1", "pre", "span", "div", "table", "tr", "td", "q", "u", "hr")
	p.Attributes["img"] = []string{"src", "alt", "width"}
	p.Attributes["*"] = []string{"class", "lang"}
	p.Attributes["q"] = []string{"cite"}
	return p
}

func TestDefaults(t *testing.T) {
	s := newSanitizer(t, sanitize.Policy{})
	for _, row := range []struct{ in, want string }{
		{"", ""},
		{"text", "text"},
		{"a < b & c > d", "a &lt; b &amp; c &gt; d"},
		{"&lt;b&gt; &amp;", "&lt;b&gt; &amp;"},
		{"<b>bold</b> <i>x</i><em>y</em><strong>z</strong>", "<b>bold</b> <i>x</i><em>y</em><strong>z</strong>"},
		{"<ul><li>1</ul>", "<ul><li>1</ul>"},
		{`<a href="https://example.com" title="x" onclick="y" class="z">l</a>`, `<a href="https://example.com" title="x">l</a>`},
		{`<a href="/path?a=1&b=2#c">l</a>`, `<a href="/path?a=1&amp;b=2#c">l</a>`},
		{`<a href="mailto:ada@example.com">l</a>`, `<a href="mailto:ada@example.com">l</a>`},
		{`<a href="ftp://example.com">l</a>`, `<a>l</a>`},
		{`<a href="tel:1">l</a>`, `<a>l</a>`},
		{`<abbr title="x">y</abbr><acronym title="x">y</acronym>`, `<abbr title="x">y</abbr><acronym title="x">y</acronym>`},
		{"<p>one</p><h1>two</h1>", "onetwo"},
		{"<script>alert(1)</script>x", "x"},
		{"<style>p{}</style>x", "x"},
		{"x<!-- comment -->y", "xy"},
		{"<!DOCTYPE html><?xml version='1.0'?><![CDATA[x]]>y", "y"},
		{`<img src=x onerror=alert(1)>y`, "y"},
		{"<B>x</B>", "<b>x</b>"},
		{"<b", ""},
		{"\x00<b>\xff</b>", "�<b>�</b>"},
	} {
		if got := string(s.HTML(row.in)); got != row.want {
			t.Errorf("%q:\ngot  %q\nwant %q", row.in, got, row.want)
		}
		holds(t, s, sanitize.Default(), row.in)
	}
	if got := string(newSanitizer(t, sanitize.Text()).HTML(`<b>x</b> <a href="/">y</a> & z`)); got != "x y &amp; z" {
		t.Errorf("text: %q", got)
	}
	if got := newSanitizer(t, sanitize.Policy{}).HTML(strings.Repeat("<b>", sanitize.MaxInput)); len(got) > 3*sanitize.MaxInput {
		t.Errorf("%d bytes of a long text", len(got))
	}
}

// holds looks at the result with a parser: nothing is in it that the policy does
// not have, and a second time changes nothing.
func holds(t testing.TB, s *sanitize.Sanitizer, p sanitize.Policy, in string) {
	t.Helper()
	out := string(s.HTML(in))
	if again := string(s.HTML(out)); again != out {
		t.Errorf("%q: a second time\ngot  %q\nwant %q", in, again, out)
	}
	for _, around := range []atom.Atom{atom.Body, atom.Div, atom.Td, atom.Select} {
		nodes, err := html.ParseFragment(strings.NewReader(out), &html.Node{Type: html.ElementNode, Data: around.String(), DataAtom: around})
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range nodes {
			walk(t, p, in, out, n)
		}
	}
}

func walk(t testing.TB, p sanitize.Policy, in, out string, n *html.Node) {
	switch n.Type {
	case html.TextNode:
	case html.ElementNode:
		implied := n.Data == "tbody" // parsers put it between table and tr
		if n.Namespace != "" || !slices.Contains(p.Elements, n.Data) && !implied {
			t.Errorf("%q: the element %q stands in %q", in, n.Data, out)
		}
		for _, a := range n.Attr {
			if !slices.Contains(p.Attributes[n.Data], a.Key) && !slices.Contains(p.Attributes["*"], a.Key) {
				t.Errorf("%q: the attribute %s=%q stands in %q", in, a.Key, a.Val, out)
			}
			if slices.Contains([]string{"href", "src", "cite"}, a.Key) {
				scheme, _, has := strings.Cut(strings.ToLower(strings.TrimSpace(a.Val)), ":")
				if has && !strings.ContainsAny(scheme, "/?#") && !slices.Contains(p.Schemes, scheme) {
					t.Errorf("%q: the address %q stands in %q", in, a.Val, out)
				}
			}
		}
	default:
		t.Errorf("%q: a node of type %d stands in %q", in, n.Type, out)
	}
	for child := range n.ChildNodes() {
		walk(t, p, in, out, child)
	}
}

// TestSanitizerCVEs are the payloads of the holes in other sanitizers, and in
// the parsers below them.
func TestSanitizerCVEs(t *testing.T) {
	for cve, payloads := range map[string][]string{
		"CVE-2018-7753 bleach, entities in schemes": {
			`<a href="javas&#x09;cript:alert(1)">x</a>`, `<a href="&#14;javascript:alert(1)">x</a>`, `<a href="java&NewLine;script:alert(1)">x</a>`,
			`<a href="javascript&colon;alert(1)">x</a>`, `<a href="&#0000106avascript:alert(1)">x</a>`, `<a href="  jAvAsCrIpT:alert(1)">x</a>`,
			"<a href=\"java\x00script:alert(1)\">x</a>", "<a href=\"java\nscript:alert(1)\">x</a>", `<a href="vbscript:x">x</a>`, `<a href="data:text/html,<script>alert(1)</script>">x</a>`,
		},
		"CVE-2020-6802 bleach, noscript": {
			`<noscript><style></noscript><img src=x onerror=alert(1)>`, `<noscript><p title="</noscript><img src=x onerror=alert(1)>">`,
			`<noembed><p title="</noembed><img src=x onerror=alert(1)>">`, `<xmp><p title="</xmp><img src=x onerror=alert(1)>">`, `<noframes><a title="</noframes><img src onerror=alert(1)>">`,
		},
		"CVE-2020-6816 bleach, svg and math": {
			`<svg><style><img src=x onerror=alert(1)></style>`, `<math><noscript><style></noscript><img src onerror=alert(1)>`,
			`<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">`,
		},
		"CVE-2020-6817 bleach, style": {`<a style="background:url(javascript:alert(1))">x</a>`, `<b style="` + strings.Repeat("a:", 50_000) + `">x</b>`},
		"CVE-2021-23980 bleach, comments": {
			`<math><p></p><style><!--</style><img src/onerror=alert(1)>--></style></math>`, `<svg></p><title><!--</title><img src onerror=alert(1)>--></svg>`,
			`<!--><img src onerror=alert(1)>-->`, `<!--!><img src onerror=alert(1)>-->`, `<!-- --!><img src onerror=alert(1)>-->`, `<![CDATA[><img src onerror=alert(1)>]]>`,
		},
		"CVE-2021-29272 bluemonday, letters that fold": {
			"<ſcript>alert(1)</ſcript>", "<scrİpt>alert(1)</scrİpt>", "<ſtyle>x</ſtyle>", "<İframe src=javascript:alert(1)>", "<Kbd onclick=alert(1)>x", "<ѕcript>alert(1)</ѕcript>",
		},
		"CVE-2021-42576 bluemonday, select and style": {
			`<select><option><style><script>alert(1)</script></style></option></select>`, `<select><style><img src=x onerror=alert(1)></style></select>`, `<option><style></option></select><img src=x onerror=alert(1)></style></option>`,
		},
		"CVE-2023-3978 x/net/html, text in foreign elements": {`<svg><xmp><img src=x onerror=alert(1)></xmp></svg>`, `<math><iframe>&lt;img src=x onerror=alert(1)&gt;</iframe>`},
		"CVE-2025-22872 x/net/html, a slash at the end of a value": {
			`<math><p b=c/><img src=x onerror=alert(1)></p>`, `<svg><a href=x/><img src=x onerror=alert(1)></a></svg>`, `<a href=x/>y</a>`, `<b title=a/><script>alert(1)</script>`,
		},
		"CVE-2026-27136, CVE-2026-42502 and CVE-2026-42506 x/net/html, mutation": {
			`<svg><foreignObject><math><mi><table><mglyph><style><img src=x onerror=alert(1)>`, `<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>`,
			`<table><caption><svg><desc><table><style><img src=x onerror=alert(1)>`, `<p><svg><annotation-xml encoding="text/html"><style><img src=x onerror=alert(1)>`,
			`<template><style></template><img src=x onerror=alert(1)>`, `<a><table><a><b></table><i title="</b><img src=x onerror=alert(1)>">`, `<select><template><img src=x onerror=alert(1)>`,
			`<plaintext><b>x`, `<title><a title="</title><img src=x onerror=alert(1)>">`, `<textarea><a title="</textarea><img src=x onerror=alert(1)>">`,
		},
		"quotes and ends": {
			`<a title='"><img src=x onerror=alert(1)>'>x</a>`, "<a title=`><img src=x onerror=alert(1)>`>x</a>", `<a href="x" title="&quot;&gt;&lt;img src=x onerror=alert(1)&gt;">x</a>`,
			`<a/onclick=alert(1)>x`, `<a href=//evil.example>x</a>`, `<b <script>alert(1)</script>>x</b>`, `<<script>alert(1)//<</script>`, `<a href="http://x"onclick="alert(1)">`,
		},
	} {
		t.Run(cve, func(t *testing.T) {
			for _, payload := range payloads {
				for _, p := range []sanitize.Policy{sanitize.Default(), wide(), sanitize.Text()} {
					holds(t, newSanitizer(t, p), p, payload)
				}
			}
		})
	}
}

func TestPolicyMistakes(t *testing.T) {
	for name, p := range map[string]sanitize.Policy{
		`"svg"`: {Elements: []string{"svg"}}, `"style"`: {Elements: []string{"style"}}, `"noscript"`: {Elements: []string{"noscript"}},
		`"math"`: {Elements: []string{"math"}}, `"B"`: {Elements: []string{"B"}}, `"select"`: {Elements: []string{"select"}},
		`"onclick"`:        {Attributes: map[string][]string{"a": {"onclick"}}},
		`"style" of "b"`:   {Attributes: map[string][]string{"b": {"style"}}},
		`"src" of "b"`:     {Attributes: map[string][]string{"b": {"src"}}},
		`"href" of "*"`:    {Attributes: map[string][]string{"*": {"href"}}},
		`"srcset"`:         {Attributes: map[string][]string{"*": {"srcset"}}},
		`"xlink:href"`:     {Attributes: map[string][]string{"a": {"xlink:href"}}},
		`"p", which`:       {Attributes: map[string][]string{"p": {"title"}}},
		`"javascript"`:     {Schemes: []string{"javascript"}},
		`"data"`:           {Schemes: []string{"data"}},
		`"https:"`:         {Schemes: []string{"https:"}},
		`element "script"`: {Elements: []string{"b", "script", "i"}},
	} {
		if _, err := sanitize.New(p); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestFilter(t *testing.T) {
	render := func(e sanitize.Extension, source string) *dewartest.Response {
		app := dewar.New(dewar.Config{InstanceDir: t.TempDir(), Logger: slog.New(slog.DiscardHandler), Templates: fstest.MapFS{"p.html": {Data: []byte(source)}}})
		app.Extend(e)
		app.Get("/", func(c *dewar.Context) error {
			return c.Render("p.html", dewar.Vars{"body": `<b>x</b><i>y</i><script>alert(1)</script>&`})
		})
		return dewartest.New(t, app).Get("/")
	}
	for source, want := range map[string]string{
		`{{ body|sanitize }}`:         "<b>x</b><i>y</i>&amp;",
		`{{ body|sanitize('bold') }}`: "<b>x</b>y&amp;",
		`{{ body }}`:                  "&lt;b&gt;x&lt;/b&gt;&lt;i&gt;y&lt;/i&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;",
		`{{ body|safe|sanitize }}`:    "<b>x</b><i>y</i>&amp;",
	} {
		e := sanitize.Extension{Named: map[string]sanitize.Policy{"bold": {Elements: []string{"b"}, Attributes: map[string][]string{}}}}
		if got := render(e, source); got.Text != want {
			t.Errorf("%s: %d %s", source, got.Status, got.Text)
		}
	}
	if got := render(sanitize.Extension{}, `{{ body|sanitize('none') }}`); got.Status != 500 || strings.Contains(got.Text, "script") {
		t.Errorf("an unknown policy: %d %s", got.Status, got.Text)
	}
	app := dewar.New(dewar.Config{InstanceDir: t.TempDir(), Loopback: true})
	app.Extend(sanitize.Extension{Named: map[string]sanitize.Policy{"x": {Elements: []string{"svg"}}}})
	if _, err := app.Handler(); err == nil || !strings.Contains(err.Error(), `"svg"`) {
		t.Errorf("a wrong policy: %v", err)
	}
}

func FuzzSanitize(f *testing.F) {
	f.Add(`<a href="x">y</a><img src=x onerror=alert(1)>`)
	f.Add(`<math><p></p><style><!--</style><img src/onerror=alert(1)>--></style></math>`)
	p := wide()
	s := newSanitizer(f, p)
	f.Fuzz(func(t *testing.T, in string) { holds(t, s, p, in) })
}
