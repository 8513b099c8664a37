package jinja_test

import "testing"

// TestCutMarkup: what is cut out of Markup ends between tags, so that what is printed
// behind it is no part of a tag, a comment or a script.
func TestCutMarkup(t *testing.T) {
	const attack, bold = " onclick=alert(1) ", "<b>bold</b>"
	for source, want := range map[string]string{
		`{{ m|truncate(16, true, '', 0) }}`: bold, `{{ m|truncate(30, true) }}`: bold + "...", `{{ m|truncate(20, false, '', 0) }}`: bold,
		`{{ m[:16] }}`: bold, `{{ m[:38] }}`: bold + `<a href=http://a.example/>t`, `{{ m[:-6] }}`: bold, `{{ m[:2] }}`: "", `{{ m[0] }}`: "", `{{ m[11] }}{{ m[1] }}`: "b",
		`{{ m.split('=')[0] }}`: bold, `{{ m.rsplit('=', 1)[0] }}`: bold, `{{ m.partition('=')[0] }}`: bold, `{{ m.rpartition('/')[0] }}`: bold + `<a href=http://a.example/>t`,
		`{{ m.rstrip('>a/t<') }}`: bold + `<a href=http://a.example/>t</a>`, `{{ ('<p\ntitle=a>'|safe).splitlines()[0] }}`: "", `{{ '%.16s'|safe % m }}`: bold,
		`{{ m[::-1] }}`: `&gt;a/&lt;t&gt;/elpmaxe.a//:ptth=ferh a&lt;&gt;b/&lt;dlob&gt;b&lt;`, `{{ ('<b>'|safe)|reverse }}`: `&gt;b&lt;`, `{{ (empty ~ '<b>'|safe)[::2] }}`: `&lt;&gt;`,
		`{{ (empty ~ 'a<!-- b -->'|safe)[:6] }}`: "a", `{{ (empty ~ 'a<script>f()</script>'|safe)[:12] }}`: "a", `{{ (empty ~ 'a<title>b</title>'|safe)[:9] }}`: "a", `{{ (empty ~ 'a<p title="b>c">'|safe)[:14] }}`: "a",
		`{% set k %}<p title={{ x }}>a</p>{% endset %}{{ k[:8] }}`: "", `{% filter truncate(19, true) %}<b>bold</b><p title="{{ x }}">{% endfilter %}`: bold + "...",
		`{{ ('a < b'|safe)[:4] }}`: "a < ", `{{ ('a b'|safe)[::-1] }}`: "b a", `{{ ('a b'|safe)|truncate(3) }}`: "a b", `{{ m|truncate(300) }}`: bold + `<a href=http://a.example/>t</a>`,
	} {
		runPieces(t, nil, []pieceCase{{source, `{% set m = '<b>bold</b><a href=http://a.example/>t</a>'|safe %}{% set empty = ''|safe %}` + source + "{{ x }}", attack, want + attack}})
	}
}

// TestConstantTags: the tags of constants are the template's own.
func TestConstantTags(t *testing.T) {
	runPieces(t, nil, []pieceCase{
		{"script", `{{ '<script>'|safe }}{{ x }}{{ '</script>'|safe }}{{ x }}`, "a<", `<script>"a\u003c"</script>a&lt;`},
		{"address", `{{ '<a href="'|safe }}{{ x }}">`, "javascript:alert(1)", `<a href="#zZDewarZz">`},
		{"tag", `{{ '<p '|safe }}{{ x }}>`, "onclick=alert(1)", `<p zZDewarZz>`},
		{"choice", `{{ '<p title='|safe if yes else '<p title="">' }}{{ x }}>`, "a b", "error: different contexts"},
		{"choice of whole tags", `{{ '<b>'|safe if yes else '<i>'|safe }}{{ x }}`, "<", `<b>&lt;`},
		{"format", `{{ '<p title=%s '|safe|format('a') }}{{ x }}>`, "onclick=alert(1)", `<p title=a zZDewarZz>`},
		{"text", `{{ '<script>' }}{{ x }}`, "<", `&lt;script&gt;&lt;`},
		{"not escaped", `{% autoescape false %}{{ '<script>' }}{% endautoescape %}{{ x }}`, "<", `<script>&lt;`},
	})
}
