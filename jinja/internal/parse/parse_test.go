package parse

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/dewar-go/dewar/jinja/internal/ast"
	"github.com/dewar-go/dewar/jinja/internal/lex"
)

// Jinja2 3.1.6 differs from the 3.1.2 that made the goldens.
func TestSince312(t *testing.T) {
	x := Extensions{I18n: &I18n{}}
	for _, row := range []struct{ name, source, want string }{
		{"namespace in a tuple", "{% set a, n.b = 1, 2 %}", ""},
		{"namespaces in a tuple", "{% set n.a, n.b = 1, 2 %}", ""},
		{"nested tuple", "{% set (a, n.b) = 1, 2 %}", "can't assign to 'tuple'"},
		{"output in a required block", "{% block a required %}{{ x }}{% endblock %}", "Required blocks can only contain comments or whitespace"},
		{"statement in a required block", "{% block a required %}{% if x %}{% endif %}{% endblock %}", "Required blocks can only contain comments or whitespace"},
		{"nested trans", "{% trans %}{% trans %}{% endtrans %}", "trans blocks can't be nested; did you mean `endtrans`?"},
		{"control structure in trans", "{% trans %}{% if %}{% endtrans %}", "control structures in translatable sections are not allowed; saw `if`"},
		{"no name in trans", "{% trans %}{% 1 %}{% endtrans %}", "control structures in translatable sections are not allowed; saw `None`"},
		{"second pluralize", "{% trans n=1 %}{% pluralize %}{% pluralize %}{% endtrans %}", "a translatable section can have only one pluralize section"},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, err := Parse(row.source, "", lex.Options{}, x)
			if row.want == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			var e *Error
			if !errors.As(err, &e) || e.Message != row.want {
				t.Fatalf("got %v, want %q", err, row.want)
			}
		})
	}
}

func TestErrorPosition(t *testing.T) {
	_, err := Parse("a\r\nb\r\n  {{ x y }}", "page.html", lex.Options{}, Extensions{})
	want := &Error{
		Class: "TemplateSyntaxError", Message: "expected token 'end of print statement', got 'y'",
		Line: 3, Column: 8, Name: "page.html", Source: "a\nb\n  {{ x y }}",
	}
	if !reflect.DeepEqual(err, want) {
		t.Fatalf("got %#v", err)
	}
}

func TestExpression(t *testing.T) {
	for _, row := range []struct{ source, want string }{
		{"a + 1", ""},
		{"a if b", ""},
		{"a }}", "chunk after expression"},
		{"a, b", "chunk after expression"},
		{"a b", "chunk after expression"},
		{"", "unexpected 'end of template'"},
		{"(a", "unexpected end of template, expected ')'."},
		{"a }} x {{ b", "chunk after expression"},
	} {
		e, err := Expression(row.source, lex.Options{})
		var got string
		if err != nil {
			got = err.(*Error).Message
		}
		if got != row.want || (e == nil) != (row.want != "") {
			t.Errorf("%q: %q, want %q", row.source, got, row.want)
		}
	}
}

// No source can exhaust the stack.
func TestDepth(t *testing.T) {
	const n = 100_000
	for _, source := range []string{
		"{{ " + strings.Repeat("(", n), "{{ " + strings.Repeat("[", n), "{{ " + strings.Repeat("{1:", n),
		"{{ " + strings.Repeat("not ", n) + "a }}", "{{ " + strings.Repeat("- ", n) + "a }}",
		"{{ a" + strings.Repeat(".b", n) + " }}", "{{ a" + strings.Repeat("[0]", n) + " }}", "{{ a" + strings.Repeat("()", n) + " }}",
		"{{ a" + strings.Repeat("|b", n) + " }}", "{{ a" + strings.Repeat(" is b", n) + " }}",
		"{{ a" + strings.Repeat(" + a", n) + " }}", "{{ a" + strings.Repeat(" * a", n) + " }}", "{{ a" + strings.Repeat(" ** a", n) + " }}",
		"{{ a" + strings.Repeat(" or a", n) + " }}", "{{ a" + strings.Repeat(" and a", n) + " }}",
		"{{ a" + strings.Repeat(" if a else b", n) + " }}", "{{ a" + strings.Repeat(" if a", n) + " }}",
		strings.Repeat("{% if a %}", n), strings.Repeat("{% for a in b %}", n), strings.Repeat("{% block a %}", n),
		"{% set " + strings.Repeat("(", n), "{% filter a" + strings.Repeat("|b", n) + " %}", "{% set a" + strings.Repeat("|b", n) + " %}",
		"{{ a" + strings.Repeat("[b(", n), "{{ x is " + strings.Repeat("y is ", n), "{{ f(" + strings.Repeat("*f(", n),
	} {
		_, err := Parse(source, "", lex.Options{}, Extensions{})
		if err == nil {
			t.Errorf("%.20q…: no error", source)
			continue
		}
		m := err.(*Error).Message
		if !strings.Contains(m, "nested") && !strings.Contains(m, "chain multiple tests") && !strings.Contains(m, "'end of print statement'") {
			t.Errorf("%.20q…: %s", source, m)
		}
	}
	// What is flat is not bounded.
	for _, source := range []string{
		"{{ a" + strings.Repeat(" ~ a", n) + " }}", "{{ [" + strings.Repeat("a, ", n) + "] }}",
		"{% if a %}" + strings.Repeat("{% elif a %}", n) + "{% endif %}", strings.Repeat("{% if a %}{% endif %}", n),
		strings.Repeat("{{ a.b|c + 1 }}", n),
	} {
		if _, err := Parse(source, "", lex.Options{}, Extensions{}); err != nil {
			t.Errorf("%.20q…: %v", source, err)
		}
	}
}

