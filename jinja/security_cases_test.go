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
