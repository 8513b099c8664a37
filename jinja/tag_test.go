package jinja_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/dewar-go/dewar/jinja"
)

// A tag that keeps what its body shows: {% cache "key" %}…{% endcache %}.
func ExampleTag() {
	kept := map[string]string{}
	fragment := func(st jinja.State, a jinja.Args) (jinja.Value, error) {
		key, _ := a.Pos[0].Str()
		if text, ok := kept[key]; ok {
			return jinja.String(text), nil
		}
		caller, _ := a.Get("caller")
		v, err := st.Call(caller, jinja.Args{})
		if err == nil {
			kept[key], _ = v.Str()
		}
		return v, err
	}
	cache := func(p *jinja.Parser) ([]jinja.Stmt, error) {
		pos := p.Pos()
		p.Next()
		key := p.ParseExpression()
		body := p.ParseStatements("endcache")
		p.Expect("name:endcache")
		call := &jinja.NodeCall{Pos: pos, Node: &jinja.NodeConst{Pos: pos, Value: fragment}, Args: []jinja.Expr{key}}
		return []jinja.Stmt{&jinja.NodeCallBlock{Pos: pos, Call: call, Body: body}}, nil
	}
	env, err := jinja.New(jinja.Options{Tags: map[string]jinja.Tag{"cache": cache}})
	if err != nil {
		panic(err)
	}
	t, err := env.FromString(`{% for n in [1, 2, 3] %}{% cache "sum" %}computed at {{ n }};{% endcache %}{% endfor %}`)
	if err != nil {
		panic(err)
	}
	fmt.Println(t.RenderString(nil))
	// Output: computed at 1;computed at 1;computed at 1; <nil>
}

func ExampleEnvironment_ExtractTranslations() {
	env, _ := jinja.New(jinja.Options{Extensions: []jinja.Extension{jinja.ExtensionI18n}})
	messages, err := env.ExtractTranslations("{% trans %}Hello{% endtrans %}\n{{ _('Bye') }}\n{{ ngettext('%(num)s day', '%(num)s days', n) }}")
	for _, m := range messages {
		var texts []string
		for _, s := range m.Strings {
			if s != nil {
				texts = append(texts, *s)
			}
		}
		fmt.Println(m.Line, m.Function, strings.Join(texts, " | "))
	}
	fmt.Println(err)
	// Output:
	// 1 gettext Hello
	// 2 _ Bye
	// 3 ngettext %(num)s day | %(num)s days
	// <nil>
}

func TestExtractCommented(t *testing.T) {
	env, err := jinja.New(jinja.Options{Extensions: []jinja.Extension{jinja.ExtensionI18n}, LineCommentPrefix: "##"})
	if err != nil {
		t.Fatal(err)
	}
	source := "{# NOTE: one #}{{ _('a') }}{{ _('b') }}\n{# other #}\n{#- NOTE:  two\nlines -#}\n{# TAG:x #}\n{{ _('c') }}\n## NOTE: a line\n{{ _('d') }}{# NOTE: behind #}\n{{ _('e') }}"
	messages, err := env.ExtractCommented(source, []string{"NOTE:"})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, m := range messages {
		got = append(got, *m.Strings[0]+": "+strings.Join(m.Comments, "|"))
	}
	want := []string{"a: one", "b: ", "c: two\nlines", "d: behind", "e: "}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
