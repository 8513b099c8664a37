package jinja_test

import (
	"strings"
	"testing"

	"github.com/dewar-go/dewar/jinja"
	"github.com/dewar-go/dewar/markup"
)

// A script whose type is one output holds data when outputs are in it: the render holds
// the type to that.
func TestScriptTypeOfAnOutput(t *testing.T) {
	const script = `<script type="{{ t }}">{{ x }}</script>`
	const refusal = "error: the type of the script is an output"
	templates := map[string]string{
		"base.html": `<script type="{{ t }}">{% block b %}{% endblock %}</script>`, "part.html": `{{ x }}`,
	}
	for _, row := range []struct {
		name, source string
		t, x         any
		want         string
	}{
		{"data", script, "text/x-template", "<b>", `<script type="text/x-template">&lt;b&gt;</script>`},
		{"JSON", `<script type="{{ t }}">{{ x|tojson }}</script>`, "application/vnd.a+json", `</script>"`, `<script type="application/vnd.a+json">"\u003c/script\u003e\""</script>`},
		{"loop inside", `<script type='{{ t }}'>{% for i in [1, 2] %}{{ x }};{% endfor %}</script>`, "text/csv", "a", `<script type='text/csv'>a;a;</script>`},
		{"loop around", `{% for i in [1, 2] %}<script type="{{ t }}">{{ x }}</script>{% endfor %}`, "module", "a", `<script type="zZDewarZz">a</script><script type="zZDewarZz">a</script>`},
		{"branches", `{% if x %}<script type="{{ t }}">{% else %}<script type="{{ x }}">{% endif %}{{ x }}</script>`, "text/javascript", "a", `<script type="zZDewarZz">a</script>`},
		{"JavaScript", script, "text/javascript", "alert(1)", `<script type="zZDewarZz">alert(1)</script>`},
		{"JavaScript with a parameter", script, "TEXT/javascript; charset=utf-8", "alert(1)", `<script type="zZDewarZz">alert(1)</script>`},
		{"JavaScript in white space", script, "\n module\f", "alert(1)", `<script type="zZDewarZz">alert(1)</script>`},
		{"nothing", script, "", "alert(1)", `<script type="zZDewarZz">alert(1)</script>`},
		{"import map", script, "importmap", `{}`, `<script type="zZDewarZz">{}</script>`},
		{"Babel", script, "text/babel", "alert(1)", `<script type="zZDewarZz">alert(1)</script>`},
		{"Markup", script, markup.HTML("text/<b>javascript"), "alert(1)", `<script type="zZDewarZz">alert(1)</script>`},
		{"without quotes", `<script type={{ t }}>{{ x }}</script>`, "", "alert(1)", `<script type=zZDewarZz>alert(1)</script>`},
		{"end of the script", script, "text/plain", "</script><img src=x onerror=alert(1)>", `<script type="text/plain">&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;</script>`},
		{"no output inside", `<script type="{{ t }}" src="/a.js"></script>`, "module", nil, `<script type="module" src="/a.js"></script>`},
		{"no output inside, then one", `<script type="{{ t }}" src="/a.js"></script>{{ y }}<script type="{{ t }}">{{ x }}</script>`, "module", "a", `<script type="module" src="/a.js"></script><script type="zZDewarZz">a</script>`},
		{"text beside", `<script type="text/{{ t }}">{{ x }}</script>`, "javascript", "alert(1)", refusal},
		{"text behind", `<script type="{{ t }}/javascript">{{ x }}</script>`, "text", "alert(1)", refusal},
		{"two outputs", `<script type="{{ t }}{{ t }}">{{ x }}</script>`, "a", "alert(1)", refusal},
		{"a branch in it", `<script type="{% if t %}text/{% endif %}{{ t }}">{{ x }}</script>`, "javascript", "alert(1)", refusal},
		{"safe", `<script type="{{ t|safe }}">{{ x }}</script>`, "module", "alert(1)", refusal},
		{"attributes before it", `<script {{ x }} type="{{ t }}">{{ x }}</script>`, "module", "checked", refusal},
		{"macro for the type", `{% macro m() %}{{ t }}{% endmacro %}<script type="{{ m() }}">{{ x }}</script>`, "module", "alert(1)", refusal},
		{"the second type", `<script type="text/plain" type="{{ t }}">{{ x }}</script>`, "module", "<", `<script type="text/plain" type="module">&lt;</script>`},
		{"the first type", `<script type="{{ t }}" type="text/plain">{{ x }}</script>`, "module", "<", `<script type="zZDewarZz" type="text/plain">&lt;</script>`},
		{"block of a child", `{% extends "base.html" %}{% block b %}{{ x }}{% endblock %}`, "module", "alert(1)", refusal},
		{"include", `<script type="{{ t }}">{% include "part.html" %}</script>`, "module", "alert(1)", refusal},
		{"macro inside", `{% macro m() %}{{ x }}{% endmacro %}<script type="{{ t }}">{{ m() }}</script>`, "module", "alert(1)", refusal},
		{"caller", `{% macro m() %}<script type="{{ t }}">{{ caller() }}</script>{% endmacro %}{% call m() %}{{ x }}{% endcall %}`, "module", "alert(1)", refusal},
	} {
		t.Run(row.name, func(t *testing.T) {
			c := escapeCase{source: row.source, vars: vars{"t": row.t, "x": row.x}, want: row.want}
			c.run(t, templates)
		})
	}
}

