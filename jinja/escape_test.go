package jinja_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/dewar-go/dewar/jinja"
	"github.com/dewar-go/dewar/markup"
)

// escapeCase is a template that is rendered with the escaper that knows where
// it prints. want is the whole page, or an error when it begins with "error: ".
type escapeCase struct {
	name, source string
	vars         map[string]any
	want         string
}

func escapeEnv(t testing.TB, templates map[string]string) *jinja.Environment {
	t.Helper()
	o := jinja.Options{Autoescape: jinja.Always, Extensions: []jinja.Extension{jinja.ExtensionLoopControls}}
	if templates != nil {
		o.Loader = jinja.Map(templates)
	}
	env, err := jinja.New(o)
	if err != nil {
		t.Fatal(err)
	}
	if err := env.AddGlobal("url_for", func(endpoint string) string { return "/" + endpoint }); err != nil {
		t.Fatal(err)
	}
	return env
}

func (c *escapeCase) run(t *testing.T, templates map[string]string) {
	t.Helper()
	env := escapeEnv(t, templates)
	tm, err := env.FromString(c.source)
	got := ""
	if err == nil {
		got, err = tm.RenderString(c.vars)
	}
	if fault, ok := strings.CutPrefix(c.want, "error: "); ok {
		var e *jinja.Error
		if err == nil {
			t.Errorf("%s\n got %s\nwant the error %s", c.source, got, fault)
		} else if !errors.As(err, &e) || !strings.Contains(err.Error(), fault) {
			t.Errorf("%s\n got the error %v\nwant %s", c.source, err, fault)
		} else if e.Line == 0 {
			t.Errorf("%s: the error %v has no line", c.source, err)
		}
		return
	}
	if err != nil {
		t.Errorf("%s: %v", c.source, err)
	} else if got != c.want {
		t.Errorf("%s\n got %s\nwant %s", c.source, got, c.want)
	}
}

func runEscapeCases(t *testing.T, cases []escapeCase) {
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) { c.run(t, nil) })
	}
}

type vars = map[string]any

// The bugs of html/template's escaper from April 2023 to August 2026.
func TestCVE_2023_24538(t *testing.T) { // backquotes
	runEscapeCases(t, []escapeCase{
		{"literal", "<script>x = `{{ v }}`</script>", vars{"v": "`${alert(1)}"}, "<script>x = `\\u0060\\u0024\\u007balert(1)\\u007d`</script>"},
		{"nested", "<script>x = `${ f(`{{ v }}`) }{{ v }}`</script>", vars{"v": "`}"}, "<script>x = `${ f(`\\u0060\\u007d`) }\\u0060\\u007d`</script>"},
		{"dollar before", "<script>x = `${{ v }}`</script>", vars{"v": "{alert(1)}"}, "<script>x = `$\\u007balert(1)\\u007d`</script>"},
		{"attribute", "<a onclick=\"x = `{{ v }}`\">", vars{"v": "`"}, "<a onclick=\"x = `\\u0060`\">"},
		{"tagged", "<script>x = String.raw`{{ v }}`</script>", vars{"v": "`"}, "error: a template literal with a tag"},
	})
}

func TestCVE_2023_24539(t *testing.T) { // angle brackets and / in CSS
	runEscapeCases(t, []escapeCase{
		{"value", "<style>p { color: {{ v }} }</style>", vars{"v": "</style><script>"}, "<style>p { color: zZDewarZz }</style>"},
		{"comment by halves", `<p style="font: {{ a }}/{{ b }}">`, vars{"a": "*", "b": "*"}, `<p style="font: zZDewarZz/zZDewarZz">`},
		{"string", "<style>p::before { content: '{{ v }}' }</style>", vars{"v": "</style>"}, `<style>p::before { content: '\3c \2f style\3e ' }</style>`},
		{"url", "<style>p { background: url({{ v }}) }</style>", vars{"v": "a) </style>"}, `<style>p { background: url(a\29 \20 \3c /style\3e ) }</style>`},
	})
}

func TestCVE_2023_24540(t *testing.T) { // white space beyond ASCII
	for _, space := range []string{"\u00a0", "\ufeff", "\u2028", "\u2029", "\u3000", "\v"} {
		c := escapeCase{source: "<script>x = y" + space + "+" + space + "{{ v }}; return" + space + "/{{ v }}/</script>", vars: vars{"v": "a"},
			want: "<script>x = y" + space + "+" + space + `"a"; return` + space + "/a/</script>"}
		c.run(t, nil)
	}
}

