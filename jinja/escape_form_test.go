package jinja_test

import (
	"testing"

	"github.com/dewar-go/dewar/markup"
)

// TestTokenStaysOnTheSite: the field goes into no form whose data a browser may send to
// another site.
func TestTokenStaysOnTheSite(t *testing.T) {
	templates := map[string]string{
		"form":   `<form method="post" action="/a"></form>`,
		"button": `<button formaction="https://evil.example/">`,
	}
	runPieces(t, templates, []pieceCase{
		{"in a form", `<form method="post"><form method="post" action="/b"></form>`, nil, `<form method="post">[token]<form method="post" action="/b"></form>`},
		{"in a foreign form", `<form action="https://evil.example/"><form method="post" action="/b"></form>`, nil,
			`<form action="https://evil.example/"><form method="post" action="/b"></form>`},
		{"behind a foreign form", `<form action="https://evil.example/"></form><form method="post" action="/b"></form>`, nil,
			`<form action="https://evil.example/"></form><form method="post" action="/b">[token]</form>`},
		{"in a form of a value", `<form method="post" action="{{ bad }}"><form method="post"></form>`, nil,
			`<form method="post" action="https://evil.example/"><form method="post"></form>`},
		{"included in a form", `<form action="https://evil.example/">{% include "form" %}</form>{% include "form" %}`, nil,
			`<form action="https://evil.example/"><form method="post" action="/a"></form></form><form method="post" action="/a">[token]</form>`},
		{"opened by a macro", `{% macro open(a) %}<form method="post" action="{{ a }}">{% endmacro %}{{ open(bad) }}{{ open('/a') }}</form>{{ open('/a') }}`, nil,
			`<form method="post" action="https://evil.example/"><form method="post" action="/a"></form><form method="post" action="/a">[token]`},
		{"in a call block", `{% macro m() %}<form action="https://evil.example/">{{ caller() }}</form>{% endmacro %}{% call m() %}<form method="post">{% endcall %}`, nil,
			`<form action="https://evil.example/"><form method="post"></form>`},
		{"in each branch", `{% if yes %}<form method="post">{% else %}<form method="post" id="a">{% endif %}</form>`, nil, `<form method="post">[token]</form>`},
		{"in one of two branches", `{% if yes %}<form method="post">{% endif %}<form method="post"></form>`, nil, `<form method="post">[token]<form method="post"></form>`},
		{"in a loop", `{% for i in [1, 2] %}<form method="post"></form>{% endfor %}`, nil, `<form method="post">[token]</form><form method="post">[token]</form>`},
		{"formaction", `<form method="post"><button formaction="https://evil.example/"></form>`, nil, `<form method="post"><button formaction="https://evil.example/"></form>`},
		{"formaction without a scheme", `<form method="post"><input type="image" formaction=//evil.example/></form>`, nil,
			`<form method="post"><input type="image" formaction=//evil.example/></form>`},
		{"formaction by references", `<form method="post"><button formaction = '&#x2f;/evil.example/'></form>`, nil,
			`<form method="post"><button formaction = '&#x2f;/evil.example/'></form>`},
		{"formaction of a later text", `<form method="post">{{ x }}<button formaction="https://evil.example/"></form>`, "a",
			`<form method="post">a<button formaction="https://evil.example/"></form>`},
		{"formaction of a macro", `{% macro m() %}<button formaction="https://evil.example/">{% endmacro %}<form method="post">{{ m() }}</form>`, nil,
			`<form method="post"><button formaction="https://evil.example/"></form>`},
		{"formaction of an include", `<form method="post">{% include "button" %}</form>`, nil, `<form method="post"><button formaction="https://evil.example/"></form>`},
		{"formaction on the site", `<form method="post"><button formaction="/b"></form>`, nil, `<form method="post">[token]<button formaction="/b"></form>`},
		{"formaction of a value", `<form method="post"><button formaction="{{ bad }}"></form>`, nil, `<form method="post">[token]<button formaction="#zZDewarZz"></form>`},
		{"action twice", `<form method="post" action="https://evil.example/" action="/a"></form>`, nil, `<form method="post" action="https://evil.example/" action="/a"></form>`},
		{"action twice, the first counts", `<form method="post" action="/a" action="https://evil.example/"></form>`, nil,
			`<form method="post" action="/a" action="https://evil.example/">[token]</form>`},
		{"action of pieces", `<form method="post" action="/{{ x }}/u.example"></form>`, "", `<form method="post" action="/./u.example">[token]</form>`},
		{"action by xmlattr", `<form method="post"{{ {'action': bad}|xmlattr }}>`, nil, `<form method="post" action="https://evil.example/">`},
		{"action in Markup", `<form method="post" {{ x }}>`, markup.Attrs(`action='//evil.example'`), `<form method="post" action='//evil.example'>`},
		{"method of a value", `<form method="{{ x }}" action="{{ bad }}">`, "POST", `<form method="POST" action="https://evil.example/">`},
	})
}