// Addresses of data that is no document may be completed by outputs, and the < before
// an output in a title or text area is text.
func TestPlainDataAndText(t *testing.T) {
	for _, row := range []struct{ source, x, want string }{
		{`<a download href="data:text/csv;charset=utf-8,{{ x }}">`, "a,b\n<", "<a download href=\"data:text/csv;charset=utf-8,a,b\n&lt;\">"},
		{`<a href="data:,{{ x }}">`, "a", `<a href="data:,a">`},
		{`<a href="data:image/png;base64,{{ x }}">`, "AA==", `<a href="data:image/png;base64,AA==">`},
		{`<a href="data:text/html,{{ x }}">`, "a", "error: that may be a document"},
		{`<a href="data:image/svg+xml,{{ x }}">`, "a", "error: that may be a document"},
		{`<a href="data:text/plain{{ x }}">`, "a", "error: that may be a document"},
		{`<a href="data:text/plain;{{ x }},">`, "a", "error: that may be a document"},
		{`<a href="data:{{ x }}">`, "a", "error: that may be a document"},
		{`<iframe src="data:text/plain,{{ x }}"></iframe>`, "a", "error: that may be a document"},
		{`<script src="data:text/plain,{{ x }}"></script>`, "a", "error: that may be a document"},
		{`<a href="JavaScript:f('{{ x }}')">`, "a", `error: write a handler, <button onclick="f({{ … }})">`},
		{`<textarea>Signed-off-by: <{{ x }}></textarea>`, "user@example.com", `<textarea>Signed-off-by: &lt;user@example.com></textarea>`},
		{`<textarea><{{ x }}</textarea>`, "/textarea><img src=x onerror=alert(1)>", `<textarea>&lt;/textarea&gt;&lt;img src=x onerror=alert(1)&gt;</textarea>`},
		{`<title>a</{{ x|safe }}</title>`, "title><script>", `<title>a&lt;/title><script></title>`},
		{`<title></tit{{ x }}le></title>`, "", `<title>&lt;/title></title>`},
		{`<xmp><{{ x }}</xmp>`, "/xmp>", "error: completes a tag"},
	} {
		c := escapeCase{source: row.source, vars: vars{"x": row.x}, want: row.want}
		c.run(t, nil)
	}
}

// A < in a translated text area stays what it is, and no tag.
func TestTagStartInMessages(t *testing.T) {
	env := piecesEnv(t, nil)
	for _, x := range []string{"/textarea><img src=x onerror=alert(1)>", "textarea><img src=x onerror=alert(1)>", "a"} {
		for _, source := range []string{"{% trans y=x %}<textarea><{{ y }}</textarea>{% endtrans %}", "{% trans y=x %}<textarea></{{ y }}</textarea>{% endtrans %}", `{{ "<title><%s</title>"|safe|format(x) }}`} {
			tm, err := env.FromString(source)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := tm.RenderString(vars{"x": x}); err != nil || strings.Contains(got, "<img") || strings.Count(strings.ToLower(got), "</t") > 2 {
				t.Errorf("%s of %q: %s, %v", source, x, got, err)
			}
		}
	}
}