func TestCVE_2023_29400(t *testing.T) { // an empty unquoted value
	runEscapeCases(t, []escapeCase{
		{"empty", "<input value={{ v }} class=x>", vars{"v": ""}, `<input value="" class=x>`},
		{"at the end", "<input value={{ v }}>", vars{"v": ""}, `<input value="">`},
		{"two", "<input value={{ v }}{{ w }}>", vars{"v": "", "w": "x"}, `<input value=x>`},
		{"with text behind", "<input width={{ v }}px>", vars{"v": ""}, `<input width=px>`},
		{"spaces", "<input value={{ v }}>", vars{"v": "a onclick=b"}, `<input value=a&#32;onclick&#61;b>`},
		{"in a branch", "<input value={% if a %}{{ v }}{% endif %} x>", vars{"a": true, "v": ""}, `<input value="" x>`},
		{"quotes", "<input value={{ v }}>", vars{"v": "`'\""}, `<input value=&#96;&#39;&#34;>`},
	})
}

func TestCVE_2023_39318(t *testing.T) { // comments in the manner of HTML
	runEscapeCases(t, []escapeCase{
		{"open", "<script><!-- {{ v }}\nx = {{ v }}</script>", vars{"v": "a"}, "<script><!-- \nx = \"a\"</script>"},
		{"close", "<script>\n--> {{ v }}\nx = '{{ v }}'</script>", vars{"v": "a"}, "<script>\n--> \nx = 'a'</script>"},
		{"hashbang", "<script>#! {{ v }} '\nx = {{ v }}</script>", vars{"v": "a"}, "<script>#!  '\nx = \"a\"</script>"},
		{"quote in one", "<script>x = 1 <!-- ' \ny = {{ v }}</script>", vars{"v": "a"}, "<script>x = 1 <!-- ' \ny = \"a\"</script>"},
		{"minus", "<script>while (i --> {{ v }}) {}</script>", vars{"v": 0}, "<script>while (i --> 0) {}</script>"},
	})
}

func TestCVE_2023_39319(t *testing.T) { // <script in a script
	runEscapeCases(t, []escapeCase{
		{"string", "<script>x = '{{ v }}'</script>", vars{"v": "<!--<script>"}, `<script>x = '\u003c!--\u003cscript\u003e'</script>`},
		{"value", "<script>x = {{ v }}</script>", vars{"v": "<script></script>"}, `<script>x = "\u003cscript\u003e\u003c\/script\u003e"</script>`},
		{"key", "<script>x = {{ v }}</script>", vars{"v": vars{"</script>": "<!--"}}, `<script>x = {"\u003c/script\u003e": "\u003c!--"}</script>`},
		{"literal", "<script><!-- <script> {{ v }}</script>{{ v }}", vars{"v": "a"}, "error: cannot be followed"},
		{"safe", "<script>{{ v|safe }}</script>", vars{"v": "'</SCRIPT >'"}, "error: marked safe"},
	})
}

type failingJSON struct{}

func (failingJSON) MarshalJSON() ([]byte, error) { return nil, errors.New("</script><script>alert(1)") }

func TestCVE_2024_24785(t *testing.T) { // the error of MarshalJSON
	for _, source := range []string{"<script>x = {{ v }}</script>", "<script>x = {{ v|tojson }}</script>", `<a onclick="f({{ v }})">`} {
		tm, err := escapeEnv(t, nil).FromString(source)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := tm.RenderString(vars{"v": failingJSON{}}); err == nil || got != "" {
			t.Errorf("%s: got %q, %v", source, got, err)
		}
	}
}

func TestCVE_2026_27142(t *testing.T) { // the URL of a refresh
	runEscapeCases(t, []escapeCase{
		{"prefix", `<meta http-equiv="refresh" content="0;url={{ u }}">`, vars{"u": "javascript:alert(1)"}, `<meta http-equiv="refresh" content="0;url=#zZDewarZz">`},
		{"allowed", `<meta http-equiv="refresh" content="0;url={{ u }}">`, vars{"u": "/next?a=1"}, `<meta http-equiv="refresh" content="0;url=/next?a=1">`},
		{"quoted", `<meta http-equiv="refresh" content="0;url='{{ u }}'">`, vars{"u": "javascript:alert(1)"}, `<meta http-equiv="refresh" content="0;url='#zZDewarZz'">`},
		{"whole", `<meta http-equiv="refresh" content="{{ u }}">`, vars{"u": "0;url=javascript:alert(1)"}, `<meta http-equiv="refresh" content="zZDewarZz">`},
		{"seconds", `<meta http-equiv="refresh" content="{{ n }}">`, vars{"n": 30}, `<meta http-equiv="refresh" content="30">`},
		{"rest", `<meta http-equiv="refresh" content="0;{{ u }}">`, vars{"u": "url=javascript:alert(1)"}, `<meta http-equiv="refresh" content="0;url=#zZDewarZz">`},
		{"without url=", `<meta http-equiv="refresh" content="0; {{ u }}">`, vars{"u": "javascript:alert(1)"}, `<meta http-equiv="refresh" content="0; #zZDewarZz">`},
		{"other content", `<meta name="description" content="{{ u }}">`, vars{"u": "0;url=javascript:x"}, `<meta name="description" content="0;url=javascript:x">`},
	})
}

