package lex_test

import (
	"fmt"

	"github.com/dewar-go/dewar/jinja/internal/lex"
)

func ExampleLexer() {
	l := lex.New("Hello {{ name }}!", lex.Options{})
	for {
		t := l.Next()
		if t.Kind == lex.EOF {
			break
		}
		fmt.Printf("%d:%d %s %q\n", t.Line, t.Col, t.Kind, t.Text)
	}
	// Output:
	// 1:1 data "Hello "
	// 1:7 variable_begin ""
	// 1:10 name "name"
	// 1:15 variable_end ""
	// 1:17 data "!"
}