// An application's own schemes are taken in links and nowhere else.
func TestLinkSchemes(t *testing.T) {
	env, err := jinja.New(jinja.Options{Autoescape: jinja.Always, LinkSchemes: []string{"myapp", "Web+Thing"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct{ source, x, want string }{
		{`<a href="{{ x }}">`, "myapp://a?b=c", `<a href="myapp://a?b=c">`},
		{`<a href="{{ x }}">`, " MyApp:a", `<a href=" MyApp:a">`},
		{`<a href="{{ x }}">`, "web+thing:a", `<a href="web+thing:a">`},
		{`<a href="{{ y }}{{ x }}">`, "myapp:a", `<a href="myapp:a">`},
		{`<a href="{{ x }}://a">`, "myapp", `<a href="myapp://a">`},
		{`<a {{ {"href": x}|xmlattr }}>`, "myapp:a", `<a  href="myapp:a">`},
		{`<a href="{{ x }}">`, "myapp2:a", `<a href="#zZDewarZz">`},
		{`<a href="{{ x }}">`, "javascript:myapp:a", `<a href="#zZDewarZz">`},
		{`<a href="{{ x }}">`, "java\tscript:myapp:a", `<a href="#zZDewarZz">`},
		{`<a href="a{{ x }}">`, "myapp:a", `<a href="a#zZDewarZz">`},
		{`<script src="{{ x }}"></script>`, "myapp:a", `<script src="#zZDewarZz"></script>`},
		{`<script src="{{ y }}{{ x }}"></script>`, "myapp:a", `<script src="#zZDewarZz"></script>`},
		{`<button formaction="{{ x }}">`, "myapp:a", `<button formaction="#zZDewarZz">`},
		{`<iframe src="{{ x }}"></iframe>`, "myapp:a", `<iframe src="#zZDewarZz"></iframe>`},
	} {
		tm, err := env.FromString(row.source)
		got := ""
		if err == nil {
			got, err = tm.RenderString(vars{"x": row.x})
		}
		if strings.Replace(got, "<a  ", "<a ", 1) != strings.Replace(row.want, "<a  ", "<a ", 1) || err != nil {
			t.Errorf("%s of %q: %s, %v, want %s", row.source, row.x, got, err, row.want)
		}
	}
	for _, bad := range []string{"javascript", "JavaScript", "data", "blob", "vbscript", "myapp:", "", "1a", "my app"} {
		if _, err := jinja.New(jinja.Options{LinkSchemes: []string{bad}}); err == nil || !strings.Contains(err.Error(), "is no scheme of links") {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// A setting may name the host of what runs, alone or before the template's own text.
func TestSettingsInAddresses(t *testing.T) {
	env := escapeEnv(t, nil)
	config := vars{"CDN": "https://cdn.example", "TYPED": markup.ResourceURL("https://cdn.example/a.js")}
	for _, row := range []struct{ source, want string }{
		{`<script src="{{ config.CDN ~ '/a.js' }}"></script>`, `<script src="https://cdn.example/a.js"></script>`},
		{`<link rel="stylesheet" href="{{ config['CDN'] ~ '/' ~ 'a.css' }}">`, `<link rel="stylesheet" href="https://cdn.example/a.css">`},
		{`<script src="{{ config.CDN }}/a.js"></script>`, `<script src="https://cdn.example/a.js"></script>`},
		{`<script src="{{ config.TYPED }}"></script>`, `<script src="https://cdn.example/a.js"></script>`},
		{`<base href="{{ config.CDN }}">`, `<base href="https://cdn.example">`},
		{`<base href="{{ url_for('index') }}">`, `<base href="/index">`},
		{`<base href="{{ x }}">`, `<base href="#zZDewarZz">`},
		{`<script src="{{ config.CDN ~ x }}"></script>`, `<script src="#zZDewarZz"></script>`},
		{`<script src="{{ x ~ '/a.js' }}"></script>`, `<script src="#zZDewarZz"></script>`},
	} {
		tm, err := env.FromString(row.source)
		got := ""
		if err == nil {
			got, err = tm.RenderString(vars{"config": config, "x": "https://evil.example"})
		}
		if got != row.want || err != nil {
			t.Errorf("%s: %s, %v, want %s", row.source, got, err, row.want)
		}
	}
}