func TestCVE_2026_39823(t *testing.T) { // white space around =
	runEscapeCases(t, []escapeCase{
		{"around", `<meta http-equiv = "refresh" content = "0; URL = {{ u }}">`, vars{"u": "javascript:alert(1)"}, `<meta http-equiv = "refresh" content = "0; URL = #zZDewarZz">`},
		{"unquoted", `<meta http-equiv=refresh content=0;url={{ u }}>`, vars{"u": "javascript:alert(1)"}, `<meta http-equiv=refresh content=0;url=#zZDewarZz>`},
	})
}

func TestCVE_2026_32289(t *testing.T) { // braces of template literals across branches
	runEscapeCases(t, []escapeCase{
		{"branches", "<script>x = `${ {% if a %}{ y: 1 }{% else %}2{% endif %} } {{ v }}`</script>", vars{"v": "${1}"}, "<script>x = `${ 2 } \\u0024\\u007b1\\u007d`</script>"},
		{"one brace more", "<script>x = `${ {% if a %}{ {% endif %}{{ v }} }`</script>", vars{"v": "a"}, "<script>x = `${ \"a\" }`</script>"},
		{"undecided", "<script>x = `${ {% if a %}{ {% endif %} 1 } {{ v }}`</script>", vars{"v": "a"}, "error: different contexts"},
		{"loop", "<script>x = `{% for i in [1, 2] %}${ { a: {{ i }} } }{% endfor %} {{ v }}`</script>", vars{"v": "`"}, "<script>x = `${ { a: 1 } }${ { a: 2 } } \\u0060`</script>"},
		{"growing loop", "<script>x = `{% for i in [1, 2] %}${ `{% endfor %} {{ v }}</script>", vars{"v": "`"}, "error: "},
		{"deep", "<script>x = `" + strings.Repeat("${`", 20) + "{{ v }}`</script>", vars{"v": "`"}, "error: cannot be followed"},
	})
}

func TestCVE_2026_39826(t *testing.T) { // a type that is empty or white space is JavaScript
	for _, typ := range []string{"", " ", "\t\n", "module", "text/javascript", "TEXT/JavaScript", " application/javascript "} {
		c := escapeCase{source: `<script type="` + typ + `">x = {{ v }}</script>`, vars: vars{"v": "alert(1)"}, want: `<script type="` + typ + `">x = "alert(1)"</script>`}
		c.run(t, nil)
	}
	runEscapeCases(t, []escapeCase{
		{"unquoted", `<script type=module>x = {{ v }}</script>`, vars{"v": "a"}, `<script type=module>x = "a"</script>`},
		{"no value", `<script type>x = {{ v }}</script>`, vars{"v": "a"}, `<script type>x = "a"</script>`},
		{"the first counts", `<script type type="text/plain">x = {{ v }}</script>`, vars{"v": "a"}, `<script type type="text/plain">x = "a"</script>`},
	})
}

func TestCVE_2026_56858(t *testing.T) { // a regular expression behind {
	runEscapeCases(t, []escapeCase{
		{"behind {", `<script>if (x) {/{{ r }}/g.test(y)}</script>`, vars{"r": "a/-alert(1)-/b"}, `<script>if (x) {/a\u002f\u002dalert\u00281\u0029\u002d\u002fb/g.test(y)}</script>`},
		{"behind }", `<script>if (x) {} /{{ r }}/g.test(y)</script>`, vars{"r": "a"}, "error: the / before the output may begin a regular expression"},
		{"behind a condition", `<script>if (x) /{{ r }}/g.test(y)</script>`, vars{"r": "a/"}, `<script>if (x) /a\u002f/g.test(y)</script>`},
		{"a division after all", "<script>x = (a) / b;\ny = {{ v }}</script>", vars{"v": "a"}, "<script>x = (a) / b;\ny = \"a\"</script>"},
		{"in brackets", `<script>x = /[{{ r }}]/</script>`, vars{"r": "a"}, "error: between the brackets"},
		{"safe", `<script>x = /{{ r|safe }}/</script>`, vars{"r": "a"}, "error: regular expression"},
		{"empty", `<script>x = /{{ r }}/</script>`, vars{"r": ""}, "<script>x = /(?:)/</script>"},
	})
}

