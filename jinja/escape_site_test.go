package jinja_test

import (
	"testing"

	"github.com/dewar-go/dewar/jinja"
	"github.com/dewar-go/dewar/markup"
)

// What runs or applies is not loaded from elsewhere unless the program vouches for
// its address.
func TestResourcesComeFromTheSite(t *testing.T) {
	for _, row := range []struct {
		source string
		a, b   any
		want   string
	}{
		{`<script src="{{ a }}"></script>`, "/static/x.js", nil, `<script src="/static/x.js"></script>`},
		{`<script src="{{ a }}"></script>`, "//evil.example/x.js", nil, `<script src="#zZDewarZz"></script>`},
		{`<script src="{{ a }}"></script>`, "https://evil.example/x.js", nil, `<script src="#zZDewarZz"></script>`},
		{`<script src="{{ a }}"></script>`, markup.ResourceURL("https://cdn.example/x.js"), nil, `<script src="https://cdn.example/x.js"></script>`},
		{`<script src="{{ a|safe }}"></script>`, "https://cdn.example/x.js", nil, `<script src="https://cdn.example/x.js"></script>`},
		{`<script src="https://cdn.example/{{ a }}"></script>`, "x.js", nil, `<script src="https://cdn.example/x.js"></script>`},
		{`<script src="{{ a }}{{ b }}"></script>`, "", "//evil.example/x.js", `<script src="#zZDewarZz"></script>`},
		{`<script src="{{ a }}{{ b }}"></script>`, "/static", "/x.js", `<script src="/static/x.js"></script>`},
		{`<link rel=stylesheet href="{{ a }}">`, "//evil.example/x.css", nil, `<link rel=stylesheet href="#zZDewarZz">`},
		{`<link rel=canonical href="{{ a }}">`, "https://www.example/", nil, `<link rel=canonical href="https://www.example/">`},
		{`<object data="{{ a }}"></object>`, "//evil.example/x", nil, `<object data="#zZDewarZz"></object>`},
		{`<iframe src="{{ a }}"></iframe>`, "https://video.example/1", nil, `<iframe src="https://video.example/1"></iframe>`},
		{`<style>@import "{{ a }}";</style>`, "//evil.example/x.css", nil, `<style>@import "#zZDewarZz";</style>`},
		{`<style>@import url({{ a }});</style>`, "//evil.example/x.css", nil, `<style>@import url(#zZDewarZz);</style>`},
		{`<style>@import "/{{ a }}";</style>`, "/evil.example/x.css", nil, `<style>@import "/%2Fevil.example/x.css";</style>`},
		{`<a href="&#47;{{ a }}">`, "/evil.example", nil, `<a href="&#47;%2Fevil.example">`},
		{`<a href="/?a=&amp;{{ a }}">`, "x", nil, `<a href="/?a=&amp;x">`},
		{`<style>p{background:url("{{ a }}")}</style>`, "//cdn.example/x.png", nil, `<style>p{background:url("//cdn.example/x.png")}</style>`},
	} {
		env, err := jinja.New(jinja.Options{Autoescape: jinja.Always})
		if err != nil {
			t.Fatal(err)
		}
		tmpl, err := env.FromString(row.source)
		if err != nil {
			t.Errorf("%s: %v", row.source, err)
			continue
		}
		if got, err := tmpl.RenderString(map[string]any{"a": row.a, "b": row.b}); err != nil || got != row.want {
			t.Errorf("%s with %q and %q:\ngot  %s\nwant %s, %v", row.source, row.a, row.b, got, row.want, err)
		}
	}
}
