package lex

import (
	"fmt"
	"strings"
	"testing"
)

// tokens spells the tokens of a source, with their positions.
func tokens(source string, o Options) string {
	l := New(source, o)
	var b strings.Builder
	for {
		t := l.Next()
		switch t.Kind {
		case EOF:
			return strings.TrimSpace(b.String())
		case Invalid:
			fmt.Fprintf(&b, "%d:%d error %s", l.Err().Line, l.Err().Column, l.Err().Message)
			return b.String()
		}
		fmt.Fprintf(&b, "%d:%d %s", t.Line, t.Col, t.Kind)
		if t.Text != "" {
			fmt.Fprintf(&b, " %q", t.Text)
		}
		b.WriteByte('\n')
	}
}

func TestTokens(t *testing.T) {
	line := Options{LineStatementPrefix: "%", LineCommentPrefix: "##"}
	for _, row := range []struct {
		name, source string
		opt          Options
		want         string
	}{
		{"empty", "", Options{}, ""},
		{"text", "a\nb\n", Options{}, `1:1 data "a\nb"`},
		{"columns", "a\n {{ bc + 'd' }}", Options{}, `1:1 data "a\n "
2:2 variable_begin
2:5 name "bc"
2:8 add
2:10 string "d"
2:14 variable_end`},
		{"operators", "{{ <= >= == != // ** ~ . : ; }}", Options{}, `1:1 variable_begin
1:4 lteq
1:7 gteq
1:10 eq
1:13 ne
1:16 floordiv
1:19 pow
1:22 tilde
1:24 dot
1:26 colon
1:28 semicolon
1:30 variable_end`},
		{"line statement", "a\n  % if x: ## c\nb", line, `1:1 data "a\n"
2:1 block_begin
2:5 name "if"
2:8 name "x"
2:9 colon
2:11 error unexpected char '#' at 12`},
		{"line comment", "a  ## b\nc", line, `1:1 data "a"
1:8 data "\nc"`},
		{"comment is dropped", "a{# b\n #}c", Options{}, `1:1 data "a"
2:4 data "c"`},
		{"raw", "{% raw %}{{ a }}{% endraw %}b", Options{}, `1:10 data "{{ a }}"
1:29 data "b"`},
		{"brackets", "{{ {'a': {}}}}", Options{}, `1:1 variable_begin
1:4 lbrace
1:5 string "a"
1:8 colon
1:10 lbrace
1:11 rbrace
1:12 rbrace
1:13 variable_end`},
		{"position of a character", "éé{{ ? }}", Options{}, `1:1 data "éé"
1:5 variable_begin
1:8 error unexpected char '?' at 5`},
		{"newline sequence", "a\r\nb{{ 'c\rd' }}", Options{NewlineSequence: "\r\n"}, `1:1 data "a\r\nb"
2:2 variable_begin
2:5 string "c\r\nd"
3:4 variable_end`},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := tokens(row.source, row.opt); got != row.want {
				t.Errorf("got\n%s\nwant\n%s", got, row.want)
			}
		})
	}
}

func TestRepr(t *testing.T) {
	for s, want := range map[string]string{
		"a":      `'a'`,
		"'":      `"'"`,
		`'"`:     `'\'"'`,
		`\`:      `'\\'`,
		"\n\t\r": `'\n\t\r'`,
		"\x00é":  `'\x00é'`,
		"\u200b": `'\u200b'`,
		"\u00a0": `'\xa0'`,
		"🐍":      `'🐍'`,
	} {
		if got := Repr(s); got != want {
			t.Errorf("%q: %s, want %s", s, got, want)
		}
	}
}

func TestNumberWithoutBounds(t *testing.T) {
	l := New("{{ "+strings.Repeat("9", 5000)+" }}", Options{})
	l.Next()
	if tok := l.Next(); tok.Kind != Invalid || l.Err().Class != "ValueError" ||
		!strings.HasPrefix(l.Err().Message, "Exceeds the limit (4300 digits) for integer string conversion: value has 5000 digits;") {
		t.Errorf("%v %v", tok, l.Err())
	}
	l = New("{{ 0x"+strings.Repeat("f", 1<<15)+" }}", Options{})
	l.Next()
	if tok := l.Next(); tok.Kind != Invalid {
		t.Errorf("%v", tok.Kind)
	}
}

// A source of lone tag starts, brackets or prefixes is read in linear time;
// this would not end otherwise.
func TestLinear(t *testing.T) {
	const n = 300_000
	for _, source := range []string{
		strings.Repeat("{", n), strings.Repeat("{%", n), strings.Repeat("{# ", n), strings.Repeat("{{", n),
		"{% raw %}" + strings.Repeat("{% end", n), strings.Repeat(" ", n) + "##", strings.Repeat(" \n", n), strings.Repeat("#", n),
		strings.Repeat("{% raw", n), "{{ '" + strings.Repeat(`\`, n), "{{ " + strings.Repeat("[", n),
		strings.Repeat("{{ a }}", n) + "%", strings.Repeat("{{ a -}} ", n),
	} {
		for _, o := range []Options{{}, {LineStatementPrefix: "%", LineCommentPrefix: "##"}, {VariableStart: "${"}} {
			l := New(source, o)
			for range len(source) + 2 {
				if k := l.Next().Kind; k == EOF || k == Invalid {
					break
				}
			}
		}
	}
}

func FuzzLexer(f *testing.F) {
	for _, s := range []string{"a {{ b.c|d(1, 'e\\n') }}\n", "{%- if 0x1f >= 1_0.5e-3 -%} x {%+ endif +%}", "{# a #}{% raw %}{{ {% endraw %}", "% for x in y\n ## c\n% endfor", "{{ \"\\u0041\\101\" }}", "{{ {'a': [1]}}}"} {
		f.Add(s, "", "", false)
		f.Add(s, "%", "##", true)
	}
	f.Fuzz(func(t *testing.T, source, statement, comment string, trim bool) {
		l := New(source, Options{LineStatementPrefix: statement, LineCommentPrefix: comment, TrimBlocks: trim, LstripBlocks: trim})
		line := int32(1)
		for i := 0; ; i++ {
			tok := l.Next()
			if tok.Line < line || i > 2*len(source)+4 {
				t.Fatalf("token %d: %v after line %d", i, tok, line)
			}
			line = tok.Line
			if tok.Kind == Invalid && l.Err() == nil {
				t.Fatal("no error")
			}
			if tok.Kind == EOF || tok.Kind == Invalid {
				return
			}
		}
	})
}
