package parse_test

import (
	"fmt"

	"github.com/dewar-go/dewar/jinja/internal/ast"
	"github.com/dewar-go/dewar/jinja/internal/lex"
	"github.com/dewar-go/dewar/jinja/internal/parse"
)

func ExampleParse() {
	tree, err := parse.Parse("Hello {{ user.name|title }}!", "hello.html", lex.Options{}, parse.Extensions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	ast.Walk(tree, func(n ast.Node) bool {
		if f, ok := n.(*ast.Filter); ok {
			fmt.Printf("line %d: filter %s\n", f.Line(), f.Name)
		}
		return true
	})
	// Output: line 1: filter title
}

func ExampleParse_error() {
	_, err := parse.Parse("{% for user in users %}\n{{ user }}\n{% endif %}", "users.html", lex.Options{}, parse.Extensions{})
	fmt.Println(err)
	// Output: TemplateSyntaxError: users.html:3: Encountered unknown tag 'endif'. Jinja was looking for the following tags: 'endfor' or 'else'. The innermost block that needs to be closed is 'for'.
}

func ExampleExtractTranslations() {
	source := "{% trans %}Hello {{ name }}{% endtrans %}\n{{ ngettext('one apple', 'many apples', n) }}"
	tree, err := parse.Parse(source, "", lex.Options{}, parse.Extensions{I18n: &parse.I18n{}})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, m := range parse.ExtractTranslations(tree) {
		fmt.Println(m.Line, m.Function, *m.Strings[0])
	}
	// Output:
	// 1 gettext Hello %(name)s
	// 2 ngettext one apple
}