func TestCustomTag(t *testing.T) {
	cache := func(p *Parser) ([]ast.Stmt, error) {
		pos := p.Pos()
		p.Next()
		key := p.ParseExpression()
		if p.SkipIf("comma") {
			key = p.ParseTuple()
		}
		body := p.ParseStatements("endcache")
		p.Expect("name:endcache")
		call := &ast.Call{Pos: pos, Node: &ast.Const{Pos: pos, Value: strings.ToUpper}, Args: []ast.Expr{key}}
		return []ast.Stmt{&ast.CallBlock{Pos: pos, Call: call, Body: body}}, nil
	}
	fails := func(p *Parser) ([]ast.Stmt, error) { return nil, errors.New("no such tag today") }
	x := Extensions{Tags: map[string]Tag{"cache": cache, "fails": fails}}
	for _, row := range []struct{ source, want string }{
		{"{% cache 'a' %}b{{ c }}{% endcache %}d", ""},
		{"{% cache 'a', b, c %}{% endcache %}", ""},
		{"{% cache 'a' %}{% if x %}{% endcache %}", "You probably made a nesting mistake. Jinja is expecting this tag, but currently looking for 'elif' or 'else' or 'endif'."},
		{"{% cache 'a' %}", "Unexpected end of template. Jinja was looking for the following tags: 'endcache'. The innermost block that needs to be closed is 'cache'."},
		{"{% fails %}", "no such tag today"},
	} {
		_, err := Parse(row.source, "", lex.Options{}, x)
		if row.want == "" && err != nil || row.want != "" && (err == nil || !strings.Contains(err.Error(), row.want)) {
			t.Errorf("%s: %v, want %q", row.source, err, row.want)
		}
	}
}

func TestExtractTranslations(t *testing.T) {
	source := `{% trans %}Hello{% endtrans %}
{{ _('a') }} {{ gettext(x, 'b', n=1) }}
{% trans n=f() %}one{% pluralize %}{{ n }} many{% endtrans %}
{{ ngettext('one', 'many', 3, *a, **b) }}{{ other('x') }}{{ (_("foo"), _()) }}
{% trans 'ctx' %}in context{% endtrans %}`
	tree, err := Parse(source, "", lex.Options{}, Extensions{I18n: &I18n{}})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, m := range ExtractTranslations(tree) {
		text, _ := json.Marshal(m.Strings)
		got = append(got, fmt.Sprintf("%d %s %s", m.Line, m.Function, text))
	}
	want := []string{
		`1 gettext ["Hello"]`,
		`2 _ ["a"]`,
		`2 gettext [null,"b",null]`,
		`3 ngettext ["one","%(n)s many",null]`,
		`4 ngettext ["one","many",null,null,null]`,
		`4 _ ["foo"]`,
		`4 _ null`,
		`5 pgettext ["ctx","in context"]`,
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// Walk reaches every node that the fields hold.
func TestWalkReachesAll(t *testing.T) {
	for _, c := range goldens(t) {
		o, x := c.options()
		tree, err := Parse(c.Source, "", o, x)
		if err != nil {
			continue
		}
		var listed [][]any
		dump(&listed, reflect.ValueOf(tree), 0, "")
		n := 0
		ast.Walk(tree, func(node ast.Node) bool {
			if n < len(listed) && listed[n][2] != ast.TypeName(node) {
				t.Fatalf("%q: node %d is %s, want %s", c.Source, n, ast.TypeName(node), listed[n][2])
			}
			n++
			return true
		})
		if n != len(listed) {
			t.Fatalf("%q: %d nodes, want %d", c.Source, n, len(listed))
		}
	}
}

func FuzzParse(f *testing.F) {
	for i, c := range goldens(f) {
		if i%4 == 0 {
			f.Add(c.Source, i%2 == 0, "")
			f.Add(c.Source, i%2 == 0, "%")
		}
	}
	f.Fuzz(func(t *testing.T, source string, trim bool, prefix string) {
		o := lex.Options{TrimBlocks: trim, LstripBlocks: trim, LineStatementPrefix: prefix, LineCommentPrefix: prefix + prefix}
		x := Extensions{I18n: &I18n{Trimmed: trim}, Do: true, LoopControls: true, Debug: true}
		tree, err := Parse(source, "", o, x)
		if err != nil {
			e, ok := err.(*Error)
			if !ok || e.Line < 1 || e.Line > strings.Count(e.Source, "\n")+1 {
				t.Fatalf("%#v", err)
			}
			return
		}
		ast.Walk(tree, func(n ast.Node) bool {
			if n.Line() < 1 {
				t.Fatalf("%T has no line", n)
			}
			return true
		})
	})
}

// page is about a megabyte of template, as real ones are.
func page() string {
	return strings.Repeat(`
  {% for user in users if user.active %}
    <li class="{{ loop.cycle('odd', 'even') }}{% if loop.first %} first{% endif %}">
      <a href="{{ url_for('user', id=user.id) }}" title="{{ user.name|title|e }}">{{ user.name }}</a>
      {# the address is optional #}
      {%- if user.email is defined and user.email != '' %} &lt;{{ user.email|default('none', true) }}&gt;{% endif %}
    </li>
  {% else %}
    <li><em>no users found</em> and a good deal of text that stands for what pages hold besides tags</li>
  {% endfor %}
`, 1500)
}

func BenchmarkParse(b *testing.B) {
	source := page()
	b.SetBytes(int64(len(source)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse(source, "", lex.Options{}, Extensions{}); err != nil {
			b.Fatal(err)
		}
	}
}