// Values whose type says where they are safe.
func TestEscapeKinds(t *testing.T) {
	all := vars{
		"html": markup.HTML(`<b>"x"&amp;</b>`), "attrs": markup.Attrs(` class="x" onclick="f()"`), "url": markup.URL("javascript:f('x')"),
		"resource": markup.ResourceURL("data:text/css,x"), "js": markup.JS(`f("x") < 2`), "css": markup.CSS(`color: red; b: url("x")`),
		"json": markup.JSON(`{"a": "\u003c"}`),
	}
	rows := []escapeCase{
		{"HTML", `{{ html }}`, nil, `<b>"x"&amp;</b>`},
		{"HTML in an attribute", `<a title="{{ html }}">`, nil, `<a title="&#34;x&#34;&amp;">`},
		{"HTML in a title", `<title>{{ html }}</title>`, nil, `<title>&lt;b&gt;&#34;x&#34;&amp;&lt;/b&gt;</title>`},
		{"HTML in a script", `<script>x = {{ html }}</script>`, nil, `<script>x = "\u003cb\u003e\u0022x\u0022\u0026amp;\u003c\/b\u003e"</script>`},
		{"HTML in srcdoc", `<iframe srcdoc="{{ html }}"></iframe>`, nil, `<iframe srcdoc="&lt;b&gt;&#34;x&#34;&amp;amp;&lt;/b&gt;"></iframe>`},
		{"Attrs", `<a{{ attrs }}>`, nil, `<a class="x" onclick="f()">`},
		{"Attrs in a value", `<a title="{{ attrs }}">`, nil, `<a title=" class=&#34;x&#34; onclick=&#34;f()&#34;">`},
		{"HTML for Attrs", `<a {{ html }}>`, nil, `<a zZDewarZz zZDewarZz>`},
		{"URL", `<a href="{{ url }}">`, nil, `<a href="javascript:f(&#39;x&#39;)">`},
		{"URL as text", `{{ url }}`, nil, `javascript:f(&#39;x&#39;)`},
		{"ResourceURL", `<link rel="stylesheet" href="{{ resource }}">`, nil, `<link rel="stylesheet" href="data:text/css,x">`},
		{"ResourceURL of a base", `<base href="{{ resource }}">`, nil, `<base href="data:text/css,x">`},
		{"URL of a base", `<base href="{{ url }}">`, nil, `<base href="#zZDewarZz">`},
		{"JS", `<script>x = {{ js }}</script>`, nil, `<script>x = f("x") < 2</script>`},
		{"JS in a handler", `<a onclick="{{ js }}">`, nil, `<a onclick="f(&#34;x&#34;) &lt; 2">`},
		{"JS as text", `{{ js }}`, nil, `f(&#34;x&#34;) &lt; 2`},
		{"CSS", `<p style="{{ css }}">`, nil, `<p style="color: red; b: url(&#34;x&#34;)">`},
		{"CSS in a script", `<script>x = {{ css }}</script>`, nil, `<script>x = "color: red; b: url(\u0022x\u0022)"</script>`},
		{"JSON", `<script>x = {{ json }}</script>`, nil, `<script>x = {"a": "\u003c"}</script>`},
		{"JSON in double quotes", `<a data-x="{{ json }}">`, nil, `<a data-x="{&#34;a&#34;: &#34;\u003c&#34;}">`},
		{"JSON in single quotes", `<a data-x='{{ json }}'>`, nil, `<a data-x='{"a": "\u003c"}'>`},
		{"JSON in a string", `<script>x = '{{ json }}'</script>`, nil, `<script>x = '\u007b\u0022a\u0022: \u0022\\u003c\u0022\u007d'</script>`},
		{"tojson with escape", `<a onclick="f({{ html|tojson|forceescape }})">`, nil, `<a onclick="f(&#34;\u003cb\u003e\&#34;x\&#34;\u0026amp;\u003c/b\u003e&#34;)">`},
	}
	for _, c := range rows {
		t.Run(c.name, func(t *testing.T) {
			c.vars = all
			c.run(t, nil)
		})
	}
}
