package thirdparty

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/dewar-go/dewar/jinja"
)

// pieces are the parts that the fuzzer makes templates of. § is where an output
// goes.
var pieces = []string{
	`<p>§</p>`, `<p title="§">a</p>`, `<p title='§'>a</p>`, `<p title=§>a</p>`, `<p class=a-§ id=b>a</p>`,
	`<a href="§">a</a>`, `<a href=§>a</a>`, `<a href="/x/§?a=§#§">a</a>`, `<a href="§§">a</a>`, `<img srcset="§ 2x, /b 1x">`,
	`<form action="§"><input value="§"></form>`, `<textarea>§</textarea>`, `<title>§</title>`, `<!-- § -->`, `<!--§-->`, `<!§>`,
	`<script>var a = §;</script>`, `<script>var a = "§" + '§';</script>`, "<script>var a = `§${ § }§`;</script>", `<script>a = /§/.test(b);</script>`,
	"<script>// §\nf()</script>", `<script>/* § */</script>`, `<script type="application/json">{"a": §, "b": "§"}</script>`,
	`<script type="text/x-template"><p>§</p></script>`, `<button onclick="f('§', §)">a</button>`, `<button onclick=f(§)>a</button>`,
	`<div x-data="{a: '§'}" @click='f("§")'>a</div>`, `<style>p { color: §; background: url(§); content: "§" }</style>`,
	`<style>/* § */</style>`, `<p style="color: §; font: '§'">a</p>`, `<svg><title>§</title><a href="§"><text x="§">§</text></a></svg>`,
	`<svg><style>p { color: § }</style></svg>`, `<svg><script>var a = "§";</script></svg>`, `<math><mtext>§</mtext></math>`,
	`<select><option value="§">§</option></select>`, `<table><tr><td>§</td></tr></table>`, `<iframe srcdoc="§"></iframe>`,
	`<meta name="a" content="§">`, `<noscript><p title="§">§</p></noscript>`, `<template><p>§</p></template>`, `<ul><li>§<li>§</ul>`,
}

// ways are how an output is written; $ is the variable.
var ways = []string{
	"{{ $ }}", "{{ $ }}", "{{ $ }}", "{% if $ %}{{ $ }}{% endif %}", "{% for v in [$] %}{{ v }}{% endfor %}", "{{ show($) }}",
	"{{ $|e }}", "{{ $|tojson }}", "{{ '%s'|format($) }}", "{{ ('<b>'|safe) ~ $ }}", "{{ [$, $]|join(',') }}", "{{ $|upper }}",
	"{{ $|urlize }}", "{{ $|indent }}", "{% set c %}{{ $ }}{% endset %}{{ c }}", "{% filter trim %}{{ $ }}{% endfilter %}",
}

// hostile are the parts that the fuzzer makes values of, besides its own input.
var hostile = []string{
	`<`, `>`, `"`, `'`, "`", `&`, `=`, `/`, `\`, ` `, "\t", "\n", "\r", "\f", "\x00", `-`, `--`, `-->`, `--!>`, `<!--`, `]]>`, `<![CDATA[`, `</`, `/>`, `<script`, `</script`,
	`</style>`, `</title>`, `</textarea>`, `</p>`, `</svg>`, `<svg>`, `<math>`, `<style>`, `onclick=`, ` x=y `, `javascript:`, `${`, `}`, `{`, `*/`, `/*`, `//`, `&quot;`, `&#39;`, `&lt;`, "\u2028", "\u00a0", "\ufeff", `a`, `1`, `;`, `,`,
}

// FuzzEscaping renders templates that are made of random pieces with random hostile
// values, and with harmless ones: a parser of HTML must find the same elements with
// the same names of attributes in both.
func FuzzEscaping(f *testing.F) {
	f.Add(uint64(1), `"><script>alert(1)</script>`)
	f.Add(uint64(2), `</script><svg onload=alert(1)>`)
	f.Add(uint64(3), "`${alert(1)}`")
	f.Add(uint64(4), ` onclick=alert(1) `)
	f.Add(uint64(5), ``)
	f.Fuzz(func(t *testing.T, seed uint64, input string) {
		r := rand.New(rand.NewPCG(seed, 1))
		var source strings.Builder
		source.WriteString("{% macro show(v) %}{{ v }}{% endmacro %}")
		vars := map[string]any{}
		calm := map[string]any{}
		for range 1 + r.IntN(4) {
			piece := pieces[r.IntN(len(pieces))]
			for i, part := range strings.Split(piece, "§") {
				if i > 0 {
					name := fmt.Sprintf("v%d", len(vars))
					source.WriteString(strings.ReplaceAll(ways[r.IntN(len(ways))], "$", name))
					vars[name], calm[name] = value(r, input), "calm"
				}
				source.WriteString(part)
			}
		}
		env, err := jinja.New(jinja.Options{Autoescape: jinja.Always})
		if err != nil {
			t.Fatal(err)
		}
		tmpl, err := env.FromString(source.String())
		if err != nil {
			return // refused
		}
		want, err := tmpl.RenderString(calm)
		if err != nil {
			return
		}
		got, err := tmpl.RenderString(vars)
		if err != nil {
			return
		}
		if a, b := shape(t, want), shape(t, got); !slices.Equal(a, b) {
			t.Errorf("%s\nwith %q\nhas %q\nwant %q\nin %s", source.String(), vars, b, a, got)
		}
	})
}

// value makes a hostile value.
func value(r *rand.Rand, input string) string {
	var b strings.Builder
	for range r.IntN(6) {
		if r.IntN(4) == 0 {
			b.WriteString(input)
		} else {
			b.WriteString(hostile[r.IntN(len(hostile))])
		}
	}
	return b.String()
}

// shape lists the elements of a document with the names of their attributes, and
// that there are comments.
func shape(t *testing.T, text string) (list []string) {
	t.Helper()
	doc, err := html.Parse(strings.NewReader("<!doctype html><body>" + text))
	if err != nil {
		t.Fatal(err)
	}
	for n := range doc.Descendants() {
		switch n.Type {
		case html.ElementNode:
			// urlize makes links, and safe text holds a b: both are the template's own.
			if n.Data == "b" || n.Data == "a" && n.Namespace == "" && slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == "rel" && a.Val == "noopener" }) {
				continue
			}
			item := n.Data
			for _, a := range n.Attr {
				item += " " + a.Key
			}
			list = append(list, item)
		case html.CommentNode:
			list = append(list, "comment")
		}
	}
	return list
}
